// What is sealed can be opened with its key only, and only as it was.

import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createSealer, sealerOf, WrongKey } from '../../src/auth/seal.ts'

const dir = mkdtempSync(join(tmpdir(), 'seal-'))
afterAll(() => rmSync(dir, { recursive: true }))

describe('a sealer', () => {
  const sealer = createSealer(randomBytes(32))

  it('opens what it sealed, each time sealed differently', () => {
    const [one, other] = [sealer.seal('naïve ☃'), sealer.seal('naïve ☃')]
    expect(sealer.open(one)).toBe('naïve ☃')
    expect(sealer.open(other)).toBe('naïve ☃')
    expect(Buffer.from(one).equals(Buffer.from(other))).toBe(false)
    expect(Buffer.from(one).includes('na')).toBe(false)
  })

  it('says which key is missing', () => {
    const other = createSealer(randomBytes(32))
    const sealed = other.seal('x')
    expect(() => sealer.open(sealed)).toThrow(WrongKey)
    expect(() => sealer.open(sealed)).toThrow(other.keyId)
  })

  it('refuses what was changed, wherever', () => {
    const sealed = Buffer.from(sealer.seal('a secret'))
    for (let place = 4; place < sealed.length; place += 1) {
      const changed = Buffer.from(sealed)
      changed[place] = changed[place]! ^ 1
      expect(() => sealer.open(changed)).toThrow(/authenticate data/)
    }
  })
})

describe('the key of a node', () => {
  it('is made once, readable by its owner only', () => {
    const made = join(dir, 'not', 'there')
    const first = sealerOf(undefined, made)
    const path = join(made, 'secrets.key')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(sealerOf(undefined, made).open(first.seal('x'))).toBe('x')
    const text = readFileSync(path, 'utf8').trim()
    expect(sealerOf(text, '/nowhere').open(first.seal('y'))).toBe('y')
  })

  it('is refused when the file holds none', () => {
    writeFileSync(join(dir, 'secrets.key'), 'short\n')
    expect(() => sealerOf(undefined, dir)).toThrow('does not hold a key of 32 bytes')
  })
})
