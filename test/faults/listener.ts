// Listens to events over server-sent events, and goes on at another server from its last cursor
// whenever the stream breaks.
import { randomInt } from 'node:crypto'
import { onTestFinished } from 'vitest'

type Options = { urls: () => string[]; key: string; after: string }

export function createListener({ urls, key, after }: Options) {
  const heard: string[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const leaving = new AbortController()
  let cursor = after

  const take = (text: string) => {
    const data = /^data: (.+)$/m.exec(text)?.[1]
    if (!data) return
    const { data: found, errors } = JSON.parse(data)
    if (errors) throw new Error(JSON.stringify(errors))
    heard.push(found.bookingEvents.id)
    cursor = found.bookingEvents.cursor
    for (const { count, resolve } of waiting) if (heard.length >= count) resolve()
  }

  const listen = async () => {
    const all = urls()
    const response = await fetch(`${all[randomInt(all.length)]}/graphql`, {
      method: 'POST',
      signal: leaving.signal,
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${key}`,
      },
      body: JSON.stringify({
        query: 'subscription ($after: EventCursor) { bookingEvents(after: $after) { id cursor } }',
        variables: { after: cursor },
      }),
    })
    let rest = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const messages = (rest + chunk).split('\n\n')
      rest = messages.pop() ?? ''
      for (const message of messages) take(message)
    }
  }

  const run = async () => {
    while (!leaving.signal.aborted) {
      try {
        await listen()
      } catch (error) {
        // Nobody there, or gone while we listened.
        if (!(error instanceof TypeError) && !leaving.signal.aborted) throw error
      }
    }
  }
  const running = run()
  onTestFinished(async () => {
    leaving.abort()
    await running
  })

  return {
    /** What was heard, once it is so many. */
    until: async (count: number): Promise<string[]> => {
      if (heard.length < count) {
        await Promise.race([
          new Promise<void>((resolve) => waiting.push({ count, resolve })),
          running,
        ])
      }
      return heard
    },
  }
}
