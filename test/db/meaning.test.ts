// What texts mean is remembered by the hash that their statement gave, within so many bytes.
import { expect, it } from 'vitest'
import { rememberMeanings, weightOf } from '../../src/db/meaning.ts'

const remember = (most = 1_000) => {
  const read: string[] = []
  const meanings = rememberMeanings({ most, each: 100, perCharacter: 2 }, (text) => {
    read.push(text)
    return { text }
  })
  /** As a statement answers that is told the hash of what is known. */
  const ask = (key: string, text: string) => {
    const known = meanings.known(key)
    const hash = `hash of ${text}`
    return meanings.meaning(key, known, { hash, text: known?.hash === hash ? null : text })
  }
  return { read, ask }
}

it('reads a text once for as long as it is the same, and anew when it is another', () => {
  const { read, ask } = remember()
  const first = ask('key', 'one')
  expect(ask('key', 'one')).toBe(first)
  expect(ask('key', 'two')).toEqual({ text: 'two' })
  expect(ask('key', 'one')).not.toBe(first)
  expect(read).toEqual(['one', 'two', 'one'])
})

it('forgets by what each weighs, its objects and its key as well as its text', () => {
  const { ask } = remember(1_000)
  // 100 for its objects, 8 for its key, and twice its text.
  const first = ask('key of 1', 'x'.repeat(96))
  expect(weightOf(first)).toBe(300)
  ask('key of 2', 'y'.repeat(96))
  ask('key of 3', 'z'.repeat(146))
  expect(ask('key of 1', 'x'.repeat(96))).toBe(first)
  // Short texts are not free.
  for (let n = 4; n < 9; n++) ask(`key of ${n}`, '')
  expect(ask('key of 1', 'x'.repeat(96))).toBe(first)
  for (let n = 0; n < 9; n++) ask(`short ${n}`, '')
  expect(ask('key of 1', 'x'.repeat(96))).not.toBe(first)
})

it('weighs nothing that it did not make', () => {
  expect(weightOf({ text: 'one' })).toBeNull()
})
