// The worker: takes connected calendars that are due, reads them, and makes what they take the busy
// times of whoever they are of. When it dies, others take over as its leases run out; a reading
// that is done twice changes nothing the second time. What cannot be read keeps what it took.

import { replaceBusyWithin } from '../availability/busy-times.actions.ts'
import { systemViewer } from '../auth/viewer.ts'
import { newId } from '../db/id.ts'
import { poolReader, transactionReader, type Reader } from '../db/reader.ts'
import { transaction } from '../db/transaction.ts'
import { createLoop, type Loop } from '../events/loop.ts'
import { appendEvents } from '../events/outbox.ts'
import { entryId } from './feed-entries.ts'
import { inSlices } from './file.actions.ts'
import { busyCollector, type OutsideBusy } from './outside-busy.ts'
import type { OutsideEntry } from './outside.ts'
import { CalendarFault, type Contents, type FoundEntry } from './server.ts'
import type { Servers } from './servers.actions.ts'
import {
  calendarOf,
  claimSources,
  ownEntries,
  ownerOf,
  releaseSource,
  settleSource,
  type Booked,
  type LeasedSource,
  type Settlement,
  type SyncContext,
} from './source.data.ts'
import { readEvent } from './source.events.ts'
import { asksForNews, nextReading, readingWindow } from './source.ts'
import { markMissing, reviveWrites } from './write.data.ts'

type Options = {
  services: SyncContext
  servers: Servers
  most?: number
  pollMs?: number
  leaseMs?: number
}

export function createCalendarReader(options: Options): Loop {
  const { services, servers, most = 5, pollMs = 1_000, leaseMs = 120_000 } = options
  const { db, clock, log } = services
  const worker = newId()

  const readSome = async (stopped: AbortSignal): Promise<boolean> => {
    const now = clock.now()
    const claim = { worker, now, leasedUntil: now + leaseMs, most }
    const sources = await claimSources(poolReader(db), claim)
    await Promise.all(
      sources.map(async (source) => {
        const read = readSource(services, servers, source, stopped)
        const found = await read.catch((error: unknown) => {
          log.error({ err: error, calendarId: source.id }, 'a calendar could not be read')
          return new CalendarFault('The calendar could not be read.')
        })
        if (stopped.aborted) return releaseSource(poolReader(db), worker, source)
        const settled = await settle(services, worker, source, found)
        if (!settled)
          log.warn(
            { calendarId: source.id },
            'a calendar was read too late, or has changed meanwhile',
          )
      }),
    )
    return sources.length === most
  }

  return createLoop({
    work: readSome,
    onFault: (error) => log.warn({ err: error }, 'could not look for calendars; trying again'),
    pollMs,
    shortestPauseMs: 25,
  })
}

type Busy = OutsideBusy & {
  /** Bookings and sessions that stand there as they are. */
  intact: string[]
}
type Found =
  | { isNew: false }
  | (Omit<Contents, 'entries'> & { isNew: true; busy: Busy; since: number })

/** What the calendar says, or why that is not known. */
async function readSource(
  { db, clock }: SyncContext,
  servers: Servers,
  source: LeasedSource,
  stopped: AbortSignal,
): Promise<Found | CalendarFault> {
  const since = clock.now()
  try {
    const mark = asksForNews(since, source.readAt) ? source : null
    const server = servers({ ...source, sourceId: source.id }, stopped)
    const contents = await server.read(readingWindow(since), mark)
    if (contents === null) return { isNew: false }
    const { entries, ...marks } = contents
    const busy = await busyIn(poolReader(db), source, entries, since)
    return { ...marks, isNew: true, busy, since }
  } catch (error) {
    if (error instanceof CalendarFault) return error
    throw error
  }
}

async function busyIn(
  read: Reader,
  { accountId }: LeasedSource,
  entries: readonly FoundEntry[],
  now: number,
): Promise<Busy> {
  const collector = busyCollector(readingWindow(now))
  const ids = entries.flatMap(({ uid }) => entryId(uid) ?? [])
  const own = await ownEntries(read, accountId, [...new Set(ids)])
  const intact: string[] = []
  await inSlices(entries, (found) => {
    const entry = found.read()
    const id = entry && entryId(entry.uid)
    const booked = id === null ? undefined : own.get(id)
    // What was written there by us is no time that somebody else takes.
    if (!booked || !entry || !id) collector.add(entry)
    else if (isAsBooked(entry, booked)) intact.push(id)
  })
  await inSlices(collector.steps(), (step) => step())
  const busy = collector.finish()
  if (typeof busy === 'string') throw new CalendarFault(busy)
  return { ...busy, intact }
}

function isAsBooked({ start, length, isFree }: OutsideEntry, booked: Booked): boolean {
  return !isFree && start.at === booked.startsAt && start.at + length === booked.endsAt
}

/** Writes busy times, what came of it, and its event, together; false when the lease is lost. */
function settle(
  services: SyncContext,
  worker: string,
  source: LeasedSource,
  found: Found | CalendarFault,
): Promise<boolean> {
  const { db, clock } = services
  const ctx = { ...services, viewer: systemViewer([source.accountId]) }
  return transaction(db, async (tx) => {
    const now = clock.now()
    const settlement = settlementOf(source, found, now)
    const row = await settleSource(transactionReader(tx), worker, source, settlement)
    if (!row) return false
    let changed = false
    if (!(found instanceof CalendarFault) && found.isNew) {
      const told = { ...readingWindow(now), calendar: calendarOf(source), ...found.busy }
      const { added, removed } = await replaceBusyWithin(tx, ctx, ownerOf(source), told)
      changed = added + removed > 0
      if (source.writesBookings) {
        const seen = { intact: found.busy.intact, window: told, since: found.since }
        await markMissing(transactionReader(tx), source, seen, now)
      }
    }
    // It answers again: nobody has to wait for the time of the next try.
    if (source.lastError !== null && row.lastError === null) {
      await reviveWrites(transactionReader(tx), source, now)
    }
    const event = readEvent(source, row, changed)
    if (event) await appendEvents(tx, ctx, [event])
    return true
  })
}

function settlementOf(source: LeasedSource, found: Found | CalendarFault, now: number): Settlement {
  const { etag, lastModified, readAt, syncedAt, busyCount, unreadCount, kind } = source
  const { pausedAt, version } = source
  const kept = { etag, lastModified, readAt, busyCount, unreadCount, pausedAt, version }
  if (found instanceof CalendarFault) {
    const failureCount = source.failureCount + 1
    const { message, isRevoked, pauseMs } = found
    return {
      ...kept,
      syncedAt,
      nextSyncAt: new Date(Math.max(nextReading(now, failureCount, kind), now + pauseMs)),
      failingSince: source.failingSince ?? new Date(now),
      failureCount,
      lastError: message,
      ...(isRevoked && { pausedAt: new Date(now), version: version + 1 }),
    }
  }
  const well = {
    syncedAt: new Date(now),
    nextSyncAt: new Date(nextReading(now, 0, kind)),
    failingSince: null,
    failureCount: 0,
    lastError: null,
  }
  if (!found.isNew) return { ...kept, ...well }
  const { busy } = found
  const marks = { etag: found.etag, lastModified: found.lastModified }
  const counts = { busyCount: busy.periods.length, unreadCount: busy.unread }
  return { ...kept, ...marks, ...well, ...counts, readAt: new Date(now) }
}
