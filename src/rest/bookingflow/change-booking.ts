// PUT /bookings/:id: reschedules a booking and changes its guests, in one unit; same id.

import { z } from 'zod'
import { email, id, instant, text, words } from '../fields.ts'
import { Absent, route, Unacceptable, type Found, type Step } from '../route.ts'
import { bookingExample, bookingSchema } from './booking.ts'
import { oneBooking, replyOf } from './list-bookings.ts'
import type { RoomData } from './room.ts'
import { sessionIdOf, sessionsThen, thenOf, type SessionsThen } from './slot.ts'
import { enveloped, headsOf, notFound, players, refusal, refusalsOf } from './suite.ts'

const body = z.object({
  roomId: id.optional(),
  startAt: instant.optional(),
  players: players.optional(),
  customer: z
    .object({ name: words(200).optional(), email: email.nullish(), phone: text(50).nullish() })
    .optional(),
})

type Change = z.output<typeof body>
type ChangeStep = Step<z.ZodObject<Record<string, never>>, typeof body>

type Before = {
  id: string
  startsAt: Date
  party: { total: number }
  customer: { id: string } | null
  service: (Pick<RoomData, 'id' | 'kind'> & SessionsThen) | null
}

/** The booking as it was; Absent when there is none for the key. */
function beforeOf({ before }: Found): Before {
  if (!before) throw new Absent(notFound.booking.message)
  return before as Before
}

const find: ChangeStep = {
  document: `query BookingFlowBookingToChange($id: ID!, $at: DateTime, $until: DateTime) {
    before: booking(id: $id) {
      id startsAt party { total } customer { id }
      service { id kind ${sessionsThen} }
    }
  }`,
  // Without a start there is no session to look for: none starts at the beginning of time.
  variables: ({ path, body: { startAt } }) => ({
    id: path['id'],
    ...thenOf(startAt ?? '1970-01-01T00:00:00.000Z'),
  }),
}

const otherRoom = new Unacceptable({
  place: 'body',
  name: 'roomId',
  message: 'A booking stays in its room: cancel it and book the other one.',
})

const changeCustomer: ChangeStep = {
  document: `mutation BookingFlowUpdateCustomer($input: UpdateCustomerInput!) {
    customer: updateCustomer(input: $input) {
      ... on UpdateCustomerSuccess { data { id } } ${refusal}
    }
  }`,
  variables: ({ body: { roomId, customer } }, found) => {
    const { customer: known, service } = beforeOf(found)
    if (roomId !== undefined && roomId !== service?.id) throw otherRoom
    if (!customer || Object.keys(customer).length === 0) return null
    if (!known) throw new Absent(notFound.customer.message)
    return { input: { id: known.id, ...customer } }
  },
}

/** Those who leave do so before the move, and those who come after it: seats are asked for once. */
function resize(name: string, when: (heads: number, before: number) => boolean): ChangeStep {
  return {
    document: `mutation BookingFlow${name}($input: UpdateBookingInput!) {
      ${name}: updateBooking(input: $input) {
        ... on UpdateBookingSuccess { data { id } } ${refusal}
        ... on NoCapacityError { remaining }
      }
    }`,
    variables: ({ body: { players: wanted } }, found) => {
      const { id, party } = beforeOf(found)
      if (wanted === undefined || !when(headsOf(wanted), party.total)) return null
      return { input: { id, partySize: wanted } }
    },
  }
}

function moveOf({ startAt, players: wanted }: Change, before: Before) {
  if (startAt === undefined || new Date(startAt).getTime() === before.startsAt.getTime())
    return null
  const { id, service, party } = before
  if (service?.kind !== 'CLASS') return { id, startsAt: startAt }
  return { id, sessionId: sessionIdOf(service, wanted ?? party.total) }
}

const move: ChangeStep = {
  document: `mutation BookingFlowReschedule($input: RescheduleBookingInput!) {
    move: rescheduleBooking(input: $input) {
      ... on RescheduleBookingSuccess { data { id } } ${refusal}
      ... on NoCapacityError { remaining }
    }
  }`,
  variables: ({ body: sent }, found) => {
    const input = moveOf(sent, beforeOf(found))
    return input && { input }
  },
}

export const updateBooking = route({
  name: 'updateBooking',
  summary: 'Update a booking (reschedule, modify guests)',
  description:
    'Same id, whatever changes; all of it or nothing. `players` is how many come, `customer` who ' +
    'they belong to (which needs `customers:write`). A booking stays in its room, and keeps its ' +
    'length. What is left out stays.',
  method: 'PUT',
  path: '/bookings/:id',
  query: z.object({}),
  body,
  before: [
    find,
    changeCustomer,
    resize('Shrink', (heads, before) => heads < before),
    move,
    resize('Grow', (heads, before) => heads > before),
  ],
  document: oneBooking,
  variables: ({ path }) => ({ id: path['id'] }),
  refusals: refusalsOf(notFound.booking),
  answer: {
    status: 200,
    description: 'The booking as it is now.',
    schema: enveloped(bookingSchema),
  },
  reply: replyOf,
  example: {
    path: { id: bookingExample.bookingId },
    body: { startAt: '2026-05-01T18:00:00Z', players: 5 },
    answer: {
      ok: true,
      data: {
        ...bookingExample,
        startAt: '2026-05-01T18:00:00.000Z',
        endAt: '2026-05-01T19:00:00.000Z',
        players: 5,
      },
    },
  },
})
