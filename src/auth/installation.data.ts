// The installation of an application as a credential: found by the public id of its api key, with
// the application's secret, in one prepared statement.

import type { Pool } from 'pg'
import type { Role } from './scope.ts'

export type InstallationRow = {
  accountId: string
  id: string
  publicId: string
  /** Of the application. */
  name: string
  keyHash: Buffer
  applicationHash: Buffer
  scopes: string[]
  approvedById: string
  lastUsedAt: Date | null
  /** It was uninstalled, or the application was deleted. */
  ended: boolean
  /** Of the owner who approved it, in its account, now; null when that person has left. */
  role: Role | null
}

export async function findInstallation(
  pool: Pool,
  publicId: string,
): Promise<InstallationRow | undefined> {
  const { rows } = await pool.query<InstallationRow>({
    name: 'auth_installation',
    text: `SELECT i."accountId", i."id", i."publicId", a."name", i."secretHash" AS "keyHash",
             a."secretHash" AS "applicationHash", i."scopes", i."approvedById", i."lastUsedAt",
             i."uninstalledAt" IS NOT NULL OR a."deletedAt" IS NOT NULL AS "ended", m."role"
           FROM "Installation" i JOIN "Application" a ON a."id" = i."applicationId"
             LEFT JOIN "Membership" m
               ON m."accountId" = i."accountId" AND m."userId" = i."approvedById"
           WHERE i."publicId" = $1`,
    values: [publicId],
  })
  return rows[0]
}
