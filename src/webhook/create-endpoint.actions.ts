// Makes webhook endpoints: of an account, of an application that it has installed, or of an API
// client with all accounts that it reaches. An endpoint is never told more than whoever makes it
// may see. Its secret leaves here.

import { isDeepStrictEqual } from 'node:util'
import { lockSeenClient } from '../access/client.data.ts'
import { personBehind } from '../access/lasting.actions.ts'
import { recorded } from '../access/overreach.actions.ts'
import type { Issued } from '../auth/credential.data.ts'
import { allScopes, type Scope } from '../auth/scope.ts'
import { demand, Forbidden, type Viewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { keptRows, lockRow } from '../db/lock.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll, notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { newSigningSecret } from '../outbound/signature.ts'
import {
  changesOf,
  demandMayTell,
  issuesOf,
  sealedHeaders,
  type EndpointContext,
} from './endpoint-terms.actions.ts'
import { demandFiltered, makerOf, type EndpointRow } from './endpoint.data.ts'
import { mostEndpoints, type CustomHeader, type EndpointTerms } from './endpoint.ts'
import { ownFormat } from './format.ts'
import { factsOf, heldEndpoint, heldReach, type HeldEndpoint } from './held.actions.ts'

export type NewEndpoint = Omit<EndpointTerms, 'scopes'> & {
  /** Null: all of whoever makes it that show something. */
  scopes: readonly string[] | null
  headers: readonly CustomHeader[]
  /** Whether it takes the place of those of its owner with the same format and types. */
  replaces: boolean
}

/** Whose it is to be: an account's or, of a client's maker, an API client's. */
export type Whose = { accountId: string } | { clientId: string }

/**
 * Needs webhooks:write, and every scope that the endpoint gets; in a format of a dialect it gets
 * all that show something when none are named. For a client: to be its maker, and all of that
 * wherever it reaches. What an application makes ends with its key. Refuses NOT_FOUND (account,
 * client), VALIDATION_FAILED, LIMIT_REACHED, IDEMPOTENCY_CONFLICT. Said again it gives the endpoint
 * without its secret; so it does where the secret of the application signs.
 */
export async function createWebhookEndpoint(
  ctx: EndpointContext,
  whose: Whose,
  input: NewEndpoint,
  idempotencyKey?: string | null,
): Promise<Issued<HeldEndpoint>> {
  const { viewer } = ctx
  if ('accountId' in whose) {
    demand(viewer, whose.accountId, ['webhooks:write'], 'Account', 'accountId')
  }
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const owner = await ownerOf(tx, ctx, whose)
      const { accountIds, accountId, columns } = owner
      const { replaces, ...wanted } = input
      const scopes = input.scopes ?? scopesToTell(viewer, accountIds, input.format)
      const terms = { ...wanted, ...columns, scopes }
      invalidAll(issuesOf(ctx, terms, terms.headers))
      const operation = 'createWebhookEndpoint'
      const once = { accountId, key: idempotencyKey, operation, input: { ...input, ...whose } }
      await demandMayTell(tx, ctx, terms, factsOf('webhook.created', { accountIds, id: null }))
      let secret: string | null = null
      const add = async (): Promise<HeldEndpoint> => {
        const own = newSigningSecret()
        await lockOwner(tx, owner)
        if (replaces) await removeSame(tx, ctx, owner, terms)
        const row = { ...(await insert(tx, ctx, owner, terms, own)), accountId, accountIds }
        secret = ctx.webhooks.formats[row.format]?.signsWith === 'APPLICATION' ? null : own
        await appendAudit(tx, ctx, factsOf('webhook.created', row, changesOf(null, row)))
        return row
      }
      const again = ({ id }: Key) =>
        heldEndpoint(transactionReader(tx), viewer, { accountId: columns.accountId, id })
      const row = await idempotent(tx, ctx, once, add, again)
      return { row, secret }
    }),
  )
}

type Owner = {
  /** Where it is told from now on, and the first of them. */
  accountIds: readonly string[]
  accountId: string
  columns: {
    accountId: string | null
    clientId: string | null
    installationId: string | null
    /** In whose name it is told: the person's, or that of whoever approved the application. */
    createdById: string | null
  }
}

async function ownerOf(tx: Transaction, ctx: ActionContext, whose: Whose): Promise<Owner> {
  if ('clientId' in whose) return ofClient(tx, ctx, whose.clientId)
  const { kind, id, userId } = ctx.viewer
  const { accountId } = whose
  const isApplication = kind === 'INSTALLATION'
  const createdById = isApplication ? userId : personBehind(ctx)
  const installationId = isApplication ? id : null
  const columns = { accountId, clientId: null, installationId, createdById }
  return { accountIds: [accountId], accountId, columns }
}

/** Locked, so that those who add at once count one another. */
async function ofClient(
  tx: Transaction,
  { viewer }: ActionContext,
  clientId: string,
): Promise<Owner> {
  const createdById = makerOf(viewer)
  const client = await lockSeenClient(tx, [...viewer.grants.keys()], clientId)
  const isOwn = client !== null && client.createdById === createdById
  const held = isOwn && (await heldReach(transactionReader(tx), viewer, clientId))
  if (!held) throw notFound('ApiClient', 'clientId')
  return { ...held, columns: { accountId: null, clientId, installationId: null, createdById } }
}

/** What the viewer holds in all of these accounts, as far as it shows something. */
function scopesToTell({ grants }: Viewer, accountIds: readonly string[], format: string): Scope[] {
  if (format === ownFormat) return []
  return allScopes.filter(
    (scope) =>
      !scope.endsWith(':write') && accountIds.every((id) => grants.get(id)?.scopes.has(scope)),
  )
}

/** Those who add at once count, and replace, one another; a client is locked already. */
async function lockOwner(tx: Transaction, { columns: { accountId } }: Owner): Promise<void> {
  if (accountId !== null) await lockRow(tx, 'Account', { accountId, id: accountId })
}

/** Of the same owner, in the same format, told the same types. */
async function removeSame(
  tx: Transaction,
  ctx: ActionContext,
  { accountIds, columns }: Owner,
  { format, types }: EndpointTerms,
): Promise<void> {
  const { createdById: _, ...owned } = columns
  const rows = await tx.webhookEndpoint.findMany({ where: { ...owned, format } })
  const same = rows.filter((row) => isDeepStrictEqual(new Set(row.types), new Set(types)))
  await tx.webhookEndpoint.deleteMany({ where: { id: { in: same.map(({ id }) => id) } } })
  const facts = same.flatMap(({ id }) => factsOf('webhook.deleted', { accountIds, id }))
  await appendAudit(tx, ctx, facts)
}

/** Nobody uninstalls the application until it is told of this endpoint. */
async function keepInstallation(
  tx: Transaction,
  { accountId, installationId }: Owner['columns'],
): Promise<void> {
  if (installationId === null || accountId === null) return
  const kept = await keptRows<{ uninstalledAt: Date | null }>(tx, 'Installation', accountId, [
    installationId,
  ])
  if (kept.some(({ uninstalledAt }) => uninstalledAt === null)) return
  throw new Forbidden([], 'The application was uninstalled.')
}

async function insert(
  tx: Transaction,
  ctx: EndpointContext,
  { columns, accountIds }: Owner,
  { headers, ...terms }: EndpointTerms & { headers: readonly CustomHeader[] },
  secret: string,
): Promise<EndpointRow> {
  const { accountId, clientId } = columns
  if ((await tx.webhookEndpoint.count({ where: { accountId, clientId } })) >= mostEndpoints) {
    const message = `There are ${mostEndpoints} webhook endpoints already, which is the most.`
    throw refused('LIMIT_REACHED', message, { path: [clientId ? 'clientId' : 'accountId'] })
  }
  await demandFiltered(tx, accountIds, terms.filter)
  await keepInstallation(tx, columns)
  const now = new Date(ctx.clock.now())
  return tx.webhookEndpoint.create({
    data: {
      ...terms,
      ...columns,
      id: newId(),
      types: [...terms.types],
      scopes: [...terms.scopes],
      secretSealed: ctx.sealer.seal(secret),
      headersSealed: sealedHeaders(ctx, headers),
      createdAt: now,
      updatedAt: now,
    },
  })
}
