// Keeping a slot through a link: that what is kept is booked, by whom it was kept for and by nobody
// else, and that nobody keeps a whole calendar.

import { describe, expect, it } from 'vitest'
import { placeHold, releaseHold } from '../../src/booking/hold.actions.ts'
import { createLinkBooking, type LinkBooking } from '../../src/link/link.actions.ts'
import { createLinkHold, mostHolds, type LinkHold } from '../../src/link/link-hold.actions.ts'
import { linkOffers } from '../../src/link/link.data.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday } from '../support/shop.ts'
import { interest, openLink, through } from './link-world.ts'

const db = await testDatabase()
type ShopOptions = Parameters<typeof openShop>[1]

async function kept(link: Parameters<typeof openLink>[2] = {}, options: ShopOptions = {}) {
  const shop = await openShop(db, { staff: 2, ...options })
  const linkId = await openLink(db, shop, link)
  const hold = (hour: number, wish: Partial<LinkHold> = {}) => {
    const { link: key, serviceId, staffId, partySize, party } = through(shop, linkId, {})
    const slot = { link: key, serviceId, staffId, partySize, party, startsAt: tuesday(hour) }
    const usual = { answers: {}, visitor: null, replaces: null, idempotencyKey: null }
    return createLinkHold(shop.ctx, { ...slot, ...usual, ...wish })
  }
  const book = (hour: number, wish: Partial<LinkBooking> = {}) =>
    createLinkBooking(shop.ctx, through(shop, linkId, { startsAt: tuesday(hour), ...wish }))
  const row = (id: string) =>
    db.prisma.hold.findUniqueOrThrow({ where: { accountId_id: { accountId: shop.accountId, id } } })
  const events = async () => {
    const { accountId } = shop
    const rows = await db.prisma.event.findMany({ where: { accountId }, orderBy: { seq: 'asc' } })
    return rows.map(({ type }) => type)
  }
  return { ...shop, shop, linkId, hold, book, row, events }
}

describe('a hold through a link', () => {
  it('keeps the slot of its account for as long as that says, and becomes the booking', async () => {
    const { hold, book, row, events, staffIds, linkId, clock } = await kept({}, { staff: 1 })
    const { id, expiresAt } = await hold(10, { visitor: '192.0.2.1' })
    expect(expiresAt.getTime()).toBe(clock.now() + 300_000)
    expect((await row(id)).visitor).toHaveLength(32)
    expect(await refusal(book(10))).toBe('SLOT_TAKEN')
    const booking = await book(10, { holdId: id })
    expect(booking).toMatchObject({ linkId, staffId: staffIds[0], source: 'LINK' })
    expect(await row(id)).toMatchObject({ state: 'USED', visitor: null, linkId })
    expect(await events()).toEqual(['hold.placed', 'customer.created', 'booking.created'])
  })

  it('keeps nothing any more once it ran out, and what is free then is booked anew', async () => {
    const { hold, book, clock } = await kept({}, { staff: 1 })
    const { id } = await hold(10)
    clock.advance(300_000)
    expect(await refusal(book(10, { holdId: id }))).toBe('HOLD_EXPIRED')
    expect((await book(10)).startsAt).toEqual(tuesday(10))
  })

  it('gives way to another in one step, also to one at the same time', async () => {
    const { hold, book, row, events } = await kept({}, { staff: 1 })
    const first = await hold(10)
    const same = await hold(10, { replaces: first.id })
    const other = await hold(11, { replaces: same.id })
    expect((await row(first.id)).state).toBe('RELEASED')
    expect((await row(same.id)).state).toBe('RELEASED')
    expect((await book(10)).startsAt).toEqual(tuesday(10))
    expect((await book(11, { holdId: other.id })).startsAt).toEqual(tuesday(11))
    expect((await events()).slice(0, 5)).toEqual([
      'hold.placed',
      'hold.released',
      'hold.placed',
      'hold.released',
      'hold.placed',
    ])
  })

  it('is refused where a booking would be, and then keeps what it had', async () => {
    const { hold, row, book } = await kept({}, { staff: 1 })
    await book(11)
    const first = await hold(10)
    for (const [hour, code] of [
      [11, 'SLOT_TAKEN'],
      [3, 'OUTSIDE_AVAILABILITY'],
    ] as const) {
      expect(await refusal(hold(hour, { replaces: first.id }))).toBe(code)
    }
    expect((await row(first.id)).state).toBe('LIVE')
  })

  it('is said once however often it is said', async () => {
    const { hold, events } = await kept({}, { staff: 1 })
    const four = await Promise.all(
      [1, 2, 3, 4].map(() => hold(10, { idempotencyKey: 'one', visitor: 'a' })),
    )
    expect(new Set(four.map(({ id }) => id)).size).toBe(1)
    expect(await events()).toEqual(['hold.placed'])
  })

  it('is of its link: no other hold is used or given up through it', async () => {
    const { hold, book, row, shop } = await kept({}, { staff: 1 })
    const slot = { ...asked(shop, { startsAt: tuesday(12) }), partySize: 1 }
    const others = await placeHold(shop.ctx, { ...slot, ttlSeconds: null, replaces: null })
    expect(await refusal(book(12, { holdId: others.id }))).toBe('NOT_FOUND')
    expect(await refusal(hold(10, { replaces: others.id }))).toBe('NOT_FOUND')
    expect((await row(others.id)).state).toBe('LIVE')
  })

  it('is with whoever was chosen, and is not booked with somebody else', async () => {
    const { hold, book, staffIds } = await kept()
    const { id } = await hold(10, { staffId: staffIds[1] ?? '' })
    expect(await refusal(book(10, { holdId: id, staffId: staffIds[0] ?? '' }))).toBe(
      'VALIDATION_FAILED',
    )
    expect((await book(10, { holdId: id })).staffId).toBe(staffIds[1])
  })

  it('is with all of them where they work together', async () => {
    const { hold, book, accountId, staffIds } = await kept({ distribution: 'COLLECTIVE' })
    const { id } = await hold(10)
    const rows = await db.prisma.occupancy.findMany({ where: { accountId, holdId: id } })
    expect(rows.map(({ staffId }) => staffId).toSorted()).toEqual(staffIds.toSorted())
    await book(10, { holdId: id, staffId: staffIds[1] ?? '' })
    const active = await db.prisma.occupancy.count({
      where: { accountId, bookingId: { not: null } },
    })
    expect(active).toBe(2)
  })

  it('goes where the answers lead, asks for no others, and is booked by the same', async () => {
    const { hold, book, accountId, linkId, staffIds } = await kept({ questions: [interest] })
    const conditions = (value: string) => [{ questionId: 'interest', operator: 'IS', value }]
    const lead = (staffId: string | undefined) => ({
      staffIds: [staffId ?? ''],
      serviceId: null,
      reject: null,
    })
    await db.prisma.bookingLink.update({
      where: { accountId_id: { accountId, id: linkId } },
      data: {
        routing: [
          { conditions: conditions('Cut'), ...lead(staffIds[0]) },
          { conditions: conditions('Colour'), ...lead(staffIds[1]) },
        ],
      },
    })
    const colour = { answers: { interest: 'Colour' } }
    const { id } = await hold(10, colour)
    expect((await hold(11)).state).toBe('LIVE')
    expect(await refusal(book(10, { holdId: id, answers: { interest: 'Cut' } }))).toBe(
      'VALIDATION_FAILED',
    )
    expect((await book(10, { holdId: id, ...colour })).staffId).toBe(staffIds[1])
  })

  it('keeps seats of a session', async () => {
    const { shop, hold, book } = await kept({}, { service: { kind: 'CLASS', maxParty: 4 } })
    const session = await schedule(shop, 4, tuesday(10))
    const { id, sessionId, partySize } = await hold(10, { partySize: 3 })
    expect([sessionId, partySize]).toEqual([session, 3])
    expect(await refusal(book(10, { partySize: 2 }))).toBe('NO_CAPACITY')
    expect(await book(10, { partySize: 3, holdId: id })).toMatchObject({ sessionId: session })
    expect((await book(10)).sessionId).toBe(session)
  })
})

describe('nobody keeps a whole calendar', () => {
  it('by one visitor: so many at a time, whatever is given up or becomes a booking', async () => {
    const { hold, book, shop } = await kept({}, { staff: 8 })
    const { accountId } = shop
    const tries = Array.from({ length: 8 }, () => hold(10, { visitor: 'one' }))
    expect(await outcomes(tries)).toEqual({ done: mostHolds.visitor, LIMIT_REACHED: 3 })
    expect((await hold(10, { visitor: 'another' })).state).toBe('LIVE')
    const [first, second] = await db.prisma.hold.findMany({ where: { accountId } })
    expect((await hold(11, { visitor: 'one', replaces: first?.id ?? '' })).state).toBe('LIVE')
    expect(await refusal(hold(12, { visitor: 'one' }))).toBe('LIMIT_REACHED')
    await book(10, { holdId: second?.id ?? '' })
    const { id } = await hold(12, { visitor: 'one' })
    await releaseHold(shop.ctx, { accountId, id })
    expect((await hold(12, { visitor: 'one' })).state).toBe('LIVE')
    shop.clock.advance(300_000)
    expect((await hold(13, { visitor: 'one' })).state).toBe('LIVE')
  })

  it('through one link, by however many', async () => {
    const { hold, linkId, shop } = await kept({}, { staff: 8 })
    for (let count = 0; count < mostHolds.link - 2; count += 1) {
      await hold(9 + (count % 7), { visitor: `early ${count}` })
    }
    const tries = Array.from({ length: 6 }, (_, n) => hold(16, { visitor: `late ${n}` }))
    expect(await outcomes(tries)).toEqual({ done: 2, LIMIT_REACHED: 4 })
    const another = await openLink(db, shop, { slug: 'another' })
    const link = { accountId: shop.accountId, id: another }
    expect((await hold(10, { link })).linkId).toBe(another)
    expect(another).not.toBe(linkId)
  })
})

describe('a link that can be used so often only', () => {
  it('offers nothing that is kept for others, and books for whom it is kept', async () => {
    const { hold, book, accountId, linkId, clock } = await kept()
    const where = { accountId_id: { accountId, id: linkId } }
    const link = await db.prisma.bookingLink.update({ where, data: { maxBookings: 1 } })
    const offered = async () => {
      const question = { now: clock.now(), partySize: 1 }
      const day = tuesday(0).getTime()
      return (await linkOffers(db, link, question, day, day + 86_400_000)).offers.length
    }
    expect(await offered()).toBeGreaterThan(0)
    const { id } = await hold(10)
    expect(await offered()).toBe(0)
    expect(await refusal(book(11))).toBe('LIMIT_REACHED')
    expect(await refusal(hold(11))).toBe('LIMIT_REACHED')
    expect((await hold(12, { replaces: id })).state).toBe('LIVE')
    clock.advance(300_000)
    const last = await hold(10)
    expect((await book(10, { holdId: last.id })).linkId).toBe(linkId)
    expect(await refusal(hold(11))).toBe('NOT_FOUND')
  })
})
