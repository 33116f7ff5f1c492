// The window of a booking link: weekly hours, dates, notice and days ahead of its own, which narrow
// those of what is booked through it. Pure; sentences are public.

import { minutesOf, weeklyIssues } from '../availability/weekly-hours.ts'
import type { Window } from '../availability/window.ts'
import type { Issue } from '../errors.ts'
import { dateText } from '../time/instant.ts'
import { dayNumber } from '../time/local.ts'

/** As it is kept in the link's row; an end at or before the start is on the next day. */
export type LinkHours = {
  weekday: number
  startLocalTime: string
  endLocalTime: string
  /** Local dates, both inclusive. */
  validFromOn: string | null
  validUntilOn: string | null
}

export type LinkWindow = {
  /** None: at every hour. */
  hours: readonly LinkHours[]
  bookableFromOn: string | null
  bookableUntilOn: string | null
  minNoticeMinutes: number
  maxAdvanceDays: number | null
}

const mostNoticeMinutes = 366 * 1440
const mostAdvanceDays = 3660

/** Everything that is wrong with a window; empty when it is legal. Paths are input fields. */
export function windowIssues(window: LinkWindow): Issue[] {
  const { minNoticeMinutes, maxAdvanceDays, bookableFromOn, bookableUntilOn } = window
  const issues = weeklyIssues(window.hours.map(intervalOf))
  const between = (field: string, value: number, least: number, most: number) => {
    if (value >= least && value <= most) return
    issues.push({ path: [field], message: `${value} is not between ${least} and ${most}.` })
  }
  between('minNoticeMinutes', minNoticeMinutes, 0, mostNoticeMinutes)
  if (maxAdvanceDays !== null) between('maxAdvanceDays', maxAdvanceDays, 0, mostAdvanceDays)
  if (bookableFromOn !== null && bookableUntilOn !== null && bookableUntilOn < bookableFromOn) {
    const message = 'The last bookable date lies before the first.'
    issues.push({ path: ['bookableUntilOn'], message })
  }
  return issues
}

const dayOf = (date: string | null) => (date === null ? null : dayNumber(date))

const intervalOf = ({ validFromOn, validUntilOn, ...hours }: LinkHours) => ({
  ...hours,
  validFrom: dayOf(validFromOn),
  validUntil: dayOf(validUntilOn),
})

/** The window as starts are judged by it. */
export function windowOf(window: LinkWindow): Window {
  const { minNoticeMinutes, maxAdvanceDays, bookableFromOn, bookableUntilOn } = window
  return {
    minNoticeMinutes,
    maxAdvanceDays,
    bookableFromDay: dayOf(bookableFromOn),
    bookableUntilDay: dayOf(bookableUntilOn),
    weekly: window.hours.map((hours) => {
      const { weekday, startLocalTime, endLocalTime, validFrom, validUntil } = intervalOf(hours)
      const minutes = minutesOf(startLocalTime, endLocalTime)
      return { weekday, validFrom, validUntil, ...(minutes ?? { startMinute: 0, endMinute: 0 }) }
    }),
  }
}

/** A date that a row keeps as midnight UTC, as a window has it. */
export function dateOn(date: Date | null): string | null {
  return date && dateText(date)
}
