// GET /rooms and GET /rooms/:id.

import { z } from 'zod'
import { Absent, route } from '../route.ts'
import { roomExample, roomFields, roomOf, roomSchema, type RoomData } from './room.ts'
import {
  askOf,
  enveloped,
  envelopedPage,
  notFound,
  ok,
  pages,
  paginationOf,
  refusalsOf,
} from './suite.ts'

const described =
  'A room is a service of the business and the resource that it occupies; its id is the ' +
  "service's, and a service that occupies no resource is a room too. `maxPlayers` are those of " +
  'one private booking, or of all who share a session of a public room. `bufferMins` lie between ' +
  'one booking and the next. `bookingType` and `availability` are ours: when the smallest party ' +
  'can next book it, null when it is booked out or your key may not see availability.'

type ListData = { services: { totalCount: number; nodes: RoomData[] } }

export const listRooms = route({
  name: 'listRooms',
  summary: 'List all rooms and experiences',
  description: described,
  method: 'GET',
  path: '/rooms',
  query: z.object(pages),
  document: `query BookingFlowRooms($first: Int!, $skip: Int!) {
    services(first: $first, skip: $skip) { totalCount nodes { ${roomFields} } }
  }`,
  variables: ({ query }) => askOf(query),
  answer: {
    status: 200,
    description: 'A page of rooms, archived ones among them.',
    schema: envelopedPage(roomSchema),
  },
  reply: ({ services: { nodes, totalCount } }: ListData, { query }) => ({
    ...ok(nodes.map(roomOf)),
    pagination: paginationOf(query, totalCount),
  }),
  example: {
    query: { page: '1', limit: '50' },
    answer: {
      ok: true,
      data: [roomExample],
      pagination: { page: 1, limit: 50, total: 1, hasMore: false },
    },
  },
})

/** Anything that is no service has no id here. */
export const oneRoom = `query BookingFlowRoom($id: ID!) {
  node(id: $id) { ... on Service { ${roomFields} } }
}`

/** The room that a `node` is. */
export function roomIn(node: Partial<RoomData> | null): RoomData {
  if (node?.id === undefined) throw new Absent(notFound.room.message)
  return node as RoomData
}

export const getRoom = route({
  name: 'getRoom',
  summary: 'Get room details, pricing, and availability',
  description: described,
  method: 'GET',
  path: '/rooms/:id',
  query: z.object({}),
  document: oneRoom,
  variables: ({ path }) => ({ id: path['id'] }),
  refusals: refusalsOf(notFound.room),
  answer: { status: 200, description: 'The room.', schema: enveloped(roomSchema) },
  reply: ({ node }: { node: Partial<RoomData> | null }) => ok(roomOf(roomIn(node))),
  example: { path: { id: roomExample.roomId }, answer: { ok: true, data: roomExample } },
})
