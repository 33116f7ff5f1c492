// What goes on by itself once it is made - a credential, a role, an endpoint - is made by a person,
// or by a credential of a person that goes on as long.

import type { Transaction } from '../db/transaction.ts'
import { Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { AuditFact } from '../events/audit.ts'
import { overreach } from './overreach.actions.ts'

const byApplication =
  'An application makes nothing that would go on once it is uninstalled: no credential, no role, ' +
  'no endpoint.'

/** The person for whom something is made; neither the gateway itself nor an application is one. */
export function personBehind({ viewer }: ActionContext): string {
  if (viewer.kind === 'INSTALLATION') throw new Forbidden([], byApplication)
  if (viewer.userId !== null) return viewer.userId
  throw new Forbidden([], 'Credentials are made by a person, or by a credential of a person.')
}

/** Refuses an application, and a key that has an end of its own, what would go on after it. */
export async function demandLasting(
  tx: Transaction,
  { viewer }: ActionContext,
  expiresAt: Date | null,
  fact: AuditFact,
): Promise<void> {
  if (viewer.kind === 'INSTALLATION') {
    throw overreach(new Forbidden([], byApplication), [fact])
  }
  if (viewer.kind !== 'API_KEY') return
  const where = { accountId_id: { accountId: fact.accountId, id: viewer.id } }
  const own = await tx.apiKey.findUnique({ where, select: { expiresAt: true } })
  if (!own || !isLater(expiresAt, own.expiresAt)) return
  const sentence = 'A key that expires makes and prolongs nothing that would go on after it.'
  throw overreach(new Forbidden([], sentence), [fact])
}

/** Whether one end comes after another; null is never. */
export function isLater(one: Date | null, other: Date | null): boolean {
  return other !== null && (one === null || one > other)
}
