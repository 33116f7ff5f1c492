// Work that is done again and again: soon after it is woken, and from time to time anyway. The
// times are the truth, waking only makes it quick. One run at a time; a fault ends no loop.

export type Loop = {
  start(): void
  wake(): void
  /** Ends after what is under way, however much is left. */
  stop(): Promise<void>
}

type Options = {
  /** True: there may be more, and it is done again at once. The signal says that it ends. */
  work: (stopped: AbortSignal) => Promise<boolean | void>
  onFault: (error: unknown) => void
  /** Between runs, when nobody wakes it. */
  pollMs: number
  /** Whoever wakes it more often gets more done by one run. */
  shortestPauseMs: number
}

export function createLoop({ work, onFault, pollMs, shortestPauseMs }: Options): Loop {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | null = null
  let woken = false
  const stopping = new AbortController()
  const { signal } = stopping

  const workOn = async (): Promise<void> => {
    while ((await work(signal)) === true && !signal.aborted);
  }

  const run = () => {
    clearTimeout(timer)
    woken = false
    running = workOn()
      .catch(onFault)
      .then(() => {
        running = null
        if (!signal.aborted) timer = setTimeout(run, woken ? shortestPauseMs : pollMs)
      })
  }

  return {
    start: () => {
      // Whoever woke it has begun it.
      if (!running && !signal.aborted) run()
    },
    wake: () => {
      if (signal.aborted || woken) return
      woken = true
      if (running) return
      clearTimeout(timer)
      timer = setTimeout(run, shortestPauseMs)
    },
    stop: async () => {
      stopping.abort()
      clearTimeout(timer)
      await running
    },
  }
}
