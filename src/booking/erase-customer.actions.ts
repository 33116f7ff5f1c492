// Removing a person: from the customer and whoever was merged into it, from what was written on
// bookings, and from what was told of them. Bookings stay, with their numbers, times and prices.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import { erased, hidePerson } from '../events/person.data.ts'
import { changeCustomer, lockCustomer, refuseWhileBooked } from '../customer/customer.data.ts'
import { Prisma, type Booking, type Customer } from '../generated/prisma/client.ts'
import { bookingEvent, lockBookings } from './booking.data.ts'

/** What people write on a booking; all that it says of the person beside the customer. */
const written = ['notes', 'answers', 'customFields', 'cancelReason', 'priceReason'] as const

/**
 * Erases the person; it cannot be undone. Needs customers:write and customers:contact. Twice is
 * once. Refuses NOT_FOUND, VERSION_CONFLICT, and IN_USE while a booking is open and not over.
 */
export async function eraseCustomer(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<Customer> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['customers:write', 'customers:contact'], 'Customer', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockCustomer(tx, key)
    checkVersion('Customer', before.version, expectedVersion)
    if (before.erasedAt) return before
    const now = new Date(ctx.clock.now())
    await refuseWhileBooked(tx, before, now)
    const bookings = await clearBookings(tx, key, now)
    await clearPayments(tx, key)
    await tx.manageLink.deleteMany({ where: { accountId, booking: { customerId: id } } })
    const merged = await mergedInto(tx, key)
    await hidePerson(tx, accountId, [id, ...merged.map((other) => other.id)], written)
    await appendEvents(tx, ctx, bookings)
    for (const other of merged) await empty(tx, ctx, other, now)
    return empty(tx, ctx, before, now)
  })
}

/** The event tells that the person was erased, and nothing of who it was. */
function empty(
  tx: Transaction,
  ctx: ActionContext,
  before: Customer,
  erasedAt: Date,
): Promise<Customer> {
  const nobody = { ...before, ...emptied }
  const gone = { customFields: Prisma.DbNull, personalFields: Prisma.DbNull }
  const data = { ...emptied, ...gone, active: false, erasedAt }
  return changeCustomer(tx, ctx, nobody, data, 'customer.deleted')
}

/** The customers that became part of this one, also by way of others; locked. */
async function mergedInto(tx: Transaction, { accountId, id }: Key): Promise<Customer[]> {
  return transactionReader(tx)<Customer>(Prisma.sql`
    WITH RECURSIVE m AS (
      SELECT c."id" FROM "Customer" c
       WHERE c."accountId" = ${accountId}::uuid AND c."mergedIntoId" = ${id}::uuid
      UNION SELECT c."id" FROM "Customer" c JOIN m ON c."mergedIntoId" = m."id"
       WHERE c."accountId" = ${accountId}::uuid)
    SELECT c.* FROM "Customer" c
     WHERE c."accountId" = ${accountId}::uuid AND c."id" IN (SELECT "id" FROM m)
       AND c."erasedAt" IS NULL ORDER BY c."id" FOR UPDATE`)
}

const emptied = {
  name: 'Erased customer',
  firstName: null,
  lastName: null,
  email: null,
  phone: null,
  timeZone: null,
  locale: null,
  tags: [],
  groups: [],
  notes: null,
  customFields: null,
  personalFields: null,
}

/** Empties what was written beside payments; no event ever told of it. */
async function clearPayments(tx: Transaction, { accountId, id }: Key): Promise<void> {
  await tx.payment.updateMany({
    where: { accountId, booking: { customerId: id } },
    data: { methodNote: null, reference: null, note: null },
  })
}

/** Empties what was written on the bookings; their events say that, and not what it was. */
async function clearBookings(tx: Transaction, key: Key, now: Date) {
  const named = await tx.booking.findMany({
    where: {
      accountId: key.accountId,
      customerId: key.id,
      OR: [
        { notes: { not: null } },
        { cancelReason: { not: null } },
        { priceReason: { not: null } },
        { answers: { not: Prisma.AnyNull } },
        { customFields: { not: Prisma.AnyNull } },
      ],
    },
  })
  const before = await lockBookings(tx, key.accountId, named)
  const after = await transactionReader(tx)<Booking>(Prisma.sql`
    UPDATE "Booking" SET "notes" = NULL, "answers" = NULL, "customFields" = NULL,
      "cancelReason" = NULL, "priceReason" = NULL, "version" = "version" + 1, "updatedAt" = ${now}
    WHERE "accountId" = ${key.accountId}::uuid
      AND "id" = ANY(${before.map(({ id }) => id)}::uuid[])
    RETURNING *`)
  const earlier = new Map(before.map((booking) => [booking.id, booking]))
  return after.map((booking) => {
    const event = bookingEvent('booking.updated', booking, earlier.get(booking.id) ?? null, [])
    const changes = event.changes?.map((change) => ({ ...change, from: erased }))
    return { ...event, changes }
  })
}
