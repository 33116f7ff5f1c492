// Group bookings, attendance, prices: what an edit in place changes, leaves and refuses.

import { describe, expect, it } from 'vitest'
import { setPartyCategories } from '../../src/account/party-category.actions.ts'
import { systemViewer } from '../../src/auth/viewer.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { setBookingStatus, updateBooking } from '../../src/booking/status.actions.ts'
import { cancelBooking, declineBooking } from '../../src/payment/cancel.actions.ts'
import { testDatabase } from '../support/database.ts'
import { refusal } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const yoga = (service: object = {}) =>
  openShop(db, { staff: 0, service: { kind: 'CLASS' as const, maxParty: 6, ...service } })

const stateOf = async ({ accountId }: Shop) => ({
  bookings: await db.prisma.booking.findMany({ where: { accountId }, orderBy: { id: 'asc' } }),
  sessions: await db.prisma.session.findMany({ where: { accountId } }),
  events: await db.prisma.event.count({ where: { accountId } }),
})

const changesOf = async (bookingId: string) => {
  const rows = await db.prisma.event.findMany({
    where: { subjectId: bookingId },
    orderBy: { seq: 'asc' },
  })
  return rows.at(-1)?.changes
}

describe('a group booking', () => {
  it('gives the seats back of who leaves, and the others stay', async () => {
    const shop = await yoga()
    const sessionId = await schedule(shop, 6, tuesday(18))
    const group = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 4 }))
    const other = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 2 }))
    const left = await updateBooking(shop.ctx, group, { partySize: 3 })
    expect(left).toMatchObject({
      partySize: 3,
      priceMinor: 13_500,
      status: 'CONFIRMED',
      version: 2,
    })
    const { sessions, bookings } = await stateOf(shop)
    expect(sessions).toMatchObject([{ seatsTaken: 5 }])
    expect(bookings.find(({ id }) => id === other.id)).toEqual(other)
    expect(await changesOf(group.id)).toEqual([
      { field: 'partySize', from: 4, to: 3 },
      { field: 'priceMinor', from: 18_000, to: 13_500 },
    ])
  })

  it('grows only while seats are left and within the party that the service takes', async () => {
    const shop = await yoga({ maxParty: 3 })
    const sessionId = await schedule(shop, 4, tuesday(18))
    const group = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 2 }))
    await createBooking(shop.ctx, asked(shop, { sessionId }))
    const before = await stateOf(shop)
    expect(await refusal(updateBooking(shop.ctx, group, { partySize: 4 }))).toBe('LIMIT_REACHED')
    expect(await stateOf(shop)).toEqual(before)
    const grown = await updateBooking(shop.ctx, group, { partySize: 3 })
    expect(grown).toMatchObject({ partySize: 3, priceMinor: 13_500 })
    const all = await stateOf(shop)
    expect(all.sessions).toMatchObject([{ seatsTaken: 4 }])
    await db.prisma.service.updateMany({ where: { id: shop.serviceId }, data: { maxParty: 4 } })
    expect(await refusal(updateBooking(shop.ctx, group, { partySize: 4 }))).toBe('NO_CAPACITY')
    expect(await stateOf(shop)).toEqual(all)
  })

  it('of an appointment stays between the least and the largest party', async () => {
    const shop = await openShop(db, { service: { minParty: 2, maxParty: 4 } })
    const wish = asked(shop, { startsAt: tuesday(10), partySize: 3 })
    const group = await createBooking(shop.ctx, wish)
    const before = await stateOf(shop)
    for (const partySize of [1, 5]) {
      expect(await refusal(updateBooking(shop.ctx, group, { partySize }))).toBe('LIMIT_REACHED')
    }
    expect(await stateOf(shop)).toEqual(before)
    const smaller = await updateBooking(shop.ctx, group, { partySize: 2 })
    expect(smaller).toMatchObject({ partySize: 2, priceMinor: 4500 })
  })

  it('counts heads of all categories, which are the account’s own', async () => {
    const shop = await yoga()
    const { accountId } = shop
    await setPartyCategories(shop.ctx, accountId, {
      categories: [
        { code: 'adult', name: 'Adults' },
        { code: 'child', name: 'Children' },
      ],
    })
    const sessionId = await schedule(shop, 4, tuesday(18))
    const party = [
      { category: 'adult', count: 2 },
      { category: 'child', count: 1 },
    ]
    const family = await createBooking(shop.ctx, asked(shop, { sessionId, party }))
    expect(family).toMatchObject({ partySize: 3, party, priceMinor: 13_500 })
    const same = await updateBooking(shop.ctx, family, { partySize: 3 })
    expect(same).toEqual(family)
    const full = [
      { category: 'adult', count: 2 },
      { category: 'child', count: 3 },
    ]
    expect(await refusal(updateBooking(shop.ctx, family, { party: full }))).toBe('NO_CAPACITY')
    const dogs = [{ category: 'dog', count: 1 }]
    expect(await refusal(updateBooking(shop.ctx, family, { party: dogs }))).toBe(
      'VALIDATION_FAILED',
    )
    const plain = await updateBooking(shop.ctx, family, { party: [] })
    expect(plain).toMatchObject({ partySize: 3, party: null, priceMinor: 13_500 })
    expect((await stateOf(shop)).sessions).toMatchObject([{ seatsTaken: 3 }])
  })
})

describe('attendance', () => {
  it('says how many of a party came, and can be corrected both ways', async () => {
    const shop = await yoga()
    const sessionId = await schedule(shop, 4, tuesday(18))
    const group = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 3 }))
    expect(group.attended).toBeNull()
    shop.clock.set(tuesday(18).getTime())
    const some = await setBookingStatus(shop.ctx, group, 'COMPLETED', { attended: 2 })
    expect(some).toMatchObject({ status: 'COMPLETED', attended: 2, version: 2 })
    const corrected = await updateBooking(shop.ctx, group, { attended: 3 })
    expect(corrected).toMatchObject({ status: 'COMPLETED', attended: 3, version: 3 })
    const none = await setBookingStatus(shop.ctx, group, 'NO_SHOW')
    expect(none).toMatchObject({ status: 'NO_SHOW', attended: 0 })
    const all = await setBookingStatus(shop.ctx, group, 'COMPLETED')
    expect(all).toMatchObject({ status: 'COMPLETED', attended: 3, version: 5 })
    expect(await changesOf(group.id)).toEqual([
      { field: 'status', from: 'NO_SHOW', to: 'COMPLETED' },
      { field: 'attended', from: 0, to: 3 },
    ])
  })

  it('is refused where it cannot be, and changes nothing', async () => {
    const shop = await yoga()
    const sessionId = await schedule(shop, 4, tuesday(18))
    const group = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 3 }))
    expect(await refusal(updateBooking(shop.ctx, group, { attended: 2 }))).toBe('VALIDATION_FAILED')
    shop.clock.set(tuesday(18).getTime())
    for (const attended of [0, 4]) {
      const complete = setBookingStatus(shop.ctx, group, 'COMPLETED', { attended })
      expect(await refusal(complete)).toBe('VALIDATION_FAILED')
    }
    const completed = await setBookingStatus(shop.ctx, group, 'COMPLETED')
    const before = await stateOf(shop)
    expect(before.bookings).toEqual([completed])
    for (const edit of [{ attended: 4 }, { partySize: 2 }]) {
      expect(await refusal(updateBooking(shop.ctx, group, edit))).toBe('VALIDATION_FAILED')
    }
    expect(await stateOf(shop)).toEqual(before)
  })
})

describe('the price of a booking', () => {
  const reprice = (shop: Shop, priceMinor: number) =>
    db.prisma.service.updateMany({ where: { id: shop.serviceId }, data: { priceMinor } })

  it('is that of the service when it was made, whatever the service costs later', async () => {
    const shop = await openShop(db, { service: { maxParty: 3 } })
    const wish = asked(shop, { startsAt: tuesday(10), partySize: 2 })
    const booking = await createBooking(shop.ctx, wish)
    expect(booking).toMatchObject({ priceMinor: 4500, currency: 'EUR' })
    await reprice(shop, 9900)
    const edited = await updateBooking(shop.ctx, booking, { notes: 'window', partySize: 3 })
    expect(edited).toMatchObject({ priceMinor: 4500, priceReason: null })
    const next = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(12) }))
    expect(next.priceMinor).toBe(9900)
  })

  it('of seats follows their number at the price they were booked at', async () => {
    const shop = await yoga()
    const sessionId = await schedule(shop, 6, tuesday(18))
    const group = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 2 }))
    await reprice(shop, 9900)
    const grown = await updateBooking(shop.ctx, group, { partySize: 3 })
    expect(grown.priceMinor).toBe(13_500)
  })

  it('is adjusted with a reason, which goes with the next adjustment', async () => {
    const shop = await openShop(db)
    const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
    const cheaper = { priceMinor: 4000, priceReason: 'late start' }
    const adjusted = await updateBooking(shop.ctx, booking, cheaper)
    expect(adjusted).toMatchObject({ ...cheaper, version: 2 })
    expect(await changesOf(booking.id)).toEqual([
      { field: 'priceMinor', from: 4500, to: 4000 },
      { field: 'priceReason', from: null, to: 'late start' },
    ])
    expect(await updateBooking(shop.ctx, booking, { notes: 'x' })).toMatchObject(cheaper)
    const back = await updateBooking(shop.ctx, booking, { priceMinor: 4500 })
    expect(back).toMatchObject({ priceMinor: 4500, priceReason: null })
  })

  it('is not adjusted without payments:write, nor to what it cannot be', async () => {
    const shop = await openShop(db)
    const { accountId } = shop
    const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
    const before = await stateOf(shop)
    const scopes = new Set(['bookings:read', 'bookings:write'] as const)
    const viewer = { ...systemViewer([accountId]), grants: new Map([[accountId, { scopes }]]) }
    const clerk = { ...shop.ctx, viewer: viewer as never }
    await expect(updateBooking(clerk, booking, { priceMinor: 1 })).rejects.toThrow('payments:write')
    for (const edit of [{ priceMinor: -1 }, { priceMinor: 3e9 }, { priceReason: 'kind' }]) {
      expect(await refusal(updateBooking(shop.ctx, booking, edit))).toBe('VALIDATION_FAILED')
    }
    expect(await stateOf(shop)).toEqual(before)
  })
})

describe('who made and ended a booking', () => {
  it('is said by name, and a booking that is declined owes all that was paid', async () => {
    const service = { requiresConfirmation: true, cancelRefundPercent: 0, cancelFreeHours: 999 }
    const shop = await openShop(db, { service })
    const { accountId, ctx } = shop
    const one = await createBooking(ctx, asked(shop, { startsAt: tuesday(10) }))
    const two = await createBooking(ctx, asked(shop, { startsAt: tuesday(12) }))
    const { name } = ctx.viewer
    expect(one).toMatchObject({ createdBy: name, cancelledBy: null, cancelledAt: null })
    await db.prisma.booking.updateMany({ where: { accountId }, data: { amountPaidMinor: 4500 } })
    const now = new Date(shop.clock.now())
    const ended = { cancelledBy: name, cancelledAt: now, cancelReason: 'ill' }
    const declined = await declineBooking(ctx, one, { reason: 'ill', expectedVersion: null })
    expect(declined).toMatchObject({ ...ended, status: 'DECLINED', refundDueMinor: 4500 })
    const plainly = { refund: null, expectedVersion: null, idempotencyKey: null }
    const cancelled = await cancelBooking(ctx, two, { ...plainly, reason: 'ill' })
    expect(cancelled).toMatchObject({ ...ended, status: 'CANCELLED', refundDueMinor: 0 })
  })
})
