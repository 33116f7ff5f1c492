// GET /admin/bookings: the bookings of the business, in the order in which they were made.

import { z } from 'zod'
import { route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  bookingStatus,
  statuses,
  type BookingData,
} from './booking.ts'
import { listExample, listNote, listOf, listSchema, pageOf, searchQuery } from './pages.ts'
import { accountField, accountOf, deniedNote, type AccountData } from './suite.ts'

type Data = AccountData & { bookings: { totalCount: number; nodes: BookingData[] } }

const codes = Object.keys(statuses) as (keyof typeof statuses)[]

export const listBookings = route({
  name: 'listBookings',
  summary: 'List bookings',
  description:
    'Ours. Those whose number, reference or user contains `query`, in the order of their ids; ' +
    `\`status\` chooses those in one status. ${listNote}`,
  group: 'bookings',
  method: 'GET',
  path: '/admin/bookings',
  query: z.object({ ...searchQuery, status: bookingStatus.optional() }),
  document: `query CalendeskBookings($filter: BookingFilter, $first: Int, $skip: Int) {
    ${accountField}
    bookings(
      filter: $filter, first: $first, skip: $skip
      orderBy: { field: CREATED_AT, direction: ASC }
    ) { totalCount nodes { ${bookingFields} } }
  }`,
  variables: ({ query }) => ({
    filter: {
      search: query.query?.trim() || null,
      status: query.status ? codes.filter((code) => statuses[code] === query.status) : null,
    },
    ...pageOf(query),
  }),
  answer: {
    status: 200,
    description: `A page of bookings. ${deniedNote}`,
    schema: listSchema(bookingSchema),
  },
  reply: (data: Data, { query }, _found, base) => {
    const { timeZone } = accountOf(data)
    const { totalCount, nodes } = data.bookings
    const items = nodes.map((each) => bookingOf(each, timeZone))
    return listOf({ totalCount, items }, query, `${base}/admin/bookings`)
  },
  example: { query: { limit: '10' }, answer: listExample(bookingExample) },
})
