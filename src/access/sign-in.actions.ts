// Signing in and out, and passwords: given by a link once, changed by whoever knows the old one. A
// new password ends every session but the one that it begins or was given in.

import { hashPassword, isPassword } from '../auth/password.ts'
import { newPasswordSecret } from '../auth/secret.ts'
import { issueUserSession } from '../auth/user-session.data.ts'
import { personViewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { emailOf } from '../customer/customer.ts'
import type { Database } from '../db/client.ts'
import { newId } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { noteRefusal } from '../events/refused.ts'
import type { User } from '../generated/prisma/client.ts'
import { DAY, type Instant } from '../time/instant.ts'
import { stopFollowing } from './client.data.ts'
import { passwordIssues } from './invitation.data.ts'
import { personIssues } from './person.ts'

export type Begun = { user: User; secret: string; expiresAt: Date }

/** How long a link to set a password is good. */
export const passwordLinkMs = 3 * DAY

/** Begins a session for whoever has this address and password; null, after as long, for nobody. */
export async function signIn(
  ctx: ActionContext,
  shown: { email: string; password: string },
  agent: string | null,
): Promise<Begun | null> {
  const { prisma } = ctx.db
  const user = await prisma.user.findUnique({ where: { email: emailOf(shown.email) } })
  const isRight = await isPassword(shown.password, user?.passwordHash ?? null)
  if (!user) return null
  if (!isRight) {
    noteRefusal(ctx, {
      ...signedIn(user),
      accountIds: async () => accountsOf(ctx.db.prisma, user),
    })
    return null
  }
  return transaction(ctx.db, async (tx) => {
    await tell(tx, { ...ctx, viewer: personViewer(user) }, user, signedIn(user))
    return beginSession(ctx, tx, user, agent)
  })
}

const signedIn = ({ id }: User) => ({
  action: 'user.signed_in',
  subjectType: 'User',
  subjectId: id,
})

/** Begins a session for somebody who has shown otherwise who they are. */
export async function beginSession(
  ctx: ActionContext,
  tx: Transaction | Database['prisma'],
  user: User,
  agent: string | null,
): Promise<Begun> {
  const address = ctx.origin?.address ?? null
  const now = ctx.clock.now()
  return { user, ...(await issueUserSession(tx, { userId: user.id, address, agent, now })) }
}

/** Ends the session with this secret's hash. */
export async function signOut({ db }: ActionContext, tokenHash: Uint8Array): Promise<void> {
  await db.prisma.userSession.deleteMany({ where: { tokenHash: new Uint8Array(tokenHash) } })
}

/**
 * Of the person who is signed in, by the session that goes on. Refuses VALIDATION_FAILED when the
 * old password is not right or the new one is none.
 */
export async function changePassword(
  ctx: ActionContext,
  { current, next }: { current: string; next: string },
  keptSession: Uint8Array,
): Promise<void> {
  const { userId } = ctx.viewer
  if (userId === null) throw notFound('User')
  invalidAll(passwordIssues(next))
  const user = await ctx.db.prisma.user.findUniqueOrThrow({ where: { id: userId } })
  if (!(await isPassword(current, user.passwordHash))) {
    throw invalid(['current'], 'The current password is not right.')
  }
  const passwordHash = await hashPassword(next)
  await transaction(ctx.db, async (tx) => {
    // What was compared must be what is replaced: two changes at once are one and a refusal.
    const { count } = await tx.user.updateMany({
      where: { id: userId, passwordHash: user.passwordHash },
      data: { passwordHash },
    })
    if (count === 0) throw invalid(['current'], 'The password was changed a moment ago.')
    const others = { userId, tokenHash: { not: new Uint8Array(keptSession) } }
    await tx.userSession.deleteMany({ where: others })
    await tell(tx, ctx, user)
  })
}

/** The person whom a link lets set a password; null when it is used, unknown or has run out. */
export async function personOfLink(
  { db, clock }: Pick<ActionContext, 'db' | 'clock'>,
  hash: Uint8Array,
): Promise<User | null> {
  const link = await db.prisma.passwordLink.findUnique({
    where: { tokenHash: new Uint8Array(hash), expiresAt: { gt: new Date(clock.now()) } },
    include: { user: true },
  })
  return link?.user ?? null
}

/**
 * Sets a password by a link, which is used up, and begins a session. Whoever knew the password
 * before may have been somebody else: nothing that they made follows the person into later
 * accounts. Refuses NOT_FOUND.
 */
export async function setPassword(
  ctx: ActionContext,
  hash: Uint8Array,
  password: string,
  agent: string | null,
): Promise<Begun> {
  invalidAll(passwordIssues(password))
  if (!(await personOfLink(ctx, hash))) throw notFound('Link')
  const passwordHash = await hashPassword(password)
  return transaction(ctx.db, async (tx) => {
    const [used] = await tx.$queryRaw<{ userId: string }[]>`
      DELETE FROM "PasswordLink" WHERE "tokenHash" = ${hash}
        AND "expiresAt" > ${new Date(ctx.clock.now())} RETURNING "userId"`
    if (!used) throw notFound('Link')
    const { userId } = used
    const before = await tx.user.findUniqueOrThrow({ where: { id: userId } })
    const user = await tx.user.update({ where: { id: userId }, data: { passwordHash } })
    await tx.passwordLink.deleteMany({ where: { userId } })
    await tx.userSession.deleteMany({ where: { userId } })
    const asUser = { ...ctx, viewer: personViewer(user) }
    if (before.passwordHash !== null) {
      await appendAudit(tx, asUser, await stopFollowing(tx, userId, new Date(ctx.clock.now())))
    }
    await tell(tx, asUser, user)
    return beginSession(ctx, tx, user, agent)
  })
}

/**
 * Makes a person, if there is none with this address, and a link by which they set their password,
 * once. For whoever runs the gateway. Refuses VALIDATION_FAILED.
 */
export async function issuePasswordLink(
  db: Database,
  person: { email: string; name: string },
  now: Instant,
): Promise<{ user: User; isNew: boolean; secret: string; expiresAt: Date }> {
  const email = emailOf(person.email)
  const name = person.name.trim()
  invalidAll(personIssues({ email, name }))
  const secret = newPasswordSecret()
  const createdAt = new Date(now)
  const expiresAt = new Date(now + passwordLinkMs)
  return transaction(db, async (tx) => {
    const made = await tx.user.createMany({
      data: [{ id: newId(), email, name, createdAt }],
      skipDuplicates: true,
    })
    const user = await tx.user.findUniqueOrThrow({ where: { email } })
    await tx.passwordLink.create({
      data: { tokenHash: secret.hash, userId: user.id, createdAt, expiresAt },
    })
    return { user, isNew: made.count === 1, secret: secret.text, expiresAt }
  })
}

/** Every account that the person is in is told; of a new password unless it is something else. */
async function tell(
  tx: Transaction,
  ctx: ActionContext,
  user: User,
  fact = { action: 'user.password_changed', subjectType: 'User', subjectId: user.id },
): Promise<void> {
  const accountIds = await accountsOf(tx, user)
  await appendAudit(
    tx,
    ctx,
    accountIds.map((accountId) => ({ accountId, ...fact })),
  )
}

async function accountsOf(tx: Transaction | Database['prisma'], { id }: User): Promise<string[]> {
  const memberships = await tx.membership.findMany({ where: { userId: id } })
  return memberships.map(({ accountId }) => accountId)
}
