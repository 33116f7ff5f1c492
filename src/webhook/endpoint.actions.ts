// What can be done to webhook endpoints once made: update, rotate the secret, enable, delete. An
// endpoint is never told more than whoever sends it elsewhere may see.

import { personBehind } from '../access/lasting.actions.ts'
import { recorded } from '../access/overreach.actions.ts'
import type { Issued } from '../auth/credential.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import { newSigningSecret } from '../outbound/signature.ts'
import {
  changesOf,
  demandMayTell,
  factOf,
  issuesOf,
  sealedHeaders,
  type EndpointContext,
} from './endpoint-terms.actions.ts'
import { demandFiltered, lockEndpoint, roleOfMaker, type AccountEndpoint } from './endpoint.data.ts'
import { overlap, overlapIssues, type CustomHeader, type EndpointTerms } from './endpoint.ts'

export type EndpointChange = Partial<EndpointTerms> & {
  headers?: readonly CustomHeader[]
  paused?: boolean
}

/**
 * Needs webhooks:write; to change what is sent or where to, every scope of the endpoint. A paused
 * endpoint is sent nothing; what happens meanwhile waits for it. Refuses NOT_FOUND,
 * VALIDATION_FAILED, VERSION_CONFLICT.
 */
export async function updateWebhookEndpoint(
  ctx: EndpointContext,
  key: Key,
  { headers, paused, ...input }: EndpointChange,
  expectedVersion?: number | null,
): Promise<AccountEndpoint> {
  demand(ctx.viewer, key.accountId, ['webhooks:write'], 'WebhookEndpoint', 'id')
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const before = await lockEndpoint(tx, ctx.viewer, key)
      checkVersion('The webhook endpoint', before.version, expectedVersion)
      const now = new Date(ctx.clock.now())
      const pausedAt =
        paused === undefined ? before.pausedAt : paused ? (before.pausedAt ?? now) : null
      const after = { ...before, ...input, pausedAt }
      const changes = [
        ...changesOf(before, after),
        ...(headers ? [{ field: 'headers', from: null, to: namesOf(headers) }] : []),
      ]
      if (changes.length === 0) return before
      invalidAll(issuesOf(ctx, after as typeof before & EndpointTerms, headers ?? []))
      if (changes.some(({ field }) => field !== 'description' && field !== 'pausedAt')) {
        await demandMayTell(tx, ctx, after, factOf('webhook.updated', before))
      }
      if (input.filter) await demandFiltered(tx, key.accountId, input.filter)
      const row = await tx.webhookEndpoint.update({
        where: { id: key.id },
        data: {
          url: after.url,
          description: after.description,
          types: [...after.types],
          filter: after.filter as object,
          format: after.format,
          document: after.document,
          scopes: [...after.scopes],
          pausedAt,
          ...(headers && { headersSealed: sealedHeaders(ctx, headers) }),
          version: before.version + 1,
          updatedAt: now,
        },
      })
      await appendAudit(tx, ctx, [{ ...factOf('webhook.updated', before), changes }])
      return { ...row, accountId: key.accountId }
    }),
  )
}

/**
 * Gives the endpoint another secret; for `overlapSeconds` messages are signed by the one before as
 * well, by an older one no more. Needs webhooks:write. Refuses NOT_FOUND, VALIDATION_FAILED.
 */
export async function rotateWebhookSecret(
  ctx: EndpointContext,
  key: Key,
  overlapSeconds: number = overlap.usual,
): Promise<Issued<AccountEndpoint>> {
  demand(ctx.viewer, key.accountId, ['webhooks:write'], 'WebhookEndpoint', 'id')
  invalidAll(overlapIssues(overlapSeconds))
  return transaction(ctx.db, async (tx) => {
    const before = await lockEndpoint(tx, ctx.viewer, key)
    if (ctx.webhooks.formats[before.format]?.signsWith === 'APPLICATION') {
      throw invalid(
        ['id'],
        'Its messages are signed by the secret of the application: rotate that.',
      )
    }
    const secret = newSigningSecret()
    const now = ctx.clock.now()
    const previousUntil = overlapSeconds === 0 ? null : new Date(now + overlapSeconds * 1000)
    const row = await write(tx, ctx, before, {
      secretSealed: ctx.sealer.seal(secret),
      previousSecretSealed: previousUntil && before.secretSealed,
      previousUntil,
    })
    const changes = changesBetween(before, row, ['previousUntil'])
    await appendAudit(tx, ctx, [{ ...factOf('webhook.secret_rotated', before), changes }])
    return { row, secret }
  })
}

/**
 * Sends again to an endpoint that was disabled. What happened while it was is not sent: replay it.
 * Whoever enables one whose maker has left becomes its maker, and must hold its scopes. Needs
 * webhooks:write. Refuses NOT_FOUND, VALIDATION_FAILED. Twice is once.
 */
export async function enableWebhookEndpoint(
  ctx: EndpointContext,
  key: Key,
): Promise<AccountEndpoint> {
  demand(ctx.viewer, key.accountId, ['webhooks:write'], 'WebhookEndpoint', 'id')
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const before = await lockEndpoint(tx, ctx.viewer, key)
      if (!before.disabledAt) return before
      const isOrphan = (await roleOfMaker(transactionReader(tx), before)) === null
      if (isOrphan) await demandMayTell(tx, ctx, before, factOf('webhook.enabled', before))
      const row = await write(tx, ctx, before, {
        disabledAt: null,
        disabledReason: null,
        failingSince: null,
        failureCount: 0,
        ...(isOrphan && { createdById: personBehind(ctx) }),
      })
      const changes = changesBetween(before, row, ['disabledAt', 'disabledReason', 'createdById'])
      await appendAudit(tx, ctx, [{ ...factOf('webhook.enabled', before), changes }])
      return row
    }),
  )
}

/** Needs webhooks:write. What waits, and what was delivered, is forgotten. Refuses NOT_FOUND. */
export async function deleteWebhookEndpoint(
  ctx: EndpointContext,
  key: Key,
): Promise<AccountEndpoint> {
  demand(ctx.viewer, key.accountId, ['webhooks:write'], 'WebhookEndpoint', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockEndpoint(tx, ctx.viewer, key)
    await tx.webhookEndpoint.delete({ where: { id: key.id } })
    await appendAudit(tx, ctx, [factOf('webhook.deleted', before)])
    return before
  })
}

async function write(
  tx: Transaction,
  ctx: ActionContext,
  { id, accountId, version }: AccountEndpoint,
  change: object,
): Promise<AccountEndpoint> {
  const updatedAt = new Date(ctx.clock.now())
  const data = { ...change, version: version + 1, updatedAt }
  return { ...(await tx.webhookEndpoint.update({ where: { id }, data })), accountId }
}

const namesOf = (headers: readonly CustomHeader[]) => headers.map(({ name }) => name)
