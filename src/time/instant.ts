// Instants: whole milliseconds since 1970-01-01T00:00Z, and their RFC 3339 text.
// No zones and no clock live here. Text that names no real moment is null, never a guess.

import { dayName, dayNumber, minuteName } from './local.ts'

export type Instant = number

export const MINUTE = 60_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

let lastDay = Number.NaN
let lastDayText = ''

/** RFC 3339 in UTC: `2026-03-29T09:15:00Z`, with milliseconds only when there are any. */
export function formatUtc(instant: Instant): string {
  const day = Math.floor(instant / DAY)
  if (day !== lastDay) {
    lastDay = day
    lastDayText = `${dayName(day)}T`
  }
  return `${lastDayText}${timeText(instant - day * DAY)}Z`
}

/** The same with milliseconds always, as Date's toISOString has it. */
export function formatExactly(instant: Instant): string {
  const text = formatUtc(instant)
  // `2026-03-29T09:15:00Z`
  return text.length === 20 ? `${text.slice(0, 19)}.000Z` : text
}

/** `HH:MM:SS[.mmm]` for milliseconds since midnight, 0 ≤ ms < 24 h. */
export function timeText(milliseconds: number): string {
  const minute = Math.floor(milliseconds / MINUTE)
  const rest = milliseconds - minute * MINUTE
  if (rest === 0) return `${minuteName(minute)}:00`
  const fraction = rest % 1000
  const seconds = String((rest - fraction) / 1000).padStart(2, '0')
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(3, '0')}`
  return `${minuteName(minute)}:${seconds}${tail}`
}

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

/**
 * Reads an RFC 3339 date-time, which always carries `Z` or an offset. Fractions finer than a
 * millisecond are cut off. Leap seconds (`:60`) and hour 24 are refused.
 */
export function parseInstant(text: string): Instant | null {
  const match = RFC_3339.exec(text)
  if (match === null) return null
  const day = dayNumber(match[1]!)
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4])]
  if (day === null || hour > 23 || minute > 59 || second > 59) return null
  const offsetHour = Number(match[7] ?? 0)
  const offsetMinute = Number(match[8] ?? 0)
  if (offsetHour > 23 || offsetMinute > 59) return null
  const fraction = Number((match[5] ?? '').slice(0, 3).padEnd(3, '0'))
  const offset = (match[6] === '-' ? -1 : 1) * (offsetHour * HOUR + offsetMinute * MINUTE)
  return day * DAY + hour * HOUR + minute * MINUTE + second * 1000 + fraction - offset
}

/** The local date that a row keeps as midnight UTC. */
export const dateText = (date: Date): string => dayName(Math.floor(date.getTime() / DAY))
