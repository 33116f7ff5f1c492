// V1's webhooks: six types of events, bodies with the booking and who takes part, and no signature:
// a receiver knows them by a header that it has set, which may be HTTP Basic.

import type { WebhookFormat } from '../../webhook/format.ts'
import { telling } from '../webhooks.ts'
import {
  attendanceOf,
  priceOf,
  pricePointsOf,
  questionsOf,
  sources,
  type BookingData,
} from './booking.ts'
import { customerFields, namesOf, type CustomerData } from './customers.ts'
import { typeOf } from './services.ts'

type Organisation = { id: string; name: string } | null

type ToldBooking = Omit<BookingData, 'service' | 'staff' | 'resources' | 'customer'> & {
  account: Organisation
  service: { id: string; name: string; kind: string; capacity: number } | null
  session: { capacity: number } | null
  staffMembers: { id: string; name: string; email: string | null }[] | null
  resources: { id: string; name: string }[] | null
  customer: CustomerData | null
}

const bookingDocument = `query ($booking: ID!) {
  booking(id: $booking) {
    id status startsAt endsAt timeZone source notes answers createdAt updatedAt
    account { id name }
    party { total }
    price { amount currency }
    amountPaid { amount currency }
    service { id name kind capacity }
    session { capacity }
    staffMembers { id name email }
    resources { id name }
    customer { ${customerFields} }
  }
}`

/** What is unknown, or not for the endpoint to see, is left out. */
function known(parts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value != null))
}

/** `no_show` is "No Show" there. */
const inWords = (status: string) =>
  status
    .toLowerCase()
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')

const iso = (at: Date) => new Date(at).toISOString()

function bookingPart(booking: ToldBooking) {
  return known({
    id: booking.id,
    start_time: iso(booking.startsAt),
    end_time: iso(booking.endsAt),
    price: priceOf(booking.price),
    created: iso(booking.createdAt),
    status: inWords(booking.status),
    type: booking.service && typeOf(booking.service.kind),
    timezone: booking.timeZone,
    max_occupancy: booking.session?.capacity ?? booking.service?.capacity,
    created_source: sources[booking.source],
    updated: iso(booking.updatedAt),
  })
}

function participantPart(booking: ToldBooking, customer: CustomerData) {
  const { price, amountPaid, party } = booking
  const total = priceOf(price)
  const paid = amountPaid && price && { ...price, amount: amountPaid.amount }
  return known({
    id: customer.id,
    ...namesOf(customer),
    timezone: customer.timeZone ?? booking.timeZone,
    email: customer.email,
    mobile: customer.phone,
    spaces: party.total,
    booking_status: attendanceOf(booking.status),
    notes: booking.notes,
    questions: questionsOf(booking.answers),
    customer_booking_id: booking.id,
    // Only said where it is not English.
    locale: customer.locale === 'en' ? null : customer.locale,
    total_price: total,
    total_spaces: party.total,
    price_points: pricePointsOf(total, party.total),
    total_paid_amount: priceOf(paid),
  })
}

const booking = (name: string) =>
  telling<{ booking: ToldBooking | null }>({
    name,
    document: bookingDocument,
    body: ({ booking: found }, { account }) =>
      found && {
        event_type: name,
        event_data: {
          organisation: found.account ?? { id: account, name: null },
          booking: bookingPart(found),
          participants: found.customer ? [participantPart(found, found.customer)] : [],
          bookables: [
            ...(found.staffMembers ?? []).map((each) => known({ ...each })),
            ...(found.resources ?? []),
          ],
          ...(found.service && { service: { id: found.service.id, name: found.service.name } }),
        },
      },
  })

type ToldCustomer = {
  account: Organisation
  customer: ({ __typename: string } & CustomerData) | null
}

const customer = (name: string) =>
  telling<ToldCustomer>({
    name,
    document: `query ($customer: ID!, $account: ID!) {
      account(id: $account) { id name }
      customer: node(id: $customer) { __typename ... on Customer { ${customerFields} } }
    }`,
    body: ({ account, customer: found }, event) => ({
      event_type: name,
      event_data: {
        organisation: account ?? { id: event.account, name: null },
        customer: found
          ? known({
              id: found.id,
              ...namesOf(found),
              email: found.email,
              mobile: found.phone,
              timezone: found.timeZone,
              locale: found.locale,
              tags: found.tags,
              notes: found.notes,
              created: iso(found.createdAt),
              updated: iso(found.updatedAt),
            })
          : { id: event.subject },
      },
    }),
  })

const updated = booking('booking_updated')
const cancelled = booking('booking_cancelled')

export const appointeddV1Webhooks: WebhookFormat = {
  about:
    "Appointedd's original webhooks: { event_type, event_data } with the organisation, the " +
    'booking and its participants, or the customer. Nothing is signed: give the endpoint a header ' +
    'of its own, such as Authorization with HTTP Basic. Endpoints are made by ' +
    'createWebhookEndpoint; the vendor has no call for it. Fields of a customer event, ' +
    'created_source and total_paid_amount are ours.',
  events: {
    'booking.created': booking('booking_created'),
    'booking.updated': updated,
    'booking.rescheduled': updated,
    'booking.confirmed': updated,
    'booking.completed': updated,
    'booking.no_show': updated,
    'booking.paid': updated,
    'booking.declined': cancelled,
    'booking.cancelled': cancelled,
    'customer.created': customer('customer_created'),
    'customer.updated': customer('customer_updated'),
    'customer.deleted': customer('customer_deleted'),
  },
  headers: () => ({}),
  signsWith: 'ENDPOINT',
}
