// One POST to an address that a stranger named. The address is checked by the look-up that
// connects, each time; redirects are not followed; there is a limit on time, on what is sent and on
// what is read. What comes of it is a value: nothing that a receiver does throws.

import type { Agent } from 'undici'
import type { Reach } from './address.ts'
import { checkedAgent, reasonOf, readable, targetIssue, type Resolve } from './connection.ts'

export type Request = {
  url: string
  headers: Record<string, string>
  body: string
  /** For everything, in place of the usual limit. */
  timeoutMs?: number | undefined
}

/** What the receiver answered; or, without a status, why there was no answer that counts. */
export type Answer = {
  status: number | null
  /** A sentence, for whoever owns the receiver. */
  error: string | null
  /** The first characters of the answer's body; null when none was read. */
  body: string | null
  /** The header Retry-After. */
  retryAfter: string | null
}

export type Outbound = {
  /** `stopped` gives it up early. */
  post(request: Request, stopped?: AbortSignal): Promise<Answer>
  close(): Promise<void>
}

type Options = Reach & {
  /** For everything: looking up, connecting, and the answer to its end. */
  timeoutMs?: number
  /** Bytes of an answer that are read and kept. */
  answerBytes?: number
  /** Largest body that is sent, in bytes. */
  bodyBytes?: number
  /** Finds the addresses of a name: all of them, in the order to try. */
  resolve?: Resolve
}

export function createOutbound(options: Options): Outbound {
  const { timeoutMs: usualMs = 15_000, answerBytes = 4_096, bodyBytes = 262_144 } = options
  const agent = checkedAgent(options, usualMs)

  const post: Outbound['post'] = async (request, stopped) => {
    const { url, body, timeoutMs = usualMs } = request
    const issue = targetIssue(url, options)
    if (issue) return failed(issue)
    const length = Buffer.byteLength(body)
    if (length > bodyBytes) {
      return failed(`The message has ${length} bytes, and ${bodyBytes} are the most that is sent.`)
    }
    const late = AbortSignal.timeout(timeoutMs)
    const signal = stopped ? AbortSignal.any([late, stopped]) : late
    try {
      return await send(agent, request, signal, answerBytes)
    } catch (error) {
      if (late.aborted) return failed(`No complete answer came within ${timeoutMs / 1000} seconds.`)
      if (stopped?.aborted) return failed('It was given up before an answer came.')
      return failed(reasonOf(error))
    }
  }

  return { post, close: () => agent.destroy() }
}

const failed = (error: string): Answer => ({ status: null, error, body: null, retryAfter: null })

async function send(
  agent: Agent,
  { url, headers, body }: Request,
  signal: AbortSignal,
  answerBytes: number,
): Promise<Answer> {
  const { origin, pathname, search } = new URL(url)
  const response = await agent.request({
    origin,
    path: pathname + search,
    method: 'POST',
    headers,
    body,
    signal,
  })
  const retryAfter = response.headers['retry-after']
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop destroys the connection: nobody makes us read for ever.
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= answerBytes) break
  }
  return {
    status: response.statusCode,
    error: null,
    body: readable(Buffer.concat(chunks).subarray(0, answerBytes)),
    retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
  }
}
