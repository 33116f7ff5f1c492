// What makes a connected calendar a legal one, when it is read, and for which times. Pure;
// sentences are public.

import { busyLimits, type BusyWindow } from '../availability/busy-times.ts'
import type { Issue } from '../errors.ts'
import { DAY, MINUTE, type Instant } from '../time/instant.ts'

export type Credentials = { username: string; password: string }

export type SourceTerms = {
  name: string
  url: string
  /** Null for none. */
  credentials: Credentials | null
  writesBookings: boolean
}

export type NewSource = SourceTerms & { kind: SourceKind; paused: boolean }

export const sourceLimits = { name: 200, perAccount: 1_000, credential: 500 }

/** Everything that is wrong with these terms; the address is checked for elsewhere. */
export function sourceIssues(
  { name, credentials, writesBookings }: Omit<SourceTerms, 'url'>,
  { kind, isPerson }: { kind: SourceKind; isPerson: boolean },
): Issue[] {
  const issues: Issue[] = []
  const wrong = (path: string, message: string) => void issues.push({ path: [path], message })
  if (name.trim() === '') wrong('name', 'A calendar needs a name.')
  if (name.length > sourceLimits.name) {
    wrong('name', `A name has at most ${sourceLimits.name} characters.`)
  }
  if (credentials && kind === 'ICS') {
    wrong('username', 'An iCalendar file is read without a user name: its address is the secret.')
  }
  const { username = '', password = '' } = credentials ?? {}
  if (/[:\p{Cc}]/u.test(username) || /\p{Cc}/u.test(password)) {
    wrong('username', 'A user name has no colon, and neither has control characters.')
  }
  if (username.length > sourceLimits.credential || password.length > sourceLimits.credential) {
    wrong('password', `Neither has more than ${sourceLimits.credential} characters.`)
  }
  if (writesBookings && kind === 'ICS') {
    wrong('writesBookings', 'An iCalendar file cannot be written; connect a CalDAV calendar.')
  }
  if (writesBookings && !isPerson) {
    wrong('writesBookings', 'Bookings are written into the calendar of a staff member only.')
  }
  return issues
}

/** A password is told to nobody but the server that it was given for. */
export function moveIssues(from: string, to: string): Issue[] {
  if (new URL(from).origin === new URL(to).origin) return []
  const message = 'At another server the user name and password have to be given anew.'
  return [{ path: ['password'], message }]
}

/** Calendar programs write "webcal:" where "https:" is meant. */
export function plainUrl(url: string): string {
  return url.trim().replace(/^webcals?:\/\//i, 'https://')
}

export type SourceKind = 'ICS' | 'CALDAV'

/** How often a calendar is read; a server is asked for one mark only. */
const everyMs: Record<SourceKind, number> = { ICS: 15 * MINUTE, CALDAV: MINUTE / 2 }
/** Waits after failures in a row; the last one goes on. */
const waits: readonly number[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE]
/** However often it says that nothing is new, so long after a whole reading there is another. */
const wholeEveryMs = DAY

export function nextReading(now: Instant, failures: number, kind: SourceKind): Instant {
  return now + (failures === 0 ? everyMs[kind] : waits[Math.min(failures, waits.length) - 1]!)
}

/** Whether it is enough to ask for what is new. */
export function asksForNews(now: Instant, readAt: Date | null): boolean {
  return readAt !== null && now - readAt.getTime() < wholeEveryMs
}

/** The times that are read: from yesterday on, and as far as busy times are told at once. */
export function readingWindow(now: Instant): BusyWindow {
  const from = now - DAY
  return { from, to: from + busyLimits.windowDays * DAY }
}
