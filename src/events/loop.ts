// Work that is done again and again: soon after it is woken, and from time to time anyway. The
// times are the truth, waking only makes it quick. One run at a time; a fault ends no loop.

export type Loop = {
  start(): void
  wake(): void
  /** Ends after the run that is under way. */
  stop(): Promise<void>
}

type Options = {
  work: () => Promise<void>
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
  let stopped = false

  const run = () => {
    clearTimeout(timer)
    woken = false
    running = work()
      .catch(onFault)
      .then(() => {
        running = null
        if (!stopped) timer = setTimeout(run, woken ? shortestPauseMs : pollMs)
      })
  }

  return {
    start: () => {
      // Whoever woke it has begun it.
      if (!running) run()
    },
    wake: () => {
      if (stopped || woken) return
      woken = true
      if (running) return
      clearTimeout(timer)
      timer = setTimeout(run, shortestPauseMs)
    },
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
