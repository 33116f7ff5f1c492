// Whoever makes something of every event, once, whichever node reads it: webhooks, notices, the
// waitlist. The place in the log moves in the statement that writes what the events mean. It is
// woken by new events and polls anyway: the poll is the truth.

import type { Logger } from 'pino'
import { poolReader, type Reader } from '../db/reader.ts'
import { createLoop } from './loop.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Clock } from '../time/clock.ts'
import type { EventCursor } from './cursor.ts'
import type { LoggedEvent } from './event.ts'
import { logPosition, readLog } from './log.data.ts'
import { placeOfReader, writeAndMove } from './reader-place.data.ts'

export type Follower = {
  start(): Promise<void>
  /** There is something new in the log. */
  wake(): void
  /** Ends after what is being read. */
  stop(): Promise<void>
}

export type Following = {
  /** Under which its place is kept; there is one place for all nodes. */
  name: string
  db: Parameters<typeof poolReader>[0]
  clock: Clock
  log: Logger
  /**
   * Statements that write what the events mean, and write nothing unless
   * `EXISTS (SELECT FROM moved)`; none when they mean nothing. None sees what another writes.
   */
  written: (read: Reader, events: readonly LoggedEvent[]) => Promise<Prisma.Sql[]>
  /** Something was written. */
  onWritten: () => void
  pollMs?: number
  batchSize?: number
}

const shortestPauseMs = 25
/** What concerns nobody moves the stored place only so often. */
const storeMs = 5_000

export function createFollower(options: Following): Follower {
  const reader = createLogReader(options)
  const loop = createLoop({
    work: reader.readOn,
    onFault: (error) =>
      options.log.warn(
        { err: error, reader: options.name },
        'could not read on in the event log; trying again',
      ),
    pollMs: options.pollMs ?? 1_000,
    shortestPauseMs,
  })
  return {
    start: async () => {
      await reader.start()
      loop.start()
    },
    wake: loop.wake,
    stop: loop.stop,
  }
}

function createLogReader({ name, db, clock, written, onWritten, batchSize = 500 }: Following) {
  const read = poolReader(db)
  let stored: EventCursor = { xid: 0n, seq: 0n }
  /** Not before `stored`: what lies between concerns nobody. */
  let position = stored
  let storedAt = performance.now()

  const reload = async () => {
    stored = await placeOfReader(read, name, await logPosition(db.pool))
    position = stored
    storedAt = performance.now()
  }

  return {
    start: reload,
    /** Reads one page; true when there is more. */
    readOn: async (): Promise<boolean> => {
      const page = await readLog(db.pool, position, batchSize)
      const statements = page.events.length > 0 ? await written(read, page.events) : []
      const means = statements.length > 0
      if (means || (page.events.length > 0 && performance.now() - storedAt > storeMs)) {
        const reader = { name, from: stored, to: page.position }
        if (!(await writeAndMove(read, reader, statements, clock.now()))) {
          // Another node was first; go on from where it is.
          await reload()
          return true
        }
        stored = page.position
        storedAt = performance.now()
        if (means) onWritten()
      }
      position = page.position
      return page.full
    },
  }
}
