// A booking that is to be made: what is asked for, and the row that it becomes.

import { depositOf, priceWith } from '../availability/price.ts'
import type { ActionContext } from '../context.ts'
import type { Notify } from '../events/event.ts'
import { Prisma, type BookingSource, type Customer } from '../generated/prisma/client.ts'
import { MINUTE } from '../time/instant.ts'
import { chargeable, type PartyPart } from './booking.ts'
import type { NewBookingRow } from './booking.data.ts'
import type { CustomerChoice } from './customer-choice.actions.ts'
import type { SlotChoice } from './slot-choice.ts'
import type { Taken } from './take.data.ts'

export type NewBooking = SlotChoice &
  CustomerChoice & {
    partySize: number | null
    party: PartyPart[]
    holdId: string | null
    linkId: string | null
    timeZone: string | null
    notes: string | null
    answers: Prisma.InputJsonValue | null
    customFields: Prisma.InputJsonObject | null
    externalRef: string | null
    source: BookingSource
    /** Whether it is approved; as the service says when left out. */
    confirmed?: boolean
    /** Whom to tell; everybody when left out. */
    notify?: Notify
    idempotencyKey: string | null
  }

/** What is written of a new booking whose place is taken. */
export function bookingRow(
  ctx: ActionContext,
  input: NewBooking,
  id: string,
  taken: Taken,
  customer: Pick<Customer, 'id' | 'timeZone'>,
): NewBookingRow {
  const { facts, staffIds, ...place } = taken
  const now = new Date(ctx.clock.now())
  const priceMinor = priceOf(facts, staffIds[0], place.partySize)
  const isApproved = input.confirmed ?? !facts.requiresConfirmation
  // Whoever books as a manager knows why they do without.
  const depositMinor = input.asManager ? 0 : depositOf(facts, priceMinor, place.partySize)
  return {
    ...place,
    accountId: input.service.accountId,
    id,
    staffId: staffIds[0] ?? null,
    status: isApproved && depositMinor === 0 ? 'CONFIRMED' : 'PENDING',
    serviceId: input.service.id,
    customerId: customer.id,
    linkId: input.linkId,
    timeZone: input.timeZone ?? customer.timeZone ?? facts.account.timeZone,
    party: input.party.length > 0 ? input.party : Prisma.DbNull,
    priceMinor,
    depositMinor,
    needsApproval: !isApproved,
    payBy: depositMinor > 0 ? payBy(facts.payWithinMinutes, place.startsAt, now) : null,
    currency: facts.account.currency,
    source: input.source,
    createdBy: ctx.viewer.name,
    externalRef: input.externalRef,
    notes: input.notes,
    answers: input.answers ?? Prisma.DbNull,
    customFields: input.customFields ?? Prisma.DbNull,
    reminds: input.notify?.reminders ?? true,
    thanks: input.notify?.thanks ?? true,
    createdAt: now,
    updatedAt: now,
  }
}

// Nobody waits for money beyond the start; what has begun is no different from what starts later.
function payBy(withinMinutes: number, startsAt: Date, now: Date): Date {
  const until = now.getTime() + withinMinutes * MINUTE
  return new Date(startsAt > now ? Math.min(until, startsAt.getTime()) : until)
}

function priceOf(facts: Taken['facts'], leadId: string | undefined, heads: number): number | null {
  const price = priceWith(facts, leadId, heads)
  return price === null ? null : chargeable(price)
}
