// GET /bookings and GET /bookings/:id.

import { z } from 'zod'
import { id, localDate } from '../fields.ts'
import { Absent, route, type Input } from '../route.ts'
import { atWallClock, daysLater } from '../times.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  statuses,
  statusesOf,
  type BookingData,
} from './booking.ts'
import {
  askOf,
  enveloped,
  envelopedPage,
  notFound,
  ok,
  organizationIf,
  organizationOf,
  pages,
  paginationOf,
  refusalsOf,
} from './suite.ts'

const query = z.object({
  ...pages,
  date: localDate.optional().describe("Only those that start on this day of the business's zone."),
  room: id.optional().describe('Only those of this room.'),
  status: z
    .enum(statuses, `has to be one of ${statuses.join(', ')}`)
    .optional()
    .describe('Only in this status.'),
})

type ListInput = Input<z.output<typeof query>>
type ListData = { bookings: { totalCount: number; nodes: BookingData[] } }

/** The local day, which has 23 or 25 hours when clocks change. */
function dayOf(date: string, zone: string) {
  return {
    from: atWallClock(date, '00:00', zone),
    to: atWallClock(daysLater(date, 1), '00:00', zone),
  }
}

export const listBookings = route({
  name: 'listBookings',
  summary: 'List all bookings with filters (date, room, status)',
  description:
    'Soonest first. Only `date` needs `accounts:read` beside `bookings:read`: the zone of the ' +
    'business is read for it. A booking that was not approved is canceled here.',
  method: 'GET',
  path: '/bookings',
  query,
  before: [organizationIf((input: ListInput) => input.query.date !== undefined)],
  document: `query BookingFlowBookings($first: Int!, $skip: Int!, $filter: BookingFilter) {
    bookings(first: $first, skip: $skip, filter: $filter) {
      totalCount nodes { ${bookingFields} }
    }
  }`,
  variables: ({ query: asked }, found) => {
    const { date, room, status } = asked
    const filter = {
      ...(date !== undefined && { startsAt: dayOf(date, organizationOf(found).timeZone) }),
      ...(room !== undefined && { serviceIds: [room] }),
      ...(status !== undefined && { status: statusesOf[status] }),
    }
    return { ...askOf(asked), filter }
  },
  answer: {
    status: 200,
    description: 'A page of bookings.',
    schema: envelopedPage(bookingSchema),
  },
  reply: ({ bookings: { nodes, totalCount } }: ListData, { query: asked }) => ({
    ...ok(nodes.map(bookingOf)),
    pagination: paginationOf(asked, totalCount),
  }),
  example: {
    query: { date: '2026-05-01', status: 'confirmed' },
    answer: {
      ok: true,
      data: [bookingExample],
      pagination: { page: 1, limit: 50, total: 1, hasMore: false },
    },
  },
})

export const oneBooking = `query BookingFlowBooking($id: ID!) {
  booking(id: $id) { ${bookingFields} }
}`

export type OneBooking = { booking: BookingData | null }

/** The booking of a path, in its envelope. */
export function replyOf({ booking }: OneBooking) {
  if (!booking) throw new Absent(notFound.booking.message)
  return ok(bookingOf(booking))
}

export const getBooking = route({
  name: 'getBooking',
  summary: 'Get a single booking by ID',
  description:
    'Our own form: amounts are minor units of the currency; `refund` is there when canceling gives ' +
    'something back, and says whether it was. What your key may not see is null.',
  method: 'GET',
  path: '/bookings/:id',
  query: z.object({}),
  document: oneBooking,
  variables: ({ path }) => ({ id: path['id'] }),
  refusals: refusalsOf(notFound.booking),
  answer: { status: 200, description: 'The booking.', schema: enveloped(bookingSchema) },
  reply: replyOf,
  example: { path: { id: bookingExample.bookingId }, answer: { ok: true, data: bookingExample } },
})
