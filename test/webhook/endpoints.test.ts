// Webhook endpoints over HTTP: who may make them, what is legal, and what a change changes.
import { describe, expect, it } from 'vitest'
import type { Scope } from '../../src/auth/scope.ts'
import { newId } from '../../src/db/id.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, issued, rowCounts } from '../support/ask.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

const app = await testApp()
const { db, clock } = app
const HOUR = 3_600_000

async function business(scopes?: readonly Scope[]) {
  const account = await makeAccount(db)
  const made = await makeApiKey(db, { accountId: account.id, ...(scopes && { scopes }) })
  const accountId = encodeId('Account', { accountId: account.id, id: account.id })
  return { row: account.id, accountId, key: made.key, userId: made.userId }
}

const wish = (accountId: string, more: object = {}) => ({
  accountId,
  url: 'https://example.com/hooks?token=abc',
  types: ['booking.*'],
  scopes: ['bookings:read', 'webhooks:read'],
  ...more,
})

const auditOf = async (accountId: string) => {
  const rows = await db.prisma.auditEntry.findMany({
    where: { accountId, action: { startsWith: 'webhook.' } },
    orderBy: { id: 'asc' },
  })
  return rows.map(({ action, outcome }) => `${action} ${outcome}`)
}

describe('createWebhookEndpoint', () => {
  it('makes an endpoint whose secret and headers are shown to nobody again', async () => {
    const { accountId, key, row, userId } = await business()
    const service = { accountId: row, id: newId(), name: 'Cut', kind: 'APPOINTMENT' as const }
    await db.prisma.service.create({ data: { ...service, durationMinutes: 30 } })
    const serviceId = encodeId('Service', service)
    const headers = [{ name: 'Authorization', value: 'Basic c2VjcmV0' }]
    const more = { description: 'Till', filter: { serviceIds: [serviceId] }, headers }
    const made = await issued(app, key, 'createWebhookEndpoint', wish(accountId, more))
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const fields = `id url description types scopes format document headerNames state pausedAt
      disabledAt disabledReason failingSince lostCount previousSecretUntil version createdAt
      createdBy account { id } filter { serviceIds staffIds } deliveries { totalCount }`
    const { data, errors } = await app.graphql(
      key,
      `{ node(id: "${made.id}") { ... on WebhookEndpoint { ${fields} } }
         webhookEndpoints { totalCount nodes { id } } }`,
    )
    expect(errors).toBeUndefined()
    const maker = await db.prisma.user.findUniqueOrThrow({ where: { id: userId } })
    expect(data.node).toEqual({
      id: made.id,
      url: 'https://example.com/hooks?token=abc',
      description: 'Till',
      types: ['booking.*'],
      scopes: ['bookings:read', 'webhooks:read'],
      format: 'standard',
      document: null,
      headerNames: ['Authorization'],
      state: 'ACTIVE',
      pausedAt: null,
      disabledAt: null,
      disabledReason: null,
      failingSince: null,
      lostCount: 0,
      previousSecretUntil: null,
      version: 1,
      createdAt: new Date(clock.now()).toISOString(),
      createdBy: maker.name,
      account: { id: accountId },
      filter: { serviceIds: [serviceId], staffIds: null },
      deliveries: { totalCount: 0 },
    })
    expect(data.webhookEndpoints).toEqual({ totalCount: 1, nodes: [{ id: made.id }] })
    const stored = JSON.stringify(
      await db.prisma.auditEntry.findMany({ where: { accountId: row } }),
    )
    expect(stored).toContain('https://example.com')
    expect(stored).not.toMatch(/token=abc|c2VjcmV0|whsec_/)
    expect(await auditOf(row)).toEqual(['webhook.created DONE'])
  })

  it('refuses scopes that the maker does not hold itself, and records the attempt', async () => {
    const { accountId, key, row } = await business(['webhooks:write', 'bookings:read'])
    const before = await rowCounts(app)
    const answer = await change(app, key, 'createWebhookEndpoint', wish(accountId), 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['scopes'] })
    expect(answer.message).toContain('"webhooks:read"')
    expect(await rowCounts(app)).toEqual({ ...before, AuditEntry: before['AuditEntry']! + 1 })
    expect(await auditOf(row)).toEqual(['webhook.created REFUSED'])
  })

  const big = { name: 'Big', value: 'x'.repeat(4097) }
  it.each([
    ['a URL that is none', { url: 'example' }, 'url'],
    ['plain http', { url: 'http://example.com' }, 'url'],
    ['a private address', { url: 'https://10.0.0.1/' }, 'url'],
    ['the metadata service', { url: 'https://[::ffff:169.254.169.254]/' }, 'url'],
    ['a type that there is not', { types: ['booking.eaten'] }, 'types'],
    ['no type', { types: [] }, 'types'],
    ['a type that its scopes do not show', { types: ['customer.*'] }, 'types'],
    ['a scope that there is not', { scopes: ['bookings:read', 'everything'] }, 'scopes'],
    ['a scope to write', { scopes: ['bookings:read', 'bookings:write'] }, 'scopes'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['a format that there is not', { format: 'carrier-pigeon' }, 'format'],
    ['a header of the gateway', { headers: [{ name: 'Host', value: 'x' }] }, 'headers'],
    ['a header that breaks the line', { headers: [{ name: 'A', value: 'x\ny' }] }, 'headers'],
    ['a header that is too long', { headers: [big] }, 'headers'],
    ['a document that is none', { document: 'query {' }, 'document'],
    ['a document of another graph', { document: '{ weather }' }, 'document'],
    ['a mutation', { document: 'mutation { deleteBooking }' }, 'document'],
    ['a subscription', { document: 'subscription { bookingEvents { id } }' }, 'document'],
    ['an unknown variable', { document: 'query ($x: ID!) { node(id: $x) { id } }' }, 'document'],
    [
      'a variable of another type',
      { document: 'query ($type: Int) { bookings(first: $type) { totalCount } }' },
      'document',
    ],
    [
      'a costly document',
      { document: '{ bookings(first: 100) { nodes { history(first: 100) { nodes { id } } } } }' },
      'document',
    ],
    ['a filter of another account', { filter: { serviceIds: ['x'] } }, 'filter'],
  ])('refuses %s', async (_what, wrong, field) => {
    const { accountId, key } = await business()
    const before = await rowCounts(app)
    const answer = await change(app, key, 'createWebhookEndpoint', wish(accountId, wrong), 'id')
    expect(answer.code).toMatch(/^(VALIDATION_FAILED|NOT_FOUND)$/)
    expect(answer.path?.[0]).toBe(field)
    expect(await rowCounts(app)).toEqual(before)
  })

  it('is for administrators of the account only', async () => {
    const { accountId, row } = await business()
    const stranger = await business()
    const answer = await change(app, stranger.key, 'createWebhookEndpoint', wish(accountId), 'id')
    expect(answer).toMatchObject({ code: 'NOT_FOUND', path: ['accountId'] })
    const { key } = await makeApiKey(db, { accountId: row, role: 'STAFF' })
    const attempt = change(app, key, 'createWebhookEndpoint', wish(accountId), 'id')
    await expect(attempt).rejects.toThrow('FORBIDDEN')
  })

  it('said twice is done once, and does not show the secret again', async () => {
    const { accountId, key, row } = await business()
    const input = wish(accountId, { idempotencyKey: 'once' })
    const first = await issued(app, key, 'createWebhookEndpoint', input)
    expect(await issued(app, key, 'createWebhookEndpoint', input)).toEqual({
      id: first.id,
      secret: null,
    })
    expect(await db.prisma.webhookEndpoint.count({ where: { accountId: row } })).toBe(1)
  })
})

describe('updateWebhookEndpoint', () => {
  it('changes what is given and leaves the rest, also the headers', async () => {
    const { accountId, key, row } = await business()
    const headers = [{ name: 'X-Till', value: '1' }]
    const input = wish(accountId, { headers, description: 'Till' })
    const { id } = await issued(app, key, 'createWebhookEndpoint', input)
    const selection = 'url types description headerNames state version'
    const change = { id, types: ['booking.created'], description: null, expectedVersion: 1 }
    expect(await done(app, key, 'updateWebhookEndpoint', change, selection)).toEqual({
      url: input.url,
      types: ['booking.created'],
      description: null,
      headerNames: ['X-Till'],
      state: 'ACTIVE',
      version: 2,
    })
    const paused = await done(app, key, 'updateWebhookEndpoint', { id, paused: true }, selection)
    expect(paused).toMatchObject({ state: 'PAUSED', version: 3 })
    const again = await done(app, key, 'updateWebhookEndpoint', { id, paused: true }, selection)
    expect(again).toMatchObject({ state: 'PAUSED', version: 3 })
    const on = { id, paused: false, headers: null }
    expect(await done(app, key, 'updateWebhookEndpoint', on, selection)).toMatchObject({
      state: 'ACTIVE',
      headerNames: [],
      version: 4,
    })
    expect(await auditOf(row)).toEqual([
      'webhook.created DONE',
      'webhook.updated DONE',
      'webhook.updated DONE',
      'webhook.updated DONE',
    ])
  })

  it('refuses a stale version and what would not be legal', async () => {
    const { accountId, key } = await business()
    const { id } = await issued(app, key, 'createWebhookEndpoint', wish(accountId))
    const before = await rowCounts(app)
    const stale = { id, description: 'x', expectedVersion: 2 }
    expect(await change(app, key, 'updateWebhookEndpoint', stale, 'id')).toMatchObject({
      code: 'VERSION_CONFLICT',
    })
    const wrong = { id, url: 'https://localhost.internal/' }
    expect(await change(app, key, 'updateWebhookEndpoint', wrong, 'id')).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['url'],
    })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('does not let whoever may see less send what the endpoint sees elsewhere', async () => {
    const { accountId, key, row, userId } = await business()
    const { id } = await issued(app, key, 'createWebhookEndpoint', wish(accountId))
    const scopes: Scope[] = ['webhooks:write', 'webhooks:read']
    const narrow = await makeApiKey(db, { accountId: row, userId, scopes })
    const away = { id, url: 'https://elsewhere.example/' }
    const answer = await change(app, narrow.key, 'updateWebhookEndpoint', away, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['scopes'] })
    const shown = await change(app, narrow.key, 'webhookDryRun', { id }, 'body')
    expect(shown).toMatchObject({ code: 'VALIDATION_FAILED', path: ['id'] })
    const paused = { id, paused: true }
    expect(await done(app, narrow.key, 'updateWebhookEndpoint', paused, 'state url')).toEqual({
      state: 'PAUSED',
      url: wish(accountId).url,
    })
    expect(await auditOf(row)).toEqual([
      'webhook.created DONE',
      'webhook.updated REFUSED',
      'webhook.dry_run REFUSED',
      'webhook.updated DONE',
    ])
  })
})

describe('rotateWebhookSecret', () => {
  it('gives another secret, and says how long the one before goes on', async () => {
    const { accountId, key, row } = await business()
    const made = await issued(app, key, 'createWebhookEndpoint', wish(accountId))
    const input = { id: made.id, overlapSeconds: 3600 }
    const rotated = await issued(app, key, 'rotateWebhookSecret', input)
    expect(rotated.secret).toMatch(/^whsec_/)
    expect(rotated.secret).not.toBe(made.secret)
    const ask = `{ node(id: "${made.id}") { ... on WebhookEndpoint { previousSecretUntil } } }`
    const until = new Date(clock.now() + HOUR).toISOString()
    expect((await app.graphql(key, ask)).data.node.previousSecretUntil).toBe(until)
    const wrong = { id: made.id, overlapSeconds: 604_801 }
    expect(await change(app, key, 'rotateWebhookSecret', wrong, 'id')).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['overlapSeconds'],
    })
    expect(await auditOf(row)).toEqual(['webhook.created DONE', 'webhook.secret_rotated DONE'])
  })
})

describe('deleteWebhookEndpoint', () => {
  it('deletes it with what was sent; it is not there for anybody else', async () => {
    const { accountId, key, row } = await business()
    const stranger = await business()
    const { id } = await issued(app, key, 'createWebhookEndpoint', wish(accountId))
    await done(app, key, 'testWebhookEndpoint', { id })
    for (const mutation of ['deleteWebhookEndpoint', 'rotateWebhookSecret', 'webhookDryRun']) {
      const answer = await change(app, stranger.key, mutation, { id }, '__typename')
      expect(answer).toMatchObject({ code: 'NOT_FOUND', path: ['id'] })
    }
    await done(app, key, 'deleteWebhookEndpoint', { id })
    const where = { accountId: row }
    expect(await db.prisma.webhookEndpoint.count({ where })).toBe(0)
    expect(await db.prisma.webhookDelivery.count({ where })).toBe(0)
    const answer = await change(app, key, 'deleteWebhookEndpoint', { id }, 'id')
    expect(answer).toMatchObject({ code: 'NOT_FOUND', path: ['id'] })
  })
})
