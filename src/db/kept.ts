// What is kept in memory because it may be wanted again, bounded by its size: beyond it the longest
// unused is forgotten. Knows no noun.

export type Kept<K, V> = {
  get(key: K): V | null
  /** Keeps it as the last used; sizes are in the unit of the bound. */
  keep(key: K, value: V, size: number): void
}

export function createKept<K, V>(maxSize: number): Kept<K, V> {
  const all = new Map<K, { value: V; size: number }>()
  let total = 0
  const forget = (key: K) => {
    total -= all.get(key)?.size ?? 0
    all.delete(key)
  }
  return {
    get: (key) => all.get(key)?.value ?? null,
    keep: (key, value, size) => {
      forget(key)
      all.set(key, { value, size })
      total += size
      for (const oldest of all.keys()) {
        if (total <= maxSize) break
        forget(oldest)
      }
    },
  }
}
