// Chance that can be repeated: the same seed gives the same life of a business. Never for secrets.

import { createHash } from 'node:crypto'

export type Chance = ReturnType<typeof chanceOf>

/** Chance from a text. mulberry32: small, even enough for inventing people and days. */
export function chanceOf(seed: string) {
  let state = createHash('sha256').update(seed).digest().readUInt32LE()
  /** At least 0, below 1. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (low: number, high: number) => low + next() * (high - low)
  /** A whole number, both ends included. */
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    between,
    whole,
    /** True this often; 0 never, 1 always. */
    holds: (share: number) => next() < share,
    /** Undefined only for an empty list. */
    pick: <T>(list: readonly T[]): T | undefined => list[Math.floor(next() * list.length)],
    /** A whole number whose average is `average`. */
    around: (average: number) => Math.floor(average + next()),
  }
}
