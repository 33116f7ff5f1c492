// Booking through a link: its answers are checked and routed, its pool is chosen from, and then it
// is a booking like any other, made by the booking room in the same transaction.

import { demand } from '../auth/viewer.ts'
import { makeBooking } from '../booking/booking.actions.ts'
import { headCount, type PartyPart } from '../booking/booking.ts'
import type { CustomerChoice } from '../booking/customer-choice.actions.ts'
import type { SlotChoice } from '../booking/slot-choice.ts'
import type { ActionContext } from '../context.ts'
import { idempotent } from '../db/idempotency.ts'
import type { Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound, refused } from '../errors.ts'
import type { Booking, BookingLink, Service } from '../generated/prisma/client.ts'
import { isClosed, readChoice, servicesOf, sessionAt } from './link.data.ts'
import { rulesOf, windowOfRow } from './link-terms.data.ts'
import { windowOf } from './link-window.ts'
import { checkAnswers, withOne, type Choice } from './link.ts'
import { routeBy, type Routing } from './routing.ts'

export type LinkBooking = {
  link: Key
  /** One of the link's; null for the first, or for where the answers lead. */
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
 * Books through a link. Needs bookings:write. Refuses NOT_FOUND (also for a link that is closed,
 * run out or used up), VALIDATION_FAILED with an issue for each question, ROUTING_REJECTED in the
 * words of the rule, and whatever createBooking refuses.
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
  const link = await openLink(tx, ctx, input)
  const { questions, routing: rules } = rulesOf(link)
  const { answers, issues } = checkAnswers(questions, input.answers)
  invalidAll(issues)
  const routing = routeBy(rules, answers)
  if (routing.reject !== null) {
    throw refused('ROUTING_REJECTED', routing.reject, { path: ['answers'] })
  }
  const service = await serviceOf(tx, link, routing, input.serviceId)
  const booking = await makeBooking(tx, ctx, {
    ...(await slotOf(tx, link, service, routing, input)),
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
  if (link.maxBookings !== null) {
    const where = { accountId_id: { accountId: link.accountId, id: link.id } }
    await tx.bookingLink.update({ where, data: { bookedCount: { increment: 1 } } })
  }
  return booking
}

/** A link that can be used so often only is used by one at a time. */
async function openLink(
  tx: Transaction,
  { clock }: ActionContext,
  { link: key }: LinkBooking,
): Promise<BookingLink> {
  const where = { accountId_id: { accountId: key.accountId, id: key.id } }
  let link = await tx.bookingLink.findUnique({ where })
  if (link && link.maxBookings !== null) {
    await lockRow(tx, 'BookingLink', key)
    link = await tx.bookingLink.findUnique({ where })
  }
  if (!link || isClosed(link, clock.now())) throw notFound('BookingLink', 'linkId')
  return link
}

/** Where the answers lead, else what was asked for, else the link's first service. */
async function serviceOf(
  tx: Transaction,
  link: BookingLink,
  routing: Routing,
  asked: string | null,
): Promise<Service> {
  const { accountId } = link
  const at = (id: string) =>
    tx.service.findUniqueOrThrow({ where: { accountId_id: { accountId, id } } })
  const led = routing.serviceId
  if (asked === null || asked === led) return at(led ?? link.serviceId)
  const [own = []] = led === null ? await servicesOf(transactionReader(tx), [link]) : [[led]]
  if (own.includes(asked)) return at(asked)
  const { name } = await at(led ?? link.serviceId)
  const message =
    led === null && own.length > 1
      ? 'The booking link does not book this service.'
      : `The booking link books "${name}" and nothing else${led === null ? '' : ' by these answers'}.`
  throw invalid(['serviceId'], message)
}

async function slotOf(
  tx: Transaction,
  link: BookingLink,
  { accountId, id, kind, name }: Service,
  routing: Routing,
  input: LinkBooking,
): Promise<SlotChoice> {
  const service = { accountId, id }
  const read = transactionReader(tx)
  const own = await readChoice(read, { ...link, serviceId: id }, routing)
  const choice = narrowed(link, own, input.staffId)
  const { startsAt } = input
  const window = windowOf(windowOfRow(link))
  const none = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
  if (kind === 'APPOINTMENT') return { ...none, ...choice, window, service, startsAt }
  const heads = headCount(input.partySize, input.party)
  const sessionId = await sessionAt(read, service, startsAt, heads, choice.staffIds)
  if (sessionId) return { ...none, window, service, startsAt: null, sessionId }
  const message = `No session of "${name}" starts at ${startsAt.toISOString()}.`
  throw refused('OUTSIDE_AVAILABILITY', message, { path: ['startsAt'] })
}

/** The choice of whoever wants a certain staff member. */
function narrowed(link: BookingLink, own: Choice, staffId: string | null): Choice {
  const choice = withOne(own, staffId)
  if (choice) return choice
  const sentence = `The booking link "${link.title}" books with nobody of this id.`
  throw refused('NOT_FOUND', sentence, { path: ['staffId'] })
}
