// POST /bookings: books a room for one party, or places in a session that several share.

import { z } from 'zod'
import { email, id, instant, text, words } from '../fields.ts'
import { Absent, route, Unacceptable, type Found, type Input } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import { bookingType, bookingTypeOf, type RoomData } from './room.ts'
import { sessionIdOf, sessionsThen, thenOf, type SessionsThen } from './slot.ts'
import { enveloped, headsOf, notFound, ok, players, refusal, refusalsOf } from './suite.ts'

const customer = z.object({
  name: words(200),
  email: email.nullish(),
  phone: text(50).nullish(),
})

const body = z
  .object({
    roomId: id.refine((value) => value.trim() !== '', 'is empty'),
    bookingType: bookingType.optional(),
    startAt: instant,
    players,
    customerId: id.nullish(),
    customer: customer.nullish(),
  })
  .refine((sent) => sent.customerId || sent.customer, { path: ['customer'] })

type Sent = Input<Record<string, never>, z.output<typeof body>>
type Room = Pick<RoomData, 'id' | 'kind' | 'active'> & SessionsThen

function roomOf({ room }: Found, wanted: z.output<typeof bookingType> | undefined): Room {
  if (room?.id === undefined) throw new Absent(notFound.room.message)
  const own = bookingTypeOf(room.kind)
  if (wanted === undefined || wanted === own) return room
  const message = `This room takes ${own} bookings only.`
  throw new Unacceptable({ place: 'body', name: 'bookingType', message }, 'VALIDATION_FAILED')
}

const closed = new Unacceptable(
  { place: 'body', name: 'roomId', message: 'This room is out of the offer.' },
  'OUTSIDE_AVAILABILITY',
)

function inputOf({ body: sent }: Sent, found: Found) {
  const room = roomOf(found, sent.bookingType)
  if (!room.active) throw closed
  const heads = headsOf(sent.players)
  return {
    serviceId: room.id,
    ...(room.kind === 'CLASS'
      ? { sessionId: sessionIdOf(room, heads) }
      : { startsAt: sent.startAt }),
    partySize: heads,
    ...(sent.customerId ? { customerId: sent.customerId } : { customer: sent.customer }),
    source: 'REST',
  }
}

export const createBooking = route({
  name: 'createBooking',
  summary: 'Create a new booking',
  description:
    'A private booking has the room to itself; a public one shares a session of it that starts at ' +
    '`startAt`. `bookingType` left out is the one that the room takes. The end follows from the ' +
    'room. Either `customerId` or `customer`, who is found by e-mail if there already.',
  method: 'POST',
  path: '/bookings',
  query: z.object({}),
  body,
  before: [
    {
      document: `query BookingFlowRoomToBook($id: ID!, $at: DateTime!, $until: DateTime!) {
        room: node(id: $id) { ... on Service { id kind active ${sessionsThen} } }
      }`,
      variables: ({ body: sent }) => ({ id: sent.roomId, ...thenOf(sent.startAt) }),
    },
  ],
  document: `mutation BookingFlowCreateBooking($input: CreateBookingInput!) {
    createBooking(input: $input) {
      ... on CreateBookingSuccess { data { ${bookingFields} } } ${refusal}
      ... on NoCapacityError { remaining }
    }
  }`,
  variables: (input, found) => ({ input: inputOf(input, found) }),
  refusals: refusalsOf(notFound.room),
  answer: {
    status: 201,
    description: 'The booking; null for a key that may not read bookings.',
    schema: enveloped(bookingSchema.nullable()),
  },
  reply: ({ createBooking: { data } }: { createBooking: { data: BookingData | null } }) =>
    ok(data && bookingOf(data)),
  example: {
    body: {
      roomId: bookingExample.roomId,
      bookingType: 'private',
      startAt: '2026-05-01T16:00:00Z',
      players: 4,
      customer: { name: 'Alice Example', email: 'alice@example.com' },
    },
    answer: { ok: true, data: bookingExample },
  },
})
