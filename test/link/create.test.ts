// Booking through a link, on real PostgreSQL: whom each distribution chooses, what is refused, and
// that what a link lists is what it books.

import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { createLinkBooking } from '../../src/link/link.actions.ts'
import { linkOffers } from '../../src/link/link.data.ts'
import type { Distribution } from '../../src/link/link.ts'
import type { Refused } from '../../src/errors.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { openShop, schedule, tuesday, type Shop } from '../support/shop.ts'
import { interest, openLink, through } from './link-world.ts'

const db = await testDatabase()

async function staffOf(shop: Shop): Promise<string[][]> {
  const { accountId } = shop
  const rows = await db.prisma.occupancy.findMany({
    where: { accountId, active: true, staffId: { not: null } },
    orderBy: [{ startsAt: 'asc' }, { position: 'asc' }],
  })
  const byBooking = Map.groupBy(rows, ({ bookingId }) => bookingId)
  return [...byBooking.values()].map((all) => all.map(({ staffId }) => staffId ?? ''))
}

async function starts(shop: Shop, linkId: string): Promise<string[]> {
  const { accountId } = shop
  const link = await db.prisma.bookingLink.findUniqueOrThrow({
    where: { accountId_id: { accountId, id: linkId } },
  })
  const question = { now: shop.clock.now(), partySize: 1 }
  const day = tuesday(0).getTime()
  const { offers } = await linkOffers(db, link, question, day, day + 86_400_000)
  return offers.map(({ startsAt }) => new Date(startsAt).toISOString().slice(11, 16))
}

async function rowsOf({ accountId }: Shop) {
  const [bookings, customers, active, events] = await Promise.all([
    db.prisma.booking.count({ where: { accountId } }),
    db.prisma.customer.count({ where: { accountId } }),
    db.prisma.occupancy.count({ where: { accountId, active: true } }),
    db.prisma.event.count({ where: { accountId } }),
  ])
  return { bookings, customers, active, events }
}

async function linked(distribution: Distribution, pool: (staff: string[]) => string[]) {
  const shop = await openShop(db, { staff: 4 })
  const staff = shop.staffIds
  const linkId = await openLink(db, shop, { distribution, staffIds: pool(staff) })
  const book = (hour: number, wish = {}) =>
    createLinkBooking(shop.ctx, through(shop, linkId, { startsAt: tuesday(hour), ...wish }))
  return { shop, staff, linkId, book }
}

describe('a booking through a link', () => {
  it('is a booking of its service, from the source LINK, with its answers', async () => {
    const shop = await openShop(db)
    const linkId = await openLink(db, shop, { questions: [interest] })
    const booking = await createLinkBooking(
      shop.ctx,
      through(shop, linkId, {
        startsAt: tuesday(10),
        answers: { interest: 'Cut' },
        notes: 'First time',
        timeZone: 'Europe/Paris',
      }),
    )
    expect(booking).toMatchObject({
      serviceId: shop.serviceId,
      staffId: shop.staffIds[0],
      linkId,
      source: 'LINK',
      status: 'CONFIRMED',
      startsAt: tuesday(10),
      answers: { interest: 'Cut' },
      notes: 'First time',
      timeZone: 'Europe/Paris',
    })
    const [event] = await db.prisma.event.findMany({
      where: { accountId: shop.accountId, type: 'booking.created' },
    })
    expect(event?.about).toMatchObject({ linkId, bookingId: booking.id })
  })

  it('with one answer missing is refused with an issue of it, and changes nothing', async () => {
    const shop = await openShop(db)
    const linkId = await openLink(db, shop, { questions: [interest] })
    const before = await rowsOf(shop)
    const attempt = createLinkBooking(shop.ctx, through(shop, linkId, { startsAt: tuesday(10) }))
    const thrown = await attempt.catch((error: unknown) => error)
    expect((thrown as Refused).refusal).toEqual({
      code: 'VALIDATION_FAILED',
      message: 'The question "What are you interested in?" needs an answer.',
      path: ['answers', 'interest'],
      issues: [
        {
          path: ['answers', 'interest'],
          message: 'The question "What are you interested in?" needs an answer.',
        },
      ],
    })
    expect(await rowsOf(shop)).toEqual(before)
  })

  it('that is closed, of another account or unknown is not there', async () => {
    const shop = await openShop(db)
    const other = await openShop(db)
    const closed = await openLink(db, shop, { active: false })
    const foreign = await openLink(db, other)
    const book = (link: { accountId: string; id: string }) =>
      refusal(createLinkBooking(shop.ctx, through(shop, '', { link, startsAt: tuesday(10) })))
    const { accountId } = shop
    expect(await book({ accountId, id: closed })).toBe('NOT_FOUND')
    expect(await book({ accountId, id: newId() })).toBe('NOT_FOUND')
    expect(await book({ accountId, id: foreign })).toBe('NOT_FOUND')
    expect(await book({ accountId: other.accountId, id: foreign })).toBe('NOT_FOUND')
    expect((await rowsOf(shop)).bookings + (await rowsOf(other)).bookings).toBe(0)
  })

  it('names no other service than the link has', async () => {
    const { shop, book } = await linked('ROUND_ROBIN', () => [])
    expect(await refusal(book(10, { serviceId: newId() }))).toBe('VALIDATION_FAILED')
    await book(10, { serviceId: shop.serviceId })
  })

  it('said twice with one key is done once, also when the link was closed since', async () => {
    const { shop, linkId, book } = await linked('ROUND_ROBIN', () => [])
    const first = await book(10, { idempotencyKey: 'once' })
    await db.prisma.bookingLink.updateMany({ where: { id: linkId }, data: { active: false } })
    const again = await book(10, { idempotencyKey: 'once' })
    expect(again.id).toBe(first.id)
    expect(await refusal(book(11, { idempotencyKey: 'once' }))).toBe('IDEMPOTENCY_CONFLICT')
    expect((await rowsOf(shop)).bookings).toBe(1)
  })
})

describe('ROUND_ROBIN', () => {
  it('is fair among its pool and leaves the others alone', async () => {
    const { shop, staff, book } = await linked('ROUND_ROBIN', ([, b, c]) => [b!, c!])
    for (const hour of [9, 11, 13, 15]) await book(hour)
    const who = (await staffOf(shop)).flat()
    expect(who.toSorted()).toEqual([staff[1]!, staff[1]!, staff[2]!, staff[2]!].toSorted())
  })

  it('gives one time to as many as the pool has, whatever races', async () => {
    const { shop, book } = await linked('ROUND_ROBIN', ([a, b]) => [a!, b!])
    const attempts = Array.from({ length: 8 }, (_, index) =>
      book(10, { customer: { name: `Racer ${index}` } }),
    )
    expect(await outcomes(attempts)).toEqual({ done: 2, SLOT_TAKEN: 6 })
    expect(new Set((await staffOf(shop)).flat()).size).toBe(2)
  })

  it('books with whom the customer names, if the link has them', async () => {
    const { shop, staff, book } = await linked('ROUND_ROBIN', ([a, b]) => [a!, b!])
    await book(10, { staffId: staff[1] })
    expect(await staffOf(shop)).toEqual([[staff[1]]])
    expect(await refusal(book(12, { staffId: staff[2] }))).toBe('NOT_FOUND')
    expect(await refusal(book(10, { staffId: staff[1] }))).toBe('SLOT_TAKEN')
  })
})

describe('PRIORITY', () => {
  it('takes the first who is free, in order', async () => {
    const { shop, staff, book } = await linked('PRIORITY', ([a, b, c]) => [c!, a!, b!])
    await book(10)
    await book(10)
    await book(10)
    await book(12)
    expect((await staffOf(shop)).flat()).toEqual([staff[2], staff[0], staff[1], staff[2]])
    expect(await refusal(book(10))).toBe('SLOT_TAKEN')
  })
})

describe('SINGLE', () => {
  it('takes the first and nobody else', async () => {
    const { shop, staff, linkId, book } = await linked('SINGLE', ([a, b]) => [b!, a!])
    await book(10)
    expect(await staffOf(shop)).toEqual([[staff[1]]])
    expect(await refusal(book(10))).toBe('SLOT_TAKEN')
    expect(await starts(shop, linkId)).not.toContain('10:00')
    expect(await refusal(book(12, { staffId: staff[0] }))).toBe('NOT_FOUND')
  })

  it('goes on with the next in the pool when the first has left', async () => {
    const { shop, staff, book } = await linked('SINGLE', ([a, b]) => [b!, a!])
    await db.prisma.staffMember.updateMany({ where: { id: staff[1] }, data: { active: false } })
    await book(10)
    expect(await staffOf(shop)).toEqual([[staff[0]]])
  })
})

describe('COLLECTIVE', () => {
  it('takes all of its pool at once, and only when all are free', async () => {
    const { shop, staff, linkId, book } = await linked('COLLECTIVE', ([a, b, c]) => [a!, b!, c!])
    await book(10)
    const [together] = await staffOf(shop)
    expect(together?.toSorted()).toEqual([staff[0]!, staff[1]!, staff[2]!].toSorted())
    const one = await openLink(db, shop, { slug: 'one', staffIds: [staff[2]!] })
    await createLinkBooking(shop.ctx, through(shop, one, { startsAt: tuesday(13) }))
    expect(await refusal(book(13))).toBe('SLOT_TAKEN')
    const free = await starts(shop, linkId)
    expect(free).not.toContain('13:00')
    expect(free).toContain('15:00')
  })

  it('does without whoever left', async () => {
    const { shop, staff, book } = await linked('COLLECTIVE', ([a, b]) => [a!, b!])
    await db.prisma.staffMember.updateMany({ where: { id: staff[1] }, data: { active: false } })
    await book(10)
    expect(await staffOf(shop)).toEqual([[staff[0]]])
  })
})

describe('a pool of whom nobody is left', () => {
  it('offers nothing and books nothing', async () => {
    const { shop, staff, linkId, book } = await linked('ROUND_ROBIN', ([a]) => [a!])
    await db.prisma.staffMember.updateMany({ where: { id: staff[0] }, data: { active: false } })
    expect(await starts(shop, linkId)).toEqual([])
    expect(await refusal(book(10))).toBe('OUTSIDE_AVAILABILITY')
  })
})

it.each(['ROUND_ROBIN', 'PRIORITY', 'SINGLE', 'COLLECTIVE'] as const)(
  'what a link of %s lists can be booked, and nothing else',
  async (distribution) => {
    const { shop, staff, linkId, book } = await linked(distribution, ([a, b]) => [a!, b!])
    const other = await openLink(db, shop, { slug: 'other', staffIds: [staff[0]!] })
    for (const hour of [10, 13]) {
      await createLinkBooking(shop.ctx, through(shop, other, { startsAt: tuesday(hour) }))
    }
    const listed = await starts(shop, linkId)
    for (let hour = 8; hour < 18; hour++) {
      const name = `${String(hour).padStart(2, '0')}:00`
      const before = (await starts(shop, linkId)).includes(name)
      expect(before).toBe(listed.includes(name))
      const attempt = book(hour).then(
        () => true,
        () => false,
      )
      expect([name, await attempt]).toEqual([name, before])
    }
  },
)

describe('a link of a class', () => {
  const yoga = { kind: 'CLASS', name: 'Yoga' } as const

  it('books a seat in the session that starts then, one with seats first', async () => {
    const shop = await openShop(db, { service: { ...yoga, maxParty: 4 } })
    const linkId = await openLink(db, shop)
    const full = await schedule(shop, 1, tuesday(10))
    const open = await schedule(shop, 3, tuesday(10))
    const book = (wish = {}) =>
      createLinkBooking(shop.ctx, through(shop, linkId, { startsAt: tuesday(10), ...wish }))
    expect((await book({ partySize: 3 })).sessionId).toBe(open)
    expect((await book()).sessionId).toBe(full)
    expect(await refusal(book())).toBe('NO_CAPACITY')
    expect(await refusal(book({ startsAt: tuesday(11) }))).toBe('OUTSIDE_AVAILABILITY')
  })
})
