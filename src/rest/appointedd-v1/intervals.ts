// From ranges of time, as a search names them, to the questions about local days that they make,
// and from slots back to starts within the ranges. Pure.

import { dateIn, daysBetween, daysLater } from '../times.ts'

/** An instant range in epoch milliseconds, half-open. */
export type Range = { start: number; end: number }

/** Days in a row, as a question of the graph names them. */
export type Days = { from: string; days: number }

const dayMs = 86_400_000

/** What a search may span in all, in days. */
export const mostDays = 42

export function daysIn(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { start, end }) => sum + (end - start) / dayMs, 0)
}

/** The local days of a zone that the ranges touch, those in a row together. */
export function daysOf(ranges: readonly Range[], zone: string): Days[] {
  const dates = new Set<string>()
  for (const { start, end } of ranges) {
    const first = dateIn(start, zone)
    const count = daysBetween(first, dateIn(end - 1, zone))
    for (let day = 0; day <= count; day++) dates.add(daysLater(first, day))
  }
  const runs: Days[] = []
  for (const date of [...dates].toSorted()) {
    const last = runs.at(-1)
    if (last && daysLater(last.from, last.days) === date && last.days < mostDays) last.days += 1
    else runs.push({ from: date, days: 1 })
  }
  return runs
}

export type Slot = {
  startsAt: Date
  endsAt: Date
  seatsAvailable: number | null
  staff: { id: string }[] | null
  resource: { id: string } | null
}

export type Interval = { start: number; end: number; spaces: number | null; resources: string[] }

/** The starts within the ranges, soonest first, each with everybody who is free then. */
export function intervalsOf(slots: readonly Slot[], ranges: readonly Range[]): Interval[] {
  const found = new Map<string, Interval>()
  for (const slot of slots) {
    const [start, end] = [slot.startsAt.getTime(), slot.endsAt.getTime()]
    if (!ranges.some((range) => range.start <= start && start < range.end)) continue
    const key = `${start} ${end}`
    const interval = found.get(key) ?? { start, end, spaces: slot.seatsAvailable, resources: [] }
    const free = slot.staff?.map(({ id }) => id) ?? []
    const things = free.length === 0 && slot.resource ? [slot.resource.id] : []
    interval.resources = [...new Set([...interval.resources, ...free, ...things])]
    found.set(key, interval)
  }
  return [...found.values()].toSorted((a, b) => a.start - b.start || a.end - b.end)
}
