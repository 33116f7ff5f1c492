// Subscriptions over WebSocket with a foreign client (graphql-ws): what is heard, by whom, from
// where on, and what becomes of those who do not keep up.
import type { DocumentNode } from 'graphql'
import { type Client, createClient } from 'graphql-ws'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { prepare } from '../../src/graphql/documents.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import type { Delivered } from '../../src/http/stream-executions.ts'
import type { ResultStream } from '../../src/http/streams.ts'
import { testDatabase } from '../support/database.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { accountOf, book, bookingId, initiated, startLive, subscribe } from './live-world.ts'
import type { RawSocket } from './live-world.ts'

const db = await testDatabase()
const live = await startLive(db)

type Result = {
  data?: { bookingEvents: Record<string, unknown> } | null
  errors?: readonly { message: string; path?: unknown; extensions?: object }[]
}

function clientOf(token: string, url = live.ws): Client {
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  })
  afterAll(() => client.dispose())
  return client
}

/** Subscribes and resolves when that is known to have happened. */
async function listen(
  token: string,
  query: string,
  variables: Record<string, unknown> = {},
  url = live.ws,
) {
  const before = live.streams.count()
  const results = clientOf(token, url).iterate<Result['data']>({ query, variables })
  const next = async () => (await results.next()).value as Result
  if (url === live.ws) await expect.poll(() => live.streams.count()).toBeGreaterThan(before)
  return { next, results }
}

const resultOf = async (raw: RawSocket) => (await raw.next())?.payload as Result

const edit = (shop: Shop, id: string, notes: string) =>
  updateBooking(shop.ctx, { accountId: shop.accountId, id }, { notes })

describe('bookingEvents', () => {
  it('tells type, time, version, actor, booking and changes', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const { next } = await listen(
      key,
      `subscription { bookingEvents {
         id cursor type occurredAt bookingVersion account { id } actor { kind id name }
         booking { id status service { name } customer { name } }
         changes { field from to } } }`,
    )
    const booking = await book(shop, 0, { notes: 'Window seat' })
    const [row] = await db.prisma.event.findMany({ where: { subjectId: booking.id } })
    const { data, errors } = await next()
    expect(errors).toBeUndefined()
    expect(data?.bookingEvents).toEqual({
      id: encodeId('BookingEvent', { accountId: shop.accountId, id: row?.id ?? '' }),
      cursor: expect.stringMatching(/^[\w-]{22}$/),
      type: 'booking.created',
      occurredAt: '2026-03-02T08:00:00.000Z',
      bookingVersion: 1,
      account: { id: accountOf(shop.accountId) },
      actor: { kind: 'SYSTEM', id: 'system', name: 'Slotgraph' },
      booking: {
        id: bookingId(booking),
        status: 'CONFIRMED',
        service: { name: 'Cut' },
        customer: { name: 'Ada Byron' },
      },
      changes: [
        ['status', 'CONFIRMED'],
        ['service', encodeId('Service', { accountId: shop.accountId, id: shop.serviceId })],
        ['staff', encodeId('StaffMember', { accountId: shop.accountId, id: shop.staffIds[0]! })],
        ['customer', encodeId('Customer', { accountId: shop.accountId, id: shop.customerId })],
        ['startsAt', '2026-03-03T09:00:00.000Z'],
        ['endsAt', '2026-03-03T10:00:00.000Z'],
        ['timeZone', 'UTC'],
        ['party.total', 1],
        ['price.amount', 4500],
        ['deposit.amount', 0],
        ['amountPaid.amount', 0],
        ['amountRefunded.amount', 0],
        ['refundDue.amount', 0],
        ['refundOpen.amount', 0],
        ['notes', 'Window seat'],
        ['reminders', true],
        ['thanks', true],
      ].map(([field, to]) => ({ field, from: null, to })),
    })
    await edit(shop, booking.id, 'Aisle')
    expect((await next()).data?.bookingEvents).toMatchObject({
      type: 'booking.updated',
      bookingVersion: 2,
      changes: [{ field: 'notes', from: 'Window seat', to: 'Aisle' }],
    })
  })

  it('hides what the listener may not see, with an error for each, and tells the rest', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, {
      accountId: shop.accountId,
      scopes: ['bookings:read', 'events:read'],
    })
    const { next } = await listen(
      key,
      `subscription { bookingEvents { type actor { name } booking { number price { amount } }
         changes { field to } } }`,
    )
    const { number } = await book(shop, 0)
    const { data, errors } = await next()
    const told = data?.bookingEvents as { changes: { field: string; to: unknown }[] }
    expect(told).toMatchObject({
      type: 'booking.created',
      actor: null,
      booking: { number, price: null },
    })
    const money = ['price', 'deposit', 'amountPaid', 'amountRefunded', 'refundDue', 'refundOpen']
    expect(told.changes.filter(({ to }) => to === null).map(({ field }) => field)).toEqual([
      'service',
      'staff',
      'customer',
      ...money.map((field) => `${field}.amount`),
    ])
    expect(errors?.map(({ path, extensions }) => [path, extensions])).toContainEqual([
      ['bookingEvents', 'actor'],
      { code: 'FORBIDDEN', requiredScopes: [['bookings:read', 'audit:read']] },
    ])
    expect(errors).toHaveLength(11)
  })

  it('tells nothing of another account, whatever is asked for', async () => {
    const [mine, other] = [await openShop(db), await openShop(db)]
    const { key } = await makeApiKey(db, { accountId: mine.accountId })
    const { next } = await listen(key, 'subscription { bookingEvents { account { id } } }')
    await book(other, 0)
    await book(mine, 0)
    expect((await next()).data?.bookingEvents).toEqual({
      account: { id: accountOf(mine.accountId) },
    })
    const asked = clientOf(key).iterate<Result['data']>({
      query: 'subscription ($accounts: [ID!]) { bookingEvents(accounts: $accounts) { id } }',
      variables: { accounts: [accountOf(other.accountId)] },
    })
    expect((await asked.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'NOT_FOUND', argument: 'accounts' } }],
    })
  })

  it('needs bookings:read and events:read', async () => {
    const { accountId } = await openShop(db)
    for (const scopes of [['bookings:read'], ['events:read']] as const) {
      const { key } = await makeApiKey(db, { accountId, scopes })
      const asked = clientOf(key).iterate({ query: 'subscription { bookingEvents { id } }' })
      expect((await asked.next()).value).toMatchObject({
        errors: [
          {
            extensions: { code: 'FORBIDDEN', requiredScopes: [['bookings:read', 'events:read']] },
          },
        ],
      })
    }
  })

  it('is narrowed by type, service, staff, customer and booking', async () => {
    const shop = await openShop(db, { staff: 2 })
    const { accountId } = shop
    const { key } = await makeApiKey(db, { accountId })
    const first = await book(shop, 0, { staffId: shop.staffIds[0] })
    const id = (name: 'Service' | 'StaffMember' | 'Customer' | 'BookingLink', uuid: string) =>
      encodeId(name, { accountId, id: uuid })
    const filters = [
      { types: ['booking.created'] },
      { serviceIds: [id('Service', shop.serviceId)] },
      { staffIds: [id('StaffMember', shop.staffIds[1]!)] },
      { customerIds: [id('Customer', shop.customerId)] },
      { bookingIds: [bookingId(first)] },
      { types: ['booking.updated'], staffIds: [id('StaffMember', shop.staffIds[0]!)] },
      { linkIds: [id('BookingLink', first.id)] },
      { serviceIds: ['made up'] },
    ]
    const heard = await Promise.all(
      filters.map(async (filter) => {
        const raw = await initiated(live.ws, key)
        const query = `subscription ($filter: BookingEventFilter) {
          bookingEvents(filter: $filter) { type } }`
        subscribe(raw, query, { filter })
        return raw
      }),
    )
    const witness = await listen(key, 'subscription { bookingEvents { type } }')
    await expect.poll(() => live.hub.subscriberCount()).toBeGreaterThan(filters.length)
    await book(shop, 1, { staffId: shop.staffIds[1] })
    await edit(shop, first.id, 'Changed')
    await witness.next()
    await witness.next()
    const types = async (raw: (typeof heard)[number]) => {
      // The answer to a ping comes after everything that was sent before it.
      raw.send({ type: 'ping' })
      const got: unknown[] = []
      for (;;) {
        const message = await raw.next()
        if (message?.type !== 'next') return got
        got.push((message.payload as Result).data?.bookingEvents['type'])
      }
    }
    expect(await Promise.all(heard.map(types))).toEqual([
      ['booking.created'],
      ['booking.created', 'booking.updated'],
      ['booking.created'],
      ['booking.created', 'booking.updated'],
      ['booking.updated'],
      ['booking.updated'],
      [],
      [],
    ])
  })
})

describe('resuming', () => {
  it('gets what was missed once, then what happens', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const query = `subscription ($after: EventCursor) {
      bookingEvents(after: $after) { cursor bookingVersion } }`
    const first = await listen(key, query)
    const booking = await book(shop, 0)
    const { cursor } = (await first.next()).data?.bookingEvents ?? {}
    await first.results.return?.()
    for (const n of [2, 3]) await edit(shop, booking.id, `Version ${n}`)
    const { next } = await listen(key, query, { after: cursor })
    const version = async () => (await next()).data?.bookingEvents['bookingVersion']
    expect([await version(), await version()]).toEqual([2, 3])
    await edit(shop, booking.id, 'Version 4')
    expect(await version()).toBe(4)
  })

  it('is refused by name after a cursor that is not kept', async () => {
    const { accountId } = await openShop(db)
    const { key } = await makeApiKey(db, { accountId })
    const asked = clientOf(key).iterate({
      query: 'subscription { bookingEvents(after: "AAAAAAAAAukAAAAAAAAADA") { id } }',
    })
    expect((await asked.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'CURSOR_EXPIRED' } }],
    })
  })
})

/** A stream as doors open it. */
async function openStream(key: string, query: string, variables = {}): Promise<ResultStream> {
  const { document } = prepare(query)
  const stream = await live.streams.open({
    document: document as DocumentNode,
    variables,
    operationName: null,
    authorization: `Bearer ${key}`,
    requestId: 'test',
  })
  return stream as ResultStream
}

describe('many listeners', () => {
  it('who ask the same with the same rights share one execution and one text', async () => {
    const shop = await openShop(db)
    const { accountId } = shop
    const same = [await makeApiKey(db, { accountId }), await makeApiKey(db, { accountId })]
    const fewer = await makeApiKey(db, { accountId, scopes: ['bookings:read', 'events:read'] })
    const query = 'subscription ($f: BookingEventFilter) { bookingEvents(filter: $f) { type } }'
    const open = (key: string, variables = {}) => openStream(key, query, variables)
    const streams = [
      await open(same[0]!.key),
      await open(same[1]!.key),
      await open(fewer.key),
      await open(same[0]!.key, { f: { types: ['booking.created'] } }),
    ]
    const next = Promise.all(
      streams.map(
        (stream) =>
          new Promise<Delivered | null>((resolve) => {
            const take = (result: Delivered) => {
              resolve(result)
              return false
            }
            stream.handTo({ take, onEnd: () => resolve(null) })
          }),
      ),
    )
    await book(shop, 0)
    const [first, second, poorer, narrower] = await next
    expect(first?.json()).toBe('{"data":{"bookingEvents":{"type":"booking.created"}}}')
    expect(second).toBe(first)
    expect(poorer).not.toBe(first)
    expect(narrower).not.toBe(first)
    expect([poorer?.json(), narrower?.json()]).toEqual([first?.json(), first?.json()])
    for (const stream of streams) stream.end()
  })

  it('more than are told at once, each get every event once and in order', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const query = 'subscription { bookingEvents { type bookingVersion } }'
    const listeners = await Promise.all(
      Array.from({ length: 1_200 }, async () => {
        const stream = await openStream(key, query)
        const heard: string[] = []
        stream.handTo({ take: (result) => heard.push(result.json()) > 0, onEnd: () => {} })
        return { stream, heard }
      }),
    )
    const { id } = await book(shop, 0)
    await edit(shop, id, 'Once')
    await edit(shop, id, 'Twice')
    const all = ['booking.created', 'booking.updated', 'booking.updated'].map((type, index) =>
      JSON.stringify({ data: { bookingEvents: { type, bookingVersion: index + 1 } } }),
    )
    for (const { stream, heard } of listeners) {
      await expect.poll(() => heard).toEqual(all)
      stream.end()
    }
  })

  it('with other rights get what theirs allow', async () => {
    const shop = await openShop(db)
    const { accountId } = shop
    const all = await makeApiKey(db, { accountId })
    const few = await makeApiKey(db, { accountId, scopes: ['bookings:read', 'events:read'] })
    const query = 'subscription { bookingEvents { booking { price { amount } } } }'
    const [rich, poor] = [await listen(all.key, query), await listen(few.key, query)]
    await book(shop, 0)
    expect((await rich.next()).data?.bookingEvents).toEqual({
      booking: { price: { amount: 4500 } },
    })
    const { data, errors } = await poor.next()
    expect(data?.bookingEvents).toEqual({ booking: { price: null } })
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  })
})

describe('a client that stops reading', () => {
  it('is cut, harms nobody, and can resume', async () => {
    const small = await startLive(db, { queueLimit: 5, sockets: { keepAliveMs: 300 } })
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const booking = await book(shop, 0)
    const query = `subscription ($after: EventCursor) {
      bookingEvents(after: $after) { cursor bookingVersion changes { to } } }`
    const [stuck, quick] = [await initiated(small.ws, key), await initiated(small.ws, key)]
    subscribe(stuck, query)
    subscribe(quick, query)
    await expect.poll(() => small.streams.count()).toBe(2)
    await edit(shop, booking.id, 'First')
    const first = await resultOf(stuck)
    stuck.socket.pause()
    let version = 2
    while (small.streams.count() === 2) {
      version += 1
      await edit(shop, booking.id, `${version} ${'x'.repeat(9_000)}`)
    }
    const versions: unknown[] = []
    while (versions.at(-1) !== version) {
      const result = await resultOf(quick)
      versions.push(result.data?.bookingEvents['bookingVersion'])
    }
    expect(versions).toEqual(Array.from({ length: version - 1 }, (_, index) => index + 2))
    stuck.socket.resume()
    expect((await stuck.closed).code).toBe(1006)
    const again = await initiated(small.ws, key)
    subscribe(again, query, { after: first.data?.bookingEvents['cursor'] })
    const resumed = await resultOf(again)
    expect(resumed.data?.bookingEvents['bookingVersion']).toBe(3)
  })
})
