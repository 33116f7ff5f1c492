// Bookings in the calendar of whoever does them: the log says which entries changed, whichever node
// reads it, and a worker makes each stand there as it is now, or not at all. All of it can be
// done again: an entry has one name, and what stands there is looked at before it is replaced.

import { createHash } from 'node:crypto'
import { systemViewer } from '../auth/viewer.ts'
import { newId } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { poolReader, transactionReader } from '../db/reader.ts'
import { transaction } from '../db/transaction.ts'
import type { LoggedEvent } from '../events/event.ts'
import { createFollower, type Follower, type Following } from '../events/follower.ts'
import { createLoop } from '../events/loop.ts'
import { appendEvents } from '../events/outbox.ts'
import { nextTry } from '../time/next-try.ts'
import { feedEntry, type FeedFact } from './feed-entries.ts'
import { shownScopes } from './feed.ts'
import { CalendarFault, type OwnEntry } from './server.ts'
import type { Servers } from './servers.actions.ts'
import type { SyncContext } from './source.data.ts'
import { entryEvent, writingEvent } from './source.events.ts'
import {
  claimWrites,
  factsOf,
  holdBack,
  markingEntries,
  settleWrite,
  type Entry,
  type LeasedWrite,
  type Written,
} from './write.data.ts'

type Marking = Pick<Following, 'db' | 'clock' | 'log' | 'pollMs'> & { onAdded: () => void }

/** From the log to entries that have to be looked after. */
export function createCalendarMarker({ onAdded, ...options }: Marking): Follower {
  return createFollower({
    ...options,
    name: 'calendars',
    onWritten: onAdded,
    written: async (_read, events) => {
      const entries = entriesOf(events)
      return entries.length > 0 ? [markingEntries(entries, options.clock.now())] : []
    },
  })
}

/** Seats of a session stand there as the session, once. */
function entriesOf(events: readonly LoggedEvent[]): Entry[] {
  const entries = events.flatMap(({ accountId, subjectType, subjectId, about }) => {
    if (subjectType === 'Session') return [{ accountId, entryId: subjectId }]
    return subjectType === 'Booking' ? [{ accountId, entryId: about.sessionId ?? subjectId }] : []
  })
  return [...new Map(entries.map((entry) => [entry.entryId, entry])).values()]
}

type Options = {
  services: SyncContext
  servers: Servers
  most?: number
  pollMs?: number
  leaseMs?: number
}

export function createCalendarWriter(options: Options) {
  const { services, servers, most = 10, pollMs = 1_000, leaseMs = 120_000 } = options
  const { db, clock, log } = services
  const worker = newId()

  const writeSome = async (stopped: AbortSignal): Promise<boolean> => {
    const now = clock.now()
    const claim = { worker, now, leasedUntil: now + leaseMs, most }
    const leased = await claimWrites(poolReader(db), claim)
    if (leased.length === 0) return false
    const facts = await factsOf(poolReader(db), leased)
    await Promise.all(
      leased.map(async (write) => {
        const fact = facts.get(write.entryId)
        const written = await look(services, servers, write, fact, stopped)
        // Whoever takes over when the lease has run out finds what was done.
        if (stopped.aborted && written.error !== null) return
        await settle(services, worker, { write, fact }, written)
      }),
    )
    return leased.length === most
  }

  return createLoop({
    work: writeSome,
    onFault: (error) => log.warn({ err: error }, 'could not write into calendars; trying again'),
    pollMs,
    shortestPauseMs: 25,
  })
}

/** Makes an entry stand there as it is now, or not at all. */
async function look(
  { clock, log }: SyncContext,
  servers: Servers,
  write: LeasedWrite,
  fact: FeedFact | undefined,
  stopped: AbortSignal,
): Promise<Written> {
  const { etag, contentHash, entryId } = write
  const well = { error: null, nextAt: null, isSilent: false, isRevoked: false, done: null }
  let entry: OwnEntry | null = null
  try {
    entry = entryOf(write, fact)
    if (entry === null && etag === null) return { etag, contentHash: null, ...well }
    const hash = entry && hashOf(entry)
    if (hash && contentHash && Buffer.from(hash).equals(contentHash)) {
      return { etag, contentHash: hash, ...well }
    }
    const server = servers(write, stopped)
    if (entry) {
      const tag = await server.put(entry, etag, write.wanted)
      return { ...well, etag: tag, contentHash: hash, done: 'WRITTEN' }
    }
    await server.remove(entryId, etag)
    return { ...well, etag: null, contentHash: null, done: 'REMOVED' }
  } catch (error) {
    if (!(error instanceof CalendarFault)) {
      log.error({ err: error, calendarId: write.sourceId }, 'an entry could not be written')
    }
    const isKnown = error instanceof CalendarFault
    const fault = isKnown ? error : new CalendarFault('It could not be written.')
    const { message, isSilence: isSilent, isRevoked, pauseMs } = fault
    const now = clock.now()
    const next = nextTry(now, write.attempts + 1)
    const nextAt = next && Math.max(next, now + pauseMs)
    // What was sent may stand there, whatever became of the answer.
    const standing = entry === null ? etag : (etag ?? '')
    const failed = { error: message, nextAt, isSilent, isRevoked, done: null }
    return { etag: standing, contentHash: null, ...failed }
  }
}

/** What has to stand there; null when nothing has to, or may any more. */
function entryOf(write: LeasedWrite, fact: FeedFact | undefined): OwnEntry | null {
  const { source, role, accountName, timeZone, isTheirs } = write
  if (!fact || !isTheirs || !source.writesBookings || role === null) return null
  const scopes = shownScopes('StaffMember', source.scopes, role)
  if (!scopes) return null
  const shown = feedEntry(fact, { model: 'StaffMember', accountName, scopes })
  return shown.status === 'CANCELLED' ? null : { id: fact.id, shown, timeZone }
}

function hashOf(entry: OwnEntry): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(JSON.stringify(entry)).digest())
}

/** Writes down what came of it, and tells of it. */
async function settle(
  services: SyncContext,
  worker: string,
  { write, fact }: { write: LeasedWrite; fact: FeedFact | undefined },
  written: Written,
): Promise<void> {
  const { accountId, sourceId: id } = write
  const { error, nextAt, isSilent, isRevoked, done } = written
  const now = services.clock.now()
  await transaction(services.db, async (tx) => {
    // First the calendar, then its entries, as whoever deletes it goes.
    await lockRow(tx, 'CalendarSource', { accountId, id })
    const read = transactionReader(tx)
    if (!(await settleWrite(read, worker, write, written, now))) return
    if (isSilent && nextAt !== null) await holdBack(read, write, nextAt)
    const where = { accountId_id: { accountId, id } }
    const select = { writeError: true, pausedAt: true, version: true }
    const before = await tx.calendarSource.findUnique({ where, select })
    if (!before) return
    const pauses = isRevoked && before.pausedAt === null
    const after = {
      writeError: error,
      pausedAt: pauses ? new Date(now) : before.pausedAt,
      version: before.version + (pauses ? 1 : 0),
    }
    const isGivenUp = error !== null && nextAt === null
    const differs = before.writeError !== error || pauses
    // A server may come back to the mark that it had before we wrote: the next reading is whole.
    const marks = written.etag === write.etag ? {} : { etag: null }
    const data = { ...marks, ...(differs && after) }
    if (Object.keys(data).length > 0) await tx.calendarSource.update({ where, data })
    const { version } = after
    await appendEvents(tx, { ...services, viewer: systemViewer([accountId]) }, [
      ...(done ? [entryEvent(write, fact?.kind ?? null, done === 'WRITTEN', version)] : []),
      ...(differs || isGivenUp ? [writingEvent(write, before, after, isGivenUp)] : []),
    ])
  })
}
