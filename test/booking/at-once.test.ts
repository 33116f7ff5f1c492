// A booking made by one statement is the one that a transaction makes step by step, down to each
// row it writes; and where anything is not as expected, it is made, or refused, in steps.

import { expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import type { NewBooking } from '../../src/booking/new-booking.actions.ts'
import { asOne } from '../../src/db/unit.ts'
import { Refused } from '../../src/errors.ts'
import { HOUR } from '../../src/time/instant.ts'
import { testDatabase } from '../support/database.ts'
import { asked, openShop, type Shop, tuesday } from '../support/shop.ts'

const db = await testDatabase()

const tables = ['Booking', 'Occupancy', 'Event', 'AuditEntry', 'IdempotencyKey'] as const

/** All that stands in the tables of a shop, in words that are the same for every shop. */
async function written(shop: Shop): Promise<string[]> {
  const { accountId, staffIds, resourceIds, serviceId, customerId } = shop
  const names = new Map([
    [accountId, 'account'],
    [serviceId, 'service'],
    [customerId, 'customer'],
  ])
  staffIds.forEach((id, place) => names.set(id, `staff ${place}`))
  resourceIds.forEach((id, place) => names.set(id, `resource ${place}`))
  const all: string[] = []
  for (const table of tables) {
    const { rows } = await db.pool.query<{ text: string }>(
      `SELECT (to_jsonb(r) - '{serial,number,seq,xid}'::text[])::text AS "text" FROM "${table}" r
       WHERE "accountId" = $1 ORDER BY to_jsonb(r)->>'resourceId' IS NULL, to_jsonb(r)->>'position'`,
      [accountId],
    )
    for (const { text } of rows) {
      const named = text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => {
        const name = names.get(id) ?? `made ${names.size}`
        names.set(id, name)
        return name
      })
      all.push(`${table} ${named.replaceAll(/"inputHash": "[^"]+"/g, '"inputHash"')}`)
    }
  }
  return all
}

/** Of each event, whether it was written by the first statement of its transaction. */
async function inOne({ accountId }: Shop): Promise<boolean[]> {
  const { rows } = await db.pool.query<{ first: boolean }>(
    'SELECT cmin::text = \'0\' AS "first" FROM "Event" WHERE "accountId" = $1 ORDER BY "seq"',
    [accountId],
  )
  return rows.map(({ first }) => first)
}

const all = { service: { staffMode: 'COLLECTIVE' as const } }

type Wish = Omit<Partial<NewBooking>, 'staffId'>

const wishes: [string, Parameters<typeof openShop>[1], Wish][] = [
  ['as simple as can be', {}, {}],
  ['under a key', {}, { idempotencyKey: 'once' }],
  ['with two people and two rooms', { staff: 2, resources: [1, 2], ...all }, {}],
  ['with buffers', { service: { bufferBeforeMinutes: 10, bufferAfterMinutes: 20 } }, {}],
  ['to be approved, free', { service: { requiresConfirmation: true, priceMinor: null } }, {}],
  ['with a deposit', { service: { depositPercent: 30 } }, { partySize: 1 }],
  [
    'with words',
    {},
    {
      notes: 'by the "window"',
      answers: [{ question: 'Why?', answer: 'Because' }],
      customFields: { b: 1, a: [null, { z: 'é' }] },
      externalRef: 'their 7',
      timeZone: 'Asia/Kolkata',
      source: 'IMPORT',
      notify: { customer: false, staff: true },
      idempotencyKey: 'with words',
    },
  ],
]

it.each(wishes)('%s: the rows are those of a transaction', async (_name, options, wish) => {
  const [quick, slow] = [await openShop(db, options), await openShop(db, options)]
  const startsAt = tuesday(10)
  const made = await createBooking(quick.ctx, asked(quick, { startsAt, ...wish }))
  const usual = await asOne(db, (within) =>
    createBooking({ ...slow.ctx, db: within }, asked(slow, { startsAt, ...wish })),
  )
  expect(await inOne(quick)).toEqual([true])
  expect(await inOne(slow)).toEqual([false])
  expect(await written(quick)).toEqual(await written(slow))
  const stored = await db.prisma.booking.findFirst({ where: { accountId: quick.accountId } })
  expect(made).toEqual(stored)
  expect(Object.keys(made)).toEqual(Object.keys(usual))
})

it('a customer with a zone of their own is booked in it, in steps', async () => {
  const shop = await openShop(db)
  const { accountId, customerId: id } = shop
  await db.prisma.customer.update({
    where: { accountId_id: { accountId, id } },
    data: { timeZone: 'America/Lima' },
  })
  const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
  expect(booking.timeZone).toBe('America/Lima')
  expect(await inOne(shop)).toEqual([false])
  const told = { startsAt: tuesday(11), timeZone: 'Asia/Kolkata' }
  expect((await createBooking(shop.ctx, asked(shop, told))).timeZone).toBe('Asia/Kolkata')
  expect(await inOne(shop)).toEqual([false, true])
})

it('an archived customer is refused, and nothing is written', async () => {
  const shop = await openShop(db)
  const { accountId, customerId: id } = shop
  await db.prisma.customer.update({
    where: { accountId_id: { accountId, id } },
    data: { active: false },
  })
  const wish = asked(shop, { startsAt: tuesday(10), idempotencyKey: 'once' })
  const refusal = await createBooking(shop.ctx, wish).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(Refused)
  expect(refusal).toMatchObject({ refusal: { code: 'NOT_FOUND', path: ['customerId'] } })
  expect(await written(shop)).toEqual([])
})

it('said twice it is done once, and again when the key has run out', async () => {
  const shop = await openShop(db, { staff: 3 })
  const { ctx } = shop
  const wish = asked(shop, { startsAt: tuesday(10), idempotencyKey: 'once' })
  const first = await createBooking(ctx, wish)
  const before = await written(shop)
  expect(await createBooking(ctx, wish)).toEqual(first)
  const other = { ...wish, notes: 'another' }
  await expect(createBooking(ctx, other)).rejects.toMatchObject({
    refusal: { code: 'IDEMPOTENCY_CONFLICT' },
  })
  expect(await written(shop)).toEqual(before)
  shop.clock.advance(24 * HOUR)
  const later = { ...wish, startsAt: new Date(tuesday(10).getTime() + 24 * HOUR) }
  const second = await createBooking(ctx, later)
  expect(second.id).not.toBe(first.id)
  expect(await createBooking(ctx, later)).toEqual(second)
  expect(await inOne(shop)).toEqual([true, true])
})

it('of many at once for one place one is made, and the others write nothing', async () => {
  const shop = await openShop(db, { resources: [1] })
  const { ctx } = shop
  const attempts = Array.from({ length: 12 }, (_, index) =>
    createBooking(
      // Two instances do not know of each other.
      { ...ctx, db: index % 2 ? db : { ...db, pool: Object.create(db.pool) as typeof db.pool } },
      asked(shop, { startsAt: tuesday(10), idempotencyKey: `attempt ${index}` }),
    ),
  )
  const settled = await Promise.allSettled(attempts)
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const one of settled) {
    if (one.status === 'rejected')
      expect(one.reason).toMatchObject({ refusal: { code: 'SLOT_TAKEN' } })
  }
  const rows = await written(shop)
  expect(rows.map((row) => row.split(' ')[0])).toEqual([
    'Booking',
    'Occupancy',
    'Occupancy',
    'Event',
    'AuditEntry',
    'IdempotencyKey',
  ])
})
