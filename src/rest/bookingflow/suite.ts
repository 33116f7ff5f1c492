// What every route of the suite shares: the envelope, its pages, its words for refusals, and the
// one organisation that a key has.

import { z } from 'zod'
import { pageAsk, pageNumber, pageSize } from '../numbered.ts'
import { Unacceptable, type Found, type Input, type RefusalWords, type Word } from '../route.ts'

const usualLimit = 50

/** Pages have numbers from 1 on; a limit above 100 means 100. */
export const pages = {
  page: pageNumber.optional().describe('The number of the page; 1 when left out.'),
  limit: pageSize(100).optional().describe('How many on a page: 50 when left out, at most 100.'),
}

type Paged = { page?: number | undefined; limit?: number | undefined }

const pageOf = ({ page = 1, limit = usualLimit }: Paged) => ({ page, limit })

/** The page as the graph is asked for it. */
export function askOf(query: Paged) {
  const { page, limit } = pageOf(query)
  return pageAsk(page, limit)
}

export const paginationSchema = z.object({
  page: z.int(),
  limit: z.int(),
  total: z.int(),
  hasMore: z.boolean(),
})

export function paginationOf(query: Paged, total: number): z.output<typeof paginationSchema> {
  const { page, limit } = pageOf(query)
  return { page, limit, total, hasMore: page * limit < total }
}

/** The envelope of one thing. */
export function enveloped<Schema extends z.ZodType>(schema: Schema) {
  return z.object({ ok: z.literal(true), data: schema })
}

/** The envelope of a page of things. */
export function envelopedPage<Schema extends z.ZodType>(schema: Schema) {
  return enveloped(z.array(schema)).extend({ pagination: paginationSchema })
}

export const ok = <Data>(data: Data) => ({ ok: true as const, data })

/** A whole number in a body, as large as the graph counts. */
export const count = (least: number) =>
  z
    .int()
    .min(least, `has to be ${least} or more`)
    .max(2_000_000_000, 'has to be 2000000000 or less')

/** Heads; how many a room takes is asked of the graph. */
export const players = z.int().max(2_000_000_000, 'has to be 2000000000 or less')

/** Refuses a party of nobody. */
export function headsOf(heads: number): number {
  if (heads >= 1) return heads
  const message = `"players" is ${heads}; a party has at least one.`
  throw new Unacceptable({ place: 'body', name: 'players', message }, 'VALIDATION_FAILED')
}

/** What every mutation of the suite selects of a refusal. */
export const refusal = `... on Refusal { code message path }
  ... on ValidationError { issues { path message } }`

/** The organisation of the key, for routes that cannot do without. */
export const organization = {
  document: 'query BookingFlowAccount { accounts(first: 2) { nodes { id timeZone } } }',
  variables: () => ({}),
}

type Organization = { id: string; timeZone: string }

/** Of what `organization` found: the only one. */
export function organizationOf({ accounts }: Found): Organization {
  const [only, another] = (accounts as { nodes: Organization[] }).nodes
  if (only && !another) return only
  const message = 'This takes the key of one organization; yours reaches several, or none.'
  throw new Unacceptable({ place: 'header', name: 'Authorization', message })
}

/** As `organization`, for requests of which `asks` says so. */
export function organizationIf<Asked extends Input>(asks: (input: Asked) => boolean) {
  return { ...organization, variables: (input: Asked) => (asks(input) ? {} : null) }
}

const invalid = { status: 400, code: 'invalid_request' }
const badParty = { status: 400, code: 'invalid_party_size' }
const badWindow = { status: 400, code: 'invalid_time_window' }
const badType = { status: 400, code: 'booking_type_not_allowed' }
export const unavailable = { status: 409, code: 'slot_unavailable' }

export const notFound = {
  room: { status: 404, code: 'room_not_found', message: 'No room has this id.' },
  booking: { status: 404, code: 'booking_not_found', message: 'No booking has this id.' },
  customer: { status: 404, code: 'customer_not_found', message: 'No customer has this id.' },
} as const satisfies Record<string, Word>

const absentByPath: Record<string, Word> = {
  serviceId: notFound.room,
  customerId: notFound.customer,
  // The session of a public booking is the slot.
  sessionId: unavailable,
  startAt: unavailable,
}

const invalidByPath: Record<string, Word> = {
  partySize: badParty,
  players: badParty,
  bookingType: badType,
  startsAt: badWindow,
  endsAt: badWindow,
  from: badWindow,
  to: badWindow,
}

/** The words that depend on which field is at fault; `own` is what the path of the route names. */
export function refusalsOf(own: Word): RefusalWords {
  return {
    NOT_FOUND: ({ path }) => absentByPath[path?.[0] ?? ''] ?? own,
    VALIDATION_FAILED: ({ path }) => invalidByPath[path?.[0] ?? ''] ?? invalid,
    LIMIT_REACHED: ({ path }) => (path?.[0] === 'partySize' ? badParty : unavailable),
  }
}
