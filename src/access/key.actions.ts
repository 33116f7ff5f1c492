// What can be done to API keys: create, update, rotate, revoke. A key never gets more than whoever
// makes it holds. Its secret leaves here once; only the maker gets another, because whoever holds
// it acts in the maker's name.

import { issueApiKey, replaceApiKey, type Issued } from '../auth/credential.data.ts'
import type { Scope } from '../auth/scope.ts'
import { demand, Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound, refused } from '../errors.ts'
import { appendAudit, type AuditFact } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { ApiKey } from '../generated/prisma/client.ts'
import { keyIssues, overlap, overlapIssues, type KeyTerms } from './key.ts'
import { demandLasting, isLater, personBehind } from './lasting.actions.ts'
import { demandHeld, overreach, recorded } from './overreach.actions.ts'

const fields = ['name', 'scopes', 'expiresAt'] as const

/**
 * Needs clients:write, and every scope that the key gets. Refuses NOT_FOUND (account),
 * VALIDATION_FAILED, IDEMPOTENCY_CONFLICT. Said again it gives the key without its secret.
 */
export async function createApiKey(
  ctx: ActionContext,
  accountId: string,
  input: KeyTerms,
  idempotencyKey?: string | null,
): Promise<Issued<ApiKey>> {
  demand(ctx.viewer, accountId, ['clients:write'], 'Account', 'accountId')
  const createdById = personBehind(ctx)
  invalidAll(keyIssues(input, ctx.clock.now()))
  const scopes = input.scopes as Scope[]
  const once = { accountId, key: idempotencyKey, operation: 'createApiKey', input }
  const tried = { accountId, action: 'key.created', subjectType: 'ApiKey' }
  return recorded(ctx, async () => {
    demandHeld(ctx, scopes, tried, 'scopes')
    return transaction(ctx.db, async (tx) => {
      await demandLasting(tx, ctx, input.expiresAt, tried)
      let secret: string | null = null
      const add = async () => {
        const createdAt = new Date(ctx.clock.now())
        const issued = await issueApiKey(tx, {
          ...input,
          scopes,
          accountId,
          createdById,
          createdAt,
        })
        secret = issued.key
        const key = await keyAt(tx, { accountId, id: issued.id })
        await tell(tx, ctx, 'key.created', null, key)
        return key
      }
      const row = await idempotent(tx, ctx, once, add, (key) => keyAt(tx, key))
      return { row, secret }
    })
  })
}

/**
 * Needs clients:write, and to prolong it every scope of the key. Takes scopes away only. Refuses as
 * createApiKey, ILLEGAL_TRANSITION.
 */
export async function updateApiKey(
  ctx: ActionContext,
  key: Key,
  input: Partial<KeyTerms>,
): Promise<ApiKey> {
  demand(ctx.viewer, key.accountId, ['clients:write'], 'ApiKey', 'id')
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const before = await liveKey(tx, key)
      const after = { ...before, ...input }
      const changes = changesBetween(before, after, fields)
      if (changes.length === 0) return before
      // What has expired may have another name all the same.
      const isSame = changes.every(({ field }) => field !== 'expiresAt')
      const expiresAt = isSame ? null : after.expiresAt
      invalidAll(keyIssues({ ...after, expiresAt }, ctx.clock.now()))
      const tried = factOf('key.updated', before)
      demandFewer(before, after.scopes, tried)
      if (isLater(after.expiresAt, before.expiresAt)) {
        demandHeld(ctx, after.scopes as Scope[], tried, 'expiresAt')
        await demandLasting(tx, ctx, after.expiresAt, tried)
      }
      const { name, scopes } = after
      const data = { name, scopes: [...scopes], expiresAt: after.expiresAt }
      const updated = await tx.apiKey.update({ where: whereOf(key), data })
      await tell(tx, ctx, 'key.updated', before, updated)
      return updated
    }),
  )
}

/**
 * Gives the key another secret; the one before it goes on for `overlapSeconds`, an older one is
 * dead. Needs clients:write, every scope of the key, to be its maker, and to go on as long as it.
 * Refuses NOT_FOUND, VALIDATION_FAILED, ILLEGAL_TRANSITION (revoked).
 */
export async function rotateApiKey(
  ctx: ActionContext,
  key: Key,
  overlapSeconds: number = overlap.usual,
): Promise<Issued<ApiKey>> {
  demand(ctx.viewer, key.accountId, ['clients:write'], 'ApiKey', 'id')
  invalidAll(overlapIssues(overlapSeconds))
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const before = await liveKey(tx, key)
      const tried = factOf('key.rotated', before)
      if (before.createdById !== personBehind(ctx)) {
        const sentence =
          'Only whoever made an API key may give it another secret. Revoke it instead.'
        throw overreach(new Forbidden([], sentence), [tried])
      }
      demandHeld(ctx, before.scopes as Scope[], tried, 'id')
      await demandLasting(tx, ctx, before.expiresAt, tried)
      const now = ctx.clock.now()
      const until = overlapSeconds === 0 ? null : new Date(now + overlapSeconds * 1000)
      const secret = await replaceApiKey(tx, before, until)
      const row = await keyAt(tx, key)
      const changes = changesBetween(before, row, ['publicId', 'previousUntil'])
      await appendAudit(tx, ctx, [{ ...tried, changes }])
      return { row, secret }
    }),
  )
}

/** Needs clients:write. Both secrets are dead at once. Twice is once. Refuses NOT_FOUND. */
export async function revokeApiKey(ctx: ActionContext, key: Key): Promise<ApiKey> {
  demand(ctx.viewer, key.accountId, ['clients:write'], 'ApiKey', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockKey(tx, key)
    if (before.revokedAt) return before
    const revokedAt = new Date(ctx.clock.now())
    const row = await tx.apiKey.update({ where: whereOf(key), data: { revokedAt } })
    await appendEvents(tx, ctx, [
      {
        type: 'key.revoked',
        accountId: row.accountId,
        subjectType: 'ApiKey',
        subjectId: row.id,
        subjectVersion: 1,
        changes: changesBetween(before, row, ['revokedAt']),
      },
    ])
    return row
  })
}

function demandFewer(before: ApiKey, scopes: readonly string[], fact: AuditFact): void {
  const more = scopes.filter((scope) => !before.scopes.includes(scope))
  if (more.length === 0) return
  const message = 'An API key gets no further scopes once it is made: make another key.'
  const changes = [{ field: 'scopes', from: before.scopes, to: scopes }]
  throw overreach(invalid(['scopes'], message), [{ ...fact, changes }])
}

async function liveKey(tx: Transaction, key: Key): Promise<ApiKey> {
  const row = await lockKey(tx, key)
  if (!row.revokedAt) return row
  const message = `"${row.name}" was revoked at ${row.revokedAt.toISOString()}: make another key.`
  throw refused('ILLEGAL_TRANSITION', message, { path: ['id'], from: 'REVOKED', to: 'ACTIVE' })
}

async function lockKey(tx: Transaction, key: Key): Promise<ApiKey> {
  await lockRow(tx, 'ApiKey', key)
  const row = await tx.apiKey.findUnique({ where: whereOf(key) })
  if (!row) throw notFound('ApiKey', 'id')
  return row
}

const keyAt = (tx: Transaction, key: Key) => tx.apiKey.findUniqueOrThrow({ where: whereOf(key) })

const whereOf = ({ accountId, id }: Key) => ({ accountId_id: { accountId, id } })

function factOf(action: string, { accountId, id }: Key): AuditFact {
  return { accountId, action, subjectType: 'ApiKey', subjectId: id }
}

async function tell(
  tx: Transaction,
  ctx: ActionContext,
  action: string,
  before: ApiKey | null,
  after: ApiKey,
): Promise<void> {
  const changes = changesBetween(before, after, fields)
  await appendAudit(tx, ctx, [{ ...factOf(action, after), changes }])
}
