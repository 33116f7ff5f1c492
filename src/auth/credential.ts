// From what a request shows to who asks. Read for every request, by one statement for those who
// come at once, and nothing taken from memory but what the same row meant before: whoever loses an
// account, a role or a credential loses it with the next request.

import type { Database } from '../db/client.ts'
import { createKept } from '../db/kept.ts'
import { readTogether } from '../db/together.ts'
import type { Instant } from '../time/instant.ts'
import {
  findAccessToken,
  findApiKey,
  type AccessTokenRow,
  type ApiKeyRow,
} from './credential.data.ts'
import { findInstallation, type InstallationRow } from './installation.data.ts'
import { allScopes, effectiveScopes, type Role } from './scope.ts'
import { parseCredential, parseInstallation, sameHash } from './secret.ts'
import { findUserSession, isLiveSession, type UserSessionRow } from './user-session.data.ts'
import { anonymous, type Grant, type Viewer } from './viewer.ts'

/** Why a credential was not accepted; `sentence` is for whoever sent it. */
export type CredentialFailure = {
  /** NO_TOKEN: something was shown, but in a scheme that holds no token. */
  reason: 'NO_TOKEN' | 'MALFORMED' | 'UNKNOWN' | 'EXPIRED' | 'REVOKED'
  sentence: string
  /** Whose it was, when it was ended or has run out before it should have been given up. */
  spent?: Spent
}

/** A credential that was good once, and the accounts (uuids) that are told of its use. */
export type Spent = { viewer: Viewer; accountIds: string[] }

/** What was last seen of a credential's use, for `lastUsedAt`. */
export type CredentialUse = {
  table: 'ApiKey' | 'ApiClient' | 'Installation' | 'UserSession'
  /** Of a session, which has none, the hash of its secret in hexadecimal digits. */
  publicId: string
  lastUsedAt: Date | null
}

export type Identified = { viewer: Viewer; use: CredentialUse | null }

const malformed: CredentialFailure = {
  reason: 'MALFORMED',
  sentence:
    'The Authorization header holds no credential of this service. ' +
    'Send "Authorization: Bearer <API key or access token>".',
}

const noToken: CredentialFailure = { ...malformed, reason: 'NO_TOKEN' }

const unknown: CredentialFailure = {
  reason: 'UNKNOWN',
  sentence: 'The credential is not known here. Check that it was copied whole.',
}

const signedOut: CredentialFailure = {
  reason: 'UNKNOWN',
  sentence: 'You are signed out: the session is not known any more. Sign in again.',
}

/** No header can hold this, so that nobody shows a session but by its cookie. */
const cookieMark = '\0cookie '

/**
 * What a door passes on for a session cookie, once it knows that the request is not of another
 * site, where an Authorization header would stand.
 */
export function cookieCredential(secret: string): string {
  return cookieMark + secret
}

/** Whether a text would be taken for a cookie that was checked. */
export function isCookieCredential(text: string): boolean {
  return text.startsWith(cookieMark)
}

/**
 * An application in an account shows two secrets: its own, and the api key of the installation. In
 * the form of an Authorization header, with a scheme of our own; dialects have other forms.
 */
export function installationCredential(secretKey: string, apiKey: string): string {
  return `Installation ${secretKey} ${apiKey}`
}

/**
 * Who asks, by the Authorization header (RFC 6750), by `installationCredential` or by
 * `cookieCredential`. No header, or an empty one, is the anonymous viewer.
 * Throws only when the database fails.
 */
export async function viewerOf(
  db: Pick<Database, 'pool'>,
  authorization: string | null | undefined,
  now: Instant,
): Promise<Identified | CredentialFailure> {
  if (!authorization) return { viewer: anonymous, use: null }
  const pair = /^installation +(\S+) +(\S+) *$/i.exec(authorization)
  if (pair) return ofPair(db, pair[1] ?? '', pair[2] ?? '')
  const isCookie = isCookieCredential(authorization)
  const secret = isCookie
    ? authorization.slice(cookieMark.length)
    : (/^bearer +(\S+) *$/i.exec(authorization)?.[1] ?? '')
  const shown = parseCredential(secret)
  if (isCookie && shown?.kind !== 'SESSION') return signedOut
  if (shown === null || (shown.kind === 'SESSION' && !isCookie)) {
    return /^bearer( |$)/i.test(authorization) ? malformed : noToken
  }
  const read = <Row>(id: string, find: () => Promise<Row>) =>
    readTogether(db.pool, `${shown.kind} ${id}`, find)
  switch (shown.kind) {
    case 'API_KEY': {
      const key = await read(shown.publicId, () => findApiKey(db.pool, shown.publicId))
      return key && sameHash(key.secretHash, shown.hash) ? ofApiKey(key, now) : unknown
    }
    case 'ACCESS_TOKEN': {
      const token = await read(shown.hash.toString('hex'), () =>
        findAccessToken(db.pool, shown.hash),
      )
      return token ? ofAccessToken(token, now) : unknown
    }
    case 'SESSION': {
      const session = await read(shown.hash.toString('hex'), () =>
        findUserSession(db.pool, shown.hash),
      )
      return session ? ofSession(session, shown.hash, now) : signedOut
    }
    default:
      return shown satisfies never
  }
}

/** Tells a failure from whatever else there is when there is none. */
export function isFailure(found: object): found is CredentialFailure {
  return 'sentence' in found
}

/** Of rows, which are the same objects as long as they say the same. */
const viewers = new WeakMap<object, Viewer>()

/** Most credentials hold the same as others: accounts in which they have the same role share it. */
const shared = createKept<string, Grant>(500)

function grantFor(names: string, scopes: readonly string[], role: Role): Grant {
  const key = `${role} ${names}`
  const grant = shared.get(key) ?? { role, scopes: effectiveScopes(scopes, role) }
  shared.keep(key, grant, 1)
  return grant
}

type Roles = Readonly<Record<string, Role | null>> | null

/** The viewer of a row, who has these scopes as far as the role in each account allows. */
function viewerFor(
  row: object,
  who: Omit<Viewer, 'grants'>,
  scopes: readonly string[],
  roles: Roles,
): Viewer {
  let viewer = viewers.get(row)
  if (viewer) return viewer
  const names = scopes.join()
  const grants = new Map<string, Grant>()
  for (const [accountId, role] of Object.entries(roles ?? {})) {
    if (role) grants.set(accountId, grantFor(names, scopes, role))
  }
  viewer = { ...who, grants }
  viewers.set(row, viewer)
  return viewer
}

const withoutReach = new Map<string, Grant>()

function ofApiKey(key: ApiKeyRow, now: Instant): Identified | CredentialFailure {
  const { expiresAt, replacedUntil } = key
  const who = { kind: 'API_KEY', id: key.id, name: key.name, userId: key.createdById } as const
  const spent = { viewer: { ...who, grants: withoutReach }, accountIds: [key.accountId] }
  if (key.revokedAt) return { ...revoked('API key'), spent }
  const isOver = (at: Date | null): at is Date => at !== null && at.getTime() <= now
  if (isOver(expiresAt)) return { ...expired('API key', expiresAt), spent }
  if (isOver(replacedUntil)) return { ...expired('API key', replacedUntil), spent }
  return {
    viewer: viewerFor(key, who, key.scopes, { [key.accountId]: key.role }),
    use: { table: 'ApiKey', publicId: key.publicId, lastUsedAt: key.lastUsedAt },
  }
}

function ofAccessToken(token: AccessTokenRow, now: Instant): Identified | CredentialFailure {
  const { clientId: id, name, createdById: userId } = token
  const who = { kind: 'API_CLIENT', id, name, userId } as const
  if (token.tokenRevokedAt || token.clientRevokedAt) {
    const accountIds = Object.keys(token.roles ?? {})
    return {
      ...revoked('access token'),
      spent: { viewer: { ...who, grants: withoutReach }, accountIds },
    }
  }
  // Every client shows one of these once an hour, so nobody is told of it.
  if (token.expiresAt.getTime() <= now) return expired('access token', token.expiresAt)
  // A client may lose scopes after a token was made.
  const scopes = token.tokenScopes.filter((scope) => token.clientScopes.includes(scope))
  return {
    viewer: viewerFor(token, who, scopes, token.roles),
    use: { table: 'ApiClient', publicId: token.publicId, lastUsedAt: token.lastUsedAt },
  }
}

async function ofPair(
  { pool }: Pick<Database, 'pool'>,
  secretKey: string,
  apiKey: string,
): Promise<Identified | CredentialFailure> {
  const shown = parseInstallation(secretKey, apiKey)
  if (!shown) return malformed
  const { publicId, keyHash, secretHash } = shown
  const found = await readTogether(pool, `INSTALLATION ${publicId}`, () =>
    findInstallation(pool, publicId),
  )
  // Both are compared in any case, so that the time says nothing of which one was wrong.
  const right = found && [
    sameHash(found.keyHash, keyHash),
    sameHash(found.applicationHash, secretHash),
  ]
  return found && right?.every(Boolean) ? ofInstallation(found) : unknown
}

function ofInstallation(row: InstallationRow): Identified | CredentialFailure {
  const { id, name, approvedById: userId, accountId } = row
  const who = { kind: 'INSTALLATION', id, name, userId } as const
  const spent = { viewer: { ...who, grants: withoutReach }, accountIds: [accountId] }
  if (row.ended) return { ...revoked('api key of the application'), spent }
  return {
    viewer: viewerFor(row, who, row.scopes, { [accountId]: row.role }),
    use: { table: 'Installation', publicId: row.publicId, lastUsedAt: row.lastUsedAt },
  }
}

function ofSession(
  session: UserSessionRow,
  hash: Buffer,
  now: Instant,
): Identified | CredentialFailure {
  if (!isLiveSession(session, now)) {
    return { reason: 'EXPIRED', sentence: 'The session has expired. Sign in again.' }
  }
  const { userId, name, roles } = session
  const who = { kind: 'USER', id: userId, name, userId } as const
  return {
    viewer: viewerFor(session, who, allScopes, roles),
    use: { table: 'UserSession', publicId: hash.toString('hex'), lastUsedAt: session.lastUsedAt },
  }
}

function revoked(what: string): CredentialFailure {
  return { reason: 'REVOKED', sentence: `The ${what} was revoked. Ask for another.` }
}

function expired(what: string, at: Date): CredentialFailure {
  const sentence = `The ${what} expired at ${at.toISOString()}. Ask for another.`
  return { reason: 'EXPIRED', sentence }
}
