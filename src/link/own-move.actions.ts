// Moving a booking as its customer may: by what its link or its service offers, and for as long as
// the policy of the service lets them.

import { demand } from '../auth/viewer.ts'
import { customerMay, refusedEdit } from '../booking/booking.ts'
import { rescheduleBooking } from '../booking/move.actions.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import { checkVersion, notFound, refused } from '../errors.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { sessionAt } from './link.data.ts'
import { ownTerms } from './own-move.data.ts'

export type OwnMove = { startsAt: Date; expectedVersion: number | null }

/**
 * Moves a booking to a start that is offered to its customer. Needs bookings:write. Refuses as
 * rescheduleBooking does, and ILLEGAL_TRANSITION when the customer may not move it any more.
 */
export async function moveBookingAsCustomer(
  ctx: ActionContext,
  key: Key,
  { startsAt, expectedVersion }: OwnMove,
): Promise<Booking> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'Booking', 'bookingId')
  const booking = await ctx.db.prisma.booking.findUnique({
    where: { accountId_id: { accountId, id } },
    include: { service: true },
  })
  if (!booking) throw notFound('Booking', 'bookingId')
  checkVersion('Booking', booking.version, expectedVersion)
  demandMovable(ctx, booking)
  const { window, ...choice } = await ownTerms(ctx.db, booking)
  const service = { accountId, id: booking.serviceId }
  const sessionId =
    booking.sessionId &&
    (await sessionAt(poolReader(ctx.db), service, startsAt, booking.partySize, choice.staffIds))
  if (booking.sessionId && !sessionId) {
    const message = `No session of "${booking.service.name}" starts at ${startsAt.toISOString()}.`
    throw refused('OUTSIDE_AVAILABILITY', message, { path: ['startsAt'] })
  }
  return rescheduleBooking(ctx, key, {
    ...choice,
    ...(window && { window }),
    startsAt,
    sessionId,
    staffId: null,
    resourceId: null,
    durationMinutes: null,
    // What was looked at is what is moved.
    expectedVersion: booking.version,
  })
}

type Looked = Booking & { service: { cancelFreeHours: number; cancelRefundPercent: number } }

function demandMovable(ctx: ActionContext, booking: Looked): void {
  const ended = refusedEdit(booking, true)
  if (ended) throw refused(ended.code, ended.message, ended)
  if (customerMay(booking, booking.service, ctx.clock.now()).moveUntil !== null) return
  const { number, status } = booking
  const message = `Booking ${number} cannot be moved by its customer any more.`
  throw refused('ILLEGAL_TRANSITION', message, { from: status, to: status })
}
