// Days and clocks: which day a booking counts for, bookings over midnight, the repeated hour, and
// whom a daily limit counts.

import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import type { NewBooking } from '../../src/booking/new-booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { createBookingSeries } from '../../src/booking/series.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { newId } from '../../src/db/id.ts'
import { testDatabase } from '../support/database.ts'
import { refusal } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const book = (shop: Shop, startsAt: string, wish: Partial<NewBooking> = {}) =>
  createBooking(shop.ctx, asked(shop, { startsAt: new Date(startsAt), ...wish }))

const limitStaff = (id: string | undefined, dailyLimit: number) =>
  db.prisma.staffMember.updateMany({ where: { id: id ?? '' }, data: { dailyLimit } })

const plainly = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }
const allDay: [number, number] = [0, 1440]

describe('a booking over midnight', () => {
  it('takes its time on both days and counts for the day on which it starts', async () => {
    const shop = await openShop(db, { hours: allDay, service: { dailyLimit: 1 } })
    const late = await book(shop, '2026-03-03T23:30:00Z')
    expect(late.endsAt.toISOString()).toBe('2026-03-04T00:30:00.000Z')
    expect(await refusal(book(shop, '2026-03-03T10:00:00Z'))).toBe('LIMIT_REACHED')
    expect(await refusal(book(shop, '2026-03-04T00:15:00Z'))).toBe('SLOT_TAKEN')
    const next = await book(shop, '2026-03-04T00:30:00Z')
    expect(next.startsAt.toISOString()).toBe('2026-03-04T00:30:00.000Z')
  })
})

describe('the day of a daily limit', () => {
  it('is that of the account’s zone, whatever the zone of staff or customer', async () => {
    const options = { hours: allDay, timeZone: 'America/New_York', service: { dailyLimit: 1 } }
    const shop = await openShop(db, options)
    const timeZone = 'Asia/Tokyo'
    await db.prisma.staffMember.updateMany({
      where: { id: shop.staffIds[0] ?? '' },
      data: { timeZone },
    })
    // 20:00 on the 3rd in New York is the 4th in UTC and in Tokyo.
    await book(shop, '2026-03-04T01:00:00Z', { timeZone })
    expect(await refusal(book(shop, '2026-03-03T15:00:00Z'))).toBe('LIMIT_REACHED')
    expect(await refusal(book(shop, '2026-03-04T04:45:00Z'))).toBe('LIMIT_REACHED')
    const next = await book(shop, '2026-03-04T05:00:00Z')
    expect(next.timeZone).toBe('America/New_York')
  })

  it('has 25 hours when clocks go back', async () => {
    const options = { hours: allDay, timeZone: 'America/New_York', service: { dailyLimit: 1 } }
    const shop = await openShop(db, options)
    await book(shop, '2026-11-01T04:00:00Z')
    expect(await refusal(book(shop, '2026-11-02T04:45:00Z'))).toBe('LIMIT_REACHED')
    expect((await book(shop, '2026-11-02T05:00:00Z')).status).toBe('CONFIRMED')
  })
})

describe('a daily limit', () => {
  it('counts bookings and live holds, not those that ended, nor the one that moves', async () => {
    const shop = await openShop(db, { service: { dailyLimit: 2 } })
    const one = await book(shop, '2026-03-03T09:00:00Z')
    const once = { partySize: 1, ttlSeconds: 60, replaces: null, idempotencyKey: null }
    await placeHold(shop.ctx, { ...asked(shop, { startsAt: tuesday(11) }), ...once })
    expect(await refusal(book(shop, '2026-03-03T13:00:00Z'))).toBe('LIMIT_REACHED')
    const none = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
    const move = { ...none, startsAt: tuesday(14), expectedVersion: null }
    expect((await rescheduleBooking(shop.ctx, one, move)).startsAt).toEqual(tuesday(14))
    await cancelBooking(shop.ctx, one, plainly)
    await book(shop, '2026-03-03T13:00:00Z')
    expect(await refusal(book(shop, '2026-03-03T15:00:00Z'))).toBe('LIMIT_REACHED')
    shop.clock.advance(60_000)
    await book(shop, '2026-03-03T15:00:00Z')
  })

  it('of staff counts everybody who does a booking together', async () => {
    const shop = await openShop(db, { staff: 2, service: { staffMode: 'COLLECTIVE' } })
    const [, second] = shop.staffIds
    await limitStaff(second, 1)
    await book(shop, '2026-03-03T09:00:00Z')
    expect(await refusal(book(shop, '2026-03-03T12:00:00Z'))).toBe('LIMIT_REACHED')
    const daily = { rule: 'FREQ=DAILY;COUNT=2', policy: 'ALL_OR_NOTHING' as const }
    const two = createBookingSeries(shop.ctx, {
      ...asked(shop, { startsAt: new Date('2026-03-02T12:00:00Z') }),
      ...daily,
    })
    expect(await refusal(two)).toBe('LIMIT_REACHED')
    await book(shop, '2026-03-04T12:00:00Z')
  })

  it('of staff counts no seats in the classes that they lead', async () => {
    const shop = await openShop(db, { staff: 1 })
    const [staffId = ''] = shop.staffIds
    const { accountId } = shop
    const yoga = newId()
    await db.prisma.service.create({
      data: { accountId, id: yoga, name: 'Yoga', kind: 'CLASS', durationMinutes: 60, maxParty: 9 },
    })
    const sessionId = await schedule({ ...shop, serviceId: yoga }, 9, tuesday(18))
    await db.prisma.sessionStaff.create({ data: { accountId, sessionId, staffId } })
    await limitStaff(staffId, 1)
    const service = { accountId, id: yoga }
    for (let seat = 0; seat < 3; seat++) {
      const booked = await createBooking(shop.ctx, asked(shop, { service, sessionId }))
      expect(booked.staffId).toBe(staffId)
    }
    await book(shop, '2026-03-03T09:00:00Z')
    expect(await refusal(book(shop, '2026-03-03T12:00:00Z'))).toBe('LIMIT_REACHED')
  })
})

describe('the repeated hour', () => {
  it('is booked twice, each by its own instant', async () => {
    const shop = await openShop(db, { hours: allDay, timeZone: 'America/New_York' })
    const first = await book(shop, '2026-11-01T01:00:00-04:00')
    expect(await refusal(book(shop, '2026-11-01T01:15:00-04:00'))).toBe('SLOT_TAKEN')
    const second = await book(shop, '2026-11-01T01:00:00-05:00')
    expect(first.startsAt.toISOString()).toBe('2026-11-01T05:00:00.000Z')
    expect(second.startsAt.toISOString()).toBe('2026-11-01T06:00:00.000Z')
  })

  it('makes a booking over it as long as it is, not as the clocks show', async () => {
    const shop = await openShop(db, { hours: allDay, timeZone: 'America/New_York' })
    const long = await book(shop, '2026-11-01T00:30:00-04:00', { durationMinutes: 120 })
    expect(long.endsAt.toISOString()).toBe('2026-11-01T06:30:00.000Z')
    expect(await refusal(book(shop, '2026-11-01T01:15:00-05:00'))).toBe('SLOT_TAKEN')
    await book(shop, '2026-11-01T01:30:00-05:00')
  })

  it('is skipped in spring: its starts are those that the clocks show', async () => {
    const shop = await openShop(db, { hours: [60, 300], timeZone: 'America/New_York' })
    // 01:30 to 03:30 on the clock is one hour, and 02:30 is 03:30.
    const over = await book(shop, '2026-03-08T01:30:00-05:00')
    expect(over.endsAt.toISOString()).toBe('2026-03-08T07:30:00.000Z')
    expect((await book(shop, '2026-03-08T02:30:00-05:00')).startsAt.toISOString()).toBe(
      '2026-03-08T07:30:00.000Z',
    )
    expect(await refusal(book(shop, '2026-03-08T04:30:00-04:00'))).toBe('OUTSIDE_AVAILABILITY')
  })
})
