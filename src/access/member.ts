// Who may give which role, and take it: nobody reaches above their own. Pure; sentences are public.

import type { Role } from '../auth/scope.ts'
import { invalid } from '../errors.ts'

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

/** Refuses to touch somebody whose role is above one's own. */
export function demandTouchable(own: Role, theirs: Role, ...path: string[]): void {
  if (reachesUpTo(own, theirs)) return
  throw invalid(path, `${article(own)} cannot change or remove ${article(theirs, 'a')}.`)
}

function article(role: Role, first = 'A'): string {
  return `${first}${/^[AO]/.test(role) ? 'n' : ''} ${role}`
}
