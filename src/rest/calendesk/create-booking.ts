// POST /bookings: books for a user who is known.

import { z } from 'zod'
import { timeZone } from '../fields.ts'
import { route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  bookingTerms,
  notifyOf,
  placeTerms,
  termsNote,
  type BookingData,
} from './booking.ts'
import {
  absentPlace,
  findPlacesAndUser,
  findSessions,
  numbersIn,
  partyOf,
  sessionsAsked,
  slotOf,
} from './places.ts'
import { accountOf, nothing, number } from './suite.ts'

/** `data` is null for a credential that may book and not look. */
type Data = { createBooking: { data: BookingData | null } }

export const createBooking = route({
  name: 'createBooking',
  summary: 'Create a booking',
  description:
    'Ours: left out, `status` is what the service says, mostly `approved`; a `pending` booking ' +
    'waits for somebody to decide; ' +
    '`employee_id` 0 is whoever is free; `customer_time_zone` is the zone of `start_date` and ' +
    '`start_time`, that of the business when left out; `number_of_people` says for how many, left ' +
    `out, for as few as the service takes. ${termsNote}`,
  group: 'bookings',
  method: 'POST',
  path: '/bookings',
  query: z.object({}),
  body: z.object({
    ...placeTerms,
    user_id: number(),
    status: z.enum(['pending', 'approved'], 'has to be pending or approved').optional(),
    customer_time_zone: timeZone.nullish(),
    number_of_people: number().optional(),
    ...bookingTerms,
  }),
  before: [
    {
      document: findPlacesAndUser,
      variables: ({ body }) => ({ ...numbersIn([body]), users: [body.user_id] }),
    },
    {
      document: findSessions(1),
      variables: ({ body }, found) => sessionsAsked(found, [body], 1, body.customer_time_zone),
    },
  ],
  document: `mutation CalendeskCreateBooking($input: CreateBookingInput!) {
    createBooking(input: $input) {
      ... on CreateBookingSuccess { data { ${bookingFields} } }
      ... on ValidationError { issues { path message } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: {
      ...slotOf(found, body, 0, body.customer_time_zone),
      customerId: found.customers.nodes[0]?.id ?? nothing,
      partySize: partyOf(found, body, body.number_of_people),
      timeZone: body.customer_time_zone ?? null,
      notes: body.description || null,
      customFields: body.custom_fields ?? null,
      confirmed: body.status === undefined ? null : body.status === 'approved',
      notify: notifyOf(body),
      source: 'REST',
    },
  }),
  refusals: { NOT_FOUND: absentPlace },
  answer: {
    status: 201,
    description: 'The booking; null for a credential that may not read bookings.',
    schema: bookingSchema.nullable(),
  },
  reply: ({ createBooking: { data } }: Data, _input, found) =>
    data && bookingOf(data, accountOf(found).timeZone),
  example: {
    body: {
      employee_id: 10,
      user_id: 200,
      service_id: 5,
      start_date: '2026-04-15',
      start_time: '10:00',
      status: 'approved',
      description: 'Initial consultation',
    },
    answer: bookingExample,
  },
})
