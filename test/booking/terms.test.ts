// On whose terms something is booked: one of several rooms, chosen staff, staff with lengths and
// prices of their own, everybody together; and what cancelling gives back when somebody decides.

import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const book = (shop: Shop, wish: object) => createBooking(shop.ctx, asked(shop, wish))

const roomsOf = async (bookingId: string) => {
  const where = { bookingId, active: true, resourceId: { not: null } }
  const rows = await db.prisma.occupancy.findMany({ where, orderBy: { position: 'asc' } })
  return rows.map(({ resourceId, unit }) => [resourceId, unit])
}

describe('one of several rooms', () => {
  const open = async () => {
    const shop = await openShop(db, { staff: 0, resources: [1, 2] })
    const { accountId } = shop
    await db.prisma.serviceResource.updateMany({ where: { accountId }, data: { requirement: 1 } })
    return shop
  }

  it('is taken in their order, unit by unit, until none is left', async () => {
    const shop = await open()
    const [small = '', large = ''] = shop.resourceIds
    const taken = []
    for (let guest = 0; guest < 3; guest++) {
      taken.push(...(await roomsOf((await book(shop, { startsAt: tuesday(10) })).id)))
    }
    expect(taken).toEqual([
      [small, 0],
      [large, 0],
      [large, 1],
    ])
    expect(await refusal(book(shop, { startsAt: tuesday(10) }))).toBe('SLOT_TAKEN')
  })

  it('can be asked for', async () => {
    const shop = await open()
    const [small = '', large = ''] = shop.resourceIds
    const wish = { startsAt: tuesday(10), resourceId: large }
    expect(await roomsOf((await book(shop, wish)).id)).toEqual([[large, 0]])
    expect(await roomsOf((await book(shop, wish)).id)).toEqual([[large, 1]])
    expect(await refusal(book(shop, wish))).toBe('SLOT_TAKEN')
    const other = { startsAt: tuesday(10), resourceId: small }
    expect(await roomsOf((await book(shop, other)).id)).toEqual([[small, 0]])
  })

  it('is given to no more of eight at once than there are', async () => {
    const shop = await open()
    const wishes = Array.from({ length: 8 }, () => book(shop, { startsAt: tuesday(10) }))
    expect(await outcomes(wishes)).toEqual({ done: 3, SLOT_TAKEN: 5 })
  })
})

describe('staff', () => {
  it('with a length and price of their own give them to what they do', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [senior = '', junior = ''] = shop.staffIds
    await db.prisma.serviceStaff.updateMany({
      where: { staffId: junior },
      data: { durationMinutes: 90, priceMinor: 3000 },
    })
    const one = await book(shop, { startsAt: tuesday(10), staffId: senior })
    expect(one).toMatchObject({ staffId: senior, endsAt: tuesday(11), priceMinor: 4500 })
    const two = await book(shop, { startsAt: tuesday(10), staffId: junior })
    expect(two).toMatchObject({ staffId: junior, endsAt: tuesday(11, 30), priceMinor: 3000 })
  })

  it('who are chosen do it or nobody does', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [staffId] = shop.staffIds
    await book(shop, { startsAt: tuesday(10), staffId })
    expect(await refusal(book(shop, { startsAt: tuesday(10), staffId }))).toBe('SLOT_TAKEN')
    const anybody = await book(shop, { startsAt: tuesday(10) })
    expect(anybody.staffId).toBe(shop.staffIds[1])
  })

  it('of a collective are all taken, and none is free for it alone', async () => {
    const shop = await openShop(db, { staff: 2, service: { staffMode: 'COLLECTIVE' } })
    const booking = await book(shop, { startsAt: tuesday(10) })
    const rows = await db.prisma.occupancy.findMany({ where: { bookingId: booking.id } })
    expect(rows.map(({ staffId }) => staffId).toSorted()).toEqual(shop.staffIds.toSorted())
    expect(await refusal(book(shop, { startsAt: tuesday(10) }))).toBe('SLOT_TAKEN')
  })

  it('are given room for the buffers of both neighbours', async () => {
    const service = { bufferBeforeMinutes: 15, bufferAfterMinutes: 30 }
    const shop = await openShop(db, { service })
    await book(shop, { startsAt: tuesday(10) })
    expect(await refusal(book(shop, { startsAt: tuesday(11, 30) }))).toBe('SLOT_TAKEN')
    expect(await refusal(book(shop, { startsAt: tuesday(8, 30) }))).toBe('OUTSIDE_AVAILABILITY')
    expect((await book(shop, { startsAt: tuesday(11, 45) })).startsAt).toEqual(tuesday(11, 45))
  })
})

describe('the refund of a cancellation', () => {
  const plainly = { reason: null, expectedVersion: null, idempotencyKey: null }

  it('is all or nothing for whoever decides, whatever the policy', async () => {
    const service = { cancelFreeHours: 999, cancelRefundPercent: 50 }
    const shop = await openShop(db, { service })
    const { accountId } = shop
    const due = []
    for (const [hour, refund] of [
      [9, 'POLICY'],
      [10, 'FULL'],
      [11, 'NONE'],
    ] as const) {
      const booking = await book(shop, { startsAt: tuesday(hour) })
      await db.prisma.booking.updateMany({ where: { accountId }, data: { amountPaidMinor: 4501 } })
      const cancelled = await cancelBooking(shop.ctx, booking, { ...plainly, refund })
      due.push(cancelled.refundDueMinor)
    }
    expect(due).toEqual([2250, 4501, 0])
  })

  it('is decided by nobody without payments:write, and the booking stays as it was', async () => {
    const shop = await openShop(db)
    const { accountId } = shop
    const booking = await book(shop, { startsAt: tuesday(9) })
    const scopes = new Set(['bookings:read', 'bookings:write'] as const)
    const viewer = { ...shop.ctx.viewer, grants: new Map([[accountId, { scopes }]]) }
    const clerk = { ...shop.ctx, viewer: viewer as never }
    for (const refund of ['FULL', 'NONE'] as const) {
      const attempt = cancelBooking(clerk, booking, { ...plainly, refund })
      await expect(attempt).rejects.toThrow('payments:write')
    }
    const where = { accountId }
    expect(await db.prisma.booking.findMany({ where })).toEqual([booking])
    expect(await db.prisma.event.count({ where })).toBe(1)
    const byPolicy = await cancelBooking(clerk, booking, { ...plainly, refund: 'POLICY' })
    expect(byPolicy.status).toBe('CANCELLED')
  })
})
