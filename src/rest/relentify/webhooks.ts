// What Relentify's receivers are told: { event, created_at, data }, with data as the routes show a
// booking, signed over the raw body. Registered in the graph; the vendor has no route for it.

import type { Dialect } from '../route.ts'
import { hexHmac, telling } from '../webhooks.ts'
import { bookingFields, bookingOf, type BookingData } from './booking.ts'
import { utc } from './suite.ts'

function aboutBooking(event: string) {
  return telling<{ booking: BookingData | null }>({
    name: event,
    document: `query RelentifyTold($booking: ID!) { booking(id: $booking) { ${bookingFields} } }`,
    // Nothing is told to an endpoint that may not read bookings.
    body: ({ booking }, { occurredAt }) =>
      booking && { event, created_at: utc(occurredAt), data: bookingOf(booking) },
  })
}

const [created, updated, cancelled] = [
  aboutBooking('booking.created'),
  aboutBooking('booking.updated'),
  aboutBooking('booking.cancelled'),
]

const minute = 60

export const formats: NonNullable<Dialect['formats']> = {
  relentify: {
    about:
      'Relentify: booking.created, booking.updated and booking.cancelled, with { event, created_at, ' +
      'data }; these names and the body are ours. X-Relentify-Signature is the hexadecimal ' +
      'HMAC-SHA256 of the raw body by the secret. A receiver has 30 seconds; tries follow after 1 ' +
      'and 5 and 30 minutes, 2 and 12 hours.',
    events: {
      'booking.created': created,
      'booking.updated': updated,
      'booking.rescheduled': updated,
      'booking.confirmed': updated,
      'booking.declined': updated,
      'booking.completed': updated,
      'booking.no_show': updated,
      'booking.cancelled': cancelled,
    },
    headers: ({ body, secrets: [secret = ''] }) => ({
      'x-relentify-signature': hexHmac(secret, body),
    }),
    timeoutSeconds: 30,
    delaysSeconds: [minute, 5 * minute, 30 * minute, 120 * minute, 720 * minute],
    signsWith: 'ENDPOINT',
  },
}
