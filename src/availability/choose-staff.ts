// Who of several eligible staff gets a booking. Fair and repeatable: the same candidates give the
// same answer in any order. Pure.

import type { Instant } from '../time/instant.ts'

/**
 * How a pool of staff is used: one of them by fairness, the first who is free in the order of the
 * pool, or all of them at once.
 */
export type Assign = 'FAIR' | 'IN_ORDER' | 'TOGETHER'

export type StaffCandidate = {
  readonly id: string
  /** Booked time on the slot's local day of the account. */
  readonly bookedMinutesThatDay: number
  /** The end of their last booking before the slot; null when they had none, which is longest. */
  readonly idleSince: Instant | null
}

/** The least loaded that day, ties by the longest idle, then by id; null when there is nobody. */
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
  const idleA = a.idleSince ?? -Infinity
  const idleB = b.idleSince ?? -Infinity
  return idleA === idleB ? a.id < b.id : idleA < idleB
}
