// The wire form of credentials: made here, recognised here, and hashed for keeping. A secret has
// 256 random bits; prefix and checksum let a leaked one be recognised (by scanners, by our log)
// and a mistyped one be refused without asking the database. No database, no clock.

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const publicLength = 12
const secretLength = 43
const checksumLength = 6

/** `sgk_<public id>_<secret><checksum>`. */
const apiKeyForm = /^sgk_([0-9A-Za-z]{12})_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/
/** `sga_<public id>_<secret><checksum>`: the api key of an application in an account. */
const installationForm = /^sga_([0-9A-Za-z]{12})_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/
/** `sgs_<secret><checksum>`: of an OAuth client or of an application. */
const sharedForm = /^sgs_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/
/** `sgt_<secret><checksum>`. */
const accessTokenForm = /^sgt_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/

/** `sgu_<secret><checksum>`: what a cookie holds of a person who is signed in. */
const sessionForm = /^sgu_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/
/** What is handed over as a link: `sgi_…` joins an account, `sgp_…` sets a password. */
const linkForm = /^sg[ip]_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/
/** `sgf_<secret><checksum>`: the address of a calendar feed ends in it. */
const feedForm = /^sgf_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/
/** `sgm_<secret><checksum>`: the address at which one booking is managed ends in it. */
const manageForm = /^sgm_[0-9A-Za-z]{43}[0-9A-Za-z]{6}$/

/** Every secret in a text, for whoever has to hide them. */
export const secretsInText = /\bsg[afkimostpu]_[0-9A-Za-z_]{16,}/g

/** A secret as given out once, and what is stored of it. */
export type IssuedSecret = { text: string; hash: Uint8Array<ArrayBuffer> }

export type ParsedCredential =
  | { kind: 'API_KEY'; publicId: string; hash: Buffer }
  | { kind: 'ACCESS_TOKEN'; hash: Buffer }
  | { kind: 'SESSION'; hash: Buffer }

/** A name for a credential that may be shown; without a prefix. */
export function newPublicId(): string {
  return base62(randomBytes(12), publicLength)
}

export function newApiKey(publicId: string): IssuedSecret {
  return issue(`sgk_${publicId}_`)
}

export function newAccessToken(): IssuedSecret {
  return issue('sgt_')
}

export function newClientSecret(): IssuedSecret {
  return issue('sgs_')
}

/** An application's own secret. */
export function newApplicationSecret(): IssuedSecret {
  return issue('sgs_')
}

export function newInstallationKey(publicId: string): IssuedSecret {
  return issue(`sga_${publicId}_`)
}

export function newSessionSecret(): IssuedSecret {
  return issue('sgu_')
}

export function newInvitationSecret(): IssuedSecret {
  return issue('sgi_')
}

export function newPasswordSecret(): IssuedSecret {
  return issue('sgp_')
}

export function newFeedSecret(): IssuedSecret {
  return issue('sgf_')
}

export function newManageSecret(): IssuedSecret {
  return issue('sgm_')
}

/** What a shown text claims to be; null when it cannot be one of ours. */
export function parseCredential(text: string): ParsedCredential | null {
  const publicId = apiKeyForm.exec(text)?.[1]
  const isToken = accessTokenForm.test(text)
  if (publicId === undefined && !isToken && !sessionForm.test(text)) return null
  if (!isWhole(text)) return null
  const hash = hashSecret(text)
  if (publicId !== undefined) return { kind: 'API_KEY', publicId, hash }
  return { kind: isToken ? 'ACCESS_TOKEN' : 'SESSION', hash }
}

/** An application's secret with the api key of its installation; null when they cannot be ours. */
export function parseInstallation(
  secretKey: string,
  apiKey: string,
): { publicId: string; keyHash: Buffer; secretHash: Buffer } | null {
  const publicId = installationForm.exec(apiKey)?.[1]
  if (publicId === undefined || !sharedForm.test(secretKey)) return null
  if (!isWhole(secretKey) || !isWhole(apiKey)) return null
  return { publicId, keyHash: hashSecret(apiKey), secretHash: hashSecret(secretKey) }
}

/** The hash of a secret that was handed over as a link; null when it cannot be one of ours. */
export function parseLinkSecret(text: string): Buffer | null {
  return linkForm.test(text) && isWhole(text) ? hashSecret(text) : null
}

/** The hash of a calendar feed's secret; null when it cannot be one of ours. */
export function parseFeedSecret(text: string): Buffer | null {
  return feedForm.test(text) && isWhole(text) ? hashSecret(text) : null
}

/** The hash of the secret of an address for one booking; null when it cannot be one of ours. */
export function parseManageSecret(text: string): Buffer | null {
  return manageForm.test(text) && isWhole(text) ? hashSecret(text) : null
}

function isWhole(text: string): boolean {
  return checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength)
}

/** SHA-256: enough for secrets of 256 random bits, which no dictionary holds. */
export function hashSecret(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

/** Compares hashes in a time that says nothing of where they differ. */
export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

function issue(prefix: string): IssuedSecret {
  const body = prefix + base62(randomBytes(32), secretLength)
  const text = body + checksum(body)
  return { text, hash: new Uint8Array(hashSecret(text)) }
}

function checksum(body: string): string {
  let rest = crc32(body)
  let text = ''
  // Whole numbers of 32 bits need no BigInt, as the secrets do.
  while (text.length < checksumLength) {
    text = alphabet[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}

function base62(bytes: Buffer, length: number): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  while (text.length < length) {
    text = alphabet[Number(rest % 62n)] + text
    rest /= 62n
  }
  return text
}
