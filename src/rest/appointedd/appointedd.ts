// Appointedd's public API V2: JSON:API, read only, one credential over all accounts. Here are its
// credentials, its media types, its words for what goes wrong and its form of an error.

import { z } from 'zod'
import type { Dialect, FieldFault, Headers, Problem } from '../route.ts'
import { routes } from './lists.ts'

const invalid = { status: 400, code: 'invalid_parameter' }

export const appointedd: Dialect = {
  name: 'appointedd',
  title: 'Appointedd Public API V2',
  about:
    'Reads bookings, customers, events, services and staff of all accounts that a client ' +
    'authenticates, with one credential. Answers are JSON:API documents, as ' +
    'application/vnd.api+json, or as application/json when that is asked for; what the client ' +
    'may not see is null. The vendor publishes that the API reads, over all accounts, with OAuth ' +
    '2 client credentials; the names of parameters and attributes, paging, errors and limits are ' +
    'ours. Money is in the minor unit of its currency, times are UTC.',
  mounts: ['/appointedd/v2'],
  routes,
  credential: ({ headers }) => headers['authorization'] ?? null,
  security: {
    client: {
      type: 'oauth2',
      tokenPath: '/oauth/tokens',
      description:
        'An access token of an API client: POST grant_type=client_credentials to /oauth/tokens, ' +
        'with client id and secret by HTTP Basic or in the form.',
    },
  },
  challenge: 'Bearer',
  requestsPerMinute: 600,
  contentType: mediaType,
  answerHeaders: () => ({ vary: 'Accept' }),
  troubles: {
    UNAUTHENTICATED: { status: 401, code: 'unauthorized' },
    FORBIDDEN: { status: 403, code: 'forbidden' },
    NO_ROUTE: { status: 404, code: 'not_found' },
    WRONG_METHOD: { status: 405, code: 'method_not_allowed' },
    WRONG_CONTENT_TYPE: { status: 415, code: 'unsupported_media_type' },
    TOO_LONG: { status: 413, code: 'content_too_large' },
    NOT_JSON: { status: 400, code: 'invalid_json' },
    MISSING_FIELD: invalid,
    INVALID_FIELD: invalid,
    RATE_LIMITED: { status: 429, code: 'rate_limited' },
    UNAVAILABLE: { status: 503, code: 'unavailable' },
    INTERNAL: { status: 500, code: 'internal_error' },
  },
  refusals: {
    NOT_FOUND: { code: 'not_found' },
    VALIDATION_FAILED: invalid,
    SLOT_TAKEN: { code: 'slot_taken' },
    OUTSIDE_AVAILABILITY: { code: 'outside_availability' },
    TOO_SOON: { code: 'too_soon' },
    TOO_LATE: { code: 'too_late' },
    NO_CAPACITY: { code: 'no_capacity' },
    LIMIT_REACHED: { code: 'limit_reached' },
    HOLD_EXPIRED: { code: 'hold_expired' },
    ROUTING_REJECTED: { code: 'routing_rejected' },
    ALREADY_CANCELLED: { code: 'already_cancelled' },
    IDEMPOTENCY_CONFLICT: { code: 'idempotency_conflict' },
    VERSION_CONFLICT: { code: 'version_conflict' },
    ILLEGAL_TRANSITION: { code: 'illegal_transition' },
    IN_USE: { code: 'in_use' },
    PAYMENT_REQUIRED: { code: 'payment_required' },
    CURSOR_EXPIRED: { code: 'cursor_expired' },
  },
  errorBody,
  errorSchema: z.object({
    errors: z.array(
      z.object({
        status: z.string(),
        code: z.string(),
        title: z.string(),
        detail: z.string(),
        source: z
          .object({
            parameter: z.string().optional(),
            pointer: z.string().optional(),
            header: z.string().optional(),
          })
          .optional(),
      }),
    ),
  }),
}

/** Arguments of the graph by the names that they have here. */
const parameters: Readonly<Record<string, string>> = {
  after: 'page[after]',
  before: 'page[after]',
  accounts: 'filter[account]',
}

const titleOf = (code: string) => code[0]?.toUpperCase() + code.slice(1).replaceAll('_', ' ')

function errorBody({ status, code, message, fields, refusal }: Problem) {
  const error = (detail: string, source: object | null) => ({
    status: String(status),
    code,
    title: titleOf(code),
    detail,
    ...(source && { source }),
  })
  if (fields.length > 0)
    return { errors: fields.map((each) => error(each.message, sourceOf(each))) }
  const parameter = parameters[refusal?.path?.[0] ?? '']
  if (parameter === undefined) return { errors: [error(message, null)] }
  // The sentence of the graph quotes the id, whatever it is that was named here.
  const detail = 'No account that this client authenticates has this slug or id.'
  return { errors: [error(detail, { parameter })] }
}

function sourceOf({ place, name }: FieldFault): object {
  if (place === 'query') return { parameter: parameters[name] ?? name }
  if (place === 'header') return { header: name }
  return { pointer: `/${name.replaceAll('[', '/').replaceAll(']', '').replaceAll('.', '/')}` }
}

const jsonApi = 'application/vnd.api+json'

/** JSON:API's own, unless plain JSON is what is preferred. */
function mediaType(headers: Headers): string {
  const wanted = (headers['accept'] ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((each) => each.startsWith('q='))?.slice(2)
    return { type, weight: weight === undefined ? 1 : Number(weight) || 0 }
  })
  const weightOf = (type: string) => wanted.find((each) => each.type === type)?.weight ?? 0
  return weightOf('application/json') > weightOf(jsonApi) ? 'application/json' : jsonApi
}
