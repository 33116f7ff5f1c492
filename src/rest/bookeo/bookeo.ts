// Bookeo API v2: for applications that an owner installed. Here are its credentials, its page for
// owners, its words for what goes wrong and its form of an error.

import { z } from 'zod'
import { installedAs } from '../installed.ts'
import type { Dialect, Problem, Word } from '../route.ts'
import { scopesOf } from './permissions.ts'
import { blockRoutes } from './blocks.ts'
import { bookingRoutes } from './bookings.ts'
import { cancelBooking } from './cancel-booking.ts'
import { replaceBooking } from './change-booking.ts'
import { createBooking } from './create-booking.ts'
import { customerRoutes } from './customers.ts'
import { holdRoutes } from './holds.ts'
import { matchingRoutes } from './matching-slots.ts'
import { paymentRoutes } from './payments.ts'
import { seatBlockRoutes } from './seat-blocks.ts'
import { settingsRoutes } from './settings.ts'
import { slotRoutes } from './slots.ts'
import { subaccountRoutes } from './subaccounts.ts'
import { formats } from './told.ts'
import { webhookRoutes } from './webhooks.ts'

const invalid: Word = { status: 400, code: 'invalid_request' }
const unavailable = { status: 409, code: 'slot_unavailable' }

export const bookeo: Dialect = {
  name: 'bookeo',
  title: 'Bookeo API v2',
  about:
    'For applications that the owner of a business installed at `/bookeo/authorize?authappid=…' +
    '&permissions=…&state=…`. Every call shows the secret key of the application and the api key ' +
    'of the installation. Times are RFC 3339 with the offset of the business; the offset -00:00 ' +
    'in a request means its own zone. Ours, where the vendor publishes nothing: the names ' +
    '`httpStatus` and `errorId` of an error (`errorId` is a word that stays), 1,000 calls in a ' +
    'minute for each api key, the options of a booking (its custom fields), participants (counted ' +
    'by category, and not named). What a permission does not allow is left out of answers: prices ' +
    'need payments_r_all, customers of bookings customers_r_all. Who made, changed or canceled a ' +
    'booking (creationAgent, lastChangeAgent, cancelationAgent) is of the audit log, for which there ' +
    'is no permission; installations made otherwise may have it.',
  mounts: ['/bookeo/v2'],
  routes: [
    ...settingsRoutes,
    ...slotRoutes,
    ...matchingRoutes,
    ...holdRoutes,
    ...bookingRoutes,
    createBooking,
    replaceBooking,
    cancelBooking,
    ...customerRoutes,
    ...paymentRoutes,
    ...blockRoutes,
    ...seatBlockRoutes,
    ...subaccountRoutes,
    ...webhookRoutes,
  ],
  credential: ({ headers, query }) =>
    installedAs(
      query.get('secretKey') ?? headers['x-bookeo-secretkey'],
      query.get('apiKey') ?? headers['x-bookeo-apikey'],
    ),
  formats,
  asking: {
    path: '/bookeo/authorize',
    applicationParameter: 'authappid',
    permissionsParameter: 'permissions',
    scopesOf,
  },
  security: {
    secretKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Bookeo-secretKey',
      description: 'The secret key of the application; also as the query parameter `secretKey`.',
    },
    apiKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Bookeo-apiKey',
      description: 'The api key of the installation; also as the query parameter `apiKey`.',
    },
  },
  challenge: 'Bookeo',
  requestsPerMinute: 1000,
  answerHeaders: () => ({ 'content-language': 'en' }),
  troubles: {
    UNAUTHENTICATED: {
      status: 401,
      code: 'unauthorized',
      message: 'The secret key or the api key is missing or wrong, or they are not a pair.',
    },
    FORBIDDEN: {
      status: 403,
      code: 'forbidden',
      message: 'The api key has not the permission for this.',
    },
    NO_ROUTE: { status: 404, code: 'not_found' },
    WRONG_METHOD: { status: 405, code: 'method_not_allowed' },
    WRONG_CONTENT_TYPE: { status: 415, code: 'unsupported_media_type' },
    TOO_LONG: { status: 413, code: 'content_too_large' },
    NOT_JSON: invalid,
    MISSING_FIELD: invalid,
    INVALID_FIELD: invalid,
    RATE_LIMITED: { status: 429, code: 'too_many_requests' },
    UNAVAILABLE: { status: 503, code: 'unavailable' },
    INTERNAL: { status: 500, code: 'internal_error' },
  },
  refusals: {
    NOT_FOUND: { code: 'not_found' },
    VALIDATION_FAILED: invalid,
    SLOT_TAKEN: unavailable,
    OUTSIDE_AVAILABILITY: unavailable,
    TOO_SOON: unavailable,
    TOO_LATE: unavailable,
    NO_CAPACITY: unavailable,
    LIMIT_REACHED: unavailable,
    HOLD_EXPIRED: { status: 409, code: 'hold_expired' },
    ROUTING_REJECTED: { status: 409, code: 'rejected' },
    ALREADY_CANCELLED: { status: 409, code: 'already_canceled' },
    IDEMPOTENCY_CONFLICT: { status: 409, code: 'idempotency_conflict' },
    VERSION_CONFLICT: { status: 409, code: 'changed_meanwhile' },
    ILLEGAL_TRANSITION: { status: 409, code: 'not_possible' },
    IN_USE: { status: 409, code: 'in_use' },
    PAYMENT_REQUIRED: { status: 409, code: 'payment_required' },
    CURSOR_EXPIRED: { status: 409, code: 'token_expired' },
  },
  errorBody,
  errorSchema: z.object({
    httpStatus: z.int(),
    message: z.string(),
    errorId: z.string(),
    retryAfter: z.int().optional(),
  }),
}

function errorBody({ status, code, message, retryAfterSeconds }: Problem) {
  const later = status === 429 && retryAfterSeconds !== null && { retryAfter: retryAfterSeconds }
  return { httpStatus: status, message, errorId: code, ...later }
}
