// Listens to events over server-sent events, and goes on at another server from its last cursor
// whenever the stream breaks.
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import type { BookingRow, Rows } from './checker.ts'
import type { History } from './history.ts'
import type { World } from './world.ts'

type Options = { urls: () => string[]; key: string; after: string }

type Message = {
  data?: { bookingEvents: { id: string; cursor: string } }
  errors?: { extensions?: { retryAfterSeconds?: number } }[]
}

class Broken extends Error {}

export function createListener({ urls, key, after }: Options) {
  const heard: string[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const leaving = new AbortController()
  let cursor = after

  const take = (text: string) => {
    const sent = /^data: (.+)$/m.exec(text)?.[1]
    if (!sent) return
    const { data, errors } = JSON.parse(sent) as Message
    if (errors?.[0]?.extensions?.retryAfterSeconds) throw new Broken()
    if (errors || !data) throw new Error(sent)
    heard.push(data.bookingEvents.id)
    cursor = data.bookingEvents.cursor
    for (const { count, resolve } of waiting) if (heard.length >= count) resolve()
  }

  const listen = async () => {
    const all = urls()
    const response = await fetch(`${all[Math.floor(Math.random() * all.length)]}/graphql`, {
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
    if (response.status === 503) throw new Broken()
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
        const isGone = error instanceof TypeError || error instanceof Broken
        if (!isGone && !leaving.signal.aborted) throw error
        await delay(20)
      }
    }
  }
  const running = run()
  onTestFinished(async () => {
    leaving.abort()
    await running
  })

  return {
    /** What was heard, once it is as much as there is. */
    until: async (rows: Rows): Promise<string[]> => {
      const { length: count } = toHear(rows)
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

/** What a listener who began after the first booking has to hear, in this order. */
export function toHear({ events, bookings }: Rows): string[] {
  const { accountId } = bookings[0] as BookingRow
  return events
    .filter(({ subjectType }) => subjectType === 'Booking')
    .slice(1)
    .map(({ id }) => encodeId('BookingEvent', { accountId, id }))
}

/** A cursor to listen from: of a booking that is made before all others. */
export async function firstCursor(
  urls: () => string[],
  world: World,
  history: History,
): Promise<string> {
  const { serviceId, customerId, accountId, key } = world
  const hour = 3_600_000
  const input = {
    serviceId,
    customerId,
    startsAt: new Date((Math.ceil(Date.now() / hour) + 2) * hour).toISOString(),
    idempotencyKey: 'the first',
    externalRef: 'the first',
  }
  const made = await history.call('the first', 'createBooking', input)
  // A machine that is busy with much else may be late with it.
  if (made.kind !== 'DONE') return firstCursor(urls, world, history)
  const query = `{ node(id: "${encodeId('Booking', { accountId, id: made.id })}") {
    ... on Booking { history(first: 1) { nodes { cursor } } }
  } }`
  const response = await fetch(`${urls()[0]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  })
  const { data } = (await response.json()) as {
    data?: { node: { history: { nodes: { cursor: string }[] } } | null }
  }
  return data?.node?.history.nodes[0]?.cursor ?? firstCursor(urls, world, history)
}
