// Attempts on who may do what: done or refused, they are in the audit log. What was refused was
// rolled back, so its entry has a transaction of its own.

import type { ActionContext } from '../context.ts'
import { transaction } from '../db/transaction.ts'
import { Refused } from '../errors.ts'
import { appendAudit, type AuditFact } from '../events/audit.ts'

/** Does `work`; when it is refused, for other reasons than that nothing is there, records that. */
export async function attempted<T>(
  ctx: ActionContext,
  fact: Omit<AuditFact, 'outcome'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refused && error.refusal.code !== 'NOT_FOUND') {
      await transaction(ctx.db, (tx) => appendAudit(tx, ctx, [{ ...fact, outcome: 'REFUSED' }]))
    }
    throw error
  }
}
