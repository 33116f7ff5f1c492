// What is booked or kept through a link: the link while it is open, the service, and with whom.
// Used within the transactions of those who book and keep.

import { headCount, type PartyPart } from '../booking/booking.ts'
import type { SlotChoice } from '../booking/slot-choice.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { invalid, notFound, refused } from '../errors.ts'
import type { BookingLink, Hold, Service } from '../generated/prisma/client.ts'
import { holdsThrough, isClosed, lockLink, readChoice, servicesOf, sessionAt } from './link.data.ts'
import { windowOfRow } from './link-terms.data.ts'
import { windowOf } from './link-window.ts'
import { withOne, type Choice } from './link.ts'
import type { Routing } from './routing.ts'

export type LinkSlot = {
  link: Key
  /** One of the link's; null for the first, or for where the answers lead. */
  serviceId: string | null
  startsAt: Date
  /** One of the pool; null for whoever the link chooses. */
  staffId: string | null
  partySize: number | null
  party: PartyPart[]
}

/**
 * The link; one that can be used so often only is used by one at a time, and no more often than
 * what is kept through it leaves. `own` is the hold that does not count.
 */
export async function openLink(
  tx: Transaction,
  { clock }: ActionContext,
  key: Key,
  own: string | null,
): Promise<BookingLink> {
  const where = { accountId_id: { accountId: key.accountId, id: key.id } }
  let link = await tx.bookingLink.findUnique({ where })
  if (link && link.maxBookings !== null) {
    await lockLink(transactionReader(tx), key)
    link = await tx.bookingLink.findUnique({ where })
  }
  const now = clock.now()
  if (!link || isClosed(link, now)) throw notFound('BookingLink', 'linkId')
  const { title, maxBookings, bookedCount } = link
  if (maxBookings === null) return link
  const { all } = await holdsThrough(transactionReader(tx), link, now, { own })
  if (bookedCount + all < maxBookings) return link
  const message = `All that "${title}" books is being booked by others; try again in some minutes.`
  throw refused('LIMIT_REACHED', message, { path: ['linkId'] })
}

/** Where the answers lead, else what was asked for, else the link's first service. */
export async function serviceOf(
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

const none = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }

/** The start or the session that is meant, with whom it can be. */
export async function slotOf(
  tx: Transaction,
  link: BookingLink,
  { accountId, id, kind, name }: Service,
  routing: Routing,
  input: LinkSlot,
): Promise<SlotChoice> {
  const service = { accountId, id }
  const read = transactionReader(tx)
  const own = await readChoice(read, { ...link, serviceId: id }, routing)
  const choice = narrowed(link, own, input.staffId)
  const { startsAt } = input
  const window = windowOf(windowOfRow(link))
  if (kind === 'APPOINTMENT') return { ...none, ...choice, window, service, startsAt }
  const heads = headCount(input.partySize, input.party)
  const sessionId = await sessionAt(read, service, startsAt, heads, choice.staffIds)
  if (sessionId) return { ...none, window, service, startsAt: null, sessionId }
  const message = `No session of "${name}" starts at ${startsAt.toISOString()}.`
  throw refused('OUTSIDE_AVAILABILITY', message, { path: ['startsAt'] })
}

/** What a hold of the link keeps, when the answers and the choice lead to whom it keeps. */
export async function keptSlot(
  tx: Transaction,
  link: BookingLink,
  { accountId, id }: Service,
  routing: Routing,
  input: LinkSlot & { holdId: string },
): Promise<SlotChoice> {
  const hold = await holdOf(tx, link, input.holdId, 'holdId')
  const own = await readChoice(transactionReader(tx), { ...link, serviceId: id }, routing)
  const { staffIds } = narrowed(link, own, input.staffId)
  const kept = await staffOf(tx, hold)
  const isKept =
    staffIds === null ||
    kept.length === 0 ||
    (hold.sessionId
      ? kept.some((each) => staffIds.includes(each))
      : kept.every((each) => staffIds.includes(each)))
  if (!isKept) throw invalid(['holdId'], 'The hold is with somebody else; place a new one.')
  return { ...none, service: { accountId, id }, startsAt: input.startsAt }
}

/** A hold that was placed through the link. Throws NOT_FOUND. */
export async function holdOf(
  tx: Transaction,
  { accountId, id: linkId }: BookingLink,
  id: string,
  path: string,
): Promise<Hold> {
  const hold = await tx.hold.findUnique({ where: { accountId_id: { accountId, id } } })
  if (hold?.linkId !== linkId) throw notFound('Hold', path)
  return hold
}

async function staffOf(tx: Transaction, { accountId, id, sessionId }: Hold): Promise<string[]> {
  const rows = sessionId
    ? await tx.sessionStaff.findMany({ where: { accountId, sessionId } })
    : await tx.occupancy.findMany({ where: { accountId, holdId: id, active: true } })
  return rows.flatMap(({ staffId }) => staffId ?? [])
}

/** The choice of whoever wants a certain staff member. */
function narrowed(link: BookingLink, own: Choice, staffId: string | null): Choice {
  const choice = withOne(own, staffId)
  if (choice) return choice
  const sentence = `The booking link "${link.title}" books with nobody of this id.`
  throw refused('NOT_FOUND', sentence, { path: ['staffId'] })
}
