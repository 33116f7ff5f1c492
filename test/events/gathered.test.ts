// Things derived from events: one at once, a burst as one, and the end of either.
import { describe, expect, it } from 'vitest'
import { Handoff } from '../../src/events/handoff.ts'
import { gathered } from '../../src/events/gathered.ts'
import type { ReadEvent } from '../../src/events/log.data.ts'
import type { EventSource } from '../../src/events/source.ts'

type Sum = ReadEvent & { kind: string; sum: number }

/** Numbers from a queue; what is derived of one is its kind and its sum with others of that. */
function sums(windowMs: number) {
  const queue = new Handoff<ReadEvent>({ onEnd: () => {} })
  const source: EventSource = {
    next: () => queue.next(),
    return: () => {
      queue.end()
      return Promise.resolve({ done: true, value: undefined })
    },
    handTo: (receiver) => queue.handTo(receiver),
    goOn: () => queue.goOn(),
    follow: () => {},
    mayHear: () => true,
    [Symbol.asyncIterator]() {
      return this
    },
  }
  const heard = gathered<Sum>(source, {
    windowMs,
    derive: (event) => {
      const sum = event.subjectVersion
      const kinds = sum === 0 ? [] : sum > 100 ? ['few', 'many'] : ['few']
      return Promise.resolve(kinds.map((kind) => ({ ...event, kind, sum })))
    },
    merge: (one, other) =>
      one.kind === other.kind ? { ...other, sum: one.sum + other.sum } : null,
  })
  const give = (...numbers: number[]) => {
    for (const subjectVersion of numbers) queue.give({ subjectVersion } as ReadEvent)
  }
  const next = async () => {
    const { value } = await heard.next()
    return value && [(value as Sum).kind, (value as Sum).sum]
  }
  return { give, next, heard, queue }
}

describe('what is gathered', () => {
  it('comes at once when it is alone', async () => {
    const { give, next } = sums(3_600_000)
    const first = next()
    give(0, 0, 7)
    expect(await first).toEqual(['few', 7])
  })

  it('is one thing of each kind when it comes in a burst', async () => {
    const { give, next } = sums(50)
    give(1, 2, 3, 200, 4)
    expect(await next()).toEqual(['few', 1])
    expect(await next()).toEqual(['few', 209])
    expect(await next()).toEqual(['many', 200])
    const last = next()
    give(5)
    expect(await last).toEqual(['few', 5])
  })

  it('ends with its source, also while it waits', async () => {
    const { heard, next } = sums(50)
    const waiting = next()
    await heard.return()
    expect(await waiting).toBeUndefined()
    expect(await next()).toBeUndefined()
  })

  it('fails as its source fails', async () => {
    const { next, queue } = sums(50)
    const waiting = next()
    queue.fail(new Error('lost'))
    await expect(waiting).rejects.toThrow('lost')
  })
})
