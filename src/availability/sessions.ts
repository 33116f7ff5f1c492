// Offering and accepting seats in the sessions of a CLASS service: one check for both. Pure.

import type { Instant } from '../time/instant.ts'
import type { Zone } from '../time/zone.ts'
import { bookingWindow, refusedParty, refusedStart } from './booking-window.ts'
import type { BookingRules, BookingWindow, PartyRefusal, WindowRefusal } from './booking-window.ts'

/** `seatsTaken` counts heads of bookings that occupy and of live holds, and seats set aside. */
export type SessionSeats = {
  readonly startsAt: Instant
  readonly capacity: number
  readonly seatsTaken: number
  readonly cancelled?: boolean
}

export type SessionRefusal =
  | PartyRefusal
  | { readonly ok: false; readonly reason: 'CANCELLED' }
  | { readonly ok: false; readonly reason: 'STARTED'; readonly startsAt: Instant }
  | WindowRefusal
  | { readonly ok: false; readonly reason: 'NO_CAPACITY'; readonly seatsAvailable: number }

export type AcceptedSession = { readonly ok: true; readonly seatsAvailable: number }

/** The facts every session of one question shares. `zone` is the account's. */
export type SessionQuestion = {
  readonly rules: BookingRules
  readonly zone: Zone
  readonly now: Instant
  readonly partySize: number
}

/** Whether the party gets seats in the session now; `seatsAvailable` is counted before it does. */
export function checkSession(
  question: SessionQuestion,
  session: SessionSeats,
): AcceptedSession | SessionRefusal {
  const { rules, zone, now } = question
  return judge(question, bookingWindow(rules, zone, now), session)
}

/** The sessions that `checkSession` accepts, ascending by start; equal starts keep their order. */
export function listSessions<S extends SessionSeats>(
  question: SessionQuestion,
  sessions: readonly S[],
): S[] {
  const { rules, zone, now } = question
  const window = bookingWindow(rules, zone, now)
  return sessions
    .filter((session) => judge(question, window, session).ok)
    .toSorted((a, b) => a.startsAt - b.startsAt)
}

function judge(
  { rules, now, partySize }: SessionQuestion,
  window: BookingWindow,
  session: SessionSeats,
): AcceptedSession | SessionRefusal {
  const { startsAt } = session
  const party = refusedParty(rules, partySize)
  if (party !== null) return party
  if (session.cancelled === true) return { ok: false, reason: 'CANCELLED' }
  if (startsAt <= now) return { ok: false, reason: 'STARTED', startsAt }
  const outside = refusedStart(window, startsAt)
  if (outside !== null) return outside
  const seatsAvailable = Math.max(0, session.capacity - session.seatsTaken)
  if (seatsAvailable < partySize) return { ok: false, reason: 'NO_CAPACITY', seatsAvailable }
  return { ok: true, seatsAvailable }
}
