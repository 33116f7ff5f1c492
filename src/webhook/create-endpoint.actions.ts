// Makes webhook endpoints: of a person, or of an application that an account has installed. An
// endpoint is never told more than whoever makes it may see. Its secret leaves here.

import { personBehind } from '../access/lasting.actions.ts'
import { recorded } from '../access/overreach.actions.ts'
import type { Issued } from '../auth/credential.data.ts'
import type { Scope } from '../auth/scope.ts'
import { demand, Forbidden, type Viewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { keptRows, lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { newSigningSecret } from '../outbound/signature.ts'
import {
  changesOf,
  demandMayTell,
  factOf,
  issuesOf,
  sealedHeaders,
  type EndpointContext,
} from './endpoint-terms.actions.ts'
import { demandFiltered, endpointAt, type AccountEndpoint } from './endpoint.data.ts'
import { mostEndpoints, type CustomHeader, type EndpointTerms } from './endpoint.ts'
import { ownFormat } from './format.ts'

export type NewEndpoint = Omit<EndpointTerms, 'scopes'> & {
  /** Null: all of whoever makes it that show something. */
  scopes: readonly string[] | null
  headers: readonly CustomHeader[]
}

/**
 * Needs webhooks:write, and every scope that the endpoint gets; in a format of a dialect it gets
 * all that show something when none are named. What an application makes ends with its key. Refuses
 * NOT_FOUND (account), VALIDATION_FAILED, LIMIT_REACHED, IDEMPOTENCY_CONFLICT. Said again it gives
 * the endpoint without its secret; so it does where the secret of the application signs.
 */
export async function createWebhookEndpoint(
  ctx: EndpointContext,
  accountId: string,
  input: NewEndpoint,
  idempotencyKey?: string | null,
): Promise<Issued<AccountEndpoint>> {
  const { viewer } = ctx
  demand(viewer, accountId, ['webhooks:write'], 'Account', 'accountId')
  const owner = ownerOf(ctx)
  const scopes = input.scopes ?? scopesToTell(viewer, accountId, input.format)
  const terms = { ...input, ...owner, scopes }
  invalidAll(issuesOf(ctx, terms, terms.headers))
  const once = { accountId, key: idempotencyKey, operation: 'createWebhookEndpoint', input }
  const tried = factOf('webhook.created', { accountId, id: null })
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      await demandMayTell(tx, ctx, terms, tried)
      let secret: string | null = null
      const add = async () => {
        const own = newSigningSecret()
        const row = await insert(tx, ctx, accountId, terms, own)
        secret = ctx.webhooks.formats[row.format]?.signsWith === 'APPLICATION' ? null : own
        const changes = changesOf(null, row)
        await appendAudit(tx, ctx, [{ ...factOf('webhook.created', row), changes }])
        return row
      }
      const row = await idempotent(tx, ctx, once, add, (key) => endpointAt(tx, viewer, key))
      return { row, secret }
    }),
  )
}

type Owner = { createdById: string | null; installationId: string | null }

/** In whose name it is told: that of the person, or of whoever approved the application. */
function ownerOf(ctx: ActionContext): Owner {
  const { kind, id, userId } = ctx.viewer
  if (kind === 'INSTALLATION') return { createdById: userId, installationId: id }
  return { createdById: personBehind(ctx), installationId: null }
}

function scopesToTell(viewer: Viewer, accountId: string, format: string): Scope[] {
  if (format === ownFormat) return []
  const held = viewer.grants.get(accountId)?.scopes ?? []
  return [...held].filter((scope) => !scope.endsWith(':write')).toSorted()
}

/** Nobody uninstalls the application until it is told of this endpoint. */
async function keepInstallation(
  tx: Transaction,
  accountId: string,
  installationId: string | null,
): Promise<void> {
  if (installationId === null) return
  const kept = await keptRows<{ uninstalledAt: Date | null }>(tx, 'Installation', accountId, [
    installationId,
  ])
  if (kept.some(({ uninstalledAt }) => uninstalledAt === null)) return
  throw new Forbidden([], 'The application was uninstalled.')
}

async function insert(
  tx: Transaction,
  ctx: EndpointContext,
  accountId: string,
  { headers, ...terms }: EndpointTerms & Owner & { headers: readonly CustomHeader[] },
  secret: string,
): Promise<AccountEndpoint> {
  // Those who add at once count one another.
  await lockRow(tx, 'Account', { accountId, id: accountId })
  if ((await tx.webhookEndpoint.count({ where: { accountId } })) >= mostEndpoints) {
    const message = `An account has at most ${mostEndpoints} webhook endpoints.`
    throw refused('LIMIT_REACHED', message, { path: ['accountId'] })
  }
  await demandFiltered(tx, accountId, terms.filter)
  await keepInstallation(tx, accountId, terms.installationId)
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
      createdAt: now,
      updatedAt: now,
    },
  })
  return { ...row, accountId }
}
