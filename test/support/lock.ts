// Makes what reads a table wait, for tests of what happens meanwhile.
import pg from 'pg'
import { onTestFinished } from 'vitest'

/** Locks the table until `release`, or until the test is over. */
export async function lockTable(url: string, table: string) {
  const client = new pg.Client({ connectionString: url })
  // Ended with its database, when a test fails before it releases.
  client.on('error', () => {})
  await client.connect()
  let released: Promise<void> | undefined
  const release = () => (released ??= client.end())
  onTestFinished(release)
  await client.query(`BEGIN; LOCK TABLE "${table}"`)
  return { release }
}

/** How many wait for a lock in this database. */
export async function waiting(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::int AS "count" FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  )
  return rows[0]?.count ?? 0
}
