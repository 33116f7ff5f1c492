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
