// What can be done to the addresses at which customers manage a booking: make one, end them all.

import type { Issued } from '../auth/credential.data.ts'
import type { Scope } from '../auth/scope.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { notFound } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { keepManageLinks, newManageLink } from './manage-link.data.ts'

/** All that whoever has an address can see and do: nobody gives away more than they hold. */
export const manageNeeds: readonly Scope[] = [
  'bookings:read',
  'bookings:write',
  'services:read',
  'staff:read',
  'payments:read',
]

/** Most addresses of one booking; the oldest give way. */
const mostLinks = 50

/** Makes an address of the booking. Needs all of `manageNeeds`. Refuses NOT_FOUND. */
export async function createManageLink(
  ctx: ActionContext & { baseUrl: () => string },
  key: Key,
): Promise<Issued<Booking>> {
  const { accountId } = key
  demand(ctx.viewer, accountId, manageNeeds, 'Booking', 'bookingId')
  return transaction(ctx.db, async (tx) => {
    const booking = await lockedBooking(tx, key)
    const where = { accountId, bookingId: key.id }
    const old = await tx.manageLink.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { secretHash: 'asc' }],
      skip: mostLinks - 1,
    })
    await tx.manageLink.deleteMany({
      where: { ...where, secretHash: { in: old.map(({ secretHash }) => secretHash) } },
    })
    const link = newManageLink(ctx.baseUrl())
    await keepManageLinks(tx, [{ ...link, booking: key }], ctx.clock.now())
    await audit(tx, ctx, 'manage_link.created', booking)
    return { row: booking, secret: link.url }
  })
}

/** Ends every address of the booking. Needs bookings:write. Twice is once. Refuses NOT_FOUND. */
export async function revokeManageLinks(ctx: ActionContext, key: Key): Promise<Booking> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'Booking', 'bookingId')
  return transaction(ctx.db, async (tx) => {
    const booking = await lockedBooking(tx, key)
    const { count } = await tx.manageLink.deleteMany({ where: { accountId, bookingId: id } })
    if (count > 0) await audit(tx, ctx, 'manage_link.revoked', booking)
    return booking
  })
}

async function lockedBooking(tx: Transaction, key: Key): Promise<Booking> {
  await lockRow(tx, 'Booking', key)
  const { accountId, id } = key
  const booking = await tx.booking.findUnique({ where: { accountId_id: { accountId, id } } })
  if (!booking) throw notFound('Booking', 'bookingId')
  return booking
}

async function audit(tx: Transaction, ctx: ActionContext, action: string, booking: Booking) {
  const { accountId, id: subjectId } = booking
  await appendAudit(tx, ctx, [{ accountId, action, subjectType: 'Booking', subjectId }])
}
