// A way to read that is the same inside and outside a transaction, so that the statement which
// lists free slots is the one that checks them before a booking.

import type { Prisma } from '../generated/prisma/client.ts'
import type { Database } from './client.ts'
import { run } from './statement.ts'
import { connectionOf, type Transaction } from './transaction.ts'

export type Reader = <Row extends object>(statement: Prisma.Sql) => Promise<Row[]>

/** Reads on the pool, each statement for itself. */
export function poolReader(db: Database): Reader {
  return <Row extends object>(statement: Prisma.Sql) => run<Row>(db.pool, statement)
}

/** Reads what the transaction sees; what is written with RETURNING is read as well. */
export function transactionReader(tx: Transaction): Reader {
  return <Row extends object>(statement: Prisma.Sql) => {
    const connection = connectionOf(tx)
    return connection ? run<Row>(connection, statement) : tx.$queryRaw<Row[]>(statement)
  }
}
