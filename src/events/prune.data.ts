// Takes out of the audit log what is older than it is to be kept: some entries of each account at
// a time, so that nobody waits for it.

import type { Pool } from 'pg'
import type { EventCursor } from './cursor.ts'

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

const eventsPerRound = 5_000

/**
 * Removes events from before this instant, looking on from a place in the log; returns how many,
 * and where to look on next time. Those of bookings stay, as the history of their booking.
 */
export async function pruneEvents(
  pool: Pool,
  before: Date,
  from: EventCursor,
): Promise<{ pruned: number; place: EventCursor }> {
  let place = from
  let pruned = 0
  for (;;) {
    const { rows } = await pool.query<{ xid: string; seq: string; old: boolean; kept: boolean }>(
      `SELECT "xid"::text, "seq"::text, "occurredAt" < $3 AS "old",
         "subjectType" = 'Booking' AS "kept"
       FROM "Event" e WHERE (e."xid", e."seq") > ($1::bigint, $2::bigint)
       ORDER BY e."xid", e."seq" LIMIT ${eventsPerRound}`,
      [String(place.xid), String(place.seq), before],
    )
    const gone = rows.filter(({ old, kept }) => old && !kept).map(({ seq }) => seq)
    if (gone.length > 0) {
      const { rowCount } = await pool.query(
        'DELETE FROM "Event" WHERE "seq" = ANY($1::bigint[]) AND "occurredAt" < $2',
        [gone, before],
      )
      pruned += rowCount ?? 0
    }
    const young = rows.findIndex(({ old }) => !old)
    const last = rows.at(young === -1 ? -1 : young - 1)
    if (young === 0 || !last) return { pruned, place }
    place = { xid: BigInt(last.xid), seq: BigInt(last.seq) }
    if (young > 0) return { pruned, place }
  }
}
