// What weekly hours and exceptions may be given, and how wall times become minutes and back. Pure;
// sentences are public.

import type { Issue } from '../errors.ts'
import { minuteName, parseLocalTime } from '../time/local.ts'

const DAY_MINUTES = 1440
const mostIntervals = 200

/**
 * A weekly interval; an end at or before the start is on the next day. Days are local, since 1970.
 */
export type WeeklyInterval = {
  weekday: number
  startLocalTime: string
  endLocalTime: string
  validFrom: number | null
  validUntil: number | null
}

export type Minutes = { startMinute: number; endMinute: number }

/** Minutes from local midnight; null when a text is no wall time or the start is 24:00. */
export function minutesOf(startLocalTime: string, endLocalTime: string): Minutes | null {
  const startMinute = parseLocalTime(startLocalTime)
  const end = parseLocalTime(endLocalTime)
  if (startMinute === null || end === null || startMinute === DAY_MINUTES) return null
  return { startMinute, endMinute: end > startMinute ? end : end + DAY_MINUTES }
}

/** The wall time that a minute count means; 24:00 stays, later ones are those of the next day. */
export function localTimeOf(minute: number): string {
  return minuteName(minute > DAY_MINUTES ? minute - DAY_MINUTES : minute)
}

type Piece = Minutes & {
  index: number
  weekday: number
  validFrom: number
  validUntil: number
}

/** Everything that is wrong with the weekly hours of one owner; paths start at `hours`. */
export function weeklyIssues(intervals: readonly WeeklyInterval[]): Issue[] {
  if (intervals.length > mostIntervals) {
    return [{ path: ['hours'], message: `Weekly hours have at most ${mostIntervals} intervals.` }]
  }
  const issues = intervals.flatMap((interval, index) =>
    intervalIssues(interval).map(({ path, message }) => ({
      path: ['hours', String(index), ...path],
      message,
    })),
  )
  return issues.length > 0 ? issues : overlapIssues(intervals.flatMap(piecesOf))
}

function intervalIssues(interval: WeeklyInterval): Issue[] {
  const { weekday, startLocalTime, endLocalTime, validFrom, validUntil } = interval
  const issues: Issue[] = []
  if (!Number.isInteger(weekday) || weekday < 1 || weekday > 7) {
    const message = `${weekday} is no weekday: 1 is Monday, 7 is Sunday.`
    issues.push({ path: ['weekday'], message })
  }
  if (!minutesOf(startLocalTime, endLocalTime)) {
    const message = `"${startLocalTime}" to "${endLocalTime}" is no interval: hours start before "24:00".`
    issues.push({ path: ['startLocalTime'], message })
  }
  if (validFrom !== null && validUntil !== null && validUntil < validFrom) {
    issues.push({ path: ['validUntilOn'], message: 'The last valid day lies before the first.' })
  }
  return issues
}

// What runs over midnight is cut there, so that it is compared with the hours of the day it runs
// into.
function piecesOf(interval: WeeklyInterval, index: number): Piece[] {
  const minutes = minutesOf(interval.startLocalTime, interval.endLocalTime)
  if (!minutes) return []
  const { startMinute, endMinute } = minutes
  const validFrom = interval.validFrom ?? -Infinity
  const validUntil = interval.validUntil ?? Infinity
  const whole = { index, weekday: interval.weekday, validFrom, validUntil }
  if (endMinute <= DAY_MINUTES) return [{ ...whole, startMinute, endMinute }]
  return [
    { ...whole, startMinute, endMinute: DAY_MINUTES },
    {
      index,
      weekday: (interval.weekday % 7) + 1,
      validFrom: validFrom + 1,
      validUntil: validUntil + 1,
      startMinute: 0,
      endMinute: endMinute - DAY_MINUTES,
    },
  ]
}

function overlapIssues(pieces: readonly Piece[]): Issue[] {
  const sorted = pieces.toSorted((a, b) => a.weekday - b.weekday || a.startMinute - b.startMinute)
  for (const [at, earlier] of sorted.entries()) {
    for (const later of sorted.slice(at + 1)) {
      if (later.weekday !== earlier.weekday || later.startMinute >= earlier.endMinute) break
      const bothValid =
        later.validFrom <= earlier.validUntil && earlier.validFrom <= later.validUntil
      if (!bothValid || later.index === earlier.index) continue
      const index = String(Math.max(earlier.index, later.index))
      const start = localTimeOf(later.startMinute)
      const end = localTimeOf(Math.min(earlier.endMinute, later.endMinute))
      const message = `Two intervals overlap on weekday ${later.weekday} from "${start}" to "${end}".`
      return [{ path: ['hours', index], message }]
    }
  }
  return []
}

/** Wall times of an exception: both or neither. */
export function exceptionIssues(start: string | null, end: string | null): Issue[] {
  if ((start === null) !== (end === null)) {
    const path = [start === null ? 'startLocalTime' : 'endLocalTime']
    return [{ path, message: 'Give both wall times, or neither for the whole day.' }]
  }
  if (start === null || end === null || minutesOf(start, end)) return []
  const message = `"${start}" to "${end}" is no interval: hours start before "24:00".`
  return [{ path: ['startLocalTime'], message }]
}
