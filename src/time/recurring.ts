// What falls into a window of an outside calendar's recurrence rule, which may have begun long ago
// and need not end. Read as well as can be, not strictly: whoever wrote it is not here to be asked.

import { RRuleTemporal } from 'rrule-temporal'
import { DAY, HOUR, type Instant } from './instant.ts'
import { dayName, dayNumber } from './local.ts'
import { timeText } from './instant.ts'

export type Recurring = {
  /** RRULE value (RFC 5545, 3.3.10). */
  rule: string
  /** Local start of the first, as if it were UTC. */
  wall: number
  toInstant: (wall: number) => Instant
}

const most = { candidates: 20_000, iterations: 20_000 }
const steps: Record<string, number> = { HOURLY: HOUR, DAILY: DAY, WEEKLY: 7 * DAY }

/**
 * The local starts that reach into the window when each lasts `length`; the first start is one of
 * them, also when the rule does not fall on it. Null for a rule that cannot be read, or that falls
 * too often to be.
 */
export function startsWithin(
  { rule, wall, toInstant }: Recurring,
  window: { from: Instant; to: Instant },
  length: number,
): number[] | null {
  const parts = new Map(
    rule
      .toUpperCase()
      .split(';')
      .map((part) => part.split('=') as [string, string | undefined]),
  )
  const freq = parts.get('FREQ') ?? ''
  if (!/^(HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY)$/.test(freq)) return null
  const ends = endOf(parts.get('UNTIL'), toInstant)
  if (ends === null) return null
  const whole = Math.floor(wall / 1000) * 1000
  // A day more on either side, because no zone is further from UTC.
  const from = window.from - length - DAY
  const to = window.to + DAY
  parts.delete('UNTIL')
  const start = parts.has('COUNT') ? whole : nearer(whole, from, freq, parts.get('INTERVAL'))
  const kept = [...parts].map(([name, value]) => `${name}=${value}`).join(';')
  try {
    const found = new RRuleTemporal({
      rruleString: kept,
      dtstart: { timeZoneId: 'UTC', toString: () => `${isoOf(start)}+00:00[UTC]` },
      cache: false,
      maxCandidateEvaluations: most.candidates,
      maxIterations: most.iterations,
    }).between(new Date(Math.max(from, whole)), new Date(Math.max(to, whole)), true)
    const walls = found.map((at) => at.epochMilliseconds + wall - whole)
    return [...new Set([wall, ...walls])].filter((each) => each === wall || !ends(each))
  } catch {
    return null
  }
}

/** A later start of the same rule, so that what is long over is not counted through. */
function nearer(wall: number, from: number, freq: string, interval = '1'): number {
  const step = (steps[freq] ?? 0) * Number(interval)
  if (!(step > 0) || from <= wall) return wall
  return wall + Math.floor((from - wall) / step) * step
}

/** Whether a local start lies after UNTIL; null when that is no date. */
function endOf(
  until: string | undefined,
  toInstant: (wall: number) => Instant,
): ((wall: number) => boolean) | null {
  if (until === undefined) return () => false
  const [, date = '', time, isUtc] = /^(\d{8})(?:T(\d{6})(Z?))?$/.exec(until) ?? []
  const day = dayNumber(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`)
  if (day === null) return null
  if (time === undefined) return (wall) => wall >= (day + 1) * DAY
  const [hours, minutes, seconds] = [0, 2, 4].map((at) => Number(time.slice(at, at + 2)))
  const end = day * DAY + ((hours! * 60 + minutes!) * 60 + seconds!) * 1000
  return isUtc ? (wall) => toInstant(wall) > end : (wall) => wall > end
}

function isoOf(wall: number): string {
  const day = Math.floor(wall / DAY)
  return `${dayName(day)}T${timeText(wall - day * DAY)}`
}
