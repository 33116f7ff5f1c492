// The step on which slots start: wall-clock minutes of the account's day, or elapsed time from the
// start of a free window. Whether a start is on the step depends on that start and the facts of its
// own day alone, never on the range that was asked for.

import { DAY } from '../time/instant.ts'
import type { Instant } from '../time/instant.ts'
import type { IntervalSet } from '../time/interval-set.ts'
import { dayStart } from '../time/zone.ts'
import type { Zone } from '../time/zone.ts'

/**
 * The instants of a set whose wall time, counted from local midnight, is a multiple of the step;
 * ascending. A repeated hour gives both of its instants, a skipped one gives none.
 */
export function startsFromMidnight(zone: Zone, startable: IntervalSet, step: number): Instant[] {
  const out: Instant[] = []
  for (let i = 0; i < startable.length; i += 2) {
    const to = startable[i + 1]!
    for (let at = startable[i]!; at < to;) {
      const { end, offset } = zone.segmentAt(at)
      const midnight = Math.floor((at + offset) / DAY) * DAY - offset
      const until = Math.min(to, end, midnight + DAY)
      let start = midnight + Math.ceil((at - midnight) / step) * step
      for (; start < until; start += step) out.push(start)
      at = until
    }
  }
  return out
}

/**
 * How far before a local day its free windows are followed back: a window open for longer counts
 * from the local midnight before that day, so that a listing and a later check agree.
 */
export function windowAnchorStart(zone: Zone, day: number): Instant {
  return dayStart(zone, day - 1)
}

/**
 * The starts among `startable` that lie a multiple of the step after the start of their free
 * window, as a set of points `[start, start + 1)`. Every interval of `startable` lies in one of
 * `free`.
 */
export function startsFromWindows(
  zone: Zone,
  free: IntervalSet,
  startable: IntervalSet,
  step: number,
): IntervalSet {
  const out: number[] = []
  let window = 0
  for (let i = 0; i < startable.length; i += 2) {
    const to = startable[i + 1]!
    while (free[window + 1]! <= startable[i]!) window += 2
    for (let at = startable[i]!; at < to;) {
      const { end, offset } = zone.segmentAt(at)
      const day = Math.floor((at + offset) / DAY)
      const until = Math.min(to, end, (day + 1) * DAY - offset)
      const anchor = Math.max(free[window]!, windowAnchorStart(zone, day))
      let start = anchor + Math.ceil((at - anchor) / step) * step
      for (; start < until; start += step) out.push(start, start + 1)
      at = until
    }
  }
  return out
}
