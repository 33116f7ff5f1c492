// The session cookie: how it is set and read, and when it counts. A browser adds it to whatever any
// page makes it send, so it counts only with a proof that a page of our own sent the request: a
// token derived from the secret, and an origin that is ours where the browser names one.

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { sessionLife } from '../auth/user-session.data.ts'
import { HttpFault } from './exchange.ts'

export const sessionCookie = 'slotgraph_session'
/** Of whoever is not signed in, for the forms by which they come in. */
export const formCookie = 'slotgraph_form'
export const csrfHeader = 'x-csrf-token'

/** The value of a cookie; null when it was not sent, or is empty. */
export function cookieOf({ cookie }: IncomingHttpHeaders, name: string): string | null {
  for (const part of (cookie ?? '').split(';')) {
    const [key, ...value] = part.split('=')
    if (key?.trim() === name) return value.join('=').trim() || null
  }
  return null
}

/** Scripts never see it; the browser sends it to us alone, and from other sites with links only. */
export function setCookieText(name: string, value: string, baseUrl: string): string {
  const maxAge = value === '' ? 0 : sessionLife.absoluteMs / 1000
  const secure = baseUrl.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure}`
}

/** What a page of ours shows to prove itself, for this cookie. */
export function csrfTokenOf(secret: string): string {
  return createHmac('sha256', secret).update('slotgraph csrf').digest('base64url')
}

/** Whether this is the token for this cookie. */
export function isCsrfToken(secret: string, shown: string | null | undefined): boolean {
  const [right, given] = [csrfTokenOf(secret), shown ?? ''].map((text) => Buffer.from(text))
  return given!.length === right!.length && timingSafeEqual(given!, right!)
}

/** Refuses what the browser says was sent by a page of another site. */
export function demandOwnSite(headers: IncomingHttpHeaders, baseUrl: string): void {
  const { origin, host } = headers
  const site = headers['sec-fetch-site'] ?? 'none'
  const isOwn = origin === undefined || origin === originOf(baseUrl) || hostOf(origin) === host
  if (isOwn && (site === 'same-origin' || site === 'none')) return
  throw new HttpFault(403, 'A page of another site cannot act for whoever is signed in here.')
}

/** Refuses a request by cookie that does not show the cookie's token. */
export function demandCsrfToken(secret: string, shown: string | null | undefined): void {
  if (isCsrfToken(secret, shown)) return
  throw new HttpFault(
    403,
    'The session cookie counts only together with its token: send the "csrfToken" that ' +
      'GET /console/session answers as the header "X-CSRF-Token".',
  )
}

function originOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).origin : null
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null
}
