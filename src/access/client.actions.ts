// What can be done to API clients: create, update, regenerate the secret, delete. Only their maker
// does it, by any credential that is that person's; but no credential gives, or gets hold of, more
// than it holds itself. Told in every account that the client reaches, each of itself alone.

import { issueApiClient, replaceClientSecret, type Issued } from '../auth/credential.data.ts'
import type { Scope } from '../auth/scope.ts'
import { accountsWithin, demand, Forbidden, type Viewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound } from '../errors.ts'
import { appendAudit, type AuditFact } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import {
  endClientEndpoints,
  lockSeenClient,
  reachOfClients,
  seenClient,
  type SeenClient,
} from './client.data.ts'
import { clientIssues, newScopes, type ClientTerms } from './client.ts'
import { demandLasting, personBehind } from './lasting.actions.ts'
import { demandHeld, overreach, recorded } from './overreach.actions.ts'

const fields = ['name', 'description', 'scopes', 'allAccounts'] as const

/**
 * Needs clients:write in each of the accounts, and every scope that the client gets there. Refuses
 * NOT_FOUND (account), VALIDATION_FAILED, IDEMPOTENCY_CONFLICT. Said again it gives the client
 * without its secret.
 */
export async function createApiClient(
  ctx: ActionContext,
  input: ClientTerms,
  idempotencyKey?: string | null,
): Promise<Issued<SeenClient>> {
  demandAccounts(ctx.viewer, input.accountIds)
  const createdById = personBehind(ctx)
  invalidAll(clientIssues(input))
  const within = accountsWithin(ctx.viewer, ['clients:write'])
  // It belongs to no account, so the key is claimed in the first that the caller administers.
  const accountId = within[0]!
  const once = { accountId, key: idempotencyKey, operation: 'createApiClient', input }
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      await demandGrantable(tx, ctx, null, input, 'client.created')
      await demandLasting(tx, ctx, null, { ...factOf('client.created'), accountId })
      let secret: string | null = null
      const add = async (): Promise<SeenClient> => {
        const now = new Date(ctx.clock.now())
        const scopes = input.scopes as Scope[]
        const made = { ...input, scopes, createdById, createdAt: now, updatedAt: now }
        const issued = await issueApiClient(tx, made)
        secret = issued.clientSecret
        const row = await seenClient(transactionReader(tx), within, issued.id)
        await tell(tx, ctx, 'client.created', null, row!)
        return row!
      }
      const again = async ({ id }: { id: string }) => {
        const row = await tx.apiClient.findUnique({ where: { id } })
        return row && { ...row, accountId }
      }
      return { row: await idempotent(tx, ctx, once, add, again), secret }
    }),
  )
}

/**
 * Needs clients:write where the client is seen, and to be its maker; for what is added, as
 * createApiClient. Accounts that the caller does not reach stay as they are. Refuses NOT_FOUND,
 * VALIDATION_FAILED.
 */
export async function updateApiClient(
  ctx: ActionContext,
  id: string,
  input: Partial<ClientTerms>,
): Promise<SeenClient> {
  if (input.accountIds) demandAccounts(ctx.viewer, input.accountIds)
  return changing(ctx, id, 'client.updated', async (tx, before) => {
    const reach = await reachOf(tx, before)
    const chosen = input.accountIds ?? (before.allAccounts ? 'ALL' : reach)
    const kept = chosen === 'ALL' ? [] : unseen(ctx.viewer, reach)
    const accountIds = chosen === 'ALL' ? chosen : [...new Set([...chosen, ...kept])]
    const after = { ...before, ...input, accountIds }
    invalidAll(clientIssues(after))
    await demandGrantable(tx, ctx, { ...before, accountIds: reach }, after, 'client.updated')
    const { name, description, scopes } = after
    const data = { name, description, scopes: [...scopes] }
    const allAccounts = accountIds === 'ALL'
    const list = allAccounts ? [] : accountIds.map((accountId) => ({ accountId }))
    const where = { id }
    const same = changesBetween(before, { ...data, allAccounts }, fields).length === 0
    if (same && (!input.accountIds || sameList(reach, accountIds))) return before
    await tx.apiClient.update({
      where,
      data: {
        ...data,
        updatedAt: new Date(ctx.clock.now()),
        ...(input.accountIds && { allAccounts, accounts: { deleteMany: {}, create: list } }),
      },
    })
    const row = await tx.apiClient.findUniqueOrThrow({ where })
    await tell(tx, ctx, 'client.updated', { row: before, reach }, row)
    const within = accountsWithin(ctx.viewer, ['clients:write'])
    const seen = await seenClient(transactionReader(tx), within, id)
    return { ...row, accountId: seen?.accountId ?? before.accountId }
  })
}

/**
 * Another secret; the old one and every token are dead at once. Needs clients:write, to be the
 * client's maker, and to hold whatever the client may do, wherever it reaches. Refuses NOT_FOUND,
 * VALIDATION_FAILED.
 */
export async function regenerateApiClientSecret(
  ctx: ActionContext,
  id: string,
): Promise<Issued<SeenClient>> {
  const action = 'client.secret_regenerated'
  return changing(ctx, id, action, async (tx, before) => {
    const accountIds = before.allAccounts ? ('ALL' as const) : await reachOf(tx, before)
    await demandGrantable(tx, ctx, null, { ...before, accountIds }, action)
    await demandLasting(tx, ctx, null, { ...factOf(action, id), accountId: before.accountId })
    const now = new Date(ctx.clock.now())
    const secret = await replaceClientSecret(tx, id, now)
    await tell(tx, ctx, action, null, before)
    return { row: { ...before, updatedAt: now }, secret }
  })
}

/**
 * Needs clients:write, and to be the maker. Its tokens are dead at once, and its webhook endpoints
 * are gone. Refuses NOT_FOUND.
 */
export async function deleteApiClient(ctx: ActionContext, id: string): Promise<SeenClient> {
  return changing(ctx, id, 'client.deleted', async (tx, before) => {
    await tell(tx, ctx, 'client.deleted', null, before)
    const reach = await reachOf(tx, before)
    const revokedAt = new Date(ctx.clock.now())
    await tx.apiClient.update({ where: { id }, data: { revokedAt } })
    await appendAudit(tx, ctx, await endClientEndpoints(tx, before.id, reach))
    return before
  })
}

/** Runs `change` on the client, locked, for its maker only. */
function changing<T>(
  ctx: ActionContext,
  id: string,
  action: string,
  change: (tx: Transaction, before: SeenClient) => Promise<T>,
): Promise<T> {
  const within = accountsWithin(ctx.viewer, ['clients:write'])
  return recorded(ctx, () =>
    transaction(ctx.db, async (tx) => {
      const before = await lockSeenClient(tx, within, id)
      if (!before) throw notFound('ApiClient', 'id')
      if (before.createdById === personBehind(ctx)) return change(tx, before)
      const sentence = 'Only whoever made an API client may change or delete it.'
      const met = (await reachOf(tx, before)).filter((accountId) => within.includes(accountId))
      const tried = met.map((accountId) => ({ ...factOf(action, id), accountId }))
      throw overreach(new Forbidden([], sentence), tried)
    }),
  )
}

function demandAccounts(viewer: Viewer, accountIds: readonly string[] | 'ALL'): void {
  if (accountIds === 'ALL') return
  for (const id of accountIds) demand(viewer, id, ['clients:write'], 'Account', 'accountIds')
}

type Rights = { scopes: readonly string[]; accountIds: readonly string[]; allAccounts: boolean }

/** Refuses what `after` gives beyond `before` unless the caller holds it in that account itself. */
async function demandGrantable(
  tx: Transaction,
  ctx: ActionContext,
  before: Rights | null,
  after: { id?: string; scopes: readonly string[]; accountIds: readonly string[] | 'ALL' },
  action: string,
): Promise<void> {
  const { viewer } = ctx
  const fact = factOf(action, after.id)
  const path = [after.id === undefined || before ? 'scopes' : 'id']
  const all = after.accountIds === 'ALL'
  const accountIds = all ? administered(viewer) : (after.accountIds as readonly string[])
  const given = { scopes: after.scopes, accountIds }
  const more = accountIds.filter((accountId) => newScopes(before, given, accountId).length > 0)
  for (const accountId of more) {
    const scopes = newScopes(before, given, accountId) as Scope[]
    demandHeld(ctx, scopes, { ...fact, accountId }, ...path)
  }
  const isWider = all && (more.length > 0 || !before?.allAccounts)
  if (!isWider || (await followsItsPerson(tx, viewer))) return
  const message =
    'This credential reaches chosen accounts only, so it cannot give a client all accounts, ' +
    'also later ones. A signed-in person can, and a client for all accounts.'
  const tried = administered(viewer).map((accountId) => ({ ...fact, accountId }))
  throw overreach(invalid(path[0] === 'id' ? path : ['allAccounts'], message), tried)
}

/** Whether the viewer reaches an account as soon as its person administers it. */
export async function followsItsPerson(tx: Transaction, { kind, id }: Viewer): Promise<boolean> {
  if (kind !== 'API_CLIENT') return kind === 'USER'
  const own = await tx.apiClient.findUnique({ where: { id }, select: { allAccounts: true } })
  return own?.allAccounts ?? false
}

const administered = ({ grants }: Viewer) =>
  [...grants].filter(([, { role }]) => role === 'OWNER' || role === 'ADMIN').map(([id]) => id)

function unseen(viewer: Viewer, accountIds: readonly string[]): string[] {
  const within = accountsWithin(viewer, ['clients:write'])
  return accountIds.filter((id) => !within.includes(id))
}

function sameList(one: readonly string[], other: readonly string[] | 'ALL'): boolean {
  return other !== 'ALL' && one.length === other.length && one.every((id) => other.includes(id))
}

async function reachOf(tx: Transaction, { id }: { id: string }): Promise<string[]> {
  return (await reachOfClients(transactionReader(tx), [id]))[0] ?? []
}

function factOf(action: string, id?: string): Omit<AuditFact, 'accountId'> {
  return { action, subjectType: 'ApiClient', subjectId: id ?? null }
}

type Told = Omit<SeenClient, 'accountId'>

/** Tells every account that the client reaches or reached; of other accounts it says nothing. */
async function tell(
  tx: Transaction,
  ctx: ActionContext,
  action: string,
  before: { row: Told; reach: string[] } | null,
  after: Told,
): Promise<void> {
  const reach = await reachOf(tx, after)
  const isNew = action === 'client.created'
  const changed = before || isNew ? changesBetween(before?.row ?? null, after, fields) : []
  const facts = [...new Set([...reach, ...(before?.reach ?? [])])].map((accountId) => {
    const [from, to] = [before?.reach.includes(accountId) ?? !isNew, reach.includes(accountId)]
    const moved = from === to ? [] : [{ field: 'reachesAccount', from, to }]
    return { ...factOf(action, after.id), accountId, changes: [...changed, ...moved] }
  })
  await appendAudit(tx, ctx, facts)
}
