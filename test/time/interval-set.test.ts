// Laws of interval sets, against a model that keeps one flag per instant.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clip,
  contains,
  fromPairs,
  intersect,
  isEmpty,
  subtract,
  totalLength,
  union,
} from '../../src/time/interval-set.ts'
import type { IntervalSet } from '../../src/time/interval-set.ts'
import { LONG, runs } from '../support/runs.ts'

const LIMIT = 40
const pairs = fc
  .array(fc.tuple(fc.nat(LIMIT), fc.nat(LIMIT)), { maxLength: 8 })
  .map((list) => list.flat())
const set = pairs.map(fromPairs)
const long = runs(2)

function flags(flat: readonly number[]): boolean[] {
  const out = Array.from({ length: LIMIT }, () => false)
  for (let i = 0; i + 1 < flat.length; i += 2) {
    for (let at = flat[i]!; at < flat[i + 1]!; at++) out[at] = true
  }
  return out
}

function expectCanonical(value: IntervalSet): void {
  expect(value.length % 2).toBe(0)
  for (let i = 1; i < value.length; i++) expect(value[i]!).toBeGreaterThan(value[i - 1]!)
}

describe('interval sets', () => {
  it(
    'are built from pairs in any order, merging what overlaps or touches',
    { timeout: LONG },
    () => {
      expect(fromPairs([5, 7, 1, 3, 3, 4, 6, 9, 8, 8])).toEqual([1, 4, 5, 9])
      fc.assert(
        fc.property(pairs, (flat) => {
          const before = [...flat]
          const made = fromPairs(flat)
          expectCanonical(made)
          expect(flags(made)).toEqual(flags(flat))
          expect(flat).toEqual(before)
        }),
        long,
      )
    },
  )

  it('keep the instants that union, intersection and difference keep', { timeout: LONG }, () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        const inA = flags(a)
        const inB = flags(b)
        const cases: [IntervalSet, boolean[]][] = [
          [union(a, b), inA.map((x, i) => x || inB[i]!)],
          [intersect(a, b), inA.map((x, i) => x && inB[i]!)],
          [subtract(a, b), inA.map((x, i) => x && !inB[i]!)],
        ]
        for (const [result, model] of cases) {
          expectCanonical(result)
          expect(flags(result)).toEqual(model)
        }
      }),
      long,
    )
  })

  it('commute, absorb themselves and add up in length', { timeout: LONG }, () => {
    fc.assert(
      fc.property(set, set, set, (a, b, c) => {
        expect(union(a, b)).toEqual(union(b, a))
        expect(intersect(a, b)).toEqual(intersect(b, a))
        expect(union(a, union(b, c))).toEqual(union(union(a, b), c))
        expect(intersect(a, union(b, c))).toEqual(union(intersect(a, b), intersect(a, c)))
        expect(union(a, a)).toEqual(a)
        expect(intersect(a, a)).toEqual(a)
        expect(subtract(a, a)).toEqual([])
        expect(totalLength(union(a, b)) + totalLength(intersect(a, b))).toBe(
          totalLength(a) + totalLength(b),
        )
        expect(totalLength(subtract(a, b)) + totalLength(intersect(a, b))).toBe(totalLength(a))
      }),
      long,
    )
  })

  it('are clipped to a range and know what they contain', { timeout: LONG }, () => {
    fc.assert(
      fc.property(set, fc.nat(LIMIT), fc.nat(LIMIT), (a, x, y) => {
        const start = Math.min(x, y)
        const end = Math.max(x, y)
        expect(clip(a, start, end)).toEqual(intersect(a, fromPairs([start, end])))
        fc.pre(start < end)
        const all = flags(a).slice(start, end)
        expect(contains(a, start, end)).toBe(all.every(Boolean))
        expect(isEmpty(clip(a, start, end))).toBe(!all.some(Boolean))
      }),
      long,
    )
  })
})
