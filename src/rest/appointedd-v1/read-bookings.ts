// GET /bookings and GET /bookings/{id}.

import { z } from 'zod'
import { pageArguments, pageFields, pageVariables, type Listed } from '../cursors.ts'
import { instant } from '../fields.ts'
import { Absent, route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  bookingStatuses,
  type BookingData,
} from './booking.ts'
import {
  ids,
  listOf,
  listSchema,
  paged,
  pageVariablesOf,
  timesIn,
  wordsOf,
  zoned,
} from './suite.ts'

export const listBookings = route({
  name: 'listBookings',
  summary: 'List bookings',
  description:
    'In the order in which they were made. `after` and `before` are about the start; each pair ' +
    'takes in its first end and leaves out its last. `resources` are staff members or resources.',
  method: 'GET',
  path: '/bookings',
  query: z.object({
    after: instant.optional(),
    before: instant.optional(),
    created_after: instant.optional(),
    created_before: instant.optional(),
    updated_after: instant.optional(),
    updated_before: instant.optional(),
    customers: ids.optional(),
    services: ids.optional(),
    resources: ids.optional(),
    statuses: wordsOf(bookingStatuses).optional(),
    ids: ids.optional(),
    ...paged,
  }),
  document: `query AppointeddBookings($filter: BookingFilter, ${pageVariables}) {
    list: bookings(filter: $filter, orderBy: { field: CREATED_AT }, ${pageArguments}) {
      nodes { ${bookingFields} } ${pageFields} } }`,
  variables: ({ query }) => ({
    ...pageVariablesOf(query),
    filter: {
      startsAt: { from: query.after, to: query.before },
      createdAt: { from: query.created_after, to: query.created_before },
      updatedAt: { from: query.updated_after, to: query.updated_before },
      customerIds: query.customers ?? null,
      serviceIds: query.services ?? null,
      occupantIds: query.resources ?? null,
      status: query.statuses?.map((status) => status.toUpperCase()) ?? null,
      bookingIds: query.ids ?? null,
    },
  }),
  answer: { status: 200, description: 'A page of them.', schema: listSchema(bookingSchema) },
  reply: ({ list }: { list: Listed<BookingData> }, { query }) => listOf(list, query, bookingOf),
  example: {
    query: { services: '["AwGh_AJxTz6fAyzuBEFxRQ"]', limit: '10', order_by: 'descending' },
    answer: { data: [bookingExample], total: 1, next: null, prev: null },
  },
})

export const getBooking = route({
  name: 'getBooking',
  summary: 'Get a booking',
  method: 'GET',
  path: '/bookings/:id',
  query: z.object(zoned),
  document: `query AppointeddBooking($id: ID!) { booking(id: $id) { ${bookingFields} } }`,
  variables: ({ path }) => ({ id: path['id'] }),
  answer: { status: 200, description: 'The booking.', schema: z.object({ data: bookingSchema }) },
  reply: ({ booking }: { booking: BookingData | null }, { query }) => {
    if (!booking) throw new Absent('No booking has this id.')
    return { data: bookingOf(booking, timesIn(query)) }
  },
  example: { path: { id: bookingExample.id }, answer: { data: bookingExample } },
})
