// The stretch of time that the demo lives through: it begins some weeks ago and ends at the last
// midnight (UTC), so that all of it follows from today's date. Actions are called with its clock.

import { systemViewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Database } from '../db/client.ts'
import { DAY, type Instant } from '../time/instant.ts'
import type { Logger } from 'pino'

export type Past = {
  db: Database
  log: Logger
  /** Local day number of every business' today, give or take the one that zones make. */
  today: number
  /** The first day with bookings. */
  firstDay: number
  begins: Instant
  ends: Instant
  /** What an action needs to be done in this account at this time. */
  at(accountId: string, now: Instant): ActionContext
}

const weeksOfBookings = 3
/**
 * Customers and bookings come before the first visit; all of it is younger than events are kept.
 */
const daysBefore = 7

export function pastUntil(
  now: Instant,
  { db, log, signal }: { db: Database; log: Logger; signal?: AbortSignal | undefined },
): Past {
  const today = Math.floor(now / DAY)
  const firstDay = today - weeksOfBookings * 7
  return {
    db,
    log,
    today,
    firstDay,
    begins: (firstDay - daysBefore) * DAY,
    ends: today * DAY,
    at(accountId, now) {
      signal?.throwIfAborted()
      const viewer = { ...systemViewer([accountId]), name: 'Front desk' }
      return { viewer, db, clock: { now: () => now }, log }
    },
  }
}
