// A rehearsal: everything is done as ever, and then the database is as if nothing had been. Reads
// on the pool do not see what is being rehearsed; reads and writes through Prisma do.

import type { Database } from './client.ts'
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
    return await db.prisma.$transaction(
      async (tx) => {
        throw new RolledBack(await work({ ...db, prisma: withinOne(tx) }))
      },
      { maxWait: maxWaitMs, timeout: timeoutMs },
    )
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T
    throw error
  }
}

/** A client whose transactions are all part of this one. */
function withinOne(tx: Transaction): Database['prisma'] {
  const nested = (work: (inner: Transaction) => Promise<unknown>) => work(tx)
  return new Proxy(tx, {
    get: (target, name) =>
      name === '$transaction' ? nested : (Reflect.get(target, name, target) as unknown),
  }) as Database['prisma']
}
