// Keeping a crowd from asking the database all at once: thousands of listeners come back together
// after a restart, and every event wakes them together. Knows nothing of events.

/** Runs at most `limit` of what it is given at a time; the others wait for their turn. */
export function inTurns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/**
 * Shares the runs of `read`: each caller gets the result of one that began after its call, and at
 * most one runs while one waits.
 */
export function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null
  let waiting: Promise<T> | null = null
  const start = (): Promise<T> => {
    const run = read().finally(() => {
      if (running === run) running = null
    })
    running = run
    return run
  }
  const startNext = () => {
    waiting = null
    return start()
  }
  return () => {
    if (!running) return start()
    waiting ??= running.then(startNext, startNext)
    return waiting
  }
}
