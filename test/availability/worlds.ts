// Random small worlds around days on which something happens to the clocks, for property tests.
// Everything lies on whole minutes, as the oracle counts.

import fc from 'fast-check'
import type { HoursException, WeeklyHours } from '../../src/availability/hours.ts'
import type { SlotResource, SlotStaff, SlotWorld } from '../../src/availability/slot-world.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { fromPairs } from '../../src/time/interval-set.ts'
import { dayNumber, weekdayOf } from '../../src/time/local.ts'
import { dayStart, zoneOf } from '../../src/time/zone.ts'
import { ZONE_DAYS } from '../support/zone-days.ts'

export type Case = {
  world: SlotWorld
  /** Whole minutes since 1970: the range that is listed. */
  from: number
  to: number
  /** The only staff that are asked for. */
  wanted: string[] | null
}

/** Mostly `usual`, so that most worlds offer something, and now and then what hinders it. */
function mostly<T, U>(usual: fc.Arbitrary<T>, hindering: fc.Arbitrary<U>, weight = 9) {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: hindering, weight: 1 })
}

const minuteOfDay = fc.oneof(
  fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15),
  fc.integer({ min: 0, max: 1439 }),
  fc.constantFrom(0, 60, 90, 120, 1320, 1380),
)

const anyInterval = fc
  .tuple(minuteOfDay, fc.oneof(fc.integer({ min: 1, max: 1440 }), fc.constantFrom(240, 480, 1440)))
  .map(([startMinute, length]) => ({ startMinute, endMinute: startMinute + length }))

const wideInterval = fc
  .tuple(fc.integer({ min: 0, max: 540 }), fc.integer({ min: 600, max: 1440 }))
  .map(([startMinute, length]) => ({ startMinute, endMinute: startMinute + length }))

const untilMidnight = minuteOfDay.map((startMinute) => ({ startMinute, endMinute: 1440 }))

function weeklyAround(focus: number): fc.Arbitrary<WeeklyHours[]> {
  const valid = mostly(
    fc.constant(null),
    fc.integer({ min: -2, max: 2 }).map((shift) => focus + shift),
  )
  const row = fc.record({ times: fc.oneof(anyInterval, untilMidnight), valid, until: valid })
  const days = [-1, 0, 1, 2].map((shift) =>
    fc
      .tuple(mostly(wideInterval, anyInterval, 3), fc.array(row, { maxLength: 1 }))
      .map(([wide, more]): WeeklyHours[] => {
        const weekday = weekdayOf(focus + shift)
        const rows = more.map(({ times, valid: validFrom, until: validUntil }) => ({
          weekday,
          ...times,
          validFrom,
          validUntil,
        }))
        return [{ weekday, ...wide }, ...rows]
      }),
  )
  return fc.tuple(...days).map((rows) => rows.flat())
}

function exceptionAround(focus: number): fc.Arbitrary<HoursException> {
  const kind = fc.constantFrom('CLOSED' as const, 'OPEN' as const)
  return fc
    .tuple(
      kind,
      fc.integer({ min: -1, max: 2 }),
      mostly(anyInterval, fc.constant({ startMinute: null, endMinute: null }), 4),
    )
    .map(([kind, shift, times]) => ({ kind, day: focus + shift, ...times }))
}

function hoursAround(focus: number, none: number) {
  const weekly = weeklyAround(focus)
  return fc.record({
    weekly: none === 0 ? weekly : mostly(weekly, fc.constant([]), none),
    exceptions: mostly(
      fc.constant([]),
      fc.array(exceptionAround(focus), { minLength: 1, maxLength: 2 }),
      2,
    ),
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

const limit = mostly(fc.constant(null), fc.integer({ min: 0, max: 3 }), 3)
const ownZone = mostly(
  fc.constant(null),
  fc.constantFrom('Asia/Kolkata', 'America/New_York', 'Europe/London').map(zoneOf),
  3,
)

function staffAround(focus: number, start: number): fc.Arbitrary<SlotStaff[]> {
  const member = fc.record({
    own: hoursAround(focus, 1),
    zone: ownZone,
    busy: busyAround(start),
    durationMinutes: mostly(fc.constant(null), fc.constantFrom(10, 45, 60), 3),
    dailyLimit: limit,
    bookedByDay: bookedAround(focus),
  })
  return mostly(fc.array(member, { minLength: 1, maxLength: 3 }), fc.constant([]), 20).map((list) =>
    list.map(({ own, ...rest }, i) => ({ id: `staff-${i}`, ...own, ...rest })),
  )
}

function requirementsAround(focus: number, start: number): fc.Arbitrary<SlotResource[][]> {
  const resource = fc.record({
    own: hoursAround(focus, 1),
    zone: ownZone,
    units: mostly(fc.array(busyAround(start), { minLength: 1, maxLength: 3 }), fc.constant([]), 20),
  })
  // Requirements may share resources, which then serve only one of them at a time.
  return fc
    .tuple(
      fc.array(resource, { minLength: 3, maxLength: 3 }),
      fc.array(fc.uniqueArray(fc.nat(2), { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
    )
    .map(([list, groups]) => {
      const all = list.map(({ own, zone, units }, i) => ({ id: `room-${i}`, ...own, zone, units }))
      return groups.map((group) => group.map((index) => all[index]!))
    })
}

function serviceAround(focus: number) {
  const day = mostly(
    fc.constant(null),
    fc.integer({ min: -1, max: 2 }).map((shift) => focus + shift),
  )
  return fc.record({
    durationMinutes: fc.oneof(fc.integer({ min: 1, max: 150 }), fc.constantFrom(15, 30, 60)),
    bufferBeforeMinutes: fc.constantFrom(0, 0, 5, 10, 45),
    bufferAfterMinutes: fc.constantFrom(0, 0, 5, 15, 90),
    slotStepMinutes: fc.constantFrom(5, 7, 15, 20, 30, 45, 60, 100),
    stepFrom: fc.constantFrom('MIDNIGHT' as const, 'WINDOW' as const),
    minNoticeMinutes: fc.constantFrom(0, 0, 60, 1000),
    maxAdvanceDays: mostly(fc.constant(null), fc.integer({ min: 0, max: 4 }), 2),
    bookableFromDay: day,
    bookableUntilDay: day,
    minParty: mostly(fc.constant(1), fc.constant(2)),
    maxParty: fc.constantFrom(null, 4),
    dailyLimit: limit,
  })
}

// Outside calendars and blocks know seconds. A step that is counted from windows then begins at
// seconds too, of which the oracle knows nothing.
function withSeconds(world: SlotWorld, seconds: number): SlotWorld {
  if (world.service.stepFrom === 'WINDOW') return world
  const shifted = (busy: readonly number[]) => busy.map((at) => at + seconds * 1000)
  return {
    ...world,
    staff: world.staff.map((member) => ({ ...member, busy: shifted(member.busy) })),
    requirements: world.requirements.map((group) =>
      group.map((resource) => ({ ...resource, units: resource.units.map(shifted) })),
    ),
  }
}

function worldAround(zoneName: string, focus: number): fc.Arbitrary<Case> {
  const zone = zoneOf(zoneName)
  const start = dayStart(zone, focus)
  const world: fc.Arbitrary<SlotWorld> = fc.record({
    now: fc
      .tuple(fc.integer({ min: -2880, max: 400 }), mostly(fc.constant(0), fc.constantFrom(1, 30)))
      .map(([minutes, seconds]) => start + minutes * MINUTE + seconds * 1000),
    account: hoursAround(focus, 20).map((hours) => ({ zone, ...hours })),
    service: serviceAround(focus),
    serviceHours: mostly(fc.constant(null), hoursAround(focus, 4), 2),
    windowHours: mostly(fc.constant(null), weeklyAround(focus), 3),
    bookedByDay: bookedAround(focus),
    staffMode: fc.constantFrom('ANY', 'ANY', 'COLLECTIVE', 'NONE'),
    staff: staffAround(focus, start),
    requirements: requirementsAround(focus, start),
    partySize: mostly(fc.constantFrom(1, 2), fc.constantFrom(4, 5)),
    durationMinutes: mostly(fc.constant(null), fc.constantFrom(20, 90)),
  })
  const range = fc.tuple(
    fc.oneof(fc.constant(0), fc.integer({ min: -600, max: 600 })),
    fc.oneof(fc.constant(1440), fc.integer({ min: 0, max: (2 * DAY) / MINUTE })),
  )
  const seconds = mostly(fc.constant(0), fc.constantFrom(1, 59), 3)
  const wanted = mostly(
    fc.constant(null),
    fc.subarray(['staff-0', 'staff-1', 'staff-2', 'nobody']),
    3,
  )
  return fc.tuple(world, seconds, range, wanted).map(([made, late, [shift, length], staffIds]) => {
    const from = start / MINUTE + shift
    return { world: withSeconds(made, late), from, to: from + length, wanted: staffIds }
  })
}

/** Worlds in every zone of `ZONE_DAYS`, each around one of its days. */
export const anyCase: fc.Arbitrary<Case> = fc
  .constantFrom(...ZONE_DAYS.flatMap(([zone, ...days]) => days.map((day) => [zone, day] as const)))
  .chain(([zone, day]) => worldAround(zone, dayNumber(day)!))
