// A booking keeps its identity: moving, editing and ending it, and what each refuses.

import { describe, expect, it } from 'vitest'
import { createBookingSeries } from '../../src/booking/series.actions.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { setBookingStatus, updateBooking } from '../../src/booking/status.actions.ts'
import { cancelBooking, declineBooking } from '../../src/payment/cancel.actions.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const nowhere = {
  startsAt: null,
  staffId: null,
  resourceId: null,
  sessionId: null,
  durationMinutes: null,
  expectedVersion: null,
}
const plainly = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }

const book = (shop: Shop, hour: number, wish = {}) =>
  createBooking(shop.ctx, asked(shop, { startsAt: tuesday(hour), ...wish }))

const eventsOf = async ({ accountId }: Shop) => {
  const rows = await db.prisma.event.findMany({ where: { accountId }, orderBy: { seq: 'asc' } })
  return rows.map(({ type, subjectVersion }) => `${type} ${subjectVersion}`)
}

describe('rescheduleBooking', () => {
  it('keeps id, number and staff, and frees the old time', async () => {
    const shop = await openShop(db, { staff: 3 })
    const before = await book(shop, 10, { staffId: shop.staffIds[2] })
    const after = await rescheduleBooking(shop.ctx, before, { ...nowhere, startsAt: tuesday(14) })
    const { id, number, staffId } = before
    expect(after).toMatchObject({ id, number, staffId, startsAt: tuesday(14), version: 2 })
    const rows = await db.prisma.occupancy.findMany({ where: { bookingId: id } })
    expect(rows).toMatchObject([{ startsAt: tuesday(14), active: true }])
    expect(await eventsOf(shop)).toEqual(['booking.created 1', 'booking.rescheduled 2'])
  })

  it('may overlap the time it had', async () => {
    const shop = await openShop(db)
    const before = await book(shop, 10)
    const after = await rescheduleBooking(shop.ctx, before, {
      ...nowhere,
      startsAt: tuesday(10, 30),
    })
    expect(after.endsAt).toEqual(tuesday(11, 30))
  })

  it('changes nothing when the time is taken or the version stale', async () => {
    const shop = await openShop(db)
    const first = await book(shop, 10)
    await book(shop, 12)
    const to = (startsAt: Date, expectedVersion: number | null = null) =>
      rescheduleBooking(shop.ctx, first, { ...nowhere, startsAt, expectedVersion })
    expect(await refusal(to(tuesday(12)))).toBe('SLOT_TAKEN')
    expect(await refusal(to(tuesday(14), 7))).toBe('VERSION_CONFLICT')
    const { id } = first
    expect(await db.prisma.booking.findFirst({ where: { id } })).toEqual(first)
    const rows = await db.prisma.occupancy.findMany({ where: { bookingId: id, active: true } })
    expect(rows).toMatchObject([{ startsAt: tuesday(10) }])
    expect(await eventsOf(shop)).toHaveLength(2)
  })

  it('gives the same time to somebody else, who must be free', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [a = null, b = null] = shop.staffIds
    const booking = await book(shop, 10, { staffId: a })
    const after = await rescheduleBooking(shop.ctx, booking, { ...nowhere, staffId: b })
    expect(after).toMatchObject({ staffId: b, startsAt: tuesday(10), version: 2 })
    await book(shop, 10, { staffId: a })
    const back = rescheduleBooking(shop.ctx, booking, { ...nowhere, staffId: a })
    expect(await refusal(back)).toBe('SLOT_TAKEN')
    expect(await eventsOf(shop)).toEqual([
      'booking.created 1',
      'booking.updated 2',
      'booking.created 1',
    ])
  })

  it('lets two who swap staff both finish, one way or the other', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [a, b] = shop.staffIds
    const first = await book(shop, 10, { staffId: a })
    const second = await book(shop, 12, { staffId: b })
    const moves = Array.from({ length: 6 }, () => [
      rescheduleBooking(shop.ctx, first, { ...nowhere, startsAt: tuesday(12), staffId: b ?? null }),
      rescheduleBooking(shop.ctx, second, {
        ...nowhere,
        startsAt: tuesday(10),
        staffId: a ?? null,
      }),
    ]).flat()
    const counts = await outcomes(moves)
    expect((counts.done ?? 0) + (counts.SLOT_TAKEN ?? 0)).toBe(12)
    const active = await db.prisma.occupancy.count({
      where: { accountId: shop.accountId, active: true },
    })
    expect(active).toBe(2)
  })

  it('moves seats from one session to another, whoever else does', async () => {
    const shop = await openShop(db, { staff: 0, service: { kind: 'CLASS', maxParty: 9 } })
    const from = await schedule(shop, 4, tuesday(18))
    const to = await schedule(shop, 4, tuesday(20))
    const there = await createBooking(shop.ctx, asked(shop, { sessionId: from, partySize: 2 }))
    const back = await createBooking(shop.ctx, asked(shop, { sessionId: to, partySize: 1 }))
    await Promise.all([
      rescheduleBooking(shop.ctx, there, { ...nowhere, sessionId: to }),
      rescheduleBooking(shop.ctx, back, { ...nowhere, sessionId: from }),
    ])
    const sessions = await db.prisma.session.findMany({
      where: { accountId: shop.accountId },
      orderBy: { startsAt: 'asc' },
    })
    expect(sessions.map(({ seatsTaken }) => seatsTaken)).toEqual([1, 2])
  })
})

describe('updateBooking', () => {
  it('gives seats back when one leaves and needs seats when some come', async () => {
    const shop = await openShop(db, { staff: 0, service: { kind: 'CLASS', maxParty: 9 } })
    const sessionId = await schedule(shop, 4, tuesday(18))
    const booking = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 3 }))
    const smaller = await updateBooking(shop.ctx, booking, { partySize: 2 })
    expect(smaller).toMatchObject({ partySize: 2, priceMinor: 9000, version: 2 })
    await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 2 }))
    const grow = updateBooking(shop.ctx, booking, { partySize: 3 })
    expect(await refusal(grow)).toBe('NO_CAPACITY')
    const session = await db.prisma.session.findFirst({ where: { id: sessionId } })
    expect(session?.seatsTaken).toBe(4)
  })

  it('leaves what is not named and clears what is null', async () => {
    const shop = await openShop(db)
    const booking = await book(shop, 10, { notes: 'window', externalRef: 'A1' })
    const edited = await updateBooking(shop.ctx, booking, { notes: null })
    expect(edited).toMatchObject({ notes: null, externalRef: 'A1', startsAt: tuesday(10) })
  })
})

describe('cancelBooking', () => {
  it('frees the time at once and cannot be said twice', async () => {
    const shop = await openShop(db)
    const booking = await book(shop, 10)
    const cancelled = await cancelBooking(shop.ctx, booking, { ...plainly, reason: 'ill' })
    expect(cancelled).toMatchObject({ status: 'CANCELLED', cancelReason: 'ill', version: 2 })
    expect(await refusal(cancelBooking(shop.ctx, booking, plainly))).toBe('ALREADY_CANCELLED')
    await book(shop, 10)
    expect(await eventsOf(shop)).toEqual([
      'booking.created 1',
      'booking.cancelled 2',
      'booking.created 1',
    ])
  })

  it('gives the first answer again under the same key', async () => {
    const shop = await openShop(db)
    const booking = await book(shop, 10)
    const keyed = { ...plainly, idempotencyKey: 'c1' }
    const first = await cancelBooking(shop.ctx, booking, keyed)
    expect(await cancelBooking(shop.ctx, booking, keyed)).toEqual(first)
    expect(await eventsOf(shop)).toHaveLength(2)
  })

  it('owes what the policy of the service says', async () => {
    const service = { cancelFreeHours: 24, cancelRefundPercent: 50 }
    const shop = await openShop(db, { service })
    const paid = { amountPaidMinor: 4501 }
    const early = await book(shop, 10)
    const late = await book(shop, 12)
    await db.prisma.booking.updateMany({ where: { accountId: shop.accountId }, data: paid })
    const free = await cancelBooking(shop.ctx, early, plainly)
    expect(free.refundDueMinor).toBe(4501)
    shop.clock.set(tuesday(11).getTime())
    const charged = await cancelBooking(shop.ctx, late, plainly)
    expect(charged.refundDueMinor).toBe(2250)
  })
})

describe('the life of a booking', () => {
  it('goes from pending to confirmed or declined, and nowhere else from declined', async () => {
    const shop = await openShop(db, { service: { requiresConfirmation: true } })
    const one = await book(shop, 10)
    expect(one.status).toBe('PENDING')
    expect(await refusal(book(shop, 10))).toBe('SLOT_TAKEN')
    const declined = await declineBooking(shop.ctx, one, { reason: 'full', expectedVersion: null })
    expect(declined).toMatchObject({ status: 'DECLINED', cancelReason: 'full' })
    expect(await refusal(setBookingStatus(shop.ctx, one, 'CONFIRMED'))).toBe('ILLEGAL_TRANSITION')
    const two = await book(shop, 10)
    expect(await setBookingStatus(shop.ctx, two, 'CONFIRMED')).toMatchObject({
      status: 'CONFIRMED',
      version: 2,
    })
  })

  it('begins confirmed or pending when it is made so, whatever the service says', async () => {
    const asking = await openShop(db, { service: { requiresConfirmation: true } })
    const at = { startsAt: tuesday(10) }
    const confirmed = await createBooking(asking.ctx, asked(asking, { ...at, confirmed: true }))
    expect(confirmed.status).toBe('CONFIRMED')
    const plain = await openShop(db)
    const pending = await createBooking(plain.ctx, asked(plain, { ...at, confirmed: false }))
    expect(pending.status).toBe('PENDING')
    const rule = {
      ...asked(plain, { startsAt: tuesday(12), confirmed: false }),
      rule: 'FREQ=DAILY;COUNT=2',
    }
    const { id } = await createBookingSeries(plain.ctx, { ...rule, policy: 'ALL_OR_NOTHING' })
    const rows = await db.prisma.booking.findMany({ where: { seriesId: id } })
    expect(rows.map(({ status }) => status)).toEqual(['PENDING', 'PENDING'])
  })

  it('is attended only once it has started, and attendance can be corrected', async () => {
    const shop = await openShop(db)
    const booking = await book(shop, 10)
    const noShow = () => setBookingStatus(shop.ctx, booking, 'NO_SHOW')
    expect(await refusal(noShow())).toBe('ILLEGAL_TRANSITION')
    shop.clock.set(tuesday(10).getTime())
    expect((await noShow()).status).toBe('NO_SHOW')
    expect((await setBookingStatus(shop.ctx, booking, 'COMPLETED')).status).toBe('COMPLETED')
    expect(await refusal(cancelBooking(shop.ctx, booking, plainly))).toBe('ILLEGAL_TRANSITION')
    const move = { ...nowhere, startsAt: tuesday(14) }
    const moved = rescheduleBooking(shop.ctx, booking, move)
    expect(await refusal(moved)).toBe('ILLEGAL_TRANSITION')
  })

  it('ends once when cancelled and moved at the same time', async () => {
    const shop = await openShop(db)
    const booking = await book(shop, 10)
    const results = await outcomes([
      cancelBooking(shop.ctx, booking, { ...plainly, expectedVersion: 1 }),
      rescheduleBooking(shop.ctx, booking, {
        ...nowhere,
        startsAt: tuesday(14),
        expectedVersion: 1,
      }),
    ])
    expect(results).toMatchObject({ done: 1, VERSION_CONFLICT: 1 })
  })
})

describe('a booking that moves', () => {
  it('goes to whoever is free when its own staff is not', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [a = null, b = null] = shop.staffIds
    const booking = await book(shop, 10, { staffId: a })
    await book(shop, 14, { staffId: a })
    const moved = await rescheduleBooking(shop.ctx, booking, { ...nowhere, startsAt: tuesday(14) })
    expect(moved).toMatchObject({ staffId: b, startsAt: tuesday(14) })
  })

  it('keeps everybody who does it together, and tells all of them', async () => {
    const shop = await openShop(db, { staff: 3 })
    const pool = shop.staffIds.slice(0, 2)
    const together = { staffIds: pool, assign: 'TOGETHER' as const }
    const booking = await book(shop, 10, together)
    await rescheduleBooking(shop.ctx, booking, { ...nowhere, startsAt: tuesday(14) })
    const rows = await db.prisma.occupancy.findMany({
      where: { bookingId: booking.id, active: true },
    })
    expect(rows.map(({ staffId }) => staffId).toSorted()).toEqual(pool.toSorted())
    await cancelBooking(shop.ctx, booking, plainly)
    const events = await db.prisma.event.findMany({ where: { subjectId: booking.id } })
    const told = events.map(({ about }) => (about as { staffIds: string[] }).staffIds.toSorted())
    expect(told).toEqual([pool.toSorted(), pool.toSorted(), pool.toSorted()])
  })

  it('keeps its length, whoever gets it', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [a = null, b = null] = shop.staffIds
    const booking = await book(shop, 10, { staffId: a, durationMinutes: 90 })
    const move = { ...nowhere, startsAt: tuesday(14), staffId: b }
    const moved = await rescheduleBooking(shop.ctx, booking, move)
    expect(moved.endsAt).toEqual(tuesday(15, 30))
  })
})

describe('the rooms of a booking that moves', () => {
  const open = async () => {
    const shop = await openShop(db, { staff: 2, resources: [1, 1] })
    const { accountId } = shop
    await db.prisma.serviceResource.updateMany({ where: { accountId }, data: { requirement: 1 } })
    return shop
  }
  const roomOf = async ({ id }: { id: string }) => {
    const where = { bookingId: id, active: true, resourceId: { not: null } }
    return (await db.prisma.occupancy.findMany({ where })).map(({ resourceId }) => resourceId)
  }
  const lastOf = async ({ id }: { id: string }) =>
    (await db.prisma.event.findMany({ where: { subjectId: id }, orderBy: { seq: 'asc' } })).at(-1)

  it('stay, if free, and give way to one that is', async () => {
    const shop = await open()
    const [first = '', second = ''] = shop.resourceIds
    const booking = await book(shop, 10, { resourceId: second })
    await rescheduleBooking(shop.ctx, booking, { ...nowhere, startsAt: tuesday(12) })
    expect(await roomOf(booking)).toEqual([second])
    await book(shop, 14, { resourceId: second })
    await rescheduleBooking(shop.ctx, booking, { ...nowhere, startsAt: tuesday(14) })
    expect(await roomOf(booking)).toEqual([first])
    expect((await lastOf(booking))?.changes).toContainEqual({
      field: 'resourceIds',
      from: [second],
      to: [first],
    })
  })

  it('are changed alone, and their event says so; what changes nothing has none', async () => {
    const shop = await open()
    const [first = '', second = ''] = shop.resourceIds
    const booking = await book(shop, 10, { resourceId: first })
    const moved = await rescheduleBooking(shop.ctx, booking, { ...nowhere, resourceId: second })
    expect(moved).toMatchObject({ startsAt: tuesday(10), staffId: booking.staffId, version: 2 })
    expect(await lastOf(booking)).toMatchObject({
      type: 'booking.updated',
      changes: [{ field: 'resourceIds', from: [first], to: [second] }],
    })
    expect(await rescheduleBooking(shop.ctx, booking, nowhere)).toEqual(moved)
    expect(await eventsOf(shop)).toEqual(['booking.created 1', 'booking.updated 2'])
    expect(await roomOf(booking)).toEqual([second])
  })
})

describe('what a booking may hold', () => {
  it('is refused when its price comes to more than can be charged', async () => {
    const service = { kind: 'CLASS' as const, maxParty: 9, priceMinor: 2_000_000_000 }
    const shop = await openShop(db, { staff: 0, service })
    const sessionId = await schedule(shop, 4, tuesday(18))
    const wish = asked(shop, { sessionId, partySize: 2 })
    expect(await refusal(createBooking(shop.ctx, wish))).toBe('VALIDATION_FAILED')
    const one = await createBooking(shop.ctx, asked(shop, { sessionId, partySize: 1 }))
    const grow = updateBooking(shop.ctx, one, { partySize: 2 })
    expect(await refusal(grow)).toBe('VALIDATION_FAILED')
  })

  it('stays as it is when an edit changes nothing', async () => {
    const shop = await openShop(db)
    const booking = await book(shop, 10, { notes: 'window' })
    const same = await updateBooking(shop.ctx, booking, { notes: 'window', partySize: 1 })
    expect(same).toEqual(booking)
    expect(await eventsOf(shop)).toEqual(['booking.created 1'])
  })
})
