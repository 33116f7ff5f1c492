// Batched reads by key, one set per context: however many rows name a service, one statement
// fetches the services. Reach is not asked here: keys come from rows that were within reach, or
// from ids that the caller of the loader has checked.

import DataLoader from 'dataloader'
import type { Database } from '../db/client.ts'
import type PrismaTypes from '../generated/pothos.ts'
import type { Key } from '../db/id.ts'
import { readSelected, type Selection } from '../db/selection.ts'
import { run } from '../db/statement.ts'
import { batched } from './batches.ts'
import { Prisma } from '../generated/prisma/client.ts'

export type LoadedModel =
  | 'Account'
  | 'Service'
  | 'StaffMember'
  | 'Resource'
  | 'Session'
  | 'Customer'
  | 'Booking'
  | 'Hold'
  | 'WaitlistEntry'
  | 'Block'
  | 'SeatBlock'
  | 'BusyTime'
  | 'AvailabilityException'
  | 'BookingLink'
  | 'Series'
  | 'Payment'
  | 'Checkout'
  | 'ApiKey'
  | 'AuditEntry'
  | 'Installation'
  | 'WebhookEndpoint'
  | 'WebhookDelivery'
  | 'CalendarFeed'
  | 'CalendarSource'
  | 'CalendarWrite'
  | 'Membership'
  | 'Notice'
  | 'NoticeTemplate'
  | 'Invitation'

export type Row<M extends LoadedModel> = PrismaTypes[M]['Shape']

export type Loaders = <M extends LoadedModel>(model: M, key: Key) => Promise<Row<M> | null>

/** A fresh set of loaders; never share one between two requests or two delivered events. */
export function createLoaders(db: Database): Loaders {
  const loaders = new Map<LoadedModel, DataLoader<Key, { id: string } | null, string>>()
  return <M extends LoadedModel>(model: M, key: Key) => {
    let loader = loaders.get(model)
    if (!loader) {
      loader = new DataLoader((keys) => loadRows(db, model, keys), {
        cacheKeyFn: textOf,
        maxBatchSize: 1000,
      })
      loaders.set(model, loader)
    }
    return loader.load(key) as Promise<Row<M> | null>
  }
}

async function loadRows(db: Database, model: LoadedModel, keys: readonly Key[]) {
  // The pool directly: Prisma gives the same rows for several times the processor time.
  const account = Prisma.raw(model === 'Account' ? 'r."id"' : 'r."accountId"')
  const rows = await run<{ id: string; accountId?: string }>(
    db.pool,
    Prisma.sql`
      SELECT r.* FROM unnest(${keys.map(({ accountId }) => accountId)}::uuid[],
          ${keys.map(({ id }) => id)}::uuid[]) u("accountId", "id")
        JOIN ${Prisma.raw(`"${model}"`)} r ON ${account} = u."accountId" AND r."id" = u."id"`,
  )
  // A forged id can join one account with another's row: both parts must match.
  const byKey = new Map(
    rows.map((row) => [textOf({ accountId: row.accountId ?? row.id, id: row.id }), row]),
  )
  return keys.map((key) => byKey.get(textOf(key)) ?? null)
}

/** A row with what is selected of it; those of one request are read together. */
export function loadSelected<M extends LoadedModel>(
  ctx: { db: Database; load: Loaders },
  model: M,
  key: Key,
  selection: Selection | undefined,
): Promise<Row<M> | null> {
  if (!selection) return ctx.load(model, key)
  return batched(ctx, `${model} ${selection.name}`, key, async (keys) => {
    const rows = await readSelected<Row<M>>(ctx.db.pool, model, keys, selection)
    return keys.map((each) => rows.get(textOf(each)) ?? null)
  })
}

const textOf = ({ accountId, id }: Key) => accountId + id
