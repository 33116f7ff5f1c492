// What makes a connected calendar a legal one, when it is read, and for which times. Pure;
// sentences are public.

import { busyLimits, type BusyWindow } from '../availability/busy-times.ts'
import type { Issue } from '../errors.ts'
import { DAY, MINUTE, type Instant } from '../time/instant.ts'
import { isOAuthKind, type OAuthKind } from './oauth.ts'
import type { Place } from './place.ts'

/** What a calendar's owner gave for it to be read. */
export type Credentials = { username: string; password: string } | { refreshToken: string }

export type SourceTerms = {
  name: string
  /** Null for none. */
  credentials: Credentials | null
  writesBookings: boolean
}

export type NewSource = SourceTerms & Place & { kind: SourceKind; paused: boolean }

export const sourceLimits = { name: 200, perAccount: 1_000, credential: 500, refreshToken: 8_192 }

/** Everything that is wrong with these terms; what says where it is, is checked elsewhere. */
export function sourceIssues(
  { name, credentials, writesBookings }: SourceTerms,
  { kind, isPerson, isNew }: { kind: SourceKind; isPerson: boolean; isNew: boolean },
): Issue[] {
  const issues: Issue[] = []
  const wrong = (path: string, message: string) => void issues.push({ path: [path], message })
  if (name.trim() === '') wrong('name', 'A calendar needs a name.')
  if (name.length > sourceLimits.name) {
    wrong('name', `A name has at most ${sourceLimits.name} characters.`)
  }
  if (credentials) issues.push(...credentialIssues(credentials, kind))
  else if (isNew && isOAuthKind(kind)) {
    wrong('refreshToken', 'A calendar of Google or Microsoft needs a refresh token of its owner.')
  }
  if (writesBookings && kind === 'ICS') {
    wrong(
      'writesBookings',
      'An iCalendar file cannot be written; connect a calendar of another kind.',
    )
  }
  if (writesBookings && !isPerson) {
    wrong('writesBookings', 'Bookings are written into the calendar of a staff member only.')
  }
  return issues
}

function credentialIssues(credentials: Credentials, kind: SourceKind): Issue[] {
  const issues: Issue[] = []
  const wrong = (path: string, message: string) => void issues.push({ path: [path], message })
  if ('refreshToken' in credentials) {
    const { refreshToken } = credentials
    if (!isOAuthKind(kind)) {
      wrong('refreshToken', 'Only a calendar of Google or Microsoft is read by a refresh token.')
    }
    if (!/^[\x21-\x7E]+$/.test(refreshToken) || refreshToken.length > sourceLimits.refreshToken) {
      const most = sourceLimits.refreshToken
      wrong('refreshToken', `A refresh token has 1 to ${most} visible characters of ASCII.`)
    }
    return issues
  }
  const { username, password } = credentials
  if (kind === 'ICS') {
    wrong('username', 'An iCalendar file is read without a user name: its address is the secret.')
  } else if (isOAuthKind(kind)) {
    wrong('username', 'A calendar of Google or Microsoft is read by a refresh token.')
  }
  if (/[:\p{Cc}]/u.test(username) || /\p{Cc}/u.test(password)) {
    wrong('username', 'A user name has no colon, and neither has control characters.')
  }
  if (username.length > sourceLimits.credential || password.length > sourceLimits.credential) {
    wrong('password', `Neither has more than ${sourceLimits.credential} characters.`)
  }
  return issues
}

export type SourceKind = 'ICS' | 'CALDAV' | OAuthKind

/** Seen where whoever gave the access took it back; the calendar is paused then. */
export const revokedSentence =
  'The access was taken back, or has run out; update the calendar with another refresh token.'

/** How often a calendar is read; a server is asked for one mark only. */
const everyMs: Record<SourceKind, number> = {
  ICS: 15 * MINUTE,
  CALDAV: MINUTE / 2,
  GOOGLE: MINUTE / 2,
  MICROSOFT: MINUTE / 2,
}
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
