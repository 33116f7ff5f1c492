// From the log to deliveries: every event becomes one delivery for each endpoint that wants it,
// once, whichever node reads it. The place in the log moves in the statement that adds them. It is
// woken by new events and polls anyway: the poll is the truth.

import type { Logger } from 'pino'
import { newId } from '../db/id.ts'
import { poolReader, type Reader } from '../db/reader.ts'
import type { EventCursor } from '../events/cursor.ts'
import { logPosition, readLog, type LogPage } from '../events/log.data.ts'
import type { Clock } from '../time/clock.ts'
import { addAndMove, placeOfReader, type NewDelivery } from './delivery.data.ts'
import { endpointsFor } from './endpoint.data.ts'
import { wants } from './endpoint.ts'
import { createLoop } from './loop.ts'

export type Dispatcher = {
  start(): Promise<void>
  /** There is something new in the log. */
  wake(): void
  /** Ends after what is being read. */
  stop(): Promise<void>
}

type Options = {
  db: Parameters<typeof poolReader>[0]
  clock: Clock
  log: Logger
  /** Deliveries were added. */
  onAdded: () => void
  pollMs?: number
  batchSize?: number
}

const readerName = 'webhooks'
const shortestPauseMs = 25
/** What concerns nobody moves the stored place only so often. */
const storeMs = 5_000

export function createDispatcher(options: Options): Dispatcher {
  const reader = createLogReader(options)
  let stopped = false
  const loop = createLoop({
    work: async () => {
      while (!stopped && (await reader.readOn()));
    },
    onFault: (error) =>
      options.log.warn({ err: error }, 'could not read what webhooks tell of; trying again'),
    pollMs: options.pollMs ?? 1_000,
    shortestPauseMs,
  })
  return {
    start: async () => {
      await reader.start()
      loop.start()
    },
    wake: loop.wake,
    stop: async () => {
      stopped = true
      await loop.stop()
    },
  }
}

function createLogReader({ db, clock, onAdded, batchSize = 500 }: Options) {
  const read = poolReader(db)
  let stored: EventCursor = { xid: 0n, seq: 0n }
  /** Not before `stored`: what lies between concerns nobody. */
  let position = stored
  let storedAt = performance.now()

  const reload = async () => {
    stored = await placeOfReader(read, readerName, await logPosition(db.pool))
    position = stored
    storedAt = performance.now()
  }

  return {
    start: reload,
    /** Reads one page; true when there is more. */
    readOn: async (): Promise<boolean> => {
      const page = await readLog(db.pool, position, batchSize)
      const rows = await deliveriesOf(read, page)
      if (rows.length > 0 || (page.events.length > 0 && performance.now() - storedAt > storeMs)) {
        const reader = { name: readerName, from: stored, to: page.position }
        if (!(await addAndMove(read, reader, rows, clock.now()))) {
          // Another node was first; go on from where it is.
          await reload()
          return true
        }
        stored = page.position
        storedAt = performance.now()
        if (rows.length > 0) onAdded()
      }
      position = page.position
      return page.full
    },
  }
}

async function deliveriesOf(read: Reader, { events }: LogPage): Promise<NewDelivery[]> {
  if (events.length === 0) return []
  const accountIds = [...new Set(events.map(({ accountId }) => accountId))]
  const endpoints = Map.groupBy(await endpointsFor(read, accountIds), ({ accountId }) => accountId)
  return events.flatMap((event) =>
    (endpoints.get(event.accountId) ?? [])
      .filter((endpoint) => wants(endpoint, event))
      .map((endpoint) => ({
        accountId: event.accountId,
        id: newId(),
        endpointId: endpoint.id,
        eventId: event.id,
        eventSeq: event.seq,
        eventType: event.type,
        subjectId: event.subjectId,
      })),
  )
}
