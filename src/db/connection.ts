// The connection of a transaction, for hand-written SQL and for Prisma. Prisma begins and ends
// nothing: it is opened on the connection when it is first asked, because its machinery costs a
// multiple of a statement. Nobody gets hold of a connection whose transaction is over.

import { AsyncLocalStorage } from 'node:async_hooks'
import type { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import type { Prisma, PrismaClient } from '../generated/prisma/client.ts'

/** Where a transaction runs; null once it is over. */
export type Place = { connection: pg.PoolClient | null }

/** Asked for something in a transaction that is over. The code is the one that Prisma gives. */
export class TransactionOver extends Error {
  readonly code = 'P2028'
  constructor() {
    super('The transaction is over: it was committed, rolled back or took too long.')
  }
}

const current = new AsyncLocalStorage<Place>()

export type PrismaThere = {
  tx: Prisma.TransactionClient
  /** Ends Prisma's part, if it was asked for anything. */
  close(): Promise<void>
}

type Asked = Record<string, Record<string, (...args: unknown[]) => unknown>>

/** Prisma on the connection of this place. */
export function prismaAt(prisma: PrismaClient, place: Place, timeout: number): PrismaThere {
  let opened: Promise<Prisma.TransactionClient> | null = null
  let running: Promise<unknown> = Promise.resolve()
  const closing = Promise.withResolvers<void>()
  const open = async () => {
    if (!place.connection) throw new TransactionOver()
    opened ??= new Promise((resolve, reject) => {
      const hold = (tx: Prisma.TransactionClient) => {
        resolve(tx)
        return closing.promise
      }
      running = current.run(place, () => prisma.$transaction(hold, { timeout }))
      running.catch(reject)
    })
    return opened as unknown as Promise<Asked & Asked[string]>
  }
  const modelNamed = (model: string) =>
    new Proxy({} as Asked[string], {
      get:
        (_, method) =>
        async (...args: unknown[]) =>
          (await open())[model]?.[String(method)]?.(...args),
    })
  const models = new Map<string, Asked[string]>()
  const tx = new Proxy({} as Asked & Asked[string], {
    get(_, asked) {
      const name = String(asked)
      if (name === 'then') return undefined
      if (name.startsWith('$')) {
        return async (...args: unknown[]) => (await open())[name]?.(...args)
      }
      const model = models.get(name) ?? modelNamed(name)
      models.set(name, model)
      return model
    },
  })
  const close = async () => {
    closing.resolve()
    // Its commit is none; what went wrong in it was told to whoever asked.
    await running.catch(() => {})
  }
  return { tx: tx as unknown as Prisma.TransactionClient, close }
}

type Factory = Pick<PrismaPg, 'connect' | 'connectToShadowDb' | 'provider' | 'adapterName'>

/** The same adapter, whose transactions run at the place that Prisma is opened for. */
export function lendingConnections(factory: PrismaPg): Factory {
  const { provider, adapterName } = factory
  const connect = async () => {
    const adapter = await factory.connect()
    const { startTransaction } = adapter
    const startHere: typeof startTransaction = (level) => {
      const place = current.getStore()
      if (!place) return startTransaction.call(adapter, level)
      const client = { connect: () => Promise.resolve(lent(place)) }
      // The adapter takes the connections of its transactions from its field `client`.
      const there = Object.create(adapter, { client: { value: client } }) as typeof adapter
      return startTransaction.call(there, level)
    }
    adapter.startTransaction = startHere
    return adapter
  }
  return { provider, adapterName, connect, connectToShadowDb: () => factory.connectToShadowDb() }
}

const bounds = new Set(['BEGIN', 'COMMIT', 'ROLLBACK'])

/** A place's connection, but that it is neither begun, ended nor given back. */
function lent(place: Place) {
  const nothing = () => {}
  const query = async (statement: pg.QueryConfig) => {
    if (bounds.has(statement.text)) return { rows: [], fields: [], rowCount: 0 }
    if (!place.connection) throw new TransactionOver()
    return place.connection.query(statement)
  }
  return { query, on: nothing, removeListener: nothing, release: nothing }
}
