// When what has failed is tried again, and when it is given up. Pure.

import { HOUR, MINUTE, type Instant } from './instant.ts'

/** Milliseconds before each try after the first: eight tries in 37 hours. */
const waits = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR]

/** When to try again after so many tries; null when it is given up. */
export function nextTry(now: Instant, tries: number): Instant | null {
  const wait = waits[tries - 1]
  return wait === undefined ? null : now + wait
}
