// A queue between one giver and one taker, as an async iterator written by hand: an async generator
// cannot be ended while it waits for its next value. Knows nothing of events.

export type Handoff<T> = {
  give(value: T): void
  /** Values that were given and not yet taken. */
  waiting(): number
  /** Whether the taker waits for a value. */
  wanted(): boolean
  /** Whoever waits gets the error, else the next one to ask; what was not taken is dropped. */
  fail(error: unknown): void
  /** Ends at once; what was not taken is dropped. */
  end(): void
  next(): Promise<IteratorResult<T, undefined>>
}

/** `onEnd` is called once, when it ends for whichever reason. */
export function createHandoff<T>(onEnd: () => void): Handoff<T> {
  type Result = IteratorResult<T, undefined>
  type Taker = { resolve: (result: Result) => void; reject: (error: unknown) => void }

  const done: Result = { done: true, value: undefined }
  const takers: Taker[] = []
  let values: T[] = []
  let ended = false
  let fault: { error: unknown } | null = null

  const end = () => {
    if (ended) return
    ended = true
    values = []
    for (const { resolve } of takers.splice(0)) resolve(done)
    onEnd()
  }

  return {
    give: (value) => {
      if (ended) return
      const taker = takers.shift()
      if (taker) taker.resolve({ done: false, value })
      else values.push(value)
    },
    waiting: () => values.length,
    wanted: () => takers.length > 0,
    fail: (error) => {
      if (ended) return
      const taker = takers.shift()
      if (taker) taker.reject(error)
      else fault = { error }
      end()
    },
    end,
    next: () => {
      if (values.length > 0) return Promise.resolve({ done: false, value: values.shift() as T })
      if (fault) {
        const { error } = fault
        fault = null
        return Promise.reject(error)
      }
      if (ended) return Promise.resolve(done)
      return new Promise<Result>((resolve, reject) => takers.push({ resolve, reject }))
    },
  }
}
