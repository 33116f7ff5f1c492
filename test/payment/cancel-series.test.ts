// Cancelling one of a series, it and the later ones, or all: what is left, what is owed, and what
// is told.

import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { createBookingSeries } from '../../src/booking/series.actions.ts'
import {
  cancelBookingSeries,
  type SeriesCancellation,
} from '../../src/payment/cancel-series.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import type { Booking, Series } from '../../src/generated/prisma/client.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()
const DAY = 86_400_000

const week = (index: number) => new Date(tuesday(10).getTime() + index * 7 * DAY)

async function seriesAt(shop: Shop, rule = 'FREQ=WEEKLY;COUNT=5') {
  const wish = asked(shop, { startsAt: week(0) })
  const series = await createBookingSeries(shop.ctx, { ...wish, rule, policy: 'ALL_OR_NOTHING' })
  return { series, bookings: await bookingsOf(series) }
}

const bookingsOf = ({ accountId, id }: Series) =>
  db.prisma.booking.findMany({
    where: { accountId, seriesId: id },
    orderBy: { startsAt: 'asc' },
  })

const cancel = (shop: Shop, series: Series, wish: Partial<SeriesCancellation>) =>
  cancelBookingSeries(shop.ctx, series, {
    part: 'ALL',
    bookingId: null,
    reason: null,
    refund: null,
    idempotencyKey: null,
    ...wish,
  })

const letters = async (series: Series) =>
  (await bookingsOf(series)).map(({ status }) => status.slice(0, 2)).join(' ')

const at = (bookings: readonly Booking[], index: number) => bookings[index]?.id ?? ''

describe('cancelBookingSeries', () => {
  it('cancels one and leaves the others', async () => {
    const shop = await openShop(db)
    const { series, bookings } = await seriesAt(shop)
    const bookingId = at(bookings, 2)
    const done = await cancel(shop, series, { part: 'THIS_ONLY', bookingId, reason: 'away' })
    expect(done).toMatchObject([
      { id: bookingId, status: 'CANCELLED', cancelReason: 'away', version: 2 },
    ])
    expect(await letters(series)).toBe('CO CO CA CO CO')
    await createBooking(shop.ctx, asked(shop, { startsAt: week(2) }))
    const again = cancel(shop, series, { part: 'THIS_ONLY', bookingId })
    expect(await refusal(again)).toBe('ALREADY_CANCELLED')
  })

  it('cancels the named one and the later ones, by when they start now', async () => {
    const shop = await openShop(db)
    const { series, bookings } = await seriesAt(shop)
    const moved = bookings[0] as Booking
    await rescheduleBooking(shop.ctx, moved, {
      startsAt: new Date(week(3).getTime() + DAY),
      staffId: null,
      resourceId: null,
      sessionId: null,
      durationMinutes: null,
      expectedVersion: null,
    })
    const bookingId = at(bookings, 3)
    const done = await cancel(shop, series, { part: 'THIS_AND_LATER', bookingId })
    expect(done.map(({ id }) => id)).toEqual([bookingId, moved.id, at(bookings, 4)])
    expect(await letters(series)).toBe('CO CO CA CA CA')
    const active = await db.prisma.occupancy.count({
      where: { accountId: shop.accountId, active: true },
    })
    expect(active).toBe(2)
  })

  it('cancels all that have not started and tells of each once', async () => {
    const shop = await openShop(db)
    const { series, bookings } = await seriesAt(shop)
    await cancel(shop, series, { part: 'THIS_ONLY', bookingId: at(bookings, 4) })
    shop.clock.set(week(1).getTime())
    const done = await cancel(shop, series, {})
    expect(done.map(({ id }) => id)).toEqual([at(bookings, 2), at(bookings, 3)])
    expect(await letters(series)).toBe('CO CO CA CA CA')
    const events = await db.prisma.event.findMany({
      where: { accountId: shop.accountId, type: 'booking.cancelled' },
      orderBy: { seq: 'asc' },
    })
    expect(events.map(({ subjectId, subjectVersion }) => [subjectId, subjectVersion])).toEqual([
      [at(bookings, 4), 2],
      [at(bookings, 2), 2],
      [at(bookings, 3), 2],
    ])
    expect(events[1]?.changes).toContainEqual({
      field: 'status',
      from: 'CONFIRMED',
      to: 'CANCELLED',
    })
    expect(await refusal(cancel(shop, series, {}))).toBe('ALREADY_CANCELLED')
  })

  it('owes for each what the policy says for its own start', async () => {
    const shop = await openShop(db, {
      service: { cancelFreeHours: 24 * 7, cancelRefundPercent: 50 },
    })
    const { series } = await seriesAt(shop, 'FREQ=WEEKLY;COUNT=3')
    await db.prisma.booking.updateMany({
      where: { seriesId: series.id },
      data: { amountPaidMinor: 4501 },
    })
    const done = await cancel(shop, series, { idempotencyKey: 'x1' })
    expect(done.map(({ refundDueMinor }) => refundDueMinor)).toEqual([2250, 4501, 4501])
    expect(await cancel(shop, series, { idempotencyKey: 'x1' })).toEqual(done)
    const other = cancel(shop, series, { idempotencyKey: 'x1', refund: 'FULL' })
    expect(await refusal(other)).toBe('IDEMPOTENCY_CONFLICT')
  })

  it('gives the seats of a class back', async () => {
    const shop = await openShop(db, { staff: 0, service: { kind: 'CLASS', maxParty: 4 } })
    for (const index of [0, 1, 2]) await schedule(shop, 5, week(index))
    const series = await createBookingSeries(shop.ctx, {
      ...asked(shop, { startsAt: week(0), partySize: 3 }),
      rule: 'FREQ=WEEKLY;COUNT=3',
      policy: 'ALL_OR_NOTHING',
    })
    const [, second] = await bookingsOf(series)
    await cancel(shop, series, { part: 'THIS_AND_LATER', bookingId: second?.id ?? '' })
    const sessions = await db.prisma.session.findMany({
      where: { accountId: shop.accountId },
      orderBy: { startsAt: 'asc' },
    })
    expect(sessions.map(({ seatsTaken }) => seatsTaken)).toEqual([3, 0, 0])
  })

  it('refuses a booking of another series, and a part that names none', async () => {
    const shop = await openShop(db)
    const { series } = await seriesAt(shop)
    const alone = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(15) }))
    const stranger = cancel(shop, series, { part: 'THIS_ONLY', bookingId: alone.id })
    expect(await refusal(stranger)).toBe('NOT_FOUND')
    const nameless = cancel(shop, series, { part: 'THIS_AND_LATER' })
    expect(await refusal(nameless)).toBe('VALIDATION_FAILED')
    expect(await letters(series)).toBe('CO CO CO CO CO')
  })

  it('cancels each booking once when it races others who do', async () => {
    const shop = await openShop(db)
    const { series, bookings } = await seriesAt(shop, 'FREQ=DAILY;COUNT=30')
    const plainly = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }
    const counts = await outcomes([
      ...bookings.slice(10, 20).map((booking) => cancelBooking(shop.ctx, booking, plainly)),
      ...[1, 2, 3].map(() => cancel(shop, series, {})),
    ])
    expect(Object.keys(counts).toSorted()).toEqual(['ALREADY_CANCELLED', 'done'])
    const after = await bookingsOf(series)
    expect(after.every(({ status, version }) => status === 'CANCELLED' && version === 2)).toBe(true)
    const told = await db.prisma.event.count({
      where: { accountId: shop.accountId, type: 'booking.cancelled' },
    })
    expect(told).toBe(30)
  })

  it('cancels 366 in one go', async () => {
    const shop = await openShop(db)
    const { series } = await seriesAt(shop, 'FREQ=DAILY;COUNT=366')
    const began = performance.now()
    expect(await cancel(shop, series, {})).toHaveLength(366)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})
