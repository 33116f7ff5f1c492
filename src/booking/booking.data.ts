// Reads and writes of bookings that several actions share.

import { randomBytes } from 'node:crypto'
import { vacate } from '../availability/occupancy.data.ts'
import { changeSeats, lockSession } from '../availability/seats.data.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { insertNew } from '../db/insert.ts'
import { lockRow } from '../db/lock.ts'
import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { checkVersion, notFound, refused } from '../errors.ts'
import { changesBetween, type NewEvent, type Notify } from '../events/event.ts'
import { Prisma, type Booking } from '../generated/prisma/client.ts'
import { bookingNumber, refusedTransition, type BookingStatus } from './booking.ts'
import { toldBookingFields, type BookingEventType } from './booking.events.ts'

/**
 * Locks the booking until the transaction ends. The session it has seats in, and the one it may go
 * to, are locked before it, in one order, as everywhere. Throws NOT_FOUND.
 */
export async function lockBooking(
  tx: Transaction,
  ctx: ActionContext,
  key: Key,
  toSessionId: string | null = null,
): Promise<Booking> {
  const { accountId, id } = key
  const where = { accountId_id: { accountId, id } }
  const seen = await tx.booking.findUnique({ where })
  const sessionIds = new Set([seen?.sessionId, toSessionId].filter((each) => each != null))
  for (const sessionId of [...sessionIds].toSorted()) {
    await lockSession(tx, ctx, { accountId, id: sessionId })
  }
  await lockRow(tx, 'Booking', key)
  const booking = await tx.booking.findUnique({ where })
  if (!booking) throw notFound('Booking', 'id')
  return booking
}

/** Locks a booking that is to become `to`; refuses what may not, or is not of that version. */
export async function lockForStatus(
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

/** Locks bookings in one order and reads them as they are then, soonest first. */
export async function lockBookings(
  tx: Transaction,
  accountId: string,
  seen: readonly Key[],
): Promise<Booking[]> {
  const ids = seen.map(({ id }) => id)
  await tx.$executeRaw`SELECT 1 FROM "Booking"
    WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${ids}::uuid[]) ORDER BY "id" FOR UPDATE`
  return tx.booking.findMany({
    where: { accountId, id: { in: ids } },
    orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
  })
}

/** A booking to be written: all but its number. */
export type NewBookingRow = Omit<Prisma.BookingUncheckedCreateInput, 'number'>

/** Inserts a booking under a number that its account has not given out yet. */
export async function insertBooking(tx: Transaction, booking: NewBookingRow): Promise<Booking> {
  const [row] = await insertBookings(tx, [booking])
  return row as Booking
}

/** Inserts bookings, in this order, each under a number that is not given out yet. */
export async function insertBookings(
  tx: Transaction,
  bookings: readonly NewBookingRow[],
): Promise<Booking[]> {
  const made = new Map<string, Booking>()
  let open = bookings
  while (open.length > 0) {
    const numbered = open.map((row) => ({ ...row, number: bookingNumber(randomBytes(7)) }))
    const rows = await insertNew<Booking>(tx, 'Booking', numbered)
    for (const row of rows) made.set(row.id, row)
    open = open.filter(({ id }) => !made.has(id))
  }
  return bookings.flatMap(({ id }) => made.get(id) ?? [])
}

/** Changes a locked booking: one version up, in the same row. */
export function changeBooking(
  tx: Transaction,
  ctx: ActionContext,
  key: Key,
  data: Prisma.BookingUncheckedUpdateInput,
): Promise<Booking> {
  return tx.booking.update({
    where: { accountId_id: { accountId: key.accountId, id: key.id } },
    data: { ...data, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
  })
}

/** What is kept of whom to tell: whether the customer is reminded and thanked, if that was said. */
export function keptOf(notify: Notify | undefined) {
  const { reminders, thanks } = notify ?? {}
  return {
    ...(reminders !== undefined && { reminds: reminders }),
    ...(thanks !== undefined && { thanks }),
  }
}

/** Frees what a locked booking has taken: its time, or its seats. */
export async function giveBack(tx: Transaction, booking: Booking): Promise<void> {
  const { accountId, id, sessionId, partySize } = booking
  await vacate(tx, { accountId, by: 'bookingId', id })
  if (sessionId) await changeSeats(tx, { accountId, id: sessionId }, 'seatsTaken', -partySize)
}

/**
 * Everybody who does these bookings, by booking id, the lead first; after a booking ended, those
 * who would have.
 */
export async function staffOf(
  tx: Transaction,
  bookings: readonly Booking[],
): Promise<Map<string, string[]>> {
  const rows = await transactionReader(tx)<{ id: string; staffIds: string[] }>(Prisma.sql`
    SELECT b."id"::text AS "id",
      array_agg(coalesce(o."staffId", j."staffId")::text ORDER BY o."position", j."position")
        AS "staffIds"
    FROM unnest(${bookings.map(({ accountId }) => accountId)}::uuid[],
        ${bookings.map(({ id }) => id)}::uuid[],
        ${bookings.map(({ sessionId }) => sessionId)}::uuid[]) b("accountId", "id", "sessionId")
      LEFT JOIN "Occupancy" o ON o."accountId" = b."accountId" AND o."bookingId" = b."id"
        AND o."staffId" IS NOT NULL
      LEFT JOIN "SessionStaff" j ON j."accountId" = b."accountId" AND j."sessionId" = b."sessionId"
    WHERE o."staffId" IS NOT NULL OR j."staffId" IS NOT NULL
    GROUP BY b."id"`)
  return new Map(rows.map(({ id, staffIds }) => [id, staffIds]))
}

/**
 * The event of a booking's change, with what changed. `staffIds` are all who do it, or did;
 * `notify` goes with it to whoever sends notices.
 */
export function bookingEvent(
  type: BookingEventType,
  booking: Booking,
  before: Booking | null,
  staffIds: readonly string[],
  notify?: Notify | null,
): NewEvent {
  // Whoever watches the staff member that lost the booking must hear of it too.
  const leads = [booking.staffId, before?.staffId].filter((id) => id != null)
  const staff = new Set([...staffIds, ...leads])
  return {
    type,
    accountId: booking.accountId,
    subjectType: 'Booking',
    subjectId: booking.id,
    subjectVersion: booking.version,
    about: {
      bookingId: booking.id,
      serviceId: booking.serviceId,
      staffIds: [...staff],
      customerId: booking.customerId,
      sessionId: booking.sessionId,
      linkId: booking.linkId,
      ...(notify && { notify }),
    },
    changes: changesBetween(before, booking, toldBookingFields),
  }
}
