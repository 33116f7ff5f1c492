// Moving bookings in time and to other staff. The booking keeps its id and number.

import { demandManager } from '../availability/as-manager.ts'
import { loadServiceFacts } from '../availability/facts.data.ts'
import { keptMinutes } from '../availability/kept-length.ts'
import { lockOccupants, vacate } from '../availability/occupancy.data.ts'
import { lockLimits } from '../availability/place.data.ts'
import { changeSeats } from '../availability/seats.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, Refused, refused } from '../errors.ts'
import { changesBetween, type Notify } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { DAY } from '../time/instant.ts'
import { refusedEdit } from './booking.ts'
import { bookingEvent, changeBooking, keptOf, lockBooking, staffOf } from './booking.data.ts'
import type { SlotChoice } from './slot-choice.ts'
import { takeTime, type Taken } from './take.data.ts'

export type Move = Omit<SlotChoice, 'service'> & {
  expectedVersion: number | null
  notify?: Notify
}

/**
 * Moves a booking in time, or with no start to other staff: same id, same number, one version up.
 * Needs bookings:write. Who and what is not named stays, if free; a move that changes nothing is
 * none. Refuses as createBooking does, and VERSION_CONFLICT, ILLEGAL_TRANSITION, ALREADY_CANCELLED.
 */
export async function rescheduleBooking(
  ctx: ActionContext,
  key: Key,
  move: Move,
): Promise<Booking> {
  demand(ctx.viewer, key.accountId, ['bookings:write'], 'Booking', 'id')
  demandManager(ctx.viewer, key.accountId, move.asManager)
  return transaction(ctx.db, async (tx) => {
    const before = await lockBooking(tx, ctx, key, move.sessionId)
    checkVersion('Booking', before.version, move.expectedVersion)
    const refusal = refusedEdit(before, true)
    if (refusal) throw refused(refusal.code, refusal.message, refusal)
    const left = (await staffOf(tx, [before])).get(before.id) ?? []
    const rooms = await roomsOf(tx, before)
    const taken = before.sessionId
      ? await moveSeats(tx, ctx, before, move)
      : await movePlace(tx, ctx, before, { staffIds: left, resourceIds: rooms }, move)
    const moves = changesBetween(
      { ...before, staffIds: left, resourceIds: rooms },
      { ...taken, resourceIds: await roomsOf(tx, before) },
      ['startsAt', 'endsAt', 'sessionId', 'staffIds', 'resourceIds'],
    )
    if (moves.length === 0) return before
    const booking = await changeBooking(tx, ctx, key, {
      startsAt: taken.startsAt,
      endsAt: taken.endsAt,
      sessionId: taken.sessionId,
      staffId: taken.staffIds[0] ?? null,
      ...keptOf(move.notify),
    })
    const moved = before.startsAt.getTime() !== booking.startsAt.getTime()
    const type = moved || before.sessionId ? 'booking.rescheduled' : 'booking.updated'
    const staff = [...taken.staffIds, ...left]
    const event = bookingEvent(type, booking, before, staff, move.notify)
    const others = moves.filter(({ field }) => field === 'resourceIds')
    await appendEvents(tx, ctx, [{ ...event, changes: [...(event.changes ?? []), ...others] }])
    return booking
  })
}

type Occupants = { staffIds: readonly string[]; resourceIds: readonly string[] }

/** The resources that an appointment occupies, in the order of what it requires. */
async function roomsOf(tx: Transaction, { accountId, id }: Booking): Promise<string[]> {
  const rows = await tx.occupancy.findMany({
    where: { accountId, bookingId: id, active: true, resourceId: { not: null } },
    orderBy: [{ position: 'asc' }, { id: 'asc' }],
  })
  return rows.flatMap(({ resourceId }) => resourceId ?? [])
}

async function movePlace(
  tx: Transaction,
  ctx: ActionContext,
  before: Booking,
  occupants: Occupants,
  move: Move,
): Promise<Taken> {
  const { accountId, id } = before
  const service = { accountId, id: before.serviceId }
  const startsAt = move.startsAt ?? before.startsAt
  await lockEverybody(tx, before, startsAt)
  await vacate(tx, { accountId, by: 'bookingId', id })
  const durationMinutes = move.durationMinutes ?? keptMinutes(before)
  const choice: SlotChoice = { ...move, service, startsAt, sessionId: null, durationMinutes }
  const taken = await takeFirst(tx, ctx, before, choices(choice, occupants))
  // Rows that are not active say who was assigned when a booking ended, not where it once was.
  await tx.occupancy.deleteMany({ where: { accountId, bookingId: id, active: false } })
  return taken
}

// Two who swap places must not wait for each other: everybody who can be involved, in one order,
// and daily limits before any time is freed, as whoever books does.
async function lockEverybody(tx: Transaction, booking: Booking, startsAt: Date): Promise<void> {
  const { accountId, serviceId, number } = booking
  const fromDay = Math.floor(startsAt.getTime() / DAY) - 1
  const read = transactionReader(tx)
  const found = await loadServiceFacts(read, [{ accountId, id: serviceId }], fromDay)
  const facts = found.get(serviceId)
  if (!facts) {
    const message = `The service of booking ${number} is archived, so it is offered at no time.`
    throw refused('OUTSIDE_AVAILABILITY', message, { accountId })
  }
  await lockLimits(tx, facts)
  await lockOccupants(tx, [
    ...facts.staff.map(({ id }) => id),
    ...facts.resources.map(({ id }) => id),
  ])
}

// Who is not named stays: several stay together, one gives way to whoever is free. So do rooms.
function choices(choice: SlotChoice, { staffIds, resourceIds }: Occupants): SlotChoice[] {
  const byStaff = choice.staffId ? [choice] : staffChoices(choice, staffIds)
  if (choice.resourceId || resourceIds.length === 0) return byStaff
  return byStaff.flatMap((each) => [{ ...each, resourceIds }, each])
}

function staffChoices(choice: SlotChoice, staffIds: readonly string[]): SlotChoice[] {
  const [only, ...others] = staffIds
  if (only === undefined) return [choice]
  if (others.length > 0) return [{ ...choice, staffIds, assign: 'TOGETHER' }]
  return [{ ...choice, staffId: only }, choice]
}

async function takeFirst(
  tx: Transaction,
  ctx: ActionContext,
  booking: Booking,
  [first, ...others]: SlotChoice[],
): Promise<Taken> {
  try {
    return await takeTime(tx, ctx, first as SlotChoice, booking)
  } catch (error) {
    if (others.length === 0 || !(error instanceof Refused)) throw error
    return takeFirst(tx, ctx, booking, others)
  }
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
