// Making one customer of several that are the same person. Bookings, holds and what they wait
// for move to the one that stays; the others are archived and say what they became part of.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, notFound } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import { changeCustomer, lockCustomer } from '../customer/customer.data.ts'
import { mergedTerms } from '../customer/merge.ts'
import { Prisma, type Booking, type Customer } from '../generated/prisma/client.ts'
import { bookingEvent, lockBookings, staffOf } from './booking.data.ts'

/** Most customers that are merged into another at once. */
export const maxMerged = 20

/**
 * Merges customers of one account into one of them, which keeps what it has and gets what it lacks.
 * Needs customers:write. Refuses VALIDATION_FAILED, NOT_FOUND (also one that is merged or erased
 * already), VERSION_CONFLICT.
 */
export async function mergeCustomers(
  ctx: ActionContext,
  into: Key,
  fromIds: readonly string[],
  expectedVersion?: number | null,
): Promise<Customer> {
  const { accountId } = into
  demand(ctx.viewer, accountId, ['customers:write'], 'Customer', 'intoId')
  const ids = [...new Set(fromIds)].toSorted()
  if (ids.length === 0 || ids.length > maxMerged) {
    throw invalid(['fromIds'], `Name 1 to ${maxMerged} customers to merge, not ${ids.length}.`)
  }
  if (ids.includes(into.id)) {
    throw invalid(['fromIds'], 'A customer cannot be merged into itself: leave it out of fromIds.')
  }
  return transaction(ctx.db, async (tx) => {
    const { target, others } = await lockAll(tx, into, ids)
    checkVersion('Customer', target.version, expectedVersion)
    await moveBookings(tx, ctx, into, ids)
    const { customFields, personalFields, ...terms } = mergedTerms(target, others)
    const merged = await changeCustomer(
      tx,
      ctx,
      target,
      {
        ...terms,
        customFields: customFields ?? Prisma.DbNull,
        personalFields: personalFields ?? Prisma.DbNull,
      },
      'customer.updated',
    )
    for (const other of others) {
      const gone = {
        active: false,
        mergedInto: { connect: { accountId_id: { accountId, id: into.id } } },
      }
      await changeCustomer(tx, ctx, other, gone, 'customer.deleted')
    }
    return merged
  })
}

/** In the order of ids, as everywhere, so that two merges never wait for each other. */
async function lockAll(tx: Transaction, into: Key, ids: readonly string[]) {
  const found = new Map<string, Customer>()
  for (const id of [into.id, ...ids].toSorted()) {
    const path = id === into.id ? 'intoId' : 'fromIds'
    const customer = await lockCustomer(tx, { accountId: into.accountId, id }, path)
    if (customer.erasedAt || customer.mergedIntoId) throw notFound('Customer', path)
    found.set(id, customer)
  }
  const target = found.get(into.id)
  if (!target) throw notFound('Customer', 'intoId')
  return { target, others: ids.flatMap((id) => found.get(id) ?? []) }
}

async function moveBookings(
  tx: Transaction,
  ctx: ActionContext,
  into: Key,
  fromIds: readonly string[],
): Promise<void> {
  const { accountId, id } = into
  const seen = await tx.booking.findMany({
    where: { accountId, customerId: { in: [...fromIds] } },
    select: { accountId: true, id: true },
  })
  const before = await lockBookings(tx, accountId, seen)
  const now = new Date(ctx.clock.now())
  const after = await transactionReader(tx)<Booking>(Prisma.sql`
    UPDATE "Booking" SET "customerId" = ${id}::uuid, "version" = "version" + 1,
      "updatedAt" = ${now}
    WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${before.map((row) => row.id)}::uuid[])
    RETURNING *`)
  await tx.hold.updateMany({
    where: { accountId, customerId: { in: [...fromIds] } },
    data: { customerId: id },
  })
  await tx.waitlistEntry.updateMany({
    where: { accountId, customerId: { in: [...fromIds] } },
    data: { customerId: id },
  })
  const staff = await staffOf(tx, after)
  const earlier = new Map(before.map((booking) => [booking.id, booking]))
  await appendEvents(
    tx,
    ctx,
    after.map((booking) =>
      bookingEvent(
        'booking.updated',
        booking,
        earlier.get(booking.id) ?? null,
        staff.get(booking.id) ?? [],
      ),
    ),
  )
}
