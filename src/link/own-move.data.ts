// Where a booking may go when its customer moves it: to what its link would offer them, whether or
// not it takes bookings still; without a link, to what its service offers.

import type { AvailabilityQuestion } from '../availability/availability.data.ts'
import { keptMinutes } from '../availability/kept-length.ts'
import type { Window } from '../availability/window.ts'
import type { Database } from '../db/client.ts'
import { poolReader } from '../db/reader.ts'
import type { Booking } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { readChoice } from './link.data.ts'
import { rulesOf, windowOfRow } from './link-terms.data.ts'
import { windowOf } from './link-window.ts'
import { checkAnswers, type Choice } from './link.ts'
import { routeBy } from './routing.ts'

/** With whom, and within which window. */
export type OwnTerms = Choice & { window?: Window }

const anybody: OwnTerms = { staffIds: null, assign: 'FAIR' }

export async function ownTerms(db: Database, booking: Booking): Promise<OwnTerms> {
  const { accountId, linkId, serviceId } = booking
  if (linkId === null) return anybody
  const where = { accountId_id: { accountId, id: linkId } }
  const link = await db.prisma.bookingLink.findUniqueOrThrow({ where })
  const { questions, routing } = rulesOf(link)
  // Answers to what is not asked any more lead nowhere.
  const given = (booking.answers ?? {}) as Record<string, unknown>
  const led = routeBy(routing, checkAnswers(questions, given).answers)
  const choice = await readChoice(poolReader(db), { ...link, serviceId }, led)
  return { ...choice, window: windowOf(windowOfRow(link)) }
}

/** What is free for the booking, its own time included. */
export async function ownQuestion(
  db: Database,
  booking: Booking,
  now: Instant,
): Promise<AvailabilityQuestion> {
  const { accountId, id, serviceId, sessionId, partySize } = booking
  return {
    services: [{ accountId, id: serviceId }],
    now,
    partySize,
    ...(await ownTerms(db, booking)),
    durationMinutes: sessionId === null ? keptMinutes(booking) : null,
    resourceIds: null,
    exceptBookingId: id,
  }
}
