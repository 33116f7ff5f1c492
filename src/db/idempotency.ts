// Said once is done once. The key is claimed in the transaction that does the work, so a second
// call waits for the first; when the first is refused or dies, its claim is gone with it.

import { createHash } from 'node:crypto'
import type { ActionContext } from '../context.ts'
import { invalid, refused } from '../errors.ts'
import { Prisma, type IdempotencyKey } from '../generated/prisma/client.ts'
import { HOUR } from '../time/instant.ts'
import type { Key } from './id.ts'
import { poolReader, transactionReader, type Reader } from './reader.ts'
import { timestamptz } from './timestamp.ts'
import type { Transaction } from './transaction.ts'

/** How long a key is remembered, in hours. */
export const idempotencyHours = 24

export type Once = {
  accountId: string
  /** Chosen by the caller; null or absent does the work without remembering it. */
  key: string | null | undefined
  /** Name of the action: the same key for another action is other input. */
  operation: string
  input: object
}

/**
 * Does `work` once per key, caller and account; repeated, it returns what `again` reads for the row
 * that the first call returned. Refuses IDEMPOTENCY_CONFLICT when the input differs.
 */
export async function idempotent<T extends Key>(
  tx: Transaction,
  ctx: ActionContext,
  once: Once,
  work: () => Promise<T>,
  again: (key: Key) => Promise<T | null>,
): Promise<T> {
  const { accountId } = once
  return remembered(tx, ctx, once, {
    work,
    result: ({ id }) => ({ resultId: id }),
    again: async ({ resultId }) => (resultId ? again({ accountId, id: resultId }) : null),
  })
}

/** As `idempotent`, for work that answers with several rows; `again` reads them in this order. */
export async function idempotentList<T extends Key>(
  tx: Transaction,
  ctx: ActionContext,
  once: Once,
  work: () => Promise<T[]>,
  again: (ids: string[]) => Promise<T[]>,
): Promise<T[]> {
  return remembered(tx, ctx, once, {
    work,
    result: (rows) => ({ result: rows.map(({ id }) => id) }),
    again: async ({ result }) => (Array.isArray(result) ? again(result as string[]) : null),
  })
}

/**
 * As `idempotent`, for work whose answer is kept as a text: seal what is nobody else's to read.
 * `again` gives null for what may not be said again.
 */
export async function idempotentText(
  tx: Transaction,
  ctx: ActionContext,
  once: Once,
  work: () => Promise<string>,
  again: (kept: string) => string | null,
): Promise<string> {
  return remembered(tx, ctx, once, {
    work,
    result: (text) => ({ result: text }),
    again: async ({ result }) => (typeof result === 'string' ? again(result) : null),
  })
}

type Claim = { accountId: string; principalId: string; key: string }

type Line = { claims: Claim[]; found: Promise<ReadonlySet<string>> }

const lines = new WeakMap<object, Line>()

const nameOf = ({ accountId, principalId, key }: Claim) =>
  JSON.stringify([accountId, principalId, key])

/**
 * Whether the caller has used this key, so that what was said then is to be said again. Those who
 * are refused by the same look ask together.
 */
export async function isClaimed(
  { db, viewer }: ActionContext,
  { accountId, key }: Pick<Once, 'accountId' | 'key'>,
): Promise<boolean> {
  // What cannot be stored was never used, and would be in the way of the others' question.
  if (key == null || !isKey(key) || key.includes('\0')) return false
  const claim = { accountId, principalId: viewer.id, key }
  let line = lines.get(db.pool)
  if (!line) lines.set(db.pool, (line = openLine(db)))
  line.claims.push(claim)
  return (await line.found).has(nameOf(claim))
}

function openLine(db: ActionContext['db']): Line {
  const claims: Claim[] = []
  const found = Promise.resolve().then(() => {
    // Whoever comes from now on is not answered by this reading.
    lines.delete(db.pool)
    return readClaimed(poolReader(db), claims)
  })
  return { claims, found }
}

async function readClaimed(read: Reader, claims: readonly Claim[]): Promise<ReadonlySet<string>> {
  const rows = await read<Claim>(Prisma.sql`
    SELECT k."accountId"::text AS "accountId", k."principalId", k."key"
    FROM unnest(${claims.map(({ accountId }) => accountId)}::uuid[],
        ${claims.map(({ principalId }) => principalId)}::text[],
        ${claims.map(({ key }) => key)}::text[]) c("accountId", "principalId", "key")
      JOIN "IdempotencyKey" k ON k."accountId" = c."accountId"
        AND k."principalId" = c."principalId" AND k."key" = c."key"`)
  return new Set(rows.map(nameOf))
}

/** Whether a key is one that can be remembered. */
export const isKey = (key: string): boolean => key !== '' && key.length <= 255

type Remembering<T> = {
  work: () => Promise<T>
  result: (done: T) => { resultId: string } | { result: string[] | string }
  again: (first: IdempotencyKey) => Promise<T | null>
}

async function remembered<T>(
  tx: Transaction,
  ctx: ActionContext,
  once: Once,
  { work, result, again }: Remembering<T>,
): Promise<T> {
  const { accountId, key, operation } = once
  if (key == null) return work()
  if (!isKey(key)) {
    throw invalid(['idempotencyKey'], 'An idempotency key has 1 to 255 characters.')
  }
  const read = transactionReader(tx)
  const principalId = ctx.viewer.id
  const inputHash = hashOf(operation, once.input)
  if ((await read(claiming(ctx, once, null))).length === 1) {
    const done = await work()
    const { resultId = null, result: kept } = result(done) as Partial<IdempotencyKey>
    await read(Prisma.sql`UPDATE "IdempotencyKey" SET "resultId" = ${resultId}::uuid,
        "result" = ${kept === undefined ? null : JSON.stringify(kept)}::jsonb
      WHERE "accountId" = ${accountId}::uuid AND "principalId" = ${principalId}
        AND "key" = ${key}`)
    return done
  }
  const where = { accountId_principalId_key: { accountId, principalId, key } }
  const first = await tx.idempotencyKey.findUniqueOrThrow({ where })
  const same = first.operation === operation && first.inputHash === inputHash
  const answer = same ? await again(first) : null
  if (answer !== null) return answer
  throw refused(
    'IDEMPOTENCY_CONFLICT',
    `The idempotency key "${key}" was used for another input; take a new key for a new request.`,
    { path: ['idempotencyKey'] },
  )
}

/** Claims the key of a call whose row is to be this one; no row comes back when it was used. */
export function claiming(ctx: ActionContext, once: Once, resultId: string | null): Prisma.Sql {
  const { accountId, key, operation } = once
  const now = ctx.clock.now()
  const at = timestamptz(now)
  const expiresAt = timestamptz(now + idempotencyHours * HOUR)
  return Prisma.sql`
    INSERT INTO "IdempotencyKey" AS k ("accountId", "principalId", "key", "operation",
      "inputHash", "resultId", "createdAt", "expiresAt")
    VALUES (${accountId}::uuid, ${ctx.viewer.id}, ${key}, ${operation},
      ${hashOf(operation, once.input)}, ${resultId}::uuid, ${at}, ${expiresAt})
    ON CONFLICT ("accountId", "principalId", "key") DO UPDATE SET
      "operation" = excluded."operation", "inputHash" = excluded."inputHash",
      "resultId" = excluded."resultId", "result" = NULL, "createdAt" = excluded."createdAt",
      "expiresAt" = excluded."expiresAt"
    WHERE k."expiresAt" <= excluded."createdAt" RETURNING 1 AS "claimed"`
}

function hashOf(operation: string, input: object): string {
  return createHash('sha256').update(operation).update(canonical(input)).digest('base64url')
}

// The same input gives the same text, whatever the order of its fields.
function canonical(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([name, inner]) => inner != null && name !== 'idempotencyKey')
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}
