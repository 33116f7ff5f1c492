// Invitations as their link shows them.

import { passwordFault } from '../auth/password.ts'
import type { Issue } from '../errors.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Database } from '../db/client.ts'

type Reader = Transaction | Database['prisma']

/** The invitation with this secret, in whatever state, with the names that its page says. */
export function findInvitation(db: Reader, hash: Uint8Array) {
  return db.invitation.findUnique({
    where: { tokenHash: new Uint8Array(hash) },
    include: {
      account: { select: { name: true } },
      invitedBy: { select: { name: true } },
    },
  })
}

/** How whoever is invited goes on: as somebody new, by signing in, or with help. */
export type WayIn = 'ENROL' | 'SIGN_IN' | 'ASK'

/** Which way is open to the person with this address. */
export async function wayInOf(db: Reader, email: string): Promise<WayIn> {
  const user = await db.user.findUnique({
    where: { email },
    select: { passwordHash: true, _count: { select: { memberships: true } } },
  })
  if (!user) return 'ENROL'
  if (user.passwordHash !== null) return 'SIGN_IN'
  return user._count.memberships === 0 ? 'ENROL' : 'ASK'
}

/** What is wrong with a new password, as issues of an input. */
export function passwordIssues(password: string): Issue[] {
  const message = passwordFault(password)
  return message === null ? [] : [{ path: ['password'], message }]
}
