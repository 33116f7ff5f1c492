// Moving bookings in time and to other staff. The booking keeps its id and number.

import { keptMinutes } from '../availability/kept-length.ts'
import { lockOccupants, vacate } from '../availability/occupancy.data.ts'
import { changeSeats } from '../availability/seats.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, refused } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { refusedEdit } from './booking.ts'
import { bookingEvent, changeBooking, lockBooking } from './booking.data.ts'
import type { SlotChoice } from './slot-choice.ts'
import { takeTime, type Taken } from './take.data.ts'

export type Move = Omit<SlotChoice, 'service'> & { expectedVersion: number | null }

/**
 * Moves a booking in time, or with no start to other staff: same id, same number, one version up.
 * Needs bookings:write. Who is not named stays, if free; refuses as createBooking does, and
 * VERSION_CONFLICT, ILLEGAL_TRANSITION, ALREADY_CANCELLED.
 */
export async function rescheduleBooking(
  ctx: ActionContext,
  key: Key,
  move: Move,
): Promise<Booking> {
  demand(ctx.viewer, key.accountId, ['bookings:write'], 'Booking', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockBooking(tx, ctx, key, move.sessionId)
    checkVersion('Booking', before.version, move.expectedVersion)
    const refusal = refusedEdit(before, true)
    if (refusal) throw refused(refusal.code, refusal.message, refusal)
    const taken = before.sessionId
      ? await moveSeats(tx, ctx, before, move)
      : await movePlace(tx, ctx, before, move)
    const booking = await changeBooking(tx, ctx, key, {
      startsAt: taken.startsAt,
      endsAt: taken.endsAt,
      sessionId: taken.sessionId,
      staffId: taken.staffIds[0] ?? null,
    })
    const moved = before.startsAt.getTime() !== booking.startsAt.getTime()
    const type = moved || before.sessionId ? 'booking.rescheduled' : 'booking.updated'
    await appendEvents(tx, ctx, [bookingEvent(type, booking, before, taken.staffIds)])
    return booking
  })
}

async function movePlace(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  move: Move,
): Promise<Taken> {
  const { accountId, id } = before
  const service = { accountId, id: before.serviceId }
  const links = await tx.serviceStaff.findMany({ where: { accountId, serviceId: service.id } })
  const resources = await tx.serviceResource.findMany({
    where: { accountId, serviceId: service.id },
  })
  // Two who swap places must not wait for each other: everybody who can be involved, in one order.
  await lockOccupants(tx, [
    ...links.map(({ staffId }) => staffId),
    ...resources.map(({ resourceId }) => resourceId),
  ])
  await vacate(tx, { accountId, by: 'bookingId', id })
  const choice: SlotChoice = {
    ...move,
    service,
    startsAt: move.startsAt ?? before.startsAt,
    sessionId: null,
    durationMinutes:
      move.durationMinutes ?? keptMinutes(before, move.staffId ? [move.staffId] : null),
  }
  const keep = !move.staffId && before.staffId !== null
  const stay = keep ? { ...choice, staffId: before.staffId } : choice
  const taken = await takeTime(tx, ctx, stay, before)
  // Rows that are not active say who was assigned when a booking ended, not where it once was.
  await tx.occupancy.deleteMany({ where: { accountId, bookingId: id, active: false } })
  return taken
}

async function moveSeats(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  move: Move,
): Promise<Taken> {
  const { accountId, partySize } = before
  const from = { accountId, id: before.sessionId ?? '' }
  if (!move.sessionId) {
    throw invalid(
      ['sessionId'],
      'This booking has seats in a session: name the session to move to.',
    )
  }
  await changeSeats(tx, from, 'seatsTaken', -partySize)
  const service = { accountId, id: before.serviceId }
  return takeTime(tx, ctx, { ...move, service, startsAt: null }, before)
}
