// Erasing a person leaves no word of them in the database; merging moves what belonged to several
// customers to one.

import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { eraseCustomer } from '../../src/booking/erase-customer.actions.ts'
import { mergeCustomers } from '../../src/booking/merge-customers.actions.ts'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { createCustomer, updateCustomer } from '../../src/customer/customer.actions.ts'
import { newId } from '../../src/db/id.ts'
import { testDatabase } from '../support/database.ts'
import { refusal } from '../support/refusals.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const plainly = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }

/** Every text of every table below the account, as one. */
async function everything({ accountId }: Shop): Promise<string> {
  const { rows: tables } = await db.pool.query<{ table: string }>(
    `SELECT DISTINCT c.table_name AS "table" FROM information_schema.columns c
      JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'
        AND c.column_name = 'accountId'`,
  )
  const texts: string[] = []
  for (const { table } of tables) {
    const { rows } = await db.pool.query<{ text: string }>(
      `SELECT r::text AS "text" FROM "${table}" r WHERE "accountId" = $1`,
      [accountId],
    )
    texts.push(...rows.map(({ text }) => text))
  }
  return texts.join('\n')
}

const person = {
  name: 'Zyxwvut Quillfeather',
  firstName: 'Zyxwvut',
  lastName: 'Quillfeather',
  email: 'zyxwvut@example.com',
  phone: '+441234567890',
  notes: 'Zyxwvut is afraid of dogs',
  tags: ['zyxwvut-fan'],
  customFields: { card: 'zyxwvut-77' },
  personalFields: { street: '7 Zyxwvut Lane' },
}

async function knownCustomer(shop: Shop) {
  const customer = await createCustomer(shop.ctx, shop.accountId, person)
  await updateCustomer(shop.ctx, customer, { notes: 'zyxwvut was here' })
  const booking = await createBooking(
    shop.ctx,
    asked(shop, {
      startsAt: tuesday(10),
      customerId: customer.id,
      notes: 'zyxwvut wants tea',
      customFields: { seat: 'zyxwvut' },
    }),
  )
  await updateBooking(shop.ctx, booking, {
    notes: 'zyxwvut wants coffee',
    priceMinor: 4500,
    priceReason: 'zyxwvut is a friend',
  })
  return { customer, booking }
}

/** An endpoint that gave this answer to every event there is, and to one about nobody. */
async function answeredWith({ ctx, accountId }: Shop, answer: string): Promise<string> {
  await createCustomer(ctx, accountId, { name: 'Somebody else' })
  const endpoint = await db.prisma.webhookEndpoint.create({
    data: {
      id: newId(),
      accountId,
      url: 'https://example.com',
      types: [],
      scopes: [],
      secretSealed: Buffer.from('sealed'),
    },
  })
  const events = await db.prisma.event.findMany({ where: { accountId } })
  for (const { id: eventId, seq: eventSeq, type: eventType, subjectId } of events) {
    const id = newId()
    const told = { endpointId: endpoint.id, eventId, eventSeq, eventType, subjectId }
    await db.prisma.webhookDelivery.create({ data: { accountId, id, ...told } })
    const tried = { accountId, deliveryId: id, number: 1, startedAt: new Date(), durationMs: 1 }
    await db.prisma.webhookAttempt.create({ data: { ...tried, status: 200, answer } })
  }
  return endpoint.id
}

describe('eraseCustomer', () => {
  it('leaves no word of the person anywhere, and the booking with its number and price', async () => {
    const shop = await openShop(db)
    const { customer, booking } = await knownCustomer(shop)
    await cancelBooking(shop.ctx, booking, { ...plainly, reason: 'zyxwvut is ill' })
    const before = await db.prisma.booking.findFirstOrThrow({ where: { id: booking.id } })
    const erased = await eraseCustomer(shop.ctx, customer)
    expect(erased).toMatchObject({ name: 'Erased customer', email: null, active: false, tags: [] })
    expect(erased.erasedAt).toEqual(new Date(shop.clock.now()))
    const found = (await everything(shop)).match(/.{40}(zyxwvut|quillfeather|1234567890)/gi)
    expect(found).toBeNull()
    const after = await db.prisma.booking.findFirstOrThrow({ where: { id: booking.id } })
    const { number, priceMinor, startsAt, status } = before
    expect(after).toMatchObject({ number, priceMinor, startsAt, status, customerId: customer.id })
    expect(after.version).toBe(before.version + 1)
    const events = await db.prisma.event.findMany({
      where: { accountId: shop.accountId, subjectId: booking.id },
      orderBy: { seq: 'asc' },
    })
    expect(events.map(({ subjectVersion }) => subjectVersion)).toEqual([1, 2, 3, 4])
    expect(events.at(-1)?.changes).toContainEqual({ field: 'notes', from: '[erased]', to: null })
  })

  it('leaves no word in what became part of the customer, also by way of another', async () => {
    const shop = await openShop(db)
    const { ctx, accountId } = shop
    const [first, second, last] = await Promise.all([
      createCustomer(ctx, accountId, person),
      createCustomer(ctx, accountId, { ...person, name: 'Zyxwvut Q.' }),
      createCustomer(ctx, accountId, person),
    ])
    const other = await createCustomer(ctx, accountId, { name: 'Somebody else' })
    await mergeCustomers(ctx, second, [first.id])
    await mergeCustomers(ctx, last, [second.id])
    await eraseCustomer(ctx, last)
    expect((await everything(shop)).match(/.{40}(zyxwvut|quillfeather|1234567890)/gi)).toBeNull()
    const rows = await db.prisma.customer.findMany({
      where: { accountId, erasedAt: { not: null } },
      orderBy: { createdAt: 'asc' },
    })
    expect(rows.map(({ id }) => id).toSorted()).toEqual([first.id, second.id, last.id].toSorted())
    expect(await everything(shop)).toContain(other.name)
  })

  it('leaves no word in what receivers answered', async () => {
    const shop = await openShop(db)
    const { accountId } = shop
    const { customer, booking } = await knownCustomer(shop)
    await cancelBooking(shop.ctx, booking, plainly)
    const endpointId = await answeredWith(shop, 'Thanks, Zyxwvut')
    expect(await everything(shop)).toContain('Thanks, Zyxwvut')
    await eraseCustomer(shop.ctx, customer)
    const answers = await db.prisma.webhookAttempt.findMany({
      where: { accountId, delivery: { endpointId } },
      orderBy: { delivery: { eventSeq: 'asc' } },
    })
    const [about, others] = [answers.slice(0, -1), answers.slice(-1)]
    expect(new Set(about.map(({ answer }) => answer))).toEqual(new Set(['[erased]']))
    expect(others.map(({ answer }) => answer)).toEqual(['Thanks, Zyxwvut'])
  })

  it('is done once, also when it is said twice', async () => {
    const shop = await openShop(db)
    const { id, accountId } = await createCustomer(shop.ctx, shop.accountId, person)
    const first = await eraseCustomer(shop.ctx, { id, accountId })
    const second = await eraseCustomer(shop.ctx, { id, accountId })
    expect(second).toEqual(first)
    const types = await db.prisma.event.findMany({ where: { accountId }, orderBy: { seq: 'asc' } })
    expect(types.map(({ type }) => type)).toEqual(['customer.created', 'customer.deleted'])
  })

  it('waits for a booking that is not over, and changes nothing', async () => {
    const shop = await openShop(db)
    const { customer } = await knownCustomer(shop)
    expect(await refusal(eraseCustomer(shop.ctx, customer))).toBe('IN_USE')
    expect(await refusal(eraseCustomer(shop.ctx, customer, 9))).toBe('VERSION_CONFLICT')
    expect(await everything(shop)).toContain('zyxwvut wants coffee')
  })

  it('touches nobody else', async () => {
    const shop = await openShop(db)
    const { customer, booking } = await knownCustomer(shop)
    const other = await createBooking(
      shop.ctx,
      asked(shop, { startsAt: tuesday(14), notes: 'bring a towel' }),
    )
    await cancelBooking(shop.ctx, booking, plainly)
    await eraseCustomer(shop.ctx, customer)
    const left = await db.prisma.booking.findFirstOrThrow({ where: { id: other.id } })
    expect(left).toEqual(other)
    expect(await everything(shop)).toContain('bring a towel')
  })
})

describe('mergeCustomers', () => {
  it('moves the bookings, fills what is missing and says where the others went', async () => {
    const shop = await openShop(db)
    const { ctx, accountId } = shop
    const into = await createCustomer(ctx, accountId, { name: 'Bo', tags: ['a'], notes: 'one' })
    const from = await createCustomer(ctx, accountId, {
      name: 'Bo B.',
      email: 'bo@example.com',
      tags: ['b', 'a'],
      notes: 'two',
    })
    const booking = await createBooking(
      ctx,
      asked(shop, { startsAt: tuesday(10), customerId: from.id }),
    )
    const merged = await mergeCustomers(ctx, into, [from.id], 1)
    expect(merged).toMatchObject({
      name: 'Bo',
      email: 'bo@example.com',
      tags: ['a', 'b'],
      notes: 'one\n\ntwo',
      version: 2,
    })
    const moved = await db.prisma.booking.findFirstOrThrow({ where: { id: booking.id } })
    expect(moved).toMatchObject({ customerId: into.id, version: 2, number: booking.number })
    const gone = await db.prisma.customer.findFirstOrThrow({ where: { id: from.id } })
    expect(gone).toMatchObject({ active: false, mergedIntoId: into.id, version: 2 })
    const events = await db.prisma.event.findMany({ where: { accountId }, orderBy: { seq: 'asc' } })
    expect(events.slice(-3).map(({ type, subjectId }) => [type, subjectId])).toEqual([
      ['booking.updated', booking.id],
      ['customer.updated', into.id],
      ['customer.deleted', from.id],
    ])
  })

  it('refuses itself, the absent, the merged and the erased, and changes nothing', async () => {
    const shop = await openShop(db)
    const { ctx, accountId, customerId } = shop
    const into = { accountId, id: customerId }
    const other = await createCustomer(ctx, accountId, { name: 'Bo' })
    const gone = await createCustomer(ctx, accountId, { name: 'Gone' })
    await eraseCustomer(ctx, gone)
    const merge = (...ids: string[]) => refusal(mergeCustomers(ctx, into, ids))
    expect(await merge()).toBe('VALIDATION_FAILED')
    expect(await merge(customerId)).toBe('VALIDATION_FAILED')
    expect(await merge(other.id, crypto.randomUUID())).toBe('NOT_FOUND')
    expect(await merge(other.id, gone.id)).toBe('NOT_FOUND')
    expect(await refusal(mergeCustomers(ctx, into, [other.id], 5))).toBe('VERSION_CONFLICT')
    expect(await db.prisma.customer.findFirst({ where: { id: other.id } })).toEqual(other)
    await mergeCustomers(ctx, into, [other.id])
    expect(await merge(other.id)).toBe('NOT_FOUND')
  })

  it('does not deadlock when two merge each other, and loses neither', async () => {
    const shop = await openShop(db)
    const { ctx, accountId } = shop
    const a = await createCustomer(ctx, accountId, { name: 'A' })
    const b = await createCustomer(ctx, accountId, { name: 'B' })
    const answers = await Promise.allSettled([
      mergeCustomers(ctx, a, [b.id]),
      mergeCustomers(ctx, b, [a.id]),
    ])
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    const rows = await db.prisma.customer.findMany({ where: { accountId, active: true } })
    expect(rows.filter(({ name }) => name === 'A' || name === 'B')).toHaveLength(1)
  })
})
