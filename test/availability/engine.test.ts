// The engine against the minute-by-minute oracle, and against itself: what is offered can be booked
// and what can be booked is offered. `npm run prove` runs it for long.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { workingTime } from '../../src/availability/hours.ts'
import { withTaken } from '../../src/availability/run.ts'
import { rangeToLoad, type SlotWorld } from '../../src/availability/slot-world.ts'
import { checkStart, listSlots, nextStarts } from '../../src/availability/slots.ts'
import type { Slot } from '../../src/availability/starts.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { clip, contains, union, type IntervalSet } from '../../src/time/interval-set.ts'
import { LONG, RUNS, runs } from '../support/runs.ts'
import { localDay, oracleSlots, workedMinutes } from './oracle.ts'
import { anyCase } from './worlds.ts'

/** As toEqual, without its cost when there is nothing to show. */
function expectSame(got: unknown, wanted: unknown): void {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) expect(got).toEqual(wanted)
}

describe('the engine', () => {
  it(
    'offers exactly what the oracle offers',
    () => {
      let offered = 0
      fc.assert(
        fc.property(anyCase, ({ world, from, to, wanted }) => {
          const slots = listSlots(world, from * MINUTE, to * MINUTE, wanted)
          expectSame(slots, oracleSlots(world, from, to, wanted))
          offered += slots.length
        }),
        runs(),
      )
      // Worlds in which nothing is ever free would prove nothing.
      expect(offered).toBeGreaterThan(RUNS)
    },
    LONG,
  )

  it(
    'accepts every start it offers, with what it offered, and no other',
    () => {
      let accepted = 0
      fc.assert(
        fc.property(anyCase, fc.nat(16), ({ world, from, to, wanted }, phase) => {
          const first = new Map<number, Slot>()
          for (const slot of listSlots(world, from * MINUTE, to * MINUTE, wanted)) {
            if (!first.has(slot.startsAt)) first.set(slot.startsAt, slot)
          }
          for (const [startsAt, slot] of first) {
            expectSame(checkStart(world, startsAt, wanted), { ok: true, ...slot })
            accepted++
          }
          const wrong: number[] = []
          for (let minute = from + phase; minute < to; minute += 17) {
            const { ok } = checkStart(world, minute * MINUTE, wanted)
            if (ok !== first.has(minute * MINUTE)) wrong.push(minute)
          }
          expect(wrong).toEqual([])
        }),
        runs(),
      )
      expect(accepted).toBeGreaterThan(RUNS)
    },
    LONG,
  )

  it(
    'offers the same whatever is taken beside the range that is loaded for it',
    () => {
      let offered = 0
      fc.assert(
        fc.property(anyCase, ({ world, from, to, wanted }) => {
          const { service, staff, account } = world
          const lengths = [service, world, ...staff].map((each) => each.durationMinutes ?? 0)
          const [first, last] = [from * MINUTE, to * MINUTE]
          const longest = Math.max(...lengths)
          const { start, end } = rangeToLoad(account.zone, service, longest, first, last)
          const beside = [start - 9 * DAY, start, end, end + 9 * DAY]
          const slots = listSlots(world, first, last, wanted)
          const narrow = withBusy(world, (busy) => clip(busy, start, end))
          expectSame(listSlots(narrow, first, last, wanted), slots)
          const wide = withBusy(world, (busy) => union(busy, beside))
          expectSame(listSlots(wide, first, last, wanted), slots)
          offered += slots.length
        }),
        runs(),
      )
      expect(offered).toBeGreaterThan(RUNS)
    },
    LONG,
  )

  it(
    'keeps room for the buffers of both neighbours, and counts what was taken',
    () => {
      fc.assert(
        fc.property(anyCase, fc.nat(), fc.nat(), ({ world, from, to }, which, who) => {
          const slots = listSlots(world, from * MINUTE, to * MINUTE)
          fc.pre(slots.length > 0)
          const slot = slots[which % slots.length]!
          const lead = slot.staffIds[who % slot.staffIds.length]
          const staffIds = world.staffMode === 'ANY' && lead ? [lead] : slot.staffIds
          const after = withTaken(world, { ...slot, staffIds })
          const left = listSlots(after, from * MINUTE, to * MINUTE)
          expectSame(left, oracleSlots(booked(world, { ...slot, staffIds }), from, to))
          const gap =
            (world.service.bufferBeforeMinutes + world.service.bufferAfterMinutes) * MINUTE
          const tooNear = left.filter(
            (other) =>
              other.startsAt < slot.endsAt + gap &&
              slot.startsAt < other.endsAt + gap &&
              staffIds.some((id) => other.staffIds.includes(id)),
          )
          expect(tooNear).toEqual([])
        }),
        runs(),
      )
    },
    LONG,
  )

  it(
    'offers a staff member alone exactly when it offers them among others',
    () => {
      fc.assert(
        fc.property(anyCase, ({ world, from, to }) => {
          fc.pre(world.staffMode === 'ANY' && world.staff.length > 0)
          const all = listSlots(world, from * MINUTE, to * MINUTE)
          for (const { id } of world.staff) {
            const alone = listSlots(world, from * MINUTE, to * MINUTE, [id])
            const among = all
              .filter((slot) => slot.staffIds.includes(id))
              .map((slot) => ({ ...slot, staffIds: [id] }))
            expect(alone).toEqual(among)
          }
        }),
        runs(),
      )
    },
    LONG,
  )

  it(
    'gives the same slots for a range as for its parts, and the first of them as the next',
    () => {
      fc.assert(
        fc.property(anyCase, fc.nat(2880), fc.nat(5), ({ world, from, to }, cut, count) => {
          const middle = Math.min(from + cut, to)
          const whole = listSlots(world, from * MINUTE, to * MINUTE)
          const parts = [
            ...listSlots(world, from * MINUTE, middle * MINUTE),
            ...listSlots(world, middle * MINUTE, to * MINUTE),
          ]
          expect(parts).toEqual(whole)
          const next = nextStarts(world, from * MINUTE, to * MINUTE, count)
          expect(next).toEqual(whole.slice(0, count))
        }),
        runs(),
      )
    },
    LONG,
  )
})

function withBusy(world: SlotWorld, change: (busy: IntervalSet) => IntervalSet): SlotWorld {
  return {
    ...world,
    staff: world.staff.map((member) => ({ ...member, busy: change(member.busy) })),
    requirements: world.requirements.map((group) =>
      group.map((resource) => ({ ...resource, units: resource.units.map(change) })),
    ),
  }
}

/** The world after a booking, by the words of the promise and not by the engine's own. */
function booked(world: SlotWorld, { startsAt, endsAt, staffIds, resources }: Slot): SlotWorld {
  const { bufferBeforeMinutes, bufferAfterMinutes } = world.service
  const span = [startsAt - bufferBeforeMinutes * MINUTE, endsAt + bufferAfterMinutes * MINUTE]
  const day = localDay(world.account.zone.name, startsAt / MINUTE)
  const oneMore = (days: ReadonlyMap<number, number>) =>
    new Map([...days, [day, (days.get(day) ?? 0) + 1]])
  const isTaken = (id: string, unit: number) =>
    resources.some((each) => each.id === id && each.unit === unit)
  return {
    ...world,
    bookedByDay: oneMore(world.bookedByDay),
    staff: world.staff.map((member) => ({
      ...member,
      busy: staffIds.includes(member.id) ? [...member.busy, ...span] : member.busy,
      bookedByDay: staffIds.includes(member.id) ? oneMore(member.bookedByDay) : member.bookedByDay,
    })),
    requirements: world.requirements.map((group) =>
      group.map((resource) => ({
        ...resource,
        units: resource.units.map((busy, unit) =>
          isTaken(resource.id, unit) ? [...busy, ...span] : busy,
        ),
      })),
    ),
  }
}

describe('working time', () => {
  it(
    'holds exactly the minutes whose wall time lies in the hours',
    () => {
      fc.assert(
        fc.property(anyCase, ({ world: { account }, from }) => {
          const end = from + (2 * DAY) / MINUTE
          const worked = workingTime(account, from * MINUTE, end * MINUTE)
          const flags = workedMinutes(account, account.zone.name, { first: from, end })
          const wrong: number[] = []
          for (let minute = from; minute < end; minute++) {
            const inside = contains(worked, minute * MINUTE, (minute + 1) * MINUTE)
            if (inside !== (flags[minute - from] === 1)) wrong.push(minute)
          }
          expect(wrong).toEqual([])
        }),
        runs(),
      )
    },
    LONG,
  )
})
