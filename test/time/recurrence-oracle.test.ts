// Recurrence against a reading of RFC 5545 that asks every day of ten years, in zones and around
// days on which clocks change.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { dayNumber } from '../../src/time/local.ts'
import { occurrencesOf } from '../../src/time/recurrence.ts'
import { zoneOf } from '../../src/time/zone.ts'
import { LONG, runs } from '../support/runs.ts'
import { ZONE_DAYS } from '../support/zone-days.ts'
import {
  oracleInstant,
  oracleOccurrences,
  oracleWalls,
  ruleText,
  type Parts,
} from './recurrence-oracle.ts'

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const LIMIT = 60

const some = <T>(value: fc.Arbitrary<T>, maxLength = 3) =>
  fc.uniqueArray(value, { minLength: 1, maxLength })
const signed = (max: number) =>
  fc.tuple(fc.integer({ min: 1, max }), fc.boolean()).map(([n, back]) => (back ? -n : n))
const maybe = <T>(value: fc.Arbitrary<T>, weight = 1) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 2 }, { arbitrary: value, weight })

const times = {
  INTERVAL: maybe(fc.integer({ min: 1, max: 5 })),
  WKST: maybe(fc.constantFrom(...DAYS)),
  BYMONTH: maybe(some(fc.integer({ min: 1, max: 12 }), 6)),
  BYHOUR: maybe(some(fc.constantFrom(0, 1, 1, 2, 2, 3, 9, 23))),
  BYMINUTE: maybe(some(fc.constantFrom(0, 15, 30, 59), 2)),
}
const weekdays = some(fc.constantFrom(...DAYS), 5)
const numbered = (max: number) =>
  some(fc.tuple(signed(max), fc.constantFrom(...DAYS)).map(([nth, day]) => `${nth}${day}`))
const monthDays = some(signed(31), 9)
const as = <T extends Parts['FREQ']>(frequency: T) => fc.constant(frequency)

// What a rule is refused for, since readers of RFC 5545 differ, is not among them.
const byFrequency = fc.oneof(
  fc.record({ FREQ: as('DAILY'), BYHOUR: times.BYHOUR, BYMINUTE: times.BYMINUTE }),
  fc.record({
    FREQ: as('DAILY'),
    ...times,
    BYMONTHDAY: maybe(monthDays),
    BYDAY: maybe(weekdays),
  }),
  fc.record({ FREQ: as('WEEKLY'), ...times, BYDAY: maybe(weekdays, 3) }),
  fc.record({
    FREQ: as('MONTHLY'),
    ...times,
    BYMONTHDAY: maybe(monthDays),
    BYDAY: maybe(weekdays, 3),
  }),
  fc.record({ FREQ: as('MONTHLY'), ...times, BYDAY: numbered(5) }),
  fc.record({
    FREQ: as('YEARLY'),
    ...times,
    BYMONTHDAY: maybe(monthDays),
    BYDAY: maybe(weekdays),
  }),
  fc.record({ FREQ: as('YEARLY'), ...times, BYDAY: numbered(10) }),
  fc.record({
    FREQ: as('YEARLY'),
    ...times,
    BYMONTH: fc.constant(undefined),
    BYYEARDAY: some(signed(366), 9),
  }),
  fc.record({
    FREQ: as('YEARLY'),
    ...times,
    INTERVAL: maybe(fc.constant(1)),
    BYWEEKNO: some(signed(53), 6),
    BYDAY: maybe(weekdays, 3),
  }),
)

/** A rule without its end, and what its end will be made of once its start is known. */
const anyRule = fc
  .record({
    parts: byFrequency,
    positions: maybe(some(signed(4), 2)),
    count: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 50, max: LIMIT + 2 })),
    beside: fc.constantFrom(-1, 0, 0, 1),
    end: fc.constantFrom('COUNT', 'DATE', 'LOCAL', 'UTC'),
  })
  .map(({ parts, positions, ...rest }) => {
    const names = Object.entries(parts).flatMap(([name, value]) => (value ? [name] : []))
    const choose = names.some((name) => name.startsWith('BY')) && !names.includes('BYWEEKNO')
    return { parts: { ...parts, BYSETPOS: choose ? positions : undefined } as Parts, ...rest }
  })

type AnyRule = typeof anyRule extends fc.Arbitrary<infer T> ? T : never

/** An end by UNTIL lies at one of the times of the rule, or a second beside it. */
function withEnd({ parts, count, end, beside }: AnyRule, zoneName: string, start: number): Parts {
  if (end === 'COUNT') return { ...parts, COUNT: count }
  const walls = oracleWalls(parts, start)
  const wall = (walls[Math.min(count, walls.length - 1)] ?? start) + beside * 1000
  const text = (at: number) => new Date(at).toISOString().replaceAll(/[-:]|\.\d+Z/g, '')
  if (end === 'DATE') return { ...parts, UNTIL: text(wall).slice(0, 8) }
  return { ...parts, UNTIL: end === 'UTC' ? `${text(oracleInstant(zoneName, wall))}Z` : text(wall) }
}

/** Some days before a change of clocks, at any minute. */
const anyStart = fc
  .constantFrom(...ZONE_DAYS.flatMap(([zone, ...days]) => days.map((day) => [zone, day] as const)))
  .chain(([zoneName, day]) =>
    fc
      .record({
        daysBefore: fc.oneof(fc.nat(60), fc.nat(9)),
        minute: fc.oneof(fc.nat(1439), fc.constantFrom(0, 75, 90, 105, 135, 150, 1410)),
        rest: fc.constantFrom(0, 0, 0, 30_000, 30_500),
        onRule: fc.constantFrom(true, true, true, false),
      })
      .map(({ daysBefore, minute, rest, onRule }) => {
        const wall = (dayNumber(day)! - daysBefore) * DAY + minute * MINUTE + rest
        return { zoneName, wall, onRule }
      }),
  )

it(
  'gives exactly the times that every part of the rule lets be',
  () => {
    let given = 0
    let tooRare = 0
    const { seed, numRuns } = runs(0.4)
    fc.assert(
      fc.property(anyRule, anyStart, (rule, { zoneName, wall, onRule }) => {
        const on = onRule ? (oracleWalls(rule.parts, wall)[0] ?? wall) : wall
        const startsAt = oracleInstant(zoneName, on)
        const parts = withEnd(rule, zoneName, on)
        const found = occurrencesOf(zoneOf(zoneName), startsAt, ruleText(parts), LIMIT)
        // What would take too long to find may be refused.
        if (!found.ok && found.message === 'The rule falls too rarely.') return void tooRare++
        const wanted = oracleOccurrences(zoneName, startsAt, parts, LIMIT)
        const got = found.ok ? { starts: found.starts } : { refused: found.at }
        expect({ rule: ruleText(parts), ...got }).toEqual({ rule: ruleText(parts), ...wanted })
        if (found.ok) given += found.starts.length
      }),
      { seed, numRuns },
    )
    expect(given).toBeGreaterThan(numRuns)
    expect(tooRare).toBeLessThan(numRuns / 50)
  },
  LONG,
)
