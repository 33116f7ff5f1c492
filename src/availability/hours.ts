// Working hours: weekly wall-clock intervals and dated exceptions become sets of instants.
// An instant is worked when its local wall time lies in the hours, so a skipped hour gives no time
// and a repeated one counts twice. Hours over midnight belong to the day on which they start.

import { DAY, MINUTE } from '../time/instant.ts'
import type { Instant } from '../time/instant.ts'
import { clip, fromPairs, subtract, union } from '../time/interval-set.ts'
import type { IntervalSet } from '../time/interval-set.ts'
import { weekdayOf } from '../time/local.ts'
import { localDayOf, pushWallSpan } from '../time/zone.ts'
import type { Zone } from '../time/zone.ts'

/**
 * One weekly interval. `weekday` is ISO 1..7, minutes count from local midnight: start 0..1439, end
 * after it and at most 24 hours later. Valid on days `validFrom`..`validUntil`, both inclusive.
 */
export type WeeklyHours = {
  readonly weekday: number
  readonly startMinute: number
  readonly endMinute: number
  readonly validFrom?: number | null
  readonly validUntil?: number | null
}

/**
 * One local day that differs. `CLOSED` takes away the given minutes, or without them all hours
 * that belong to the day; `OPEN` adds the given minutes, or without them the whole day.
 */
export type HoursException = {
  readonly kind: 'CLOSED' | 'OPEN'
  readonly day: number
  readonly startMinute?: number | null
  readonly endMinute?: number | null
}

export type Hours = {
  readonly weekly: readonly WeeklyHours[]
  readonly exceptions: readonly HoursException[]
}

export type Calendar = Hours & { readonly zone: Zone }

/** Hours of a staff member or resource; a zone of their own is for staff who have one. */
export type OwnHours = Hours & { readonly zone?: Zone | null }

const WHOLE_WEEK: readonly WeeklyHours[] = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
  weekday,
  startMinute: 0,
  endMinute: 1440,
}))

/**
 * The calendar of a staff member or resource: their own weekly hours, or the account's when they
 * have none. The account's closings count for everybody, its openings for those on its hours.
 */
export function calendarOf(own: OwnHours, account: Calendar): Calendar {
  const zone = own.zone ?? account.zone
  const followsAccount = own.weekly.length === 0
  if (followsAccount && own.exceptions.length === 0 && zone === account.zone) return account
  const inherited = followsAccount
    ? account.exceptions
    : account.exceptions.filter((exception) => exception.kind === 'CLOSED')
  return {
    zone,
    weekly: followsAccount ? account.weekly : own.weekly,
    exceptions: inherited.length === 0 ? own.exceptions : own.exceptions.concat(inherited),
  }
}

/**
 * The calendar a service adds to those of its staff and resources, or null when it adds none. A
 * service with exceptions and no weekly hours is open but for its closings.
 */
export function serviceCalendar(hours: Hours | null | undefined, zone: Zone): Calendar | null {
  if (!hours || (hours.weekly.length === 0 && hours.exceptions.length === 0)) return null
  const weekly = hours.weekly.length === 0 ? WHOLE_WEEK : hours.weekly
  return { zone, weekly, exceptions: hours.exceptions }
}

/** (weekly hours ∪ opening exceptions) − closing exceptions, within `[from, to)`. */
export function workingTime(calendar: Calendar, from: Instant, to: Instant): IntervalSet {
  const { zone } = calendar
  // Hours of the day before may run over midnight, and clocks set back at midnight repeat a date.
  const firstDay = localDayOf(zone, from) - 2
  const lastDay = localDayOf(zone, to) + 1
  const weekly: number[] = []
  const opened: number[] = []
  const closed: number[] = []
  const closedDays = new Set<number>()
  for (const exception of calendar.exceptions) {
    const { kind, day, startMinute, endMinute } = exception
    if (kind !== 'CLOSED' || day < firstDay || day > lastDay) continue
    if (startMinute == null && endMinute == null) closedDays.add(day)
    else pushMinutes(zone, day, startMinute ?? 0, endMinute ?? 1440, closed)
  }
  pushWeekly(calendar, firstDay, lastDay, closedDays, weekly)
  for (const exception of calendar.exceptions) {
    const { kind, day, startMinute, endMinute } = exception
    if (kind !== 'OPEN' || day < firstDay || day > lastDay || closedDays.has(day)) continue
    pushMinutes(zone, day, startMinute ?? 0, endMinute ?? 1440, opened)
  }
  // Weekly hours come in order of time; a few openings between them would have all sorted anew.
  const worked = clip(union(fromPairs(weekly), fromPairs(opened)), from, to)
  return closed.length === 0 ? worked : subtract(worked, fromPairs(closed))
}

function pushWeekly(
  calendar: Calendar,
  firstDay: number,
  lastDay: number,
  closedDays: ReadonlySet<number>,
  out: number[],
): void {
  const { zone, weekly } = calendar
  let weekday = weekdayOf(firstDay)
  for (let day = firstDay; day <= lastDay; day++) {
    if (!closedDays.has(day)) {
      for (const hours of weekly) {
        if (hours.weekday !== weekday) continue
        if (hours.validFrom != null && day < hours.validFrom) continue
        if (hours.validUntil != null && day > hours.validUntil) continue
        pushMinutes(zone, day, hours.startMinute, hours.endMinute, out)
      }
    }
    weekday = weekday === 7 ? 1 : weekday + 1
  }
}

function pushMinutes(zone: Zone, day: number, start: number, end: number, out: number[]): void {
  const midnight = day * DAY
  pushWallSpan(zone, midnight + start * MINUTE, midnight + end * MINUTE, out)
}
