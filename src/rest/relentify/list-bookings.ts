// GET /bookings: the bookings of the business, the next ones to start last.

import { z } from 'zod'
import { id, instant, localDate } from '../fields.ts'
import { pageAsk, pageNumber, pageSize } from '../numbered.ts'
import { route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  statuses,
  type BookingData,
} from './booking.ts'
import { testMode } from './suite.ts'

type Data = { bookings: { nodes: BookingData[]; totalCount: number } }

const usual = { page: 1, limit: 50 }

const isDate = (text: string) => localDate.safeParse(text).success

/** ISO 8601; a date alone is its beginning, in UTC. */
const moment = z
  .string()
  .refine(
    (text) => isDate(text) || instant.safeParse(text).success,
    'has to be a date-time such as 2026-05-01T10:00:00Z, or a date',
  )
  .transform((text) => new Date(text).toISOString())

export const listBookings = route({
  name: 'listBookings',
  summary: 'List bookings',
  description:
    'Ordered by their start, which is ours; so is that `from` and `to` may be dates, which begin in ' +
    'UTC, and that what starts at `to` is left out. Bookings that were not made through a link are ' +
    'listed too; they have no booking_link_id.',
  method: 'GET',
  path: '/bookings',
  query: z.object({
    ...testMode,
    booking_link_id: id.optional(),
    status: z.enum(statuses, `has to be one of ${statuses.join(', ')}`).optional(),
    from: moment.optional().describe('When it starts, at the earliest.'),
    to: moment.optional().describe('Before when it starts.'),
    page: pageNumber.optional(),
    limit: pageSize(100).optional(),
  }),
  document: `query RelentifyBookings($filter: BookingFilter, $first: Int!, $skip: Int!) {
    bookings(filter: $filter, orderBy: { field: STARTS_AT, direction: ASC }, first: $first, skip: $skip) {
      nodes { ${bookingFields} }
      totalCount
    }
  }`,
  variables: ({ query }) => ({
    ...pageAsk(query.page ?? usual.page, query.limit ?? usual.limit),
    filter: {
      ...(query.booking_link_id && { linkIds: [query.booking_link_id] }),
      ...(query.status && { status: [query.status.toUpperCase()] }),
      ...((query.from ?? query.to) && { startsAt: { from: query.from, to: query.to } }),
    },
  }),
  answer: {
    status: 200,
    description: 'One page of bookings.',
    schema: z.object({
      data: z.array(bookingSchema),
      pagination: z.object({
        page: z.int(),
        limit: z.int(),
        total: z.int(),
        hasMore: z.boolean(),
      }),
    }),
  },
  reply: ({ bookings: { nodes, totalCount: total } }: Data, { query }) => {
    const { page = usual.page, limit = usual.limit } = query
    const pagination = { page, limit, total, hasMore: page * limit < total }
    return { data: nodes.map(bookingOf), pagination }
  },
  example: {
    query: { status: 'confirmed', from: '2026-05-01T00:00:00Z' },
    answer: {
      data: [bookingExample],
      pagination: { page: 1, limit: 50, total: 1, hasMore: false },
    },
  },
})
