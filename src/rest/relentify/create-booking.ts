// POST /bookings: books through a booking link, by its whole flow.

import { z } from 'zod'
import { email, id, instant, text, timeZone, words } from '../fields.ts'
import { route, type PublicRefusal, type Word } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import { linkNames, linkNotFound, namesNoLink, testMode } from './suite.ts'

const answer = z.object({
  question_id: words(255),
  answer: z.union([text(2000), z.number(), z.boolean()]).nullish(),
})

const body = z
  .object({
    ...linkNames,
    contact_name: words(200),
    contact_email: email,
    start_time: instant,
    contact_phone: text(50).nullish(),
    notes: text(5000).nullish(),
    service_id: id.nullish(),
    staff_id: id.nullish(),
    client_timezone: timeZone.nullish(),
    answers: z
      .array(answer)
      .max(100, 'has more than 100 answers')
      .refine(isUnique, 'answers a question more than once')
      .nullish(),
  })
  .refine((named) => !namesNoLink(named), { path: ['booking_link_id'] })

function isUnique(answers: readonly { question_id: string }[]): boolean {
  return new Set(answers.map(({ question_id }) => question_id)).size === answers.length
}

// Links are looked for in what the credential reaches; a service or staff member that is not there
// is an input that cannot be accepted.
function absent({ path }: PublicRefusal): Word {
  const isLink = path?.[0] === 'linkId' || path?.[0] === 'slug'
  return isLink ? linkNotFound : { status: 400, code: 'validation_failed' }
}

/** `data` is null for a credential that may book and not look. */
type Data = { createLinkBooking: { data: BookingData | null } }

export const createBooking = route({
  name: 'createBooking',
  summary: 'Create a booking',
  method: 'POST',
  path: '/bookings',
  query: z.object(testMode),
  body,
  document: `mutation RelentifyCreateBooking($input: CreateLinkBookingInput!) {
    createLinkBooking(input: $input) {
      ... on CreateLinkBookingSuccess { data { ${bookingFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body: sent }) => ({
    input: {
      ...(sent.booking_link_id ? { linkId: sent.booking_link_id } : { slug: sent.slug }),
      serviceId: sent.service_id || null,
      startsAt: sent.start_time,
      staffId: sent.staff_id || null,
      customer: {
        name: sent.contact_name,
        email: sent.contact_email,
        phone: sent.contact_phone || null,
        timeZone: sent.client_timezone ?? null,
      },
      timeZone: sent.client_timezone ?? null,
      notes: sent.notes || null,
      answers: Object.fromEntries(
        (sent.answers ?? []).map((each) => [each.question_id, each.answer ?? null]),
      ),
    },
  }),
  refusals: { NOT_FOUND: absent },
  otherWords: [linkNotFound],
  answer: {
    status: 201,
    description: 'The created booking; null for a credential that may not read bookings.',
    schema: z.object({ data: bookingSchema.nullable() }),
  },
  reply: ({ createLinkBooking: { data } }: Data) => ({ data: data && bookingOf(data) }),
  example: {
    body: {
      booking_link_id: 'DAGh_AJxTz6fAyzuBEFxRQ',
      contact_name: 'Alice Example',
      contact_email: 'alice@example.com',
      start_time: '2026-05-01T10:00:00Z',
      notes: 'First-time client',
      client_timezone: 'Europe/London',
    },
    answer: { data: bookingExample },
  },
})
