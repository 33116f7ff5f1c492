// Times as other systems spell them: wall clocks of a zone, offsets, UTC to the second. The policy
// of skipped and repeated hours is that of time/zone.ts.

import { z } from 'zod'
import { DAY, formatUtc, MINUTE, parseInstant } from '../time/instant.ts'
import { dayName, dayNumber, parseLocalTime } from '../time/local.ts'
import { formatInstant, localDayOf, wallToInstant, zoneOf } from '../time/zone.ts'

type At = Date | string | number

const instantOf = (at: At) => new Date(at).getTime()
const toSecond = (at: At) => Math.floor(instantOf(at) / 1000) * 1000

/** `2026-05-01T09:00:00Z`: to the second. */
export function utcText(at: At): string {
  return formatUtc(toSecond(at))
}

/** `2026-05-01T10:00:00+01:00`: to the second, with the offset that the zone has then. */
export function textIn(at: At, zone: string): string {
  return formatInstant(zoneOf(zone), toSecond(at))
}

/** `2026-05-01T10:00:00.000+01:00`: to the millisecond, with the offset that the zone has then. */
export function textWithMillis(at: At, zone: string): string {
  const text = textIn(at, zone)
  const millis = String(instantOf(at) % 1000).padStart(3, '0')
  return `${text.slice(0, 19)}.${millis}${text.slice(19)}`
}

/** The wall clock of a zone, to the minute. */
export function wallClockOf(at: At, zone: string): { date: string; time: string } {
  const text = textIn(at, zone)
  return { date: text.slice(0, 10), time: text.slice(11, 16) }
}

/** The instant of a wall time; null for a date or time that there is not. `24:00` is an end. */
export function atWallClock(date: string, time: string, zone: string): Date | null {
  const day = dayNumber(date)
  const minute = parseLocalTime(time)
  if (day === null || minute === null) return null
  return new Date(wallToInstant(zoneOf(zone), day * DAY + minute * MINUTE))
}

/** The local date at an instant. */
export function dateIn(at: At, zone: string): string {
  return dayName(localDayOf(zoneOf(zone), instantOf(at)))
}

/** The date so many days later; `date` has to be one. */
export function daysLater(date: string, days: number): string {
  return dayName((dayNumber(date) ?? 0) + days)
}

/** From one date to another, the first not counted; both have to be dates. */
export function daysBetween(from: string, to: string): number {
  return (dayNumber(to) ?? 0) - (dayNumber(from) ?? 0)
}

/**
 * RFC 3339 as it was sent, in years that the gateway has; `instantIn` makes an instant of it. An
 * offset of `-00:00` says that the zone is another's to know (RFC 3339 section 4.3).
 */
export const offsetTime = z
  .string()
  .max(64, 'has more than 64 characters')
  .refine(
    (text) => parseInstant(text) !== null,
    'has to be a date-time such as 2026-05-01T10:00:00+01:00',
  )
  .refine((text) => {
    const year = new Date(parseInstant(text) ?? 0).getUTCFullYear()
    return year >= 1970 && year <= 2199
  }, 'has to lie in the years 1970 to 2199')

/** The instant of an `offsetTime`; one with `-00:00` is the wall clock of `zone`. */
export function instantIn(text: string, zone: string): Date {
  const instant = parseInstant(text) ?? Number.NaN
  return new Date(text.endsWith('-00:00') ? wallToInstant(zoneOf(zone), instant) : instant)
}
