// BookingFlow: rooms that are booked by parties, with schedules, customers and payments. Here are
// its credentials, its words for what goes wrong and its form of an error.

import { z } from 'zod'
import type { Dialect, Problem, Standing, Word } from '../route.ts'
import { createBlock } from './block.ts'
import { cancelBooking } from './cancel-booking.ts'
import { updateBooking } from './change-booking.ts'
import { createBooking } from './create-booking.ts'
import { getCustomer, listCustomers } from './customers.ts'
import { getBooking, listBookings } from './list-bookings.ts'
import { getRoom, listRooms } from './list-rooms.ts'
import { getMe } from './me.ts'
import { createRoom, updateRoom } from './save-room.ts'
import { listSchedules } from './schedules.ts'
import { unavailable } from './suite.ts'
import { formats } from './webhooks.ts'

const invalid: Word = { status: 400, code: 'invalid_request' }
const badWindow = { status: 400, code: 'invalid_time_window' }
const conflict = { status: 409, code: 'conflict' }

export const bookingflow: Dialect = {
  name: 'bookingflow',
  title: 'BookingFlow API',
  about:
    'For rooms and experiences that parties book. The vendor publishes its paths and what they ' +
    'are for; bodies, the envelope and error codes are ours, shaped like its public widget. Times ' +
    'are UTC with Z, money is whole minor units of a currency. An Idempotency-Key makes any write ' +
    'safe to repeat. 300 requests a minute (ours); X-RateLimit-Reset is in seconds since 1970. ' +
    'Codes beside the published ones, all ours: not_found and method_not_allowed for what is no ' +
    'route, content_too_large, unsupported_media_type, conflict for what the state of a booking ' +
    'does not allow, idempotency_conflict, unavailable and internal_error. Webhooks are asked for ' +
    'in the graph, with the format "bookingflow".',
  mounts: ['/bookingflow/api/v1', '/bookingflow/api/v1/public', '/bookingflow/v1'],
  routes: [
    getMe,
    listBookings,
    getBooking,
    createBooking,
    updateBooking,
    cancelBooking,
    listRooms,
    getRoom,
    createRoom,
    updateRoom,
    listSchedules,
    createBlock,
    listCustomers,
    getCustomer,
  ],
  credential: ({ headers }) => headers['authorization'] ?? null,
  security: {
    key: {
      type: 'http',
      scheme: 'bearer',
      description:
        'An API key of one organization, read-only or read-write. Several may be used at once, and ' +
        'a replaced one works until it is revoked or its overlap ends.',
    },
  },
  challenge: 'Bearer',
  requestsPerMinute: 300,
  standingHeaders,
  troubles: {
    UNAUTHENTICATED: { status: 401, code: 'unauthorized' },
    FORBIDDEN: { status: 403, code: 'forbidden' },
    NO_ROUTE: { status: 404, code: 'not_found' },
    WRONG_METHOD: { status: 405, code: 'method_not_allowed' },
    WRONG_CONTENT_TYPE: { status: 415, code: 'unsupported_media_type' },
    TOO_LONG: { status: 413, code: 'content_too_large' },
    NOT_JSON: invalid,
    MISSING_FIELD: invalid,
    INVALID_FIELD: invalid,
    RATE_LIMITED: { status: 429, code: 'rate_limited' },
    UNAVAILABLE: { status: 503, code: 'unavailable' },
    INTERNAL: { status: 500, code: 'internal_error' },
  },
  refusals: {
    NOT_FOUND: { code: 'not_found' },
    VALIDATION_FAILED: invalid,
    SLOT_TAKEN: unavailable,
    OUTSIDE_AVAILABILITY: unavailable,
    HOLD_EXPIRED: unavailable,
    LIMIT_REACHED: unavailable,
    TOO_SOON: badWindow,
    TOO_LATE: badWindow,
    NO_CAPACITY: { status: 409, code: 'slot_capacity_exceeded' },
    PAYMENT_REQUIRED: { status: 409, code: 'payment_required' },
    ALREADY_CANCELLED: {
      status: 409,
      code: 'already_canceled',
      message: 'The booking is canceled already.',
    },
    IDEMPOTENCY_CONFLICT: { status: 409, code: 'idempotency_conflict' },
    ILLEGAL_TRANSITION: conflict,
    VERSION_CONFLICT: conflict,
    IN_USE: conflict,
    ROUTING_REJECTED: conflict,
    CURSOR_EXPIRED: conflict,
  },
  formats,
  errorBody,
  errorSchema: z.object({
    ok: z.literal(false),
    error: z.string(),
    message: z.string(),
    fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    remainingPlayers: z.int().optional(),
  }),
}

function standingHeaders({ limit, remaining, resetsAt }: Standing): Record<string, string> {
  return {
    'x-ratelimit-limit': String(limit),
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(Math.ceil(resetsAt / 1000)),
  }
}

/** `fields` where some are at fault; `remainingPlayers` where there are too few places. */
function errorBody(problem: Problem) {
  const { code, refusal } = problem
  const message = spelled(problem.message)
  const fields = fieldsOf(problem)
  const remaining = refusal?.code === 'NO_CAPACITY' ? refusal.details?.['remaining'] : undefined
  return {
    ok: false,
    error: code,
    message,
    ...(fields.length > 0 && { fields }),
    ...(typeof remaining === 'number' && { remainingPlayers: remaining }),
  }
}

type Issue = { path: string[] | null; message: string }

function fieldsOf({ status, fields, refusal }: Problem): { field: string; message: string }[] {
  if (fields.length > 0) return fields.map(({ name, message }) => ({ field: name, message }))
  if (status !== 400 || !refusal) return []
  const issues = (refusal.details?.['issues'] as Issue[] | undefined) ?? [refusal]
  return issues.flatMap(({ path, message }) => {
    const field = path && fieldOf(path)
    return field ? [{ field, message: spelled(message) }] : []
  })
}

/** By the name that the graph has for it; what has none there is spelled as it was sent. */
const fieldNames: Record<string, string> = {
  serviceId: 'roomId',
  startsAt: 'startAt',
  endsAt: 'to',
  partySize: 'players',
  minParty: 'minPlayers',
  maxParty: 'maxPlayers',
  capacity: 'maxPlayers',
  durationMinutes: 'durationMins',
  bufferBeforeMinutes: 'bufferMins',
  bufferAfterMinutes: 'bufferMins',
  slotStepMinutes: 'slotIntervalMins',
  'price.amount': 'price',
  'price.currency': 'currency',
  staffIds: 'room',
  resourceIds: 'room',
  id: '',
}

/** A sentence of the graph with the names that its fields have here. */
function spelled(message: string): string {
  return message.replaceAll(/\b[a-z]+[A-Z]\w*/g, (name) => fieldNames[name] || name)
}

function fieldOf(path: string[]): string {
  const whole = path.join('.')
  return fieldNames[whole] ?? fieldNames[path[0] ?? ''] ?? whole
}
