// What happens to a booking in its life: confirmed, declined, attended or not, cancelled, edited.

import { demandManager } from '../availability/as-manager.ts'
import { demand, may, Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, refused } from '../errors.ts'
import { changesBetween, type Notify } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Booking } from '../generated/prisma/client.ts'
import {
  attendanceFault,
  owed,
  refundDue,
  refusedEdit,
  refusedTransition,
  type BookingStatus,
  type Refund,
} from './booking.ts'
import { bookingEvent, changeBooking, giveBack, lockBooking, staffOf } from './booking.data.ts'
import { editedFields, type Edit } from './edit.data.ts'

const eventOfStatus = {
  CONFIRMED: 'booking.confirmed',
  DECLINED: 'booking.declined',
  COMPLETED: 'booking.completed',
  NO_SHOW: 'booking.no_show',
} as const

export type StatusChange = {
  /** Why it is declined. */
  reason?: string | null
  /** Confirmed although its deposit was not paid. */
  unpaid?: boolean | null
  /** Heads that came to what is completed; all of them when left out. */
  attended?: number | null
  expectedVersion?: number | null
  notify?: Notify
}

/**
 * Confirms, declines, completes or marks as not shown. Needs bookings:write, to confirm without
 * the deposit also payments:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT,
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
    if (status === 'DECLINED') await giveBack(tx, before)
    const booking = await changeBooking(tx, ctx, key, {
      status,
      payBy: null,
      ...(status === 'DECLINED' && declined(ctx, before, input)),
      ...(status === 'COMPLETED' && { attended: attendedOf(before, input) }),
      ...(status === 'NO_SHOW' && { attended: 0 }),
    })
    const type = eventOfStatus[status]
    await appendEvents(tx, ctx, [bookingEvent(type, booking, before, staff, input.notify)])
    return booking
  })
}

function demandPaid({ number, payBy }: Booking): void {
  if (payBy === null) return
  const message =
    `Booking ${number} waits for its deposit until ${payBy.toISOString()}, and is confirmed by it; ` +
    'to do without, confirm it as unpaid.'
  throw refused('PAYMENT_REQUIRED', message)
}

// The business gives it up, so all that was paid is owed.
function declined(ctx: ActionContext, before: Booking, { reason }: StatusChange) {
  return {
    cancelReason: reason ?? null,
    cancelledBy: ctx.viewer.name,
    cancelledAt: new Date(ctx.clock.now()),
    ...owed(before.amountPaidMinor),
  }
}

function attendedOf({ partySize }: Booking, { attended }: StatusChange): number {
  const fault = attended == null ? null : attendanceFault(attended, partySize)
  if (fault) throw invalid(['attended'], fault)
  return attended ?? partySize
}

export type Cancellation = {
  reason: string | null
  refund: Refund | null
  expectedVersion: number | null
  notify?: Notify
  idempotencyKey: string | null
}

/**
 * Cancels a booking, frees its time at once and computes what is to be paid back. Needs
 * bookings:write; a refund other than POLICY also payments:write. Refuses as setBookingStatus does.
 */
export async function cancelBooking(
  ctx: ActionContext,
  key: Key,
  input: Cancellation,
): Promise<Booking> {
  const { accountId } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'Booking', 'id')
  const refund = input.refund ?? 'POLICY'
  if (refund !== 'POLICY' && !may(ctx.viewer, accountId, ['payments:write'])) {
    throw new Forbidden(['payments:write'])
  }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      {
        accountId,
        key: input.idempotencyKey,
        operation: 'cancelBooking',
        input: { key, ...input },
      },
      async () => {
        const before = await lockForStatus(tx, ctx, key, 'CANCELLED', input.expectedVersion)
        const service = await tx.service.findUniqueOrThrow({
          where: { accountId_id: { accountId, id: before.serviceId } },
        })
        const staff = (await staffOf(tx, [before])).get(before.id) ?? []
        await giveBack(tx, before)
        const booking = await changeBooking(tx, ctx, key, {
          status: 'CANCELLED',
          payBy: null,
          cancelReason: input.reason,
          cancelledBy: ctx.viewer.name,
          cancelledAt: new Date(ctx.clock.now()),
          ...owed(refundDue(before, service, refund, ctx.clock.now())),
        })
        const type = 'booking.cancelled'
        await appendEvents(tx, ctx, [bookingEvent(type, booking, before, staff, input.notify)])
        return booking
      },
      (again) => tx.booking.findUnique({ where: { accountId_id: again } }),
    ),
  )
}

async function lockForStatus(
  tx: Transaction,
  ctx: ActionContext,
  key: Key,
  to: BookingStatus,
  expectedVersion: number | null | undefined,
): Promise<Booking> {
  const booking = await lockBooking(tx, ctx, key)
  checkVersion('Booking', booking.version, expectedVersion)
  const refusal = refusedTransition(booking, to, ctx.clock.now())
  if (refusal) throw refused(refusal.code, refusal.message, refusal)
  return booking
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
    const data = await editedFields(tx, ctx, before, edit)
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
