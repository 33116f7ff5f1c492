// Four hundred days in each of twelve zones and more, with every change of clocks in them: what is
// listed is what the oracle lists, every start that is listed is accepted, and no other is.

import { expect, it } from 'vitest'
import type { SlotRules, SlotStaff, SlotWorld } from '../../src/availability/slot-world.ts'
import { checkStart, listSlots } from '../../src/availability/slots.ts'
import { HOUR, MINUTE } from '../../src/time/instant.ts'
import { fromPairs } from '../../src/time/interval-set.ts'
import { dayName, dayNumber } from '../../src/time/local.ts'
import { dayStart, zoneOf } from '../../src/time/zone.ts'
import { LONG, isLong } from '../support/runs.ts'
import { YEARS, changesWithin, type Year } from '../support/zone-days.ts'
import { oracleSlots } from './oracle.ts'

const DAYS = 400

const rules: SlotRules = {
  durationMinutes: 45,
  bufferBeforeMinutes: 5,
  bufferAfterMinutes: 10,
  slotStepMinutes: 15,
  stepFrom: 'MIDNIGHT',
  minNoticeMinutes: 120,
  maxAdvanceDays: DAYS - 2,
  bookableFromDay: null,
  bookableUntilDay: null,
  minParty: 1,
  maxParty: null,
  dailyLimit: null,
}

/** Every day from 00:00 to 24:00, or by turns over midnight and until 24:00. */
const always = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
  weekday,
  startMinute: 0,
  endMinute: 1440,
}))
const nights = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
  weekday,
  startMinute: weekday % 3 === 0 ? 1080 : 1290,
  endMinute: weekday % 3 === 0 ? 1440 : 1290 + 300,
}))

function busyFrom(start: number, everyHours: number): readonly number[] {
  const pairs: number[] = []
  for (let at = start; at < start + DAYS * 24 * HOUR; at += everyHours * HOUR) {
    pairs.push(at, at + 100 * MINUTE + 20_000)
  }
  return fromPairs(pairs)
}

function member(id: string, changes: Partial<SlotStaff>): SlotStaff {
  return { id, weekly: [], exceptions: [], busy: [], bookedByDay: new Map(), ...changes }
}

function worldOf({ zoneName, from }: Year, stepFrom: 'MIDNIGHT' | 'WINDOW'): SlotWorld {
  const zone = zoneOf(zoneName)
  const start = dayStart(zone, dayNumber(from)!)
  // The oracle knows whole minutes only, and so does a window that the step is counted from.
  const busy = (hours: number) =>
    busyFrom(start, hours).map((at) =>
      stepFrom === 'WINDOW' ? Math.floor(at / MINUTE) * MINUTE : at,
    )
  return {
    now: start + 90 * MINUTE,
    account: { zone, weekly: always, exceptions: [] },
    service: { ...rules, stepFrom, slotStepMinutes: stepFrom === 'WINDOW' ? 40 : 15 },
    bookedByDay: new Map(),
    staffMode: 'ANY',
    staff: [
      member('day', { busy: busy(7) }),
      member('night', { weekly: nights, busy: busy(31) }),
      member('far', { weekly: nights, zone: zoneOf('America/New_York'), durationMinutes: 60 }),
    ],
    requirements: [[{ id: 'room', weekly: [], exceptions: [], units: [busy(5), busy(11)] }]],
    partySize: 1,
    durationMinutes: null,
  }
}

type Range = { from: number; to: number }

/** The days beside each change of clocks; all of them in the long run. */
function rangesOf(year: Year): Range[] {
  const zone = zoneOf(year.zoneName)
  const first = dayNumber(year.from)!
  const at = (day: number) => dayStart(zone, day) / MINUTE
  if (isLong) return [{ from: at(first), to: at(first + DAYS) }]
  const changes = changesWithin(year.zoneName, first, first + DAYS)
  const days = changes.length > 0 ? changes : [first + 200]
  return days.map((day) => ({ from: at(day - 1), to: at(day + 2) }))
}

it.each(YEARS)(
  'knows the days on which clocks change in $zoneName',
  ({ zoneName, from, changes }) => {
    const first = dayNumber(from)!
    expect(changesWithin(zoneName, first, first + DAYS).map(dayName)).toEqual(changes)
  },
)

it.each(YEARS.flatMap((year) => (['MIDNIGHT', 'WINDOW'] as const).map((step) => ({ year, step }))))(
  'offers what it accepts, for 400 days in $year.zoneName by $step',
  ({ year, step }) => {
    const zone = zoneOf(year.zoneName)
    const world = worldOf(year, step)
    const first = dayNumber(year.from)!
    const all = listSlots(world, dayStart(zone, first), dayStart(zone, first + DAYS))
    expect(all.length).toBeGreaterThan(DAYS * 10)
    const offered = new Set(all.map(({ startsAt }) => startsAt))
    const refused = [...offered].filter(
      (startsAt, index) => (isLong || index % 9 === 0) && !checkStart(world, startsAt).ok,
    )
    expect(refused).toEqual([])
    for (const { from, to } of rangesOf(year)) {
      const slots = oracleSlots(world, from, to)
      const listed = all.filter(
        ({ startsAt }) => startsAt >= from * MINUTE && startsAt < to * MINUTE,
      )
      if (JSON.stringify(listed) !== JSON.stringify(slots)) expect(listed).toEqual(slots)
      const accepted: string[] = []
      for (let minute = from; minute < to; minute += isLong ? 1 : 5) {
        const startsAt = minute * MINUTE
        if (offered.has(startsAt) || !checkStart(world, startsAt).ok) continue
        accepted.push(new Date(startsAt).toISOString())
      }
      expect(accepted).toEqual([])
    }
  },
  LONG,
)
