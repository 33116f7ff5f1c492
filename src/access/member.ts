// Who may give which role, and take it: nobody reaches above their own. Pure; sentences are public.

import { allScopes, effectiveScopes, type Role, type Scope } from '../auth/scope.ts'
import { invalid } from '../errors.ts'
import { quoted } from './credential.ts'

const ranks: Record<Role, number> = { VIEWER: 0, STAFF: 1, ADMIN: 2, OWNER: 3 }

/** Whether somebody in the one role may deal with the other: give it, change it, take it away. */
export function reachesUpTo(own: Role, other: Role): boolean {
  return ranks[own] >= ranks[other]
}

/** Refuses to give a role above one's own. */
export function demandGrantable(own: Role, role: Role, ...path: string[]): void {
  if (reachesUpTo(own, role)) return
  throw invalid(path, `${article(own)} cannot make somebody ${role}; ${article(role)} can.`)
}

/**
 * Refuses to give a role to whoever does not hold all of it: by an invitation to itself a
 * credential would get what it was not given.
 */
export function demandHeldRole(
  held: ReadonlySet<Scope> | undefined,
  role: Role,
  ...path: string[]
): void {
  const beyond = [...effectiveScopes(allScopes, role)].filter((scope) => !held?.has(scope))
  if (beyond.length === 0) return
  const message =
    `The credential that asks does not hold ${quoted(beyond)} in the account itself, ` +
    `so it cannot make somebody ${role}.`
  throw invalid(path, message)
}

/** Refuses to touch somebody whose role is above one's own. */
export function demandTouchable(own: Role, theirs: Role, ...path: string[]): void {
  if (reachesUpTo(own, theirs)) return
  throw invalid(path, `${article(own)} cannot change or remove ${article(theirs, 'a')}.`)
}

function article(role: Role, first = 'A'): string {
  return `${first}${/^[AO]/.test(role) ? 'n' : ''} ${role}`
}
