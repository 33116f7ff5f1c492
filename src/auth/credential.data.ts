// Credentials as rows: found by what a request shows, each in one prepared statement, and issued.
// A secret leaves here once, when it is issued; the database keeps its hash only.

import type { Pool } from 'pg'
import type { Database } from '../db/client.ts'
import { newId } from '../db/id.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Role, Scope } from './scope.ts'
import { newAccessToken, newApiKey, newClientSecret, newPublicId } from './secret.ts'

export type ApiKeyRow = {
  accountId: string
  id: string
  publicId: string
  name: string
  secretHash: Buffer
  scopes: string[]
  expiresAt: Date | null
  revokedAt: Date | null
  lastUsedAt: Date | null
  createdById: string
  /** Of whoever made the key, in its account, now; null when that person has left. */
  role: Role | null
}

/** The key with this public id. */
export async function findApiKey(pool: Pool, publicId: string): Promise<ApiKeyRow | undefined> {
  const { rows } = await pool.query<ApiKeyRow>({
    name: 'auth_api_key',
    text: `SELECT k."accountId", k."id", k."publicId", k."name", k."secretHash", k."scopes",
             k."expiresAt", k."revokedAt", k."lastUsedAt", k."createdById", m."role"
           FROM "ApiKey" k
           LEFT JOIN "Membership" m
             ON m."accountId" = k."accountId" AND m."userId" = k."createdById"
           WHERE k."publicId" = $1`,
    values: [publicId],
  })
  return rows[0]
}

export type AccessTokenRow = {
  tokenScopes: string[]
  expiresAt: Date
  createdAt: Date
  tokenRevokedAt: Date | null
  clientId: string
  publicId: string
  name: string
  clientScopes: string[]
  clientRevokedAt: Date | null
  lastUsedAt: Date | null
  createdById: string
  /** Role by account, where the client's maker administers now and the client was given. */
  roles: Record<string, Role> | null
}

/**
 * The access token with this hash, with its client and the accounts that are reached through it.
 */
export async function findAccessToken(
  pool: Pool,
  tokenHash: Buffer,
): Promise<AccessTokenRow | undefined> {
  const { rows } = await pool.query<AccessTokenRow>({
    name: 'auth_access_token',
    text: `SELECT t."scopes" AS "tokenScopes", t."expiresAt", t."createdAt",
             t."revokedAt" AS "tokenRevokedAt", c."id" AS "clientId", c."publicId", c."name",
             c."scopes" AS "clientScopes", c."revokedAt" AS "clientRevokedAt", c."lastUsedAt",
             c."createdById",
             (SELECT json_object_agg(m."accountId", m."role") FROM "Membership" m
               WHERE m."userId" = c."createdById" AND m."role" IN ('OWNER', 'ADMIN')
                 AND (c."allAccounts" OR EXISTS (
                   SELECT FROM "ApiClientAccount" a
                    WHERE a."clientId" = c."id" AND a."accountId" = m."accountId"))) AS "roles"
           FROM "AccessToken" t JOIN "ApiClient" c ON c."id" = t."clientId"
           WHERE t."tokenHash" = $1`,
    values: [tokenHash],
  })
  return rows[0]
}

export type ApiClientRow = {
  id: string
  publicId: string
  secretHash: Buffer
  scopes: string[]
  revokedAt: Date | null
}

/** The OAuth client with this `client_id`. */
export async function findApiClient(
  pool: Pool,
  publicId: string,
): Promise<ApiClientRow | undefined> {
  const { rows } = await pool.query<ApiClientRow>({
    name: 'auth_api_client',
    text: `SELECT "id", "publicId", "secretHash", "scopes", "revokedAt"
           FROM "ApiClient" WHERE "publicId" = $1`,
    values: [publicId],
  })
  return rows[0]
}

/** Revokes an access token of this client; one of another client stays as it is. */
export async function revokeAccessToken(
  pool: Pool,
  clientId: string,
  tokenHash: Buffer,
  now: Date,
): Promise<void> {
  await pool.query(
    `UPDATE "AccessToken" SET "revokedAt" = $3
      WHERE "tokenHash" = $1 AND "clientId" = $2 AND "revokedAt" IS NULL`,
    [tokenHash, clientId, now],
  )
}

/** A thing with the secret that was made for it; null when it was shown before. */
export type Issued<Row> = { row: Row; secret: string | null }

/** Makes a key of one account. `key` is shown this once. */
export async function issueApiKey(
  tx: Transaction,
  key: {
    accountId: string
    createdById: string
    name: string
    scopes: readonly Scope[]
    expiresAt?: Date | null
  },
): Promise<{ id: string; publicId: string; key: string }> {
  const publicId = newPublicId()
  const secret = newApiKey(publicId)
  const id = newId()
  await tx.apiKey.create({
    data: { ...key, id, publicId, scopes: [...key.scopes], secretHash: secret.hash },
  })
  return { id, publicId, key: secret.text }
}

/** Makes an OAuth client. `clientSecret` is shown this once. */
export async function issueApiClient(
  tx: Transaction,
  client: {
    createdById: string
    name: string
    description?: string | null
    scopes: readonly Scope[]
    /** The accounts it is for; 'ALL' follows its maker into every account, also later ones. */
    accountIds: readonly string[] | 'ALL'
  },
): Promise<{ id: string; clientId: string; clientSecret: string }> {
  const { accountIds, scopes, ...rest } = client
  const secret = newClientSecret()
  const id = newId()
  const clientId = `sgc_${newPublicId()}`
  const chosen = accountIds === 'ALL' ? [] : accountIds
  await tx.apiClient.create({
    data: {
      ...rest,
      id,
      publicId: clientId,
      scopes: [...scopes],
      secretHash: secret.hash,
      allAccounts: accountIds === 'ALL',
      accounts: { create: chosen.map((accountId) => ({ accountId })) },
    },
  })
  return { id, clientId, clientSecret: secret.text }
}

/** How long an access token lives. */
export const accessTokenSeconds = 3600

/** Makes an access token of a client (its row's id). `token` is shown this once. */
export async function issueAccessToken(
  tx: Transaction | Database['prisma'],
  token: { clientId: string; scopes: readonly string[]; now: number; ttlSeconds?: number },
): Promise<{ token: string; expiresAt: Date }> {
  const secret = newAccessToken()
  const ttlMs = (token.ttlSeconds ?? accessTokenSeconds) * 1000
  const expiresAt = new Date(token.now + ttlMs)
  await tx.accessToken.create({
    data: {
      tokenHash: secret.hash,
      clientId: token.clientId,
      scopes: [...token.scopes],
      expiresAt,
      createdAt: new Date(token.now),
    },
  })
  return { token: secret.text, expiresAt }
}
