// Money that came in for a booking: the payment, the booking's sum and the event in one
// transaction.

import { bookingEvent, changeBooking, staffOf } from '../booking/booking.data.ts'
import type { ActionContext } from '../context.ts'
import { newId } from '../db/id.ts'
import { transaction } from '../db/transaction.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Booking } from '../generated/prisma/client.ts'

export async function takePayment(
  ctx: ActionContext,
  { accountId, id, currency }: Booking,
  { amountMinor, method }: { amountMinor: number; method: string },
): Promise<void> {
  const createdAt = new Date(ctx.clock.now())
  await transaction(ctx.db, async (tx) => {
    const change = { amountPaidMinor: { increment: amountMinor } }
    const booking = await changeBooking(tx, ctx, { accountId, id }, change)
    const before = { ...booking, amountPaidMinor: booking.amountPaidMinor - amountMinor }
    const staff = (await staffOf(tx, [booking])).get(id) ?? []
    const payment = { accountId, id: newId(), bookingId: id, currency, createdAt }
    await tx.payment.create({ data: { ...payment, kind: 'PAYMENT', method, amountMinor } })
    await appendEvents(tx, ctx, [bookingEvent('booking.paid', booking, before, staff)])
  })
}
