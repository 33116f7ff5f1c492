// The network address of whoever sends a request. Behind proxies that are trusted it is the last
// one in X-Forwarded-For that none of them wrote about themselves: whatever stands left of that,
// anybody could have sent.

import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** How many proxies a request passes, or their addresses and networks (`10.0.0.0/8`). */
export type TrustedProxies = number | readonly string[]

const known = new WeakMap<IncomingMessage, string | null>()

/** The sender; by the connection alone, unless `senderBehind` was asked before. */
export function senderOf(request: IncomingMessage): string | null {
  return known.get(request) ?? plain(request.socket.remoteAddress) ?? null
}

/** Makes what finds the sender of a request as it comes in, for `senderOf`. */
export function senderBehind(trusted: TrustedProxies): (request: IncomingMessage) => void {
  const isTrusted = typeof trusted === 'number' ? null : matcher(trusted)
  return (request) => {
    const sent = request.headers['x-forwarded-for']
    const entries = (Array.isArray(sent) ? sent.join(',') : (sent ?? '')).split(',')
    const last = plain(request.socket.remoteAddress)
    let sender = last
    let passed = 0
    for (const entry of entries.toReversed()) {
      const isProxy = isTrusted ? sender !== null && isTrusted(sender) : passed < Number(trusted)
      const next = plain(entry)
      // What is no address was written by no proxy of ours.
      if (!isProxy || next === null) break
      sender = next
      passed += 1
    }
    known.set(request, sender)
  }
}

/** Whether a text is an address or a network that can be trusted. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const most = { 4: 32, 6: 128 }[isIP(address)]
  if (most === undefined || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most)
}

function matcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = familyOf(address)
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => list.check(address, familyOf(address))
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** An address without its port, brackets and the form that IPv4 has within IPv6. */
function plain(text: string | undefined): string | null {
  const shown = (text ?? '').trim()
  const bare = /^\[(.+)\](?::\d+)?$/.exec(shown)?.[1] ?? /^([\d.]+):\d+$/.exec(shown)?.[1] ?? shown
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare
  return isIP(address) === 0 ? null : address
}
