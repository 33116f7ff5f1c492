// Several bookings in one request are one unit: all of them or none, each judged after those
// before it.

import { describe, expect, it } from 'vitest'
import { createBookings, type NewBookings } from '../../src/booking/batch.actions.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import type { NewBooking } from '../../src/booking/new-booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { newId } from '../../src/db/id.ts'
import { Refused, type Refusal } from '../../src/errors.ts'
import { testDatabase } from '../support/database.ts'
import { outcomes } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

function several(shop: Shop, wishes: Partial<NewBooking>[], more: Partial<NewBookings> = {}) {
  const { customerId } = shop
  const items = wishes.map((wish) => asked(shop, wish))
  const all = { items, customerId, customer: null, idempotencyKey: null, ...more }
  return createBookings(shop.ctx, all)
}

const rowsOf = async ({ accountId }: Shop) => ({
  bookings: await db.prisma.booking.count({ where: { accountId } }),
  active: await db.prisma.occupancy.count({ where: { accountId, active: true } }),
  events: await db.prisma.event.count({ where: { accountId } }),
  customers: await db.prisma.customer.count({ where: { accountId } }),
})

async function refusalOf(attempt: Promise<unknown>): Promise<Refusal> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error instanceof Refused) return error.refusal
  throw error ?? new Error('It was not refused')
}

async function addClass(shop: Shop): Promise<NewBooking['service']> {
  const { accountId } = shop
  const id = newId()
  await db.prisma.service.create({
    data: { accountId, id, name: 'Yoga', kind: 'CLASS', durationMinutes: 60, maxParty: 4 },
  })
  return { accountId, id }
}

describe('createBookings', () => {
  it('books slots and seats of several services together, in their order', async () => {
    const shop = await openShop(db)
    const yoga = await addClass(shop)
    const sessionId = await schedule({ ...shop, serviceId: yoga.id }, 3, tuesday(18))
    const made = await several(
      shop,
      [
        { startsAt: tuesday(12) },
        { service: yoga, sessionId, partySize: 2 },
        { startsAt: tuesday(11) },
      ],
      { customerId: null, customer: { name: 'Grace Hopper' } },
    )
    expect(made.map(({ startsAt }) => startsAt)).toEqual([tuesday(12), tuesday(18), tuesday(11)])
    expect(new Set(made.map(({ customerId }) => customerId)).size).toBe(1)
    // The customer's own event, and one of each booking.
    expect(await rowsOf(shop)).toEqual({ bookings: 3, active: 2, events: 4, customers: 2 })
  })

  it('makes none when one is refused, and names it', async () => {
    const shop = await openShop(db)
    await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(14) }))
    const before = await rowsOf(shop)
    const wishes = [{ startsAt: tuesday(10) }, { startsAt: tuesday(12) }, { startsAt: tuesday(14) }]
    const customer = { customerId: null, customer: { name: 'Grace' } }
    expect(await refusalOf(several(shop, wishes, customer))).toMatchObject({
      code: 'SLOT_TAKEN',
      message: 'This time of "Cut" is taken.',
      path: ['items', '2', 'startsAt'],
    })
    expect(await rowsOf(shop)).toEqual(before)
  })

  it('judges each after those before it', async () => {
    const shop = await openShop(db, { service: { dailyLimit: 2 } })
    const twice = [{ startsAt: tuesday(10) }, { startsAt: tuesday(10, 30) }]
    expect(await refusalOf(several(shop, twice))).toMatchObject({
      code: 'SLOT_TAKEN',
      path: ['items', '1', 'startsAt'],
    })
    const many = [10, 12, 14].map((hour) => ({ startsAt: tuesday(hour) }))
    expect(await refusalOf(several(shop, many))).toMatchObject({
      code: 'LIMIT_REACHED',
      path: ['items', '2', 'startsAt'],
    })
    expect(await rowsOf(shop)).toMatchObject({ bookings: 0, active: 0, events: 0 })
  })

  it('uses up the holds of its items', async () => {
    const shop = await openShop(db)
    const hold = (hour: number) =>
      placeHold(shop.ctx, {
        ...asked(shop, { startsAt: tuesday(hour) }),
        partySize: 1,
        ttlSeconds: 60,
        replaces: null,
      })
    const [one, two] = [await hold(10), await hold(12)]
    const made = await several(shop, [{ holdId: two.id }, { holdId: one.id }])
    expect(made.map(({ startsAt }) => startsAt)).toEqual([tuesday(12), tuesday(10)])
    const late = several(shop, [{ startsAt: tuesday(14) }, { holdId: one.id }])
    expect(await refusalOf(late)).toMatchObject({
      code: 'HOLD_EXPIRED',
      path: ['items', '1', 'holdId'],
    })
  })

  it('says what is wrong with an item or the customer where it stands', async () => {
    const shop = await openShop(db)
    const wrong = [{ startsAt: tuesday(10) }, { startsAt: tuesday(12), timeZone: 'Mars' }]
    expect(await refusalOf(several(shop, wrong))).toMatchObject({
      path: ['items', '1', 'timeZone'],
      issues: [{ path: ['items', '1', 'timeZone'] }],
    })
    const nobody = several(shop, [{ startsAt: tuesday(10) }], { customerId: newId() })
    expect(await refusalOf(nobody)).toMatchObject({ code: 'NOT_FOUND', path: ['customerId'] })
    expect(await refusalOf(several(shop, []))).toMatchObject({ path: ['items'] })
    const eleven = Array.from({ length: 11 }, () => ({ startsAt: tuesday(10) }))
    expect(await refusalOf(several(shop, eleven))).toMatchObject({ path: ['items'] })
    const other = await openShop(db)
    const elsewhere = several(shop, [
      { startsAt: tuesday(10) },
      { startsAt: tuesday(12), service: { accountId: other.accountId, id: other.serviceId } },
    ])
    expect(await refusalOf(elsewhere)).toMatchObject({
      code: 'NOT_FOUND',
      path: ['items', '1', 'serviceId'],
    })
    expect(await rowsOf(shop)).toMatchObject({ bookings: 0, events: 0 })
  })

  it('is made once per idempotency key', async () => {
    const shop = await openShop(db)
    const wishes = [{ startsAt: tuesday(12) }, { startsAt: tuesday(10) }]
    const once = () => several(shop, wishes, { idempotencyKey: 'b1' })
    const all = await Promise.all([once(), once(), once()])
    const ids = all.map((made) => made.map(({ id }) => id))
    expect(ids[1]).toEqual(ids[0])
    expect(ids[2]).toEqual(ids[0])
    expect(await rowsOf(shop)).toMatchObject({ bookings: 2, active: 2, events: 2 })
  })

  it('gives crossing requests to one of them, whole', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [a = null, b = null] = shop.staffIds
    const there = [
      { startsAt: tuesday(10), staffId: a },
      { startsAt: tuesday(10), staffId: b },
    ]
    const attempts = Array.from({ length: 10 }, (_, index) =>
      several(shop, index % 2 === 0 ? there : there.toReversed()),
    )
    expect(await outcomes(attempts)).toEqual({ done: 1, SLOT_TAKEN: 9 })
    expect(await rowsOf(shop)).toMatchObject({ bookings: 2, active: 2, events: 2 })
  })
})
