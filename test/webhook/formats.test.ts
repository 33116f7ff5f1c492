// Formats of dialects: other bodies, signatures and waits than the gateway's own, and endpoints of
// applications, which end with their keys.
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Scope } from '../../src/auth/scope.ts'
import { namesOfTypes, theirNames, typesOfNames } from '../../src/rest/webhooks.ts'
import { testApp, testSealer } from '../support/app.ts'
import { change, documentOf, done, rowCounts } from '../support/ask.ts'
import { makeApiKey, makeInstallation } from '../support/makers.ts'
import { startReceiver as startAnswering } from '../support/receiver.ts'
import { openBusiness } from './business.ts'
import { becomes } from './delivering.ts'
import { formats } from './till.ts'

const app = await testApp({ formats })
const { db, clock } = app
const business = () => openBusiness(app)

const hmac = (secret: string, text: string) =>
  createHmac('sha256', secret).update(text).digest('hex')

const endpointAt = (accountId: string) =>
  db.prisma.webhookEndpoint.findFirstOrThrow({ where: { accountId } })
const deliveriesOf = (accountId: string) =>
  db.prisma.webhookDelivery.findMany({ where: { accountId }, orderBy: { eventSeq: 'asc' } })

/** Resolves with the row when the nth delivery has been tried so often and nobody is at it. */
const tried = async (accountId: string, index: number, attempts: number) => {
  const rows = await becomes(
    () => deliveriesOf(accountId),
    (found) => found[index]?.attempts === attempts && found[index].leasedBy === null,
  )
  return rows[index]
}

/** Asks as an application does, and answers with the result of the one field that is asked. */
async function asInstallation(authorization: string, query: string, variables: object = {}) {
  const headers = { 'content-type': 'application/json', authorization }
  const response = await app.post('/graphql', {
    headers,
    body: JSON.stringify({ query, variables }),
  })
  // oxlint-disable-next-line no-explicit-any
  return (await response.json()) as { data: any; errors?: { extensions: { code: string } }[] }
}

const appScopes: Scope[] = ['webhooks:read', 'webhooks:write', 'bookings:read', 'apps:read']

/** A business with an application that has an endpoint for parcels. */
async function withParcels(url?: string) {
  const shop = await business()
  const { accountId, id } = shop
  const installed = await makeInstallation(db, { accountId, scopes: appScopes, sealer: testSealer })
  const create = async (more: object = {}) => {
    const input = {
      accountId: id('Account', accountId),
      url: url ?? shop.receiver.url,
      types: ['booking.created'],
      format: 'parcel',
      ...more,
    }
    const text = documentOf(
      'createWebhookEndpoint',
      'id serial scopes installation { id }',
      'secret',
    )
    return (await asInstallation(installed.authorization, text, { input })).data.result
  }
  return { ...shop, installed, create, made: await create() }
}

describe('a format of a dialect', () => {
  it('has its own body and signature, and no other', async () => {
    const { book, receiver, endpoint } = await business()
    const made = await endpoint({ format: 'till', scopes: ['bookings:read', 'customers:read'] })
    const { number } = await book({ notes: 'Window seat' })
    const { headers, body } = await receiver.nth(0)
    expect(JSON.parse(body)).toEqual({
      event: 'sale_opened',
      from: 'booking.created',
      at: clock.now(),
      sale: {
        number,
        status: 'CONFIRMED',
        notes: 'Window seat',
        customer: { name: 'Ada Byron', email: null },
      },
    })
    expect(headers['x-till-signature']).toBe(hmac(made.secret, body))
    expect(Object.keys(headers).filter((name) => name.startsWith('webhook-'))).toEqual([])
  })

  it('shows before it is sent what is, without what the secret makes', async () => {
    const { book, receiver, endpoint, key } = await business()
    const made = await endpoint({ format: 'till' })
    await book()
    const sent = await receiver.nth(0)
    const shown = await done(
      app,
      key,
      'webhookDryRun',
      { id: made.id },
      'body headers { name value }',
    )
    expect(shown.body).toBe(sent.body)
    expect(shown.headers).toContainEqual({ name: 'x-till-signature', value: '[hidden]' })
  })

  it('sends nothing where it has nothing to say, and is done with it', async () => {
    const { book, receiver, endpoint, key, accountId } = await business()
    const made = await endpoint({ format: 'till' })
    const { id } = await book()
    await receiver.nth(0)
    const update = (input: object) => done(app, key, 'updateBooking', { id, ...input })
    await update({ customFields: { colour: 'red' } })
    await update({ externalRef: 'R-1' })
    await update({ notes: 'Loud' })
    await done(app, key, 'cancelBooking', { id })
    await receiver.nth(2)
    expect(receiver.received.map(({ body }) => JSON.parse(body).event)).toEqual([
      'sale_opened',
      'sale_changed',
      'sale_noted',
    ])
    const rows = await becomes(
      () => deliveriesOf(accountId),
      (found) => found.length === 5 && found.every(({ state }) => state !== 'WAITING'),
    )
    const states = rows.map(({ state, attempts }) => [state, attempts])
    expect(states).toEqual([
      ['DELIVERED', 1],
      ['SKIPPED', 0],
      ['DELIVERED', 1],
      ['DELIVERED', 1],
      ['SKIPPED', 0],
    ])
    const untried = { accountId, deliveryId: { in: [rows[1]!.id, rows[4]!.id] } }
    expect(await db.prisma.webhookAttempt.count({ where: untried })).toBe(0)
    const dry = await change(app, key, 'webhookDryRun', { id: made.id }, 'body')
    expect(dry).toMatchObject({ code: 'VALIDATION_FAILED', path: ['eventId'] })
  })

  it('is tried again by its own table, to the second, and then given up', async () => {
    const { book, receiver, endpoint, accountId } = await business()
    receiver.state.status = 500
    await endpoint({ format: 'till' })
    await book()
    for (const [index, wait] of [60, 300, 1800].entries()) {
      const row = await tried(accountId, 0, index + 1)
      expect(row?.nextAttemptAt?.getTime()).toBe(clock.now() + wait * 1000)
      clock.advance(wait * 1000)
    }
    expect(await tried(accountId, 0, 4)).toMatchObject({ state: 'FAILED', nextAttemptAt: null })
    expect(await endpointAt(accountId)).toMatchObject({
      disabledAt: null,
      failureCount: 4,
      lostCount: 1,
    })
  })

  it.each([
    ['a document', { format: 'till', document: '{ viewer { name } }' }, 'document'],
    ['types that it tells nothing of', { format: 'till', types: ['booking.no_show'] }, 'types'],
    ['another than an application', { format: 'parcel' }, 'format'],
    ['another name', { format: 'constructor' }, 'format'],
  ])('does not take %s', async (_what, wrong, field) => {
    const { accountId, endpoint } = await business()
    await expect(endpoint(wrong)).rejects.toThrow(`"path":["${field}"]`)
    expect(await db.prisma.webhookEndpoint.count({ where: { accountId } })).toBe(0)
  })

  it('says its names for our types, and ours for its names', () => {
    const till = formats['till']!
    expect(theirNames(till)).toEqual(['sale_opened', 'sale_noted', 'sale_changed'])
    expect(typesOfNames(till, ['sale_changed'])).toEqual(['booking.updated', 'booking.rescheduled'])
    expect(typesOfNames(till, ['other'])).toEqual([])
    expect(namesOfTypes(till, ['booking.created'])).toEqual(['sale_opened'])
    expect(namesOfTypes(till, ['booking.*'])).toEqual(theirNames(till))
  })
})

describe('an endpoint of an application', () => {
  it('is signed by the secret of the application, also after that is another', async () => {
    const { made, installed, book, receiver } = await withParcels()
    expect(made.secret).toBeNull()
    expect(made.data).toMatchObject({
      scopes: ['bookings:read', 'webhooks:read', 'apps:read'],
      installation: { id: expect.any(String) },
    })
    await book()
    const { headers, body } = await receiver.nth(0)
    const signed = `${headers['x-parcel-time']}${headers['x-parcel-id']}${receiver.url}${body}`
    expect(headers['x-parcel-signature']).toBe(hmac(installed.secret, signed))
    expect(headers['x-parcel-time']).toBe(String(clock.now()))
    expect(headers['x-parcel-try']).toBe('1')
    expect(headers).not.toHaveProperty('x-parcel-lost')
    const secretSealed = testSealer.seal('another')
    await db.prisma.application.update({
      where: { id: installed.applicationId },
      data: { secretSealed },
    })
    await book()
    const next = await receiver.nth(1)
    const { 'x-parcel-time': at, 'x-parcel-id': id, 'x-parcel-signature': is } = next.headers
    expect(is).toBe(hmac('another', `${at}${id}${receiver.url}${next.body}`))
  })

  it('says that messages were lost, until one arrives', async () => {
    const { book, receiver, accountId } = await withParcels()
    receiver.state.status = 500
    await book()
    for (const [index, wait] of [1, 2].entries()) {
      await tried(accountId, 0, index + 1)
      clock.advance(wait * 1000)
    }
    expect(await tried(accountId, 0, 3)).toMatchObject({ state: 'FAILED' })
    const ids = receiver.received.map(({ headers }) => headers['x-parcel-id'])
    expect(new Set(ids).size).toBe(1)
    receiver.state.status = 204
    await book()
    expect((await receiver.nth(3)).headers['x-parcel-lost']).toBe('true')
    await tried(accountId, 1, 1)
    await book()
    expect((await receiver.nth(4)).headers).not.toHaveProperty('x-parcel-lost')
  })

  it('is blocked by failures in a row, stays listed, and is sent nothing', async () => {
    const hanging = await startAnswering(() => {})
    const { book, accountId, installed } = await withParcels(hanging.url)
    await book()
    for (const [index, wait] of [1, 2].entries()) {
      await tried(accountId, 0, index + 1)
      clock.advance(wait * 1000)
    }
    await tried(accountId, 0, 3)
    await book()
    await tried(accountId, 1, 1)
    clock.advance(1000)
    const row = await tried(accountId, 1, 2)
    expect(row).toMatchObject({
      state: 'FAILED',
      lastError: 'No complete answer came within 0.2 seconds.',
    })
    await book()
    const list = `{ webhookEndpoints(filter: { formats: ["parcel"] }) {
      nodes { state disabledAt disabledReason failureCount lostCount } } }`
    const { data } = await asInstallation(installed.authorization, list)
    expect(data.webhookEndpoints.nodes).toEqual([
      {
        state: 'DISABLED',
        disabledAt: new Date(clock.now()).toISOString(),
        disabledReason: '5 tries in a row failed.',
        failureCount: 5,
        lostCount: 2,
      },
    ])
    expect(await deliveriesOf(accountId)).toHaveLength(2)
    expect(hanging.received).toHaveLength(5)
  })

  it('is seen by the application alone among applications, and by who runs the account', async () => {
    const { made, installed, id, endpoint, key, accountId, create, book, receiver } =
      await withParcels()
    const own = await endpoint()
    await book()
    await receiver.nth(1)
    const other = await makeInstallation(db, { accountId, scopes: appScopes, sealer: testSealer })
    const again = await create()
    const list = `{ webhookEndpoints { totalCount nodes { id serial } }
      webhookDeliveries { totalCount } }`
    const { data } = await asInstallation(installed.authorization, list)
    expect(data.webhookEndpoints.nodes).toEqual(
      [again, made].map(({ data: { id, serial } }) => ({ id, serial })),
    )
    expect(data.webhookDeliveries.totalCount).toBe(1)
    const theirs = await asInstallation(other.authorization, list)
    expect(theirs.data).toEqual({
      webhookEndpoints: { totalCount: 0, nodes: [] },
      webhookDeliveries: { totalCount: 0 },
    })
    const run = await app.graphql(key, list)
    expect(run.data.webhookEndpoints.totalCount).toBe(3)
    expect(run.data.webhookDeliveries.totalCount).toBe(2)
    const { serial } = made.data
    const one = `{ webhookEndpoints(filter: { serials: [${serial}] }) { nodes { id } } }`
    const found = await asInstallation(installed.authorization, one)
    expect(found.data.webhookEndpoints.nodes).toEqual([{ id: made.data.id }])

    const before = await rowCounts(app)
    for (const delivery of await deliveriesOf(accountId)) {
      const input = { id: id('WebhookDelivery', delivery.id) }
      const text = documentOf('redeliverWebhook', 'id')
      const { result } = (await asInstallation(other.authorization, text, { input })).data
      expect(result).toMatchObject({ code: 'NOT_FOUND', path: ['id'] })
    }
    for (const mutation of [
      'deleteWebhookEndpoint',
      'updateWebhookEndpoint',
      'testWebhookEndpoint',
    ]) {
      for (const foreign of [own.id, made.data.id]) {
        const input = { id: foreign }
        const text = documentOf(mutation, 'id')
        const { result } = (await asInstallation(other.authorization, text, { input })).data
        expect(result).toMatchObject({ code: 'NOT_FOUND', path: ['id'] })
      }
    }
    const node = `{ a: node(id: "${own.id}") { id } b: node(id: "${made.data.id}") { id } }`
    expect((await asInstallation(other.authorization, node)).data).toEqual({ a: null, b: null })
    expect((await asInstallation(installed.authorization, node)).data).toEqual({
      a: null,
      b: { id: made.data.id },
    })
    expect(await rowCounts(app)).toEqual(before)
    const remove = documentOf('deleteWebhookEndpoint', 'id')
    const gone = await asInstallation(installed.authorization, remove, {
      input: { id: made.data.id },
    })
    expect(gone.data.result.data).toEqual({ id: made.data.id })
  })

  it('ends with its key: uninstalled, or approved again', async () => {
    for (const [mutation, inputOf] of [
      ['uninstallApplication', ({ id }: { id: string }) => ({ id })],
      [
        'authorizeApplication',
        (_: { id: string }, publicId: string, account: string) => ({
          accountId: account,
          applicationId: publicId,
          scopes: ['bookings:read'],
        }),
      ],
    ] as const) {
      const { id, installed, accountId, endpoint, key } = await withParcels()
      const own = await endpoint()
      const { publicId } = await db.prisma.application.findUniqueOrThrow({
        where: { id: installed.applicationId },
      })
      const installation = { id: id('Installation', installed.id) }
      const input = inputOf(installation, publicId, id('Account', accountId))
      await done(app, key, mutation, input)
      const { data } = await app.graphql(key, '{ webhookEndpoints { nodes { id } } }')
      expect(data.webhookEndpoints.nodes).toEqual([{ id: own.id }])
      const facts = await db.prisma.auditEntry.findMany({
        where: { accountId, action: 'webhook.deleted' },
      })
      expect(facts).toHaveLength(1)
    }
  })

  it('takes the place of its own of the same format and types alone, also by eight at once', async () => {
    const { made, create, accountId, endpoint } = await withParcels()
    const own = await endpoint({ types: ['booking.created'] })
    const others = await create({ types: ['booking.created', 'booking.cancelled'] })
    const again = await Promise.all(Array.from({ length: 8 }, () => create({ replaces: true })))
    const { data } = await app.graphql(
      (await makeApiKey(db, { accountId })).key,
      '{ webhookEndpoints { nodes { id } } }',
    )
    const left: string[] = data.webhookEndpoints.nodes.map(({ id }: { id: string }) => id)
    expect(left).toHaveLength(3)
    expect(left).toContain(own.id)
    expect(left).toContain(others.data.id)
    expect(left).not.toContain(made.data.id)
    expect(again.map(({ data: { id } }) => id)).toEqual(
      expect.arrayContaining(left.filter((id) => id !== own.id && id !== others.data.id)),
    )
    const facts = { accountId, action: 'webhook.deleted' }
    expect(await db.prisma.auditEntry.count({ where: facts })).toBe(8)
  })

  it('is told no more than the application itself may see, and no more is asked for it', async () => {
    const { create } = await withParcels()
    const beyond = await create({ scopes: ['bookings:read', 'customers:read'] })
    expect(beyond).toMatchObject({ code: 'VALIDATION_FAILED', path: ['scopes'] })
  })
})

describe('an API key', () => {
  it('makes, lists and deletes endpoints with webhooks:write', async () => {
    const { accountId, id, receiver } = await business()
    const scopes: Scope[] = ['webhooks:read', 'webhooks:write', 'bookings:read']
    const { key } = await makeApiKey(db, { accountId, scopes })
    const input = {
      accountId: id('Account', accountId),
      url: receiver.url,
      types: ['booking.created'],
      format: 'till',
    }
    const made = await done(app, key, 'createWebhookEndpoint', input, 'id scopes')
    expect(made.scopes).toEqual(['bookings:read', 'webhooks:read'])
    const { data } = await app.graphql(key, '{ webhookEndpoints { nodes { id format } } }')
    expect(data.webhookEndpoints.nodes).toEqual([{ id: made.id, format: 'till' }])
    await done(app, key, 'deleteWebhookEndpoint', { id: made.id })
    expect(await db.prisma.webhookEndpoint.count({ where: { accountId } })).toBe(0)
  })
})
