// What happens to a booking in its life: confirmed, attended or not, edited. What ends it before it
// has taken place moves money, and stands in payment/.

import { demandManager } from '../availability/as-manager.ts'
import { demand, may, Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transaction } from '../db/transaction.ts'
import { checkVersion, invalid, refused } from '../errors.ts'
import { changesBetween, type Notify } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Booking } from '../generated/prisma/client.ts'
import { attendanceFault, refusedEdit } from './booking.ts'
import {
  bookingEvent,
  changeBooking,
  keptOf,
  lockBooking,
  lockForStatus,
  staffOf,
} from './booking.data.ts'
import { editedFields, type Edit } from './edit.data.ts'

const eventOfStatus = {
  CONFIRMED: 'booking.confirmed',
  COMPLETED: 'booking.completed',
  NO_SHOW: 'booking.no_show',
} as const

export type StatusChange = {
  /** Confirmed although its deposit was not paid. */
  unpaid?: boolean | null
  /** Heads that came to what is completed; all of them when left out. */
  attended?: number | null
  expectedVersion?: number | null
  notify?: Notify
}

/**
 * Confirms, completes or marks as not shown. Needs bookings:write, to confirm without the deposit
 * also payments:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT,
 * ILLEGAL_TRANSITION, ALREADY_CANCELLED, PAYMENT_REQUIRED.
 */
export async function setBookingStatus(
  ctx: ActionContext,
  key: Key,
  status: keyof typeof eventOfStatus,
  input: StatusChange = {},
): Promise<Booking> {
  demand(ctx.viewer, key.accountId, ['bookings:write'], 'Booking', 'id')
  if (input.unpaid && !may(ctx.viewer, key.accountId, ['payments:write'])) {
    throw new Forbidden(['payments:write'])
  }
  return transaction(ctx.db, async (tx) => {
    const before = await lockForStatus(tx, ctx, key, status, input.expectedVersion)
    if (status === 'CONFIRMED' && !input.unpaid) demandPaid(before)
    const staff = (await staffOf(tx, [before])).get(before.id) ?? []
    const booking = await changeBooking(tx, ctx, key, {
      status,
      payBy: null,
      ...(status === 'COMPLETED' && { attended: attendedOf(before, input) }),
      ...(status === 'NO_SHOW' && { attended: 0 }),
      ...keptOf(input.notify),
    })
    const type = eventOfStatus[status]
    await appendEvents(tx, ctx, [bookingEvent(type, booking, before, staff, input.notify)])
    return booking
  })
}

function demandPaid({ number, payBy, needsApproval }: Booking): void {
  if (payBy === null) return
  const then = needsApproval ? 'can be confirmed once that is paid' : 'is confirmed by it'
  const message =
    `Booking ${number} waits for its deposit until ${payBy.toISOString()}, and ${then}; ` +
    'to do without, confirm it as unpaid.'
  throw refused('PAYMENT_REQUIRED', message)
}

function attendedOf({ partySize }: Booking, { attended }: StatusChange): number {
  const fault = attended == null ? null : attendanceFault(attended, partySize)
  if (fault) throw invalid(['attended'], fault)
  return attended ?? partySize
}

/**
 * Edits a booking in place. Needs bookings:write, for the price also payments:write, as a
 * manager also availability:write. Refuses
 * NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT, ALREADY_CANCELLED, ILLEGAL_TRANSITION,
 * NO_CAPACITY, LIMIT_REACHED.
 */
export async function updateBooking(ctx: ActionContext, key: Key, edit: Edit): Promise<Booking> {
  const { accountId } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'Booking', 'id')
  if (edit.priceMinor !== undefined && !may(ctx.viewer, accountId, ['payments:write'])) {
    throw new Forbidden(['payments:write'])
  }
  demandManager(ctx.viewer, accountId, edit.asManager)
  return transaction(ctx.db, async (tx) => {
    const before = await lockBooking(tx, ctx, key)
    checkVersion('Booking', before.version, edit.expectedVersion)
    const refusal = refusedEdit(before, false)
    if (refusal) throw refused(refusal.code, refusal.message, refusal)
    const data = { ...(await editedFields(tx, ctx, before, edit)), ...keptOf(edit.notify) }
    if (changesBetween(before, { ...before, ...plainly(data) }, Object.keys(data)).length === 0) {
      return before
    }
    const booking = await changeBooking(tx, ctx, key, data)
    const staff = (await staffOf(tx, [booking])).get(booking.id) ?? []
    await appendEvents(tx, ctx, [
      bookingEvent('booking.updated', booking, before, staff, edit.notify),
    ])
    return booking
  })
}

// What is written to say null in a JSON column, as null.
function plainly(data: object): object {
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [field, value === Prisma.DbNull ? null : value]),
  )
}
