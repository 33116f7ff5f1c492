// Bookings that waited for their deposit in vain: they are cancelled, and their time is free.

import { systemViewer } from '../auth/viewer.ts'
import { lockBooking } from '../booking/booking.data.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transaction } from '../db/transaction.ts'
import { endBooking } from './repay.data.ts'

const sweepSize = 100

/**
 * Cancels what was not paid in time, and owes what was paid of it; returns how many it found. Until
 * then a booking keeps its time, and may still be paid.
 */
export async function expireUnpaid(ctx: ActionContext): Promise<number> {
  const over = await ctx.db.prisma.booking.findMany({
    where: { status: 'PENDING', payBy: { lte: new Date(ctx.clock.now()) } },
    orderBy: { payBy: 'asc' },
    take: sweepSize,
  })
  for (const booking of over) {
    await expire({ ...ctx, viewer: systemViewer([booking.accountId]) }, booking)
  }
  return over.length
}

async function expire(ctx: ActionContext, key: Key): Promise<void> {
  await transaction(ctx.db, async (tx) => {
    const before = await lockBooking(tx, ctx, key)
    const now = ctx.clock.now()
    if (before.status !== 'PENDING' || before.payBy === null || before.payBy.getTime() > now) return
    await endBooking(tx, ctx, before, {
      status: 'CANCELLED',
      reason: 'It was not paid in time.',
      dueMinor: before.amountPaidMinor,
    })
  })
}
