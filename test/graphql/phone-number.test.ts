// Phone numbers as people write them, and how long it takes to say that something is none.
import { describe, expect, it } from 'vitest'
import { isPhoneNumber } from '../../src/graphql/text.ts'

describe('a phone number', () => {
  it.each([
    '+62 (21) 9175 5194',
    '2191755194',
    '+1 123-456-7890 12345',
    '+1 (123) 456-7890',
    '123 456-7890',
    '+48123456789',
  ])('is %s', (text) => {
    expect(isPhoneNumber(text)).toBe(true)
  })

  it.each([
    '',
    '+',
    '12',
    '+1',
    '++1 123 4567',
    '123  4567',
    '123-',
    '12a4567',
    '123 4567 ext. 8',
    ' 1234567',
    '1234567\n',
    '1'.repeat(51),
  ])('is not %j', (text) => {
    expect(isPhoneNumber(text)).toBe(false)
  })

  it('is told from what is almost one at once', () => {
    const almost = ['1'.repeat(49), '1 '.repeat(24), '+1'.repeat(24), '1(1)'.repeat(12)]
    const start = performance.now()
    for (let round = 0; round < 100; round++) {
      for (const text of almost) expect(isPhoneNumber(`${text}!`)).toBe(false)
    }
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})
