// Booking through a link: its answers are checked, its pool is chosen from, and then it is a
// booking like any other, made by the booking room in the same transaction.

import { demand } from '../auth/viewer.ts'
import { makeBooking } from '../booking/booking.actions.ts'
import { headCount, type PartyPart } from '../booking/booking.ts'
import type { CustomerChoice } from '../booking/customer-choice.actions.ts'
import type { SlotChoice } from '../booking/slot-choice.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound, refused } from '../errors.ts'
import type { Booking, BookingLink, Service } from '../generated/prisma/client.ts'
import { readChoice, sessionAt } from './link.data.ts'
import { checkAnswers, type Choice, type Question } from './link.ts'

export type LinkBooking = {
  link: Key
  /** For whoever names it: it has to be the link's own. */
  serviceId: string | null
  startsAt: Date
  /** One of the pool; null for whoever the link chooses. */
  staffId: string | null
  customer: NonNullable<CustomerChoice['customer']>
  partySize: number | null
  party: PartyPart[]
  timeZone: string | null
  notes: string | null
  /** By question id, as they were given. */
  answers: Readonly<Record<string, unknown>>
  externalRef: string | null
  idempotencyKey: string | null
}

/**
 * Books through a link. Needs bookings:write. Refuses NOT_FOUND (also for a link that is closed),
 * VALIDATION_FAILED with an issue for each question, and whatever createBooking refuses.
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
  const link = await openLink(tx, input)
  // Rows of questions are written by this room only.
  const questions = link.questions as unknown as Question[]
  const { answers, issues } = checkAnswers(questions, input.answers)
  invalidAll(issues)
  return makeBooking(tx, ctx, {
    ...(await slotOf(tx, link, input)),
    customerId: null,
    customer: input.customer,
    partySize: input.partySize,
    party: input.party,
    timeZone: input.timeZone,
    notes: input.notes,
    externalRef: input.externalRef,
    answers: questions.length > 0 ? answers : null,
    customFields: null,
    holdId: null,
    linkId: link.id,
    source: 'LINK',
    idempotencyKey: null,
  })
}

type OpenLink = BookingLink & { service: Service }

async function openLink(tx: Transaction, { link: key, serviceId }: LinkBooking): Promise<OpenLink> {
  const { accountId, id } = key
  const link = await tx.bookingLink.findUnique({
    where: { accountId_id: { accountId, id } },
    include: { service: true },
  })
  if (!link?.active) throw notFound('BookingLink', 'linkId')
  if (serviceId !== null && serviceId !== link.serviceId) {
    throw invalid(['serviceId'], `The booking link books "${link.service.name}" and nothing else.`)
  }
  return link
}

async function slotOf(tx: Transaction, link: OpenLink, input: LinkBooking): Promise<SlotChoice> {
  const service = { accountId: link.accountId, id: link.serviceId }
  const read = transactionReader(tx)
  const choice = narrowed(link, await readChoice(read, link), input.staffId)
  const { startsAt } = input
  const none = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
  if (link.service.kind === 'APPOINTMENT') return { ...none, ...choice, service, startsAt }
  const heads = headCount(input.partySize, input.party)
  const sessionId = await sessionAt(read, service, startsAt, heads, choice.staffIds)
  if (sessionId) return { ...none, service, startsAt: null, sessionId }
  const message = `No session of "${link.service.name}" starts at ${startsAt.toISOString()}.`
  throw refused('OUTSIDE_AVAILABILITY', message, { path: ['startsAt'] })
}

/** The choice of whoever wants a certain staff member. */
function narrowed(link: OpenLink, choice: Choice, staffId: string | null): Choice {
  if (staffId === null) return choice
  const { staffIds, assign } = choice
  if (staffIds && !staffIds.includes(staffId)) {
    const sentence = `The booking link "${link.title}" books with nobody of this id.`
    throw refused('NOT_FOUND', sentence, { path: ['staffId'] })
  }
  return assign === 'TOGETHER' ? choice : { staffIds: [staffId], assign }
}
