// Row locks. What is read after the lock is what nobody else is changing. Knows no noun.

import { Prisma } from '../generated/prisma/client.ts'
import type { Key } from './id.ts'
import { transactionReader } from './reader.ts'
import type { Transaction } from './transaction.ts'

/**
 * Locks a row until the transaction ends, also against rows that would come to point at it; only an
 * account's against no more than other locks, because every row that is written in it points at it,
 * also one that the transaction has written itself. Says nothing about whether there is one: read
 * it afterwards.
 */
export async function lockRow(tx: Transaction, table: string, key: Key): Promise<void> {
  const isAccount = table === 'Account'
  const account = Prisma.raw(isAccount ? '"id"' : '"accountId"')
  const lock = Prisma.raw(isAccount ? 'FOR NO KEY UPDATE' : 'FOR UPDATE')
  await transactionReader(tx)(Prisma.sql`SELECT 1 FROM ${Prisma.raw(`"${table}"`)}
    WHERE ${account} = ${key.accountId}::uuid AND "id" = ${key.id}::uuid ${lock}`)
}

/**
 * Keeps these rows from being locked by others (so: from being archived) until the transaction
 * ends; any number of transactions may keep the same rows.
 */
export async function keepRows(
  tx: Transaction,
  table: string,
  accountId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await keptRows(tx, table, accountId, ids)
}

/** As keepRows; returns the rows by id, as they are when nobody is changing them. */
export function keptRows<Row extends object>(
  tx: Transaction,
  table: string,
  accountId: string,
  ids: readonly string[],
): Promise<Row[]> {
  return transactionReader(tx)<Row>(Prisma.sql`SELECT * FROM ${Prisma.raw(`"${table}"`)}
    WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${ids}::uuid[])
    ORDER BY "id" FOR KEY SHARE`)
}
