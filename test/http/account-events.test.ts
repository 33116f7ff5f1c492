// accountEvents with foreign clients over WebSocket and SSE, from two instances of one database:
// what happens on one is heard on the other, and the log goes over into it without a seam.
import { createClient as createSseClient } from 'graphql-sse'
import { createClient } from 'graphql-ws'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { allScopes, type Scope } from '../../src/auth/scope.ts'
import { createCustomer } from '../../src/customer/customer.actions.ts'
import { updateService } from '../../src/service/service.actions.ts'
import { serveApp, testApp, type TestApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, openShop, type Shop, tuesday } from '../support/shop.ts'

const one = await testApp()
const other = await serveApp(one.db)
const { db } = one

type Event = Record<string, unknown> & { type: string; cursor: string }
type Told = { data?: { accountEvents: Event } | null; errors?: readonly object[] }

const keyFor = async ({ accountId }: Shop, scopes: readonly Scope[] = allScopes) =>
  makeApiKey(db, { accountId, scopes })

function overSocket(app: TestApp, token: string, query: string, variables = {}) {
  const client = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  })
  afterAll(() => client.dispose())
  return reader(client.iterate<Told['data']>({ query, variables }))
}

function overSse(app: TestApp, token: string, query: string, variables = {}) {
  const client = createSseClient({
    url: `${app.url}/graphql`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  })
  afterAll(() => client.dispose())
  return reader(client.iterate<Told['data']>({ query, variables }))
}

function reader(results: AsyncIterableIterator<unknown>) {
  const next = async () => (await results.next()).value as Told
  return { next, event: async () => (await next()).data?.accountEvents as Event, results }
}

const live = `subscription ($after: EventCursor, $types: [String!]) {
  accountEvents(after: $after, types: $types) {
    type cursor subjectType subject { id } changes { field to } } }`

const start = async (shop: Shop) => {
  await createCustomer(shop.ctx, shop.accountId, { name: 'Start' })
  const { key } = await keyFor(shop)
  // Transactions of other tests hold the log back for a moment.
  const place = async () => {
    const { data } = await one.graphql(key, '{ events { resumeAfter } }')
    return data.events.resumeAfter as string | null
  }
  await expect.poll(place, { timeout: 20_000 }).not.toBeNull()
  return { key, after: await place() }
}

const rename = ({ accountId, ctx, serviceId }: Shop, name: string) =>
  updateService(ctx, { accountId, id: serviceId }, { name })

describe.each([
  ['WebSocket', overSocket],
  ['SSE', overSse],
] as const)('accountEvents over %s', (_name, listen) => {
  it('tells on one instance what was done at another, of every kind, in order', async () => {
    const shop = await openShop(db)
    const { key, after } = await start(shop)
    const heard = [one, other].map((app) => listen(app, key, live, { after }))
    const input = { accountId: shop.accountId }
    await createBooking({ ...shop.ctx, db: other.db }, asked(shop, { startsAt: tuesday(9) }))
    await createCustomer(shop.ctx, input.accountId, { name: 'Grace', email: 'g@example.com' })
    await rename(shop, 'Shave')
    for (const { event } of heard) {
      const events = [await event(), await event(), await event()]
      expect(events.map(({ type }) => type)).toEqual([
        'booking.created',
        'customer.created',
        'service.updated',
      ])
      expect(events[2]).toMatchObject({
        subjectType: 'Service',
        subject: { id: expect.any(String) },
        changes: [{ field: 'name', to: 'Shave' }],
      })
    }
  })

  it('goes on from the last cursor of a page of the log, without a gap or a repeat', async () => {
    const shop = await openShop(db)
    const { key, after } = await start(shop)
    for (let n = 1; n <= 5; n += 1) await rename(shop, `Name ${n}`)
    const query = `query ($after: EventCursor) { events(after: $after, first: 2) {
      nodes { changes { to } } resumeAfter } }`
    const page = async () => (await one.graphql(key, query, { after })).data
    const nodes = async () => (await page()).events.nodes.length
    await expect.poll(nodes, { timeout: 20_000 }).toBe(2)
    const data = await page()
    const heard = listen(other, key, live, { after: data.events.resumeAfter })
    const told = async () => (await heard.event()).changes
    expect(data.events.nodes.at(-1).changes).toEqual([{ to: 'Name 2' }])
    for (const n of [3, 4, 5]) expect(await told()).toEqual([{ field: 'name', to: `Name ${n}` }])
    await rename(shop, 'Name 6')
    expect(await told()).toEqual([{ field: 'name', to: 'Name 6' }])
  })
})

describe('accountEvents', () => {
  it('tells only the chosen types, and refuses one that there is not', async () => {
    const shop = await openShop(db)
    const { key, after } = await start(shop)
    const heard = overSocket(one, key, live, { after, types: ['customer.*'] })
    await rename(shop, 'Shave')
    await createCustomer(shop.ctx, shop.accountId, { name: 'Grace' })
    expect((await heard.event()).type).toBe('customer.created')
    const refused = overSocket(one, key, live, { types: ['nothing.*'] })
    expect((await refused.next()).errors).toMatchObject([
      { message: expect.stringMatching(/^"nothing\.\*" is no type of an event; there are /) },
    ])
  })

  it('tells nothing of what the credential may not read, also when it loses that', async () => {
    const shop = await openShop(db)
    const { after } = await start(shop)
    const scopes: Scope[] = ['events:read', 'customers:read', 'services:read']
    const { key, userId } = await keyFor(shop, scopes)
    const blind = await keyFor(shop, ['events:read', 'services:read'])
    const query = `subscription ($after: EventCursor) {
      accountEvents(after: $after) { type changes { field to } } }`
    const heard = overSocket(one, key, query, { after })
    const deaf = overSocket(one, blind.key, query, { after })
    await createCustomer(shop.ctx, shop.accountId, { name: 'Grace', email: 'g@example.com' })
    const { data, errors } = await heard.next()
    expect(data?.accountEvents).toMatchObject({
      type: 'customer.created',
      changes: expect.arrayContaining([
        { field: 'name', to: 'Grace' },
        { field: 'email', to: null },
      ]),
    })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
    // An equal credential with less: the key is changed while it listens.
    await db.prisma.apiKey.updateMany({
      where: { createdById: userId },
      data: { scopes: ['events:read', 'services:read'] },
    })
    await createCustomer(shop.ctx, shop.accountId, { name: 'Ada' })
    await rename(shop, 'Shave')
    expect((await heard.event()).type).toBe('service.updated')
    expect((await deaf.event()).type).toBe('service.updated')
  })
})
