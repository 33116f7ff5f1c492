// Bookings: listed, read, and who they are for.

import { z } from 'zod'
import { id, localDate } from '../fields.ts'
import { pageAsk } from '../numbered.ts'
import { Absent, Unacceptable, type Found } from '../route.ts'
import { atWallClock, daysLater, offsetTime } from '../times.ts'
import {
  bookingExample,
  expandable,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import {
  customerExample,
  customerFields,
  customerOf,
  customerSchema,
  type CustomerData,
} from './customer.ts'
import { flag } from './flags.ts'
import { listOf, onePage, pageOf, pageSchema } from './lists.ts'
import {
  accountOf,
  bookeoRoute,
  itsAccount,
  lang,
  plainRoute,
  sees,
  type Account,
} from './route.ts'
import { instantOf, windowOf } from './times.ts'

const active = ['PENDING', 'CONFIRMED', 'COMPLETED', 'NO_SHOW']

const list = listOf(
  'bookings',
  z.object({
    startTime: offsetTime.optional(),
    endTime: offsetTime.optional().describe('At most 31 days after `startTime`.'),
    lastUpdatedStartTime: offsetTime.optional(),
    lastUpdatedEndTime: offsetTime.optional().describe('At most 31 days later.'),
    productId: id.optional(),
    includeCanceled: flag.optional(),
    expandCustomer: flag.optional(),
    expandParticipants: flag.optional().describe('Participants are not known by name.'),
  }),
)

type Listed = { bookings: { totalCount: number; nodes: BookingData[] } }

const someBookings = `query BookeoBookings(
  $filter: BookingFilter, $orderBy: BookingOrder, $first: Int, $skip: Int, $expand: Boolean!
) {
  bookings(filter: $filter, orderBy: $orderBy, first: $first, skip: $skip) {
    totalCount nodes { ${expandable} }
  }
}`

const listBookings = bookeoRoute({
  name: 'listBookings',
  summary: 'List bookings',
  description:
    'By start, or, where only the times of changes are asked for, by the last change. A whole ' +
    'customer is shown with a permission for customers.',
  method: 'GET',
  path: '/bookings',
  query: list.query,
  document: someBookings,
  variables: ({ query }, found) => {
    const { filters, page, size } = list.asked(query)
    const account = accountOf(found)
    const starts = windowOf([filters.startTime, filters.endTime], ['startTime', 'endTime'], account)
    const changes = windowOf(
      [filters.lastUpdatedStartTime, filters.lastUpdatedEndTime],
      ['lastUpdatedStartTime', 'lastUpdatedEndTime'],
      account,
    )
    if (!starts && !changes) {
      const message = '"startTime" is missing, and so is "lastUpdatedStartTime".'
      throw new Unacceptable({ place: 'query', name: 'startTime', message })
    }
    return {
      ...pageAsk(page, size),
      filter: {
        ...(starts && { startsAt: starts }),
        ...(changes && { updatedAt: changes }),
        ...(filters.productId && { serviceIds: [filters.productId] }),
        ...(filters.includeCanceled !== 'true' && { status: active }),
      },
      orderBy: { field: starts ? 'STARTS_AT' : 'UPDATED_AT', direction: 'ASC' },
      expand: filters.expandCustomer === 'true',
    }
  },
  answer: { status: 200, description: 'The bookings.', schema: pageSchema(bookingSchema) },
  reply: ({ bookings }: Listed, { query }, found) =>
    pageOf(
      bookings.nodes.map((each) => bookingOf(each, accountOf(found))),
      bookings.totalCount,
      list.asked(query),
    ),
  example: {
    query: { startTime: '2026-05-01T00:00:00-00:00', endTime: '2026-05-31T00:00:00-00:00' },
    answer: onePage(bookingExample),
  },
})

type Path = Readonly<Record<string, string>>

/** The number that is in the path, of the account. */
export function numbered(path: Path, found: Found) {
  return { number: path['number'] ?? '', account: accountOf(found).id }
}

/** The booking of a number that is in the path. */
export const oneBooking = `query BookeoBooking($number: String!, $account: ID!, $expand: Boolean!) {
  booking(number: $number, account: $account) { ${expandable} }
}`

export type FoundBooking = { booking: BookingData | null }

export function theBooking({ booking }: FoundBooking): BookingData {
  if (!booking) throw new Absent('No booking has this number.')
  return booking
}

const getBooking = plainRoute({
  name: 'getBooking',
  summary: 'Get a booking',
  method: 'GET',
  path: '/bookings/:number',
  query: z.object({
    ...lang,
    expandCustomer: flag.optional(),
    expandParticipants: flag.optional(),
  }),
  document: `query BookeoThisBooking($number: String!, $expand: Boolean!) {
    booking(number: $number) { ${expandable} } ${itsAccount}
  }`,
  variables: ({ path, query }) => ({
    number: path['number'] ?? '',
    expand: query.expandCustomer === 'true',
  }),
  answer: { status: 200, description: 'The booking, canceled or not.', schema: bookingSchema },
  reply: (data: FoundBooking, _input, found) => bookingOf(theBooking(data), accountOf(found)),
  example: { path: { number: 'PHMS6HR' }, answer: bookingExample },
})

const getBookingCustomer = bookeoRoute({
  name: 'getBookingCustomer',
  summary: 'Get the customer of a booking',
  method: 'GET',
  path: '/bookings/:number/customer',
  query: z.object(lang),
  before: [sees('bookings'), sees('customers')],
  document: `query BookeoBookingCustomer($number: String!, $account: ID!) {
    booking(number: $number, account: $account) { customer { ${customerFields} } }
  }`,
  variables: ({ path }, found) => numbered(path, found),
  answer: { status: 200, description: 'The customer.', schema: customerSchema },
  reply: ({ booking }: { booking: { customer: CustomerData | null } | null }, _input, found) => {
    if (!booking?.customer) throw new Absent('No booking has this number.')
    return customerOf(booking.customer, accountOf(found))
  },
  example: { path: { number: 'PHMS6HR' }, answer: customerExample },
})

const dayOrTime = z.union([localDate, offsetTime], 'has to be a date or a time with an offset')

const ofCustomer = listOf(
  'customerBookings',
  z.object({
    beginDate: dayOrTime.optional().describe('The first day, or a time.'),
    endDate: dayOrTime.optional().describe('The last day, or a time that is not included.'),
    expandParticipants: flag.optional(),
  }),
)

function edge(text: string, isEnd: boolean, account: Account): Date | null {
  if (text.length > 10) return instantOf(text, account)
  return atWallClock(isEnd ? daysLater(text, 1) : text, '00:00', account.timeZone)
}

const listCustomerBookings = bookeoRoute({
  name: 'listCustomerBookings',
  summary: 'List the bookings of a customer',
  description: 'By start, canceled ones too.',
  group: 'customers',
  method: 'GET',
  path: '/customers/:id/bookings',
  query: ofCustomer.query,
  before: [
    sees('bookings'),
    {
      document: `query BookeoCustomerKnown($ids: [ID!]) {
        customers(filter: { customerIds: $ids }, first: 1) { nodes { id } }
      }`,
      variables: ({ path }) => ({ ids: [path['id']] }),
    },
  ],
  document: someBookings,
  variables: ({ query }, found) => {
    const { filters, page, size } = ofCustomer.asked(query)
    const account = accountOf(found)
    const [customer] = found.customers.nodes
    if (!customer) throw new Absent('No customer has this id.')
    const { beginDate, endDate } = filters
    return {
      ...pageAsk(page, size),
      filter: {
        customerIds: [customer.id],
        startsAt: {
          ...(beginDate && { from: edge(beginDate, false, account) }),
          ...(endDate && { to: edge(endDate, true, account) }),
        },
      },
      orderBy: { field: 'STARTS_AT', direction: 'ASC' },
      expand: false,
    }
  },
  answer: { status: 200, description: 'The bookings.', schema: pageSchema(bookingSchema) },
  reply: ({ bookings }: Listed, { query }, found) =>
    pageOf(
      bookings.nodes.map((each) => bookingOf(each, accountOf(found))),
      bookings.totalCount,
      ofCustomer.asked(query),
    ),
  example: { path: { id: customerExample.id }, answer: onePage(bookingExample) },
})

export const bookingRoutes = [listBookings, getBooking, getBookingCustomer, listCustomerBookings]
