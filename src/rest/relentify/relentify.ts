// Relentify Bookings API: for bots and integrations that book end to end through a booking link.
// Here are its credentials, its words for what goes wrong and its form of an error.

import { z } from 'zod'
import type { Dialect, Problem, Word } from '../route.ts'
import { cancelBooking } from './cancel-booking.ts'
import { createBooking } from './create-booking.ts'
import { getBooking } from './get-booking.ts'
import { listBookings } from './list-bookings.ts'
import { listSlots } from './list-slots.ts'
import { formats } from './webhooks.ts'

/** The vendor knows one word for a slot that cannot be had; the message tells the reason. */
const slotTaken = { code: 'slot_taken' }
const invalid: Word = { status: 400, code: 'validation_failed' }
const conflict = { code: 'conflict' }

export const relentify: Dialect = {
  name: 'relentify',
  title: 'Relentify Bookings API',
  about:
    'For bots and integrations that book end to end on behalf of a contact, through a booking ' +
    'link. The fields of a booking and of webhooks, and the day of a request for slots, which is ' +
    "one of the business's own zone, are ours: the vendor publishes none.",
  mounts: ['/relentify/api/v1'],
  formats,
  routes: [listBookings, createBooking, getBooking, cancelBooking, listSlots],
  credential: ({ headers }) => headers['authorization'] ?? null,
  security: {
    key: {
      type: 'http',
      scheme: 'bearer',
      description:
        'An API key with bookings:read (list, one, slots), bookings:write (create, cancel).',
    },
  },
  challenge: 'Bearer',
  requestsPerMinute: 100,
  rehearses: ({ query }) => query['test_mode'] === 'true',
  troubles: {
    UNAUTHENTICATED: { status: 401, code: 'unauthorized' },
    FORBIDDEN: { status: 403, code: 'insufficient_scope' },
    NO_ROUTE: { status: 404, code: 'not_found' },
    WRONG_METHOD: { status: 405, code: 'method_not_allowed' },
    WRONG_CONTENT_TYPE: { status: 415, code: 'unsupported_media_type' },
    TOO_LONG: { status: 413, code: 'content_too_large' },
    NOT_JSON: invalid,
    MISSING_FIELD: { status: 400, code: 'missing_field' },
    INVALID_FIELD: invalid,
    RATE_LIMITED: { status: 429, code: 'rate_limited' },
    UNAVAILABLE: { status: 503, code: 'unavailable' },
    INTERNAL: { status: 500, code: 'internal_error' },
  },
  refusals: {
    NOT_FOUND: { code: 'not_found' },
    VALIDATION_FAILED: invalid,
    SLOT_TAKEN: slotTaken,
    OUTSIDE_AVAILABILITY: slotTaken,
    TOO_SOON: slotTaken,
    TOO_LATE: slotTaken,
    NO_CAPACITY: slotTaken,
    LIMIT_REACHED: slotTaken,
    HOLD_EXPIRED: slotTaken,
    ROUTING_REJECTED: { code: 'routing_rejected' },
    ALREADY_CANCELLED: { code: 'already_cancelled' },
    IDEMPOTENCY_CONFLICT: { code: 'idempotency_conflict' },
    VERSION_CONFLICT: conflict,
    ILLEGAL_TRANSITION: conflict,
    IN_USE: conflict,
    PAYMENT_REQUIRED: { code: 'payment_required' },
    CURSOR_EXPIRED: { code: 'cursor_expired' },
  },
  errorBody,
  errorSchema: z.object({ error: z.string(), message: z.string(), field: z.string().optional() }),
}

/** `field` names what is at fault, where one field is. */
function errorBody({ code, message, fields, refusal }: Problem) {
  const field = fields[0]?.name ?? fieldOf(refusal?.path ?? [])
  return { error: code, message, ...(field && { field }) }
}

const fieldNames: Record<string, string> = {
  linkId: 'booking_link_id',
  slug: 'slug',
  serviceId: 'service_id',
  staffId: 'staff_id',
  startsAt: 'start_time',
  timeZone: 'client_timezone',
  notes: 'notes',
  answers: 'answers',
  'customer.name': 'contact_name',
  'customer.email': 'contact_email',
  'customer.phone': 'contact_phone',
  'customer.timeZone': 'client_timezone',
}

function fieldOf([first = '', second]: readonly string[]): string | undefined {
  return fieldNames[`${first}.${second}`] ?? fieldNames[first]
}
