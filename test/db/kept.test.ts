// What is kept stays within its bound, whatever is kept of it.
import { expect, it } from 'vitest'
import { createKept } from '../../src/db/kept.ts'

it('forgets what was not kept again for longest, and only as much as it has to', () => {
  const kept = createKept<string, number>(10)
  kept.keep('a', 1, 4)
  kept.keep('b', 2, 4)
  kept.keep('a', 1, 4)
  kept.keep('c', 3, 3)
  expect([kept.get('a'), kept.get('b'), kept.get('c')]).toEqual([1, null, 3])
  kept.keep('d', 4, 3)
  expect([kept.get('a'), kept.get('c'), kept.get('d')]).toEqual([1, 3, 4])
})

it('keeps the last value of a key, counted once, and nothing that is too large', () => {
  const kept = createKept<string, number>(10)
  for (let value = 0; value < 5; value++) kept.keep('a', value, 9)
  expect(kept.get('a')).toBe(4)
  kept.keep('b', 1, 11)
  expect([kept.get('a'), kept.get('b')]).toEqual([null, null])
  kept.keep('c', 1, 10)
  expect(kept.get('c')).toBe(1)
})
