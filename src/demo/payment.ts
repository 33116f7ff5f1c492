// Money that came in for a booking: the payment, the booking's sum and the event in one
// transaction.

import { bookingEvent, changeBooking, lockBooking } from '../booking/booking.data.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { transaction } from '../db/transaction.ts'
import { appendEvents } from '../events/outbox.ts'

export async function takePayment(
  ctx: ActionContext,
  booking: Key,
  { amountMinor, method }: { amountMinor: number; method: string },
): Promise<void> {
  const key = { accountId: booking.accountId, id: booking.id }
  await transaction(ctx.db, async (tx) => {
    const before = await lockBooking(tx, ctx, key)
    await tx.payment.create({
      data: {
        accountId: key.accountId,
        id: newId(),
        bookingId: key.id,
        kind: 'PAYMENT',
        method,
        amountMinor,
        currency: before.currency,
        createdAt: new Date(ctx.clock.now()),
      },
    })
    const change = { amountPaidMinor: { increment: amountMinor } }
    const after = await changeBooking(tx, ctx, key, change)
    await appendEvents(tx, ctx, [bookingEvent('booking.paid', after, before)])
  })
}
