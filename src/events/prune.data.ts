// Takes out of the audit log what is older than it is to be kept: some entries of each account at
// a time, so that nobody waits for it.

import type { Pool } from 'pg'

const perAccount = 500
const perRound = 5_000

/** Removes entries from before this instant; returns how many. */
export async function pruneAudit(pool: Pool, before: Date): Promise<number> {
  let pruned = 0
  for (;;) {
    const { rowCount } = await pool.query(
      `DELETE FROM "AuditEntry" d USING (
         SELECT e."accountId", e."id" FROM "Account" a CROSS JOIN LATERAL (
           SELECT r."accountId", r."id" FROM "AuditEntry" r
            WHERE r."accountId" = a."id" AND r."occurredAt" < $1
            ORDER BY r."occurredAt", r."id" LIMIT ${perAccount}) e
         LIMIT ${perRound}) old
       WHERE d."accountId" = old."accountId" AND d."id" = old."id"`,
      [before],
    )
    pruned += rowCount ?? 0
    if (!rowCount) return pruned
  }
}
