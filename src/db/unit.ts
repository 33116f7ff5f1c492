// Several actions as one transaction: each begins and ends its own as ever, and all of them are
// kept together or not at all. What they do is seen by whoever asks the database that is handed
// on, through Prisma or on its pool.

import type { Database } from './client.ts'
import {
  connectionOf,
  joinTransactions,
  runOnce,
  transaction,
  type Transaction,
} from './transaction.ts'

/** Runs `work` with a database whose changes are committed together, or not at all if it throws. */
export function asOne<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> {
  return transaction(db, (tx) => work(databaseWithin(tx, db)))
}

class RolledBack<T> extends Error {
  readonly result: T
  constructor(result: T) {
    super('rehearsed')
    this.result = result
  }
}

/** A rehearsal: everything is done as ever, and then the database is as if nothing had been. */
export async function rehearse<T>(
  db: Database,
  work: (rehearsed: Database) => Promise<T>,
): Promise<T> {
  try {
    return await runOnce(db, async (tx) => {
      throw new RolledBack(await work(databaseWithin(tx, db)))
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T
    throw error
  }
}

function databaseWithin(tx: Transaction, db: Database): Database {
  // A client that has no transactions of its own, and is not the one it stands for.
  const prisma = new Proxy(tx, {}) as Database['prisma']
  joinTransactions(prisma, tx)
  return { ...db, pool: queryingIn(tx, db.pool), prisma }
}

const behind = new WeakMap<Database['pool'], Database['pool']>()

/** The pool itself, where one that only sees a transaction stands for it. */
export function poolBehind(pool: Database['pool']): Database['pool'] {
  return behind.get(pool) ?? pool
}

/** The pool, but for queries: those see what the transaction sees, one after the other. */
function queryingIn(tx: Transaction, pool: Database['pool']): Database['pool'] {
  let last: Promise<unknown> = Promise.resolve()
  const query = (...args: unknown[]) => {
    const ask = () => {
      const on = connectionOf(tx) ?? pool
      return (on.query as (...args: unknown[]) => Promise<unknown>).apply(on, args)
    }
    const answer = last.then(ask)
    last = answer.catch(() => {})
    return answer
  }
  const seeing = new Proxy(pool, {
    get(target, name) {
      if (name === 'query') return query
      const found: unknown = Reflect.get(target, name, target)
      return typeof found === 'function' ? (found.bind(target) as unknown) : found
    },
  })
  behind.set(seeing, poolBehind(pool))
  return seeing
}
