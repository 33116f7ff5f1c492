// Working hours by example: the days on which clocks change, midnight, and who inherits what.

import { describe, expect, it } from 'vitest'
import { calendarOf, serviceCalendar, workingTime } from '../../src/availability/hours.ts'
import type { Calendar, HoursException, WeeklyHours } from '../../src/availability/hours.ts'
import { HOUR } from '../../src/time/instant.ts'
import { totalLength } from '../../src/time/interval-set.ts'
import { dayNumber, parseLocalTime, weekdayOf } from '../../src/time/local.ts'
import { dayStart, formatInstant, zoneOf } from '../../src/time/zone.ts'

function minute(text: string): number {
  return parseLocalTime(text)!
}

/** Weekly hours on the weekday of a date: `09:00-17:00`, or over midnight `22:00-02:00`. */
function on(date: string, times: string): WeeklyHours {
  const [start, end] = times.split('-').map(minute) as [number, number]
  const endMinute = end > start ? end : end + 1440
  return { weekday: weekdayOf(dayNumber(date)!), startMinute: start, endMinute }
}

function exception(kind: 'CLOSED' | 'OPEN', date: string, times?: string): HoursException {
  const day = dayNumber(date)!
  if (times === undefined) return { kind, day }
  const { startMinute, endMinute } = on(date, times)
  return { kind, day, startMinute, endMinute }
}

/** Worked intervals of the local days `first`..`last`, as `start/end` in the zone. */
function worked(calendar: Calendar, first: string, last = first): string[] {
  const { zone } = calendar
  const time = workingTime(
    calendar,
    dayStart(zone, dayNumber(first)!),
    dayStart(zone, dayNumber(last)! + 1),
  )
  const out: string[] = []
  for (let i = 0; i < time.length; i += 2) {
    out.push(`${formatInstant(zone, time[i]!)}/${formatInstant(zone, time[i + 1]!)}`)
  }
  return out
}

function hoursWorked(zoneName: string, date: string, times: string): number {
  const zone = zoneOf(zoneName)
  const start = dayStart(zone, dayNumber(date)! - 1)
  const calendar = { zone, weekly: [on(date, times)], exceptions: [] }
  return totalLength(workingTime(calendar, start, start + 96 * HOUR)) / HOUR
}

describe('weekly hours', () => {
  it.each([
    ['Europe/London', '2026-03-28', '00:00-24:00', 24],
    ['Europe/London', '2026-03-29', '00:00-24:00', 23],
    ['Europe/London', '2026-10-25', '00:00-24:00', 25],
    ['Europe/London', '2026-10-25', '01:00-02:00', 2],
    ['Europe/London', '2026-10-25', '01:30-02:30', 1.5],
    ['America/New_York', '2026-03-08', '01:30-02:30', 0.5],
    ['America/New_York', '2026-03-08', '02:00-03:00', 0],
    ['America/New_York', '2026-03-08', '02:30-04:00', 1],
    ['America/New_York', '2026-10-31', '22:00-02:00', 5],
    ['America/New_York', '2026-03-07', '22:00-03:00', 4],
    ['Australia/Lord_Howe', '2026-10-04', '00:00-24:00', 23.5],
    ['Australia/Lord_Howe', '2026-04-05', '01:30-02:00', 1],
    ['Asia/Beirut', '2026-03-29', '00:00-09:00', 8],
    ['Asia/Beirut', '2026-10-24', '23:00-24:00', 2],
    ['Pacific/Apia', '2011-12-30', '09:00-17:00', 0],
    ['Pacific/Apia', '2011-12-29', '22:00-02:00', 2],
  ])('in %s on %s %s are %d hours', (zone, date, times, hours) => {
    expect(hoursWorked(zone, date, times)).toBe(hours)
  })

  it('over midnight belong to the day on which they start', () => {
    const zone = zoneOf('Europe/London')
    const weekly = [on('2026-06-05', '22:00-02:00')]
    expect(worked({ zone, weekly, exceptions: [] }, '2026-06-04', '2026-06-07')).toEqual([
      '2026-06-05T22:00:00+01:00/2026-06-06T02:00:00+01:00',
    ])
    // Closed on Saturday: Friday's night is worked to its end. Closed on Friday: it is gone.
    const saturday = [exception('CLOSED', '2026-06-06')]
    expect(worked({ zone, weekly, exceptions: saturday }, '2026-06-06')).toEqual([
      '2026-06-06T00:00:00+01:00/2026-06-06T02:00:00+01:00',
    ])
    const friday = [exception('CLOSED', '2026-06-05')]
    expect(worked({ zone, weekly, exceptions: friday }, '2026-06-04', '2026-06-07')).toEqual([])
  })

  it('count from the first to the last of their valid days, both included', () => {
    const zone = zoneOf('Europe/London')
    const validFrom = dayNumber('2026-06-08')
    const weekly = [
      { ...on('2026-06-01', '09:00-10:00'), validFrom, validUntil: dayNumber('2026-06-15') },
    ]
    expect(worked({ zone, weekly, exceptions: [] }, '2026-06-01', '2026-06-30')).toEqual([
      '2026-06-08T09:00:00+01:00/2026-06-08T10:00:00+01:00',
      '2026-06-15T09:00:00+01:00/2026-06-15T10:00:00+01:00',
    ])
  })

  it('to 24:00 meet those from 00:00 without a seam', () => {
    const zone = zoneOf('Asia/Kolkata')
    const weekly = [on('2026-06-01', '20:00-24:00'), on('2026-06-02', '00:00-04:00')]
    expect(worked({ zone, weekly, exceptions: [] }, '2026-06-01', '2026-06-02')).toEqual([
      '2026-06-01T20:00:00+05:30/2026-06-02T04:00:00+05:30',
    ])
  })
})

describe('exceptions', () => {
  const zone = zoneOf('Europe/London')
  const weekly = [on('2026-06-01', '09:00-17:00')]
  const monday = (...exceptions: HoursException[]) =>
    worked({ zone, weekly, exceptions }, '2026-06-01').map((text) =>
      text.replaceAll(/2026-06-01T|:00\+01:00/g, ''),
    )

  it('open hours beside the weekly ones', () => {
    expect(monday(exception('OPEN', '2026-06-01', '16:00-19:00'))).toEqual(['09:00/19:00'])
    expect(monday(exception('OPEN', '2026-06-01', '07:00-08:00'))).toEqual([
      '07:00/08:00',
      '09:00/17:00',
    ])
    expect(monday(exception('OPEN', '2026-06-02', '07:00-08:00'))).toEqual(['09:00/17:00'])
  })

  it('close hours, also those that another exception opens', () => {
    const closed = exception('CLOSED', '2026-06-01', '12:00-13:00')
    expect(monday(closed)).toEqual(['09:00/12:00', '13:00/17:00'])
    expect(monday(closed, exception('OPEN', '2026-06-01', '12:00-18:00'))).toEqual([
      '09:00/12:00',
      '13:00/18:00',
    ])
  })

  it('without times close all that belongs to the day, whatever is opened on it', () => {
    const closed = exception('CLOSED', '2026-06-01')
    expect(monday(closed)).toEqual([])
    expect(monday(closed, exception('OPEN', '2026-06-01', '12:00-18:00'))).toEqual([])
    expect(monday(exception('OPEN', '2026-06-01', '18:00-19:00'), closed)).toEqual([])
  })

  it('without times open the whole day', () => {
    expect(
      worked({ zone, weekly: [], exceptions: [exception('OPEN', '2026-03-29')] }, '2026-03-29'),
    ).toEqual(['2026-03-29T00:00:00+00:00/2026-03-30T00:00:00+01:00'])
  })
})

describe('a calendar', () => {
  const london = zoneOf('Europe/London')
  const kolkata = zoneOf('Asia/Kolkata')
  const closing = exception('CLOSED', '2026-06-08')
  const opening = exception('OPEN', '2026-06-07', '10:00-12:00')
  const account: Calendar = {
    zone: london,
    weekly: [on('2026-06-01', '09:00-17:00')],
    exceptions: [closing, opening],
  }

  it('is the account’s own for whoever has no hours', () => {
    expect(calendarOf({ weekly: [], exceptions: [] }, account)).toBe(account)
  })

  it('keeps own weekly hours, closes with the account and does not open with it', () => {
    const weekly = [on('2026-06-02', '08:00-12:00')]
    const own = calendarOf({ weekly, exceptions: [] }, account)
    expect(own).toEqual({ zone: london, weekly, exceptions: [closing] })
  })

  it('adds own exceptions to the account’s hours', () => {
    const holiday = exception('CLOSED', '2026-06-01')
    const own = calendarOf({ weekly: [], exceptions: [holiday] }, account)
    expect(own.weekly).toBe(account.weekly)
    expect(own.exceptions).toEqual([holiday, closing, opening])
  })

  it('is read in the zone of a staff member who has one', () => {
    const own = calendarOf({ weekly: [], exceptions: [], zone: kolkata }, account)
    expect(worked(own, '2026-06-01')).toEqual([
      '2026-06-01T09:00:00+05:30/2026-06-01T17:00:00+05:30',
    ])
  })

  it('of a service is none without hours, always but for closings without weekly ones', () => {
    expect(serviceCalendar(null, london)).toBeNull()
    expect(serviceCalendar({ weekly: [], exceptions: [] }, london)).toBeNull()
    const closed = serviceCalendar({ weekly: [], exceptions: [closing] }, london)!
    expect(worked(closed, '2026-06-07', '2026-06-09')).toEqual([
      '2026-06-07T00:00:00+01:00/2026-06-08T00:00:00+01:00',
      '2026-06-09T00:00:00+01:00/2026-06-10T00:00:00+01:00',
    ])
  })
})
