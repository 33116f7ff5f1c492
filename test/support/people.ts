// People who sign in: made with a password that is quick to compare, and signed in over HTTP as a
// browser is, with a cookie and the token that belongs to it.
import { scryptSync } from 'node:crypto'
import type { Role } from '../../src/auth/scope.ts'
import type { User } from '../../src/generated/prisma/client.ts'
import type { GraphQLAnswer, TestApp } from './app.ts'
import { giveRole, makeUser } from './makers.ts'

export const password = 'correct horse battery'

/** As it is kept, at the least cost there is. */
export function quickHash(text: string): string {
  const key = scryptSync(text, 'salt', 32, { N: 16, r: 1, p: 1 }).toString('base64url')
  return `scrypt$4$1$1$${Buffer.from('salt').toString('base64url')}$${key}`
}

/** A person with the password, in these roles. */
export async function makePerson(
  app: TestApp,
  roles: Record<string, Role> = {},
  user: Partial<User> = {},
): Promise<User> {
  const person = await makeUser(app.db, { passwordHash: quickHash(password), ...user })
  for (const [accountId, role] of Object.entries(roles)) {
    await giveRole(app.db, accountId, person.id, role)
  }
  return person
}

export type Browser = { cookie: string; csrfToken: string }

/** Signs in by JSON. */
export async function signIn(app: TestApp, email: string, word = password): Promise<Browser> {
  const response = await app.post('/console/sign-in', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: word }),
  })
  const body = (await response.json()) as { csrfToken: string }
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`)
  return { cookie: cookieIn(response, 'slotgraph_session'), csrfToken: body.csrfToken }
}

/** `name=value` of a cookie that was set; empty when it was not. */
export function cookieIn(response: Response, name: string): string {
  const set = response.headers.getSetCookie().findLast((text) => text.startsWith(`${name}=`))
  return set?.split(';')[0] ?? ''
}

/** Asks /graphql as the page of GraphiQL does. */
export async function askAs(
  app: TestApp,
  { cookie, csrfToken }: Browser,
  document: string,
  variables?: object,
): Promise<GraphQLAnswer> {
  const headers = { 'content-type': 'application/json', cookie, 'x-csrf-token': csrfToken }
  const body = JSON.stringify({ query: document, variables })
  return (await (await app.post('/graphql', { headers, body })).json()) as GraphQLAnswer
}

/** Opens a page; `fields` are the hidden ones of its forms. */
export async function open(app: TestApp, path: string, cookie = '') {
  const response = await fetch(app.url + path, {
    headers: { accept: 'text/html', cookie },
    redirect: 'manual',
  })
  const html = await response.text()
  const fields = Object.fromEntries(
    [...html.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )
  const formCookie = cookieIn(response, 'slotgraph_form')
  return { response, html, fields, cookie: [cookie, formCookie].filter(Boolean).join('; ') }
}

/** Sends a form as a browser does, without following. */
export async function submit(
  app: TestApp,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const response = await fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: app.url, ...headers },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })
  return { response, html: await response.text(), location: response.headers.get('location') }
}
