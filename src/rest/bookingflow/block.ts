// POST /schedules/block: takes the time of one room, or of the whole business.

import { z } from 'zod'
import { id, text } from '../fields.ts'
import { Absent, route, Unacceptable, type Found, type Input } from '../route.ts'
import { utc } from './room.ts'
import {
  enveloped,
  notFound,
  ok,
  organizationIf,
  organizationOf,
  refusal,
  refusalsOf,
} from './suite.ts'
import { instantsOf, moment, needsZone } from './window.ts'

const body = z.object({
  from: moment,
  to: moment,
  room: id.nullish(),
  reason: text(1000).nullish(),
})

type Sent = Input<Record<string, never>, z.output<typeof body>>
type List = { totalCount: number; nodes: { id: string }[] }
type Takes = { room?: { id?: string } | null; places: List; people?: List }

const badRoom = (message: string) => new Unacceptable({ place: 'body', name: 'room', message })

/** The resources of the room; without one all there are, and everybody who works there. */
function takenOf({ body: { room } }: Sent, { room: found, places, people }: Takes) {
  if (room && found?.id === undefined) throw new Absent(notFound.room.message)
  if (room && places.totalCount === 0) {
    throw badRoom('This room occupies no resource whose time could be blocked.')
  }
  const lists = [places, ...(people ? [people] : [])]
  if (lists.some(({ totalCount, nodes }) => totalCount > nodes.length)) {
    throw badRoom('The business has more than can be blocked at once: name a "room".')
  }
  const idsOf = (list?: List) => list?.nodes.map((node) => node.id) ?? []
  return { resourceIds: idsOf(places), staffIds: idsOf(people) }
}

function rangeOf({ body: sent }: Sent, found: Found) {
  const zone = found.accounts ? organizationOf(found).timeZone : 'UTC'
  const { from, to } = instantsOf('body', sent, zone)
  return { startsAt: from, endsAt: to }
}

const blockSchema = z.object({
  blockId: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  room: z.string().nullable(),
  reason: z.string().nullable(),
})

type Block = { id: string; startsAt: Date; endsAt: Date; reason: string | null }

export const createBlock = route({
  name: 'createBlock',
  summary: 'Block out dates for maintenance or events',
  description:
    '`from` and `to` are days of the business, the last one included, or instants. A room is ' +
    'blocked by the resources it occupies, so other rooms in the same place are closed too. ' +
    'Without `room` everything is blocked: every resource, and everybody who works there. What is ' +
    'booked in that time has to be moved first: 409 `slot_unavailable`.',
  method: 'POST',
  path: '/schedules/block',
  query: z.object({}),
  body,
  before: [
    // What is all there is, is of one organization too.
    organizationIf(({ body: sent }: Sent) => !sent.room || needsZone(sent, true)),
    {
      document: `query BookingFlowToBlock($id: ID!, $rooms: [ID!], $one: Boolean!) {
        room: node(id: $id) @include(if: $one) { ... on Service { id } }
        places: resources(first: 100, filter: { serviceIds: $rooms, active: true }) {
          totalCount nodes { id }
        }
        people: staff(first: 100, filter: { active: true }) @skip(if: $one) {
          totalCount nodes { id }
        }
      }`,
      variables: ({ body: { room } }) => ({
        id: room ?? '',
        rooms: room ? [room] : null,
        one: Boolean(room),
      }),
    },
  ],
  document: `mutation BookingFlowCreateBlock($input: CreateBlockInput!) {
    createBlock(input: $input) {
      ... on CreateBlockSuccess { data { id startsAt endsAt reason } } ${refusal}
    }
  }`,
  variables: (input, found) => ({
    input: {
      ...rangeOf(input, found),
      ...takenOf(input, found),
      reason: input.body.reason ?? null,
    },
  }),
  refusals: refusalsOf(notFound.room),
  answer: {
    status: 201,
    description: 'The block; null for a key that may not read availability.',
    schema: enveloped(blockSchema.nullable()),
  },
  reply: ({ createBlock: { data } }: { createBlock: { data: Block | null } }, { body: { room } }) =>
    ok(
      data && {
        blockId: data.id,
        from: utc(data.startsAt),
        to: utc(data.endsAt),
        room: room ?? null,
        reason: data.reason,
      },
    ),
  example: {
    body: {
      from: '2026-05-04',
      to: '2026-05-05',
      room: 'AwGh_AJxTz6fAyzuBEFxRQ',
      reason: 'New puzzles are being built',
    },
    answer: {
      ok: true,
      data: {
        blockId: 'CQGh_AJxTz6fAyzuBEFxRQ',
        from: '2026-05-03T22:00:00.000Z',
        to: '2026-05-05T22:00:00.000Z',
        room: 'AwGh_AJxTz6fAyzuBEFxRQ',
        reason: 'New puzzles are being built',
      },
    },
  },
})
