// DELETE /bookings/:id: cancels a booking, and gives back what the room's policy says.

import { z } from 'zod'
import { route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import { enveloped, notFound, ok, refusal, refusalsOf } from './suite.ts'

export const cancelBooking = route({
  name: 'cancelBooking',
  summary: 'Cancel a booking and process refund',
  description:
    'Its time or places are free at once. `refund` is what the policy of the room gives back; it ' +
    'is not there when that is nothing. With an `Idempotency-Key` it can be repeated safely; ' +
    'without one the second time is 409 `already_canceled`. Nothing is given back twice.',
  method: 'DELETE',
  path: '/bookings/:id',
  query: z.object({}),
  document: `mutation BookingFlowCancelBooking($input: CancelBookingInput!) {
    cancelBooking(input: $input) {
      ... on CancelBookingSuccess { data { ${bookingFields} } } ${refusal}
    }
  }`,
  variables: ({ path }) => ({ input: { id: path['id'], refund: 'POLICY' } }),
  refusals: refusalsOf(notFound.booking),
  answer: {
    status: 200,
    description: 'The booking, canceled; null for a key that may not read bookings.',
    schema: enveloped(bookingSchema.nullable()),
  },
  reply: ({ cancelBooking: { data } }: { cancelBooking: { data: BookingData | null } }) =>
    ok(data && bookingOf(data)),
  example: {
    path: { id: bookingExample.bookingId },
    answer: { ok: true, data: { ...bookingExample, status: 'canceled' } },
  },
})
