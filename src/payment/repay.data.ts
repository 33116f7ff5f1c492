// What the end of a booking pays back by itself: of what a provider took for it as much as is owed,
// in the transaction that ends it. What was paid by other means is nobody's to send from here, and
// stays due.

import { bookingEvent, changeBooking, giveBack, staffOf } from '../booking/booking.data.ts'
import type { ActionContext } from '../context.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Notify } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { givenBack, insertRefunds } from './payment.data.ts'
import { shareOut } from './payment.ts'

export type Owing = { booking: Booking; dueMinor: number }

/**
 * Writes refunds for locked bookings of one account, of their latest payments first, for the
 * provider to make; returns how much each booking pays back, in their order.
 */
export async function repay(
  tx: Transaction,
  ctx: ActionContext,
  bookings: readonly Owing[],
): Promise<number[]> {
  const owing = bookings.filter(({ dueMinor }) => dueMinor > 0)
  const [first] = owing
  if (!first) return bookings.map(() => 0)
  const { accountId } = first.booking
  const ids = owing.map(({ booking }) => booking.id)
  const payments = await tx.payment.findMany({
    where: { accountId, bookingId: { in: ids }, kind: 'PAYMENT', provider: { not: null } },
    orderBy: { serial: 'desc' },
  })
  const paidFor = Map.groupBy(payments, ({ bookingId }) => bookingId)
  const parts = owing.flatMap(({ booking, dueMinor }) =>
    shareOut(dueMinor, paidFor.get(booking.id) ?? []),
  )
  if (parts.length > 0) await insertRefunds(tx, ctx, accountId, parts, { method: null, note: null })
  return bookings.map(({ booking }) =>
    parts
      .filter(({ payment }) => payment.bookingId === booking.id)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0),
  )
}

export type End = {
  status: 'CANCELLED' | 'DECLINED'
  reason: string | null
  /** How much of what was paid is owed. */
  dueMinor: number
  notify?: Notify
}

/** Ends a locked booking: its time or seats are free, and what is owed is on its way back. */
export async function endBooking(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  { status, reason, dueMinor, notify }: End,
): Promise<Booking> {
  const staff = (await staffOf(tx, [before])).get(before.id) ?? []
  await giveBack(tx, before)
  const [repaid = 0] = await repay(tx, ctx, [{ booking: before, dueMinor }])
  const booking = await changeBooking(tx, ctx, before, {
    status,
    payBy: null,
    cancelReason: reason,
    cancelledBy: ctx.viewer.name,
    cancelledAt: new Date(ctx.clock.now()),
    ...givenBack(repaid),
    refundDueMinor: dueMinor,
    refundOpenMinor: dueMinor - repaid,
  })
  const type = status === 'DECLINED' ? 'booking.declined' : 'booking.cancelled'
  await appendEvents(tx, ctx, [bookingEvent(type, booking, before, staff, notify)])
  return booking
}
