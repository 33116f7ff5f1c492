// Inserts rows of any table by one prepared statement, where Prisma's own costs a multiple of it.
// Knows no noun.

import { Prisma } from '../generated/prisma/client.ts'
import { transactionReader } from './reader.ts'
import type { Transaction } from './transaction.ts'

/**
 * Inserts rows, in this order, and returns those that are new; what is there already is left out.
 * All rows have the same fields; a column that they do not name gets its default.
 */
export function insertNew<Row extends object>(
  tx: Transaction,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<Row[]> {
  return transactionReader(tx)<Row>(
    Prisma.sql`${insertion(table, rows)} ON CONFLICT DO NOTHING RETURNING *`,
  )
}

/** The same as a part of a statement, which says itself what becomes of what is there already. */
export function insertion(table: string, rows: readonly Record<string, unknown>[]): Prisma.Sql {
  const fields = Object.keys(rows[0] ?? {}).filter((field) => rows[0]?.[field] !== undefined)
  const columns = Prisma.raw(fields.map((field) => `"${field}"`).join(', '))
  const name = Prisma.raw(`"${table}"`)
  const values = rows.map((row) =>
    Object.fromEntries(fields.map((field) => [field, plain(row[field])])),
  )
  return Prisma.sql`INSERT INTO ${name} (${columns})
    SELECT ${columns} FROM jsonb_populate_recordset(NULL::${name}, ${JSON.stringify(values)}::jsonb)`
}

function plain(value: unknown): unknown {
  return value === Prisma.DbNull ? null : value
}
