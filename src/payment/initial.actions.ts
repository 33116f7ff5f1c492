// Bookings that are made with what was paid for them already: one transaction, all of it or none.

import { Forbidden, may } from '../auth/viewer.ts'
import { booksTogether, makeTogether, type NewBookings } from '../booking/batch.actions.ts'
import { demandBooking, makeBooking } from '../booking/booking.actions.ts'
import type { NewBooking } from '../booking/new-booking.actions.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import { transaction } from '../db/transaction.ts'
import { invalid } from '../errors.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { addPayments } from './payment.data.ts'
import { maxInitialPayments, type NewPayment } from './payment.ts'

/**
 * As createBooking, with payments that it begins with. Needs bookings:write and payments:write.
 * Refuses as createBooking and recordPayment do.
 */
export async function createPaidBooking(
  ctx: ActionContext,
  input: NewBooking,
  payments: readonly NewPayment[],
): Promise<Booking> {
  const { accountId } = input.service
  demandBooking(ctx, input)
  demandPayments(ctx, accountId, payments)
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      {
        accountId,
        key: input.idempotencyKey,
        operation: 'createBooking',
        input: { ...input, payments },
      },
      async () => {
        const booking = await makeBooking(tx, ctx, input)
        const pathOf = (index: number) => ['initialPayments', String(index)]
        return (await addPayments(tx, ctx, booking, payments, pathOf)).booking
      },
      (key) => tx.booking.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

/** As createBookings, with the payments that each item begins with; all of it or nothing. */
export async function createPaidBookings(
  ctx: ActionContext,
  input: NewBookings,
  payments: readonly (readonly NewPayment[])[],
): Promise<Booking[]> {
  const accountId = booksTogether(ctx, input)
  payments.forEach((given, index) => demandPayments(ctx, accountId, given, 'items', String(index)))
  return makeTogether(ctx, accountId, { ...input, payments }, async (tx, made) => {
    const paid: Booking[] = []
    for (const [index, booking] of made.entries()) {
      const given = payments[index] ?? []
      const pathOf = (nth: number) => ['items', String(index), 'initialPayments', String(nth)]
      paid.push(
        given.length > 0 ? (await addPayments(tx, ctx, booking, given, pathOf)).booking : booking,
      )
    }
    return paid
  })
}

function demandPayments(
  ctx: ActionContext,
  accountId: string,
  payments: readonly NewPayment[],
  ...path: string[]
): void {
  if (payments.length === 0) return
  if (!may(ctx.viewer, accountId, ['payments:write'])) throw new Forbidden(['payments:write'])
  if (payments.length <= maxInitialPayments) return
  const message = `${payments.length} payments are too many; give at most ${maxInitialPayments}.`
  throw invalid([...path, 'initialPayments'], message)
}
