// What can be done to the people of an account: change their role, remove them, leave. Each change
// stands in the audit log; grants are read with every request, so it bites with the next one.

import { allRoles, type Role } from '../auth/scope.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, notFound } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import type { Membership } from '../generated/prisma/client.ts'
import { attempted } from './attempt.data.ts'
import { demandLasting } from './lasting.actions.ts'
import { demandAdmin, keepAnOwner, lockMembers, withdrawBeyond } from './member.data.ts'
import { demandGrantable, demandHeldRole, demandTouchable, reachesUpTo } from './member.ts'

/**
 * Needs accounts:write, and everything that the role may do; to raise somebody also no end of its
 * own. Refuses NOT_FOUND, VALIDATION_FAILED
 * (a role above one's own, or beyond the credential), IN_USE.
 */
export async function changeRole(ctx: ActionContext, key: Key, role: Role): Promise<Membership> {
  const path = 'membershipId'
  demand(ctx.viewer, key.accountId, ['accounts:write'], 'Membership', path)
  const fact = factOf('membership.role_changed', key)
  return attempted(ctx, fact, () =>
    transaction(ctx.db, async (tx) => {
      const own = await lockMembers(tx, ctx, key.accountId, 'Membership', path)
      demandAdmin(own)
      const before = await findMember(tx, key)
      if (before.role === role) return before
      demandTouchable(own, before.role, path)
      demandGrantable(own, role, 'role')
      demandHeldRole(ctx.viewer.grants.get(key.accountId)?.scopes, role, 'role')
      if (!reachesUpTo(before.role, role)) await demandLasting(tx, ctx, null, fact)
      await keepAnOwner(tx, before, 'role')
      const after = await tx.membership.update({ where: { accountId_id: key }, data: { role } })
      const beyond = allRoles.filter((each) => !reachesUpTo(role, each))
      const lost = await withdrawBeyond(tx, before, beyond, new Date(ctx.clock.now()))
      const changes = [{ field: 'role', from: before.role, to: role }]
      await appendAudit(tx, ctx, [{ ...fact, changes }, ...lost])
      return after
    }),
  )
}

/**
 * Needs accounts:write. Ends a membership, also one's own; what the person made stays and works no
 * longer. Refuses NOT_FOUND, VALIDATION_FAILED (somebody above one's own role), IN_USE.
 */
export async function removeUser(ctx: ActionContext, key: Key): Promise<Membership> {
  const path = 'membershipId'
  demand(ctx.viewer, key.accountId, ['accounts:write'], 'Membership', path)
  return attempted(ctx, factOf('membership.removed', key), () =>
    transaction(ctx.db, async (tx) => {
      const own = await lockMembers(tx, ctx, key.accountId, 'Membership', path)
      demandAdmin(own)
      const member = await findMember(tx, key)
      demandTouchable(own, member.role, path)
      return end(tx, ctx, member, path)
    }),
  )
}

/** Of whoever is signed in, in any role. Refuses NOT_FOUND, VALIDATION_FAILED, IN_USE. */
export async function leaveAccount(ctx: ActionContext, accountId: string): Promise<Membership> {
  const { viewer } = ctx
  const path = 'accountId'
  demand(viewer, accountId, ['accounts:read'], 'Account', path)
  if (viewer.kind !== 'USER' || viewer.userId === null) {
    throw invalid([path], 'Only a person who is signed in can leave an account.')
  }
  const who = { accountId, userId: viewer.userId }
  const fact = factOf('membership.removed', { accountId, id: null })
  return attempted(ctx, fact, () =>
    transaction(ctx.db, async (tx) => {
      await lockMembers(tx, ctx, accountId, 'Account', path)
      const member = await tx.membership.findUniqueOrThrow({ where: { accountId_userId: who } })
      return end(tx, ctx, member, path)
    }),
  )
}

async function end(
  tx: Transaction,
  ctx: ActionContext,
  member: Membership,
  path: string,
): Promise<Membership> {
  await keepAnOwner(tx, member, path)
  await tx.membership.delete({ where: { accountId_id: keyOf(member) } })
  const lost = await withdrawBeyond(tx, member, [...allRoles], new Date(ctx.clock.now()))
  const changes = [{ field: 'role', from: member.role, to: null }]
  await appendAudit(tx, ctx, [{ ...factOf('membership.removed', member), changes }, ...lost])
  return member
}

async function findMember(tx: Transaction, key: Key): Promise<Membership> {
  const member = await tx.membership.findUnique({ where: { accountId_id: key } })
  if (!member) throw notFound('Membership', 'membershipId')
  return member
}

const keyOf = ({ accountId, id }: Key): Key => ({ accountId, id })

function factOf(action: string, { accountId, id }: { accountId: string; id: string | null }) {
  return { accountId, action, subjectType: 'Membership', subjectId: id }
}
