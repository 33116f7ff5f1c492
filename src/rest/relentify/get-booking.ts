// GET /bookings/:id: one booking, with what it has of its link joined in.

import { z } from 'zod'
import { Absent, route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  noSuchBooking,
  type BookingData,
} from './booking.ts'
import { testMode } from './suite.ts'

export const getBooking = route({
  name: 'getBooking',
  summary: 'Get a single booking',
  method: 'GET',
  path: '/bookings/:id',
  query: z.object(testMode),
  document: `query RelentifyBooking($id: ID!) { booking(id: $id) { ${bookingFields} } }`,
  variables: ({ path }) => ({ id: path['id'] }),
  answer: {
    status: 200,
    description: 'The booking.',
    schema: z.object({ data: bookingSchema }),
  },
  reply: ({ booking }: { booking: BookingData | null }) => {
    if (!booking) throw new Absent(noSuchBooking)
    return { data: bookingOf(booking) }
  },
  example: { path: { id: bookingExample.id }, answer: { data: bookingExample } },
})
