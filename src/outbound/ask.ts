// Requests of any method to addresses that strangers named, with the whole answer or none: what is
// too long is refused, not cut. Few redirects are followed, and only of requests that carry no
// credential; each is checked like the first. Nothing that the other side does throws.

import type { Dispatcher } from 'undici'
import type { Reach } from './address.ts'
import { checkedAgent, reasonOf, targetIssue, type Resolve } from './connection.ts'

export type Asked = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'PROPFIND' | 'REPORT'
  url: string
  headers: Record<string, string>
  body?: string
  /** Longest answer that is read, in bytes, where it is less than usual. */
  answerBytes?: number
}

export type Reply =
  | { status: number; headers: Record<string, string>; body: string }
  /** Why there is no answer that counts: a sentence for whoever owns the other side. */
  | { error: string }

export type Asker = {
  ask(asked: Asked, stopped?: AbortSignal): Promise<Reply>
  close(): Promise<void>
}

type Options = Reach & {
  /** For everything: looking up, connecting, redirects, and the answer to its end. */
  timeoutMs?: number
  /** Longest answer that is read, in bytes. */
  answerBytes?: number
  resolve?: Resolve
}

const mostRedirects = 3

export function createAsker(options: Options): Asker {
  const { timeoutMs = 20_000, answerBytes = 5_000_000 } = options
  const agent = checkedAgent(options, timeoutMs)

  const ask: Asker['ask'] = async (asked, stopped) => {
    const late = AbortSignal.timeout(timeoutMs)
    const signal = stopped ? AbortSignal.any([late, stopped]) : late
    let { url } = asked
    for (let redirects = 0; redirects <= mostRedirects; redirects += 1) {
      const issue = targetIssue(url, options)
      if (issue) return { error: issue }
      try {
        const longest = Math.min(answerBytes, asked.answerBytes ?? Infinity)
        const reply = await send(agent, { ...asked, url }, signal, longest)
        const next = 'error' in reply ? null : redirectOf(asked, url, reply)
        if (next === null) return reply
        url = next
      } catch (error) {
        if (late.aborted) return { error: `No answer came within ${timeoutMs / 1000} seconds.` }
        if (stopped?.aborted) return { error: 'It was given up before an answer came.' }
        return { error: reasonOf(error) }
      }
    }
    return { error: `It redirects more than ${mostRedirects} times.` }
  }

  return { ask, close: () => agent.destroy() }
}

function redirectOf(
  { method, headers }: Asked,
  url: string,
  { status, headers: { location } }: { status: number; headers: Record<string, string> },
): string | null {
  if (method !== 'GET' || 'authorization' in headers) return null
  if (![301, 302, 303, 307, 308].includes(status) || !location) return null
  return URL.canParse(location, url) ? new URL(location, url).href : null
}

async function send(
  agent: Dispatcher,
  { method, url, headers, body }: Asked,
  signal: AbortSignal,
  answerBytes: number,
): Promise<Reply> {
  const { origin, pathname, search } = new URL(url)
  const response = await agent.request({
    origin,
    path: pathname + search,
    method: method as Dispatcher.HttpMethod,
    headers,
    body: body ?? null,
    signal,
  })
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop destroys the connection: nobody makes us read for ever.
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > answerBytes) {
      return { error: `The answer is longer than ${answerBytes / 1_000_000} megabytes.` }
    }
    chunks.push(chunk)
  }
  const single = Object.entries(response.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? (value[0] ?? '') : (value ?? ''),
  ])
  const text = Buffer.concat(chunks).toString('utf8')
  return { status: response.statusCode, headers: Object.fromEntries(single), body: text }
}
