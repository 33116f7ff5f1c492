// Remembers when a credential was last used, at most once a minute for each, beside the request and
// never in its way: a failure is logged and forgotten.

import type { Logger } from 'pino'
import type { Database } from '../db/client.ts'
import type { Instant } from '../time/instant.ts'
import type { CredentialUse } from './credential.ts'

const everyMs = 60_000

export type LastUsed = {
  /** Returns at once. */
  note(use: CredentialUse, now: Instant): void
  /** Resolves when nothing is being written. */
  idle(): Promise<void>
}

const statements = {
  ApiKey: `UPDATE "ApiKey" SET "lastUsedAt" = $2 WHERE "publicId" = $1
             AND ("lastUsedAt" IS NULL OR "lastUsedAt" < $2)`,
  ApiClient: `UPDATE "ApiClient" SET "lastUsedAt" = $2 WHERE "publicId" = $1
             AND ("lastUsedAt" IS NULL OR "lastUsedAt" < $2)`,
  Installation: `UPDATE "Installation" SET "lastUsedAt" = $2 WHERE "publicId" = $1
             AND ("lastUsedAt" IS NULL OR "lastUsedAt" < $2)`,
  UserSession: `UPDATE "UserSession" SET "lastUsedAt" = $2
             WHERE "tokenHash" = decode($1, 'hex') AND "lastUsedAt" < $2`,
} as const

export function createLastUsed(db: Pick<Database, 'pool'>, log: Logger): LastUsed {
  const writing = new Map<string, Promise<void>>()
  const write = async (use: CredentialUse, now: Instant) => {
    try {
      await db.pool.query(statements[use.table], [use.publicId, new Date(now)])
    } catch (error) {
      log.warn({ err: error }, 'could not note the last use of a credential')
    } finally {
      writing.delete(use.publicId)
    }
  }
  return {
    note(use, now) {
      const fresh = use.lastUsedAt !== null && now - use.lastUsedAt.getTime() < everyMs
      if (!fresh && !writing.has(use.publicId)) writing.set(use.publicId, write(use, now))
    },
    async idle() {
      await Promise.all(writing.values())
    },
  }
}
