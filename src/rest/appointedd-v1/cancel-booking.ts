// DELETE /bookings/{id}, and POST /bookings/{id}/cancel, which existing clients call.

import { z } from 'zod'
import { route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import { timesIn, zoned } from './suite.ts'

type Data = { cancelBooking: { data: BookingData | null } }

/** The same by both ways: the refund is what the service's policy says. */
const cancel = {
  query: z.object(zoned),
  document: `mutation AppointeddCancel($input: CancelBookingInput!) {
    cancelBooking(input: $input) {
      ... on CancelBookingSuccess { data { ${bookingFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ path }: { path: Readonly<Record<string, string>> }) => ({
    input: { id: path['id'] },
  }),
  answer: {
    status: 200,
    description: 'The cancelled booking; null for a credential that may not read bookings.',
    schema: z.object({ data: bookingSchema.nullable() }),
  },
  reply: ({ cancelBooking: { data } }: Data, { query }: { query: { timezone?: string } }) => ({
    data: data && bookingOf(data, timesIn(query)),
  }),
} as const

const example = {
  path: { id: bookingExample.id },
  answer: { data: { ...bookingExample, status: 'cancelled' } },
}

export const deleteBooking = route({
  ...cancel,
  name: 'deleteBooking',
  summary: 'Cancel a booking',
  method: 'DELETE',
  path: '/bookings/:id',
  example,
})

export const cancelBooking = route({
  ...cancel,
  name: 'cancelBooking',
  summary: 'Cancel a booking, as existing clients do',
  description: 'The body, such as `{"source":"api"}`, need not be there and is ignored.',
  method: 'POST',
  path: '/bookings/:id/cancel',
  example,
})
