// What is kept of passwords, and that comparing says no more than right or wrong.
import { describe, expect, it } from 'vitest'
import { hashPassword, isPassword, passwordFault, PasswordsBusy } from '../../src/auth/password.ts'

describe('a password', () => {
  it('is kept with its parameters, salted, and never as it is', async () => {
    const [one, two] = await Promise.all([hashPassword('open sesame'), hashPassword('open sesame')])
    expect(one).toMatch(/^scrypt\$15\$8\$1\$[\w-]{22}\$[\w-]{43}$/)
    expect(one).not.toBe(two)
  })

  it('is right when it is the same, also when its letters are composed otherwise', async () => {
    const kept = await hashPassword('Zo\u00eb goes home')
    expect(await isPassword('Zoe\u0308 goes home', kept)).toBe(true)
    expect(await isPassword('Zoe goes home', kept)).toBe(false)
    expect(await isPassword('', kept)).toBe(false)
  })

  it('is compared by the parameters that it was kept with', async () => {
    // N = 16, r = 1, p = 1, salt "salt": made once with node:crypto.
    const kept = 'scrypt$4$1$1$c2FsdA$MbskKHKGQ4zsfbdzYVe675VF6CLni7wuYakIFuN80WI'
    expect(await isPassword('some password', kept)).toBe(true)
    expect(await isPassword('another one', kept)).toBe(false)
  })

  it('is never right for nobody, or for what is no hash', async () => {
    const answers = ['', 'scrypt$15$8$1$salt$', 'bcrypt$1$2$3$4$5'].map((kept) =>
      isPassword('some password', kept),
    )
    expect(await Promise.all([isPassword('some password', null), ...answers])).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  it('waits for others up to a point, and is refused beyond', async () => {
    const kept = 'scrypt$4$1$1$c2FsdA$MbskKHKGQ4zsfbdzYVe675VF6CLni7wuYakIFuN80WI'
    const all = await Promise.allSettled(
      Array.from({ length: 60 }, () => isPassword('some password', kept)),
    )
    const words = all.map((one) => (one.status === 'fulfilled' ? one.value : one.reason))
    expect(words.filter((word) => word === true)).toHaveLength(50)
    expect(words.filter((word) => word instanceof PasswordsBusy)).toHaveLength(10)
  })

  it.each([
    ['ninechars', 'A password has at least 10 characters.'],
    ['x'.repeat(201), 'A password has at most 200 characters.'],
    ['🚲'.repeat(9), 'A password has at least 10 characters.'],
    ['🚲'.repeat(200), null],
    ['ten chars!', null],
  ])('%s', (password, fault) => {
    expect(passwordFault(password)).toBe(fault)
  })
})
