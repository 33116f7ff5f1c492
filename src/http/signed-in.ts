// What pages need to know of whoever looks at them: who is signed in, the token for their forms,
// and the way to the sign-in page and back. Reading a form here is checking that it was ours.

import { signOut, type Begun } from '../access/sign-in.actions.ts'
import { cookieCredential, isFailure } from '../auth/credential.ts'
import { hashSecret, newSessionSecret, parseCredential } from '../auth/secret.ts'
import { anonymous, type Viewer } from '../auth/viewer.ts'
import { newContext, type Context, type Services } from '../context.ts'
import type { User } from '../generated/prisma/client.ts'
import type { Authenticator } from './authenticate.ts'
import { HttpFault, send, type Exchange } from './exchange.ts'
import { readFields } from './form.ts'
import {
  cookieOf,
  csrfTokenOf,
  demandOwnSite,
  formCookie,
  isCsrfToken,
  sessionCookie,
  setCookieText,
} from './session-cookie.ts'

export type SignedIn = {
  user: Pick<User, 'id' | 'name' | 'email'>
  viewer: Viewer
  /** For forms, and for the header X-CSRF-Token. */
  csrfToken: string
  /** Of the session's secret. */
  sessionHash: Buffer
}

export type People = {
  /** Who is signed in by the cookie; null for nobody. Says nothing of which page asks for it. */
  signedIn(exchange: Exchange): Promise<SignedIn | null>
  /** The same, or null after the way to the sign-in page, which leads back here, was answered. */
  requireSignIn(exchange: Exchange): Promise<SignedIn | null>
  /** A hidden field that every form of ours carries. */
  formToken(exchange: Exchange): string
  /** The fields of a form of ours; a 403 when a page of another site sent it, or none of ours. */
  readForm(exchange: Exchange): Promise<ReadonlyMap<string, string>>
  /** Refuses what a page of another site sent. */
  demandOwnSite(exchange: Exchange): void
  /** Has the browser go on in this session. */
  begin(exchange: Exchange, begun: Pick<Begun, 'secret'>): void
  /** Ends the session of the cookie, if there is one, and the cookie. */
  end(exchange: Exchange): Promise<void>
  context(exchange: Exchange, viewer: Viewer): Context
}

const maxFormBytes = 16_384
const tokenField = 'csrfToken'

export function createPeople(
  services: Services,
  authenticator: Pick<Authenticator, 'identify'>,
): People {
  const { db, baseUrl } = services

  const signedIn: People['signedIn'] = async ({ req }) => {
    const secret = cookieOf(req.headers, sessionCookie)
    const hash = secret === null ? undefined : parseCredential(secret)?.hash
    if (secret === null || !hash) return null
    const viewer = await authenticator.identify(cookieCredential(secret))
    if (isFailure(viewer) || viewer.userId === null) return null
    const select = { id: true, name: true, email: true }
    const user = await db.prisma.user.findUnique({ where: { id: viewer.userId }, select })
    return user && { user, viewer, csrfToken: csrfTokenOf(secret), sessionHash: hash }
  }

  const setCookie = ({ res }: Exchange, name: string, value: string) =>
    res.appendHeader('set-cookie', setCookieText(name, value, baseUrl()))

  const context: People['context'] = ({ requestId, address }, viewer) =>
    newContext(services, viewer, requestId, address)

  return {
    signedIn,
    begin: (exchange, { secret }) => {
      exchange.res.removeHeader('set-cookie')
      setCookie(exchange, sessionCookie, secret)
      if (cookieOf(exchange.req.headers, formCookie)) setCookie(exchange, formCookie, '')
    },
    end: async (exchange) => {
      const secret = cookieOf(exchange.req.headers, sessionCookie)
      if (secret === null) return
      await signOut(context(exchange, anonymous), hashSecret(secret))
      setCookie(exchange, sessionCookie, '')
    },
    requireSignIn: async (exchange) => {
      const found = await signedIn(exchange)
      if (!found) redirect(exchange, `/sign-in?next=${encodeURIComponent(exchange.req.url ?? '/')}`)
      return found
    },
    formToken: (exchange) => {
      const { headers } = exchange.req
      const known = cookieOf(headers, sessionCookie) ?? cookieOf(headers, formCookie)
      const secret = known ?? newSessionSecret().text
      if (known === null) setCookie(exchange, formCookie, secret)
      return `<input type="hidden" name="${tokenField}" value="${csrfTokenOf(secret)}">`
    },
    readForm: (exchange) => readOwnForm(exchange, baseUrl()),
    demandOwnSite: ({ req }) => demandOwnSite(req.headers, baseUrl()),
    context,
  }
}

async function readOwnForm(exchange: Exchange, baseUrl: string): Promise<Map<string, string>> {
  const { headers } = exchange.req
  demandOwnSite(headers, baseUrl)
  const form = await readFields(exchange, maxFormBytes)
  const secrets = [sessionCookie, formCookie].map((name) => cookieOf(headers, name))
  const token = form.get(tokenField)
  if (secrets.some((secret) => secret !== null && isCsrfToken(secret, token))) return form
  throw new HttpFault(403, 'The form is out of date. Open its page again, and send it from there.')
}

/** To another page of ours, by GET. */
export function redirect(exchange: Exchange, path: string): void {
  send(exchange, 303, { location: path, 'cache-control': 'no-store' }, '')
}

/** A path of ours to go on to; anything else is the console. */
export function localPath(text: string | null | undefined): string {
  const here = 'http://here.invalid'
  if (!text?.startsWith('/') || /[\\\s]|^\/\//.test(text)) return '/console'
  if (!URL.canParse(text, here)) return '/console'
  const { origin, pathname, search, hash } = new URL(text, here)
  // Dots may have left two slashes at the start, which is the address of another host.
  const isLocal = origin === here && !pathname.startsWith('//')
  return isLocal ? pathname + search + hash : '/console'
}
