// Booking through a link: its answers are checked and routed, its pool is chosen from, and then it
// is a booking like any other, made by the booking room in the same transaction.

import { demand } from '../auth/viewer.ts'
import { makeBooking } from '../booking/booking.actions.ts'
import type { CustomerChoice } from '../booking/customer-choice.actions.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll, refused } from '../errors.ts'
import type { Booking } from '../generated/prisma/client.ts'
import { keptSlot, openLink, serviceOf, slotOf, type LinkSlot } from './link-slot.actions.ts'
import { rulesOf } from './link-terms.data.ts'
import { checkAnswers } from './link.ts'
import { routeBy } from './routing.ts'

export type LinkBooking = LinkSlot & {
  /** What createLinkHold kept; null takes what is free. */
  holdId: string | null
  customer: NonNullable<CustomerChoice['customer']>
  timeZone: string | null
  notes: string | null
  /** By question id, as they were given. */
  answers: Readonly<Record<string, unknown>>
  externalRef: string | null
  idempotencyKey: string | null
}

/**
 * Books through a link. Needs bookings:write. Refuses NOT_FOUND (also for a link that is closed,
 * run out or used up), VALIDATION_FAILED with an issue for each question, ROUTING_REJECTED in the
 * words of the rule, and whatever createBooking refuses; LIMIT_REACHED also when what is left of
 * its uses is kept for others.
 */
export async function createLinkBooking(ctx: ActionContext, input: LinkBooking): Promise<Booking> {
  const { accountId } = input.link
  demand(ctx.viewer, accountId, ['bookings:write'], 'BookingLink', 'linkId')
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: input.idempotencyKey, operation: 'createLinkBooking', input },
      () => bookThrough(tx, ctx, input),
      (key) => tx.booking.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function bookThrough(
  tx: Transaction,
  ctx: ActionContext,
  input: LinkBooking,
): Promise<Booking> {
  const { holdId } = input
  const link = await openLink(tx, ctx, input.link, holdId)
  const { questions, routing: rules } = rulesOf(link)
  const { answers, issues } = checkAnswers(questions, input.answers)
  invalidAll(issues)
  const routing = routeBy(rules, answers)
  if (routing.reject !== null) {
    throw refused('ROUTING_REJECTED', routing.reject, { path: ['answers'] })
  }
  const service = await serviceOf(tx, link, routing, input.serviceId)
  const slot =
    holdId === null
      ? await slotOf(tx, link, service, routing, input)
      : await keptSlot(tx, link, service, routing, { ...input, holdId })
  const booking = await makeBooking(tx, ctx, {
    ...slot,
    customerId: null,
    customer: input.customer,
    partySize: input.partySize,
    party: input.party,
    timeZone: input.timeZone,
    notes: input.notes,
    externalRef: input.externalRef,
    answers: questions.length > 0 ? answers : null,
    customFields: null,
    holdId,
    linkId: link.id,
    source: 'LINK',
    idempotencyKey: null,
  })
  if (link.maxBookings !== null) {
    const where = { accountId_id: { accountId: link.accountId, id: link.id } }
    await tx.bookingLink.update({ where, data: { bookedCount: { increment: 1 } } })
  }
  return booking
}
