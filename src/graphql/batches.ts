// Batched reads of what hangs below rows: all rows of one request that ask for the same thing are
// answered by one read. One set per context, like the loaders of rows.

import DataLoader from 'dataloader'
import type { Key } from '../db/id.ts'

type Batch = DataLoader<Key, unknown, string>

const batches = new WeakMap<object, Map<string, Batch>>()

/**
 * What `read` says of this key. `name` identifies the read within a context: the first caller's
 * `read` answers for all. It is given each key once and gives one value per key, in their order.
 */
export function batched<Value>(
  ctx: object,
  name: string,
  key: Key,
  read: (keys: readonly Key[]) => Promise<Value[]>,
): Promise<Value> {
  let ofContext = batches.get(ctx)
  if (!ofContext) batches.set(ctx, (ofContext = new Map()))
  let batch = ofContext.get(name)
  if (!batch) {
    const cacheKeyFn = ({ accountId, id }: Key) => accountId + id
    batch = new DataLoader<Key, unknown, string>(read, { cacheKeyFn, maxBatchSize: 1000 })
    ofContext.set(name, batch)
  }
  return batch.load(key) as Promise<Value>
}

/** Forgets what was read: after a change, nothing read before it may answer. */
export function forgetBatches(ctx: object): void {
  batches.delete(ctx)
}
