// A dump of the database holds no secret that was ever given out, in no form that it was sent in.
import { expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { inviteUser } from '../../src/access/invitation.actions.ts'
import { issuePasswordLink } from '../../src/access/sign-in.actions.ts'
import { cookieCredential, isFailure, viewerOf } from '../../src/auth/credential.ts'
import { newClientSecret } from '../../src/auth/secret.ts'
import { newContext } from '../../src/context.ts'
import { testApp } from '../support/app.ts'
import { issued } from '../support/ask.ts'
import { makeAccount, makeApiClient } from '../support/makers.ts'
import { makePerson, password, signIn } from '../support/people.ts'

const app = await testApp()
const { db, clock } = app

async function dump(): Promise<string> {
  const tables = await db.pool.query<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
  )
  const texts = await Promise.all(
    tables.rows.map(async ({ name }) => {
      const { rows } = await db.pool.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM "${name}" t`,
      )
      return rows.map(({ row }) => row).join('\n')
    }),
  )
  return texts.join('\n')
}

it('holds no secret', async () => {
  const { id } = await makeAccount(db)
  const accountId = encodeId('Account', { accountId: id, id })
  const { token, clientSecret } = await makeApiClient(db, { accountIds: [id], now: clock.now() })
  const wish = { name: 'Any', scopes: ['accounts:read'] }
  const once = { idempotencyKey: 'once' }
  const key = await issued(app, token, 'createApiKey', { ...wish, accountId, ...once })
  const rotated = await issued(app, token, 'rotateApiKey', { id: key.id })
  const chosen = { ...wish, accountIds: [accountId], idempotencyKey: 'twice' }
  const client = await issued(app, token, 'createApiClient', chosen)
  const another = await issued(app, token, 'regenerateApiClientSecret', { id: client.id })
  await app.graphql(rotated.secret, '{ viewer { kind } }')
  const wanted = { name: 'App', redirectUrl: 'https://app.example.com/' }
  const application = await issued(app, token, 'registerApplication', wanted)
  const { publicId: applicationId } = await db.prisma.application.findFirstOrThrow()
  const grant = { accountId, applicationId, scopes: ['accounts:read'] }
  const installed = await issued(app, token, 'authorizeApplication', grant)
  const installedAgain = await issued(app, token, 'authorizeApplication', grant)
  const renewed = await issued(app, token, 'rotateApplicationSecret', { id: application.id })
  const headerValue = newClientSecret().text.slice(4)
  const endpoint = await issued(app, token, 'createWebhookEndpoint', {
    accountId,
    url: 'https://told.example.com/',
    types: ['booking.created'],
    scopes: ['bookings:read'],
    headers: [{ name: 'x-password', value: headerValue }],
  })
  const signing = await issued(app, token, 'rotateWebhookSecret', { id: endpoint.id })
  const person = await makePerson(app, { [id]: 'OWNER' })
  const { cookie } = await signIn(app, person.email)
  const begun = await viewerOf(db, cookieCredential(cookie.split('=')[1] ?? ''), clock.now())
  if (isFailure(begun)) throw new Error(begun.sentence)
  const ctx = newContext(app.app.services, begun.viewer, 'the request')
  const guest = { email: 'guest@example.com', name: 'Guest', role: 'VIEWER' } as const
  const invited = await inviteUser(ctx, id, guest)
  const link = await issuePasswordLink(db, { email: 'new@example.com', name: 'New' }, clock.now())
  await app.app.stop()
  const secrets = [
    token,
    clientSecret,
    ...[key, rotated, client, another, invited, link].map(({ secret }) => secret),
    ...[application, renewed, installed, installedAgain].map(({ secret }) => secret),
    ...[endpoint, signing].map(({ secret }) => secret),
    headerValue,
    cookie.split('=')[1] ?? '',
  ]
  expect(new Set(secrets).size).toBe(16)
  expect(Math.min(...secrets.map(({ length }) => length))).toBeGreaterThan(40)
  const text = await dump()
  // What is searched is what was meant: the shown parts are there.
  expect(text).toContain(rotated.secret.slice(4, 16))
  expect(text).toContain('once')
  expect(text).toContain('guest@example.com')
  expect(text).not.toContain(password)
  for (const secret of secrets) {
    // Without prefix and public name too, and as bytes are written.
    const inner = secret.slice(secret.lastIndexOf('_') + 1)
    for (const form of [inner, inner.slice(0, -6), inner.slice(0, 16)]) {
      expect(text).not.toContain(form)
      expect(text).not.toContain(Buffer.from(form).toString('hex'))
      expect(text).not.toContain(Buffer.from(form).toString('base64').slice(0, 20))
      expect(text).not.toContain(Buffer.from(form, 'base64').toString('hex').slice(0, 20))
    }
  }
  expect(JSON.stringify(app.lines)).not.toMatch(/(sg[akstpiu]|whsec)_[0-9A-Za-z_+/]{16,}/)
})
