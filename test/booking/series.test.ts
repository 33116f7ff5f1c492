// Series on real PostgreSQL: every time of a rule judged by all rules, one transaction for all, the
// list of what was left out exact, and no double booking whatever races.

import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { createBookingSeries, type NewSeries } from '../../src/booking/series.actions.ts'
import type { Series } from '../../src/generated/prisma/client.ts'
import { Refused, type Refusal } from '../../src/errors.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()
const DAY = 86_400_000

const wish = (shop: Shop, rule: string, more: Partial<NewSeries> = {}): NewSeries => ({
  ...asked(shop, { startsAt: tuesday(10) }),
  rule,
  policy: 'ALL_OR_NOTHING',
  ...more,
})

const startsOf = async ({ accountId, id }: Series) => {
  const rows = await db.prisma.booking.findMany({
    where: { accountId, seriesId: id },
    orderBy: { startsAt: 'asc' },
  })
  return rows.map(({ startsAt }) => startsAt.toISOString())
}

const rowsOf = async ({ accountId }: Shop) => ({
  series: await db.prisma.series.count({ where: { accountId } }),
  bookings: await db.prisma.booking.count({ where: { accountId } }),
  active: await db.prisma.occupancy.count({ where: { accountId, active: true } }),
  events: await db.prisma.event.count({ where: { accountId } }),
})

async function refusalOf(attempt: Promise<unknown>): Promise<Refusal> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof Refused) return error.refusal
  throw error ?? new Error('It was not refused')
}

/** Overlaps of active time of one staff member, buffers included. */
async function overlaps({ accountId }: Shop): Promise<number> {
  const { rows } = await db.pool.query(
    `SELECT FROM "Occupancy" a JOIN "Occupancy" b ON a."staffId" = b."staffId" AND a."id" < b."id"
       AND tstzrange(a."startsAt", a."endsAt") && tstzrange(b."startsAt", b."endsAt")
     WHERE a."accountId" = $1 AND a."active" AND b."active"`,
    [accountId],
  )
  return rows.length
}

describe('createBookingSeries', () => {
  it('books every time of the rule, with its time taken and its event told', async () => {
    const shop = await openShop(db, { service: { bufferAfterMinutes: 15 } })
    const series = await createBookingSeries(shop.ctx, wish(shop, 'RRULE:freq=weekly;count=3'))
    expect(series).toMatchObject({
      rule: 'FREQ=WEEKLY;COUNT=3',
      startsAt: tuesday(10),
      serviceId: shop.serviceId,
      skipped: [],
    })
    expect(await startsOf(series)).toEqual([
      '2026-03-03T10:00:00.000Z',
      '2026-03-10T10:00:00.000Z',
      '2026-03-17T10:00:00.000Z',
    ])
    expect(await rowsOf(shop)).toEqual({ series: 1, bookings: 3, active: 3, events: 3 })
    const bookings = await db.prisma.booking.findMany({
      where: { accountId: shop.accountId },
      orderBy: { startsAt: 'asc' },
    })
    expect(bookings[1]).toMatchObject({
      status: 'CONFIRMED',
      staffId: shop.staffIds[0],
      priceMinor: 4500,
      endsAt: new Date(Date.UTC(2026, 2, 10, 11)),
      version: 1,
    })
    const events = await db.prisma.event.findMany({
      where: { accountId: shop.accountId },
      orderBy: { seq: 'asc' },
    })
    expect(events.map(({ type, subjectId }) => [type, subjectId])).toEqual(
      bookings.map(({ id }) => ['booking.created', id]),
    )
    const taken = await db.prisma.occupancy.findFirst({ where: { bookingId: bookings[1]?.id } })
    expect(taken?.endsAt).toEqual(new Date(Date.UTC(2026, 2, 10, 11, 15)))
  })

  it('books 366 times well within its transaction', async () => {
    const shop = await openShop(db, { staff: 10, resources: [2, 3] })
    const began = performance.now()
    const series = await createBookingSeries(shop.ctx, wish(shop, 'FREQ=DAILY;COUNT=366'))
    const took = performance.now() - began
    expect(await rowsOf(shop)).toEqual({ series: 1, bookings: 366, active: 1098, events: 366 })
    expect((await startsOf(series)).at(-1)).toBe('2027-03-03T10:00:00.000Z')
    expect(took).toBeLessThan(5000)
    const shares = await db.prisma.booking.groupBy({
      by: ['staffId'],
      where: { accountId: shop.accountId },
      _count: true,
    })
    // With nobody named the longest idle is next, so everybody gets their share.
    expect(shares.map(({ _count }) => _count).toSorted()).toEqual([
      36, 36, 36, 36, 37, 37, 37, 37, 37, 37,
    ])
  })

  it('gives each time to whom a single booking would be given', async () => {
    const [one, other] = [await openShop(db, { staff: 3 }), await openShop(db, { staff: 3 })]
    for (const shop of [one, other]) {
      // By the order of ids, which settles ties, and not of making.
      const staffId = shop.staffIds.toSorted()[0] ?? null
      await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(14), staffId }))
    }
    const series = await createBookingSeries(one.ctx, wish(one, 'FREQ=DAILY;COUNT=5'))
    const whole = await db.prisma.booking.findMany({
      where: { seriesId: series.id },
      orderBy: { startsAt: 'asc' },
    })
    const singly = []
    for (const day of [0, 1, 2, 3, 4]) {
      const startsAt = new Date(tuesday(10).getTime() + day * DAY)
      singly.push(await createBooking(other.ctx, asked(other, { startsAt })))
    }
    const nth = (shop: Shop, id: string | null) => shop.staffIds.toSorted().indexOf(id ?? '')
    expect(whole.map(({ staffId }) => nth(one, staffId))).toEqual(
      singly.map(({ staffId }) => nth(other, staffId)),
    )
  })

  it('keeps the local time over a change of clocks', async () => {
    const shop = await openShop(db, { timeZone: 'Europe/London', hours: [0, 1440] })
    const startsAt = new Date('2026-03-15T01:30:00Z')
    const spring = await createBookingSeries(
      shop.ctx,
      wish(shop, 'FREQ=WEEKLY;COUNT=4', { startsAt }),
    )
    // 01:30 does not exist on 29 March and is moved forward; the week after it is itself again.
    expect(await startsOf(spring)).toEqual([
      '2026-03-15T01:30:00.000Z',
      '2026-03-22T01:30:00.000Z',
      '2026-03-29T01:30:00.000Z',
      '2026-04-05T00:30:00.000Z',
    ])
    const autumn = await createBookingSeries(
      shop.ctx,
      wish(shop, 'FREQ=WEEKLY;UNTIL=20261101', { startsAt: new Date('2026-10-18T00:30:00Z') }),
    )
    expect(await startsOf(autumn)).toEqual([
      '2026-10-18T00:30:00.000Z',
      '2026-10-25T00:30:00.000Z',
      '2026-11-01T01:30:00.000Z',
    ])
  })

  it('judges each time after those before it', async () => {
    const shop = await openShop(db, { service: { dailyLimit: 2 } })
    const rule = 'FREQ=DAILY;BYHOUR=10,12,14;COUNT=6'
    const made = await createBookingSeries(shop.ctx, wish(shop, rule, { policy: 'SKIP_CONFLICTS' }))
    const message = '"Cut" has as many bookings on this day as it takes.'
    expect(made.skipped).toEqual([
      { startsAt: '2026-03-03T14:00:00.000Z', code: 'LIMIT_REACHED', message },
      { startsAt: '2026-03-04T14:00:00.000Z', code: 'LIMIT_REACHED', message },
    ])
    const crowded = wish(shop, 'FREQ=DAILY;BYHOUR=10;BYMINUTE=0,30;COUNT=2', {
      startsAt: new Date(Date.UTC(2026, 2, 9, 10)),
    })
    expect(await refusalOf(createBookingSeries(shop.ctx, crowded))).toMatchObject({
      code: 'SLOT_TAKEN',
      message: 'Time 2 of the series, 2026-03-09 10:30 (UTC): This time of "Cut" is taken.',
      path: ['rule'],
    })
  })

  it('lists exactly what it skipped and why', async () => {
    const shop = await openShop(db, { service: { maxAdvanceDays: 21 } })
    const { accountId } = shop
    await createBooking(shop.ctx, asked(shop, { startsAt: new Date(Date.UTC(2026, 2, 5, 10)) }))
    await db.prisma.availabilityException.create({
      data: {
        accountId,
        id: crypto.randomUUID(),
        kind: 'CLOSED',
        on: new Date(Date.UTC(2026, 2, 12)),
      },
    })
    const rule = 'FREQ=WEEKLY;BYDAY=TU,TH;COUNT=7'
    const series = await createBookingSeries(
      shop.ctx,
      wish(shop, rule, { policy: 'SKIP_CONFLICTS' }),
    )
    expect(series.skipped).toEqual([
      {
        startsAt: '2026-03-05T10:00:00.000Z',
        code: 'SLOT_TAKEN',
        message: 'This time of "Cut" is taken.',
      },
      {
        startsAt: '2026-03-12T10:00:00.000Z',
        code: 'OUTSIDE_AVAILABILITY',
        message: 'The time lies outside the hours in which "Cut" is given.',
      },
      {
        startsAt: '2026-03-24T10:00:00.000Z',
        code: 'TOO_LATE',
        message: '"Cut" can be booked up to and including 2026-03-23.',
      },
    ])
    expect(await startsOf(series)).toEqual([
      '2026-03-03T10:00:00.000Z',
      '2026-03-10T10:00:00.000Z',
      '2026-03-17T10:00:00.000Z',
      '2026-03-19T10:00:00.000Z',
    ])
  })

  it('books nothing when one time is refused, and says which', async () => {
    const shop = await openShop(db)
    await createBooking(shop.ctx, asked(shop, { startsAt: new Date(Date.UTC(2026, 2, 17, 10)) }))
    const before = await rowsOf(shop)
    const found = await refusalOf(createBookingSeries(shop.ctx, wish(shop, 'FREQ=WEEKLY;COUNT=4')))
    expect(found).toMatchObject({
      code: 'SLOT_TAKEN',
      message: 'Time 3 of the series, 2026-03-17 10:00 (UTC): This time of "Cut" is taken.',
      path: ['rule'],
    })
    const [next] = (await found.nextSlots?.()) ?? []
    expect(next?.startsAt).toBe(Date.UTC(2026, 2, 17, 11))
    expect(await rowsOf(shop)).toEqual(before)
  })

  it('is refused as a whole when nothing of it can be booked, whatever the policy', async () => {
    const shop = await openShop(db)
    const early = wish(shop, 'FREQ=WEEKLY;COUNT=4', {
      startsAt: tuesday(7),
      policy: 'SKIP_CONFLICTS',
    })
    expect(await refusal(createBookingSeries(shop.ctx, early))).toBe('OUTSIDE_AVAILABILITY')
    const crowd = wish(shop, 'FREQ=WEEKLY;COUNT=4', { partySize: 9, policy: 'SKIP_CONFLICTS' })
    expect(await refusalOf(createBookingSeries(shop.ctx, crowd))).toMatchObject({
      code: 'LIMIT_REACHED',
      path: ['partySize'],
    })
    expect(await rowsOf(shop)).toEqual({ series: 0, bookings: 0, active: 0, events: 0 })
  })

  it('refuses a rule that is none, has no end, gives too much or misses its start', async () => {
    const shop = await openShop(db)
    const of = async (rule: string) => {
      const { code, path } = await refusalOf(createBookingSeries(shop.ctx, wish(shop, rule)))
      return [code, path?.[0]]
    }
    expect(await of('every Tuesday')).toEqual(['VALIDATION_FAILED', 'rule'])
    expect(await of('FREQ=WEEKLY')).toEqual(['VALIDATION_FAILED', 'rule'])
    expect(await of('FREQ=DAILY;COUNT=367')).toEqual(['VALIDATION_FAILED', 'rule'])
    expect(await of('FREQ=WEEKLY;BYDAY=MO;COUNT=3')).toEqual(['VALIDATION_FAILED', 'startsAt'])
  })

  it('is made once per idempotency key, also when it is said twice at once', async () => {
    const shop = await openShop(db)
    const keyed = wish(shop, 'FREQ=WEEKLY;COUNT=4', { idempotencyKey: 's1' })
    const all = await Promise.all([1, 2, 3].map(() => createBookingSeries(shop.ctx, keyed)))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
    expect(await rowsOf(shop)).toEqual({ series: 1, bookings: 4, active: 4, events: 4 })
    const other = { ...keyed, rule: 'FREQ=WEEKLY;COUNT=5' }
    expect(await refusal(createBookingSeries(shop.ctx, other))).toBe('IDEMPOTENCY_CONFLICT')
  })

  it('books a class by the sessions that start at its times', async () => {
    const shop = await openShop(db, { staff: 0, service: { kind: 'CLASS', maxParty: 4 } })
    const week = (index: number) => new Date(tuesday(18).getTime() + index * 7 * DAY)
    const ids = []
    for (const index of [0, 1, 3]) ids.push(await schedule(shop, index === 1 ? 1 : 5, week(index)))
    const series = await createBookingSeries(
      shop.ctx,
      wish(shop, 'FREQ=WEEKLY;COUNT=4', {
        startsAt: week(0),
        partySize: 2,
        policy: 'SKIP_CONFLICTS',
      }),
    )
    expect(series.skipped).toEqual([
      {
        startsAt: week(1).toISOString(),
        code: 'NO_CAPACITY',
        message: 'This session of "Cut" has 1 seat left.',
      },
      {
        startsAt: week(2).toISOString(),
        code: 'OUTSIDE_AVAILABILITY',
        message: 'No session of "Cut" starts at this time.',
      },
    ])
    const sessions = await db.prisma.session.findMany({
      where: { accountId: shop.accountId },
      orderBy: { startsAt: 'asc' },
    })
    expect(sessions.map(({ seatsTaken }) => seatsTaken)).toEqual([2, 0, 2])
    const bookings = await db.prisma.booking.findMany({
      where: { seriesId: series.id },
      orderBy: { startsAt: 'asc' },
    })
    expect(bookings.map(({ sessionId, priceMinor }) => [sessionId, priceMinor])).toEqual([
      [ids[0], 9000],
      [ids[2], 9000],
    ])
  })
})

describe('races of series', () => {
  it('give the times of one person to one of eight series', async () => {
    const shop = await openShop(db)
    const rule = 'FREQ=DAILY;COUNT=30'
    const attempts = Array.from({ length: 8 }, () =>
      createBookingSeries(shop.ctx, wish(shop, rule)),
    )
    expect(await outcomes(attempts)).toEqual({ done: 1, SLOT_TAKEN: 7 })
    expect(await rowsOf(shop)).toEqual({ series: 1, bookings: 30, active: 30, events: 30 })
  })

  it('share crossing times between two series that skip, each time once', async () => {
    const shop = await openShop(db)
    const of = (rule: string) =>
      createBookingSeries(shop.ctx, wish(shop, rule, { policy: 'SKIP_CONFLICTS' }))
    const [daily, weekly] = await Promise.all([
      of('FREQ=DAILY;COUNT=28'),
      of('FREQ=WEEKLY;BYDAY=TU,FR;COUNT=20'),
    ])
    const made = [...(await startsOf(daily)), ...(await startsOf(weekly))]
    expect(new Set(made).size).toBe(made.length)
    const skipped = [daily, weekly].flatMap((series) => series.skipped as { startsAt: string }[])
    expect(made.length + skipped.length).toBe(48)
    expect(skipped.every(({ startsAt }) => made.includes(startsAt))).toBe(true)
    expect(await overlaps(shop)).toBe(0)
  })

  it('leave every time either to the series or to a single booking', async () => {
    const shop = await openShop(db, { staff: 2 })
    const days = Array.from({ length: 20 }, (_, day) => tuesday(10).getTime() + day * DAY)
    const singles = days.flatMap((startsAt) =>
      [0, 30].map((minute) =>
        createBooking(shop.ctx, asked(shop, { startsAt: new Date(startsAt + minute * 60_000) })),
      ),
    )
    const series = [0, 1].map(() =>
      createBookingSeries(
        shop.ctx,
        wish(shop, 'FREQ=DAILY;COUNT=20', { policy: 'SKIP_CONFLICTS' }),
      ),
    )
    const counts = await outcomes([...singles, ...series])
    expect((counts['done'] ?? 0) + (counts['SLOT_TAKEN'] ?? 0)).toBe(42)
    // Two people are free on each of twenty days and four want them: both are taken.
    expect(await rowsOf(shop)).toMatchObject({ bookings: 40, active: 40, events: 40 })
    expect(await overlaps(shop)).toBe(0)
  })
})
