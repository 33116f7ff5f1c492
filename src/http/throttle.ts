// Slows down whoever tries again and again: so many attempts of one key in a time, counted in this
// process and by its clock. What is counted, and what a wait is answered with, is the door's.

import { hash } from 'node:crypto'
import type { Clock } from '../time/clock.ts'

export type Throttle = {
  /** Counts an attempt; 0 when it may be made, else the whole seconds until one may. */
  take(key: string): number
  /** What `take` would say, without counting. */
  wait(key: string): number
  /** Begins anew for this key, as after an attempt that was right. */
  forget(key: string): void
}

type Options = {
  /** Attempts within `seconds` from the first of them. */
  points: number
  seconds: number
  clock: Clock
  /** Most keys that are remembered; beyond it those that were begun first are forgotten. */
  mostKeys?: number
}

type Counted = { left: number; endsAt: number }

export function createThrottle(options: Options): Throttle {
  const { points, seconds, clock, mostKeys = 50_000 } = options
  // In the order in which they were begun, so that the first are also the first to end.
  const counted = new Map<string, Counted>()

  // All keys weigh the same; the beginning of a long text would keep all of it in memory.
  const keyOf = (text: string) => hash('sha256', text, 'base64url')

  const current = (key: string, now: number): Counted | undefined => {
    const found = counted.get(key)
    if (!found || found.endsAt > now) return found
    counted.delete(key)
    return undefined
  }

  const makeRoom = (now: number) => {
    for (const [key, { endsAt }] of counted) {
      if (endsAt > now && counted.size < mostKeys) return
      counted.delete(key)
    }
  }

  const waitOf = (key: string) => {
    const now = clock.now()
    const found = current(key, now)
    return found && found.left === 0 ? Math.ceil((found.endsAt - now) / 1000) : 0
  }

  return {
    wait: (text) => waitOf(keyOf(text)),
    take(text) {
      const key = keyOf(text)
      const now = clock.now()
      const waiting = waitOf(key)
      if (waiting > 0) return waiting
      const found = current(key, now)
      if (found) {
        found.left -= 1
      } else {
        makeRoom(now)
        counted.set(key, { left: points - 1, endsAt: now + seconds * 1000 })
      }
      return 0
    },
    forget: (text) => void counted.delete(keyOf(text)),
  }
}
