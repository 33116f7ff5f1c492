// An account deals in one currency; prices are stored without it.

import type { Transaction } from '../db/transaction.ts'
import { invalid } from '../errors.ts'

/** Refuses amounts in another currency than the account's; null and absent mean the account's. */
export async function demandCurrency(
  tx: Transaction,
  accountId: string,
  given: readonly (string | null | undefined)[],
  ...path: string[]
): Promise<void> {
  const named = given.filter((currency) => currency != null)
  if (named.length === 0) return
  const account = await tx.account.findUniqueOrThrow({
    where: { id: accountId },
    select: { currency: true },
  })
  const other = named.find((currency) => currency !== account.currency)
  if (other === undefined) return
  throw invalid(path, `The account's currency is "${account.currency}", not "${other}".`)
}
