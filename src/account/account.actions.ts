// What can be done to accounts: open one, change it. Whoever opens one is its first owner, so there
// is a person behind every account.

import { accountsWithin, demand, type Viewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll, notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { changesBetween } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Account } from '../generated/prisma/client.ts'
import { accountIssues, type AccountTerms } from './account.ts'

export type NewAccount = Partial<AccountTerms> &
  Pick<AccountTerms, 'name' | 'slug' | 'timeZone' | 'currency'>

const fields = [
  'name',
  'slug',
  'timeZone',
  'currency',
  'locale',
  'holdSeconds',
  'waitlistOfferMinutes',
  'publicAvailability',
  'mailsManageLinks',
] as const

const usual = {
  locale: 'en',
  holdSeconds: 300,
  waitlistOfferMinutes: 60,
  publicAvailability: false,
  mailsManageLinks: true,
}

/** Most accounts that one person owns. */
const mostOwned = 200

/**
 * Needs a person: one who is signed in, or the maker of an API client that is for all accounts and
 * may change one. Refuses VALIDATION_FAILED, LIMIT_REACHED.
 */
export async function createAccount(ctx: ActionContext, input: NewAccount): Promise<Account> {
  const terms = { ...usual, ...input, name: input.name.trim() }
  const userId = await founder(ctx)
  invalidAll(accountIssues(terms))
  return transaction(ctx.db, async (tx) => {
    const owned = await tx.membership.count({ where: { userId, role: 'OWNER' } })
    if (owned >= mostOwned) {
      throw refused('LIMIT_REACHED', `A person owns at most ${mostOwned} accounts.`)
    }
    await demandFreeSlug(tx, terms.slug)
    const now = new Date(ctx.clock.now())
    const made = { createdAt: now, updatedAt: now }
    const account = await tx.account.create({ data: { ...terms, ...made, id: newId() } })
    const accountId = account.id
    const owner = await tx.membership.create({
      data: { accountId, userId, role: 'OWNER', createdAt: now },
    })
    await appendEvents(tx, ctx, [eventOf('account.created', account, null)])
    await appendAudit(tx, ctx, [
      {
        accountId,
        action: 'membership.created',
        subjectType: 'Membership',
        subjectId: owner.id,
        changes: [{ field: 'role', from: null, to: 'OWNER' }],
      },
    ])
    return account
  })
}

/** Needs accounts:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT, IN_USE. */
export async function updateAccount(
  ctx: ActionContext,
  accountId: string,
  input: Partial<AccountTerms>,
  expectedVersion?: number | null,
): Promise<Account> {
  demand(ctx.viewer, accountId, ['accounts:write'], 'Account', 'id')
  return transaction(ctx.db, async (tx) => {
    await lockRow(tx, 'Account', { accountId, id: accountId })
    const before = await tx.account.findUnique({ where: { id: accountId } })
    if (!before) throw notFound('Account', 'id')
    checkVersion('Account', before.version, expectedVersion)
    const terms = { ...before, ...input, name: (input.name ?? before.name).trim() }
    const changed = changesBetween(before, terms, fields).map(({ field }) => field)
    if (changed.length === 0) return before
    // What was legal when it was set stays, whatever is thought of it now.
    invalidAll(accountIssues(terms).filter(({ path }) => changed.includes(path[0] ?? '')))
    if (changed.includes('slug')) await demandFreeSlug(tx, terms.slug)
    if (changed.includes('currency')) await demandNoMoney(tx, accountId)
    const after = await tx.account.update({
      where: { id: accountId },
      data: {
        ...Object.fromEntries(fields.map((field) => [field, terms[field]])),
        version: { increment: 1 },
        updatedAt: new Date(ctx.clock.now()),
      },
    })
    await appendEvents(tx, ctx, [eventOf('account.updated', after, before)])
    return after
  })
}

async function founder({ viewer, db }: ActionContext): Promise<string> {
  if (viewer.userId !== null && (viewer.kind === 'USER' || (await isForAll(db, viewer)))) {
    return viewer.userId
  }
  throw invalid(
    [],
    'An account is opened by a person who is signed in, or by an API client that is for all ' +
      'accounts and holds "accounts:write".',
  )
}

async function isForAll({ prisma }: ActionContext['db'], viewer: Viewer): Promise<boolean> {
  if (viewer.kind !== 'API_CLIENT') return false
  if (accountsWithin(viewer, ['accounts:write']).length === 0) return false
  const where = { id: viewer.id, allAccounts: true }
  return (await prisma.apiClient.findFirst({ where, select: { id: true } })) !== null
}

// Slugs are public: they stand in addresses, so that whether one is taken is no secret.
async function demandFreeSlug(tx: Transaction, slug: string): Promise<void> {
  if (!(await tx.account.findUnique({ where: { slug }, select: { id: true } }))) return
  throw invalid(['slug'], `The slug "${slug}" is taken. Choose another one.`)
}

// Amounts are kept without a currency, in that of the account.
async function demandNoMoney(tx: Transaction, accountId: string): Promise<void> {
  if (!(await tx.booking.findFirst({ where: { accountId }, select: { id: true } }))) return
  throw refused('IN_USE', 'The currency stays, because there are bookings in it.', {
    path: ['currency'],
  })
}

function eventOf(type: string, account: Account, before: Account | null) {
  return {
    type,
    accountId: account.id,
    subjectType: 'Account' as const,
    subjectId: account.id,
    subjectVersion: account.version,
    changes: changesBetween(before, account, fields),
  }
}
