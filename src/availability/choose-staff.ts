// Who of several eligible staff gets a booking. Fair and repeatable: the same candidates give the
// same answer in any order. Pure.

import type { Instant } from '../time/instant.ts'

/**
 * How a pool of staff is used: one of them by fairness that day, or that day and over weeks; the
 * first who is free in the order of the pool; or all of them at once.
 */
export type Assign = 'FAIR' | 'EVENLY' | 'IN_ORDER' | 'TOGETHER'

/** How many days before and after the slot's day are looked at for evenness. */
export const evenDays = 28

export type StaffCandidate = {
  readonly id: string
  /** Booked time on the slot's local day of the account. */
  readonly bookedMinutesThatDay: number
  /** Booked time of the weeks around it, where it is to count. */
  readonly bookedMinutesAround?: number
  /** The end of their last booking before the slot; null when they had none, which is longest. */
  readonly idleSince: Instant | null
}

/**
 * The least loaded that day, then of the weeks around where that counts, then the longest idle,
 * then by id; null when there is nobody.
 */
export function chooseStaff(candidates: readonly StaffCandidate[]): string | null {
  let best: StaffCandidate | null = null
  for (const candidate of candidates) {
    if (best === null || isBefore(candidate, best)) best = candidate
  }
  return best === null ? null : best.id
}

function isBefore(a: StaffCandidate, b: StaffCandidate): boolean {
  if (a.bookedMinutesThatDay !== b.bookedMinutesThatDay) {
    return a.bookedMinutesThatDay < b.bookedMinutesThatDay
  }
  const aroundA = a.bookedMinutesAround ?? 0
  const aroundB = b.bookedMinutesAround ?? 0
  if (aroundA !== aroundB) return aroundA < aroundB
  const idleA = a.idleSince ?? -Infinity
  const idleB = b.idleSince ?? -Infinity
  return idleA === idleB ? a.id < b.id : idleA < idleB
}
