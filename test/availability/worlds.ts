// Random small worlds around days on which something happens to the clocks, for property tests.
// Everything lies on whole minutes, as the oracle counts.

import fc from 'fast-check'
import type { HoursException, WeeklyHours } from '../../src/availability/hours.ts'
import type { SlotResource, SlotStaff, SlotWorld } from '../../src/availability/slot-world.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { fromPairs } from '../../src/time/interval-set.ts'
import { dayNumber, weekdayOf } from '../../src/time/local.ts'
import { dayStart, zoneOf } from '../../src/time/zone.ts'

/** Zones with days on which clocks change, and ordinary ones. */
export const DAYS: readonly (readonly [zone: string, ...days: string[]])[] = [
  ['Europe/London', '2026-03-29', '2026-10-25', '2026-07-01'],
  ['America/New_York', '2026-03-08', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-04-05', '2026-10-04'],
  ['Asia/Kolkata', '2026-06-15'],
  ['Africa/Casablanca', '2026-02-15', '2026-03-22'],
  ['Pacific/Apia', '2011-12-29', '2011-12-31', '2011-09-24'],
  ['Pacific/Kiritimati', '1994-12-30', '2026-06-15'],
  ['America/Vancouver', '2026-03-08', '2026-11-01'],
  // Clocks that change at midnight.
  ['Asia/Beirut', '2026-03-29', '2026-10-24', '2026-10-25'],
  ['Africa/Cairo', '2026-04-24', '2026-10-29', '2026-10-30'],
  ['America/Santiago', '2026-04-04', '2026-09-06'],
  ['UTC', '2026-02-28'],
]

/** How often the long run repeats each property; the normal one is quick. */
export const RUNS = Number(process.env.RUNS ?? 250)
export const SEED = Number(process.env.SEED ?? 20_260_601)

export type Case = {
  world: SlotWorld
  /** Whole minutes since 1970: the range that is listed. */
  from: number
  to: number
}

const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15),
  fc.integer({ min: 0, max: 1439 }),
  fc.constantFrom(0, 60, 90, 120, 1320, 1380),
)

const interval = fc
  .tuple(minuteOfDay, fc.oneof(fc.integer({ min: 1, max: 1440 }), fc.constantFrom(240, 480, 1440)))
  .map(([startMinute, length]) => ({ startMinute, endMinute: startMinute + length }))

const untilMidnight = minuteOfDay.map((startMinute) => ({ startMinute, endMinute: 1440 }))

function weeklyAround(focus: number): fc.Arbitrary<WeeklyHours> {
  const near = fc.integer({ min: -1, max: 2 }).map((shift) => focus + shift)
  const valid = fc.option(
    fc.integer({ min: -2, max: 2 }).map((n) => focus + n),
    { freq: 4 },
  )
  return fc
    .tuple(near, fc.oneof(interval, untilMidnight), valid, valid)
    .map(([day, times, validFrom, validUntil]) => ({
      weekday: weekdayOf(day),
      ...times,
      validFrom,
      validUntil,
    }))
}

function exceptionAround(focus: number): fc.Arbitrary<HoursException> {
  return fc
    .tuple(
      fc.constantFrom('CLOSED' as const, 'OPEN' as const),
      fc.integer({ min: -1, max: 2 }),
      fc.option(interval, { freq: 2 }),
    )
    .map(([kind, shift, times]) => ({ kind, day: focus + shift, ...times }))
}

function hoursAround(focus: number, rows: number, exceptions: number) {
  return fc.record({
    weekly: fc.array(weeklyAround(focus), { maxLength: rows }),
    exceptions: fc.array(exceptionAround(focus), { maxLength: exceptions }),
  })
}

function busyAround(start: number) {
  return fc
    .array(fc.tuple(fc.integer({ min: -2000, max: 5000 }), fc.integer({ min: 1, max: 300 })), {
      maxLength: 6,
    })
    .map((list) =>
      fromPairs(
        list.flatMap(([at, length]) => [start + at * MINUTE, start + (at + length) * MINUTE]),
      ),
    )
}

function bookedAround(focus: number) {
  return fc
    .array(fc.tuple(fc.integer({ min: -1, max: 2 }), fc.integer({ min: 0, max: 3 })), {
      maxLength: 3,
    })
    .map((list) => new Map(list.map(([shift, count]) => [focus + shift, count])))
}

const limit = fc.option(fc.integer({ min: 0, max: 3 }), { freq: 3 })
const ownZone = fc.option(
  fc.constantFrom('Asia/Kolkata', 'America/New_York', 'Europe/London').map(zoneOf),
  { freq: 3 },
)

function staffAround(focus: number, start: number): fc.Arbitrary<SlotStaff[]> {
  const member = fc.record({
    own: hoursAround(focus, 4, 2),
    zone: ownZone,
    busy: busyAround(start),
    durationMinutes: fc.option(fc.constantFrom(10, 45, 60), { freq: 2 }),
    dailyLimit: limit,
    bookedByDay: bookedAround(focus),
  })
  return fc
    .array(member, { maxLength: 3 })
    .map((list) => list.map(({ own, ...rest }, i) => ({ id: `staff-${i}`, ...own, ...rest })))
}

function requirementsAround(focus: number, start: number): fc.Arbitrary<SlotResource[][]> {
  const resource = fc.record({
    own: hoursAround(focus, 2, 1),
    zone: ownZone,
    units: fc.array(busyAround(start), { maxLength: 3 }),
  })
  // Requirements may share resources, which then serve only one of them at a time.
  return fc
    .tuple(
      fc.array(resource, { minLength: 1, maxLength: 3 }),
      fc.array(fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
    )
    .map(([list, groups]) => {
      const all = list.map(({ own, zone, units }, i) => ({ id: `room-${i}`, ...own, zone, units }))
      return groups.map((group) => group.flatMap((index) => all[index] ?? []))
    })
}

function serviceAround(focus: number) {
  const day = fc.option(
    fc.integer({ min: -1, max: 2 }).map((shift) => focus + shift),
    { freq: 6 },
  )
  return fc.record({
    durationMinutes: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.constantFrom(15, 30, 60)),
    bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 10, 45),
    bufferAfterMinutes: fc.constantFrom(0, 0, 5, 15, 90),
    slotStepMinutes: fc.constantFrom(5, 7, 15, 20, 30, 45, 60, 100),
    stepFrom: fc.constantFrom('MIDNIGHT' as const, 'WINDOW' as const),
    minNoticeMinutes: fc.constantFrom(0, 0, 60, 1000),
    maxAdvanceDays: fc.option(fc.integer({ min: 0, max: 4 }), { freq: 3 }),
    bookableFromDay: day,
    bookableUntilDay: day,
    minParty: fc.constant(1),
    maxParty: fc.constantFrom(null, 4),
    dailyLimit: limit,
  })
}

function worldAround(zoneName: string, focus: number): fc.Arbitrary<Case> {
  const zone = zoneOf(zoneName)
  const start = dayStart(zone, focus)
  const world: fc.Arbitrary<SlotWorld> = fc.record({
    now: fc.integer({ min: -2880, max: 1000 }).map((minutes) => start + minutes * MINUTE),
    account: hoursAround(focus, 5, 2).map((hours) => ({ zone, ...hours })),
    service: serviceAround(focus),
    serviceHours: fc.option(hoursAround(focus, 5, 2), { freq: 3 }),
    bookedByDay: bookedAround(focus),
    staffMode: fc.constantFrom('ANY', 'ANY', 'COLLECTIVE', 'NONE'),
    staff: staffAround(focus, start),
    requirements: requirementsAround(focus, start),
    partySize: fc.constantFrom(1, 1, 1, 1, 2, 4, 5),
    durationMinutes: fc.option(fc.constantFrom(20, 90), { freq: 6 }),
  })
  const range = fc.tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: -600, max: 600 })),
    fc.oneof(fc.constant(1440), fc.integer({ min: 0, max: (2 * DAY) / MINUTE })),
  )
  return fc.tuple(world, range).map(([made, [shift, length]]) => {
    const from = start / MINUTE + shift
    return { world: made, from, to: from + length }
  })
}

/** Worlds in every zone of `DAYS`, each around one of its days. */
export const anyCase: fc.Arbitrary<Case> = fc
  .constantFrom(...DAYS.flatMap(([zone, ...days]) => days.map((day) => [zone, day] as const)))
  .chain(([zone, day]) => worldAround(zone, dayNumber(day)!))
