// From a credential to what may be done where: scopes and role, now, and never more.
import { beforeEach, describe, expect, it } from 'vitest'
import { issueAccessToken } from '../../src/auth/credential.data.ts'
import { isFailure, viewerOf } from '../../src/auth/credential.ts'
import { allScopes } from '../../src/auth/scope.ts'
import { newAccessToken, newApiKey } from '../../src/auth/secret.ts'
import type { Viewer } from '../../src/auth/viewer.ts'
import type { Account } from '../../src/generated/prisma/client.ts'
import { testDatabase } from '../support/database.ts'
import { giveRole, makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'

const db = await testDatabase()
const now = Date.parse('2026-03-02T08:00:00Z')

let account: Account
let other: Account

beforeEach(async () => {
  account = await makeAccount(db)
  other = await makeAccount(db)
})

async function ask(credential: string, at = now) {
  return viewerOf(db, `Bearer ${credential}`, at)
}

async function viewer(credential: string): Promise<Viewer> {
  const found = await ask(credential)
  if (isFailure(found)) throw new Error(found.sentence)
  return found.viewer
}

function reach(found: Viewer): Record<string, string[]> {
  const entries = [...found.grants].map(([id, { scopes }]) => [id, [...scopes].toSorted()] as const)
  return Object.fromEntries(entries)
}

describe('an API key', () => {
  it('reaches its one account with the scopes it has', async () => {
    const scopes = ['bookings:read', 'customers:read'] as const
    const { key, id } = await makeApiKey(db, { accountId: account.id, scopes, name: 'Desk' })
    const found = await viewer(key)
    expect(found).toMatchObject({ kind: 'API_KEY', id, name: 'Desk' })
    expect(reach(found)).toEqual({ [account.id]: ['bookings:read', 'customers:read'] })
  })

  it('has no scope that the role of its maker does not allow', async () => {
    const scopes = ['bookings:read', 'bookings:write', 'clients:write'] as const
    const { key } = await makeApiKey(db, { accountId: account.id, role: 'VIEWER', scopes })
    expect(reach(await viewer(key))).toEqual({ [account.id]: ['bookings:read'] })
  })

  it('follows the role of its maker at once', async () => {
    const { key, userId } = await makeApiKey(db, {
      accountId: account.id,
      scopes: ['clients:write'],
    })
    expect(reach(await viewer(key))).toEqual({ [account.id]: ['clients:write'] })
    await giveRole(db, account.id, userId, 'STAFF')
    expect(reach(await viewer(key))).toEqual({ [account.id]: [] })
  })

  it('reaches nothing when its maker has left the account', async () => {
    const { key, userId } = await makeApiKey(db, { accountId: account.id })
    await giveRole(db, other.id, userId, 'OWNER')
    const membership = { accountId: account.id, userId }
    await db.prisma.membership.delete({ where: { accountId_userId: membership } })
    expect(reach(await viewer(key))).toEqual({})
  })

  it('is refused from the instant it expires', async () => {
    const expiresAt = new Date(now + 1000)
    const { key } = await makeApiKey(db, { accountId: account.id, expiresAt })
    expect(isFailure(await ask(key, now + 999))).toBe(false)
    expect(await ask(key, now + 1000)).toMatchObject({
      reason: 'EXPIRED',
      sentence: 'The API key expired at 2026-03-02T08:00:01.000Z. Ask for another.',
    })
  })

  it('is refused when it was revoked', async () => {
    const { key, publicId } = await makeApiKey(db, { accountId: account.id })
    await db.prisma.apiKey.update({ where: { publicId }, data: { revokedAt: new Date(now) } })
    expect(await ask(key)).toMatchObject({ reason: 'REVOKED' })
  })

  it('is refused with the public id of another key', async () => {
    const { publicId } = await makeApiKey(db, { accountId: account.id })
    expect(await ask(newApiKey(publicId).text)).toMatchObject({ reason: 'UNKNOWN' })
  })
})

describe('an access token', () => {
  it('reaches all accounts that the maker of its client administers', async () => {
    const accountIds = [account.id, other.id]
    const { token, id } = await makeApiClient(db, { accountIds, scopes: ['bookings:read'], now })
    const found = await viewer(token)
    expect(found).toMatchObject({ kind: 'API_CLIENT', id, name: 'A client' })
    expect(reach(found)).toEqual({
      [account.id]: ['bookings:read'],
      [other.id]: ['bookings:read'],
    })
  })

  it('reaches an account that its maker comes to administer later', async () => {
    const { token, userId } = await makeApiClient(db, { accountIds: [account.id], now })
    await giveRole(db, other.id, userId, 'ADMIN')
    expect(Object.keys(reach(await viewer(token))).toSorted()).toEqual(
      [account.id, other.id].toSorted(),
    )
  })

  it('reaches only the accounts chosen for its client', async () => {
    const accountIds = [account.id, other.id]
    const { token } = await makeApiClient(db, { accountIds, chosen: [other.id], now })
    expect(Object.keys(reach(await viewer(token)))).toEqual([other.id])
  })

  it('does not reach a chosen account where its maker is no admin', async () => {
    const { token, userId } = await makeApiClient(db, {
      accountIds: [account.id],
      chosen: [account.id, other.id],
      now,
    })
    expect(Object.keys(reach(await viewer(token)))).toEqual([account.id])
    await giveRole(db, account.id, userId, 'STAFF')
    expect(reach(await viewer(token))).toEqual({})
  })

  it('has the scopes that it and its client both have', async () => {
    const { token, id } = await makeApiClient(db, {
      accountIds: [account.id],
      scopes: ['bookings:read', 'customers:read'],
      now,
    })
    const narrow = await issueAccessToken(db.pool, {
      clientId: id,
      scopes: ['customers:read'],
      now,
    })
    expect(reach(await viewer(narrow!.token))).toEqual({ [account.id]: ['customers:read'] })
    await db.prisma.apiClient.update({ where: { id }, data: { scopes: ['bookings:read'] } })
    expect(reach(await viewer(token))).toEqual({ [account.id]: ['bookings:read'] })
    expect(reach(await viewer(narrow!.token))).toEqual({ [account.id]: [] })
  })

  it('is refused after an hour', async () => {
    const { token } = await makeApiClient(db, { accountIds: [account.id], now })
    expect(isFailure(await ask(token, now + 3_599_999))).toBe(false)
    expect(await ask(token, now + 3_600_000)).toMatchObject({ reason: 'EXPIRED' })
  })

  it('is refused when its client was revoked', async () => {
    const { token, id } = await makeApiClient(db, { accountIds: [account.id], now })
    await db.prisma.apiClient.update({ where: { id }, data: { revokedAt: new Date(now) } })
    expect(await ask(token)).toMatchObject({ reason: 'REVOKED' })
  })

  it('is refused when nobody made it', async () => {
    expect(await ask(newAccessToken().text)).toMatchObject({ reason: 'UNKNOWN' })
  })
})

describe('the Authorization header', () => {
  it.each([undefined, null, ''])('%j is the anonymous viewer', async (header) => {
    const found = await viewerOf(db, header, now)
    expect(found).toMatchObject({ viewer: { kind: 'ANONYMOUS', grants: new Map() }, use: null })
  })

  it.each(['Bearer', 'Bearer x', 'Bearer a b'])('%j is malformed', async (header) => {
    expect(await viewerOf(db, header, now)).toMatchObject({ reason: 'MALFORMED' })
  })

  it.each(['Basic YTpi', 'sgk_x', 'Bearertoken'])('%j is no token at all', async (header) => {
    expect(await viewerOf(db, header, now)).toMatchObject({ reason: 'NO_TOKEN' })
  })

  it('names its scheme in any case', async () => {
    const { key } = await makeApiKey(db, { accountId: account.id })
    expect(isFailure(await viewerOf(db, `bEARER ${key}`, now))).toBe(false)
  })
})

describe('issuing', () => {
  it('keeps no secret in the database', async () => {
    const { key } = await makeApiKey(db, { accountId: account.id, scopes: allScopes })
    const client = await makeApiClient(db, { accountIds: [account.id], now })
    for (const [table, secret] of [
      ['ApiKey', key],
      ['ApiClient', client.clientSecret],
      ['AccessToken', client.token],
    ]) {
      const { rows } = await db.pool.query(`SELECT t::text AS "text" FROM "${table}" t`)
      expect(rows.length).toBeGreaterThan(0)
      const secretPart = secret!.slice(-49)
      for (const { text } of rows) expect(text).not.toContain(secretPart)
    }
  })
})
