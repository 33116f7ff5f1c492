// Who reads together is never answered by what was read before they asked; who writes alone is.

import { describe, expect, it } from 'vitest'
import { inLine, readTogether, writeAlone } from '../../src/db/together.ts'

/** Readings that the test ends itself, in their order. */
function readings() {
  const begun: PromiseWithResolvers<string>[] = []
  const owner = {}
  const ask = (key = 'hot') =>
    readTogether(owner, key, () => {
      const reading = Promise.withResolvers<string>()
      begun.push(reading)
      return reading.promise
    })
  return { begun, owner, ask }
}

describe('readTogether', () => {
  it('reads once for all who ask while a reading is under way, and after they asked', async () => {
    const { begun, ask } = readings()
    const first = ask()
    const later = [ask(), ask(), ask()]
    expect(begun.length).toBe(1)
    begun[0]?.resolve('before')
    expect(await first).toBe('before')
    expect(begun.length).toBe(2)
    begun[1]?.resolve('after')
    expect(await Promise.all(later)).toEqual(['after', 'after', 'after'])
  })

  it('reads anew for whoever asks when nobody reads', async () => {
    const { begun, ask } = readings()
    for (const place of [0, 1, 2]) {
      const asked = ask()
      begun[place]?.resolve(`${place}`)
      expect(await asked).toBe(`${place}`)
    }
    expect(begun.length).toBe(3)
  })

  it('keeps keys and owners apart', () => {
    const { begun, ask } = readings()
    const other = readings()
    void ask('one')
    void ask('two')
    void other.ask('one')
    expect([begun.length, other.begun.length]).toEqual([2, 1])
  })

  it('reads again after a reading that failed, which fails for those who shared it', async () => {
    const { begun, ask } = readings()
    const first = ask()
    const second = ask()
    const third = ask()
    begun[0]?.reject(new Error('gone'))
    await expect(first).rejects.toThrow('gone')
    begun[1]?.reject(new Error('still gone'))
    await expect(second).rejects.toThrow('still gone')
    await expect(third).rejects.toThrow('still gone')
    const fourth = ask()
    begun[2]?.resolve('back')
    expect(await fourth).toBe('back')
  })
})

describe('writeAlone', () => {
  it('lets one write, and tells the others when that is over', async () => {
    const owner = {}
    const writing = Promise.withResolvers<string>()
    const first = writeAlone(owner, 'slot', () => writing.promise)
    let overFor = 0
    const others = [1, 2].map(() =>
      writeAlone(owner, 'slot', async () => 'mine').then((done) => {
        overFor += 1
        return done
      }),
    )
    expect(await writeAlone(owner, 'another slot', async () => 'free')).toEqual({ done: 'free' })
    expect(overFor).toBe(0)
    writing.resolve('done')
    expect(await first).toEqual({ done: 'done' })
    expect(await Promise.all(others)).toEqual([null, null])
    expect(await writeAlone(owner, 'slot', async () => 'next')).toEqual({ done: 'next' })
  })

  it('is over for the others, too, when the writing failed', async () => {
    const owner = {}
    const writing = Promise.withResolvers<string>()
    const first = writeAlone(owner, 'slot', () => writing.promise)
    const second = writeAlone(owner, 'slot', async () => 'mine')
    writing.reject(new Error('no'))
    await expect(first).rejects.toThrow('no')
    expect(await second).toBeNull()
  })
})

describe('inLine', () => {
  it('does one after the other in the order in which they asked, also when one fails', async () => {
    const owner = {}
    const begun: string[] = []
    const ask = (name: string, key = 'hot') => {
      const work = Promise.withResolvers<string>()
      const done = inLine(owner, key, () => {
        begun.push(name)
        return work.promise
      })
      return { work, done }
    }
    const [first, second, third] = [ask('first'), ask('second'), ask('third')]
    const other = ask('other', 'cold')
    await Promise.resolve()
    expect(begun).toEqual(['first', 'other'])
    first.work.reject(new Error('broken'))
    await expect(first.done).rejects.toThrow('broken')
    await expect.poll(() => begun).toEqual(['first', 'other', 'second'])
    second.work.resolve('2')
    third.work.resolve('3')
    other.work.resolve('4')
    expect(await Promise.all([second.done, third.done, other.done])).toEqual(['2', '3', '4'])
    expect(begun).toEqual(['first', 'other', 'second', 'third'])
  })
})
