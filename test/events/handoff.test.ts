// Values from a giver to one who asks for them, or to whom they are handed on.
import { describe, expect, it } from 'vitest'
import { Handoff } from '../../src/events/handoff.ts'

/** A queue, and what becomes of what is given: `most` are taken, then none until it goes on. */
function handedOn(most: number) {
  let ends = 0
  const queue = new Handoff<number>({ onEnd: () => void (ends += 1) })
  const taken: number[] = []
  const faults: unknown[] = []
  const receiver = {
    take: (value: number) => taken.push(value) % most !== 0,
    onEnd: (fault: unknown) => void faults.push(fault),
  }
  const give = (...values: number[]) => {
    for (const value of values) queue.give(value)
  }
  return { queue, receiver, taken, faults, give, ends: () => ends }
}

describe('a receiver', () => {
  it('gets what was given before and after, and no more at a time than it takes', () => {
    const { queue, receiver, taken, give } = handedOn(2)
    give(1, 2, 3)
    expect(queue.wanted()).toBe(false)
    queue.handTo(receiver)
    expect(taken).toEqual([1, 2])
    give(4)
    expect([taken, queue.waiting()]).toEqual([[1, 2], 2])
    queue.goOn()
    expect(taken).toEqual([1, 2, 3, 4])
    expect(queue.wanted()).toBe(false)
    queue.goOn()
    expect(queue.wanted()).toBe(true)
    give(5)
    expect(taken).toEqual([1, 2, 3, 4, 5])
  })

  it('gets nothing after the end, and is told of it once', () => {
    const { queue, receiver, taken, faults, give, ends } = handedOn(1)
    queue.handTo(receiver)
    give(1, 2)
    queue.end()
    queue.end()
    queue.goOn()
    give(3)
    expect([taken, faults, ends()]).toEqual([[1], [null], 1])
  })

  it('gets nothing more when it ends the queue while it takes', () => {
    const { queue, give } = handedOn(1)
    const taken: number[] = []
    give(1, 2, 3)
    queue.handTo({
      take: (value) => {
        taken.push(value)
        queue.end()
        return true
      },
      onEnd: () => {},
    })
    expect(taken).toEqual([1])
  })

  it.each(['before', 'after'])('is told what failed %s it came', (when) => {
    const { queue, receiver, faults, ends } = handedOn(1)
    if (when === 'after') queue.handTo(receiver)
    queue.fail(new Error('lost'))
    if (when === 'before') queue.handTo(receiver)
    expect([faults, ends()]).toEqual([[new Error('lost')], 1])
  })
})

describe('whoever asks', () => {
  it('gets values in the order of its asking, and the end', async () => {
    const { queue, give } = handedOn(1)
    const asked = [queue.next(), queue.next()]
    expect(queue.wanted()).toBe(true)
    give(1, 2, 3)
    expect(await Promise.all(asked)).toEqual([
      { done: false, value: 1 },
      { done: false, value: 2 },
    ])
    expect(await queue.next()).toEqual({ done: false, value: 3 })
    queue.end()
    expect(await queue.next()).toEqual({ done: true, value: undefined })
  })
})
