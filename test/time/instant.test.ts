// Instants and their text: what is written can be read, and nothing unreal is read.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY, formatUtc, parseInstant } from '../../src/time/instant.ts'
import { dayName, dayNumber, minuteName, parseLocalTime, weekdayOf } from '../../src/time/local.ts'

const runs = { seed: 7, numRuns: 1000 }
const YEAR_1 = Date.UTC(2001, 0, 1) - 730_485 * DAY
const YEAR_9999_END = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

describe('RFC 3339', () => {
  it('is written as the platform writes it, without empty milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: YEAR_1, max: YEAR_9999_END }), (instant) => {
        const platform = new Date(instant).toISOString().replace('.000Z', 'Z')
        expect(formatUtc(instant)).toBe(platform)
        expect(parseInstant(platform)).toBe(instant)
      }),
      runs,
    )
    expect(formatUtc(Date.UTC(2026, 2, 29, 9, 15))).toBe('2026-03-29T09:15:00Z')
    expect(formatUtc(Date.UTC(2026, 2, 29, 9, 15, 7))).toBe('2026-03-29T09:15:07Z')
  })

  it('is read with any offset, any fraction and lower-case letters', () => {
    const instant = Date.UTC(2026, 5, 1, 9, 0)
    expect(parseInstant('2026-06-01T10:00:00+01:00')).toBe(instant)
    expect(parseInstant('2026-06-01T03:30:00-05:30')).toBe(instant)
    expect(parseInstant('2026-06-01t09:00:00z')).toBe(instant)
    expect(parseInstant('2026-06-01T09:00:00.5Z')).toBe(instant + 500)
    expect(parseInstant('2026-06-01T09:00:00.1239999Z')).toBe(instant + 123)
  })

  it.each([
    '2026-06-01',
    '2026-06-01T09:00:00',
    '2026-06-01 09:00:00Z',
    '2026-06-01T09:00Z',
    '2026-02-30T09:00:00Z',
    '2026-13-01T09:00:00Z',
    '2026-06-01T24:00:00Z',
    '2026-06-01T09:60:00Z',
    '2026-06-01T23:59:60Z',
    '2026-06-01T09:00:00+24:00',
    '2026-06-01T09:00:00+0100',
    '2026-06-01T09:00:00.Z',
    '+2026-06-01T09:00:00Z',
    ' 2026-06-01T09:00:00Z',
    '2026-06-01T09:00:00Z\n',
    '',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeNull()
  })
})

describe('local dates', () => {
  it('are day numbers that agree with the platform calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: YEAR_1 / DAY, max: 2_932_896 }), (day) => {
        const date = new Date(day * DAY)
        const text = date.toISOString().slice(0, 10)
        expect(dayName(day)).toBe(text)
        expect(dayNumber(text)).toBe(day)
        expect(weekdayOf(day)).toBe(date.getUTCDay() === 0 ? 7 : date.getUTCDay())
      }),
      runs,
    )
  })

  it.each(['2026-02-30', '2027-02-29', '2026-00-10', '2026-04-31', '2026-4-1', '20260401', ''])(
    'refuse %j',
    (text) => {
      expect(dayNumber(text)).toBeNull()
    },
  )
})

describe('local times', () => {
  it('are minutes since midnight, and 24:00 is the end of the day', () => {
    expect(parseLocalTime('00:00')).toBe(0)
    expect(parseLocalTime('09:30')).toBe(570)
    expect(parseLocalTime('09:30:00')).toBe(570)
    expect(parseLocalTime('24:00')).toBe(1440)
    expect(minuteName(1440)).toBe('24:00')
    for (let minute = 0; minute <= 1440; minute++) {
      expect(parseLocalTime(minuteName(minute))).toBe(minute)
    }
  })

  it.each(['24:01', '25:00', '09:60', '9:30', '09:30:15', '0930', '09:30Z', ''])(
    'refuse %j',
    (text) => {
      expect(parseLocalTime(text)).toBeNull()
    },
  )
})
