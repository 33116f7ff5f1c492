// Appointedd's original public API, V1: what existing clients call. Here are its credential, its
// words for what goes wrong and its form of an error.

import { z } from 'zod'
import { bearerOf, type Dialect, type Problem } from '../route.ts'
import { cancelBooking, deleteBooking } from './cancel-booking.ts'
import { changeBooking } from './change-booking.ts'
import { createBooking } from './create-booking.ts'
import { getCustomer, listCustomers } from './customers.ts'
import { getBooking, listBookings } from './read-bookings.ts'
import { createReservation, getReservation } from './reservation.ts'
import { listResources } from './resources.ts'
import { searchIntervals } from './search-intervals.ts'
import { listOrganisations, listServices } from './services.ts'
import { appointeddV1Webhooks } from './webhooks.ts'

const invalid = { status: 400, code: 'Bad Request' }
const notFound = { code: 'Not Found' }
const notAvailable = { status: 409, code: 'Not Available' }
const conflict = { code: 'Conflict' }

export const appointeddV1: Dialect = {
  name: 'appointedd-v1',
  title: 'Appointedd Public API V1',
  about:
    'The calls of the original API that existing clients make: search, reserve, book, read, move ' +
    'and cancel. Lists are { data, total, next, prev }, one thing is { data }. A resource is a ' +
    'staff member or a thing. Prices are numbers in whole units of the currency of the business. ' +
    'Parameters, the fields of bookings and customers and the form of lists are the ' +
    "vendor's; which words errors have, `natural` as the order of making, and what a reservation, " +
    'a service and an organisation have beside their ids and names, are ours. Webhooks are made in ' +
    'the graph: createWebhookEndpoint with the format "appointedd_v1".',
  mounts: ['/appointedd/v1'],
  routes: [
    searchIntervals,
    createReservation,
    getReservation,
    createBooking,
    listBookings,
    getBooking,
    changeBooking,
    deleteBooking,
    cancelBooking,
    listServices,
    listResources,
    listCustomers,
    getCustomer,
    listOrganisations,
  ],
  credential: ({ headers }) => bearerOf(headers['x-api-key']),
  security: {
    key: { type: 'apiKey', in: 'header', name: 'X-API-KEY', description: 'An API key.' },
  },
  challenge: 'ApiKey realm="appointedd"',
  requestsPerMinute: 600,
  troubles: {
    UNAUTHENTICATED: { status: 401, code: 'Unauthorized' },
    FORBIDDEN: { status: 403, code: 'Forbidden' },
    NO_ROUTE: { status: 404, code: 'Not Found' },
    WRONG_METHOD: { status: 405, code: 'Method Not Allowed' },
    WRONG_CONTENT_TYPE: { status: 415, code: 'Unsupported Media Type' },
    TOO_LONG: { status: 413, code: 'Content Too Large' },
    NOT_JSON: invalid,
    MISSING_FIELD: invalid,
    INVALID_FIELD: invalid,
    RATE_LIMITED: { status: 429, code: 'Too Many Requests' },
    UNAVAILABLE: { status: 503, code: 'Service Unavailable' },
    INTERNAL: { status: 500, code: 'Internal Server Error' },
  },
  refusals: {
    NOT_FOUND: notFound,
    VALIDATION_FAILED: invalid,
    SLOT_TAKEN: notAvailable,
    OUTSIDE_AVAILABILITY: notAvailable,
    TOO_SOON: notAvailable,
    TOO_LATE: notAvailable,
    NO_CAPACITY: notAvailable,
    LIMIT_REACHED: notAvailable,
    HOLD_EXPIRED: { status: 409, code: 'Reservation Expired' },
    ROUTING_REJECTED: { code: 'Rejected' },
    ALREADY_CANCELLED: { code: 'Already Cancelled' },
    IDEMPOTENCY_CONFLICT: conflict,
    VERSION_CONFLICT: conflict,
    ILLEGAL_TRANSITION: conflict,
    IN_USE: conflict,
    PAYMENT_REQUIRED: { code: 'Payment Required' },
    CURSOR_EXPIRED: { code: 'Gone' },
  },
  formats: { appointedd_v1: appointeddV1Webhooks },
  errorBody: ({ code, message }: Problem) => ({ error: code, message }),
  errorSchema: z.object({ error: z.string(), message: z.string() }),
}
