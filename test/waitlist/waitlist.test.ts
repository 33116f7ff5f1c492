// The waitlist on a real database: what comes free is offered in the order of arrival, by a hold of
// its own, and what becomes of an offer is told.

import { describe, expect, it } from 'vitest'
import { releaseHold } from '../../src/booking/hold.actions.ts'
import { mergeCustomers } from '../../src/booking/merge-customers.actions.ts'
import { archiveCustomer } from '../../src/customer/customer.actions.ts'
import { DAY, HOUR, MINUTE } from '../../src/time/instant.ts'
import { leaveWaitlist } from '../../src/waitlist/waitlist.actions.ts'
import { testDatabase } from '../support/database.ts'
import { refusal } from '../support/refusals.ts'
import { schedule, tuesday } from '../support/shop.ts'
import { openWaiting, startWaiting } from './waiting.ts'

const db = await testDatabase()

const classes = { staff: 0, service: { kind: 'CLASS' as const, maxParty: 4 } }

describe('who waits for a time', () => {
  it('is offered it in the order of arrival, each for the account’s time', async () => {
    const place = await openWaiting(db)
    const { accountId, ctx, clock } = place
    await db.prisma.account.update({
      where: { id: accountId },
      data: { waitlistOfferMinutes: 90 },
    })
    await startWaiting(db, ctx)
    const booking = await place.book({ startsAt: tuesday(10) })
    const ada = await place.joinAt(tuesday(10))
    const bob = await place.joinAt(tuesday(10))
    expect(await place.states(ada, bob)).toEqual(['WAITING', 'WAITING'])
    await place.cancel(booking)
    expect(await place.comes(ada, 'OFFERED')).toMatchObject({
      version: 2,
      offeredAt: new Date(clock.now()),
      hold: {
        state: 'LIVE',
        startsAt: tuesday(10),
        customerId: ada.customerId,
        expiresAt: new Date(clock.now() + 90 * MINUTE),
      },
    })
    expect(await place.states(bob)).toEqual(['WAITING'])
    // It is held for nobody else.
    expect(await refusal(place.book({ startsAt: tuesday(10) }))).toBe('SLOT_TAKEN')
    await place.pass(90 * MINUTE)
    await place.comes(ada, 'EXPIRED')
    const { holdId } = await place.comes(bob, 'OFFERED')
    const booked = await place.book({ holdId, customerId: bob.customerId })
    expect(booked.startsAt).toEqual(tuesday(10))
    await place.comes(bob, 'BOOKED')
    expect(await place.told()).toEqual([
      ['waitlist.joined', ada.id],
      ['waitlist.joined', bob.id],
      ['waitlist.offered', ada.id],
      ['waitlist.expired', ada.id],
      ['waitlist.offered', bob.id],
      ['waitlist.booked', bob.id],
    ])
  })

  it('is offered at once what is free already, and only with whom they want', async () => {
    const place = await openWaiting(db, { staff: 2 })
    await startWaiting(db, place.ctx)
    const [first = '', second = ''] = place.staffIds
    await place.book({ startsAt: tuesday(10), staffId: first })
    const picky = await place.joinAt(tuesday(10), { staffIds: [first] })
    const anybody = await place.joinAt(tuesday(10))
    const { holdId } = await place.comes(anybody, 'OFFERED')
    const held = await db.prisma.occupancy.findMany({ where: { holdId } })
    expect(held.map(({ staffId }) => staffId)).toEqual([second])
    expect(await place.states(picky)).toEqual(['WAITING'])
  })

  it('is passed over when it is too near', async () => {
    const place = await openWaiting(db, { service: { minNoticeMinutes: 120 } })
    await startWaiting(db, place.ctx)
    const near = await place.book({ startsAt: tuesday(10) })
    const far = await place.book({ startsAt: tuesday(13) })
    place.clock.set(tuesday(8, 30).getTime())
    const late = await place.joinAt(tuesday(10))
    const early = await place.joinAt(tuesday(13))
    await place.cancel(near)
    await place.cancel(far)
    await place.comes(early, 'OFFERED')
    expect(await place.states(late)).toEqual(['WAITING'])
  })

  it('has an offer no longer than until it starts', async () => {
    const place = await openWaiting(db)
    await startWaiting(db, place.ctx)
    place.clock.set(tuesday(9, 30).getTime())
    const { hold } = await place.comes(await place.joinAt(tuesday(10)), 'OFFERED')
    expect(hold?.expiresAt).toEqual(tuesday(10))
  })

  it('waits until it is over', async () => {
    const place = await openWaiting(db)
    await place.book({ startsAt: tuesday(10) })
    const entry = await place.joinAt(tuesday(10))
    await startWaiting(db, place.ctx)
    expect(await place.states(entry)).toEqual(['WAITING'])
    await place.pass(27 * HOUR)
    await place.comes(entry, 'EXPIRED')
  })

  it('is found a day that can be booked only later', async () => {
    const place = await openWaiting(db, { service: { maxAdvanceDays: 7 } })
    await startWaiting(db, place.ctx)
    const entry = await place.joinAt(new Date(tuesday(10).getTime() + 9 * DAY))
    expect(await place.states(entry)).toEqual(['WAITING'])
    place.clock.advance(4 * DAY)
    await place.comes(entry, 'OFFERED')
  })
})

describe('who leaves', () => {
  it('makes room for the next, and nobody leaves twice', async () => {
    const place = await openWaiting(db)
    const { accountId, ctx } = place
    await startWaiting(db, ctx)
    const booking = await place.book({ startsAt: tuesday(10) })
    const join = () => place.joinAt(tuesday(10))
    const [one, two, three, four] = [await join(), await join(), await join(), await join()]
    expect(await leaveWaitlist(ctx, two)).toMatchObject({ state: 'LEFT', version: 2 })
    await place.cancel(booking)
    const { holdId, version } = await place.comes(one, 'OFFERED')
    expect(await refusal(leaveWaitlist(ctx, one, version - 1))).toBe('VERSION_CONFLICT')
    await leaveWaitlist(ctx, one, version)
    expect((await place.entry(one)).hold?.state).toBe('RELEASED')
    const third = await place.comes(three, 'OFFERED')
    expect(third.holdId).not.toBe(holdId)
    // To give the hold up is to decline.
    await releaseHold(ctx, { accountId, id: third.holdId ?? '' })
    await place.comes(three, 'LEFT')
    const last = await place.comes(four, 'OFFERED')
    await place.book({ holdId: last.holdId })
    expect(await refusal(leaveWaitlist(ctx, four))).toBe('ILLEGAL_TRANSITION')
    expect(await refusal(leaveWaitlist(ctx, two))).toBe('ILLEGAL_TRANSITION')
    await place.comes(four, 'BOOKED')
  })

  it('also leaves who is no customer any more, and merged customers go on waiting', async () => {
    const place = await openWaiting(db)
    const { accountId, ctx, customerId } = place
    const booking = await place.book({ startsAt: tuesday(10) })
    const gone = await place.joinAt(tuesday(10))
    const twin = await place.joinAt(tuesday(10))
    await archiveCustomer(ctx, { accountId, id: gone.customerId })
    await mergeCustomers(ctx, { accountId, id: customerId }, [twin.customerId])
    await place.cancel(booking)
    await startWaiting(db, ctx)
    await place.comes(gone, 'LEFT')
    expect((await place.comes(twin, 'OFFERED')).hold).toMatchObject({ customerId })
  })
})

describe('who waits for seats', () => {
  it('is offered them when there are enough, whoever fits first', async () => {
    const place = await openWaiting(db, classes)
    const { ctx, shop } = place
    await startWaiting(db, ctx)
    const sessionId = await schedule(shop, 3, tuesday(10))
    const bookings = [1, 2, 3].map(() => place.book({ sessionId }))
    const [one, two, three] = await Promise.all(bookings)
    const pair = await place.join({ sessionId, partySize: 2 })
    const single = await place.join({ sessionId })
    const other = await place.join({ sessionId })
    await place.cancel(one!)
    await place.comes(single, 'OFFERED')
    expect(await place.states(pair, other)).toEqual(['WAITING', 'WAITING'])
    await place.cancel(two!)
    await place.comes(other, 'OFFERED')
    await leaveWaitlist(ctx, other)
    expect(await place.states(pair)).toEqual(['WAITING'])
    await place.cancel(three!)
    expect((await place.comes(pair, 'OFFERED')).hold).toMatchObject({ sessionId, partySize: 2 })
    const session = await db.prisma.session.findFirstOrThrow({ where: { id: sessionId } })
    expect(session).toMatchObject({ seatsTaken: 0, seatsHeld: 3 })
  })

  it('waits until the session starts', async () => {
    const place = await openWaiting(db, classes)
    await startWaiting(db, place.ctx)
    const sessionId = await schedule(place.shop, 1, tuesday(10))
    await place.book({ sessionId })
    const entry = await place.join({ sessionId })
    place.clock.set(tuesday(9, 59).getTime())
    expect(await place.states(entry)).toEqual(['WAITING'])
    place.clock.set(tuesday(10).getTime())
    await place.comes(entry, 'EXPIRED')
    expect(await refusal(place.join({ sessionId }))).toBe('VALIDATION_FAILED')
  })
})

describe('several nodes', () => {
  it('offer everything once, to those who came first', async () => {
    const place = await openWaiting(db, { staff: 2, hours: [0, 1440] })
    const starts = Array.from({ length: 8 }, (_, index) => tuesday(8 + index))
    const bookings = []
    for (const startsAt of starts) {
      bookings.push(await place.book({ startsAt }), await place.book({ startsAt }))
    }
    const range = { fromAt: tuesday(8), untilAt: tuesday(15, 59) }
    const entries = []
    for (let nth = 0; nth < 14; nth++) entries.push(await place.join(range))
    await Promise.all([1, 2, 3].map(() => startWaiting(db, place.ctx)))
    expect(new Set(await place.states(...entries))).toEqual(new Set(['WAITING']))
    const freed = bookings.filter((_, index) => index % 2 === 0)
    await Promise.all(freed.map((booking) => place.cancel(booking)))
    const [first, others] = [entries.slice(0, 8), entries.slice(8)]
    await Promise.all(first.map((entry) => place.comes(entry, 'OFFERED')))
    expect(new Set(await place.states(...others))).toEqual(new Set(['WAITING']))
    const holds = await db.prisma.hold.findMany({
      where: { accountId: place.accountId },
      orderBy: { startsAt: 'asc' },
    })
    expect(holds.map(({ startsAt }) => startsAt)).toEqual(starts)
    const offered = (await place.told()).filter(([type]) => type === 'waitlist.offered')
    expect(offered.map(([, id]) => id).toSorted()).toEqual(first.map(({ id }) => id).toSorted())
  })

  it('go on where one of them stopped', async () => {
    const place = await openWaiting(db)
    const stop = await startWaiting(db, place.ctx)
    const booking = await place.book({ startsAt: tuesday(10) })
    const entry = await place.joinAt(tuesday(10))
    expect(await place.states(entry)).toEqual(['WAITING'])
    await stop()
    await place.cancel(booking)
    await startWaiting(db, place.ctx)
    await place.comes(entry, 'OFFERED')
  })
})
