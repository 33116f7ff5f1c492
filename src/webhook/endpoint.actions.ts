// What can be done to webhook endpoints: create, update, rotate the secret, enable, delete. An
// endpoint is never told more than whoever makes it, or sends it elsewhere, may see. Its secret
// leaves here once.

import { demandLasting, personBehind } from '../access/lasting.actions.ts'
import { demandHeld, recorded } from '../access/overreach.actions.ts'
import type { Issued } from '../auth/credential.data.ts'
import type { Scope } from '../auth/scope.ts'
import type { SealingContext } from '../auth/seal.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, refused, type Issue } from '../errors.ts'
import { appendAudit, type AuditFact } from '../events/audit.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { newSigningSecret } from '../outbound/signature.ts'
import { urlIssue } from '../outbound/target.ts'
import {
  demandFiltered,
  endpointAt,
  lockEndpoint,
  roleOfMaker,
  type AccountEndpoint,
} from './endpoint.data.ts'
import {
  endpointIssues,
  headerIssues,
  mostEndpoints,
  overlap,
  overlapIssues,
  type CustomHeader,
  type EndpointTerms,
} from './endpoint.ts'
import type { WebhookContext } from './message.ts'

type EndpointContext = ActionContext & SealingContext & WebhookContext

export type NewEndpoint = EndpointTerms & { headers: readonly CustomHeader[] }

export type EndpointChange = Partial<NewEndpoint> & { paused?: boolean }

const told = ['types', 'filter', 'format', 'document', 'scopes'] as const
const fields = ['description', ...told, 'pausedAt'] as const

/**
 * Needs webhooks:write, and every scope that the endpoint gets. Refuses NOT_FOUND (account),
 * VALIDATION_FAILED, LIMIT_REACHED, IDEMPOTENCY_CONFLICT. Said again it gives the endpoint without
 * its secret.
 */
export async function createWebhookEndpoint(
  ctx: EndpointContext,
  accountId: string,
  input: NewEndpoint,
  idempotencyKey?: string | null,
): Promise<Issued<AccountEndpoint>> {
  demand(ctx.viewer, accountId, ['webhooks:write'], 'Account', 'accountId')
  invalidAll(issuesOf(ctx, input, input.headers))
  const once = { accountId, key: idempotencyKey, operation: 'createWebhookEndpoint', input }
  const tried = factOf('webhook.created', { accountId, id: null })
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      await demandMayTell(tx, ctx, input, tried)
      let secret: string | null = null
      const add = async () => {
        secret = newSigningSecret()
        const row = await insert(tx, ctx, accountId, input, secret)
        const changes = changesOf(null, row)
        await appendAudit(tx, ctx, [{ ...factOf('webhook.created', row), changes }])
        return row
      }
      const row = await idempotent(tx, ctx, once, add, (key) => endpointAt(tx, key))
      return { row, secret }
    }),
  )
}

async function insert(
  tx: Transaction,
  ctx: EndpointContext,
  accountId: string,
  { headers, ...terms }: NewEndpoint,
  secret: string,
): Promise<AccountEndpoint> {
  // Those who add at once count one another.
  await lockRow(tx, 'Account', { accountId, id: accountId })
  if ((await tx.webhookEndpoint.count({ where: { accountId } })) >= mostEndpoints) {
    const message = `An account has at most ${mostEndpoints} webhook endpoints.`
    throw refused('LIMIT_REACHED', message, { path: ['accountId'] })
  }
  await demandFiltered(tx, accountId, terms.filter)
  const now = new Date(ctx.clock.now())
  const row = await tx.webhookEndpoint.create({
    data: {
      ...terms,
      id: newId(),
      accountId,
      types: [...terms.types],
      scopes: [...terms.scopes],
      secretSealed: ctx.sealer.seal(secret),
      headersSealed: sealedHeaders(ctx, headers),
      createdById: personBehind(ctx),
      createdAt: now,
      updatedAt: now,
    },
  })
  return { ...row, accountId }
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
      const before = await lockEndpoint(tx, key)
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
      invalidAll(issuesOf(ctx, after as EndpointTerms, headers ?? []))
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
    const before = await lockEndpoint(tx, key)
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
      const before = await lockEndpoint(tx, key)
      if (!before.disabledAt) return before
      const isOrphan = (await roleOfMaker(transactionReader(tx), before)) === null
      if (isOrphan) await demandMayTell(tx, ctx, before, factOf('webhook.enabled', before))
      const row = await write(tx, ctx, before, {
        disabledAt: null,
        disabledReason: null,
        failingSince: null,
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
    const before = await lockEndpoint(tx, key)
    await tx.webhookEndpoint.delete({ where: { id: key.id } })
    await appendAudit(tx, ctx, [factOf('webhook.deleted', before)])
    return before
  })
}

function issuesOf(
  { webhooks }: WebhookContext,
  terms: EndpointTerms,
  headers: readonly CustomHeader[],
): Issue[] {
  const { url, document } = terms
  const wrong = urlIssue(url, webhooks.reach)
  return [
    ...(wrong === null ? [] : [{ path: ['url'], message: `"${url.slice(0, 200)}" ${wrong}.` }]),
    ...endpointIssues(terms, webhooks.formats),
    ...headerIssues(headers),
    ...(document === null ? [] : webhooks.documentIssues(document)),
  ]
}

/** An endpoint is told no more, and no longer, than whoever has it told. */
async function demandMayTell(
  tx: Transaction,
  ctx: ActionContext,
  { scopes }: { scopes: readonly string[] },
  fact: AuditFact,
): Promise<void> {
  demandHeld(ctx, scopes as Scope[], fact, 'scopes')
  await demandLasting(tx, ctx, null, fact)
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

function sealedHeaders({ sealer }: SealingContext, headers: readonly CustomHeader[]) {
  return headers.length === 0 ? null : sealer.seal(JSON.stringify(headers))
}

export function factOf(
  action: string,
  { accountId, id }: { accountId: string; id: string | null },
): AuditFact {
  return { accountId, action, subjectType: 'WebhookEndpoint', subjectId: id }
}

/** Of the URL only the origin is told: the rest may be a secret in itself. */
function changesOf(
  before: (Record<string, unknown> & { url: string }) | null,
  after: Record<string, unknown> & { url: string },
): Change[] {
  const changes = changesBetween(before, after, fields)
  if (before?.url === after.url) return changes
  const from = before && new URL(before.url).origin
  return [{ field: 'url', from, to: originOf(after.url) }, ...changes]
}

const originOf = (url: string) => (URL.canParse(url) ? new URL(url).origin : null)
