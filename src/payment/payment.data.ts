// Writes of payments that several actions share: the rows, the booking's sums and the events, in
// the transaction of whoever locked the booking.

import { bookingEvent, changeBooking, staffOf } from '../booking/booking.data.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { insertNew } from '../db/insert.ts'
import { lockRow } from '../db/lock.ts'
import { transactionReader, type Reader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { invalidAll, notFound } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Booking, type Payment } from '../generated/prisma/client.ts'
import { paymentEvent } from './payment.events.ts'
import {
  isPaid,
  paymentIssues,
  type NewPayment,
  type PaymentMethod,
  type RefundPart,
} from './payment.ts'

export type Booked = { booking: Booking; payments: Payment[] }

/** Locks a booking until the transaction ends, so that its sums are nobody else's to change. */
export async function lockPaid(tx: Transaction, key: Key, ...path: string[]): Promise<Booking> {
  await lockRow(tx, 'Booking', key)
  const booking = await tx.booking.findUnique({
    where: { accountId_id: { accountId: key.accountId, id: key.id } },
  })
  if (!booking) throw notFound('Booking', ...path)
  return booking
}

type PathOf = (index: number) => string[]

/** Records payments for a locked booking; refuses what is wrong with one, at `path`. */
export async function addPayments(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  given: readonly NewPayment[],
  pathOf?: PathOf,
): Promise<Booked> {
  return countIn(tx, ctx, before, await insertPayments(tx, ctx, before, given, 'DONE', pathOf))
}

/** Counts payments that have come, whose rows say so. */
export async function countIn(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  payments: Payment[],
): Promise<Booked> {
  const sum = payments.reduce((total, { amountMinor }) => total + amountMinor, 0)
  return book(tx, ctx, before, payments, { amountPaidMinor: { increment: sum } })
}

/** Writes payments for a locked booking: DONE ones are to be counted, PENDING ones are to come. */
export async function insertPayments(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  given: readonly NewPayment[],
  state: 'DONE' | 'PENDING',
  pathOf: PathOf = () => [],
): Promise<Payment[]> {
  let sum = 0
  const issues = given.flatMap((payment, index) => {
    const soFar = { ...before, amountPaidMinor: before.amountPaidMinor + sum }
    sum += payment.amountMinor
    const isExpected = state === 'PENDING'
    return paymentIssues(payment, soFar, ctx.clock.now(), isExpected).map(({ path, message }) => ({
      path: [...pathOf(index), ...path],
      message,
    }))
  })
  invalidAll(issues)
  const now = new Date(ctx.clock.now())
  // Ids decide the order of what was written at one time.
  const ids = given.map(newId).toSorted()
  const rows = given.map(({ currency: _currency, receivedAt, ...payment }, index) => ({
    ...rowOf(ctx, before, now),
    ...payment,
    id: ids[index],
    kind: 'PAYMENT',
    state,
    receivedAt: receivedAt ?? now,
  }))
  return insertNew<Payment>(tx, 'Payment', rows)
}

type Way = { method: PaymentMethod | null; note: string | null }

/** Records refunds of a locked booking's payments, by other means if `method` says so. */
export async function addRefunds(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  parts: readonly RefundPart<Payment>[],
  way: Way,
): Promise<Booked> {
  const refunds = await insertRefunds(tx, ctx, before.accountId, parts, way)
  const sum = refunds.reduce((total, { amountMinor }) => total + amountMinor, 0)
  return book(tx, ctx, before, refunds, {
    ...givenBack(sum),
    refundOpenMinor: Math.max(0, before.refundOpenMinor - sum),
  })
}

/** What giving back changes of a booking, beside what is open of what is due. */
export const givenBack = (amountMinor: number) => ({
  amountPaidMinor: { decrement: amountMinor },
  refundedMinor: { increment: amountMinor },
})

/**
 * Writes refunds of payments whose bookings are locked; the sums of these are left to the caller.
 * What a provider took is for it to make, unless `method` names another way.
 */
export async function insertRefunds(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  parts: readonly RefundPart<Payment>[],
  { method, note }: Way,
): Promise<Payment[]> {
  const now = new Date(ctx.clock.now())
  const ids = parts.map(newId).toSorted()
  const rows = parts.map(({ payment, amountMinor }, index) => ({
    ...rowOf(ctx, { ...payment, id: payment.bookingId }, now),
    id: ids[index],
    kind: 'REFUND',
    refundOfId: payment.id,
    method: method ?? payment.method,
    methodNote: method === null ? payment.methodNote : null,
    amountMinor,
    reference: null,
    note,
    receivedAt: now,
    // By other means it is not the provider's to make.
    ...(method === null && payment.provider !== null
      ? { provider: payment.provider, state: 'PENDING', nextTryAt: now }
      : { provider: null, state: 'DONE', nextTryAt: null }),
  }))
  await transactionReader(tx)(Prisma.sql`
    UPDATE "Payment" p SET "refundedMinor" = p."refundedMinor" + n."amount"
    FROM unnest(${parts.map(({ payment }) => payment.id)}::uuid[],
      ${parts.map(({ amountMinor }) => amountMinor)}::int[]) n("id", "amount")
    WHERE p."accountId" = ${accountId}::uuid AND p."id" = n."id"`)
  return insertNew<Payment>(tx, 'Payment', rows)
}

type Of = Pick<Booking, 'accountId' | 'id' | 'currency'>

function rowOf({ viewer }: ActionContext, { accountId, id, currency }: Of, createdAt: Date) {
  const { kind, id: actorId, name, userId } = viewer
  const actor = { actorKind: kind, actorId, actorName: name, userId }
  return {
    accountId,
    id: newId(),
    bookingId: id,
    currency,
    createdAt,
    ...actor,
    refundedMinor: 0,
    tries: 0,
  }
}

async function book(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  payments: Payment[],
  sums: Prisma.BookingUncheckedUpdateInput,
): Promise<Booked> {
  const booking = await changeBooking(tx, ctx, before, sums)
  const staff = (await staffOf(tx, [booking])).get(booking.id) ?? []
  const type = !isPaid(before) && isPaid(booking) ? 'booking.paid' : 'booking.updated'
  const changed = bookingEvent(type, booking, before, staff)
  // A refund that the provider has yet to make is told of when it is made.
  const done = payments.filter(({ state }) => state === 'DONE')
  const told = done.map((payment) => paymentEvent(payment, changed.about ?? {}, booking))
  await appendEvents(tx, ctx, [...told, changed])
  return { booking: await letStand(tx, ctx, booking, staff), payments }
}

// What waited for its deposit stands once that is paid; or waits for nothing but approval.
async function letStand(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  staff: readonly string[],
): Promise<Booking> {
  const { payBy, needsApproval, amountPaidMinor, depositMinor } = before
  if (payBy === null || amountPaidMinor < depositMinor) return before
  const status = needsApproval ? before.status : 'CONFIRMED'
  const booking = await changeBooking(tx, ctx, before, { payBy: null, status })
  const type = needsApproval ? 'booking.updated' : 'booking.confirmed'
  await appendEvents(tx, ctx, [bookingEvent(type, booking, before, staff)])
  return booking
}

/** What of the refunds of these bookings the provider has yet to make, in minor units. */
export async function pendingRefunds(read: Reader, bookings: readonly Key[]): Promise<number[]> {
  const rows = await read<{ bookingId: string; sum: number }>(Prisma.sql`
    SELECT p."bookingId", sum(p."amountMinor")::int AS "sum"
    FROM unnest(${bookings.map(({ accountId }) => accountId)}::uuid[],
        ${bookings.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      JOIN "Payment" p ON p."accountId" = u."accountId" AND p."bookingId" = u."id"
    WHERE p."kind" = 'REFUND' AND p."state" = 'PENDING'
    GROUP BY p."bookingId"`)
  const sums = new Map(rows.map(({ bookingId, sum }) => [bookingId, sum]))
  return bookings.map(({ id }) => sums.get(id) ?? 0)
}
