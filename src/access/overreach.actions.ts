// Whoever asks for more than it has, or for what is another's, is refused, and that is recorded in
// the audit log of the account where it was tried.

import type { Scope } from '../auth/scope.ts'
import type { ActionContext } from '../context.ts'
import { invalid } from '../errors.ts'
import type { AuditFact } from '../events/audit.ts'
import { recordRefusal } from '../events/refused.ts'
import { quoted } from './credential.ts'

const attempts = new WeakMap<object, readonly AuditFact[]>()

/** The refusal, to be thrown, with what `recorded` writes of it. */
export function overreach<E extends Error>(refusal: E, facts: readonly AuditFact[]): E {
  attempts.set(refusal, facts)
  return refusal
}

/** Does the work. An overreach in it is recorded once its own transaction is rolled back. */
export async function recorded<T>(ctx: ActionContext, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const facts = attempts.get(error as object)
    if (facts) await recordRefusal(ctx, facts, error as object)
    throw error
  }
}

/** Refuses scopes that the viewer does not hold in the account; `fact` says what was tried. */
export function demandHeld(
  { viewer }: ActionContext,
  scopes: readonly Scope[],
  fact: AuditFact,
  ...path: string[]
): void {
  const held = viewer.grants.get(fact.accountId)?.scopes
  const beyond = scopes.filter((scope) => !held?.has(scope))
  if (beyond.length === 0) return
  const message =
    `The credential that asks does not hold ${quoted(beyond)} in the account itself, ` +
    'so it cannot give that to another.'
  const changes = [...(fact.changes ?? []), { field: 'scopes', from: null, to: scopes }]
  throw overreach(invalid(path, message), [{ ...fact, changes }])
}
