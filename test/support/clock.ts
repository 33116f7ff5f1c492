// A clock that stands still until a test moves it.
import type { Clock } from '../../src/time/clock.ts'
import type { Instant } from '../../src/time/instant.ts'

export type TestClock = Clock & {
  /** Forward by this many milliseconds. */
  advance(ms: number): void
  /** To an instant, as ISO 8601 text or in epoch milliseconds. */
  set(instant: Instant | string): void
}

/** Begins on Monday, 2 March 2026, at 08:00 UTC unless told otherwise. */
export function testClock(start: Instant | string = '2026-03-02T08:00:00Z'): TestClock {
  let now = instantOf(start)
  return {
    now: () => now,
    advance: (ms) => void (now += ms),
    set: (instant) => void (now = instantOf(instant)),
  }
}

function instantOf(instant: Instant | string): Instant {
  return typeof instant === 'string' ? Date.parse(instant) : instant
}
