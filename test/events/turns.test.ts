// How a crowd of listeners is kept from asking the database all at once.
import { describe, expect, it } from 'vitest'
import { inTurns, shared } from '../../src/events/turns.ts'
import { range } from './log-world.ts'

/** Work that ends when it is told to. */
function work() {
  const ends: ((how?: Error) => void)[] = []
  const run = () =>
    new Promise<number>((resolve, reject) => {
      const number = ends.length
      ends.push((error) => (error ? reject(error) : resolve(number)))
    })
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return { run, ends, settled }
}

describe('inTurns', () => {
  it('runs no more than the limit at a time, and all in the end, in order', async () => {
    const { run, ends, settled } = work()
    const inTurn = inTurns(2)
    const results = range(1, 5).map(() => inTurn(run))
    for (const started of [2, 3, 4, 5]) {
      await settled()
      expect(ends).toHaveLength(started)
      ends[started - 2]?.()
    }
    ends[4]?.()
    expect(await Promise.all(results)).toEqual([0, 1, 2, 3, 4])
  })

  it('gives the turn on when work fails', async () => {
    const { run, ends, settled } = work()
    const inTurn = inTurns(1)
    const first = inTurn(run)
    const second = inTurn(run)
    ends[0]?.(new Error('broken'))
    await expect(first).rejects.toThrow('broken')
    await settled()
    ends[1]?.()
    expect(await second).toBe(1)
  })
})

describe('shared', () => {
  it('gives each caller a run that began after its call, and runs no more than needed', async () => {
    const { run, ends, settled } = work()
    const read = shared(run)
    const first = read()
    const crowd = [read(), read(), read()]
    expect(ends).toHaveLength(1)
    ends[0]?.()
    expect(await first).toBe(0)
    await settled()
    expect(ends).toHaveLength(2)
    const late = read()
    ends[1]?.()
    expect(await Promise.all(crowd)).toEqual([1, 1, 1])
    await settled()
    ends[2]?.()
    expect(await late).toBe(2)
    expect(ends).toHaveLength(3)
  })

  it('begins anew after a run that failed', async () => {
    const { run, ends, settled } = work()
    const read = shared(run)
    const first = read()
    const second = read()
    ends[0]?.(new Error('broken'))
    await expect(first).rejects.toThrow('broken')
    await settled()
    ends[1]?.()
    expect(await second).toBe(1)
    const third = read()
    ends[2]?.()
    expect(await third).toBe(2)
  })
})
