// Sets of instants as half-open intervals in one canonical form: a flat ascending array
// [start, end, start, end, …] whose intervals are non-empty and neither overlap nor touch.
// Every function takes and gives that form and never changes its arguments.

import type { Instant } from './instant.ts'

export type IntervalSet = readonly number[]

export const NEVER: IntervalSet = []
export const ALWAYS: IntervalSet = [-Infinity, Infinity]

/** The set of flat pairs in any order, overlapping or touching; pairs without length vanish. */
export function fromPairs(pairs: readonly number[]): IntervalSet {
  const length = pairs.length - (pairs.length % 2)
  let sorted = pairs
  for (let i = 2; i < length; i += 2) {
    if (pairs[i]! < pairs[i - 2]!) {
      sorted = sortPairs(pairs, length)
      break
    }
  }
  const out: number[] = []
  for (let i = 0; i < length; i += 2) append(out, sorted[i]!, sorted[i + 1]!)
  return out
}

function sortPairs(pairs: readonly number[], length: number): number[] {
  const order: number[] = []
  for (let i = 0; i < length; i += 2) order.push(i)
  order.sort((a, b) => pairs[a]! - pairs[b]!)
  const out: number[] = []
  for (const i of order) out.push(pairs[i]!, pairs[i + 1]!)
  return out
}

/** Adds an interval whose start is not before the last one's start. */
function append(out: number[], start: number, end: number): void {
  if (!(start < end)) return
  const last = out.length - 1
  if (last > 0 && start <= out[last]!) {
    if (end > out[last]!) out[last] = end
  } else {
    out.push(start, end)
  }
}

export function union(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const out: number[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && a[i]! <= b[j]!)) {
      append(out, a[i]!, a[i + 1]!)
      i += 2
    } else {
      append(out, b[j]!, b[j + 1]!)
      j += 2
    }
  }
  return out
}

export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  const out: number[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i]!, b[j]!)
    const end = Math.min(a[i + 1]!, b[j + 1]!)
    if (start < end) out.push(start, end)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return out
}

/** What is in `a` and not in `b`. */
export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  if (a.length === 0 || b.length === 0) return a
  const out: number[] = []
  let j = firstEndingAfter(b, a[0]!)
  for (let i = 0; i < a.length; i += 2) {
    let start = a[i]!
    const end = a[i + 1]!
    while (j < b.length && b[j + 1]! <= start) j += 2
    while (j < b.length && b[j]! < end) {
      if (start < b[j]!) out.push(start, b[j]!)
      start = b[j + 1]!
      if (start >= end) break
      j += 2
    }
    if (start < end) out.push(start, end)
  }
  return out
}

/** What lies in `[start, end)`. */
export function clip(set: IntervalSet, start: Instant, end: Instant): IntervalSet {
  const out: number[] = []
  for (let i = firstEndingAfter(set, start); i < set.length && set[i]! < end; i += 2) {
    append(out, Math.max(set[i]!, start), Math.min(set[i + 1]!, end))
  }
  return out
}

/** True when all of the non-empty `[start, end)` is in the set. */
export function contains(set: IntervalSet, start: Instant, end: Instant): boolean {
  const i = firstEndingAfter(set, start)
  return i < set.length && set[i]! <= start && end <= set[i + 1]!
}

export function isEmpty(set: IntervalSet): boolean {
  return set.length === 0
}

/** Milliseconds of elapsed time in the set. */
export function totalLength(set: IntervalSet): number {
  let total = 0
  for (let i = 0; i < set.length; i += 2) total += set[i + 1]! - set[i]!
  return total
}

/** Index of the first interval that ends after an instant; `set.length` when there is none. */
function firstEndingAfter(set: IntervalSet, instant: Instant): number {
  let low = 0
  let high = set.length >> 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (set[middle * 2 + 1]! > instant) high = middle
    else low = middle + 1
  }
  return low * 2
}
