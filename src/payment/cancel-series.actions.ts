// Cancelling a series or a part of it: one transaction, one event for each booking, and for each
// what its own policy pays back.

import { changeSeats, lockSession } from '../availability/seats.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotentList } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, notFound, refused } from '../errors.ts'
import type { Notify } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { refundDue, refusedTransition, type Refund } from '../booking/booking.ts'
import { bookingEvent, lockBookings, staffOf } from '../booking/booking.data.ts'
import { partOf, type SeriesPart } from '../booking/series.ts'
import { demandChoice } from './cancel.actions.ts'
import { repay } from './repay.data.ts'

export type SeriesCancellation = {
  part: SeriesPart
  /** The row id of the booking that "this" means; needed unless all are cancelled. */
  bookingId: string | null
  reason: string | null
  refund: Refund | null
  notify?: Notify
  idempotencyKey: string | null
}

/**
 * Cancels one booking of a series, it and those after it, or all that are still to come; returns
 * those that it cancelled, soonest first. Needs bookings:write; a refund other than POLICY also
 * payments:write. Refuses NOT_FOUND, ILLEGAL_TRANSITION, and ALREADY_CANCELLED when none is left.
 */
export async function cancelBookingSeries(
  ctx: ActionContext,
  key: Key,
  input: SeriesCancellation,
): Promise<Booking[]> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'Series', 'id')
  const refund = input.refund ?? 'POLICY'
  demandChoice(ctx, accountId, refund)
  if (input.part !== 'ALL' && !input.bookingId) {
    throw invalid(['bookingId'], `"${input.part}" needs the booking that it means (bookingId).`)
  }
  const once = { accountId, key: input.idempotencyKey, operation: 'cancelBookingSeries' }
  const read = (tx: Transaction, ids: string[]) =>
    tx.booking.findMany({
      where: { accountId, id: { in: ids } },
      orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
    })
  return transaction(ctx.db, (tx) =>
    idempotentList(
      tx,
      ctx,
      { ...once, input: { accountId, id, ...input } },
      async () => {
        const before = await lockPart(tx, ctx, key, input)
        const staff = await staffOf(tx, before)
        await cancelAll(tx, ctx, key, before, { refund, reason: input.reason })
        const after = await read(
          tx,
          before.map((booking) => booking.id),
        )
        const earlier = new Map(before.map((booking) => [booking.id, booking]))
        const events = after.map((booking) =>
          bookingEvent(
            'booking.cancelled',
            booking,
            earlier.get(booking.id) ?? null,
            staff.get(booking.id) ?? [],
            input.notify,
          ),
        )
        await appendEvents(tx, ctx, events)
        return after
      },
      (ids) => read(tx, ids),
    ),
  )
}

/** The bookings that are meant, locked. */
async function lockPart(
  tx: Transaction,
  ctx: ActionContext,
  { accountId, id }: Key,
  { part, bookingId }: SeriesCancellation,
): Promise<Booking[]> {
  const series = await tx.series.findUnique({ where: { accountId_id: { accountId, id } } })
  if (!series) throw notFound('Series', 'id')
  const only = part === 'THIS_ONLY' && bookingId ? { id: bookingId } : {}
  const where = { accountId, seriesId: id, ...only }
  const seen = await tx.booking.findMany({ where })
  const sessionIds = new Set(seen.flatMap(({ sessionId }) => sessionId ?? []))
  for (const sessionId of [...sessionIds].toSorted()) {
    await lockSession(tx, ctx, { accountId, id: sessionId })
  }
  const members = await lockBookings(tx, accountId, seen)
  const named = bookingId ? members.find((member) => member.id === bookingId) : null
  if (named === undefined) throw notFound('Booking', 'bookingId')
  const now = ctx.clock.now()
  const chosen = partOf(members, part, named, now)
  if (chosen.length > 0) return chosen
  const refusal = named && part === 'THIS_ONLY' && refusedTransition(named, 'CANCELLED', now)
  if (refusal) throw refused(refusal.code, refusal.message, refusal)
  throw refused('ALREADY_CANCELLED', 'No booking of this series is left to cancel.')
}

async function cancelAll(
  tx: Transaction,
  ctx: ActionContext,
  { accountId, id }: Key,
  before: readonly Booking[],
  { refund, reason }: { refund: Refund; reason: string | null },
): Promise<void> {
  const now = ctx.clock.now()
  const { service } = await tx.series.findUniqueOrThrow({
    where: { accountId_id: { accountId, id } },
    include: { service: true },
  })
  const ids = before.map((booking) => booking.id)
  const owing = before.map((booking) => ({
    booking,
    dueMinor: refundDue(booking, service, refund, now),
  }))
  const dues = owing.map(({ dueMinor }) => dueMinor)
  const repaid = await repay(tx, ctx, owing)
  await tx.occupancy.updateMany({
    where: { accountId, bookingId: { in: ids }, active: true },
    data: { active: false },
  })
  for (const { sessionId, partySize } of before) {
    if (sessionId) await changeSeats(tx, { accountId, id: sessionId }, 'seatsTaken', -partySize)
  }
  const at = new Date(now)
  await tx.$executeRaw`
    UPDATE "Booking" b SET "status" = 'CANCELLED', "cancelReason" = ${reason},
      "cancelledBy" = ${ctx.viewer.name}, "cancelledAt" = ${at}, "refundDueMinor" = n."due",
      "refundOpenMinor" = n."due" - n."repaid", "refundedMinor" = b."refundedMinor" + n."repaid",
      "amountPaidMinor" = b."amountPaidMinor" - n."repaid", "payBy" = NULL,
      "version" = b."version" + 1, "updatedAt" = ${at}
    FROM unnest(${ids}::uuid[], ${dues}::int[], ${repaid}::int[]) n("id", "due", "repaid")
    WHERE b."accountId" = ${accountId}::uuid AND b."id" = n."id"`
}
