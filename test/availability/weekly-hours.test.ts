// What weekly hours may be given: wall times, midnight, overlaps, validity.
import { describe, expect, it } from 'vitest'
import {
  exceptionIssues,
  localTimeOf,
  minutesOf,
  weeklyIssues,
  type WeeklyInterval,
} from '../../src/availability/weekly-hours.ts'

const hours = (
  weekday: number,
  startLocalTime: string,
  endLocalTime: string,
  validFrom: number | null = null,
  validUntil: number | null = null,
): WeeklyInterval => ({ weekday, startLocalTime, endLocalTime, validFrom, validUntil })

describe('minutesOf', () => {
  it.each([
    ['09:00', '17:00', 540, 1020],
    ['00:00', '24:00', 0, 1440],
    ['00:00', '00:00', 0, 1440],
    ['22:00', '02:00', 1320, 1560],
    ['09:00', '09:00', 540, 1980],
    ['23:59', '24:00', 1439, 1440],
  ])('%s to %s is minute %i to %i', (start, end, startMinute, endMinute) => {
    expect(minutesOf(start, end)).toEqual({ startMinute, endMinute })
  })

  it.each([
    ['24:00', '02:00'],
    ['9:00', '17:00'],
    ['09:00', '25:00'],
  ])('%s to %s is none', (start, end) => {
    expect(minutesOf(start, end)).toBeNull()
  })
})

it.each([
  [0, '00:00'],
  [1440, '24:00'],
  [1441, '00:01'],
  [1560, '02:00'],
  [2879, '23:59'],
])('minute %i is shown as %s', (minute, text) => {
  expect(localTimeOf(minute)).toBe(text)
})

describe('weeklyIssues', () => {
  it.each([
    ['side by side', [hours(1, '09:00', '12:00'), hours(1, '12:00', '17:00')]],
    ['on other days', [hours(1, '09:00', '17:00'), hours(2, '09:00', '17:00')]],
    ['up to midnight and from it on', [hours(1, '20:00', '24:00'), hours(2, '00:00', '04:00')]],
    [
      'one after the other in the year',
      [hours(1, '09:00', '17:00', null, 99), hours(1, '10:00', '16:00', 100)],
    ],
    ['over midnight into a free morning', [hours(7, '22:00', '02:00'), hours(1, '02:00', '05:00')]],
    ['none', []],
  ])('takes hours %s', (_what, intervals) => {
    expect(weeklyIssues(intervals)).toEqual([])
  })

  it.each([
    [
      'overlapping on a day',
      [hours(3, '13:00', '17:00'), hours(3, '09:00', '14:00')],
      ['hours', '1'],
      'Two intervals overlap on weekday 3 from "13:00" to "14:00".',
    ],
    [
      'overlapping after midnight',
      [hours(7, '22:00', '02:00'), hours(1, '01:00', '05:00')],
      ['hours', '1'],
      'Two intervals overlap on weekday 1 from "01:00" to "02:00".',
    ],
    [
      'one within another, with a short one between',
      [hours(1, '09:00', '17:00'), hours(1, '10:00', '11:00', 5, 6), hours(1, '12:00', '13:00')],
      ['hours', '1'],
      'Two intervals overlap on weekday 1 from "10:00" to "11:00".',
    ],
    [
      'valid on one common day',
      [hours(1, '09:00', '17:00', null, 100), hours(1, '10:00', '16:00', 100)],
      ['hours', '1'],
      'Two intervals overlap on weekday 1 from "10:00" to "16:00".',
    ],
    [
      'of no weekday',
      [hours(0, '09:00', '17:00')],
      ['hours', '0', 'weekday'],
      '0 is no weekday: 1 is Monday, 7 is Sunday.',
    ],
    [
      'starting at 24:00',
      [hours(1, '24:00', '02:00')],
      ['hours', '0', 'startLocalTime'],
      '"24:00" to "02:00" is no interval: hours start before "24:00".',
    ],
    [
      'ending before they begin in the year',
      [hours(1, '09:00', '17:00', 10, 9)],
      ['hours', '0', 'validUntilOn'],
      'The last valid day lies before the first.',
    ],
  ])('refuses hours %s', (_what, intervals, path, message) => {
    expect(weeklyIssues(intervals)).toEqual([{ path, message }])
  })

  it('refuses more than 200 intervals', () => {
    const many = Array.from({ length: 201 }, () => hours(1, '09:00', '10:00'))
    expect(weeklyIssues(many)).toEqual([
      { path: ['hours'], message: 'Weekly hours have at most 200 intervals.' },
    ])
  })
})

describe('exceptionIssues', () => {
  it.each([
    [null, null],
    ['09:00', '12:00'],
    ['22:00', '02:00'],
  ])('takes %s to %s', (start, end) => {
    expect(exceptionIssues(start, end)).toEqual([])
  })

  it.each([
    [null, '12:00', 'startLocalTime'],
    ['09:00', null, 'endLocalTime'],
    ['24:00', '02:00', 'startLocalTime'],
  ])('refuses %s to %s', (start, end, field) => {
    expect(exceptionIssues(start, end).map(({ path }) => path)).toEqual([[field]])
  })
})
