// POST /user/bookings/v2: books for whoever is described, all that is asked or nothing.

import { z } from 'zod'
import { email, timeZone, words } from '../fields.ts'
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
  findPlaces,
  findSessions,
  mostPlaces,
  numbersIn,
  partyOf,
  sessionsAsked,
  slotOf,
} from './places.ts'
import { accountOf, deniedNote, number } from './suite.ts'
import { userExample, userFields, userOf, userSchema, userTerms, type UserData } from './user.ts'

const { surname, default_phone, time_zone } = userTerms
const { description, custom_fields, location_id, ...switches } = bookingTerms

const item = z.object({
  ...placeTerms,
  number_of_people: number().optional(),
  description,
  custom_fields,
  location_id,
})

type Data = {
  createBookings: { data: (BookingData & { customer: UserData | null })[] | null }
}

export const bookForUser = route({
  name: 'bookForUser',
  summary: 'Create bookings for a user who may be new',
  description:
    'Whoever has this e-mail address is booked for, else a new user; who is known stays as they ' +
    'are. All bookings are made or none, and each is judged after those before it. Ours: 1 to ' +
    `${mostPlaces} bookings, \`customer_time_zone\` as when one is created, and the answer. ${termsNote}`,
  group: 'bookings',
  method: 'POST',
  path: '/user/bookings/v2',
  query: z.object({}),
  body: z.object({
    user: z.object({ email, name: words(100), surname, default_phone, time_zone }),
    bookings: z
      .array(item)
      .min(1, 'has to have at least one booking')
      .max(mostPlaces, `has more than ${mostPlaces} bookings`),
    customer_time_zone: timeZone.nullish(),
    ...switches,
  }),
  before: [
    { document: findPlaces, variables: ({ body }) => numbersIn(body.bookings) },
    {
      document: findSessions(mostPlaces),
      variables: ({ body }, found) =>
        sessionsAsked(found, body.bookings, mostPlaces, body.customer_time_zone),
    },
  ],
  document: `mutation CalendeskBookForUser($input: CreateBookingsInput!) {
    createBookings(input: $input) {
      ... on CreateBookingsSuccess { data { ${bookingFields} customer { ${userFields} } } }
      ... on ValidationError { issues { path message } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: {
      items: body.bookings.map((each, index) => ({
        ...slotOf(found, each, index, body.customer_time_zone),
        partySize: partyOf(found, each, each.number_of_people),
        timeZone: body.customer_time_zone ?? null,
        notes: each.description || null,
        customFields: each.custom_fields ?? null,
        source: 'REST',
      })),
      customer: {
        firstName: body.user.name,
        lastName: body.user.surname || null,
        email: body.user.email,
        phone: body.user.default_phone || null,
        timeZone: body.user.time_zone || null,
      },
      notify: notifyOf(body),
    },
  }),
  refusals: { NOT_FOUND: absentPlace },
  answer: {
    status: 201,
    description: `Who is booked for and what, in the order of the request. ${deniedNote}`,
    schema: z.object({ user: userSchema.nullable(), bookings: z.array(bookingSchema).nullable() }),
  },
  reply: ({ createBookings: { data } }: Data, _input, found) => {
    const { timeZone: zone } = accountOf(found)
    const user = data?.[0]?.customer
    return {
      user: user ? userOf(user) : null,
      bookings: data && data.map((each) => bookingOf(each, zone)),
    }
  },
  example: {
    body: {
      user: {
        email: 'jane@example.com',
        name: 'Jane',
        surname: 'Smith',
        default_phone: '+48 601 234 567',
      },
      bookings: [{ employee_id: 10, service_id: 5, start_date: '2026-04-15', start_time: '10:00' }],
    },
    answer: { user: userExample, bookings: [{ ...bookingExample, description: null }] },
  },
})
