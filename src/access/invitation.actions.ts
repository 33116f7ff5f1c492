// What can be done about invitations: invite, withdraw, accept. Whoever invites hands the link
// over, because nothing is sent; so an invitation never opens more than its account, and signs
// nobody in who has a password already.

import { hashPassword } from '../auth/password.ts'
import type { Role } from '../auth/scope.ts'
import { newInvitationSecret } from '../auth/secret.ts'
import { demand, personViewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { emailOf } from '../customer/customer.ts'
import { newId, type Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import type { Invitation, User } from '../generated/prisma/client.ts'
import { attempted } from './attempt.data.ts'
import { findInvitation, passwordIssues } from './invitation.data.ts'
import { invitationMs, invitationStatus, mostOpenInvitations } from './invitation.ts'
import { demandLasting } from './lasting.actions.ts'
import { demandAdmin, lockMembers } from './member.data.ts'
import { demandGrantable, demandHeldRole, demandTouchable } from './member.ts'
import { personIssues } from './person.ts'

export type NewInvitation = { email: string; name: string; role: Role }

/**
 * Needs accounts:write, everything that the role may do, and no end of its own. Invites a person;
 * an earlier invitation of the same address ends. The secret is shown this once. Refuses NOT_FOUND,
 * VALIDATION_FAILED, LIMIT_REACHED.
 */
export async function inviteUser(
  ctx: ActionContext,
  accountId: string,
  input: NewInvitation,
): Promise<{ invitation: Invitation; secret: string }> {
  demand(ctx.viewer, accountId, ['accounts:write'], 'Account', 'accountId')
  const terms = { name: input.name.trim(), email: emailOf(input.email), role: input.role }
  invalidAll(personIssues(terms))
  const tried = { accountId, action: 'invitation.made', subjectType: 'Invitation' }
  return attempted(ctx, { ...tried, changes: changesOf(terms) }, () =>
    transaction(ctx.db, async (tx) => {
      const own = await lockMembers(tx, ctx, accountId, 'Account', 'accountId')
      demandAdmin(own)
      demandGrantable(own, terms.role, 'role')
      demandHeldRole(ctx.viewer.grants.get(accountId)?.scopes, terms.role, 'role')
      await demandLasting(tx, ctx, null, tried)
      await demandStranger(tx, accountId, terms.email)
      const replaced = await endEarlier(tx, ctx, accountId, terms.email)
      const secret = newInvitationSecret()
      const now = ctx.clock.now()
      const invitation = await tx.invitation.create({
        data: {
          ...terms,
          accountId,
          id: newId(),
          tokenHash: secret.hash,
          invitedById: ctx.viewer.userId,
          createdAt: new Date(now),
          expiresAt: new Date(now + invitationMs),
        },
      })
      const made = { ...tried, subjectId: invitation.id, changes: changesOf(terms) }
      await appendAudit(tx, ctx, [...replaced, made])
      return { invitation, secret: secret.text }
    }),
  )
}

/** Needs accounts:write. Twice is once. Refuses NOT_FOUND, VALIDATION_FAILED, IN_USE (accepted). */
export async function withdrawInvitation(ctx: ActionContext, key: Key): Promise<Invitation> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['accounts:write'], 'Invitation', 'id')
  const fact = withdrawal(key)
  return attempted(ctx, fact, () =>
    transaction(ctx.db, async (tx) => {
      const own = await lockMembers(tx, ctx, accountId, 'Invitation', 'id')
      demandAdmin(own)
      const where = { accountId_id: { accountId, id } }
      const before = await tx.invitation.findUnique({ where })
      if (!before) throw notFound('Invitation', 'id')
      demandTouchable(own, before.role, 'id')
      if (before.acceptedAt) {
        const sentence = 'The invitation was accepted: to end the membership, use removeUser.'
        throw refused('IN_USE', sentence, { path: ['id'] })
      }
      if (before.withdrawnAt) return before
      const data = { withdrawnAt: new Date(ctx.clock.now()) }
      const after = await tx.invitation.update({ where, data })
      await appendAudit(tx, ctx, [fact])
      return after
    }),
  )
}

/** The person accepts who is signed in; or a new one, who gets a name and a password by it. */
export type Accepting = { userId: string } | { name: string; password: string }

/**
 * Makes whoever accepts a member and returns them. Refuses NOT_FOUND when the invitation is not
 * open (any more), VALIDATION_FAILED when it is for somebody else or asks for another way.
 */
export async function acceptInvitation(
  ctx: ActionContext,
  hash: Uint8Array,
  who: Accepting,
): Promise<User> {
  const found = await findInvitation(ctx.db.prisma, hash)
  if (!found) throw notFound('Invitation', 'token')
  const { accountId, id, email } = found
  let passwordHash: string | null = null
  if ('password' in who) {
    invalidAll([...personIssues({ email, name: who.name }), ...passwordIssues(who.password)])
    passwordHash = await hashPassword(who.password)
  }
  return transaction(ctx.db, async (tx) => {
    // As whoever changes the people of the account, or its invitations.
    await lockRow(tx, 'Account', { accountId, id: accountId })
    const now = new Date(ctx.clock.now())
    const where = { accountId_id: { accountId, id } }
    const invitation = await tx.invitation.findUniqueOrThrow({ where })
    if (invitationStatus(invitation, now.getTime()) !== 'OPEN') throw notFound('Invitation')
    const user =
      passwordHash !== null && 'name' in who
        ? await enrol(tx, { email, name: who.name.trim(), passwordHash }, now)
        : await invited(tx, email, 'userId' in who ? who.userId : '')
    const { role } = invitation
    const joined = await tx.membership.createMany({
      data: [{ accountId, userId: user.id, role, createdAt: now }],
      skipDuplicates: true,
    })
    await tx.invitation.update({ where, data: { acceptedAt: now } })
    const facts = [
      { accountId, action: 'invitation.accepted', subjectType: 'Invitation', subjectId: id },
      ...(joined.count === 1 ? [await joinedFact(tx, accountId, user.id, role)] : []),
    ]
    await appendAudit(tx, { ...ctx, viewer: personViewer(user) }, facts)
    return user
  })
}

async function joinedFact(tx: Transaction, accountId: string, userId: string, role: Role) {
  const where = { accountId_userId: { accountId, userId } }
  const { id } = await tx.membership.findUniqueOrThrow({ where })
  return {
    accountId,
    action: 'membership.created',
    subjectType: 'Membership',
    subjectId: id,
    changes: [{ field: 'role', from: null, to: role }],
  }
}

async function invited(tx: Transaction, email: string, userId: string): Promise<User> {
  const user = await tx.user.findUnique({ where: { id: userId } })
  if (user?.email === email) return user
  throw invalid(['email'], `The invitation is for "${email}". Sign in as that person to accept it.`)
}

/**
 * Gives a password to somebody new. A person who has one signs in to accept; a person who is in an
 * account already gets theirs from whoever runs the gateway: a link that anybody may have made and
 * opened must not become a way to be them.
 */
async function enrol(
  tx: Transaction,
  person: { email: string; name: string; passwordHash: string },
  now: Date,
): Promise<User> {
  const { email, name, passwordHash } = person
  await tx.user.createMany({
    data: [{ id: newId(), email, name, createdAt: now }],
    skipDuplicates: true,
  })
  const given = await tx.user.updateMany({
    where: { email, passwordHash: null, memberships: { none: {} } },
    data: { name, passwordHash },
  })
  if (given.count === 1) return tx.user.findUniqueOrThrow({ where: { email } })
  throw invalid(['email'], `"${email}" is known here. Sign in to accept the invitation.`)
}

async function demandStranger(tx: Transaction, accountId: string, email: string): Promise<void> {
  const where = { accountId, user: { email } }
  if (!(await tx.membership.findFirst({ where, select: { id: true } }))) return
  const sentence = `"${email}" is in this account already; to give another role, use changeRole.`
  throw invalid(['email'], sentence)
}

async function endEarlier(tx: Transaction, ctx: ActionContext, accountId: string, email: string) {
  const now = new Date(ctx.clock.now())
  const open = { accountId, acceptedAt: null, withdrawnAt: null, expiresAt: { gt: now } }
  const ended = await tx.invitation.updateManyAndReturn({
    where: { ...open, email },
    data: { withdrawnAt: now },
    select: { id: true },
  })
  if ((await tx.invitation.count({ where: open })) >= mostOpenInvitations) {
    const sentence = `An account has at most ${mostOpenInvitations} open invitations. Withdraw some.`
    throw refused('LIMIT_REACHED', sentence)
  }
  return ended.map(({ id }) => withdrawal({ accountId, id }))
}

function withdrawal({ accountId, id }: Key) {
  return {
    accountId,
    action: 'invitation.withdrawn',
    subjectType: 'Invitation',
    subjectId: id,
  }
}

function changesOf({ email, name, role }: NewInvitation) {
  return Object.entries({ email, name, role }).map(([field, to]) => ({ field, from: null, to }))
}
