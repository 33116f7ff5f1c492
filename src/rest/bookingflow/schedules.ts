// GET /schedules: what can be booked in a range of days, slot by slot, in all rooms or in one.

import { z } from 'zod'
import { id } from '../fields.ts'
import { wholeNumber } from '../numbered.ts'
import {
  Absent,
  route,
  Unacceptable,
  type Found,
  type Input,
  type Shape,
  type Step,
} from '../route.ts'
import { playersOf, utc, type RoomData } from './room.ts'
import { enveloped, notFound, ok, organizationIf, organizationOf, refusalsOf } from './suite.ts'
import { daysOf, isWithin, moment, needsZone } from './window.ts'

const query = z.object({
  from: moment.describe("The first day, of the business's own zone, or an instant."),
  to: moment.describe('The last day, included, or an instant, which is not. At most 62 days.'),
  room: id.optional().describe('Only this room.'),
  players: wholeNumber(1, 100_000)
    .optional()
    .describe('For how many; left out, for the smallest party that each room takes.'),
})

type Asked = Input<z.output<typeof query>>
type SlotStep = Step<typeof query, Shape>

const roomSlots = `id name kind maxParty capacity
  availability(from: $from, days: $days, partySize: $players) {
    slots { startsAt endsAt seatsAvailable }
  }`

type Room = Pick<RoomData, 'id' | 'name' | 'kind' | 'maxParty' | 'capacity'> & {
  availability: {
    slots: { startsAt: Date; endsAt: Date; seatsAvailable: number | null }[]
  } | null
}

function questionOf({ query: asked }: Asked, found: Found) {
  const zone = found.accounts ? organizationOf(found).timeZone : 'UTC'
  return { ...daysOf(asked, zone), players: asked.players ?? null }
}

/** As many rooms as one operation may ask about for 62 days, and how often. */
const chunk = 15
const chunks = 8

/** Slots of the nth few of all rooms; those that come after the last are left out. */
function roomsStep(index: number): SlotStep {
  const skip = index * chunk
  return {
    document: `query BookingFlowSlots($from: LocalDate!, $days: Int!, $players: PositiveInt) {
      rooms${index}: services(first: ${chunk}, skip: ${skip}, filter: { active: true }) {
        totalCount nodes { ${roomSlots} }
      }
    }`,
    variables: (input, found) => {
      const total = found.rooms0?.totalCount ?? (index === 0 ? 1 : 0)
      if (total > chunk * chunks) throw new Unacceptable(tooMany(total))
      return input.query.room === undefined && skip < total ? questionOf(input, found) : null
    },
  }
}

function tooMany(total: number) {
  const message = `There are ${total} rooms; one answer lists ${chunk * chunks}: name a "room".`
  return { place: 'query' as const, name: 'room', message }
}

const oneRoom: SlotStep = {
  document: `query BookingFlowRoomSlots(
    $id: ID!, $from: LocalDate!, $days: Int!, $players: PositiveInt
  ) {
    room: node(id: $id) { ... on Service { ${roomSlots} } }
  }`,
  variables: (input, found) =>
    input.query.room === undefined ? null : { id: input.query.room, ...questionOf(input, found) },
}

// Whoever may not ask is told so, rather than of rooms without slots.
const mayAsk = {
  document: 'query BookingFlowMayAsk { firstAvailable(serviceIds: []) { __typename } }',
  variables: () => ({}),
}

const slotSchema = z.object({
  startAt: z.iso.datetime(),
  endAt: z.iso.datetime(),
  availableRooms: z.array(
    z.object({ roomId: z.string(), name: z.string(), remainingPlayers: z.int() }),
  ),
})

function roomsIn(found: Found, { query: { room } }: Asked): Room[] {
  if (room === undefined) {
    return Array.from({ length: chunks }).flatMap((_, index) => found[`rooms${index}`]?.nodes ?? [])
  }
  if (found.room?.id === undefined) throw new Absent(notFound.room.message)
  return [found.room]
}

/** By start and end, soonest first. */
function slotsOf(rooms: readonly Room[], { query: asked }: Asked): z.output<typeof slotSchema>[] {
  const slots = new Map<string, z.output<typeof slotSchema>>()
  for (const room of rooms) {
    for (const { startsAt, endsAt, seatsAvailable } of room.availability?.slots ?? []) {
      if (!isWithin(asked, startsAt)) continue
      const [startAt, endAt] = [utc(startsAt), utc(endsAt)]
      const slot = slots.get(startAt + endAt) ?? { startAt, endAt, availableRooms: [] }
      const remainingPlayers = seatsAvailable ?? playersOf(room)
      slot.availableRooms.push({ roomId: room.id, name: room.name, remainingPlayers })
      slots.set(startAt + endAt, slot)
    }
  }
  return [...slots].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, slot]) => slot)
}

export const listSchedules = route({
  name: 'listSchedules',
  summary: 'Get availability for a date range',
  description:
    'What is listed is what can be booked. `remainingPlayers` are the places left in a session, or ' +
    "the room's own for a private booking. Days are those of the business's zone; instants need " +
    '`accounts:read`, by which the zone is read.',
  method: 'GET',
  path: '/schedules',
  query,
  before: [
    organizationIf((input: Asked) => needsZone(input.query, false)),
    mayAsk,
    oneRoom,
    ...Array.from({ length: chunks }, (_, index) => roomsStep(index)),
  ],
  document: null,
  variables: () => ({}),
  refusals: refusalsOf(notFound.room),
  answer: {
    status: 200,
    description: 'The slots, soonest first.',
    schema: enveloped(z.array(slotSchema)),
  },
  reply: (_data: unknown, input, found) => ok(slotsOf(roomsIn(found, input), input)),
  example: {
    query: { from: '2026-05-01', to: '2026-05-01', players: '4' },
    answer: {
      ok: true,
      data: [
        {
          startAt: '2026-05-01T16:00:00.000Z',
          endAt: '2026-05-01T17:00:00.000Z',
          availableRooms: [
            { roomId: 'AwGh_AJxTz6fAyzuBEFxRQ', name: 'The Vault', remainingPlayers: 6 },
          ],
        },
      ],
    },
  },
})
