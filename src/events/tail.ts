// The tail of the log: one reader per process that hands every new event on, once and in order. It
// is woken by commits and polls anyway: the poll is the truth, the wake-up only makes it quick.

import type { Pool } from 'pg'
import type { Logger } from 'pino'
import type { EventCursor } from './cursor.ts'
import { logPosition, readLog, type LogPage, type ReadEvent } from './log.data.ts'
import { listenForEvents, type WakeUp } from './wake-up.ts'

export type TailHealth = {
  /** Milliseconds since the log was last read with success. */
  lastReadMs: number
  /** Milliseconds for which committed events have waited for an older transaction to end. */
  heldBackMs: number
  listening: boolean
}

export type EventTail = {
  /** Resolves when the place is known from which on every event is handed over. */
  start(): Promise<void>
  wake(): void
  health(): TailHealth
  stop(): Promise<void>
}

type Options = {
  pool: Pool
  log: Logger
  /** Gets every batch, in order; must not throw. */
  onEvents: (events: ReadEvent[]) => void
  pollMs?: number
  batchSize?: number
  /** Without it only the poll reads: for tests of the poll. */
  listen?: boolean
}

/** Reads that follow each other this fast cost little, and nobody waits longer for it. */
const shortestPauseMs = 3
const longestHeldPauseMs = 250

export function createEventTail(options: Options): EventTail {
  const { pool, log, pollMs = 1_000 } = options
  const reader = createReader(options)
  let wakeUp: WakeUp | undefined
  let timer: NodeJS.Timeout | undefined
  let reading: Promise<void> | null = null
  let woken = false
  let stopped = false

  const read = async (): Promise<number> => {
    try {
      woken = false
      return await reader.read(() => stopped)
    } catch (error) {
      log.warn({ err: error }, 'could not read the event log; trying again')
      return pollMs
    }
  }

  const run = () => {
    clearTimeout(timer)
    reading = read().then((pauseMs) => {
      reading = null
      if (!stopped) timer = setTimeout(run, woken ? shortestPauseMs : pauseMs)
    })
  }

  const wake = () => {
    if (stopped || woken) return
    woken = true
    if (reading) return
    clearTimeout(timer)
    const pauseMs = shortestPauseMs - reader.health().lastReadMs
    if (pauseMs <= 0) run()
    else timer = setTimeout(run, pauseMs)
  }

  return {
    start: async () => {
      await reader.start()
      if (options.listen ?? true) {
        const onTrouble = (error: Error) => log.warn({ err: error }, 'events are polled for now')
        wakeUp = listenForEvents({ pool, onWake: wake, onTrouble })
      }
      run()
    },
    wake,
    health: () => ({ ...reader.health(), listening: wakeUp?.connected() ?? false }),
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await wakeUp?.stop()
      await reading
    },
  }
}

/** Reads on from where it is, and says when to read again. */
function createReader({ pool, onEvents, pollMs = 1_000, batchSize = 500 }: Options) {
  let position: EventCursor = { xid: 0n, seq: 0n }
  let heldPauseMs = shortestPauseMs
  let lastReadAt = performance.now()
  let heldSince: number | null = null

  const take = (page: LogPage) => {
    lastReadAt = performance.now()
    position = page.position
    heldSince = page.pending ? (heldSince ?? lastReadAt) : null
    if (page.events.length > 0 || !page.pending) heldPauseMs = shortestPauseMs
    onEvents(page.events)
  }

  return {
    start: async () => {
      position = await logPosition(pool)
      lastReadAt = performance.now()
    },
    /** Returns how long to wait before the next read, in milliseconds. */
    read: async (isStopped: () => boolean): Promise<number> => {
      let page: LogPage
      do {
        page = await readLog(pool, position, batchSize)
        if (isStopped()) return 0
        take(page)
      } while (page.full)
      if (!page.pending) return pollMs
      // The transaction in front ends in a moment, mostly, and its end wakes nobody.
      heldPauseMs = Math.min(heldPauseMs * 2, longestHeldPauseMs, pollMs)
      return heldPauseMs
    },
    health: () => ({
      lastReadMs: performance.now() - lastReadAt,
      heldBackMs: heldSince === null ? 0 : performance.now() - heldSince,
    }),
  }
}
