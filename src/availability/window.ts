// A window of one's own, such as that of a booking link: it narrows when a service can be booked
// and never widens it. Weekly hours and dates are local to the account. Pure.

import type { Instant } from '../time/instant.ts'
import type { Zone } from '../time/zone.ts'
import type { BookingRules } from './booking-window.ts'
import { serviceCalendar, workingTime, type WeeklyHours } from './hours.ts'

export type Window = Pick<
  BookingRules,
  'minNoticeMinutes' | 'maxAdvanceDays' | 'bookableFromDay' | 'bookableUntilDay'
> & {
  /** None: at every hour. */
  readonly weekly: readonly WeeklyHours[]
}

/** The terms with the narrower of each pair of limits; hours are looked at elsewhere. */
export function withinWindow<T extends { readonly rules: BookingRules }>(
  terms: T,
  window: Window | undefined,
): T {
  if (!window) return terms
  const { rules } = terms
  return {
    ...terms,
    rules: {
      ...rules,
      minNoticeMinutes: Math.max(rules.minNoticeMinutes, window.minNoticeMinutes),
      maxAdvanceDays: least(rules.maxAdvanceDays, window.maxAdvanceDays),
      bookableFromDay: most(rules.bookableFromDay, window.bookableFromDay),
      bookableUntilDay: least(rules.bookableUntilDay, window.bookableUntilDay),
    },
  }
}

/** Whether what starts and ends then lies wholly in the hours of the window. */
export function isWithinHours(
  { weekly }: Pick<Window, 'weekly'>,
  zone: Zone,
  startsAt: Instant,
  endsAt: Instant,
): boolean {
  const calendar = serviceCalendar({ weekly, exceptions: [] }, zone)
  if (calendar === null) return true
  const [start, end] = workingTime(calendar, startsAt, endsAt)
  return start === startsAt && end === endsAt
}

const least = (a: number | null, b: number | null) =>
  a === null || b === null ? (a ?? b) : Math.min(a, b)

const most = (a: number | null, b: number | null) =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)
