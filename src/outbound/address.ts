// Which network addresses strangers may have us connect to: public ones, and nothing of this
// machine, of its network or of its provider. What is not known to be public is not. Pure.

import ipaddr from 'ipaddr.js'

/** Where requests may go. */
export type Reach = {
  /** For development: also this machine itself (loopback), and there without TLS. */
  allowLocal: boolean
}

/** Public by its number, and still the metadata service of a provider (Azure). */
const metadata: ReadonlySet<string> = new Set(['168.63.129.16'])

/** Of IPv6 only this is given out; whatever else there will be is not known to be public. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3')

/** Whether a request may be sent to this address, as a resolver or a URL writes it. */
export function mayConnect(address: string, { allowLocal }: Reach): boolean {
  if (!ipaddr.isValid(address)) return false
  const parsed = ipaddr.parse(address)
  const range = parsed.range()
  if (range === 'loopback') return allowLocal
  // An IPv4 address inside an IPv6 one (mapped, translated, 6to4, Teredo) is in none of these.
  if (range !== 'unicast' || metadata.has(parsed.toString())) return false
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast)
}
