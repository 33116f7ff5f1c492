// The zone tables against luxon, which asks the same zone data in its own way.

import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, parseInstant } from '../../src/time/instant.ts'
import { dayName, dayNumber } from '../../src/time/local.ts'
import {
  dayStart,
  formatInstant,
  isTimeZone,
  localDayOf,
  offsetAt,
  pushWallSpan,
  wallToInstant,
  zoneDataVersion,
  zoneOf,
} from '../../src/time/zone.ts'
import type { Zone } from '../../src/time/zone.ts'

const ZONES = [
  'Europe/London',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'America/Vancouver',
  'America/St_Johns',
  'Asia/Beirut',
  'Africa/Cairo',
  'America/Santiago',
  'UTC',
]
const zone = fc.constantFrom(...ZONES)
const instant = fc.integer({ min: Date.UTC(1970, 0, 2), max: Date.UTC(2130, 0, 1) })
const runs = { seed: 7, numRuns: 1000 }

function luxonOffset(name: string, at: number): number {
  return DateTime.fromMillis(at, { zone: name }).offset * MINUTE
}

function changesOf(zone: Zone, from: number, to: number): number[] {
  const out: number[] = []
  for (let at = zone.segmentAt(from).end; at < to; at = zone.segmentAt(at).end) {
    if (zone.segmentAt(at - 1).offset !== zone.segmentAt(at).offset) out.push(at)
  }
  return out
}

/** What luxon says a wall time can mean: none, one or two instants. */
function luxonInstants(name: string, wall: number): number[] {
  const found = new Set<number>()
  for (const probe of [-26, -13, 0, 13, 26]) {
    const at = wall - luxonOffset(name, wall + probe * HOUR)
    if (at + luxonOffset(name, at) === wall) found.add(at)
  }
  return [...found].toSorted((a, b) => a - b)
}

describe('zone tables', () => {
  it('give the offset of the zone data at any instant', () => {
    fc.assert(
      fc.property(zone, instant, (name, at) => {
        expect(offsetAt(zoneOf(name), at)).toBe(luxonOffset(name, at))
      }),
      runs,
    )
  })

  it.each(ZONES)('change %s on the very second, from 1970 to 2100', (name) => {
    for (const change of changesOf(zoneOf(name), Date.UTC(1970, 0, 2), Date.UTC(2100, 0, 1))) {
      for (const at of [change - 1000, change]) {
        const before = DateTime.fromMillis(at, { zone: name }).offset * MINUTE
        expect(Math.floor(offsetAt(zoneOf(name), at) / MINUTE) * MINUTE).toBe(before)
      }
    }
  })

  it('miss no change: every hour of 2026 and of 2011 has its offset', () => {
    for (const name of ZONES) {
      for (const year of [2011, 2026]) {
        const zone = zoneOf(name)
        const wrong: string[] = []
        for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += HOUR) {
          if (offsetAt(zone, at) !== luxonOffset(name, at)) wrong.push(`${name} ${at}`)
        }
        expect(wrong).toEqual([])
      }
    }
  })

  it('change clocks after the year 2100 as before', () => {
    const london = zoneOf('Europe/London')
    expect(offsetAt(london, Date.UTC(2150, 6, 1))).toBe(HOUR)
    expect(offsetAt(london, Date.UTC(2151, 0, 1))).toBe(0)
    expect(offsetAt(london, Date.UTC(1965, 6, 1))).toBe(HOUR)
  })

  it('are known by IANA names only', () => {
    expect(isTimeZone('Asia/Kolkata')).toBe(true)
    expect(isTimeZone('Europe/Kyiv')).toBe(true)
    expect(isTimeZone('UTC')).toBe(true)
    expect(isTimeZone('+01:00')).toBe(false)
    expect(isTimeZone('Mars/Olympus')).toBe(false)
    expect(isTimeZone('')).toBe(false)
    const spelled = zoneOf('europe/london')
    expect(spelled.name).toBe('europe/london')
    expect(spelled.segmentAt).toBe(zoneOf('Europe/London').segmentAt)
    expect(() => zoneOf('Mars/Olympus')).toThrow(RangeError)
    expect(zoneDataVersion()).toMatch(/^20\d\d[a-z]+$/)
  })
})

describe('wall time', () => {
  it('means its instant, the earlier of two, or is moved forward by the gap', () => {
    const wallOf = fc.tuple(zone, instant).chain(([name, at]) => {
      const changes = changesOf(zoneOf(name), at, at + 900 * DAY)
      const near = changes.flatMap((change) => {
        const wall = change + offsetAt(zoneOf(name), change)
        return [-26, -2, -1, 0, 1, 2, 26].map((hours) => wall + hours * HOUR)
      })
      const minutes = fc.integer({ min: -90, max: 90 })
      return fc
        .tuple(fc.constantFrom(at, ...near), minutes)
        .map(([wall, shift]) => ({ name, wall: Math.floor(wall / MINUTE + shift) * MINUTE }))
    })
    fc.assert(
      fc.property(wallOf, ({ name, wall }) => {
        const got = wallToInstant(zoneOf(name), wall)
        const possible = luxonInstants(name, wall)
        if (possible.length > 0) expect(got).toBe(possible[0])
        else expect(got).toBe(wall - luxonOffset(name, got - DAY))
      }),
      { ...runs, numRuns: 3000 },
    )
  })

  it('skipped at 02:30 in New York is 03:30, repeated at 01:30 is the first 01:30', () => {
    const newYork = zoneOf('America/New_York')
    const skipped = wallToInstant(newYork, Date.UTC(2026, 2, 8, 2, 30))
    expect(formatInstant(newYork, skipped)).toBe('2026-03-08T03:30:00-04:00')
    const repeated = wallToInstant(newYork, Date.UTC(2026, 10, 1, 1, 30))
    expect(formatInstant(newYork, repeated)).toBe('2026-11-01T01:30:00-04:00')
  })

  it('skipped for half an hour on Lord Howe moves by half an hour', () => {
    const lordHowe = zoneOf('Australia/Lord_Howe')
    const skipped = wallToInstant(lordHowe, Date.UTC(2026, 9, 4, 2, 10))
    expect(formatInstant(lordHowe, skipped)).toBe('2026-10-04T02:40:00+11:00')
  })

  it('selects exactly the instants that show it', () => {
    const spans = fc
      .tuple(zone, instant, fc.nat(2880), fc.nat(200))
      .map(([name, at, back, length]) => {
        const change = changesOf(zoneOf(name), at, at + 4000 * DAY)[0] ?? at
        const start = Math.floor((change + offsetAt(zoneOf(name), change)) / MINUTE) - back + 60
        return { name, start, end: start + length * 10, change: Math.floor(change / MINUTE) }
      })
    fc.assert(
      fc.property(spans, ({ name, start, end, change }) => {
        const out: number[] = []
        pushWallSpan(zoneOf(name), start * MINUTE, end * MINUTE, out)
        for (let minute = change - 4800; minute < change + 4800; minute += 10) {
          const at = minute * MINUTE
          const wall = at + luxonOffset(name, at)
          const expected = wall >= start * MINUTE && wall < end * MINUTE
          let inside = false
          for (let i = 0; i < out.length; i += 2) inside ||= out[i]! <= at && at < out[i + 1]!
          expect(inside).toBe(expected)
        }
      }),
      { seed: 7, numRuns: 60 },
    )
  })
})

describe('local days', () => {
  it('begin at their first instant, also when clocks change at midnight', () => {
    fc.assert(
      fc.property(zone, fc.integer({ min: 1, max: 50_000 }), (name, day) => {
        const start = dayStart(zoneOf(name), day)
        const midnight = luxonInstants(name, day * DAY)[0]
        const luxon = DateTime.fromISO(dayName(day), { zone: name }).startOf('day').toMillis()
        expect(start).toBe(midnight ?? luxon)
        expect(localDayOf(zoneOf(name), start)).toBe(day)
        expect(localDayOf(zoneOf(name), start - 1)).toBeLessThan(day)
      }),
      { ...runs, numRuns: 2000 },
    )
  })

  it('skip 30 December 2011 in Apia', () => {
    const apia = zoneOf('Pacific/Apia')
    const skipped = dayNumber('2011-12-30')!
    expect(dayStart(apia, skipped)).toBe(dayStart(apia, skipped + 1))
    expect(dayStart(apia, skipped) - dayStart(apia, skipped - 1)).toBe(DAY)
    expect(localDayOf(apia, dayStart(apia, skipped))).toBe(skipped + 1)
    expect(formatInstant(apia, dayStart(apia, skipped))).toBe('2011-12-31T00:00:00+14:00')
  })
})

describe('instants written in a zone', () => {
  it('carry the offset and read back as the same instant', () => {
    fc.assert(
      fc.property(zone, instant, (name, at) => {
        const text = formatInstant(zoneOf(name), at)
        expect(parseInstant(text)).toBe(at)
        const second = Math.floor(at / 1000) * 1000
        const luxon = DateTime.fromMillis(second, { zone: name }).toFormat(
          "yyyy-MM-dd'T'HH:mm:ssZZ",
        )
        expect(formatInstant(zoneOf(name), second)).toBe(luxon)
      }),
      runs,
    )
  })
})
