// The log of events as sync clients read it: in order, page by page, and only what the scopes of
// whoever asks let them see.
import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { bookingEventTypes } from '../../src/booking/booking.events.ts'
import { createCustomer, updateCustomer } from '../../src/customer/customer.actions.ts'
import { allScopes, type Scope } from '../../src/auth/scope.ts'
import { encodeEventCursor } from '../../src/events/cursor.ts'
import { logPosition } from '../../src/events/log.data.ts'
import { eventTypes } from '../../src/events/subject.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { updateService } from '../../src/service/service.actions.ts'
import { asker } from '../canary/asker.ts'
import { openWriter } from '../events/log-world.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, openShop, type Shop, tuesday } from '../support/shop.ts'

const app = await testApp()
const { db } = app
const DAY = 86_400_000

const keyFor = async ({ accountId }: Shop, scopes: readonly Scope[] = allScopes) =>
  (await makeApiKey(db, { accountId, scopes })).key

const page = `query ($accounts: [ID!], $filter: EventFilter, $after: EventCursor, $first: Int) {
  events(accounts: $accounts, filter: $filter, after: $after, first: $first) {
    edges { cursor node { type } } nodes { id cursor type subjectType subjectId subjectVersion }
    resumeAfter totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`

/** Transactions of other tests hold the log back for a moment. */
async function listed() {
  const { _max } = await db.prisma.event.aggregate({ _max: { xid: true } })
  const last = _max.xid ?? 0n
  const isListed = async () => (await logPosition(db.pool)).xid > last
  await expect.poll(isListed, { timeout: 20_000 }).toBe(true)
}

/** A customer, a booking and a price: four events. */
async function happen(shop: Shop) {
  const { accountId, ctx, serviceId } = shop
  const customer = await createCustomer(ctx, accountId, { name: 'Grace', email: 'g@example.com' })
  const booking = await createBooking(ctx, asked(shop, { startsAt: tuesday(9) }))
  await updateBooking(ctx, { accountId, id: booking.id }, { notes: 'Window' })
  await updateService(ctx, { accountId, id: serviceId }, { priceMinor: 5000 })
  await listed()
  return { customer, booking }
}

const rename = ({ accountId, ctx, serviceId }: Shop) =>
  updateService(ctx, { accountId, id: serviceId }, { name: 'Shave' })

const types = (events: { type: string }[]) => events.map(({ type }) => type)

const all = ['customer.created', 'booking.created', 'booking.updated', 'service.updated']

describe('events', () => {
  it('tells everything in the order it was committed, with global ids', async () => {
    const shop = await openShop(db)
    const { customer } = await happen(shop)
    const { data, errors } = await app.graphql(await keyFor(shop), page)
    expect(errors).toBeUndefined()
    expect(types(data.events.nodes)).toEqual(all)
    expect(data.events.totalCount).toBe(4)
    const row = await db.prisma.event.findFirstOrThrow({ where: { subjectId: customer.id } })
    expect(data.events.nodes[0]).toEqual({
      id: encodeId('AccountEvent', row),
      cursor: encodeEventCursor(row),
      type: 'customer.created',
      subjectType: 'Customer',
      subjectId: encodeId('Customer', customer),
      subjectVersion: 1,
    })
    expect(data.events.pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: false,
      startCursor: data.events.nodes[0].cursor,
      endCursor: data.events.nodes[3].cursor,
    })
    expect(data.events.edges.map(({ cursor }: { cursor: string }) => cursor)).toEqual(
      data.events.nodes.map(({ cursor }: { cursor: string }) => cursor),
    )
    expect(data.events.resumeAfter).toBe(data.events.nodes[3].cursor)
  })

  it('is read in pages without a gap or a repeat, and ends where it can be gone on from', async () => {
    const shop = await openShop(db)
    const key = await keyFor(shop)
    await happen(shop)
    const read: string[] = []
    let after: string | null = null
    for (let more = true; more;) {
      const { data } = await app.graphql(key, page, { after, first: 3 })
      read.push(...types(data.events.nodes))
      more = data.events.pageInfo.hasNextPage
      after = data.events.resumeAfter
    }
    expect(read).toEqual(all)
    const empty = (await app.graphql(key, page, { after })).data.events
    expect(empty).toMatchObject({ nodes: [], resumeAfter: after })
    expect(empty.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true })
    await rename(shop)
    await listed()
    const { data } = await app.graphql(key, page, { after })
    expect(types(data.events.nodes)).toEqual(['service.updated'])
  })

  it('is narrowed by type, kind, thing and time', async () => {
    const shop = await openShop(db)
    const key = await keyFor(shop)
    const { booking, customer } = await happen(shop)
    const read = async (filter: object) =>
      types((await app.graphql(key, page, { filter })).data.events.nodes)
    expect(await read({ types: ['booking.*'] })).toEqual(all.slice(1, 3))
    expect(await read({ types: ['customer.created', 'service.updated'] })).toEqual([all[0], all[3]])
    expect(await read({ subjectTypes: ['Booking'] })).toEqual(all.slice(1, 3))
    const subjectIds = [encodeId('Booking', booking), encodeId('Customer', customer)]
    expect(await read({ subjectIds })).toEqual(all.slice(0, 3))
    // The same row as another kind of thing is nothing.
    expect(await read({ subjectIds: [encodeId('Customer', booking), 'made up'] })).toEqual([])
    expect(await read({ occurredAt: { from: '2026-03-02T08:00:00Z' } })).toEqual(all)
    expect(await read({ occurredAt: { to: '2026-03-02T08:00:00Z' } })).toEqual([])
  })

  it('refuses words that mean nothing by name', async () => {
    const shop = await openShop(db)
    const key = await keyFor(shop)
    const message = async (variables: object) =>
      (await app.graphql(key, page, variables as Record<string, unknown>)).errors?.[0]
    const code = { code: 'BAD_USER_INPUT' }
    expect(await message({ filter: { types: ['booking.vanished'] } })).toMatchObject({
      message: `"booking.vanished" is no type of an event; there are ${eventTypes.join(', ')}.`,
      extensions: code,
    })
    expect((await message({ filter: { subjectTypes: ['Ghost'] } }))?.message).toMatch(
      /^"Ghost" is no kind of subject; there are Account, Booking, /,
    )
    expect(await message({ first: 101 })).toMatchObject({ extensions: code })
    const subjectIds = Array.from({ length: 101 }, () => 'x')
    expect((await message({ filter: { subjectIds } }))?.message).toBe(
      '"subjectIds" has 101 ids; 100 are allowed.',
    )
  })

  it('knows every type that a booking has', () => {
    expect(eventTypes.filter((type) => type.startsWith('booking.'))).toEqual(bookingEventTypes)
  })
})

describe('who is told', () => {
  it('tells nothing of what a credential may not read, and counts none of it', async () => {
    const shop = await openShop(db)
    await happen(shop)
    const read = async (...scopes: Scope[]) => {
      const key = await keyFor(shop, ['events:read', ...scopes])
      const { data } = await app.graphql(key, page)
      expect(data.events.totalCount).toBe(data.events.nodes.length)
      return types(data.events.nodes)
    }
    expect(await read()).toEqual([])
    expect(await read('customers:read')).toEqual([all[0]])
    expect(await read('bookings:read')).toEqual(all.slice(1, 3))
    expect(await read('services:read', 'customers:read')).toEqual([all[0], all[3]])
  })

  it('names changed fields, and shows values only with the scopes of the field', async () => {
    const shop = await openShop(db)
    const { customer } = await happen(shop)
    const changed = { email: 'grace@example.com', notes: 'Tea' }
    await updateCustomer(shop.ctx, { accountId: shop.accountId, id: customer.id }, changed)
    await listed()
    const query = `query ($types: [String!]) { events(filter: { types: $types }) {
      nodes { changes { field from to } } } }`
    const scopes: Scope[] = ['events:read', 'customers:read', 'services:read']
    const ask = async (more: Scope[], type: string) => {
      const key = await keyFor(shop, [...scopes, ...more])
      const { data, errors } = await app.graphql(key, query, { types: [type] })
      return {
        changes: data.events.nodes[0].changes,
        denied: errors?.map((error) => [error.path?.slice(-2), error.extensions.code]),
      }
    }
    const email = { field: 'email', from: 'g@example.com', to: 'grace@example.com' }
    const notes = { field: 'notes', from: null, to: 'Tea' }
    expect(await ask(['customers:contact'], 'customer.updated')).toEqual({
      changes: [email, notes],
      denied: undefined,
    })
    expect(await ask([], 'customer.updated')).toEqual({
      changes: [{ ...email, from: null, to: null }, notes],
      denied: [
        [[0, 'from'], 'FORBIDDEN'],
        [[0, 'to'], 'FORBIDDEN'],
      ],
    })
    const price = { field: 'price.amount', from: 4500, to: 5000 }
    expect((await ask(['payments:read'], 'service.updated')).changes).toEqual([price])
    expect((await ask([], 'service.updated')).changes).toEqual([{ ...price, from: null, to: null }])
  })

  it('reads subjects with the rights of whoever asks; one that is gone is null', async () => {
    const shop = await openShop(db)
    const { booking } = await happen(shop)
    await db.prisma.event.updateMany({
      where: { subjectId: booking.id, type: 'booking.updated' },
      data: { subjectId: shop.customerId },
    })
    const query = `{ events { nodes { subject { id ... on Booking { number } } } } }`
    const { data } = await app.graphql(await keyFor(shop), query)
    expect(data.events.nodes.map(({ subject }: { subject: unknown }) => subject)).toEqual([
      { id: expect.any(String) },
      { id: encodeId('Booking', booking), number: booking.number },
      null,
      { id: encodeId('Service', { accountId: shop.accountId, id: shop.serviceId }) },
    ])
  })

  it('takes no more statements for more events', async () => {
    const shop = await openShop(db)
    await happen(shop)
    const { counted } = await asker(app, await keyFor(shop))
    const query = `query ($first: Int) { events(first: $first) { nodes {
      account { name } actor { name } changes { field to } subject { id } } } }`
    const few = await counted(query, { first: 2 })
    await updateBooking(shop.ctx, await firstBooking(shop), { notes: 'Aisle' })
    await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(11) }))
    await listed()
    const many = await counted(query, { first: 7 })
    const read = many.answer.data as { events: { nodes: unknown[] } }
    expect(read.events.nodes.length).toBe(6)
    // One more kind of subject is one more statement.
    expect(many.statements).toBe(few.statements + 1)
  })
})

const firstBooking = ({ accountId }: Shop) =>
  db.prisma.booking.findFirstOrThrow({
    where: { accountId },
    select: { accountId: true, id: true },
  })

describe('a place in the log', () => {
  const expired = [
    {
      message:
        'This cursor is older than the 30 days for which events are kept. ' +
        'Read the current state anew, then go on without "after".',
      path: ['events'],
      extensions: { code: 'CURSOR_EXPIRED', argument: 'after' },
    },
  ]

  it('is refused when it is older than events are kept, and when only its row is gone', async () => {
    const shop = await openShop(db)
    const key = await keyFor(shop)
    await happen(shop)
    const { data } = await app.graphql(key, page)
    const [first, second] = data.events.nodes
    const kept = { where: { subjectId: shop.serviceId } }
    await db.prisma.event.deleteMany({ where: { accountId: shop.accountId, type: all[0] ?? '' } })
    expect((await app.graphql(key, page, { after: first.cursor })).errors).toMatchObject(expired)
    expect((await app.graphql(key, page, { after: second.cursor })).errors).toBeUndefined()
    const occurredAt = new Date(app.clock.now() - 30 * DAY - 1)
    await db.prisma.event.updateMany({ ...kept, data: { occurredAt } })
    const after = data.events.nodes[3].cursor
    expect((await app.graphql(key, page, { after })).errors).toMatchObject(expired)
  })

  it('is refused in another account, as one that was made up', async () => {
    const [mine, theirs] = [await openShop(db), await openShop(db)]
    await happen(theirs)
    const row = await db.prisma.event.findFirstOrThrow({ where: { accountId: theirs.accountId } })
    const key = await keyFor(mine)
    for (const place of [row, { ...row, seq: row.seq + 1_000_000n }]) {
      const { errors } = await app.graphql(key, page, { after: encodeEventCursor(place) })
      expect(errors).toMatchObject(expired)
    }
  })

  it('loses nothing when older transactions still write before it', async () => {
    const shop = await openShop(db)
    const key = await keyFor(shop)
    const { accountId } = shop
    await happen(shop)
    const before = (await app.graphql(key, page)).data.events.resumeAfter
    const writer = await openWriter(db)
    await rename(shop)
    const early = await db.prisma.event.findFirstOrThrow({
      where: { accountId },
      orderBy: { seq: 'desc' },
    })
    // Nothing of it is listed yet, and who names it is sent back to where all is told.
    const { events } = (await app.graphql(key, page, { after: encodeEventCursor(early) })).data
    expect(events).toMatchObject({ nodes: [], resumeAfter: before })
    expect(events.pageInfo.hasNextPage).toBe(true)
    await writer.write(accountId, 9)
    await writer.end('COMMIT')
    await listed()
    const { data } = await app.graphql(key, page, { after: events.resumeAfter })
    expect(types(data.events.nodes).toSorted()).toEqual(['booking.updated', 'service.updated'])
  })
})
