// Connections to addresses that strangers named. Each is checked by the look-up that connects, each
// time; and what goes wrong is said in sentences that tell nothing of our own network.

import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Agent } from 'undici'
import { mayConnect, type Reach } from './address.ts'
import { literalAddress, urlIssue } from './target.ts'

/** Finds the addresses of a name: all of them, in the order to try. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

class NotAllowed extends Error {}

/** Connects to what the reach admits, and waits for nothing longer than that to connect. */
export function checkedAgent(options: Reach & { resolve?: Resolve }, connectMs: number): Agent {
  return new Agent({
    connect: { lookup: checkedLookup(options, options.resolve ?? lookup), timeout: connectMs },
    // Limits of its own would only cut in before ours.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16_384,
    keepAliveTimeout: 10_000,
    pipelining: 1,
    allowH2: false,
  })
}

/** Why a URL is not called, as a sentence; null when it may be. */
export function targetIssue(url: string, reach: Reach): string | null {
  const issue = urlIssue(url, reach)
  if (issue) return `The URL ${issue}.`
  // Both are needed: an address in the URL is connected to without being looked up.
  const address = literalAddress(new URL(url))
  return address && !mayConnect(address, reach) ? notPublic(address) : null
}

/** Text that can be stored and shown: a receiver may answer with anything. */
export function readable(bytes: Buffer): string {
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

/** What went wrong, for whoever owns the other side. */
export function reasonOf(error: unknown): string {
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
