// POST /rooms and PUT /rooms/:id: the service and the resource that it occupies are made and
// changed together, in one unit.

import { z } from 'zod'
import { text, words } from '../fields.ts'
import { route, type Found, type Input, type Step } from '../route.ts'
import { oneRoom, roomIn } from './list-rooms.ts'
import { bookingType, roomExample, roomFields, roomOf, roomSchema, type RoomData } from './room.ts'
import {
  count,
  enveloped,
  notFound,
  ok,
  organization,
  organizationOf,
  refusal,
  refusalsOf,
} from './suite.ts'

const details = {
  description: text(5000).nullish(),
  minPlayers: count(1).optional(),
  bufferMins: count(0).optional(),
  slotIntervalMins: count(1).optional(),
  price: count(0).nullish(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'has to be an ISO 4217 code')
    .optional(),
}

const newRoom = z.object({
  name: words(200),
  bookingType: bookingType.optional(),
  maxPlayers: count(1),
  durationMins: count(1),
  ...details,
  active: z.literal(true, 'has to be true: make the room, then change it').optional(),
})

const roomChange = z.object({
  name: words(200).optional(),
  maxPlayers: count(1).optional(),
  durationMins: count(1).optional(),
  ...details,
  active: z.boolean().optional(),
})

type Details = z.output<z.ZodObject<typeof details>>

/** What is left out is left out. */
function termsOf({ description, minPlayers, slotIntervalMins, price, currency }: Details) {
  return {
    ...(description !== undefined && { description }),
    ...(minPlayers !== undefined && { minParty: minPlayers }),
    ...(slotIntervalMins !== undefined && { slotStepMinutes: slotIntervalMins }),
    ...(price !== undefined && { price: price === null ? null : { amount: price, currency } }),
  }
}

export const createRoom = route({
  name: 'createRoom',
  summary: 'Create a new room or experience',
  description:
    'Makes the service and a resource of the same name, both or neither. A private room is booked ' +
    'at any free start within the hours of the business; a public one (`bookingType`, ours) by ' +
    'places in sessions, which the business schedules. Places and prices of a public room count ' +
    'for each player.',
  method: 'POST',
  path: '/rooms',
  query: z.object({}),
  body: newRoom,
  before: [
    // What is made next has to be read: whoever may not is refused here.
    {
      ...organization,
      document: `query BookingFlowPlaceOwner {
        accounts(first: 2) { nodes { id timeZone } } resources(first: 0) { nodes { id } }
      }`,
    },
    {
      document: `mutation BookingFlowCreatePlace($input: CreateResourceInput!) {
        place: createResource(input: $input) {
          ... on CreateResourceSuccess { data { id } } ${refusal}
        }
      }`,
      variables: ({ body }, found) => ({
        input: { accountId: organizationOf(found).id, name: body.name },
      }),
    },
  ],
  document: `mutation BookingFlowCreateRoom($input: CreateServiceInput!) {
    createService(input: $input) {
      ... on CreateServiceSuccess { data { ${roomFields} } } ${refusal}
    }
  }`,
  variables: ({ body }, found) => ({
    input: {
      accountId: organizationOf(found).id,
      name: body.name,
      kind: body.bookingType === 'public' ? 'CLASS' : 'APPOINTMENT',
      durationMinutes: body.durationMins,
      capacity: body.maxPlayers,
      maxParty: body.maxPlayers,
      ...(body.bufferMins !== undefined && { bufferAfterMinutes: body.bufferMins }),
      ...termsOf(body),
      resourceIds: [found.place.data.id],
    },
  }),
  refusals: refusalsOf(notFound.room),
  answer: {
    status: 201,
    description: 'The new room; null for a key that may not read rooms.',
    schema: enveloped(roomSchema.nullable()),
  },
  reply: ({ createService: { data } }: { createService: { data: RoomData | null } }) =>
    ok(data && roomOf(data)),
  example: {
    body: {
      name: 'The Vault',
      description: 'A vault, a clock and no key.',
      minPlayers: 2,
      maxPlayers: 6,
      durationMins: 60,
      bufferMins: 30,
      slotIntervalMins: 30,
      price: 24000,
      currency: 'PLN',
    },
    answer: { ok: true, data: roomExample },
  },
})

type Change = z.output<typeof roomChange>
type ChangeInput = Input<Record<string, never>, Change>
type ChangeStep = Step<z.ZodObject<Record<string, never>>, typeof roomChange>

const touchesPlace = ({ name, active }: Change) => name !== undefined || active === true

/** The resource that belongs to this room and to no other; null when there is none. */
function ownPlace({ places }: Found): { id: string } | null {
  const [place, another] = (places?.nodes ?? []) as {
    id: string
    services: { totalCount: number }
  }[]
  return place && !another && place.services.totalCount === 1 ? place : null
}

const findPlaces: ChangeStep = {
  document: `query BookingFlowPlaces($services: [ID!]!) {
    places: resources(first: 2, filter: { serviceIds: $services }) {
      nodes { id services(first: 1) { totalCount } }
    }
  }`,
  variables: ({ body }, found) =>
    touchesPlace(body) ? { services: [roomIn(found.node).id] } : null,
}

const changePlace: ChangeStep = {
  document: `mutation BookingFlowUpdatePlace($input: UpdateResourceInput!) {
    place: updateResource(input: $input) {
      ... on UpdateResourceSuccess { data { id } } ${refusal}
    }
  }`,
  variables: ({ body: { name, active } }, found) => {
    const place = ownPlace(found)
    return (
      place && {
        input: { id: place.id, ...(name !== undefined && { name }), ...(active && { active }) },
      }
    )
  },
}

/** How many heads: of one party, or of a public room in all, where no party is larger than that. */
function sizesOf({ kind, maxParty, capacity }: RoomData, most: number | undefined) {
  if (most === undefined) return {}
  if (kind === 'APPOINTMENT') return { capacity: most, maxParty: most }
  return { capacity: most, ...((maxParty === capacity || maxParty > most) && { maxParty: most }) }
}

/** As much of the buffer as there is stays before a booking, and the rest is after it. */
function buffersOf({ bufferBeforeMinutes: before }: RoomData, minutes: number | undefined) {
  if (minutes === undefined) return {}
  const kept = Math.min(before, minutes)
  return { bufferBeforeMinutes: kept, bufferAfterMinutes: minutes - kept }
}

/** A currency by itself is that of the price there is. */
function priceOf({ price: was }: RoomData, { price, currency }: Change) {
  if (price !== undefined || currency === undefined || !was) return {}
  return { price: { amount: was.amount, currency } }
}

function changeOf({ body }: ChangeInput, found: Found) {
  const room = roomIn(found.node)
  const { name, durationMins, active } = body
  return {
    id: room.id,
    ...(name !== undefined && { name }),
    ...(durationMins !== undefined && { durationMinutes: durationMins }),
    ...(active && { active }),
    ...sizesOf(room, body.maxPlayers),
    ...buffersOf(room, body.bufferMins),
    ...priceOf(room, body),
    ...termsOf(body),
  }
}

export const updateRoom = route({
  name: 'updateRoom',
  summary: 'Update room details or pricing',
  description:
    'What is left out stays; null clears the description or the price. The resource that belongs ' +
    'to this room alone is renamed and brought back with it; one that other rooms use too stays ' +
    'as it is. `active: false` takes the room out of the offer; its bookings stand.',
  method: 'PUT',
  path: '/rooms/:id',
  query: z.object({}),
  body: roomChange,
  before: [
    { document: oneRoom, variables: ({ path }) => ({ id: path['id'] }) },
    findPlaces,
    changePlace,
    {
      document: `mutation BookingFlowUpdateRoom($input: UpdateServiceInput!) {
        change: updateService(input: $input) {
          ... on UpdateServiceSuccess { data { id } } ${refusal}
        }
      }`,
      variables: (input, found) => ({ input: changeOf(input, found) }),
    },
    {
      document: `mutation BookingFlowArchiveRoom($input: ArchiveServiceInput!) {
        archive: archiveService(input: $input) {
          ... on ArchiveServiceSuccess { data { id } } ${refusal}
        }
      }`,
      variables: ({ body, path }) => (body.active === false ? { input: { id: path['id'] } } : null),
    },
  ],
  document: oneRoom,
  variables: ({ path }) => ({ id: path['id'] }),
  refusals: refusalsOf(notFound.room),
  answer: { status: 200, description: 'The room as it is now.', schema: enveloped(roomSchema) },
  reply: ({ node }: { node: Partial<RoomData> | null }) => ok(roomOf(roomIn(node))),
  example: {
    path: { id: roomExample.roomId },
    body: { price: 26000, maxPlayers: 8 },
    answer: { ok: true, data: { ...roomExample, price: 26000, maxPlayers: 8 } },
  },
})
