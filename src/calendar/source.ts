// What makes a connected calendar a legal one, when it is read, and for which times. Pure;
// sentences are public.

import { busyLimits, type BusyWindow } from '../availability/busy-times.ts'
import type { Issue } from '../errors.ts'
import { DAY, MINUTE, type Instant } from '../time/instant.ts'

export type SourceTerms = { name: string; url: string }

export type NewSource = SourceTerms & { paused: boolean }

export const sourceLimits = { name: 200, perAccount: 1_000 }

/** Everything that is wrong with a name; the address is checked for elsewhere. */
export function sourceIssues({ name }: Pick<SourceTerms, 'name'>): Issue[] {
  const path = ['name']
  if (name.trim() === '') return [{ path, message: 'A calendar needs a name.' }]
  if (name.length <= sourceLimits.name) return []
  return [{ path, message: `A name has at most ${sourceLimits.name} characters.` }]
}

/** Calendar programs write "webcal:" where "https:" is meant. */
export function plainUrl(url: string): string {
  return url.trim().replace(/^webcals?:\/\//i, 'https://')
}

/** How often a calendar is read. */
const everyMs = 15 * MINUTE
/** Waits after failures in a row; the last one goes on. */
const waits: readonly number[] = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE]
/** However often it says that nothing is new, so long after a whole reading there is another. */
const wholeEveryMs = DAY

export function nextReading(now: Instant, failures: number): Instant {
  if (failures === 0) return now + everyMs
  return now + (waits[Math.min(failures, waits.length) - 1] ?? everyMs)
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
