// Every rule that refuses a time says so in a sentence for customers and offers the next free ones,
// whichever way the time was asked for.

import { describe, expect, it } from 'vitest'
import { createBookings } from '../../src/booking/batch.actions.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import type { NewBooking } from '../../src/booking/new-booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { createBookingSeries } from '../../src/booking/series.actions.ts'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { Refused, type Refusal } from '../../src/errors.ts'
import { testDatabase } from '../support/database.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const once = { ttlSeconds: null, replaces: null, idempotencyKey: null }

const ways: Record<string, (shop: Shop, wish: Partial<NewBooking>) => Promise<unknown>> = {
  createBooking: (shop, wish) => createBooking(shop.ctx, asked(shop, wish)),
  createBookings: (shop, wish) => {
    const { customerId, customer, idempotencyKey, ...item } = asked(shop, wish)
    return createBookings(shop.ctx, { items: [item], customerId, customer, idempotencyKey })
  },
  placeHold: (shop, wish) =>
    placeHold(shop.ctx, { ...asked(shop, wish), partySize: wish.partySize ?? 1, ...once }),
  createBookingSeries: (shop, wish) =>
    createBookingSeries(shop.ctx, {
      ...asked(shop, wish),
      rule: 'FREQ=DAILY;COUNT=1',
      policy: 'ALL_OR_NOTHING',
    }),
}

async function refusalOf(attempt: Promise<unknown>): Promise<Refusal> {
  const [result] = await Promise.allSettled([attempt])
  if (result.status === 'rejected' && result.reason instanceof Refused) return result.reason.refusal
  throw new Error('It was not refused')
}

async function firstOffered(refusal: Refusal): Promise<string | null> {
  const [next] = (await refusal.nextSlots?.()) ?? []
  return next ? new Date(next.startsAt).toISOString() : null
}

const everything = async ({ accountId }: Shop) => {
  const where = { accountId }
  return {
    bookings: await db.prisma.booking.findMany({ where }),
    holds: await db.prisma.hold.count({ where }),
    events: await db.prisma.event.count({ where }),
    taken: await db.prisma.occupancy.findMany({ where }),
    sessions: await db.prisma.session.findMany({ where }),
  }
}

const at = (text: string) => new Date(`2026-03-${text}:00Z`)

type Rule = {
  rule: string
  service?: object
  staff?: object
  booked?: Date
  wish: Partial<NewBooking>
  code: string
  message: string
  next: string | null
}

const appointments: Rule[] = [
  {
    rule: 'the time is taken',
    booked: tuesday(10),
    wish: { startsAt: tuesday(10, 30) },
    code: 'SLOT_TAKEN',
    message: 'This time of "Cut" is taken.',
    next: '2026-03-03T11:00:00.000Z',
  },
  {
    rule: 'it lies outside hours',
    wish: { startsAt: tuesday(16, 30) },
    code: 'OUTSIDE_AVAILABILITY',
    message: 'The time lies outside the hours in which "Cut" is given.',
    next: '2026-03-04T09:00:00.000Z',
  },
  {
    rule: 'it is off the step',
    wish: { startsAt: tuesday(10, 7) },
    code: 'OUTSIDE_AVAILABILITY',
    message: '"Cut" starts every 15 minutes, and not at this time.',
    next: '2026-03-03T10:15:00.000Z',
  },
  {
    rule: 'notice is too short',
    service: { minNoticeMinutes: 2880 },
    wish: { startsAt: tuesday(10) },
    code: 'TOO_SOON',
    message: '"Cut" can be booked from 2026-03-04 08:00 (UTC) on.',
    next: '2026-03-04T09:00:00.000Z',
  },
  {
    rule: 'it lies beyond the days ahead',
    service: { maxAdvanceDays: 3 },
    wish: { startsAt: at('10T10:00') },
    code: 'TOO_LATE',
    message: '"Cut" can be booked up to and including 2026-03-05.',
    next: '2026-03-02T09:00:00.000Z',
  },
  {
    rule: 'it lies before the bookable dates',
    service: { bookableFromOn: at('20T00:00') },
    wish: { startsAt: tuesday(10) },
    code: 'TOO_SOON',
    message: '"Cut" can be booked from 2026-03-20 00:00 (UTC) on.',
    next: '2026-03-20T09:00:00.000Z',
  },
  {
    rule: 'the service has its bookings of the day',
    service: { dailyLimit: 1 },
    booked: tuesday(10),
    wish: { startsAt: tuesday(14) },
    code: 'LIMIT_REACHED',
    message: '"Cut" has as many bookings on this day as it takes.',
    next: '2026-03-04T09:00:00.000Z',
  },
  {
    rule: 'the staff have their bookings of the day',
    staff: { dailyLimit: 1 },
    booked: tuesday(10),
    wish: { startsAt: tuesday(14) },
    code: 'LIMIT_REACHED',
    message: 'Whoever gives "Cut" has as many bookings on this day as they take.',
    next: '2026-03-04T09:00:00.000Z',
  },
  {
    rule: 'the party is too large',
    wish: { startsAt: tuesday(10), partySize: 2 },
    code: 'LIMIT_REACHED',
    message: '"Cut" takes parties of at most 1.',
    next: null,
  },
  {
    rule: 'the party is too small',
    service: { minParty: 2, maxParty: 4 },
    wish: { startsAt: tuesday(10), partySize: 1 },
    code: 'LIMIT_REACHED',
    message: '"Cut" takes parties of 2 or more.',
    next: null,
  },
]

describe.each(Object.entries(ways))('%s', (way, attempt) => {
  it.each(appointments)('is refused when $rule, and offers the next', async (each) => {
    const shop = await openShop(db, { ...(each.service && { service: each.service }) })
    const { accountId } = shop
    if (each.staff)
      await db.prisma.staffMember.updateMany({ where: { accountId }, data: each.staff })
    if (each.booked) await createBooking(shop.ctx, asked(shop, { startsAt: each.booked }))
    const before = await everything(shop)
    const refusal = await refusalOf(attempt(shop, each.wish))
    expect(refusal.code).toBe(each.code)
    const when = way === 'createBookingSeries' ? /^Time 1 of the series, [^:]+:[^:]+: / : /^/
    expect(refusal.message.replace(when, '')).toBe(each.message)
    expect(await firstOffered(refusal)).toBe(each.next)
    expect(await everything(shop)).toEqual(before)
  })
})

describe('rescheduleBooking', () => {
  it.each(appointments.slice(0, 5))('is refused when $rule, and offers the next', async (each) => {
    const shop = await openShop(db, { ...(each.service && { service: each.service }) })
    const { accountId } = shop
    const startsAt = at('05T10:00')
    const own = await createBooking(shop.ctx, asked(shop, { startsAt }))
    if (each.booked) await createBooking(shop.ctx, asked(shop, { startsAt: each.booked }))
    const before = await everything(shop)
    const none = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
    const move = { ...none, startsAt: each.wish.startsAt ?? null, expectedVersion: null }
    const refusal = await refusalOf(rescheduleBooking(shop.ctx, { accountId, id: own.id }, move))
    expect(refusal).toMatchObject({ code: each.code, message: each.message })
    expect(await firstOffered(refusal)).toBe(each.next)
    expect(await everything(shop)).toEqual(before)
  })
})

describe('a class', () => {
  const yoga = (service: object = {}) =>
    openShop(db, { staff: 0, service: { kind: 'CLASS' as const, maxParty: 4, ...service } })

  it.each(Object.entries(ways))(
    'with too few seats left offers other sessions to %s',
    async (way, attempt) => {
      const shop = await yoga()
      const full = await schedule(shop, 2, tuesday(18))
      await schedule(shop, 1, tuesday(19))
      const free = await schedule(shop, 2, tuesday(20))
      await createBooking(shop.ctx, asked(shop, { sessionId: full }))
      const before = await everything(shop)
      const time = way === 'createBookingSeries' ? { startsAt: tuesday(18) } : { sessionId: full }
      const refusal = await refusalOf(attempt(shop, { ...time, partySize: 2 }))
      expect(refusal).toMatchObject({ code: 'NO_CAPACITY', remaining: 1 })
      expect(refusal.message).toMatch(/This session of "Cut" has 1 seat left\.$/)
      expect(await refusal.nextSlots?.()).toEqual([
        {
          startsAt: tuesday(20).getTime(),
          endsAt: tuesday(21).getTime(),
          staffIds: [],
          sessionId: free,
        },
      ])
      expect(await everything(shop)).toEqual(before)
    },
  )

  it('that has started, is too near or too far offers the sessions that can be booked', async () => {
    const shop = await yoga({ minNoticeMinutes: 60, maxAdvanceDays: 7 })
    const gone = await schedule(shop, 2, at('02T07:00'))
    const near = await schedule(shop, 2, at('02T08:30'))
    const free = await schedule(shop, 2, tuesday(18))
    const far = await schedule(shop, 2, at('12T18:00'))
    for (const [sessionId, code, message] of [
      [gone, 'TOO_SOON', 'This session of "Cut" started at 2026-03-02 07:00 (UTC).'],
      [near, 'TOO_SOON', '"Cut" can be booked from 2026-03-02 09:00 (UTC) on.'],
      [far, 'TOO_LATE', '"Cut" can be booked up to and including 2026-03-09.'],
    ] as const) {
      const refusal = await refusalOf(createBooking(shop.ctx, asked(shop, { sessionId })))
      expect(refusal).toMatchObject({ code, message })
      expect((await refusal.nextSlots?.())?.map((slot) => slot.sessionId)).toEqual([free])
    }
  })

  it('has no session at a time that is none, and offers the next', async () => {
    const shop = await yoga()
    const sessionId = await schedule(shop, 2, tuesday(18))
    const wish = { startsAt: tuesday(17) }
    const refusal = await refusalOf(ways.createBookingSeries?.(shop, wish) ?? Promise.resolve())
    expect(refusal.code).toBe('OUTSIDE_AVAILABILITY')
    expect(refusal.message).toMatch(/No session of "Cut" starts at this time\.$/)
    expect((await refusal.nextSlots?.())?.map((slot) => slot.sessionId)).toEqual([sessionId])
  })

  it('offers a party that grows beyond the seats, or moves, what has room for all of it', async () => {
    const shop = await yoga()
    const { accountId } = shop
    const small = await schedule(shop, 2, tuesday(18))
    const tight = await schedule(shop, 2, tuesday(19))
    const large = await schedule(shop, 3, tuesday(20))
    await createBooking(shop.ctx, asked(shop, { sessionId: tight }))
    const own = await createBooking(shop.ctx, asked(shop, { sessionId: small, partySize: 2 }))
    const grow = await refusalOf(updateBooking(shop.ctx, own, { partySize: 3 }))
    expect(grow).toMatchObject({ code: 'NO_CAPACITY', remaining: 2 })
    expect((await grow.nextSlots?.())?.map((slot) => slot.sessionId)).toEqual([large])
    const none = { staffId: null, resourceId: null, startsAt: null, durationMinutes: null }
    const move = { ...none, sessionId: tight, expectedVersion: null }
    const moved = await refusalOf(rescheduleBooking(shop.ctx, { accountId, id: own.id }, move))
    expect(moved).toMatchObject({ code: 'NO_CAPACITY', remaining: 1 })
    expect((await moved.nextSlots?.())?.map((slot) => slot.sessionId)).toEqual([large])
  })
})
