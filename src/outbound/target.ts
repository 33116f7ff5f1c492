// The URLs that strangers may name for us to call, as far as their text says; names are looked up
// when they are called, and checked there. Pure.

import ipaddr from 'ipaddr.js'
import { mayConnect, type Reach } from './address.ts'

const longest = 2_048
const localNames = /(^|\.)(localhost|local|internal|home\.arpa)$/

/** What is wrong with a URL, as the end of a sentence that begins with it; null when it is good. */
export function urlIssue(text: string, reach: Reach): string | null {
  if (text.length > longest) return `is longer than ${longest} characters`
  if (!URL.canParse(text)) return 'is not an absolute URL, such as "https://example.com/hooks"'
  const url = new URL(text)
  const address = literalAddress(url)
  const isLocal = reach.allowLocal && isLoopback(url, address, reach)
  if (url.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) {
    return 'does not begin with "https://"'
  }
  if (url.username || url.password) return 'holds a user name or a password; send them as a header'
  if (url.hash) return 'has a part after "#", which is never sent'
  if (isLocal) return null
  const isPublic = address ? mayConnect(address, reach) : !localNames.test(nameOf(url))
  return isPublic ? null : `is not in the public internet: "${url.hostname}"`
}

/**
 * The address that a URL names outright, however it is written; null for a name. The parser of URLs
 * has made decimal, octal and hexadecimal forms one.
 */
export function literalAddress(url: URL): string | null {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return ipaddr.isValid(host) ? host : null
}

const nameOf = (url: URL) => url.hostname.replace(/\.$/, '')

function isLoopback(url: URL, address: string | null, reach: Reach): boolean {
  if (address === null) return nameOf(url) === 'localhost'
  return mayConnect(address, reach) && !mayConnect(address, { allowLocal: false })
}
