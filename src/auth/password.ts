// Passwords: how one is kept (scrypt, RFC 7914, with its parameters beside it) and compared. Every
// comparison costs the same, also of a person whom nobody knows, and few run at a time: each takes
// a thread and 32 MB. No database, no clock.

import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { inTurns } from '../events/turns.ts'

/** Least and most characters of a password. */
export const passwordLength = { least: 10, most: 200 }

/** Cost as a power of two, block size, and parallelism. */
const cost = { power: 15, blockSize: 8, parallel: 1 }
const keyLength = 32
const saltLength = 16
/** Node has four threads for this and all else that waits. */
const atOnce = 2
const mostWaiting = 50

type Cost = typeof cost

/** Too many are being compared; the sender may come again. */
export class PasswordsBusy extends Error {}

const inTurn = inTurns(atOnce)
let waiting = 0

/** Why this cannot be a password, as a sentence; null when it can. */
export function passwordFault(password: string): string | null {
  const { least, most } = passwordLength
  // Counted as people count, not in UTF-16 units.
  const length = Array.from(password.normalize('NFC')).length
  if (length < least) return `A password has at least ${least} characters.`
  if (length > most) return `A password has at most ${most} characters.`
  return null
}

/** What is kept of a password: `scrypt$<power>$<block>$<parallel>$<salt>$<key>`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltLength)
  const key = await derive(password, salt, cost)
  return ['scrypt', cost.power, cost.blockSize, cost.parallel, text(salt), text(key)].join('$')
}

/**
 * Whether this is the password of whom the hash was kept for; null, for nobody, is never right and
 * takes as long. Throws PasswordsBusy when too many wait.
 */
export async function isPassword(password: string, kept: string | null): Promise<boolean> {
  const parts = kept === null ? null : parse(kept)
  const key = await derive(password, parts?.salt ?? nobody, parts?.cost ?? cost)
  return parts !== null && timingSafeEqual(key, parts.key)
}

const nobody = randomBytes(saltLength)

function parse(kept: string): { cost: Cost; salt: Buffer; key: Buffer } | null {
  const [name, power, blockSize, parallel, salt, key] = kept.split('$')
  if (name !== 'scrypt' || salt === undefined || key === undefined) return null
  const bytes = Buffer.from(key, 'base64url')
  if (bytes.length !== keyLength) return null
  return {
    cost: { power: Number(power), blockSize: Number(blockSize), parallel: Number(parallel) },
    salt: Buffer.from(salt, 'base64url'),
    key: bytes,
  }
}

const text = (bytes: Buffer) => bytes.toString('base64url')

async function derive(password: string, salt: Buffer, asked: Cost): Promise<Buffer> {
  if (waiting >= mostWaiting) throw new PasswordsBusy('Too many passwords are being compared.')
  waiting += 1
  try {
    return await inTurn(() => scryptOf(password, salt, asked))
  } finally {
    waiting -= 1
  }
}

function scryptOf(password: string, salt: Buffer, { power, blockSize, parallel }: Cost) {
  const N = 2 ** power
  const options = { N, r: blockSize, p: parallel, maxmem: 256 * N * blockSize }
  return new Promise<Buffer>((resolve, reject) => {
    // The same password may be typed as one character or as two that look like it.
    scrypt(password.normalize('NFC'), salt, keyLength, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
