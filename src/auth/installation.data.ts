// The installation of an application as a credential: found by the public id of its api key, with
// the application's secret, in one prepared statement.

import { credentialReader } from './credential-row.ts'
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

export const findInstallation = credentialReader<InstallationRow>(
  'INSTALLATION',
  `SELECT i."accountId", i."id", i."publicId", a."name", encode(i."secretHash", 'hex') AS "keyHash",
     encode(a."secretHash", 'hex') AS "applicationHash", i."scopes", i."approvedById",
     i."lastUsedAt", i."uninstalledAt" IS NOT NULL OR a."deletedAt" IS NOT NULL AS "ended",
     m."role"
   FROM "Installation" i JOIN "Application" a ON a."id" = i."applicationId"
     LEFT JOIN "Membership" m
       ON m."accountId" = i."accountId" AND m."userId" = i."approvedById"
   WHERE i."publicId" = $1`,
)
