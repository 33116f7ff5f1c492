// What somebody who waits does with an offer, by its secret address: take it, or give it up.
// Whoever has the address is believed to be who waits, and may do nothing else.

import { visitorOf } from '../auth/viewer.ts'
import { createBooking } from '../booking/booking.actions.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { notFound } from '../errors.ts'
import type { Booking } from '../generated/prisma/client.ts'
import type { Gateway } from './offer.actions.ts'
import { offeredBy, type OfferedEntry } from './waitlist.data.ts'
import { leaveWaitlist } from './waitlist.actions.ts'

/** Books what a hold keeps for who waits. Refuses NOT_FOUND, HOLD_EXPIRED. */
export async function acceptOffer(gateway: Gateway, hold: Key): Promise<Booking> {
  const { accountId, id: holdId } = hold
  const entry = await demandOffer(gateway, hold)
  return createBooking(as(gateway, entry), {
    service: { accountId, id: entry.serviceId },
    customerId: entry.customerId,
    customer: null,
    holdId,
    partySize: null,
    party: [],
    startsAt: null,
    staffId: null,
    resourceId: null,
    sessionId: null,
    durationMinutes: null,
    linkId: null,
    timeZone: null,
    notes: null,
    answers: null,
    customFields: null,
    externalRef: null,
    source: 'LINK',
    idempotencyKey: null,
  })
}

/** Gives it up; it goes to whoever is next. Refuses NOT_FOUND, ILLEGAL_TRANSITION. */
export async function declineOffer(gateway: Gateway, hold: Key): Promise<void> {
  const entry = await demandOffer(gateway, hold)
  await leaveWaitlist(as(gateway, entry), { accountId: entry.accountId, id: entry.id })
}

/** Whoever waits, as far as an offer needs it. */
function as(gateway: Gateway, { accountId, id, customer }: OfferedEntry): ActionContext {
  return {
    ...gateway,
    viewer: visitorOf(accountId, { id, name: customer.name }, ['bookings:write']),
  }
}

async function demandOffer({ db }: Gateway, hold: Key) {
  const entry = await offeredBy(db, hold)
  if (!entry) throw notFound('WaitlistEntry', 'id')
  return entry
}
