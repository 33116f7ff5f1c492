// What BookingFlow's webhooks tell: the event by the vendor's name, when it happened, and the
// booking or payment in this dialect's own form. Signed as Standard Webhooks says.

import type { Dialect } from '../route.ts'
import { standardSignature, telling } from '../webhooks.ts'
import { bookingFields, bookingOf, type BookingData } from './booking.ts'
import { utc } from './room.ts'

type BookingTold = { booking: BookingData | null }

/** Nothing is told to an endpoint that may not read bookings. */
function aboutBooking(name: string) {
  return telling<BookingTold>({
    name,
    document: `query BookingFlowTold($booking: ID!) { booking(id: $booking) { ${bookingFields} } }`,
    body: ({ booking }, { occurredAt }) =>
      booking && { type: name, timestamp: utc(occurredAt), data: bookingOf(booking) },
  })
}

type PaymentData = {
  id: string
  amount: { amount: number; currency: string }
  method: string
  provider: string | null
  reference: string | null
  receivedAt: Date
  createdAt: Date
  booking: { id: string } | null
}

const paymentSucceeded = telling<{ node: Partial<PaymentData> | null }>({
  name: 'payment.succeeded',
  document: `query BookingFlowPaid($subject: ID!) {
    node(id: $subject) { ... on Payment {
      id amount { amount currency } method provider reference receivedAt createdAt booking { id }
    } }
  }`,
  body: ({ node }, { occurredAt }) =>
    node?.id === undefined
      ? null
      : {
          type: 'payment.succeeded',
          timestamp: utc(occurredAt),
          data: paymentOf(node as PaymentData),
        },
})

function paymentOf({ id, amount: { amount, currency }, booking, ...payment }: PaymentData) {
  return {
    paymentId: id,
    bookingId: booking?.id ?? null,
    amount,
    currency,
    method: payment.method.toLowerCase(),
    provider: payment.provider?.toLowerCase() ?? null,
    reference: payment.reference,
    receivedAt: utc(payment.receivedAt),
    createdAt: utc(payment.createdAt),
  }
}

const [created, updated, canceled] = [
  aboutBooking('booking.created'),
  aboutBooking('booking.updated'),
  aboutBooking('booking.canceled'),
]

export const formats: NonNullable<Dialect['formats']> = {
  bookingflow: {
    about:
      'BookingFlow: booking.created, booking.updated, booking.canceled and payment.succeeded, with ' +
      '{ type, timestamp, data }. Body and signature (Standard Webhooks) are ours; the vendor ' +
      'publishes neither. payment.succeeded tells of what Stripe has taken, and of what is recorded ' +
      'otherwise, whose `provider` is null. A booking that is not approved is canceled here.',
    events: {
      'booking.created': created,
      'booking.updated': updated,
      'booking.rescheduled': updated,
      'booking.confirmed': updated,
      'booking.completed': updated,
      'booking.no_show': updated,
      'booking.declined': canceled,
      'booking.cancelled': canceled,
      'payment.succeeded': paymentSucceeded,
    },
    headers: standardSignature,
    signsWith: 'ENDPOINT',
  },
}
