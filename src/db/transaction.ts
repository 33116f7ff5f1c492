// A transaction that is run again when only the moment was wrong (deadlock, write conflict, a lost
// race), and never when it may have been committed: a connection that broke says nothing of that.
// What runs inside must be safe to run again: no effect outside the database before the commit.
import type { PoolClient } from 'pg'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Database } from './client.ts'
import { prismaAt, TransactionOver, type Place } from './connection.ts'
import { runsAtMost } from './failure.ts'

/** What data functions take as their first argument. */
export type Transaction = Prisma.TransactionClient

type Databases = Pick<Database, 'pool' | 'prisma'>

const TIMEOUT_MS = 10_000
const PAUSE_MS = 40

const places = new WeakMap<Transaction, Place>()

/** The connection of a running transaction, if it is known. */
export function connectionOf(tx: Transaction): PoolClient | null {
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
  db: Databases,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const outer = outers.get(db.prisma)
  // Who stands within another one cannot run again alone.
  if (outer) return within(db.prisma, outer, work)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await runOnce(db, work)
    } catch (error) {
      if (attempt >= runsAtMost(error)) throw error
      // Those who met must not meet again.
      const pauseMs = Math.random() * PAUSE_MS * attempt
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

const outers = new WeakMap<Transaction, Transaction>()

/** Makes every transaction of a client that stands within `outer` a part of that. */
export function joinTransactions(prisma: Database['prisma'], outer: Transaction): void {
  outers.set(prisma, outer)
}

async function within<T>(
  tx: Transaction,
  outer: Transaction,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  const done = await work(tx)
  // What is done only once it is committed is done when all of it is.
  for (const effect of effects.get(tx) ?? []) afterCommit(outer, effect)
  effects.delete(tx)
  return done
}

function haveEffect(tx: Transaction): void {
  const planned = effects.get(tx) ?? []
  effects.delete(tx)
  for (const effect of planned) effect()
}

/** Runs `work` as a transaction once, whatever becomes of it. */
export async function runOnce<T>(db: Databases, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const connection = await db.pool.connect()
  const place: Place = { connection }
  const end = ending(connection, place)
  // What takes longer is rolled back at once, whatever it is still waiting for.
  const overdue = setTimeout(() => void end('ROLLBACK').catch(() => {}), TIMEOUT_MS)
  const prisma = prismaAt(db.prisma, place, TIMEOUT_MS)
  places.set(prisma.tx, place)
  try {
    // The level is set on the connection; naming it here would cost a round trip.
    await connection.query('BEGIN')
    const done = await work(prisma.tx)
    await prisma.close()
    await end('COMMIT')
    haveEffect(prisma.tx)
    return done
  } catch (error) {
    await prisma.close()
    // Why the work failed says more than that its connection is gone.
    await end('ROLLBACK').catch(() => {})
    throw error
  } finally {
    clearTimeout(overdue)
  }
}

/** Ends a transaction and gives its connection back; a broken one is not used again. */
function ending(connection: PoolClient, place: Place) {
  // Whoever waits for a statement is told of a broken connection there.
  const ignore = () => {}
  connection.on('error', ignore)
  return async (statement: 'COMMIT' | 'ROLLBACK'): Promise<void> => {
    if (!place.connection) throw new TransactionOver()
    place.connection = null
    let broken: Error | undefined
    try {
      const { command } = await connection.query(statement)
      // A transaction that a statement has failed in is rolled back, whatever is asked.
      if (command !== statement) throw new Error(`The transaction ended by ${command}.`)
    } catch (error) {
      broken = error as Error
      throw error
    } finally {
      connection.off('error', ignore)
      connection.release(broken)
    }
  }
}
