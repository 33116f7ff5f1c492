// For whom a booking is: a customer who is named, one who is found by e-mail, or a new one.

import { may } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { addCustomer, type NewCustomer } from '../customer/customer.actions.ts'
import { emailOf } from '../customer/customer.ts'
import { keepRows, keptRows } from '../db/lock.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound } from '../errors.ts'
import type { Customer } from '../generated/prisma/client.ts'

export type CustomerChoice = {
  customerId: string | null
  /** Who it is, when nobody is named; `email` finds whoever is known by it, see `mayBeFound`. */
  customer: { [Field in keyof NewCustomer]?: NewCustomer[Field] | null } | null
}

/**
 * The customer of a choice, kept from being archived until the transaction ends. Refuses NOT_FOUND
 * (customerId) and VALIDATION_FAILED (customer).
 */
export async function customerFor(
  tx: Transaction,
  ctx: ActionContext,
  accountId: string,
  { customerId, customer }: CustomerChoice,
): Promise<Customer> {
  if (customerId) {
    const [named] = await keptRows<Customer>(tx, 'Customer', accountId, [customerId])
    if (!named?.active) throw notFound('Customer', 'customerId')
    return named
  }
  const known =
    customer?.email && mayBeFound(ctx, accountId)
      ? await knownBy(tx, accountId, emailOf(customer.email))
      : null
  if (known) return known
  const given = Object.entries(customer ?? {}).filter(([, value]) => value != null)
  return addCustomer(tx, ctx, accountId, Object.fromEntries(given), ['customer'])
}

/**
 * Whoever may see customers and not their addresses would learn by an address whose it is. Whoever
 * sees no customers at all learns nothing.
 */
function mayBeFound({ viewer }: ActionContext, accountId: string): boolean {
  return (
    may(viewer, accountId, ['customers:contact']) || !may(viewer, accountId, ['customers:read'])
  )
}

async function knownBy(
  tx: Transaction,
  accountId: string,
  email: string,
): Promise<Customer | null> {
  // Two first bookings of one person at once must not make two customers.
  const lock = `customer ${accountId} ${email}`
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${lock}, 0))`
  const where = { accountId, email, active: true }
  const found = await tx.customer.findFirst({
    where,
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  })
  if (!found) return null
  await keepRows(tx, 'Customer', accountId, [found.id])
  return tx.customer.findFirst({ where: { ...where, id: found.id } })
}
