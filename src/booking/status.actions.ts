// What happens to a booking in its life: confirmed, declined, attended or not, cancelled, edited.

import { vacate } from '../availability/occupancy.data.ts'
import { changeSeats, takeSeats } from '../availability/seats.data.ts'
import { demand, may, Forbidden } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll, refused } from '../errors.ts'
import { changesBetween, type Notify } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type Booking } from '../generated/prisma/client.ts'
import {
  chargeable,
  headCount,
  partyIssues,
  refundDue,
  refusedEdit,
  refusedTransition,
  type BookingStatus,
  type PartyPart,
  type Refund,
} from './booking.ts'
import { bookingEvent, changeBooking, lockBooking, staffOf } from './booking.data.ts'

const eventOfStatus = {
  CONFIRMED: 'booking.confirmed',
  DECLINED: 'booking.declined',
  COMPLETED: 'booking.completed',
  NO_SHOW: 'booking.no_show',
} as const

/**
 * Confirms, declines, completes or marks as not shown. Needs bookings:write. Refuses NOT_FOUND,
 * VERSION_CONFLICT, ILLEGAL_TRANSITION, ALREADY_CANCELLED.
 */
export async function setBookingStatus(
  ctx: ActionContext,
  key: Key,
  status: keyof typeof eventOfStatus,
  input: { reason?: string | null; expectedVersion?: number | null; notify?: Notify } = {},
): Promise<Booking> {
  demand(ctx.viewer, key.accountId, ['bookings:write'], 'Booking', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockForStatus(tx, ctx, key, status, input.expectedVersion)
    const staff = (await staffOf(tx, [before])).get(before.id) ?? []
    if (status === 'DECLINED') await giveBack(tx, before)
    const booking = await changeBooking(tx, ctx, key, {
      status,
      ...(status === 'DECLINED' && { cancelReason: input.reason ?? null }),
    })
    const type = eventOfStatus[status]
    await appendEvents(tx, ctx, [bookingEvent(type, booking, before, staff, input.notify)])
    return booking
  })
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
          cancelReason: input.reason,
          cancelledBy: ctx.viewer.name,
          cancelledAt: new Date(ctx.clock.now()),
          refundDueMinor: refundDue(before, service, refund, ctx.clock.now()),
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

async function giveBack(tx: Transaction, booking: Booking): Promise<void> {
  const { accountId, id, sessionId, partySize } = booking
  await vacate(tx, { accountId, by: 'bookingId', id })
  if (sessionId) await changeSeats(tx, { accountId, id: sessionId }, 'seatsTaken', -partySize)
}

/** What may be edited in place; what is left out (undefined) stays, null clears. */
export type Edit = {
  notes?: string | null
  externalRef?: string | null
  customFields?: Prisma.InputJsonObject | null
  partySize?: number | null
  party?: PartyPart[] | null
  priceMinor?: number | null
  expectedVersion?: number | null
  notify?: Notify
}

/**
 * Edits a booking in place. Needs bookings:write, for the price also payments:write. Refuses
 * NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT, ALREADY_CANCELLED, ILLEGAL_TRANSITION,
 * NO_CAPACITY, LIMIT_REACHED.
 */
export async function updateBooking(ctx: ActionContext, key: Key, edit: Edit): Promise<Booking> {
  const { accountId } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'Booking', 'id')
  if (edit.priceMinor !== undefined && !may(ctx.viewer, accountId, ['payments:write'])) {
    throw new Forbidden(['payments:write'])
  }
  return transaction(ctx.db, async (tx) => {
    const before = await lockBooking(tx, ctx, key)
    checkVersion('Booking', before.version, edit.expectedVersion)
    const refusal = refusedEdit(before, false)
    if (refusal) throw refused(refusal.code, refusal.message, refusal)
    const data = { ...wordsOf(edit), ...(await resize(tx, ctx, before, edit)) }
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

function wordsOf(edit: Edit): Prisma.BookingUncheckedUpdateInput {
  if ((edit.externalRef?.length ?? 0) > 255) {
    throw invalid(['externalRef'], 'An external reference has at most 255 characters.')
  }
  if ((edit.priceMinor ?? 0) < 0) throw invalid(['price'], 'A price is not below 0.')
  const data: Prisma.BookingUncheckedUpdateInput = {}
  if (edit.notes !== undefined) data.notes = edit.notes
  if (edit.externalRef !== undefined) data.externalRef = edit.externalRef
  if (edit.priceMinor !== undefined) data.priceMinor = edit.priceMinor
  if (edit.customFields !== undefined) data.customFields = edit.customFields ?? Prisma.DbNull
  return data
}

// Seats follow the party: who leaves gives theirs back, who comes needs some.
async function resize(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  edit: Edit,
): Promise<Prisma.BookingUncheckedUpdateInput> {
  if (edit.party == null && edit.partySize == null) return {}
  const { accountId, serviceId, sessionId } = before
  const categories = await tx.partyCategory.findMany({ where: { accountId } })
  const parts = edit.party ?? []
  invalidAll(
    partyIssues(
      edit.partySize,
      parts,
      categories.map(({ code }) => code),
    ),
  )
  const partySize = headCount(edit.partySize, parts)
  const session = sessionId ? { accountId, id: sessionId } : null
  if (session && partySize > before.partySize) {
    const own = { ownSeats: before.partySize, bookingId: before.id }
    await takeSeats(tx, ctx, { session, partySize, ...own }, 'TAKEN')
  } else if (session) {
    await changeSeats(tx, session, 'seatsTaken', partySize - before.partySize)
  } else {
    const service = await tx.service.findUniqueOrThrow({
      where: { accountId_id: { accountId, id: serviceId } },
    })
    if (partySize < service.minParty || partySize > service.maxParty) {
      throw refused(
        'LIMIT_REACHED',
        `"${service.name}" takes parties of ${service.minParty} to ${service.maxParty}.`,
        { path: ['partySize'] },
      )
    }
  }
  const perHead = session && before.priceMinor !== null && edit.priceMinor === undefined
  return {
    partySize,
    party: parts.length > 0 ? parts : Prisma.DbNull,
    ...(perHead && {
      priceMinor: chargeable(Math.round(((before.priceMinor ?? 0) * partySize) / before.partySize)),
    }),
  }
}
