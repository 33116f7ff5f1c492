// What becomes of a payment that was expected: it has come, and counts from then on, or it never
// will.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import type { Payment } from '../generated/prisma/client.ts'
import { countIn, lockPaid } from './payment.data.ts'
import { paymentIssues } from './payment.ts'

export type Settlement = {
  /** Whether it has come; false: it never will. */
  received: boolean
  /** Null for now. */
  receivedAt: Date | null
  expectedVersion: number | null
  idempotencyKey: string | null
}

/**
 * Says of a payment that is PENDING what became of it. Needs payments:write. Refuses NOT_FOUND,
 * VALIDATION_FAILED, VERSION_CONFLICT (of the booking), IDEMPOTENCY_CONFLICT, and
 * ILLEGAL_TRANSITION of everything else.
 */
export async function settlePayment(
  ctx: ActionContext,
  key: Key,
  { idempotencyKey, ...settlement }: Settlement,
): Promise<Payment> {
  const { accountId } = key
  demand(ctx.viewer, accountId, ['payments:write'], 'Payment', 'id')
  const once = { accountId, key: idempotencyKey, operation: 'settlePayment' }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { ...once, input: { key, ...settlement } },
      () => settle(tx, ctx, key, settlement),
      (first) => tx.payment.findUnique({ where: { accountId_id: first } }),
    ),
  )
}

async function settle(
  tx: Transaction,
  ctx: ActionContext,
  { accountId, id }: Key,
  { received, receivedAt, expectedVersion }: Omit<Settlement, 'idempotencyKey'>,
): Promise<Payment> {
  const where = { accountId_id: { accountId, id } }
  const seen = await tx.payment.findUnique({ where })
  if (!seen) throw notFound('Payment', 'id')
  const booking = await lockPaid(tx, { accountId, id: seen.bookingId }, 'id')
  checkVersion('Booking', booking.version, expectedVersion)
  const before = await tx.payment.findUniqueOrThrow({ where })
  const to = received ? 'DONE' : 'FAILED'
  if (before.kind !== 'PAYMENT' || before.state !== 'PENDING') {
    const what = before.kind === 'PAYMENT' ? 'payment' : 'refund'
    const message = `Only a payment that is PENDING is settled, not a ${what} that is ${before.state}.`
    throw refused('ILLEGAL_TRANSITION', message, { path: ['id'], from: before.state, to })
  }
  if (received) {
    const now = new Date(ctx.clock.now())
    const data = { state: to, receivedAt: receivedAt ?? now } as const
    invalidAll(paymentIssues({ ...before, ...data }, booking, now.getTime()))
    const came = await tx.payment.update({ where, data })
    await countIn(tx, ctx, booking, [came])
    return came
  }
  const after = await tx.payment.update({ where, data: { state: to } })
  const changes = changesBetween(before, after, ['state'])
  const subject = { subjectType: 'Payment' as const, subjectId: id, changes }
  await appendAudit(tx, ctx, [{ accountId, action: 'payment.dropped', ...subject }])
  return after
}
