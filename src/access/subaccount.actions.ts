// An application that installs itself in other accounts of the owner who approved it, and ends
// that. Such an installation is one like any other, seen and ended by its own account; it hangs on
// the one that made it, so that it does not outlive the approval.

import type { Issued } from '../auth/credential.data.ts'
import { hashSecret, sameHash } from '../auth/secret.ts'
import { demand, Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, notFound } from '../errors.ts'
import type { Installation } from '../generated/prisma/client.ts'
import { install } from './installation.actions.ts'
import { endStanding } from './installation.data.ts'

const needs = ['subaccounts:write'] as const

/**
 * Installs the application that asks in another account that its owner owns now, with its own
 * scopes but this one. Needs subaccounts:write; only an installation that an owner approved may.
 * The key that it had there is dead at once. Refuses NOT_FOUND (account), VALIDATION_FAILED.
 */
export async function authorizeSubaccount(
  ctx: ActionContext,
  accountId: string,
  permissions?: readonly string[] | null,
): Promise<Issued<Installation>> {
  return asInstallation(ctx, async (tx, own) => {
    demandWords(permissions ?? [])
    const { approvedById, applicationId } = own
    await demandOwned(tx, approvedById, accountId)
    if (accountId === own.accountId) {
      throw invalid(['accountId'], 'The application is installed in this account already.')
    }
    const scopes = own.scopes.filter((scope) => scope !== 'subaccounts:write')
    return install(tx, ctx, {
      accountId,
      applicationId,
      scopes,
      permissions: [...(permissions ?? scopes)],
      approvedById,
      viaAccountId: own.accountId,
      viaId: own.id,
    })
  })
}

/**
 * Ends an installation that the application made so. Needs subaccounts:write, and its api key.
 * Refuses NOT_FOUND.
 */
export async function endSubaccount(
  ctx: ActionContext,
  accountId: string,
  apiKey: string,
): Promise<Installation> {
  return asInstallation(ctx, async (tx, own) => {
    const found = await tx.installation.findFirst({
      where: { accountId, viaAccountId: own.accountId, viaId: own.id, uninstalledAt: null },
    })
    if (!found || !sameHash(hashSecret(apiKey), found.secretHash)) {
      throw notFound('Installation', 'apiKey')
    }
    const [ended] = await endStanding(tx, ctx, { publicId: found.publicId })
    if (!ended) throw notFound('Installation', 'apiKey')
    return ended
  })
}

const longest = { list: 100, word: 100 }

function demandWords(permissions: readonly string[]): void {
  const { list, word } = longest
  if (permissions.length <= list && permissions.every(({ length }) => length <= word)) return
  throw invalid(['permissions'], `At most ${list} words of ${word} characters each can be kept.`)
}

/** The installation that asks, kept from being uninstalled meanwhile. */
async function asInstallation<T>(
  ctx: ActionContext,
  work: (tx: Transaction, own: Installation) => Promise<T>,
): Promise<T> {
  const { kind, id, grants } = ctx.viewer
  const [accountId] = grants.keys()
  if (kind !== 'INSTALLATION' || accountId === undefined) {
    throw new Forbidden([], 'Only an application that an owner installed does this for itself.')
  }
  demand(ctx.viewer, accountId, needs, 'Account')
  return transaction(ctx.db, async (tx) => {
    const key = { accountId, id }
    await lockRow(tx, 'Installation', key)
    const own = await tx.installation.findUnique({ where: { accountId_id: key } })
    if (!own || own.uninstalledAt) throw new Forbidden([], 'The application was uninstalled.')
    return work(tx, own)
  })
}

async function demandOwned(tx: Transaction, userId: string, accountId: string): Promise<void> {
  const membership = await tx.membership.findUnique({
    where: { accountId_userId: { accountId, userId } },
  })
  if (membership?.role !== 'OWNER') throw notFound('Account', 'accountId')
}
