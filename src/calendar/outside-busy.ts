// From the entries of an outside calendar to the times that they take within a window: series are
// written out, with what is left out of them and what is moved. Pure.

import type { BusyPeriod, BusyWindow } from '../availability/busy-times.ts'
import { busyLimits } from '../availability/busy-times.ts'
import { fromPairs } from '../time/interval-set.ts'
import { startsWithin } from '../time/recurring.ts'
import type { Moment, OutsideEntry } from './outside.ts'

export type OutsideBusy = {
  periods: BusyPeriod[]
  /** Entries that could not be read whole. */
  unread: number
}

/** Collects what entries take, one after the other, so that whoever reads can pause in between. */
export function busyCollector(window: BusyWindow) {
  const series = new Map<string, OutsideEntry[]>()
  const exceptions: OutsideEntry[] = []
  const moved = new Map<string, Set<number>>()
  const periods: BusyPeriod[] = []
  let unread = 0

  const take = ({ uid, length }: OutsideEntry, { wall, at, isDate, toInstant }: Moment) => {
    const endsAt = isDate ? toInstant(wall + length) : at + length
    if (at < endsAt && at < window.to && endsAt > window.from) {
      periods.push({ startsAt: at, endsAt, externalId: uid || null })
    }
  }

  const takeSeries = (entry: OutsideEntry) => {
    if (entry.isFree) return
    const { start, rules, added, left, length, uid } = entry
    const { toInstant, isDate } = start
    const without = new Set([...left.map(({ at }) => at), ...(moved.get(uid) ?? [])])
    const starts = new Map([start, ...added].map((moment) => [moment.at, moment]))
    for (const rule of rules) {
      const walls = startsWithin({ rule, wall: start.wall, toInstant }, window, length)
      if (walls === null) unread += 1
      for (const wall of walls ?? []) {
        const at = toInstant(wall)
        if (!starts.has(at)) starts.set(at, { wall, at, isDate, toInstant })
      }
    }
    for (const [at, moment] of starts) if (!without.has(at)) take(entry, moment)
  }

  return {
    /** Null: an entry that could not be read at all. */
    add: (entry: OutsideEntry | null) => {
      if (!entry) unread += 1
      else if (entry.insteadOf === null) {
        const known = series.get(entry.uid)
        if (known) known.push(entry)
        else series.set(entry.uid, [entry])
      } else {
        exceptions.push(entry)
        moved.set(entry.uid, (moved.get(entry.uid) ?? new Set()).add(entry.insteadOf))
      }
    },
    /** Everything that is there to be written out, each by its own call. */
    steps: (): (() => void)[] => [
      ...[...series.values()].flat().map((entry) => () => takeSeries(entry)),
      () => {
        for (const entry of exceptions) if (!entry.isFree) take(entry, entry.start)
      },
    ],
    /** What was taken, or why it is too much: a sentence. */
    finish: (): OutsideBusy | string => {
      const all = periods.length > busyLimits.periods ? joined(periods) : periods
      if (all.length <= busyLimits.periods) return { periods: all, unread }
      return `The calendar takes more than ${busyLimits.periods} times within the window.`
    },
  }
}

/** The same time in as few pieces as can be; whose entry each is, is lost. */
function joined(periods: readonly BusyPeriod[]): BusyPeriod[] {
  const set = fromPairs(periods.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]))
  return Array.from({ length: set.length / 2 }, (_, index) => {
    return { startsAt: set[index * 2]!, endsAt: set[index * 2 + 1]!, externalId: null }
  })
}
