// Promises 1, 2, 4 and 5 of bookings, on real PostgreSQL: no double booking whatever races, said
// once is done once, a refusal changes nothing.

import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { expireHolds, placeHold } from '../../src/booking/hold.actions.ts'
import type { Refused } from '../../src/errors.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

async function rowsOf({ accountId }: Shop) {
  const [bookings, active, events] = await Promise.all([
    db.prisma.booking.count({ where: { accountId } }),
    db.prisma.occupancy.count({ where: { accountId, active: true } }),
    db.prisma.event.count({ where: { accountId } }),
  ])
  return { bookings, active, events }
}

const many = (count: number, attempt: () => Promise<unknown>) =>
  Array.from({ length: count }, attempt)

describe('createBooking', () => {
  it('writes the booking, the time it takes and the event together', async () => {
    const shop = await openShop(db, { service: { bufferBeforeMinutes: 5, bufferAfterMinutes: 10 } })
    const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))

    expect(booking).toMatchObject({
      status: 'CONFIRMED',
      staffId: shop.staffIds[0],
      startsAt: tuesday(10),
      endsAt: tuesday(11),
      priceMinor: 4500,
      currency: 'EUR',
      version: 1,
    })
    const [taken] = await db.prisma.occupancy.findMany({ where: { bookingId: booking.id } })
    expect(taken).toMatchObject({ startsAt: tuesday(9, 55), endsAt: tuesday(11, 10), active: true })
    const events = await db.prisma.event.findMany({ where: { accountId: shop.accountId } })
    expect(events).toMatchObject([
      { type: 'booking.created', subjectId: booking.id, subjectVersion: 1 },
    ])
  })

  it('gives one slot of one person to one of sixteen', async () => {
    const shop = await openShop(db)
    const attempts = many(16, () => createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) })))
    expect(await outcomes(attempts)).toEqual({ done: 1, SLOT_TAKEN: 15 })
    expect(await rowsOf(shop)).toEqual({ bookings: 1, active: 1, events: 1 })
  })

  it('gives overlapping slots to one, whatever their starts', async () => {
    const shop = await openShop(db)
    const attempts = Array.from({ length: 16 }, (_, index) =>
      createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10, (index % 4) * 15) })),
    )
    expect(await outcomes(attempts)).toEqual({ done: 1, SLOT_TAKEN: 15 })
  })

  it('gives a slot to as many as there are people to do it', async () => {
    const shop = await openShop(db, { staff: 3 })
    const attempts = many(12, () => createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) })))
    expect(await outcomes(attempts)).toEqual({ done: 3, SLOT_TAKEN: 9 })
    const booked = await db.prisma.booking.findMany({ where: { accountId: shop.accountId } })
    expect(booked.map(({ staffId }) => staffId).toSorted()).toEqual(shop.staffIds.toSorted())
  })

  it('gives out each unit of a resource once', async () => {
    const shop = await openShop(db, { staff: 0, resources: [2, 5] })
    const attempts = many(8, () => createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) })))
    expect(await outcomes(attempts)).toEqual({ done: 2, SLOT_TAKEN: 6 })
    expect((await rowsOf(shop)).active).toBe(4)
  })

  it('gives the seats of a session to no more heads than it has', async () => {
    const shop = await openShop(db, { staff: 0, service: { kind: 'CLASS', maxParty: 4 } })
    const sessionId = await schedule(shop, 5, tuesday(18))
    const attempts = many(6, () =>
      createBooking(shop.ctx, asked(shop, { sessionId, partySize: 2 })),
    )
    expect(await outcomes(attempts)).toEqual({ done: 2, NO_CAPACITY: 4 })
    const session = await db.prisma.session.findFirstOrThrow({ where: { id: sessionId } })
    expect(session).toMatchObject({ seatsTaken: 4, seatsHeld: 0 })
    const booking = await db.prisma.booking.findFirstOrThrow({ where: { sessionId } })
    expect(booking.priceMinor).toBe(9000)
  })

  it('refuses by name what is not offered, and writes nothing', async () => {
    const shop = await openShop(db, { service: { minNoticeMinutes: 60, maxAdvanceDays: 10 } })
    const at = (startsAt: Date) => refusal(createBooking(shop.ctx, asked(shop, { startsAt })))
    expect(await at(tuesday(8))).toBe('OUTSIDE_AVAILABILITY')
    expect(await at(tuesday(10, 5))).toBe('OUTSIDE_AVAILABILITY')
    expect(await at(new Date(shop.clock.now()))).toBe('TOO_SOON')
    expect(await at(new Date(Date.UTC(2026, 2, 20, 10)))).toBe('TOO_LATE')
    const party = asked(shop, { startsAt: tuesday(10), partySize: 2 })
    expect(await refusal(createBooking(shop.ctx, party))).toBe('LIMIT_REACHED')
    expect(await rowsOf(shop)).toEqual({ bookings: 0, active: 0, events: 0 })
  })

  it('names the next free starts of a taken slot', async () => {
    const shop = await openShop(db)
    await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
    const [result] = await Promise.allSettled([
      createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) })),
    ])
    const reason = result.status === 'rejected' && (result.reason as Refused)
    const next = reason ? await reason.refusal.nextSlots?.() : []
    expect(next?.map(({ startsAt }) => new Date(startsAt))).toEqual([
      tuesday(11),
      tuesday(11, 15),
      tuesday(11, 30),
      tuesday(11, 45),
      tuesday(12),
    ])
  })

  it('keeps a daily limit that sixteen run against', async () => {
    const shop = await openShop(db, { staff: 4, service: { dailyLimit: 3 } })
    const attempts = Array.from({ length: 16 }, (_, index) =>
      createBooking(shop.ctx, asked(shop, { startsAt: tuesday(9 + (index % 8)) })),
    )
    expect(await outcomes(attempts)).toEqual({ done: 3, LIMIT_REACHED: 13 })
  })

  it('finds a described customer by e-mail and makes one that is new', async () => {
    const shop = await openShop(db)
    const customer = { name: 'Grace Hopper', email: 'Grace@Example.com' }
    const first = await createBooking(
      shop.ctx,
      asked(shop, { startsAt: tuesday(10), customerId: null, customer }),
    )
    const second = await createBooking(
      shop.ctx,
      asked(shop, {
        startsAt: tuesday(12),
        customerId: null,
        customer: { ...customer, name: 'G' },
      }),
    )
    expect(second.customerId).toBe(first.customerId)
    const stored = await db.prisma.customer.findFirstOrThrow({ where: { id: first.customerId } })
    expect(stored).toMatchObject({ name: 'Grace Hopper', email: 'grace@example.com' })
  })
})

describe('an idempotency key', () => {
  it('does the work once, however often and however concurrently it is said', async () => {
    const shop = await openShop(db)
    const wish = asked(shop, { startsAt: tuesday(10), idempotencyKey: 'k1' })
    const all = await Promise.all(many(8, () => createBooking(shop.ctx, wish)))
    const again = await createBooking(shop.ctx, wish)
    expect(new Set([...all, again].map((row) => (row as { id: string }).id)).size).toBe(1)
    expect(await rowsOf(shop)).toEqual({ bookings: 1, active: 1, events: 1 })
  })

  it('is refused for other input, and free again after a day', async () => {
    const shop = await openShop(db)
    const wish = (hour: number) => asked(shop, { startsAt: tuesday(hour), idempotencyKey: 'k2' })
    await createBooking(shop.ctx, wish(10))
    expect(await refusal(createBooking(shop.ctx, wish(12)))).toBe('IDEMPOTENCY_CONFLICT')
    shop.clock.advance(24 * 3_600_000)
    const later = asked(shop, {
      startsAt: new Date(Date.UTC(2026, 2, 4, 12)),
      idempotencyKey: 'k2',
    })
    await createBooking(shop.ctx, later)
    expect((await rowsOf(shop)).bookings).toBe(2)
  })

  it('is not used up by a refusal', async () => {
    const shop = await openShop(db)
    const wish = asked(shop, { startsAt: tuesday(8), idempotencyKey: 'k3' })
    expect(await refusal(createBooking(shop.ctx, wish))).toBe('OUTSIDE_AVAILABILITY')
    await createBooking(shop.ctx, { ...wish, startsAt: tuesday(10) })
    expect((await rowsOf(shop)).bookings).toBe(1)
  })
})

describe('a hold', () => {
  const hold = (shop: Shop, wish = {}) =>
    placeHold(shop.ctx, {
      ...asked(shop, { startsAt: tuesday(10) }),
      partySize: 1,
      ttlSeconds: 60,
      replaces: null,
      ...wish,
    })

  it('keeps its slot from everybody else and becomes the booking', async () => {
    const shop = await openShop(db)
    const { id } = await hold(shop)
    const other = createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
    expect(await refusal(other)).toBe('SLOT_TAKEN')
    const booking = await createBooking(shop.ctx, asked(shop, { holdId: id }))
    expect(booking).toMatchObject({ startsAt: tuesday(10), staffId: shop.staffIds[0] })
    const twice = createBooking(shop.ctx, asked(shop, { holdId: id }))
    expect(await refusal(twice)).toBe('HOLD_EXPIRED')
    expect(await rowsOf(shop)).toMatchObject({ bookings: 1, active: 1 })
  })

  it('occupies nothing once it has run out, before any sweeper ran', async () => {
    const shop = await openShop(db)
    const { id } = await hold(shop)
    shop.clock.advance(60_000)
    await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
    const late = createBooking(shop.ctx, asked(shop, { holdId: id }))
    expect(await refusal(late)).toBe('HOLD_EXPIRED')
    expect(await rowsOf(shop)).toMatchObject({ bookings: 1, active: 1 })
  })

  it('is told to have expired once, by the sweeper', async () => {
    const shop = await openShop(db)
    await hold(shop)
    shop.clock.advance(60_000)
    await expireHolds(shop.ctx)
    await expireHolds(shop.ctx)
    const events = await db.prisma.event.findMany({
      where: { accountId: shop.accountId },
      orderBy: { seq: 'asc' },
    })
    expect(events.map(({ type }) => type)).toEqual(['hold.placed', 'hold.expired'])
  })

  it('keeps seats, gives them back when it runs out, and is swapped in one step', async () => {
    const shop = await openShop(db, { staff: 0, service: { kind: 'CLASS', maxParty: 4 } })
    const sessionId = await schedule(shop, 3, tuesday(18))
    const first = await hold(shop, { startsAt: null, sessionId, partySize: 2 })
    const more = hold(shop, { startsAt: null, sessionId, partySize: 2 })
    expect(await refusal(more)).toBe('NO_CAPACITY')
    await hold(shop, { startsAt: null, sessionId, partySize: 3, replaces: first.id })
    shop.clock.advance(60_000)
    await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 3 }))
    const session = await db.prisma.session.findFirstOrThrow({ where: { id: sessionId } })
    expect(session).toMatchObject({ seatsTaken: 3, seatsHeld: 0 })
  })
})
