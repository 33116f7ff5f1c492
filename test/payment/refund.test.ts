// Giving back: never more than was paid, never twice, whatever races; what a cancellation owes is
// given back once, and the log tells of all of it.

import { beforeAll, describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import type { Booking } from '../../src/generated/prisma/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { asOne } from '../../src/db/unit.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { refundPayment } from '../../src/payment/payment.actions.ts'
import { serveApp, testApp } from '../support/app.ts'
import { change, done, rowCounts, type Answer } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'
import { settled } from '../support/settled.ts'

const app = await testApp()
/** Another instance on the same database. */
const twin = await serveApp(app.db)

let shop: Shop
let key: string

beforeAll(async () => {
  // Free until a day before, then half; the shop's clock says Monday, 08:00.
  const service = { cancelFreeHours: 48, cancelRefundPercent: 50 }
  shop = await openShop(app.db, { staff: 9, hours: [0, 1440], service })
  key = (await makeApiKey(app.db, { accountId: shop.accountId })).key
})

const sums = `status version amountPaid { amount } amountRefunded { amount }
  refundDue { amount } refundOpen { amount }`

let hours = 0

/** A booking of 45.00, with these payments, oldest first. */
async function paid(...amounts: number[]) {
  const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday((hours += 1)) }))
  const bookingId = encodeId('Booking', booking)
  const paymentIds: string[] = []
  for (const amount of amounts) {
    const input = { bookingId, amount: { amount }, method: 'DEBIT_CARD' }
    paymentIds.push((await done(app, key, 'recordPayment', input)).id)
  }
  return { booking, bookingId, paymentIds }
}

const refund = (input: object, selection = 'id', on = app) =>
  change(on, key, 'refundPayment', input, selection)

async function bookingOf(id: string) {
  const document = `query ($id: ID!) { booking(id: $id) { ${sums} } }`
  return (await app.graphql(key, document, { id })).data.booking
}

/** What the rows say, whatever the booking's sums say. */
async function truth({ accountId, id }: Booking) {
  const rows = await app.db.prisma.payment.findMany({ where: { accountId, bookingId: id } })
  const sum = (kind: string) =>
    rows.filter((row) => row.kind === kind).reduce((all, { amountMinor }) => all + amountMinor, 0)
  const marked = rows.reduce((all, { refundedMinor }) => all + refundedMinor, 0)
  return { paid: sum('PAYMENT'), refunded: sum('REFUND'), marked }
}

const codes = (answers: Answer[]) => answers.map(({ code }) => code ?? 'done').toSorted()

describe('a refund', () => {
  it('gives back a part of a payment, then no more than its rest', async () => {
    const { booking, bookingId, paymentIds } = await paid(4500)
    const [paymentId] = paymentIds
    const input = { paymentId, amount: { amount: 1500 }, reason: 'Late start' }
    const selection = `kind method amount { amount } note refundOf { id amountRefunded { amount } }
      booking { ${sums} }`
    const { data } = await refund(input, selection)
    expect(data).toEqual([
      {
        kind: 'REFUND',
        method: 'DEBIT_CARD',
        amount: { amount: 1500 },
        note: 'Late start',
        refundOf: { id: paymentId, amountRefunded: { amount: 1500 } },
        booking: {
          status: 'CONFIRMED',
          version: 3,
          amountPaid: { amount: 3000 },
          amountRefunded: { amount: 1500 },
          refundDue: { amount: 0 },
          refundOpen: { amount: 0 },
        },
      },
    ])
    const before = await rowCounts(app)
    expect(await refund({ paymentId, amount: { amount: 3001 } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['amount'],
      message: '1 to 3000 minor units can be refunded of this payment, not 3001.',
    })
    expect(await rowCounts(app)).toEqual(before)
    expect((await refund({ paymentId }, 'amount { amount }')).data).toEqual([
      { amount: { amount: 3000 } },
    ])
    expect(await refund({ paymentId })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'Nothing is left that could be refunded of this payment, not 0.',
    })
    expect(await truth(booking)).toEqual({ paid: 4500, refunded: 4500, marked: 4500 })
    expect(await bookingOf(bookingId)).toMatchObject({ amountPaid: { amount: 0 } })
  })

  it('of a booking is shared out over its payments, the latest first', async () => {
    const { booking, bookingId, paymentIds } = await paid(1000, 2000, 1500)
    const { data } = await refund(
      { bookingId, amount: { amount: 2700 }, method: 'CASH' },
      'method amount { amount } refundOf { id }',
    )
    expect(data).toEqual([
      { method: 'CASH', amount: { amount: 1500 }, refundOf: { id: paymentIds[2] } },
      { method: 'CASH', amount: { amount: 1200 }, refundOf: { id: paymentIds[1] } },
    ])
    expect(await refund({ bookingId, amount: { amount: 1801 } })).toMatchObject({
      message: `1 to 1800 minor units can be refunded of booking ${booking.number}, not 1801.`,
    })
    expect(await truth(booking)).toEqual({ paid: 4500, refunded: 2700, marked: 2700 })
  })

  it('needs an amount while nothing is due', async () => {
    const { bookingId } = await paid(4500)
    expect(await refund({ bookingId })).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['amount'],
    })
  })

  it('is refused of a refund, of nothing, of both, in another currency, at another version', async () => {
    const { bookingId, paymentIds } = await paid(4500)
    const [paymentId] = paymentIds
    const [{ id }] = (await refund({ paymentId, amount: { amount: 1 } })).data
    const before = await rowCounts(app)
    const amount = { amount: 1 }
    for (const [input, code] of [
      [{ paymentId: id, amount }, 'VALIDATION_FAILED'],
      [{ amount }, 'VALIDATION_FAILED'],
      [{ paymentId, bookingId, amount }, 'VALIDATION_FAILED'],
      [{ paymentId, amount: { amount: 1, currency: 'USD' } }, 'VALIDATION_FAILED'],
      [{ paymentId, amount: { amount: 0 } }, 'VALIDATION_FAILED'],
      [{ paymentId, amount: { amount: -1 } }, 'VALIDATION_FAILED'],
      [{ paymentId, amount, reason: 'x'.repeat(2001) }, 'VALIDATION_FAILED'],
      [{ paymentId, amount, expectedVersion: 1 }, 'VERSION_CONFLICT'],
      [{ paymentId: bookingId, amount }, 'NOT_FOUND'],
    ] as const) {
      expect(await refund(input)).toMatchObject({ code })
    }
    expect(await rowCounts(app)).toEqual(before)
  })

  it('is told: the refund, and what the booking has lost', async () => {
    const { bookingId } = await paid(4500)
    await refund({ bookingId, amount: { amount: 500 } })
    const document = `{ events(filter: { types: ["booking.*", "payment.*"] }, first: 100) {
      nodes { type changes { field from to } } } }`
    await settled(app.db.pool)
    const { data } = await app.graphql(key, document)
    expect(data.events.nodes.slice(-2)).toMatchObject([
      { type: 'payment.refunded' },
      {
        type: 'booking.updated',
        changes: [
          { field: 'amountPaid.amount', from: 4500, to: 4000 },
          { field: 'amountRefunded.amount', from: 0, to: 500 },
        ],
      },
    ])
  })

  it('is made once under a key, and never of more than there is, whoever asks at once', async () => {
    const { booking, bookingId, paymentIds } = await paid(4500)
    const once = { paymentId: paymentIds[0], amount: { amount: 100 }, idempotencyKey: 'back-1' }
    const same = await Promise.all([refund(once), refund(once, 'id', twin), refund(once)])
    expect(new Set(same.map(({ data }) => data[0].id)).size).toBe(1)
    expect(await truth(booking)).toMatchObject({ refunded: 100 })

    const half = { bookingId, amount: { amount: 2300 } }
    const many = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((n) => refund(half, 'id', n % 2 ? app : twin)),
    )
    expect(codes(many)).toEqual([...Array(5).fill('VALIDATION_FAILED'), 'done'].toSorted())
    expect(await truth(booking)).toEqual({ paid: 4500, refunded: 2400, marked: 2400 })
    expect(await bookingOf(bookingId)).toMatchObject({ amountPaid: { amount: 2100 } })
  })

  it('cannot be more than was paid in the database either', async () => {
    const { booking } = await paid(4500)
    const where = `WHERE "accountId" = '${booking.accountId}'`
    for (const statement of [
      `UPDATE "Payment" SET "refundedMinor" = "amountMinor" + 1 ${where} AND "bookingId" = '${booking.id}'`,
      `UPDATE "Payment" SET "kind" = 'REFUND' ${where} AND "bookingId" = '${booking.id}'`,
      `UPDATE "Booking" SET "amountPaidMinor" = -1 ${where} AND "id" = '${booking.id}'`,
      `UPDATE "Booking" SET "refundOpenMinor" = 1 ${where} AND "id" = '${booking.id}'`,
    ]) {
      await expect(app.db.pool.query(statement)).rejects.toMatchObject({ code: '23514' })
    }
  })
})

describe('what a cancellation owes', () => {
  it('is given back by naming the booking, once, and nothing is sent by cancelling alone', async () => {
    const { booking, bookingId } = await paid(2000, 2500)
    const cancelled = await done(app, key, 'cancelBooking', { id: bookingId }, sums)
    expect(cancelled).toMatchObject({
      status: 'CANCELLED',
      amountPaid: { amount: 4500 },
      refundDue: { amount: 2250 },
      refundOpen: { amount: 2250 },
    })
    expect(await truth(booking)).toMatchObject({ refunded: 0 })

    const answers = await Promise.all([
      refund({ bookingId }, 'amount { amount }'),
      refund({ bookingId }, 'amount { amount }', twin),
      refund({ bookingId }, 'amount { amount }'),
    ])
    const amounts = answers.map(({ data }) =>
      data.map(({ amount }: { amount: { amount: number } }) => amount.amount),
    )
    expect(amounts.toSorted((a, b) => b.length - a.length)).toEqual([[2250], [], []])
    expect(await bookingOf(bookingId)).toMatchObject({
      amountPaid: { amount: 2250 },
      refundDue: { amount: 2250 },
      refundOpen: { amount: 0 },
    })
  })

  it('is what is left of it when a part was given back already', async () => {
    const { bookingId } = await paid(4500)
    await done(app, key, 'cancelBooking', { id: bookingId, refund: 'FULL' })
    await refund({ bookingId, amount: { amount: 1000 } })
    expect(await bookingOf(bookingId)).toMatchObject({ refundOpen: { amount: 3500 } })
    expect((await refund({ bookingId }, 'amount { amount }')).data).toEqual([
      { amount: { amount: 3500 } },
    ])
    expect((await refund({ bookingId })).data).toEqual([])
  })

  it('is nothing where nothing was paid, or none is to be given back', async () => {
    const free = await paid()
    await done(app, key, 'cancelBooking', { id: free.bookingId })
    expect((await refund({ bookingId: free.bookingId })).data).toEqual([])
    const kept = await paid(4500)
    await done(app, key, 'cancelBooking', { id: kept.bookingId, refund: 'NONE' })
    expect((await refund({ bookingId: kept.bookingId })).data).toEqual([])
    expect(await truth(kept.booking)).toMatchObject({ refunded: 0 })
  })

  it('is all that was paid when the business declines', async () => {
    const asking = await openShop(app.db, { service: { requiresConfirmation: true } })
    const own = (await makeApiKey(app.db, { accountId: asking.accountId })).key
    const booking = await createBooking(asking.ctx, asked(asking, { startsAt: tuesday(9) }))
    const bookingId = encodeId('Booking', booking)
    const cash = { bookingId, amount: { amount: 4500 }, method: 'CASH' }
    await done(app, own, 'recordPayment', cash)
    await done(app, own, 'declineBooking', { id: bookingId })
    const back = await done(app, own, 'refundPayment', { bookingId }, 'amount { amount }')
    expect(back).toEqual([{ amount: { amount: 4500 } }])
  })

  it('is cancelled and given back as one unit: both, or neither', async () => {
    const { booking, bookingId } = await paid(4500)
    const target = { by: 'bookingId' as const, key: booking }
    const wish = {
      amountMinor: null,
      currency: null,
      method: null,
      reason: null,
      expectedVersion: null,
      idempotencyKey: null,
    }
    const asks = { reason: null, refund: null, expectedVersion: null, idempotencyKey: null }
    const unit = (fail: boolean) =>
      asOne(app.db, async (db) => {
        const ctx = { ...shop.ctx, db }
        await cancelBooking(ctx, booking, asks)
        await refundPayment(ctx, target, wish)
        if (fail) throw new Error('the third step')
      })
    await expect(unit(true)).rejects.toThrow('the third step')
    expect(await truth(booking)).toMatchObject({ refunded: 0 })
    expect(await bookingOf(bookingId)).toMatchObject({ status: 'CONFIRMED', version: 2 })
    await unit(false)
    expect(await truth(booking)).toMatchObject({ refunded: 2250 })
    expect(await bookingOf(bookingId)).toMatchObject({
      status: 'CANCELLED',
      refundOpen: { amount: 0 },
    })
  })
})
