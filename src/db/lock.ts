// Row locks. What is read after the lock is what nobody else is changing. Knows no noun.

import { Prisma } from '../generated/prisma/client.ts'
import type { Key } from './id.ts'
import type { Transaction } from './transaction.ts'

/**
 * Locks a row until the transaction ends, also against rows that would come to point at it. Says
 * nothing about whether there is one: read it afterwards.
 */
export async function lockRow(tx: Transaction, table: string, key: Key): Promise<void> {
  const account = Prisma.raw(table === 'Account' ? '"id"' : '"accountId"')
  await tx.$executeRaw`SELECT 1 FROM ${Prisma.raw(`"${table}"`)}
    WHERE ${account} = ${key.accountId}::uuid AND "id" = ${key.id}::uuid FOR UPDATE`
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
  await tx.$executeRaw`SELECT 1 FROM ${Prisma.raw(`"${table}"`)}
    WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${ids}::uuid[])
    ORDER BY "id" FOR KEY SHARE`
}
