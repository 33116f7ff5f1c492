// Endpoints of API clients: told wherever the client reaches at the time, with what endpoint,
// client and the role of its maker there all allow; seen and dealt with by the maker alone.
import { describe, expect, it } from 'vitest'
import { allScopes, type Scope } from '../../src/auth/scope.ts'
import { newId } from '../../src/db/id.ts'
import { encodeId, nowhere } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, issued, rowCounts } from '../support/ask.ts'
import { giveRole, makeApiClient, makeApiKey } from '../support/makers.ts'
import { openBusiness, settledIn } from './business.ts'
import { becomes } from './delivering.ts'
import { startReceiver } from './receiver.ts'

const app = await testApp()
const { db } = app

const clientId = (id: string) => encodeId('ApiClient', { accountId: nowhere, id })
const endpointId = (id: string) => encodeId('WebhookEndpoint', { accountId: nowhere, id })

/** Two businesses, a person who administers both, and that person's client for both. */
async function chain(scopes: readonly Scope[] = allScopes) {
  const [one, two] = [await openBusiness(app), await openBusiness(app)]
  const accountIds = [one.accountId, two.accountId]
  const now = app.clock.now()
  const client = await makeApiClient(db, { accountIds, now })
  const narrow = await makeApiClient(db, {
    accountIds,
    chosen: accountIds,
    scopes,
    userId: client.userId,
    now,
  })
  const receiver = await startReceiver()
  const create = (more: object = {}, token = client.token) =>
    issued(app, token, 'createWebhookEndpoint', {
      clientId: clientId(narrow.id),
      url: receiver.url,
      types: ['booking.*'],
      scopes: ['bookings:read'],
      ...more,
    })
  const leave = ({ accountId }: { accountId: string }) =>
    db.prisma.apiClientAccount.deleteMany({ where: { clientId: narrow.id, accountId } })
  return { one, two, accountIds, client, narrow, receiver, create, leave }
}

type Below = { account: { id: string } }

const told = ({ body }: { body: string }) => JSON.parse(body).data as Record<string, never>
const states = async (endpoint: string) => {
  const rows = await db.prisma.webhookDelivery.findMany({
    where: { endpoint: { clientId: { not: null } }, endpointId: endpoint },
    orderBy: { eventSeq: 'asc' },
  })
  return rows.map(({ accountId, state, lastError }) => ({ accountId, state, lastError }))
}
const rowOf = (client: string) =>
  db.prisma.webhookEndpoint.findFirstOrThrow({ where: { clientId: client } })

describe('an endpoint of a client', () => {
  it('is told what happens in every account that the client reaches, and in no other', async () => {
    const { one, two, create, receiver, narrow } = await chain()
    const stranger = await openBusiness(app)
    const made = await create()
    expect(made.secret).toMatch(/^whsec_/)
    await stranger.book()
    const [first, second] = [await one.book(), await two.book()]
    await receiver.nth(1)
    // There is an order of each subject, and none between them.
    const subjects = receiver.received.map(({ body }) => JSON.parse(body).data.subject.id as string)
    expect(subjects.toSorted()).toEqual([first.id, second.id].toSorted())
    const { id } = await rowOf(narrow.id)
    const rows = await becomes(
      () => states(id),
      (found) => found.every(({ state }) => state === 'DELIVERED'),
    )
    expect(rows.map(({ accountId }) => accountId)).toEqual([one.accountId, two.accountId])
  })

  it('shows what endpoint, client and the role of its maker there all allow', async () => {
    const scopes: Scope[] = ['bookings:read', 'customers:read', 'customers:contact', 'audit:read']
    const { one, two, create, receiver, narrow, client } = await chain(scopes)
    const document =
      'query ($booking: ID!) { booking(id: $booking) { number customer { name email } } }'
    await create({ scopes: ['bookings:read', 'customers:read', 'customers:contact'], document })
    await db.prisma.customer.updateMany({ data: { email: 'ada@example.com' } })
    await one.book()
    const full = told(await receiver.nth(0))['booking']
    expect(full).toMatchObject({ customer: { name: 'Ada Byron', email: 'ada@example.com' } })
    const where = { id: narrow.id }
    await db.prisma.apiClient.update({ where, data: { scopes: ['bookings:read'] } })
    await two.book()
    const less = told(await receiver.nth(1))['booking']
    expect(less).toMatchObject({ customer: null })
    await giveRole(db, two.accountId, client.userId, 'STAFF')
    await two.book()
    await one.book()
    expect(told(await receiver.nth(2))['booking']).toMatchObject({ customer: null })
    expect(receiver.received).toHaveLength(3)
  })

  it('is told nothing more of an account that goes out of reach, also not what waits', async () => {
    const { one, two, create, receiver, narrow, leave } = await chain()
    const made = await create()
    const { id } = await rowOf(narrow.id)
    await db.prisma.webhookEndpoint.update({ where: { id }, data: { pausedAt: new Date() } })
    await two.book()
    await one.book()
    await becomes(
      () => states(id),
      (rows) => rows.length === 2,
    )
    await leave(two)
    await two.book()
    await db.prisma.webhookEndpoint.update({ where: { id }, data: { pausedAt: null } })
    await one.book()
    await receiver.nth(1)
    const rows = await becomes(
      () => states(id),
      (found) => found.length === 3 && found.every(({ state }) => state !== 'WAITING'),
    )
    const sentence = 'The API client does not reach this account any more.'
    expect(rows).toEqual([
      { accountId: two.accountId, state: 'FAILED', lastError: sentence },
      { accountId: one.accountId, state: 'DELIVERED', lastError: null },
      { accountId: one.accountId, state: 'DELIVERED', lastError: null },
    ])
    expect(await rowOf(narrow.id)).toMatchObject({ disabledAt: null, lostCount: 0 })
    expect(made.id).toBe(endpointId(id))
  })

  it('is dealt with by the maker of the client alone; to others it is not there', async () => {
    const { one, two, create, client, receiver } = await chain()
    const made = await create({ description: 'Ours' })
    await one.book()
    await two.book()
    await receiver.nth(1)
    const list = `{ webhookEndpoints { totalCount nodes { id description client { id }
      account { id } deliveries { totalCount nodes { account { id } } } } } }`
    const mine = await app.graphql(client.token, list)
    expect(mine.errors).toBeUndefined()
    expect(mine.data.webhookEndpoints.totalCount).toBe(1)
    const [shown] = mine.data.webhookEndpoints.nodes
    expect(shown).toMatchObject({ id: made.id, description: 'Ours', account: null })
    expect(shown.client.id).toMatch(/./)
    expect(shown.deliveries.totalCount).toBe(2)
    expect(new Set(shown.deliveries.nodes.map(({ account }: Below) => account.id))).toEqual(
      new Set([one, two].map(({ id, accountId }) => id('Account', accountId))),
    )
    const sent = `{ webhookDeliveries(filter: { endpointIds: ["${made.id}"] }) { totalCount } }`
    expect((await app.graphql(client.token, sent)).data.webhookDeliveries.totalCount).toBe(2)
    expect((await app.graphql(one.key, sent)).data.webhookDeliveries.totalCount).toBe(0)
    const random = endpointId(newId())
    const before = await rowCounts(app)
    for (const [mutation, more] of [
      ['updateWebhookEndpoint', { url: 'https://evil.example.com/' }],
      ['rotateWebhookSecret', {}],
      ['enableWebhookEndpoint', {}],
      ['testWebhookEndpoint', {}],
      ['webhookDryRun', {}],
      ['replayWebhooks', { since: new Date(app.clock.now() - 1000).toISOString() }],
      ['deleteWebhookEndpoint', {}],
    ] as const) {
      const ask = (id: string) => change(app, one.key, mutation, { id, ...more }, '__typename')
      const answer = await ask(made.id)
      expect(answer).toMatchObject({ code: 'NOT_FOUND', path: ['id'] })
      expect(answer).toEqual(await ask(random))
    }
    expect(await rowCounts(app)).toEqual(before)
    const node = `{ node(id: "${made.id}") { id } webhookEndpoints { totalCount }
      webhookDeliveries { nodes { id endpoint { id } } } }`
    const theirs = await app.graphql(one.key, node)
    expect(theirs.data.node).toBeNull()
    expect(theirs.data.webhookEndpoints.totalCount).toBe(0)
    // What was sent of their own account they see, and nothing of where.
    const [delivery] = theirs.data.webhookDeliveries.nodes
    expect(theirs.data.webhookDeliveries.nodes).toEqual([
      { id: expect.any(String), endpoint: null },
    ])
    const redeliver = { id: delivery.id }
    const again = await change(app, one.key, 'redeliverWebhook', redeliver, '__typename')
    expect(again).toMatchObject({ code: 'NOT_FOUND' })
    const own = await done(app, client.token, 'redeliverWebhook', redeliver, 'state')
    expect(own).toEqual({ state: 'WAITING' })
    await receiver.nth(2)
  })

  it('is hidden from a credential of the maker that reaches less than the client', async () => {
    const { one, create, client } = await chain()
    const { id } = await create()
    const key = await makeApiKey(db, { accountId: one.accountId, userId: client.userId })
    const { data } = await app.graphql(
      key.key,
      `{ node(id: "${id}") { id } webhookEndpoints { totalCount } }`,
    )
    expect(data).toEqual({ node: null, webhookEndpoints: { totalCount: 0 } })
    const remove = change(app, key.key, 'deleteWebhookEndpoint', { id }, 'id')
    await expect(remove).rejects.toThrow('FORBIDDEN')
    await expect(create({}, key.key)).rejects.toThrow('FORBIDDEN')
  })

  it('is made by the maker of the client, with scopes that both have, and one owner', async () => {
    const { create, narrow, one } = await chain(['bookings:read', 'webhooks:write'])
    await expect(create({ scopes: ['bookings:read', 'customers:read'] })).rejects.toThrow('scopes')
    const other = await makeApiClient(db, {
      accountIds: [one.accountId],
      now: app.clock.now(),
    })
    await expect(create({}, other.token)).rejects.toThrow('NOT_FOUND')
    const account = one.id('Account', one.accountId)
    await expect(create({ accountId: account })).rejects.toThrow('exactly one')
    await expect(create({ clientId: null })).rejects.toThrow('exactly one')
    expect(await db.prisma.webhookEndpoint.count({ where: { clientId: narrow.id } })).toBe(0)
  })

  it('has a filter of things in any of the accounts, and of no other', async () => {
    const { one, two, create, receiver, client } = await chain()
    const stranger = await openBusiness(app)
    const idOf = ({ id, shop }: typeof one) => id('Service', shop.serviceId)
    const made = await create({ filter: { serviceIds: [idOf(two)] } })
    const wrong = create({ filter: { serviceIds: [idOf(stranger)] } })
    await expect(wrong).rejects.toThrow('NOT_FOUND')
    await one.book()
    await two.book()
    await receiver.nth(0)
    const selection = `{ node(id: "${made.id}") { ... on WebhookEndpoint {
      filter { serviceIds } deliveries { totalCount } } } }`
    const { data } = await app.graphql(client.token, selection)
    expect(data.node.filter).toEqual({ serviceIds: [idOf(two)] })
    expect(data.node.deliveries.totalCount).toBe(1)
  })

  it('can be changed, tested, shown beforehand, replayed and deleted; each account is told', async () => {
    const { one, two, create, client, receiver, narrow, accountIds } = await chain()
    const { id } = await create()
    await one.book()
    await two.book()
    await receiver.nth(1)
    const { token } = client
    const pause = { id, paused: true, types: ['booking.created'] }
    expect(await done(app, token, 'updateWebhookEndpoint', pause, 'state types')).toEqual({
      state: 'PAUSED',
      types: ['booking.created'],
    })
    await done(app, token, 'updateWebhookEndpoint', { id, paused: false })
    const dry = await done(app, token, 'webhookDryRun', { id }, 'body eventType')
    expect(dry.eventType).toBe('booking.created')
    expect((await issued(app, token, 'rotateWebhookSecret', { id })).secret).toMatch(/^whsec_/)
    const test = await done(app, token, 'testWebhookEndpoint', { id }, 'id')
    expect((await settledIn(app, token, test.id)).eventType).toBe('webhook.test')
    const since = new Date(app.clock.now() - 1000).toISOString()
    expect(await done(app, token, 'replayWebhooks', { id, since }, 'count')).toEqual({ count: 2 })
    await receiver.nth(4)
    receiver.state.status = 410
    await two.book()
    const disabled = await becomes(
      () => rowOf(narrow.id),
      ({ disabledAt }) => disabledAt !== null,
    )
    expect(disabled.disabledReason).toContain('410')
    expect(await done(app, token, 'enableWebhookEndpoint', { id }, 'state')).toEqual({
      state: 'ACTIVE',
    })
    await done(app, token, 'deleteWebhookEndpoint', { id })
    for (const accountId of accountIds) {
      const rows = await db.prisma.auditEntry.findMany({
        where: { accountId, subjectId: disabled.id },
        orderBy: { id: 'asc' },
      })
      const actions = new Set(rows.map(({ action }) => action))
      expect(actions).toEqual(
        new Set([
          'webhook.created',
          'webhook.updated',
          'webhook.secret_rotated',
          'webhook.replayed',
          'webhook.disabled',
          'webhook.enabled',
          'webhook.deleted',
          ...(actions.has('webhook.test') ? ['webhook.test'] : []),
        ]),
      )
      const text = JSON.stringify(rows)
      for (const other of accountIds.filter((each) => each !== accountId)) {
        expect(text).not.toContain(other)
      }
    }
  })

  it('is gone with the client', async () => {
    const { create, client, narrow, accountIds } = await chain()
    await create()
    await done(app, client.token, 'deleteApiClient', { id: clientId(narrow.id) })
    expect(await db.prisma.webhookEndpoint.count({ where: { clientId: narrow.id } })).toBe(0)
    const facts = await db.prisma.auditEntry.findMany({
      where: { action: 'webhook.deleted', accountId: { in: accountIds } },
    })
    expect(facts.map(({ accountId }) => accountId).toSorted()).toEqual(accountIds.toSorted())
  })
})
