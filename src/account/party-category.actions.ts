// What can be done to an account's party categories: the list is replaced as a whole.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { lockRow } from '../db/lock.ts'
import { transaction } from '../db/transaction.ts'
import { checkVersion, invalidAll, notFound } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Account } from '../generated/prisma/client.ts'
import { categoryIssues, type PartyCategoryTerms } from './party-category.ts'

/**
 * Replaces the account's party categories. Needs accounts:write. Bookings keep the categories they
 * were made with. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT.
 */
export async function setPartyCategories(
  ctx: ActionContext,
  accountId: string,
  input: { categories: readonly PartyCategoryTerms[]; expectedVersion?: number | null },
): Promise<Account> {
  demand(ctx.viewer, accountId, ['accounts:write'], 'Account', 'accountId')
  const categories = input.categories.map(({ code, name }) => ({ code, name }))
  invalidAll(categoryIssues(categories))
  return transaction(ctx.db, async (tx) => {
    await lockRow(tx, 'Account', { accountId, id: accountId })
    const account = await tx.account.findUnique({ where: { id: accountId } })
    if (!account) throw notFound('Account', 'accountId')
    checkVersion('Account', account.version, input.expectedVersion)
    const before = await tx.partyCategory.findMany({
      where: { accountId },
      orderBy: [{ position: 'asc' }, { code: 'asc' }],
      select: { code: true, name: true },
    })
    if (JSON.stringify(before) === JSON.stringify(categories)) return account
    await tx.partyCategory.deleteMany({ where: { accountId } })
    await tx.partyCategory.createMany({
      data: categories.map((category, position) => ({ ...category, accountId, position })),
    })
    const changed = await tx.account.update({
      where: { id: accountId },
      data: { version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    await appendEvents(tx, ctx, [
      {
        type: 'account.updated',
        accountId,
        subjectType: 'Account',
        subjectId: accountId,
        subjectVersion: changed.version,
        changes: [{ field: 'partyCategories', from: before, to: categories }],
      },
    ])
    return changed
  })
}
