// Calendesk REST API: free times, bookings and users for a business' own programs. Here are its
// credentials, its words for what goes wrong and its form of an error.

import { z } from 'zod'
import { bearerOf, type Dialect, type Problem, type Standing, type Word } from '../route.ts'
import { bookForUser } from './book-for-user.ts'
import { cancelBooking, updateBooking } from './change-booking.ts'
import { createBooking } from './create-booking.ts'
import { getEmployee, listEmployees } from './employees.ts'
import { listBookings } from './list-bookings.ts'
import { listSlots } from './list-slots.ts'
import { payBooking } from './pay-booking.ts'
import { getService, listServices } from './services.ts'
import { createUser, getUser, listUsers, updateUser } from './users.ts'
import { format } from './webhook-format.ts'
import { createWebhook, deleteWebhook, listWebhooks } from './webhooks.ts'

const invalid: Word = { status: 422, code: 'invalid' }
const gone = { code: 'conflict' }

export const calendesk: Dialect = {
  name: 'calendesk',
  title: 'Calendesk API',
  about:
    "Free times, bookings, users, payments and webhooks of one business, for that business' own " +
    'programs. Ids are whole numbers. Dates and times are those of the wall clock of the business ' +
    'unless a route says otherwise; a time that is skipped when clocks go forward means the one ' +
    'after the gap, one that comes twice the first. The vendor publishes examples of free times, ' +
    'creating a booking, searching users and registering a webhook; what is marked as ours it ' +
    'does not, and neither the forms of errors, the limit of 300 requests a minute and its ' +
    'headers, nor the signature of webhooks, which is that of Standard Webhooks.',
  mounts: ['/calendesk/api'],
  routes: [
    listSlots,
    createBooking,
    updateBooking,
    cancelBooking,
    bookForUser,
    listBookings,
    listUsers,
    createUser,
    getUser,
    updateUser,
    listServices,
    getService,
    listEmployees,
    getEmployee,
    payBooking,
    createWebhook,
    listWebhooks,
    deleteWebhook,
  ],
  formats: { calendesk: format },
  credential: ({ headers }) => bearerOf(headers['x-api-key']),
  tenant: ({ headers }) => headers['x-tenant'] ?? null,
  publicScopes: ['availability:read', 'services:read', 'staff:read'],
  publicSecurity: ['tenant'],
  security: {
    key: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Api-Key',
      description: 'An API key of the business.',
    },
    tenant: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Tenant',
      description: 'The slug of the business.',
    },
  },
  challenge: 'ApiKey realm="calendesk", header="X-Api-Key"',
  requestsPerMinute: 300,
  standingHeaders,
  troubles: {
    UNAUTHENTICATED: { status: 401, code: 'unauthenticated' },
    FORBIDDEN: { status: 403, code: 'forbidden' },
    NO_ROUTE: { status: 404, code: 'not_found' },
    WRONG_METHOD: { status: 405, code: 'method_not_allowed' },
    WRONG_CONTENT_TYPE: { status: 415, code: 'unsupported_media_type' },
    TOO_LONG: { status: 413, code: 'content_too_large' },
    NOT_JSON: { status: 400, code: 'not_json' },
    MISSING_FIELD: invalid,
    INVALID_FIELD: invalid,
    RATE_LIMITED: { status: 429, code: 'too_many_requests' },
    UNAVAILABLE: { status: 503, code: 'unavailable' },
    INTERNAL: { status: 500, code: 'server_error' },
  },
  refusals: {
    NOT_FOUND: { code: 'not_found' },
    VALIDATION_FAILED: invalid,
    SLOT_TAKEN: gone,
    OUTSIDE_AVAILABILITY: gone,
    TOO_SOON: gone,
    TOO_LATE: gone,
    NO_CAPACITY: gone,
    HOLD_EXPIRED: gone,
    LIMIT_REACHED: gone,
    VERSION_CONFLICT: gone,
    IDEMPOTENCY_CONFLICT: gone,
    ILLEGAL_TRANSITION: gone,
    ALREADY_CANCELLED: gone,
    IN_USE: gone,
    ROUTING_REJECTED: { code: 'forbidden' },
    PAYMENT_REQUIRED: { code: 'payment_required' },
    CURSOR_EXPIRED: { code: 'gone' },
  },
  errorBody,
  errorSchema: z.object({
    message: z.string(),
    errors: z.record(z.string(), z.array(z.string())).optional(),
  }),
}

function standingHeaders({ limit, remaining }: Standing): Record<string, string> {
  return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining) }
}

type Issue = { path: string[]; message: string }

/** `errors` of what cannot be accepted: the sentences about each field. */
function errorBody({ status, message, fields, refusal }: Problem) {
  if (status !== 422) return { message }
  const { path, details } = refusal ?? {}
  const issues = (details?.['issues'] ?? []) as Issue[]
  const refused = issues.length > 0 ? issues : path ? [{ path, message }] : []
  const errors: Record<string, string[]> = {}
  const say = (name: string, sentence: string) => (errors[name] ??= []).push(sentence)
  for (const { name, message: sentence } of fields) if (name !== '') say(dotted(name), sentence)
  for (const issue of refused) say(fieldOf(issue.path), issue.message)
  return { message, errors }
}

/** As the vendor's framework writes the place of a field: `bookings.0.service_id`. */
const dotted = (name: string) => name.replaceAll(/\[(\d+)\]/g, '.$1')

const fieldNames: Record<string, string> = {
  items: 'bookings',
  customer: 'user',
  customerId: 'user_id',
  serviceId: 'service_id',
  staffId: 'employee_id',
  sessionId: 'start_time',
  startsAt: 'start_time',
  partySize: 'number_of_people',
  notes: 'description',
  customFields: 'custom_fields',
  firstName: 'name',
  lastName: 'surname',
  phone: 'default_phone',
  timeZone: 'time_zone',
  bookingId: 'booking_id',
  methodNote: 'payment_method',
  types: 'events',
}

/** The field of this dialect that a field of the graph was made from. */
function fieldOf(path: readonly string[]): string {
  return path.map((part) => fieldNames[part] ?? part).join('.')
}
