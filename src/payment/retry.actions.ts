// A refund that the provider was asked for again and again without an answer: asked for once more.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transaction } from '../db/transaction.ts'
import { notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import type { Payment } from '../generated/prisma/client.ts'
import { lockPaid } from './payment.data.ts'
import { isStuck } from './payment.ts'

/** Needs payments:write. Refuses NOT_FOUND, and ILLEGAL_TRANSITION while it is tried anyway. */
export async function retryRefund(ctx: ActionContext, key: Key): Promise<Payment> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['payments:write'], 'Payment', 'id')
  const where = { accountId_id: { accountId, id } }
  return transaction(ctx.db, async (tx) => {
    const seen = await tx.payment.findUnique({ where })
    if (!seen) throw notFound('Payment', 'id')
    await lockPaid(tx, { accountId, id: seen.bookingId }, 'id')
    const before = await tx.payment.findUniqueOrThrow({ where })
    if (!isStuck(before)) {
      const message = 'Only a refund that is PENDING and not tried any more is tried again.'
      const { state } = before
      throw refused('ILLEGAL_TRANSITION', message, { path: ['id'], from: state, to: 'PENDING' })
    }
    // Not a first try: it is looked up before it is made.
    const data = { tries: 1, nextTryAt: new Date(ctx.clock.now()), leasedUntil: null }
    const refund = await tx.payment.update({ where, data })
    const changes = [{ field: 'nextTryAt', from: null, to: data.nextTryAt.toISOString() }]
    const subject = { subjectType: 'Payment' as const, subjectId: id }
    await appendAudit(tx, ctx, [{ accountId, action: 'payment.retried', ...subject, changes }])
    return refund
  })
}
