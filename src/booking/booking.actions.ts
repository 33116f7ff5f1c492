// Making bookings. One transaction: the place is taken, the row written, the event appended, or
// nothing of it.

import { demandManager } from '../availability/as-manager.ts'
import type { SeenPlace } from '../availability/place.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { idempotent, isClaimed, type Once } from '../db/idempotency.ts'
import { newId } from '../db/id.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, Refused } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { isTimeZone } from '../time/zone.ts'
import { bookAtOnce } from './at-once.actions.ts'
import { headCount, partyIssues } from './booking.ts'
import { bookingEvent, insertBooking } from './booking.data.ts'
import { customerFor } from './customer-choice.actions.ts'
import { lockLiveHold, useHold } from './hold.data.ts'
import { bookingRow, type NewBooking } from './new-booking.actions.ts'
import { wantedTime } from './slot-choice.ts'
import { takeSeen, takeTime, type Taken } from './take.data.ts'

/**
 * Makes a booking. Needs bookings:write; as a manager also availability:write. Refuses NOT_FOUND,
 * VALIDATION_FAILED, SLOT_TAKEN, OUTSIDE_AVAILABILITY, TOO_SOON, TOO_LATE, NO_CAPACITY,
 * LIMIT_REACHED, HOLD_EXPIRED, IDEMPOTENCY_CONFLICT.
 */
export async function createBooking(ctx: ActionContext, input: NewBooking): Promise<Booking> {
  const { accountId } = input.service
  demandBooking(ctx, input)
  const once = { accountId, key: input.idempotencyKey, operation: 'createBooking', input }
  return lookingFirst(ctx, input, once, async (seen) => {
    const booked = seen && (await bookAtOnce(ctx, input, once, seen))
    if (booked) return booked
    return transaction(ctx.db, (tx) =>
      idempotent(
        tx,
        ctx,
        once,
        () => makeBooking(tx, ctx, input, seen),
        (key) => tx.booking.findUnique({ where: { accountId_id: key } }),
      ),
    )
  })
}

/** Refuses to go on unless the caller may make this booking. */
export function demandBooking({ viewer }: ActionContext, { service, asManager }: NewBooking): void {
  demand(viewer, service.accountId, ['bookings:write'], 'Service', 'serviceId')
  demandManager(viewer, service.accountId, asManager)
}

/**
 * Does `make` with the place of an appointment as it is seen free; what is seen taken, or cannot be
 * asked for, is refused without a transaction.
 */
async function lookingFirst(
  ctx: ActionContext,
  input: NewBooking,
  once: Once,
  make: (seen: SeenPlace | null) => Promise<Booking>,
): Promise<Booking> {
  // Seats and holds are judged under their lock.
  if (input.holdId || input.sessionId) return make(null)
  try {
    await checkWords(ctx.db.prisma, input)
    const wanted = wantedTime(input)
    if (wanted.kind !== 'PLACE') return await make(null)
    const partySize = headCount(input.partySize, input.party)
    return await takeSeen(ctx, { ...wanted.place, partySize }, make)
  } catch (error) {
    // What was done before is answered again, also when it is what has taken the place. The key is
    // read after the place, so whoever took it under this key is known by now.
    if (error instanceof Refused && (await isClaimed(ctx, once))) return make(null)
    throw error
  }
}

/** Characters of the free fields of a booking, each as JSON. */
const longestJson = 20_000

/** Refuses what is wrong with the words of an input, whatever its time. */
export async function checkWords(tx: Transaction, input: NewBooking): Promise<void> {
  if (input.timeZone && !isTimeZone(input.timeZone)) {
    throw invalid(['timeZone'], `"${input.timeZone}" is no IANA time zone.`)
  }
  if ((input.externalRef?.length ?? 0) > 255) {
    throw invalid(['externalRef'], 'An external reference has at most 255 characters.')
  }
  for (const field of ['customFields', 'answers'] as const) {
    if (JSON.stringify(input[field] ?? null).length <= longestJson) continue
    throw invalid([field], `As JSON, ${field} has more than ${longestJson} characters.`)
  }
  if (!input.customerId === !input.customer) {
    throw invalid(['customerId'], 'Name the customer by customerId or describe one in customer.')
  }
  const { accountId } = input.service
  const isNamed = input.party.length > 0
  const categories = isNamed ? await tx.partyCategory.findMany({ where: { accountId } }) : []
  const codes = categories.map(({ code }) => code)
  invalidAll(partyIssues(input.partySize, input.party, codes))
}

/** Makes a booking in a transaction that asks for more than this; the caller checked the rights. */
export async function makeBooking(
  tx: Transaction,
  ctx: ActionContext,
  input: NewBooking,
  seen: SeenPlace | null = null,
): Promise<Booking> {
  const { accountId } = input.service
  const id = newId()
  if (!seen) await checkWords(tx, input)
  const partySize = headCount(input.partySize, input.party)
  const taken = input.holdId
    ? await takeFromHold(tx, ctx, input, id)
    : await takeTime(tx, ctx, input, { partySize, id }, seen)
  const customer = await customerFor(tx, ctx, accountId, input)
  const booking = await insertBooking(tx, bookingRow(ctx, input, id, taken, customer))
  const events = [bookingEvent('booking.created', booking, null, taken.staffIds, input.notify)]
  await appendEvents(tx, ctx, events)
  return booking
}

// A hold was judged when it was placed; what it keeps is kept, also when notice has run out since.
async function takeFromHold(
  tx: Transaction,
  ctx: ActionContext,
  input: NewBooking,
  bookingId: string,
): Promise<Taken> {
  const { accountId } = input.service
  const key = { accountId, id: input.holdId ?? '' }
  const hold = await lockLiveHold(tx, ctx, key, 'holdId')
  const differs = (field: string, is: string) =>
    invalid([field], `The hold is for ${is}; leave ${field} out or say the same.`)
  if (hold.serviceId !== input.service.id) throw differs('serviceId', 'another service')
  if (input.startsAt && input.startsAt.getTime() !== hold.startsAt.getTime()) {
    throw differs('startsAt', hold.startsAt.toISOString())
  }
  if (input.sessionId && input.sessionId !== hold.sessionId) {
    throw differs('sessionId', 'another time')
  }
  if (input.durationMinutes !== null) throw differs('durationMinutes', 'a length of its own')
  if (input.resourceId !== null) throw differs('resourceId', 'resources of its own')
  const heads = headCount(input.partySize ?? hold.partySize, input.party)
  if (heads !== hold.partySize) throw differs('partySize', `${hold.partySize}`)
  const staffIds = await useHold(tx, hold, bookingId)
  if (input.staffId && !staffIds.includes(input.staffId)) {
    throw differs('staffId', 'another staff member')
  }
  const service = await tx.service.findUniqueOrThrow({
    where: { accountId_id: input.service },
    include: { account: true, staff: true },
  })
  const staff = service.staff.map((member) => ({
    ...member,
    id: member.staffId,
    timeZone: null,
    dailyLimit: null,
  }))
  const { sessionId, startsAt, endsAt, partySize } = hold
  return { facts: { ...service, staff }, staffIds, sessionId, startsAt, endsAt, partySize }
}
