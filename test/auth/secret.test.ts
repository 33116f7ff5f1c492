// The wire form of credentials: recognised, refused when mistyped, hashed.
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  newAccessToken,
  newApiKey,
  newClientSecret,
  newInvitationSecret,
  newPasswordSecret,
  newPublicId,
  newSessionSecret,
  parseCredential,
  parseLinkSecret,
  sameHash,
  secretsInText,
} from '../../src/auth/secret.ts'

describe('a credential', () => {
  it('is an API key with the public id in it', () => {
    const { text } = newApiKey('AbCdEfGh0123')
    expect(text).toMatch(/^sgk_AbCdEfGh0123_[0-9A-Za-z]{49}$/)
    expect(parseCredential(text)).toMatchObject({ kind: 'API_KEY', publicId: 'AbCdEfGh0123' })
  })

  it('is an access token without a name', () => {
    const { text } = newAccessToken()
    expect(text).toMatch(/^sgt_[0-9A-Za-z]{49}$/)
    expect(parseCredential(text)).toMatchObject({ kind: 'ACCESS_TOKEN' })
  })

  it('is stored as its SHA-256, by which it is found again', () => {
    const { text, hash } = newAccessToken()
    expect(Buffer.from(hash)).toEqual(createHash('sha256').update(text).digest())
    expect(sameHash(parseCredential(text)!.hash, hash)).toBe(true)
  })

  it('is never made twice', () => {
    const made = Array.from({ length: 200 }, () => newClientSecret().text)
    expect(new Set(made).size).toBe(200)
    expect(new Set(Array.from({ length: 200 }, newPublicId)).size).toBe(200)
  })

  it('is refused without the database when one character is mistyped', () => {
    const { text } = newApiKey('AbCdEfGh0123')
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === 'x' ? 'y' : 'x'
      expect(parseCredential(text.slice(0, at) + other + text.slice(at + 1))).toBeNull()
    }
  })

  it.each(['', 'sgk_', 'sgs_abc', `sgt_${'0'.repeat(49)}`, `${newAccessToken().text}0`])(
    'is not %j',
    (text) => {
      expect(parseCredential(text)).toBeNull()
    },
  )

  it('is a session when it is what a cookie holds', () => {
    const { text } = newSessionSecret()
    expect(text).toMatch(/^sgu_[0-9A-Za-z]{49}$/)
    expect(parseCredential(text)).toMatchObject({ kind: 'SESSION' })
    expect(parseLinkSecret(text)).toBeNull()
  })

  it.each([newInvitationSecret, newPasswordSecret])('is a link and nothing else: %s', (make) => {
    const { text, hash } = make()
    expect(parseCredential(text)).toBeNull()
    expect(parseLinkSecret(text)).toEqual(Buffer.from(hash))
    expect(parseLinkSecret(`${text.slice(0, -1)}!`)).toBeNull()
    expect(`/invitations/${text}`.replace(secretsInText, '…')).toBe('/invitations/…')
  })

  it('is no bearer credential when it is the secret of a client', () => {
    expect(parseCredential(newClientSecret().text)).toBeNull()
  })

  it('is found inside a longer text', () => {
    const key = newApiKey('AbCdEfGh0123').text
    const secret = newClientSecret().text
    const text = `curl -H "authorization: Bearer ${key}" -u sgc_AbCdEfGh0123:${secret}`
    expect(text.replace(secretsInText, '*')).toBe(
      'curl -H "authorization: Bearer *" -u sgc_AbCdEfGh0123:*',
    )
  })
})

describe('hashes', () => {
  it('of different lengths are not the same', () => {
    expect(sameHash(Buffer.alloc(32), Buffer.alloc(31))).toBe(false)
  })
})
