// PATCH /bookings/:id/cancel: cancels by the policy of the service, and undoes what booking did.

import { z } from 'zod'
import { text } from '../fields.ts'
import { route } from '../route.ts'
import { bookingExample, noSuchBooking } from './booking.ts'
import { testMode } from './suite.ts'

/** `data` is null for a credential that may cancel and not look. */
type Data = { cancelBooking: { data: { id: string; cancelReason: string | null } | null } }

export const cancelBooking = route({
  name: 'cancelBooking',
  summary: 'Cancel a booking',
  method: 'PATCH',
  path: '/bookings/:id/cancel',
  query: z.object(testMode),
  body: z.object({ reason: text(2000).nullish() }),
  document: `mutation RelentifyCancelBooking($input: CancelBookingInput!) {
    cancelBooking(input: $input) {
      ... on CancelBookingSuccess { data { id cancelReason } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ path, body: { reason } }) => ({
    input: { id: path['id'], reason: reason || null },
  }),
  refusals: {
    NOT_FOUND: { code: 'not_found', message: noSuchBooking },
    ALREADY_CANCELLED: { code: 'already_cancelled', message: 'The booking is cancelled already.' },
  },
  answer: {
    status: 200,
    description: 'The booking is cancelled.',
    schema: z.object({
      data: z.object({
        id: z.string(),
        status: z.literal('cancelled'),
        reason: z.string().nullable(),
      }),
    }),
  },
  reply: ({ cancelBooking: { data } }: Data, { path, body: { reason } }) => ({
    data: {
      id: data?.id ?? path['id'] ?? '',
      status: 'cancelled' as const,
      reason: data?.cancelReason ?? (reason || null),
    },
  }),
  example: {
    path: { id: bookingExample.id },
    body: { reason: 'rescheduled by client' },
    answer: {
      data: { id: bookingExample.id, status: 'cancelled', reason: 'rescheduled by client' },
    },
  },
})
