// Batched reads by key, one set per context: however many rows name a service, one statement
// fetches the services. Reach is not asked here: keys come from rows that were within reach, or
// from ids that the caller of the loader has checked.

import DataLoader from 'dataloader'
import type { Database } from '../db/client.ts'
import type PrismaTypes from '../generated/pothos.ts'
import type { Key } from '../db/id.ts'

export type LoadedModel =
  | 'Account'
  | 'Service'
  | 'StaffMember'
  | 'Resource'
  | 'Session'
  | 'Customer'
  | 'Booking'
  | 'Hold'
  | 'Block'
  | 'AvailabilityException'
  | 'BookingLink'
  | 'Series'
  | 'Payment'

export type Row<M extends LoadedModel> = PrismaTypes[M]['Shape']

export type Loaders = <M extends LoadedModel>(model: M, key: Key) => Promise<Row<M> | null>

type Finder = {
  findMany(args: { where: object }): Promise<{ id: string; accountId?: string }[]>
}

/** A fresh set of loaders; never share one between two requests or two delivered events. */
export function createLoaders(db: Database): Loaders {
  const loaders = new Map<LoadedModel, DataLoader<Key, { id: string } | null, string>>()
  return <M extends LoadedModel>(model: M, key: Key) => {
    let loader = loaders.get(model)
    if (!loader) {
      loader = new DataLoader((keys) => loadRows(db, model, keys), {
        cacheKeyFn: ({ id }) => id,
        maxBatchSize: 1000,
      })
      loaders.set(model, loader)
    }
    return loader.load(key) as Promise<Row<M> | null>
  }
}

async function loadRows(db: Database, model: LoadedModel, keys: readonly Key[]) {
  const property = (model[0] ?? '').toLowerCase() + model.slice(1)
  const finder = db.prisma[property as 'account'] as unknown as Finder
  const id = { in: keys.map((key) => key.id) }
  const accountId = { in: [...new Set(keys.map((key) => key.accountId))] }
  const rows = await finder.findMany({ where: model === 'Account' ? { id } : { accountId, id } })
  const byId = new Map(rows.map((row) => [row.id, row]))
  // A forged id can join one account with another's row: both parts must match.
  return keys.map((key) => {
    const row = byId.get(key.id)
    return row && (row.accountId ?? row.id) === key.accountId ? row : null
  })
}
