// Bookings that somebody ends before they have taken place: cancelled, or declined by the business.
// What a provider took for them goes back in the same transaction, as far as it is owed.

import { demand, Forbidden, may } from '../auth/viewer.ts'
import { refundDue, type Refund } from '../booking/booking.ts'
import { lockForStatus } from '../booking/booking.data.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { transaction } from '../db/transaction.ts'
import type { Notify } from '../events/event.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { endBooking } from './repay.data.ts'

export type Cancellation = {
  reason: string | null
  refund: Refund | null
  expectedVersion: number | null
  notify?: Notify
  idempotencyKey: string | null
}

/**
 * Cancels a booking, frees its time at once and has paid back what its policy says. Needs
 * bookings:write; a refund other than POLICY also payments:write. Refuses as setBookingStatus does,
 * and IDEMPOTENCY_CONFLICT.
 */
export async function cancelBooking(
  ctx: ActionContext,
  key: Key,
  input: Cancellation,
): Promise<Booking> {
  const { accountId } = key
  const { idempotencyKey, reason, expectedVersion, notify } = input
  demand(ctx.viewer, accountId, ['bookings:write'], 'Booking', 'id')
  const refund = input.refund ?? 'POLICY'
  demandChoice(ctx, accountId, refund)
  const once = { accountId, key: idempotencyKey, operation: 'cancelBooking' }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { ...once, input: { key, ...input } },
      async () => {
        const before = await lockForStatus(tx, ctx, key, 'CANCELLED', expectedVersion)
        const service = await tx.service.findUniqueOrThrow({
          where: { accountId_id: { accountId, id: before.serviceId } },
        })
        const dueMinor = refundDue(before, service, refund, ctx.clock.now())
        const end = { status: 'CANCELLED' as const, reason, dueMinor }
        return endBooking(tx, ctx, before, { ...end, ...(notify && { notify }) })
      },
      (again) => tx.booking.findUnique({ where: { accountId_id: again } }),
    ),
  )
}

/** The policy gives back whoever cancels; who decides otherwise decides over money. */
export function demandChoice({ viewer }: ActionContext, accountId: string, refund: Refund): void {
  if (refund === 'POLICY' || may(viewer, accountId, ['payments:write'])) return
  throw new Forbidden(['payments:write'])
}

export type Decline = { reason: string | null; expectedVersion: number | null; notify?: Notify }

/**
 * Declines a booking that waits for approval; the business gives it up, so all that was paid is
 * owed. Needs bookings:write. Refuses as setBookingStatus does.
 */
export async function declineBooking(
  ctx: ActionContext,
  key: Key,
  { reason, expectedVersion, notify }: Decline,
): Promise<Booking> {
  demand(ctx.viewer, key.accountId, ['bookings:write'], 'Booking', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockForStatus(tx, ctx, key, 'DECLINED', expectedVersion)
    const end = { status: 'DECLINED' as const, reason, dueMinor: before.amountPaidMinor }
    return endBooking(tx, ctx, before, { ...end, ...(notify && { notify }) })
  })
}
