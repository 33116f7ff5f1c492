// How often something may be tried, by a clock that the test moves.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createThrottle } from '../../src/http/throttle.ts'
import { testClock } from '../support/clock.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const setUp = (mostKeys?: number) => {
  const clock = testClock()
  const throttle = createThrottle({ points: 2, seconds: 10, clock, ...(mostKeys && { mostKeys }) })
  return { clock, throttle }
}

describe('a throttle', () => {
  it('lets so many through, then says how long to wait, then lets through again', () => {
    const { clock, throttle } = setUp()
    expect([throttle.take('a'), throttle.take('a'), throttle.take('a')]).toEqual([0, 0, 10])
    clock.advance(8_500)
    expect([throttle.take('a'), throttle.wait('a')]).toEqual([2, 2])
    clock.advance(1_500)
    expect([throttle.take('a'), throttle.take('a'), throttle.take('a')]).toEqual([0, 0, 10])
  })

  it('counts every key for itself', () => {
    const { throttle } = setUp()
    expect(['a', 'a', 'b', 'b', 'a', 'b'].map((key) => throttle.take(key))).toEqual([
      0, 0, 0, 0, 10, 10,
    ])
  })

  it('counts nothing when it is only asked', () => {
    const { throttle } = setUp()
    expect(Array.from({ length: 5 }, () => throttle.wait('a'))).toEqual([0, 0, 0, 0, 0])
    expect([throttle.take('a'), throttle.take('a')]).toEqual([0, 0])
  })

  it('begins anew for a key that is forgotten', () => {
    const { throttle } = setUp()
    throttle.take('a')
    throttle.take('a')
    throttle.forget('a')
    expect([throttle.take('a'), throttle.take('a'), throttle.take('a')]).toEqual([0, 0, 10])
  })

  it('remembers so many keys and forgets the first of them beyond', () => {
    const { throttle } = setUp(3)
    for (const key of ['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']) throttle.take(key)
    expect(['a', 'b', 'c', 'd'].map((key) => throttle.wait(key))).toEqual([0, 10, 10, 10])
  })

  it('keeps nothing of the texts that it was given, also when they are parts of long ones', () => {
    const { throttle } = setUp()
    const heapMb = () => {
      collectGarbage()
      return process.memoryUsage().heapUsed / 1e6
    }
    const before = heapMb()
    for (let n = 0; n < 100; n += 1) {
      throttle.take(`${n}${' '.repeat(1_000_000)}`.toUpperCase().slice(0, 64))
    }
    expect(heapMb() - before).toBeLessThan(20)
    expect([throttle.take('7'.padEnd(64)), throttle.take('7'.padEnd(64))]).toEqual([0, 10])
  })
})
