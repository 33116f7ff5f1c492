// The database as a whole, read from its own catalogue: whether anything changed, and whether a
// world has its word in every text.
import type { Database } from '../../src/db/client.ts'
import type { World } from './world.ts'

type Db = Pick<Database, 'pool'>

type Column = { table: string; column: string; type: string }

async function columns({ pool }: Db): Promise<Column[]> {
  const { rows } = await pool.query<Column>(
    `SELECT c.table_name AS "table", c.column_name AS "column", c.udt_name AS "type"
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_name)
     WHERE c.table_schema = 'public' AND t.table_schema = 'public'
       AND c.table_name NOT LIKE '\\_%' ORDER BY 1, 2`,
  )
  return rows
}

/** A sum of every row of every table, by table. */
export async function checksums(db: Db): Promise<Record<string, string>> {
  const tables = [...new Set((await columns(db)).map(({ table }) => table))]
  const sums = tables.map(
    (table) =>
      `SELECT '${table}' AS "table", count(*) || ' rows ' ||
         coalesce(sum(hashtextextended(r::text, 0)), 0) AS "sum" FROM "${table}" r`,
  )
  const { rows } = await db.pool.query<{ table: string; sum: string }>(sums.join(' UNION ALL '))
  return Object.fromEntries(rows.map(({ table, sum }) => [table, sum]))
}

/** What people do not write: codes, zones, and columns that have one legal form. */
const coded = new Set([
  'Account.currency',
  'Account.timeZone',
  'ApiKey.scopes',
  'Booking.currency',
  'Booking.timeZone',
  'BookingLink.hours',
  'CalendarFeed.scopes',
  'CalendarSource.scopes',
  'Checkout.currency',
  'Customer.timeZone',
  'Event.actorKind',
  'Event.about',
  'Event.subjectType',
  'Event.type',
  'AuditEntry.actorKind',
  'IdempotencyKey.operation',
  'Installation.scopes',
  'Payment.actorKind',
  'Payment.currency',
  'StaffMember.timeZone',
  'WebhookEndpoint.filter',
  'WebhookEndpoint.format',
  'WebhookEndpoint.scopes',
])

/** The text columns of tables below an account in which the world's word stands nowhere. */
export async function textsWithout(db: Db, { accountId, word }: World): Promise<string[]> {
  const all = await columns(db)
  const owned = new Set(all.filter(({ column }) => column === 'accountId').map((c) => c.table))
  const missing: string[] = []
  for (const { table, column, type } of all) {
    const name = `${table}.${column}`
    if (!['text', '_text', 'jsonb', 'bpchar'].includes(type) || coded.has(name)) continue
    const key = table === 'Account' ? 'id' : 'accountId'
    if (table !== 'Account' && !owned.has(table)) continue
    const { rows } = await db.pool.query(
      `SELECT FROM "${table}" WHERE "${key}" = $1 AND "${column}"::text ILIKE $2 LIMIT 1`,
      [accountId, `%${word}%`],
    )
    if (rows.length === 0) missing.push(name)
  }
  return missing
}
