// DELETE /bookings/:id: cancels a booking and gives back what the room's policy says, in one unit.

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
    'Its time or places are free at once, and of what was paid through Stripe what the policy of the ' +
    'room gives back is given back by it. `refund` says how much that is, and is not there when it ' +
    'is nothing; it is `pending` until Stripe says so, and `due` when Stripe refuses, or when it was ' +
    'paid elsewhere. With an `Idempotency-Key` it can be repeated safely; without one the second ' +
    'time is 409 `already_canceled`. Nothing is given back twice.',
  method: 'DELETE',
  path: '/bookings/:id',
  query: z.object({}),
  before: [
    {
      document: `mutation BookingFlowCancelBooking($input: CancelBookingInput!) {
        cancelBooking(input: $input) {
          ... on CancelBookingSuccess { data { id } } ${refusal}
        }
      }`,
      variables: ({ path }) => ({ input: { id: path['id'], refund: 'POLICY' } }),
    },
  ],
  // Found by its id alone, so that whoever may cancel and not read is not refused here.
  document: `query BookingFlowCanceled($id: ID!) {
    node(id: $id) { ... on Booking { ${bookingFields} } }
  }`,
  variables: ({ path }) => ({ id: path['id'] }),
  refusals: refusalsOf(notFound.booking),
  answer: {
    status: 200,
    description: 'The booking, canceled; null for a key that may not read bookings.',
    schema: enveloped(bookingSchema.nullable()),
  },
  reply: ({ node }: { node: BookingData | null }) => ok(node && bookingOf(node)),
  example: {
    path: { id: bookingExample.bookingId },
    answer: {
      ok: true,
      data: {
        ...bookingExample,
        status: 'canceled',
        paymentStatus: 'refunded',
        refund: { amount: 24000, currency: 'PLN', status: 'processed' },
      },
    },
  },
})
