// Recording money that changed hands elsewhere: what came in for a booking, and what was given
// back. Nothing here charges or pays anybody.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent, idempotentList } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, notFound } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import type { Booking, Payment } from '../generated/prisma/client.ts'
import { addPayments, addRefunds, insertPayments, lockPaid } from './payment.data.ts'
import { longest, refundableOf, shareOut, type NewPayment, type PaymentMethod } from './payment.ts'

type Said = { expectedVersion: number | null; idempotencyKey: string | null }

export type Recorded = NewPayment &
  Said & {
    /** It is still to come, and counts once it is settled. */
    expected?: boolean
  }

/**
 * Records a payment for a booking, whatever its status. Needs payments:write. Refuses NOT_FOUND,
 * VALIDATION_FAILED, VERSION_CONFLICT (of the booking), IDEMPOTENCY_CONFLICT.
 */
export async function recordPayment(
  ctx: ActionContext,
  booking: Key,
  { expectedVersion, idempotencyKey, expected = false, ...payment }: Recorded,
): Promise<Payment> {
  const { accountId } = booking
  demand(ctx.viewer, accountId, ['payments:write'], 'Booking', 'bookingId')
  const input = { booking, expectedVersion, ...(expected && { expected }), ...payment }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: idempotencyKey, operation: 'recordPayment', input },
      async () => {
        const before = await lockPaid(tx, booking, 'bookingId')
        checkVersion('Booking', before.version, expectedVersion)
        if (expected) return expectPayment(tx, ctx, before, payment)
        const { payments } = await addPayments(tx, ctx, before, [payment])
        return payments[0] as Payment
      },
      (key) => tx.payment.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function expectPayment(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  payment: NewPayment,
): Promise<Payment> {
  const [row] = await insertPayments(tx, ctx, before, [payment], 'PENDING')
  const { accountId, id: subjectId } = row as Payment
  const changes = changesBetween(null, row as Payment, ['bookingId', 'amountMinor', 'state'])
  const subject = { subjectType: 'Payment' as const, subjectId, changes }
  await appendAudit(tx, ctx, [{ accountId, action: 'payment.expected', ...subject }])
  return row as Payment
}

export type RefundWish = Said & {
  /** Null for all that is due of a booking, or that is left of a payment. */
  amountMinor: number | null
  currency: string | null
  /** Null for the way in which it was paid. */
  method: PaymentMethod | null
  /** Whether only what a provider took, and so gives back itself, is meant; the rest stays due. */
  throughProvider?: boolean
  reason: string | null
}

export type RefundTarget = { by: 'bookingId' | 'paymentId'; key: Key }

/**
 * Records that money was given back, of one payment or of those of a booking, the latest first; a
 * refund for each payment. Needs payments:write. Refuses NOT_FOUND, VALIDATION_FAILED (also for
 * more than is left), VERSION_CONFLICT (of the booking), IDEMPOTENCY_CONFLICT.
 */
export async function refundPayment(
  ctx: ActionContext,
  target: RefundTarget,
  { idempotencyKey, ...wish }: RefundWish,
): Promise<Payment[]> {
  const { by, key } = target
  const { accountId } = key
  const what = by === 'bookingId' ? 'Booking' : 'Payment'
  demand(ctx.viewer, accountId, ['payments:write'], what, by)
  if ((wish.reason?.length ?? 0) > longest.note) {
    throw invalid(['reason'], `A reason has at most ${longest.note} characters.`)
  }
  const once = { accountId, key: idempotencyKey, operation: 'refundPayment' }
  return transaction(ctx.db, (tx) =>
    idempotentList(
      tx,
      ctx,
      { ...once, input: { target, wish } },
      () => refund(tx, ctx, target, wish),
      async (ids) => {
        const rows = await tx.payment.findMany({ where: { accountId, id: { in: ids } } })
        return ids.flatMap((id) => rows.find((row) => row.id === id) ?? [])
      },
    ),
  )
}

async function refund(
  tx: Transaction,
  ctx: ActionContext,
  { by, key }: RefundTarget,
  wish: Omit<RefundWish, 'idempotencyKey'>,
): Promise<Payment[]> {
  const { accountId, id } = key
  const named = by === 'paymentId' ? await paymentOf(tx, key) : null
  const before = await lockPaid(tx, { accountId, id: named?.bookingId ?? id }, by)
  checkVersion('Booking', before.version, wish.expectedVersion)
  if (wish.currency !== null && wish.currency !== before.currency) {
    const message = `The booking's currency is "${before.currency}", not "${wish.currency}".`
    throw invalid(['amount'], message)
  }
  const payments = await tx.payment.findMany({
    where: {
      accountId,
      bookingId: before.id,
      kind: 'PAYMENT',
      state: 'DONE',
      ...(named && { id }),
      ...(wish.throughProvider && { provider: { not: null } }),
    },
    orderBy: { serial: 'desc' },
  })
  const left = refundableOf(payments)
  const amountMinor = wish.amountMinor ?? (named ? left : dueOf(before, wish, left))
  // What is due may be nothing, or nothing any more: then there is nothing to do.
  if (amountMinor === 0 && wish.amountMinor === null && !named) return []
  if (amountMinor < 1 || amountMinor > left) {
    const of = named ? 'this payment' : `booking ${before.number}`
    const allowed = left > 0 ? `1 to ${left} minor units can` : 'Nothing is left that could'
    throw invalid(['amount'], `${allowed} be refunded of ${of}, not ${amountMinor}.`)
  }
  const { method, reason: note } = wish
  const done = await addRefunds(tx, ctx, before, shareOut(amountMinor, payments), { method, note })
  return done.payments
}

async function paymentOf(tx: Transaction, { accountId, id }: Key): Promise<Payment> {
  const payment = await tx.payment.findUnique({ where: { accountId_id: { accountId, id } } })
  if (!payment) throw notFound('Payment', 'paymentId')
  if (payment.state !== 'DONE' && payment.kind === 'PAYMENT') {
    throw invalid(['paymentId'], 'This payment has not come, so nothing of it can be given back.')
  }
  if (payment.kind === 'PAYMENT') return payment
  throw invalid(['paymentId'], 'This is a refund itself: name the payment that it gives back of.')
}

function dueOf(
  { number, status, refundOpenMinor }: Booking,
  { throughProvider }: Pick<RefundWish, 'throughProvider'>,
  left: number,
): number {
  if (status === 'CANCELLED' || status === 'DECLINED') {
    return throughProvider ? Math.min(refundOpenMinor, left) : refundOpenMinor
  }
  const message = `Booking ${number} is ${status}, so no refund is due: say how much to refund.`
  throw invalid(['amount'], message)
}
