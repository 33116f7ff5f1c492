// A rehearsal: everything is done as ever, and then the database is as if nothing had been. What is
// rehearsed is seen by whoever asks the rehearsed database, through Prisma or on its pool.

import type { Database } from './client.ts'
import { connectionOf, joinTransactions, runOnce, type Transaction } from './transaction.ts'

class RolledBack<T> extends Error {
  readonly result: T
  constructor(result: T) {
    super('rehearsed')
    this.result = result
  }
}

/** Runs `work` with a database whose every change is rolled back at the end. */
export async function rehearse<T>(
  db: Database,
  work: (rehearsed: Database) => Promise<T>,
): Promise<T> {
  try {
    return await runOnce(db, async (tx) => {
      const prisma = withinOne(tx)
      joinTransactions(prisma)
      throw new RolledBack(await work({ ...db, pool: queryingIn(tx, db.pool), prisma }))
    })
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T
    throw error
  }
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
  return new Proxy(pool, {
    get(target, name) {
      if (name === 'query') return query
      const found: unknown = Reflect.get(target, name, target)
      return typeof found === 'function' ? (found.bind(target) as unknown) : found
    },
  })
}

/** A client that has no transactions of its own. */
function withinOne(tx: Transaction): Database['prisma'] {
  return new Proxy(tx, {}) as Database['prisma']
}
