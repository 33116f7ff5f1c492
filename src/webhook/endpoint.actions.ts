// What can be done to webhook endpoints once made: update, rotate the secret, enable, delete. An
// endpoint is never told more than whoever sends it elsewhere may see.

import { personBehind } from '../access/lasting.actions.ts'
import { recorded } from '../access/overreach.actions.ts'
import type { Issued } from '../auth/credential.data.ts'
import type { ActionContext } from '../context.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import { newSigningSecret } from '../outbound/signature.ts'
import {
  changesOf,
  demandMayTell,
  issuesOf,
  sealedHeaders,
  type EndpointContext,
} from './endpoint-terms.actions.ts'
import { demandFiltered, standingOf } from './endpoint.data.ts'
import { overlap, overlapIssues, type CustomHeader, type EndpointTerms } from './endpoint.ts'
import {
  demandWritable,
  factsOf,
  heldEndpoint,
  type EndpointKey,
  type HeldEndpoint,
} from './held.actions.ts'

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
  key: EndpointKey,
  { headers, paused, ...input }: EndpointChange,
  expectedVersion?: number | null,
): Promise<HeldEndpoint> {
  demandWritable(ctx.viewer, key)
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const before = await heldEndpoint(transactionReader(tx), ctx.viewer, key)
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
        await demandMayTell(tx, ctx, after, factsOf('webhook.updated', before))
      }
      if (input.filter) await demandFiltered(tx, before.accountIds, input.filter)
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
      await appendAudit(tx, ctx, factsOf('webhook.updated', before, changes))
      return { ...before, ...row, accountId: before.accountId }
    }),
  )
}

/**
 * Gives the endpoint another secret; for `overlapSeconds` messages are signed by the one before as
 * well, by an older one no more. Needs webhooks:write. Refuses NOT_FOUND, VALIDATION_FAILED.
 */
export async function rotateWebhookSecret(
  ctx: EndpointContext,
  key: EndpointKey,
  overlapSeconds: number = overlap.usual,
): Promise<Issued<HeldEndpoint>> {
  demandWritable(ctx.viewer, key)
  invalidAll(overlapIssues(overlapSeconds))
  return transaction(ctx.db, async (tx) => {
    const before = await heldEndpoint(transactionReader(tx), ctx.viewer, key)
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
    await appendAudit(tx, ctx, factsOf('webhook.secret_rotated', before, changes))
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
  key: EndpointKey,
): Promise<HeldEndpoint> {
  demandWritable(ctx.viewer, key)
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const before = await heldEndpoint(transactionReader(tx), ctx.viewer, key)
      if (!before.disabledAt) return before
      const standing = await standingOf(transactionReader(tx), before, before.accountId)
      const isOrphan = standing === null
      if (isOrphan) await demandMayTell(tx, ctx, before, factsOf('webhook.enabled', before))
      const row = await write(tx, ctx, before, {
        disabledAt: null,
        disabledReason: null,
        failingSince: null,
        failureCount: 0,
        ...(isOrphan && { createdById: personBehind(ctx) }),
      })
      const changes = changesBetween(before, row, ['disabledAt', 'disabledReason', 'createdById'])
      await appendAudit(tx, ctx, factsOf('webhook.enabled', before, changes))
      return row
    }),
  )
}

/** Needs webhooks:write. What waits, and what was delivered, is forgotten. Refuses NOT_FOUND. */
export async function deleteWebhookEndpoint(
  ctx: EndpointContext,
  key: EndpointKey,
): Promise<HeldEndpoint> {
  demandWritable(ctx.viewer, key)
  return transaction(ctx.db, async (tx) => {
    const before = await heldEndpoint(transactionReader(tx), ctx.viewer, key)
    await tx.webhookEndpoint.delete({ where: { id: key.id } })
    await appendAudit(tx, ctx, factsOf('webhook.deleted', before))
    return before
  })
}

async function write(
  tx: Transaction,
  ctx: ActionContext,
  before: HeldEndpoint,
  change: object,
): Promise<HeldEndpoint> {
  const updatedAt = new Date(ctx.clock.now())
  const { id, accountId, accountIds } = before
  const data = { ...change, version: before.version + 1, updatedAt }
  return { ...(await tx.webhookEndpoint.update({ where: { id }, data })), accountId, accountIds }
}

const namesOf = (headers: readonly CustomHeader[]) => headers.map(({ name }) => name)
