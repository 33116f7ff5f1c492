// When a message is tried again, and when nobody tries any more.

import { describe, expect, it } from 'vitest'
import { isGivenUp, nextTry, outcomeOf, waits } from '../../src/webhook/retry.ts'
import { testClock } from '../support/clock.ts'

const second = 1_000
const minute = 60_000
const hour = 3_600_000

/** Milliseconds between all tries of a message that always fails. */
function pausesOf(random: number): number[] {
  const clock = testClock()
  const pauses: number[] = []
  for (let attempts = 1; ; attempts += 1) {
    const next = nextTry(clock.now(), attempts, random)
    if (next === null) return pauses
    pauses.push(next - clock.now())
    clock.set(next)
  }
}

describe('a message that always fails', () => {
  it('is tried 13 times, over three days and some hours', () => {
    const pauses = pausesOf(0)
    expect(pauses).toEqual(waits)
    expect(pauses.length).toBe(12)
    const total = pauses.reduce((sum, pause) => sum + pause, 0)
    expect(total).toBe(74 * hour + 42 * minute + 35 * second)
  })

  it('waits longer by up to a fifth, so that many do not come back together', () => {
    const pauses = pausesOf(0.999_999)
    expect(pauses.map((pause, index) => pause / (waits[index] ?? 0)).every((x) => x > 1.19)).toBe(
      true,
    )
    expect(pauses.every((pause, index) => pause <= (waits[index] ?? 0) * 1.2)).toBe(true)
  })

  it('brings its endpoint down with its last try, and not before the third day is over', () => {
    for (const random of [0, 0.5, 0.99]) {
      const clock = testClock()
      const since = clock.now()
      const downs = pausesOf(random).map((pause) => {
        clock.advance(pause)
        return isGivenUp(clock.now(), since)
      })
      expect(downs.at(-1)).toBe(true)
      expect(downs.filter(Boolean).length).toBe(1)
    }
  })
})

describe('Retry-After', () => {
  const now = Date.parse('2026-03-02T08:00:00Z')
  const after = (text: string, attempts = 1) => (nextTry(now, attempts, 0, text) ?? 0) - now

  it('is waited for, in seconds or as a date', () => {
    expect(after('120')).toBe(2 * minute)
    expect(after('Mon, 02 Mar 2026 08:10:00 GMT')).toBe(10 * minute)
  })

  it('makes nothing sooner, and nothing wait for more than an hour', () => {
    expect(after('1', 5)).toBe(30 * minute)
    expect(after('Mon, 02 Mar 2026 07:00:00 GMT')).toBe(5 * second)
    expect(after('9999999')).toBe(hour)
    expect(after('Tue, 02 Mar 2027 08:00:00 GMT')).toBe(hour)
    expect(after('9999', 8)).toBe(4 * hour)
  })

  it.each(['', 'soon', '-5', '1e3', '2.5', 'Mon, 99 Foo 2026 08:10:00 GMT', '99999999999'])(
    '"%s" is nothing',
    (text) => expect(after(text)).toBe(5 * second),
  )
})

describe('a status', () => {
  it.each([
    [200, 'DELIVERED'],
    [204, 'DELIVERED'],
    [299, 'DELIVERED'],
    [410, 'GONE'],
    ...[100, 199, 300, 302, 307, 400, 401, 404, 409, 422, 429, 500, 503, null].map(
      (status) => [status, 'RETRY'] as const,
    ),
  ] as const)('%s means %s', (status, outcome) => expect(outcomeOf(status)).toBe(outcome))
})
