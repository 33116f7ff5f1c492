// A rehearsal: everything is done as ever, and then the database is as if nothing had been. What is
// rehearsed is seen by whoever asks the rehearsed database, through Prisma or on its pool.

import type { Database } from './client.ts'
import { beginAt, type Place } from './connection.ts'
import type { Transaction } from './transaction.ts'

const maxWaitMs = 2_000
const timeoutMs = 10_000

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
    const place: Place = { connection: null }
    const rehearsing = async (tx: Transaction) => {
      const pool = queryingAt(place, db.pool)
      throw new RolledBack(await work({ ...db, pool, prisma: withinOne(tx) }))
    }
    const options = { maxWait: maxWaitMs, timeout: timeoutMs }
    return await beginAt(place, () => db.prisma.$transaction(rehearsing, options))
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T
    throw error
  }
}

/** The pool, but for queries: those see what the transaction sees, one after the other. */
function queryingAt(place: Place, pool: Database['pool']): Database['pool'] {
  let last: Promise<unknown> = Promise.resolve()
  const query = (...args: unknown[]) => {
    const ask = () => {
      const on = place.connection ?? pool
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

/** A client whose transactions are all part of this one. */
function withinOne(tx: Transaction): Database['prisma'] {
  const nested = (work: (inner: Transaction) => Promise<unknown>) => work(tx)
  return new Proxy(tx, {
    get: (target, name) =>
      name === '$transaction' ? nested : (Reflect.get(target, name, target) as unknown),
  }) as Database['prisma']
}
