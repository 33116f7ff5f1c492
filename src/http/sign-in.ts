// The doors by which people come in and go: the sign-in page, its JSON for programs, and sign-out.
// Whoever tries too often, by one address or at one e-mail address, waits.

import { z } from 'zod'
import { signIn, type Begun } from '../access/sign-in.actions.ts'
import { PasswordsBusy } from '../auth/password.ts'
import { anonymous } from '../auth/viewer.ts'
import type { Clock } from '../time/clock.ts'
import { contentType, headerOf, HttpFault, readBody, sendJson, type Exchange } from './exchange.ts'
import { encodeId, nowhere } from '../graphql/ids.ts'
import { networkOf } from '../graphql/spending.ts'
import { escape, sendPage } from './page.ts'
import type { Route } from './router.ts'
import {
  cookieOf,
  csrfHeader,
  csrfTokenOf,
  demandCsrfToken,
  sessionCookie,
} from './session-cookie.ts'
import { localPath, redirect, type People } from './signed-in.ts'
import { createThrottle } from './throttle.ts'

/** Answers are of one person, and hold tokens: nothing on the way may keep them. */
export const noStore = { 'cache-control': 'no-store' }

/** Sign-in and sign-out, as pages and as JSON. */
export function signInRoutes(people: People, clock: Clock): Route[] {
  const attempt = createAttempts(people, clock)
  const name = 'console'
  const post = { methods: ['POST'], name }
  return [
    {
      path: '/sign-in',
      methods: ['GET', 'POST'],
      name,
      door: (exchange) =>
        exchange.method === 'POST'
          ? signInByForm(people, attempt, exchange)
          : showForm(people, exchange),
    },
    { ...post, path: '/sign-out', door: (exchange) => signOutByForm(people, exchange) },
    { ...post, path: '/console/sign-in', door: (e) => signInByJson(people, attempt, e) },
    { ...post, path: '/console/sign-out', door: (exchange) => signOutByJson(people, exchange) },
    {
      path: '/console/session',
      methods: ['GET'],
      name,
      door: (exchange) => tellSession(people, exchange),
    },
  ]
}

async function showForm(people: People, exchange: Exchange): Promise<void> {
  const next = localPath(exchange.query.get('next'))
  if (await people.signedIn(exchange)) return redirect(exchange, next)
  sendForm(exchange, people, { next, email: '', trouble: null })
}

async function signInByForm(people: People, attempt: Attempt, exchange: Exchange): Promise<void> {
  const form = await people.readForm(exchange)
  const next = localPath(form.get('next'))
  const email = form.get('email') ?? ''
  const found = await attempt(exchange, { email, password: form.get('password') ?? '' })
  if (found instanceof HttpFault) {
    return sendForm(exchange, people, { next, email, trouble: found })
  }
  await people.end(exchange)
  people.begin(exchange, found)
  redirect(exchange, next)
}

async function signInByJson(people: People, attempt: Attempt, exchange: Exchange): Promise<void> {
  people.demandOwnSite(exchange)
  const found = await attempt(exchange, await readCredentials(exchange))
  if (found instanceof HttpFault) throw found
  await people.end(exchange)
  people.begin(exchange, found)
  sendJson(exchange, 200, sessionOf(found.user, csrfTokenOf(found.secret)), noStore)
}

async function tellSession(people: People, exchange: Exchange): Promise<void> {
  people.demandOwnSite(exchange)
  const found = await people.signedIn(exchange)
  // A cookie that means nothing any more would only have every request refused.
  if (!found && cookieOf(exchange.req.headers, sessionCookie)) await people.end(exchange)
  sendJson(exchange, 200, sessionOf(found?.user, found?.csrfToken), noStore)
}

async function signOutByJson(people: People, exchange: Exchange): Promise<void> {
  people.demandOwnSite(exchange)
  const secret = cookieOf(exchange.req.headers, sessionCookie)
  if (secret) demandCsrfToken(secret, headerOf(exchange, csrfHeader))
  await people.end(exchange)
  sendJson(exchange, 200, sessionOf(null, null), noStore)
}

async function signOutByForm(people: People, exchange: Exchange): Promise<void> {
  await people.readForm(exchange)
  await people.end(exchange)
  redirect(exchange, '/sign-in')
}

const quarterHour = 900
const wrong = 'The e-mail address or the password is not right.'

/** Signs in, or says why not: as a fault, with its status. */
type Attempt = (
  exchange: Exchange,
  shown: { email: string; password: string },
) => Promise<Begun | HttpFault>

function createAttempts(people: People, clock: Clock): Attempt {
  const byEmail = createThrottle({ points: 10, seconds: quarterHour, clock })
  const byAddress = createThrottle({ points: 200, seconds: quarterHour, clock })
  return async (exchange, shown) => {
    const email = shown.email.trim().toLowerCase().slice(0, 254)
    const seconds = byAddress.take(networkOf(exchange.address)) || byEmail.take(email)
    if (seconds > 0) {
      exchange.log.warn({ address: exchange.address }, 'too many attempts to sign in')
      return tooMany(seconds)
    }
    const ctx = people.context(exchange, anonymous)
    const begun = await unlessBusy(() =>
      signIn(ctx, shown, headerOf(exchange, 'user-agent') ?? null),
    )
    if (!begun) return new HttpFault(401, wrong, { 'www-authenticate': 'Cookie realm="console"' })
    byEmail.forget(email)
    return begun
  }
}

/** The fault for whoever has to wait. */
export function tooMany(seconds: number): HttpFault {
  const sentence = `Too many attempts. Try again in ${seconds} seconds.`
  return new HttpFault(429, sentence, { 'retry-after': String(seconds) })
}

/** Turns a crowd of passwords into a fault that passes. */
export async function unlessBusy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof PasswordsBusy)) throw error
    const sentence = 'Too many people sign in at this moment. Try again in 2 seconds.'
    throw new HttpFault(503, sentence, { 'retry-after': '2' })
  }
}

const Credentials = z.object({ email: z.string(), password: z.string() })

async function readCredentials(exchange: Exchange) {
  const sentence = 'Send {"email": "…", "password": "…"} as application/json.'
  if (contentType(exchange) !== 'application/json') throw new HttpFault(415, sentence)
  const body = await readBody(exchange, 16_384)
  try {
    return Credentials.parse(JSON.parse(body))
  } catch {
    throw new HttpFault(400, sentence)
  }
}

type Person = { id: string; name: string; email: string }

function sessionOf(user: Person | null | undefined, csrfToken: string | null | undefined) {
  if (!user || !csrfToken) return { user: null, csrfToken: null }
  const { id, name, email } = user
  return { user: { id: encodeId('User', { accountId: nowhere, id }), name, email }, csrfToken }
}

type Filled = { next: string; email: string; trouble: HttpFault | null }

function sendForm(exchange: Exchange, people: People, { next, email, trouble }: Filled): void {
  const body = `${trouble ? troubleHtml(trouble.message) : ''}
<form method="post" action="/sign-in">
${people.formToken(exchange)}
<input type="hidden" name="next" value="${escape(next)}">
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required value="${escape(email)}">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>Sign in</button>
</form>`
  const { status = 200, headers = {} } = trouble ?? {}
  sendPage(exchange, 'Sign in', body, { status, headers: { ...noStore, ...headers } })
}

/** A sentence about what went wrong; read out by screen readers. */
export function troubleHtml(sentence: string): string {
  return `<p class="trouble" role="alert">${escape(sentence)}</p>`
}
