// Seats that are set aside: offered and sold to nobody, given back at once, and never the same
// seats as a booking's or a hold's, however many ask at the same time.
import { expect, it } from 'vitest'
import { loadOffers } from '../../src/availability/availability.data.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { DAY } from '../../src/time/instant.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { outcomes } from '../support/refusals.ts'
import { asked, monday, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp()
app.clock.set(monday)

async function open(capacity: number) {
  const shop = await openShop(app.db, { staff: 0, service: { kind: 'CLASS', maxParty: 9 } })
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const id = await schedule(shop, capacity, tuesday(10))
  return { shop, key, id, sessionId: encodeId('Session', { accountId, id }) }
}

const book = (shop: Shop, sessionId: string, partySize = 1) =>
  createBooking(shop.ctx, asked(shop, { sessionId, partySize }))
const hold = (shop: Shop, sessionId: string, partySize = 1) =>
  placeHold(shop.ctx, {
    ...asked(shop, { sessionId }),
    partySize,
    ttlSeconds: 60,
    replaces: null,
  })

async function seatsOffered({ accountId, serviceId }: Shop): Promise<number | undefined> {
  const none = { durationMinutes: null, staffIds: null, resourceIds: null, exceptBookingId: null }
  const services = [{ accountId, id: serviceId }]
  const question = { services, now: monday, partySize: 1, ...none }
  const offers = await loadOffers(app.db, question, monday, monday + 7 * DAY)
  return offers.get(serviceId)?.[0]?.seatsAvailable ?? undefined
}

const whole = 'id seats reason version session { id seatsBlocked seatsAvailable seatsTaken }'

it('are offered to nobody, and to everybody when they are given back', async () => {
  const { shop, key, id, sessionId } = await open(5)
  const input = { sessionId, seats: 3, reason: 'Press' }
  const made = await done(app, key, 'createSeatBlock', input, whole)
  expect(made).toEqual({
    id: made.id,
    seats: 3,
    reason: 'Press',
    version: 1,
    session: { id: sessionId, seatsBlocked: 3, seatsAvailable: 2, seatsTaken: 0 },
  })
  expect(await seatsOffered(shop)).toBe(2)
  expect(await outcomes([book(shop, id, 3)])).toEqual({ NO_CAPACITY: 1 })
  expect(await outcomes([book(shop, id), hold(shop, id)])).toEqual({ done: 2 })
  expect(await outcomes([book(shop, id), hold(shop, id)])).toEqual({ NO_CAPACITY: 2 })
  expect(await seatsOffered(shop)).toBeUndefined()
  const list = `{ all: sessions(filter: { seatsAvailableMin: 1 }) { totalCount }
    sessions { nodes { seatBlocks { nodes { id } } } } }`
  const shown = await app.graphql(key, list)
  expect(shown.data).toEqual({
    all: { totalCount: 0 },
    sessions: { nodes: [{ seatBlocks: { nodes: [{ id: made.id }] } }] },
  })
  const was = await done(app, key, 'deleteSeatBlock', { id: made.id, expectedVersion: 1 }, whole)
  expect(was).toMatchObject({ seats: 3, session: { seatsBlocked: 0, seatsAvailable: 3 } })
  expect(await seatsOffered(shop)).toBe(3)
  expect(await outcomes([book(shop, id, 3)])).toEqual({ done: 1 })
})

it('grow and shrink with their version, and never beyond what is free', async () => {
  const { shop, key, id, sessionId } = await open(5)
  await book(shop, id, 2)
  const { id: block } = await done(app, key, 'createSeatBlock', { sessionId, seats: 1 })
  const before = await rowCounts(app)
  const wrong: [string, object, object][] = [
    ['updateSeatBlock', { id: block, seats: 4 }, { code: 'NO_CAPACITY', path: ['seats'] }],
    ['updateSeatBlock', { id: block, seats: 2, expectedVersion: 7 }, { code: 'VERSION_CONFLICT' }],
    ['deleteSeatBlock', { id: block, expectedVersion: 7 }, { code: 'VERSION_CONFLICT' }],
    ['createSeatBlock', { sessionId, seats: 3 }, { code: 'NO_CAPACITY', path: ['seats'] }],
    ['updateSession', { id: sessionId, capacity: 2 }, { code: 'NO_CAPACITY' }],
  ]
  for (const [name, input, refusal] of wrong) {
    expect(await change(app, key, name, input, 'id')).toMatchObject(refusal)
  }
  expect(await rowCounts(app)).toEqual(before)
  const grown = await done(app, key, 'updateSeatBlock', { id: block, seats: 3 }, whole)
  expect(grown).toMatchObject({ seats: 3, version: 2, session: { seatsAvailable: 0 } })
  const shrunk = { id: block, seats: 2, reason: 'Family' }
  expect(await done(app, key, 'updateSeatBlock', shrunk, whole)).toMatchObject({
    seats: 2,
    reason: 'Family',
    version: 3,
    session: { seatsBlocked: 2, seatsAvailable: 1 },
  })
  await done(app, key, 'updateSession', { id: sessionId, capacity: 4 }, 'id')
  expect((await done(app, key, 'updateSeatBlock', shrunk, 'version')).version).toBe(3)
  await done(app, key, 'deleteSeatBlock', { id: block })
  expect(await change(app, key, 'deleteSeatBlock', { id: block }, 'id')).toMatchObject({
    code: 'NOT_FOUND',
  })
  const events = await app.db.prisma.event.findMany({
    where: { accountId: shop.accountId, subjectType: 'SeatBlock' },
    orderBy: { seq: 'asc' },
  })
  const about = { sessionId: id, serviceId: shop.serviceId }
  expect(events).toMatchObject([
    {
      type: 'seatblock.created',
      subjectVersion: 1,
      about,
      changes: [{ field: 'sessionId' }, { field: 'seats', from: null, to: 1 }],
    },
    { type: 'seatblock.updated', subjectVersion: 2, changes: [{ field: 'seats', from: 1, to: 3 }] },
    {
      type: 'seatblock.updated',
      subjectVersion: 3,
      changes: [
        { field: 'seats', from: 3, to: 2 },
        { field: 'reason', from: null, to: 'Family' },
      ],
    },
    { type: 'seatblock.deleted', subjectVersion: 4, about },
  ])
})

it('are set aside once when it is said twice', async () => {
  const { key, sessionId } = await open(5)
  const input = { sessionId, seats: 2, idempotencyKey: 'press' }
  const made = await Promise.all([1, 2].map(() => done(app, key, 'createSeatBlock', input, 'id')))
  expect(made[0]).toEqual(made[1])
  const other = { ...input, seats: 3 }
  expect(await change(app, key, 'createSeatBlock', other, 'id')).toMatchObject({
    code: 'IDEMPOTENCY_CONFLICT',
  })
  const { data } = await app.graphql(key, '{ sessions { nodes { seatsBlocked } } }')
  expect(data.sessions.nodes).toEqual([{ seatsBlocked: 2 }])
})

it('or a booking or a hold get the last seats, never two of them', async () => {
  for (let round = 0; round < 5; round++) {
    const { shop, key, id, sessionId } = await open(3)
    const block = async () => {
      const { code } = await change(app, key, 'createSeatBlock', { sessionId, seats: 2 }, 'id')
      return code ?? 'done'
    }
    const others = [1, 2, 3].flatMap(() => [book(shop, id, 2), hold(shop, id, 2)])
    const blocks = [1, 2, 3, 4].map(block)
    const taken = (await outcomes(others))['done'] ?? 0
    const codes = await Promise.all(blocks)
    const set = codes.filter((code) => code === 'done').length
    expect(codes.filter((code) => code !== 'done' && code !== 'NO_CAPACITY')).toEqual([])
    expect(taken + set).toBe(1)
    const session = await app.db.prisma.session.findFirstOrThrow({ where: { id } })
    expect(session.seatsTaken + session.seatsHeld).toBe(2 * taken)
    expect(session.seatsBlocked).toBe(2 * set)
  }
})

it('take the seats of a hold that ran out, swept or not', async () => {
  const { shop, key, id, sessionId } = await open(2)
  await hold(shop, id, 2)
  const input = { sessionId, seats: 2 }
  expect(await change(app, key, 'createSeatBlock', input, 'id')).toMatchObject({
    code: 'NO_CAPACITY',
  })
  app.clock.advance(60_000)
  await done(app, key, 'createSeatBlock', input)
  app.clock.set(monday)
})

it('are found by session, service, time and number', async () => {
  const { shop, key, sessionId } = await open(5)
  const { accountId, serviceId } = shop
  const second = encodeId('Session', { accountId, id: await schedule(shop, 5, tuesday(12)) })
  const make = (session: string) =>
    done(app, key, 'createSeatBlock', { sessionId: session, seats: 1 }, 'id serial')
  const [one, two] = [await make(sessionId), await make(second)]
  const find = async (filter: object) => {
    const document =
      'query ($filter: SeatBlockFilter) { seatBlocks(filter: $filter) { nodes { id } } }'
    const { data } = await app.graphql(key, document, { filter })
    return data.seatBlocks.nodes.map(({ id }: { id: string }) => id)
  }
  expect(await find({})).toEqual([one.id, two.id])
  expect(await find({ sessionIds: [second] })).toEqual([two.id])
  expect(await find({ serviceIds: [encodeId('Service', { accountId, id: serviceId })] })).toEqual([
    one.id,
    two.id,
  ])
  expect(await find({ serviceIds: [encodeId('Service', { accountId, id: accountId })] })).toEqual(
    [],
  )
  expect(await find({ from: tuesday(11) })).toEqual([two.id])
  expect(await find({ to: tuesday(11) })).toEqual([one.id])
  expect(await find({ serials: [two.serial] })).toEqual([two.id])
})

it('are none of a session that does not take place', async () => {
  const { key, sessionId } = await open(5)
  const { id } = await done(app, key, 'createSeatBlock', { sessionId, seats: 1 })
  await done(app, key, 'archiveSession', { id: sessionId })
  expect(await change(app, key, 'createSeatBlock', { sessionId, seats: 1 }, 'id')).toMatchObject({
    code: 'VALIDATION_FAILED',
    path: ['sessionId'],
  })
  await done(app, key, 'deleteSeatBlock', { id })
})
