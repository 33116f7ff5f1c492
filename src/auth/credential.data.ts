// Credentials as rows: found by what a request shows, each in one prepared statement, and issued.
// A secret leaves here once, when it is issued; the database keeps its hash only.

import type { Pool } from 'pg'
import { newId } from '../db/id.ts'
import type { Transaction } from '../db/transaction.ts'
import { credentialReader } from './credential-row.ts'
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
  /** Until when the secret is good that was shown; null for the one that is not replaced. */
  replacedUntil: Date | null
  /** Of whoever made the key, in its account, now; null when that person has left. */
  role: Role | null
}

/** The key of which this is the public id, or was the one before its last rotation. */
export const findApiKey = credentialReader<ApiKeyRow>(
  'API_KEY',
  `SELECT k."accountId", k."id", k."publicId", k."name", k."scopes", k."expiresAt",
     k."revokedAt", k."lastUsedAt", k."createdById", m."role",
     encode(CASE WHEN k."publicId" = $1 THEN k."secretHash" ELSE k."previousHash" END, 'hex')
       AS "secretHash",
     CASE WHEN k."publicId" = $1 THEN NULL ELSE k."previousUntil" END AS "replacedUntil"
   FROM "ApiKey" k
   LEFT JOIN "Membership" m
     ON m."accountId" = k."accountId" AND m."userId" = k."createdById"
   WHERE k."publicId" = $1 OR k."previousPublicId" = $1`,
)

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

/** The access token with this hash, with its client and the accounts reached through it. */
export const findAccessToken = credentialReader<AccessTokenRow>(
  'ACCESS_TOKEN',
  `SELECT t."scopes" AS "tokenScopes", t."expiresAt", t."createdAt",
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
)

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
    createdAt?: Date
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

/**
 * Gives a key another secret, which is returned this once; the one before it is good until then, or
 * no more for null. The row must be locked.
 */
export async function replaceApiKey(
  tx: Transaction,
  before: { accountId: string; id: string; publicId: string; secretHash: Uint8Array<ArrayBuffer> },
  until: Date | null,
): Promise<string> {
  const { accountId, id } = before
  const publicId = newPublicId()
  const secret = newApiKey(publicId)
  await tx.apiKey.update({
    where: { accountId_id: { accountId, id } },
    data: {
      publicId,
      secretHash: secret.hash,
      previousPublicId: until && before.publicId,
      previousHash: until && before.secretHash,
      previousUntil: until,
    },
  })
  return secret.text
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
    createdAt?: Date
    updatedAt?: Date
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

/** Gives a client another secret, which is returned this once; its tokens are dead at once. */
export async function replaceClientSecret(
  tx: Transaction,
  clientId: string,
  now: Date,
): Promise<string> {
  const secret = newClientSecret()
  // The client first: a token that is being issued holds its row, and is there afterwards.
  await tx.apiClient.update({
    where: { id: clientId },
    data: { secretHash: secret.hash, updatedAt: now },
  })
  await tx.accessToken.updateMany({
    where: { clientId, revokedAt: null },
    data: { revokedAt: now },
  })
  return secret.text
}

/** How long an access token lives. */
export const accessTokenSeconds = 3600

/**
 * Makes an access token of a client (its row's id), which is returned this once. With `secretHash`
 * null is returned when the client's secret is another by now, or the client was deleted.
 */
export async function issueAccessToken(
  pool: Pool,
  token: {
    clientId: string
    scopes: readonly string[]
    now: number
    ttlSeconds?: number
    secretHash?: Uint8Array
  },
): Promise<{ token: string; expiresAt: Date } | null> {
  const secret = newAccessToken()
  const ttlMs = (token.ttlSeconds ?? accessTokenSeconds) * 1000
  const expiresAt = new Date(token.now + ttlMs)
  const { rowCount } = await pool.query({
    name: 'auth_issue_token',
    text: `INSERT INTO "AccessToken" ("tokenHash", "clientId", "scopes", "expiresAt", "createdAt")
           SELECT $1, "id", $3, $4, $5 FROM "ApiClient"
            WHERE "id" = $2 AND "revokedAt" IS NULL AND ($6::bytea IS NULL OR "secretHash" = $6)
              FOR SHARE`,
    values: [
      Buffer.from(secret.hash),
      token.clientId,
      token.scopes,
      expiresAt,
      new Date(token.now),
      token.secretHash ?? null,
    ],
  })
  return rowCount === 1 ? { token: secret.text, expiresAt } : null
}
