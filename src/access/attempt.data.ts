// Attempts on who may do what: done or refused, they are in the audit log.

import type { ActionContext } from '../context.ts'
import { Refused } from '../errors.ts'
import type { AuditFact } from '../events/audit.ts'
import { recordRefusal } from '../events/refused.ts'

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
      await recordRefusal(ctx, [fact], error)
    }
    throw error
  }
}
