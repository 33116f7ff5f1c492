// Sessions of people as rows: begun at sign-in, found by the secret in a cookie, ended by sign-out,
// by time, or by a new password. The database keeps the secret's hash only.

import type { Pool } from 'pg'
import type { Transaction } from '../db/transaction.ts'
import { DAY, type Instant } from '../time/instant.ts'
import { credentialReader } from './credential-row.ts'
import type { Role } from './scope.ts'
import { newSessionSecret } from './secret.ts'

/** A session ends when it was not used for so long, and at the latest this long after sign-in. */
export const sessionLife = { idleMs: DAY, absoluteMs: 14 * DAY }

export type UserSessionRow = {
  userId: string
  name: string
  email: string
  expiresAt: Date
  lastUsedAt: Date
  /** Role by account, now. */
  roles: Record<string, Role> | null
}

/** The session with this secret, with whoever is signed in and the accounts they are in. */
export const findUserSession = credentialReader<UserSessionRow>(
  'SESSION',
  `SELECT s."userId", u."name", u."email", s."expiresAt", s."lastUsedAt",
     (SELECT json_object_agg(m."accountId", m."role") FROM "Membership" m
       WHERE m."userId" = s."userId") AS "roles"
   FROM "UserSession" s JOIN "User" u ON u."id" = s."userId"
   WHERE s."tokenHash" = $1`,
)

/** Whether a session counts at this time. */
export function isLiveSession(
  { expiresAt, lastUsedAt }: Pick<UserSessionRow, 'expiresAt' | 'lastUsedAt'>,
  now: Instant,
): boolean {
  return expiresAt.getTime() > now && lastUsedAt.getTime() + sessionLife.idleMs > now
}

/** Begins a session. `secret` goes into the cookie, this once. */
export async function issueUserSession(
  tx: Transaction,
  session: { userId: string; address: string | null; agent: string | null; now: Instant },
): Promise<{ secret: string; expiresAt: Date }> {
  const { now, agent, ...rest } = session
  const secret = newSessionSecret()
  const at = new Date(now)
  const expiresAt = new Date(now + sessionLife.absoluteMs)
  await tx.userSession.create({
    data: {
      ...rest,
      agent: agent?.slice(0, 300) ?? null,
      tokenHash: secret.hash,
      createdAt: at,
      lastUsedAt: at,
      expiresAt,
    },
  })
  return { secret: secret.text, expiresAt }
}

/** Ends sessions that nobody can use any more. */
export async function pruneUserSessions(pool: Pool, now: Instant): Promise<void> {
  await pool.query(`DELETE FROM "UserSession" WHERE "expiresAt" <= $1 OR "lastUsedAt" <= $2`, [
    new Date(now),
    new Date(now - sessionLife.idleMs),
  ])
}
