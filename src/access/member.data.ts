// The people of an account, under its lock: whoever changes who they are holds it, so that what was
// read (above all, that there is another owner) is still true at the commit.

import { effectiveScopes, type Role } from '../auth/scope.ts'
import { Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { lockRow } from '../db/lock.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound, refused } from '../errors.ts'
import type { AuditFact } from '../events/audit.ts'
import type { Membership } from '../generated/prisma/client.ts'

/**
 * Locks the people of an account and returns the role, now, of whoever asks: it may have changed
 * since the request began. Refuses NOT_FOUND when they have left, as if there was no account.
 */
export async function lockMembers(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  what: string,
  ...path: string[]
): Promise<Role> {
  await lockRow(tx, 'Account', { accountId, id: accountId })
  const { grants, userId } = ctx.viewer
  const mine = userId && { accountId_userId: { accountId, userId } }
  const role = mine
    ? (await tx.membership.findUnique({ where: mine }))?.role
    : grants.get(accountId)?.role
  if (!role) throw notFound(what, ...path)
  return role
}

/** Refuses whoever may not change the people of the account in this role. */
export function demandAdmin(role: Role): void {
  const scope = 'accounts:write'
  if (!effectiveScopes([scope], role).has(scope)) throw new Forbidden([scope])
}

/** Refuses what would leave an account without an owner; under its lock. */
export async function keepAnOwner(
  tx: Transaction,
  leaving: Membership,
  ...path: string[]
): Promise<void> {
  if (leaving.role !== 'OWNER') return
  const { accountId, userId } = leaving
  const others = { accountId, role: 'OWNER' as const, userId: { not: userId } }
  if (await tx.membership.findFirst({ where: others, select: { id: true } })) return
  throw refused('IN_USE', 'An account keeps at least one OWNER: make somebody else OWNER first.', {
    path,
  })
}

/**
 * Withdraws the open invitations that somebody made to roles that they can no longer give; all of
 * them when they are in no role. Under the lock of the account.
 */
export async function withdrawBeyond(
  tx: Transaction,
  { accountId, userId }: Membership,
  roles: Role[],
  now: Date,
): Promise<AuditFact[]> {
  const open = { acceptedAt: null, withdrawnAt: null, expiresAt: { gt: now } }
  const withdrawn = await tx.invitation.updateManyAndReturn({
    where: { accountId, invitedById: userId, role: { in: roles }, ...open },
    data: { withdrawnAt: now },
    select: { id: true },
  })
  return withdrawn.map(({ id: subjectId }) => ({
    accountId,
    action: 'invitation.withdrawn',
    subjectType: 'Invitation',
    subjectId,
  }))
}
