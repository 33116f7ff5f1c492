// What many want at the same moment, in this process: one reads for all, and one at a time writes.
// Whoever would only wait for a lock waits here, and keeps no connection from the others meanwhile.
// Nobody is answered by a reading that began before they asked. Knows no noun.

type Line = { reading: Promise<unknown>; next: Promise<unknown> | null }

const lines = new WeakMap<object, Map<string, Line>>()

/**
 * What `read` finds, read once for all who ask for the same key of `owner` while a reading of it is
 * under way: they wait for the next one. What is found is shared, so nobody may change it.
 */
export function readTogether<T>(owner: object, key: string, read: () => Promise<T>): Promise<T> {
  const own = ofOwner(lines, owner)
  const line = own.get(key)
  if (line) {
    const again = () => begin(own, key, read)
    line.next ??= line.reading.then(again, again)
    return line.next as Promise<T>
  }
  return begin(own, key, read)
}

function begin<T>(own: Map<string, Line>, key: string, read: () => Promise<T>): Promise<T> {
  const reading = read()
  const line: Line = { reading, next: null }
  own.set(key, line)
  const leave = () => {
    if (line.next === null) own.delete(key)
  }
  reading.then(leave, leave)
  return reading
}

const writers = new WeakMap<object, Map<string, Promise<void>>>()

/**
 * Does `write`, unless somebody is writing under this key of `owner`: then waits until that is over
 * and returns null, since it may have changed what the caller knows.
 */
export async function writeAlone<T>(
  owner: object,
  key: string,
  write: () => Promise<T>,
): Promise<{ done: T } | null> {
  const own = ofOwner(writers, owner)
  const rival = own.get(key)
  if (rival) return rival.then(() => null)
  const over = Promise.withResolvers<void>()
  own.set(key, over.promise)
  try {
    return { done: await write() }
  } finally {
    own.delete(key)
    over.resolve()
  }
}

const tails = new WeakMap<object, Map<string, Promise<void>>>()

/** Does `work` when all who asked before under this key of `owner` are done with theirs. */
export async function inLine<T>(owner: object, key: string, work: () => Promise<T>): Promise<T> {
  const own = ofOwner(tails, owner)
  const before = own.get(key)
  const over = Promise.withResolvers<void>()
  own.set(key, over.promise)
  await before
  try {
    return await work()
  } finally {
    if (own.get(key) === over.promise) own.delete(key)
    over.resolve()
  }
}

function ofOwner<T>(all: WeakMap<object, Map<string, T>>, owner: object): Map<string, T> {
  const own = all.get(owner) ?? new Map<string, T>()
  all.set(owner, own)
  return own
}
