// The connection under a Prisma transaction, so that hand-written SQL runs inside it without
// Prisma's machinery, which costs a multiple of the statement. Nobody gets hold of a connection
// whose transaction is over: what is still running then is told so by Prisma.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'

/** Where a transaction runs; null before it began and once it is over. */
export type Place = { connection: pg.ClientBase | null }

const current = new AsyncLocalStorage<Place>()

/** Begins a transaction by `begin`, and notes its connection in `place`. */
export function beginAt<T>(place: Place, begin: () => Promise<T>): Promise<T> {
  return current.run(place, begin)
}

type Factory = Pick<PrismaPg, 'connect' | 'connectToShadowDb' | 'provider' | 'adapterName'>

/** The same adapter, which tells `beginAt` on which connection a transaction runs. */
export function tellingConnections(factory: PrismaPg): Factory {
  const { provider, adapterName } = factory
  const connect = async () => {
    const adapter = await factory.connect()
    const start = adapter.startTransaction.bind(adapter)
    adapter.startTransaction = async (level) => {
      const transaction = await start(level)
      const place = current.getStore()
      if (place) follow(transaction, place)
      return transaction
    }
    return adapter
  }
  return { provider, adapterName, connect, connectToShadowDb: () => factory.connectToShadowDb() }
}

type Started = Awaited<ReturnType<Awaited<ReturnType<PrismaPg['connect']>>['startTransaction']>>

function follow(transaction: Started, place: Place): void {
  place.connection = (transaction as unknown as { client: pg.ClientBase }).client
  // Prisma ends a transaction by these statements, also when its time ran out while we still work.
  const executeRaw = transaction.executeRaw.bind(transaction)
  transaction.executeRaw = (query) => {
    if (query.sql === 'COMMIT' || query.sql === 'ROLLBACK') place.connection = null
    return executeRaw(query)
  }
  const rollback = transaction.rollback.bind(transaction)
  transaction.rollback = () => {
    place.connection = null
    return rollback()
  }
}
