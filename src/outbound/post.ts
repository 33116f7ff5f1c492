// One POST to an address that a stranger named. The address is checked by the look-up that
// connects, each time; redirects are not followed; there is a limit on time, on what is sent and on
// what is read. What comes of it is a value: nothing that a receiver does throws.

import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent } from 'undici'
import { mayConnect, type Reach } from './address.ts'
import { literalAddress, urlIssue } from './target.ts'

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

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

class NotAllowed extends Error {}

export function createOutbound(options: Options): Outbound {
  const { timeoutMs: usualMs = 15_000, answerBytes = 4_096, bodyBytes = 262_144 } = options
  const agent = new Agent({
    connect: { lookup: checkedLookup(options, options.resolve ?? lookup), timeout: usualMs },
    // Limits of its own would only cut in before ours.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 10_000,
    pipelining: 1,
    allowH2: false,
  })

  const post: Outbound['post'] = async (request, stopped) => {
    const { url, body, timeoutMs = usualMs } = request
    const issue = urlIssue(url, options)
    if (issue) return failed(`The URL ${issue}.`)
    const length = Buffer.byteLength(body)
    if (length > bodyBytes) {
      return failed(`The message has ${length} bytes, and ${bodyBytes} are the most that is sent.`)
    }
    // Both are needed: an address in the URL is connected to without being looked up.
    const address = literalAddress(new URL(url))
    if (address && !mayConnect(address, options)) return failed(notPublic(address))
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

/** Text that can be stored and shown: a receiver may answer with anything. */
function readable(bytes: Buffer): string {
  return new TextDecoder()
    .decode(bytes)
    .replaceAll('\r\n', '\n')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (found) =>
      found === '\n' || found === '\t' ? found : '',
    )
}

/** Looks a name up, and gives out its addresses only when every one of them may be connected to. */
function checkedLookup(reach: Reach, resolve: Resolve): LookupFunction {
  return (hostname, { family, all }, callback) => {
    resolve(
      hostname,
      { ...(family !== undefined && { family }), all: true },
      (error, addresses) => {
        if (error) return callback(error, [])
        const wrong = addresses.find(({ address }) => !mayConnect(address, reach))
        const [first] = addresses
        if (wrong || !first) return callback(new NotAllowed(notPublic(wrong?.address ?? '')), [])
        if (all) callback(null, addresses)
        else callback(null, first.address, first.family)
      },
    )
  }
}

const notPublic = (address: string) =>
  `The host has the address "${address}", which is not in the public internet.`

function reasonOf(error: unknown): string {
  if (error instanceof NotAllowed) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'The host has no address.'
    case 'ECONNREFUSED':
      return 'The host refused the connection.'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
      return 'The host could not be reached.'
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return 'The host broke the connection before its answer was complete.'
    case 'UND_ERR_HEADERS_OVERFLOW':
      return 'The headers of the answer are too long.'
    default:
      if (/CERT|SIGNATURE|ERR_TLS/.test(code ?? '')) {
        return `The certificate of the host is not valid: ${code}.`
      }
      return `The request failed: ${code ?? readable(Buffer.from(message))}.`
  }
}
