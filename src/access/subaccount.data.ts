// Reads the accounts of the owner who approved an application, and which of them have it.

import type { Database } from '../db/client.ts'

/** An account as an application sees it whose installation its owner approved elsewhere. */
export type Owned = {
  id: string
  accountId: string
  name: string
  slug: string
  installed: boolean
}

/** Ids of the accounts that a person owns. */
export async function accountsOwnedBy({ prisma }: Database, userId: string): Promise<string[]> {
  const owned = await prisma.membership.findMany({
    where: { userId, role: 'OWNER' },
    select: { accountId: true },
  })
  return owned.map(({ accountId }) => accountId)
}

/** These accounts by id, and whether the application is installed in each. */
export async function loadOwned(
  { prisma }: Database,
  ids: string[],
  applicationId: string,
): Promise<Owned[]> {
  const accounts = await prisma.account.findMany({
    where: { id: { in: ids } },
    select: {
      id: true,
      name: true,
      slug: true,
      installations: { where: { applicationId, uninstalledAt: null }, select: { id: true } },
    },
    orderBy: { id: 'asc' },
  })
  return accounts.map(({ installations, ...account }) => ({
    ...account,
    accountId: account.id,
    installed: installations.length > 0,
  }))
}
