// How many local days one question may span, and which instants they are. Pure.

import type { Instant } from '../time/instant.ts'
import { dayNumber } from '../time/local.ts'
import { dayStart, type Zone } from '../time/zone.ts'

/** Most days one question may span. */
export const maxDays = 62

/** From 1970 to 2199. */
const lastDay = 84_000

/** The instants that so many local days from a date span, or the sentence of what is wrong. */
export function askedDays(
  zone: Zone,
  from: string,
  days: number,
): { from: Instant; to: Instant } | { fault: string } {
  if (!(days >= 1 && days <= maxDays)) {
    return { fault: `"days" is ${days}; 1 to ${maxDays} are allowed.` }
  }
  const first = dayNumber(from) ?? -1
  if (!(first >= 0 && first < lastDay)) return { fault: `"from" is ${from}; take 1970 to 2199.` }
  return { from: dayStart(zone, first), to: dayStart(zone, first + days) }
}

/** Cost of an answer: what it takes to find it, and what it holds for each of its days. */
export function daysCost({ days }: { days?: number | null }) {
  return { field: 50, multiplier: Math.min(Math.max(days ?? 7, 1), maxDays) }
}
daysCost.reads = ['days'] as const

type Cost = ReturnType<typeof daysCost>

/** Of several answers at once. */
export function sumOfCosts(some: Cost, one: Cost): Cost {
  return { field: some.field + one.field, multiplier: some.multiplier + one.multiplier }
}
