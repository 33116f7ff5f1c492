// Sealing: secrets that are needed again, such as those that sign webhooks, stand in the database
// encrypted, and the key does not. AES-256-GCM; a sealed text says which key it needs.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StartupFault } from '../db/startup-fault.ts'

export type Sealer = {
  /** Starts the sealed texts of this key; says nothing of the key itself. */
  keyId: string
  seal(text: string): Uint8Array<ArrayBuffer>
  /** Throws WrongKey when it was sealed by another key, and an error when it was changed. */
  open(sealed: Uint8Array): string
}

/** Of actions that make or use secrets which are needed again. */
export type SealingContext = { sealer: Sealer }

/** What was sealed with a key that this process does not have. */
export class WrongKey extends Error {
  constructor(needed: string, have: string) {
    super(
      `A secret in the database was sealed with the key "${needed}", and this process has ` +
        `"${have}". Set SECRETS_KEY to the same key on every node that uses the database.`,
    )
    this.name = 'WrongKey'
  }
}

const keyLength = 32
const idLength = 4
const nonceLength = 12
const tagLength = 16

/** `key` has 32 bytes. */
export function createSealer(key: Uint8Array): Sealer {
  if (key.length !== keyLength) throw new Error('A sealing key has 32 bytes.')
  const id = createHash('sha256')
    .update('slotgraph seal')
    .update(key)
    .digest()
    .subarray(0, idLength)
  const keyId = id.toString('hex')
  return {
    keyId,
    seal: (text) => {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv('aes-256-gcm', key, nonce)
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return new Uint8Array(Buffer.concat([id, nonce, cipher.getAuthTag(), body]))
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed)
      const needed = bytes.subarray(0, idLength)
      if (!needed.equals(id)) throw new WrongKey(needed.toString('hex'), keyId)
      const nonce = bytes.subarray(idLength, idLength + nonceLength)
      const tagEnd = idLength + nonceLength + tagLength
      const decipher = createDecipheriv('aes-256-gcm', key, nonce)
      decipher.setAuthTag(bytes.subarray(idLength + nonceLength, tagEnd))
      return decipher.update(bytes.subarray(tagEnd), undefined, 'utf8') + decipher.final('utf8')
    },
  }
}

/** The key of SECRETS_KEY, or that in the data directory, which is made when there is none. */
export function sealerOf(secretsKey: string | undefined, dataDir: string): Sealer {
  if (secretsKey !== undefined) return createSealer(Buffer.from(secretsKey, 'base64'))
  // With a database of somebody else's nothing else has made the folder.
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'secrets.key')
  try {
    writeFileSync(path, `${randomBytes(keyLength).toString('base64')}\n`, {
      flag: 'wx',
      mode: 0o600,
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')
  if (key.length === keyLength) return createSealer(key)
  throw new StartupFault(
    `The file "${path}" does not hold a key of 32 bytes in base64. Put the right one back, ` +
      'or set SECRETS_KEY.',
  )
}
