// Reads and writes of customers that several actions share.

import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound, refused } from '../errors.ts'
import { changesBetween, type NewEvent } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Customer, Prisma } from '../generated/prisma/client.ts'

/** The stored fields whose changes an event of a customer tells. */
export const toldCustomerFields = [
  'name',
  'firstName',
  'lastName',
  'email',
  'phone',
  'timeZone',
  'locale',
  'tags',
  'groups',
  'notes',
  'customFields',
  'personalFields',
  'wantsNotices',
  'active',
  'mergedIntoId',
  'erasedAt',
] as const

/** Locks the customer until the transaction ends. Throws NOT_FOUND. */
export async function lockCustomer(tx: Transaction, key: Key, path = 'id'): Promise<Customer> {
  await lockRow(tx, 'Customer', key)
  const { accountId, id } = key
  const customer = await tx.customer.findUnique({ where: { accountId_id: { accountId, id } } })
  if (!customer) throw notFound('Customer', path)
  return customer
}

/** Refuses IN_USE while the customer has a booking that is open and not over. */
export async function refuseWhileBooked(
  tx: Transaction,
  customer: Customer,
  now: Date,
): Promise<void> {
  const { accountId, id } = customer
  const open = await tx.booking.findFirst({
    where: {
      accountId,
      customerId: id,
      status: { in: ['PENDING', 'CONFIRMED'] },
      endsAt: { gt: now },
    },
  })
  if (!open) return
  throw refused(
    'IN_USE',
    // Whoever may change customers need not be allowed to see who they are.
    'The customer has a booking that is not over: cancel it first.',
    { path: ['id'] },
  )
}

/** Changes a locked customer: one version up, and the event. */
export async function changeCustomer(
  tx: Transaction,
  ctx: ActionContext,
  before: Customer,
  data: Prisma.CustomerUpdateInput,
  type: string,
): Promise<Customer> {
  const customer = await tx.customer.update({
    where: { accountId_id: { accountId: before.accountId, id: before.id } },
    data: { ...data, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
  })
  await appendEvents(tx, ctx, [customerEvent(type, customer, before)])
  return customer
}

export function customerEvent(type: string, customer: Customer, before: Customer | null): NewEvent {
  return {
    type,
    accountId: customer.accountId,
    subjectType: 'Customer',
    subjectId: customer.id,
    subjectVersion: customer.version,
    about: { customerId: customer.id },
    changes: changesBetween(before, customer, toldCustomerFields),
  }
}
