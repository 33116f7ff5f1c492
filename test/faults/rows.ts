// What the checker looks at: the rows of one account as they are in one snapshot, by plain SQL.
import pg from 'pg'
import type { Rows } from './checker.ts'

const queries: Record<keyof Rows, string> = {
  services: `SELECT "id", "bufferBeforeMinutes", "bufferAfterMinutes" FROM "Service"
    WHERE "accountId" = $1`,
  bookings: `SELECT * FROM "Booking" WHERE "accountId" = $1`,
  occupancies: `SELECT * FROM "Occupancy" WHERE "accountId" = $1`,
  sessions: `SELECT * FROM "Session" WHERE "accountId" = $1`,
  holds: `SELECT * FROM "Hold" WHERE "accountId" = $1`,
  blocks: `SELECT "id" FROM "Block" WHERE "accountId" = $1`,
  series: `SELECT "id" FROM "Series" WHERE "accountId" = $1`,
  keys: `SELECT * FROM "IdempotencyKey" WHERE "accountId" = $1`,
  // In the order in which readers get them.
  events: `SELECT * FROM "Event" WHERE "accountId" = $1 ORDER BY "xid", "seq"`,
}

/** Everything of an account that the checker wants; at any moment. */
export async function readRows(url: string, accountId: string): Promise<Rows> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const rows: Record<string, unknown[]> = {}
    for (const [name, sql] of Object.entries(queries)) {
      rows[name] = (await client.query(sql, [accountId])).rows
    }
    // Dates as text, as events tell them.
    return JSON.parse(JSON.stringify(rows)) as Rows
  } finally {
    await client.end()
  }
}
