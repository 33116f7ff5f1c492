// The engine against the minute-by-minute oracle, and against itself: what is offered can be booked
// and what can be booked is offered. The long run: RUNS=100000 npx vitest run test/availability

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { workingTime } from '../../src/availability/hours.ts'
import { checkStart, listSlots, nextStarts } from '../../src/availability/slots.ts'
import type { Slot } from '../../src/availability/starts.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { contains } from '../../src/time/interval-set.ts'
import { isWorked, oracleSlots } from './oracle.ts'
import { RUNS, SEED, anyCase } from './worlds.ts'

const runs = { seed: SEED, numRuns: RUNS }
const LONG = 60_000 + RUNS * 200

describe('the engine', () => {
  it(
    'offers exactly what the oracle offers',
    () => {
      let offered = 0
      fc.assert(
        fc.property(anyCase, ({ world, from, to }) => {
          const slots = listSlots(world, from * MINUTE, to * MINUTE)
          expect(slots).toEqual(oracleSlots(world, from, to))
          offered += slots.length
        }),
        runs,
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
        fc.property(anyCase, fc.nat(16), ({ world, from, to }, phase) => {
          const first = new Map<number, Slot>()
          for (const slot of listSlots(world, from * MINUTE, to * MINUTE)) {
            if (!first.has(slot.startsAt)) first.set(slot.startsAt, slot)
          }
          for (const [startsAt, slot] of first) {
            expect(checkStart(world, startsAt)).toEqual({ ok: true, ...slot })
            accepted++
          }
          for (let minute = from + phase; minute < to; minute += 17) {
            const answer = checkStart(world, minute * MINUTE)
            expect(answer.ok).toBe(first.has(minute * MINUTE))
          }
        }),
        runs,
      )
      expect(accepted).toBeGreaterThan(RUNS)
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
        runs,
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
        runs,
      )
    },
    LONG,
  )
})

describe('working time', () => {
  it(
    'holds exactly the minutes whose wall time lies in the hours',
    () => {
      fc.assert(
        fc.property(anyCase, ({ world: { account }, from }) => {
          const end = from + (2 * DAY) / MINUTE
          const worked = workingTime(account, from * MINUTE, end * MINUTE)
          const wrong: number[] = []
          for (let minute = from; minute < end; minute++) {
            const inside = contains(worked, minute * MINUTE, (minute + 1) * MINUTE)
            if (inside !== isWorked(account, account.zone.name, minute)) wrong.push(minute)
          }
          expect(wrong).toEqual([])
        }),
        runs,
      )
    },
    LONG,
  )
})
