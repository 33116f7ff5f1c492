// A transaction that is run again when only the moment was wrong (deadlock, write conflict).
// What runs inside must be safe to run again: no effect outside the database before the commit.
import type { Prisma } from '../generated/prisma/client.ts'
import type { Database } from './client.ts'
import { beginAt, type Place } from './connection.ts'
import { databaseFailure } from './failure.ts'

/** What data functions take as their first argument. */
export type Transaction = Prisma.TransactionClient

const ATTEMPTS = 3
const MAX_WAIT_MS = 2_000
const TIMEOUT_MS = 10_000
const PAUSE_MS = 40

const places = new WeakMap<Transaction, Place>()

/** The connection of a running transaction, if it is known. */
export function connectionOf(tx: Transaction) {
  return places.get(tx)?.connection ?? null
}

const effects = new WeakMap<Transaction, (() => void)[]>()

/** Has this done once the transaction is committed, and not at all when it is rolled back. */
export function afterCommit(tx: Transaction, effect: () => void): void {
  const planned = effects.get(tx)
  if (planned) planned.push(effect)
  else effects.set(tx, [effect])
}

/** Runs `work` as one READ COMMITTED transaction and returns what it returns. */
export async function transaction<T>(
  db: Pick<Database, 'prisma'>,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // The level is set on the connection; naming it here would cost a round trip.
      const place: Place = { connection: null }
      let begunAs: Transaction | undefined
      const begun = (tx: Transaction) => {
        begunAs = tx
        places.set(tx, place)
        return work(tx)
      }
      const options = { maxWait: MAX_WAIT_MS, timeout: TIMEOUT_MS }
      const done = await beginAt(place, () => db.prisma.$transaction(begun, options))
      for (const effect of (begunAs && effects.get(begunAs)) ?? []) effect()
      return done
    } catch (error) {
      if (attempt === ATTEMPTS || databaseFailure(error).kind !== 'RETRY') throw error
      // Those who met must not meet again.
      const pauseMs = Math.random() * PAUSE_MS * attempt
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}
