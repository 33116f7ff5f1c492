// What becomes of stored busy times when a window is told anew: exact cases at the edges, and for
// any lists at all, minute by minute, that outside nothing changes and inside it is as told.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { busyIssues, replaceWithin, type BusyPeriod } from '../../src/availability/busy-times.ts'
import { DAY, HOUR } from '../../src/time/instant.ts'

const period = (startsAt: number, endsAt: number, externalId: string | null = null) => ({
  startsAt,
  endsAt,
  externalId,
})

/** What is stored after the window was told. */
function after(
  stored: readonly BusyPeriod[],
  told: readonly BusyPeriod[],
  window: { from: number; to: number },
): BusyPeriod[] {
  const overlaps = (one: BusyPeriod) => one.startsAt < window.to && one.endsAt > window.from
  const { removed, added, kept } = replaceWithin(stored.filter(overlaps), told, window)
  expect(kept.length + removed.length).toBe(stored.filter(overlaps).length)
  const rest = stored.filter((one) => !overlaps(one))
  return [...rest, ...kept, ...added].toSorted(
    (a, b) => a.startsAt - b.startsAt || a.endsAt - b.endsAt,
  )
}

const window = { from: 10, to: 20 }

describe('a window told anew', () => {
  it('replaces what lies in it and leaves the same alone', () => {
    const stored = [period(11, 12, 'a'), period(13, 14, 'b')]
    const told = [period(13, 14, 'b'), period(15, 16, 'c')]
    expect(replaceWithin(stored, told, window)).toEqual({
      removed: [stored[0]],
      kept: [stored[1]],
      added: [told[1]],
    })
  })

  it('with nothing in it is empty, and what goes over its edges keeps its part outside', () => {
    expect(after([period(5, 25, 'a'), period(12, 13)], [], window)).toEqual([
      period(5, 10, 'a'),
      period(20, 25, 'a'),
    ])
  })

  it('counts a period that goes over an edge only inside', () => {
    expect(after([], [period(5, 12, 'a'), period(18, 30)], window)).toEqual([
      period(10, 12, 'a'),
      period(18, 20),
    ])
  })

  it('leaves whole what is told to go over an edge as it did', () => {
    const stored = [period(5, 12, 'a'), period(18, 30), period(0, 40, 'b')]
    expect(replaceWithin(stored, stored, window)).toEqual({ removed: [], added: [], kept: stored })
    const clipped = [period(10, 12, 'a'), period(18, 20), period(10, 20, 'b')]
    expect(replaceWithin(stored, clipped, window)).toEqual({ removed: [], added: [], kept: stored })
  })

  it('lengthens in one piece what goes over an edge, and joins no other entry to it', () => {
    expect(after([period(5, 12, 'a')], [period(5, 15, 'a'), period(10, 11, 'b')], window)).toEqual([
      period(5, 15, 'a'),
      period(10, 11, 'b'),
    ])
  })

  it('says the same entry twice once', () => {
    expect(after([], [period(11, 12), period(11, 12)], window)).toEqual([period(11, 12)])
  })

  it('ends before what starts where it ends', () => {
    const stored = [period(8, 10), period(20, 22)]
    expect(after(stored, [], window)).toEqual(stored)
  })
})

describe('any window told over any stored times', () => {
  const times = fc.array(
    fc
      .tuple(fc.nat(30), fc.integer({ min: 1, max: 20 }), fc.constantFrom(null, 'a', 'b'))
      .map(([start, length, externalId]) => period(start, start + length, externalId)),
    { maxLength: 8 },
  )
  const windows = fc
    .tuple(fc.nat(30), fc.integer({ min: 1, max: 20 }))
    .map(([from, length]) => ({ from, to: from + length }))
  const isTaken = (list: readonly BusyPeriod[], at: number) =>
    list.some(({ startsAt, endsAt }) => startsAt <= at && at < endsAt)

  it('takes inside what was told and outside what it took, and told again changes nothing', () => {
    fc.assert(
      fc.property(times, times, windows, (stored, told, asked) => {
        const result = after(stored, told, asked)
        const instants = Array.from({ length: 53 }, (_, index) => index - 1)
        const wanted = instants.filter((at) =>
          isTaken(asked.from <= at && at < asked.to ? told : stored, at),
        )
        expect(instants.filter((at) => isTaken(result, at))).toEqual(wanted)
        expect(after(result, told.toReversed(), asked)).toEqual(result)
        const clipped = told.map(({ startsAt, endsAt, externalId }) =>
          period(Math.max(startsAt, asked.from), Math.min(endsAt, asked.to), externalId),
        )
        expect(after(result, clipped, asked)).toEqual(result)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('what is told', () => {
  const legal = { calendar: 'Work', from: 0, to: 400 * DAY, periods: [period(0, HOUR)] }

  it('is legal up to its limits', () => {
    const most = Array.from({ length: 2000 }, (_, n) => period(n, n + 1, 'x'.repeat(1024)))
    expect(busyIssues(legal)).toEqual([])
    expect(busyIssues({ ...legal, calendar: 'x'.repeat(100), periods: most })).toEqual([])
    expect(
      busyIssues({ ...legal, periods: [period(-HOUR, 1), period(400 * DAY - 1, 9e15)] }),
    ).toEqual([])
  })

  it.each([
    [{ calendar: ' ' }, ['calendar'], 'The name of a calendar is not empty.'],
    [
      { calendar: 'x'.repeat(101) },
      ['calendar'],
      'The name of a calendar has at most 100 characters.',
    ],
    [{ to: 0 }, ['to'], 'A window ends after it starts.'],
    [{ to: 400 * DAY + 1 }, ['to'], 'A window lasts at most 400 days.'],
    [
      { periods: [period(0, 1), period(1, 1)] },
      ['periods', '1', 'endsAt'],
      'A period ends after it starts.',
    ],
    [
      { periods: [period(-HOUR, 0)] },
      ['periods', '0', 'startsAt'],
      'A period lies in the window, or reaches into it.',
    ],
    [
      { periods: [period(400 * DAY, 401 * DAY)] },
      ['periods', '0', 'startsAt'],
      'A period lies in the window, or reaches into it.',
    ],
    [
      { periods: [period(0, 1, '')] },
      ['periods', '0', 'externalId'],
      'An external id has 1 to 1024 characters.',
    ],
    [
      { periods: Array.from({ length: 2001 }, () => period(1, 1)) },
      ['periods'],
      'A window takes at most 2000 periods, not 2001.',
    ],
  ])('is refused, once, for what is wrong (%#)', (wrong, path, message) => {
    expect(busyIssues({ ...legal, ...wrong })).toEqual([{ path, message }])
  })
})
