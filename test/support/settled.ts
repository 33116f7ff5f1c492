// Events become readable in the order of their transactions, once no older one is open; databases
// of other test files share the server, so that an older one may be anybody's.

import type { Pool } from 'pg'

/** Resolves when nobody can write before the events that are there. */
export async function settled(pool: Pool): Promise<void> {
  const pending = `SELECT FROM "Event"
    WHERE "xid" >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint LIMIT 1`
  while ((await pool.query(pending)).rowCount !== 0) await new Promise(setImmediate)
}
