// Seats of sessions that are set aside.

import { z } from 'zod'
import { id, text, words } from '../fields.ts'
import { pageAsk } from '../numbered.ts'
import { Absent, noBody, type Found } from '../route.ts'
import { offsetTime } from '../times.ts'
import { listOf, onePage, pageOf, pageSchema } from './lists.ts'
import { accountOf, bookeoRoute, fault, lang, sees } from './route.ts'
import { windowOf } from './times.ts'

export const seatBlockFields = 'id seats reason session { id service { id } }'

export type SeatBlockData = {
  id: string
  seats: number
  reason: string | null
  session: { id: string; service: { id: string } | null } | null
}

const seatBlockSchema = z.object({
  id: z.string(),
  eventId: z.string().optional(),
  productId: z.string().optional(),
  numSeats: z.int(),
  reason: z.string().optional(),
})

const seatBlockExample: z.output<typeof seatBlockSchema> = {
  id: 'HAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  eventId: 'BQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  numSeats: 2,
  reason: 'Crew',
}

export function seatBlockOf(block: SeatBlockData): z.input<typeof seatBlockSchema> {
  const { seats, reason, session } = block
  return {
    id: block.id,
    ...(session && { eventId: session.id }),
    ...(session?.service && { productId: session.service.id }),
    numSeats: seats,
    ...(reason !== null && { reason }),
  }
}

const list = listOf(
  'seatblocks',
  z.object({
    startTime: offsetTime.optional().describe('When the session starts.'),
    endTime: offsetTime.optional().describe('At most 31 days after `startTime`.'),
    productId: id.optional(),
  }),
)

const listSeatBlocks = bookeoRoute({
  name: 'listSeatBlocks',
  summary: 'List blocks of seats',
  method: 'GET',
  path: '/seatblocks',
  query: list.query,
  document: `query BookeoSeatBlocks($filter: SeatBlockFilter, $first: Int, $skip: Int) {
    seatBlocks(filter: $filter, first: $first, skip: $skip) {
      totalCount nodes { ${seatBlockFields} }
    }
  }`,
  variables: ({ query }, found) => {
    const { filters, page, size } = list.asked(query)
    const { startTime, endTime, productId } = filters
    const window = windowOf([startTime, endTime], ['startTime', 'endTime'], accountOf(found))
    const filter = { ...window, ...(productId && { serviceIds: [productId] }) }
    return { ...pageAsk(page, size), filter }
  },
  answer: { status: 200, description: 'The blocks.', schema: pageSchema(seatBlockSchema) },
  reply: (
    { seatBlocks }: { seatBlocks: { totalCount: number; nodes: SeatBlockData[] } },
    { query },
  ) => pageOf(seatBlocks.nodes.map(seatBlockOf), seatBlocks.totalCount, list.asked(query)),
  example: { answer: onePage(seatBlockExample) },
})

const sentSeatBlock = z.object({
  eventId: words(255),
  productId: id.nullish(),
  numSeats: z.int().min(1, 'is less than 1').max(100_000, 'is more than 100000'),
  reason: text(200).nullish(),
})

type Sent = z.output<typeof sentSeatBlock>

const session = {
  document: `query BookeoBlockedSession($id: ID!) {
    session: node(id: $id) { ... on Session { id service { id } } }
  }`,
  variables: ({ body }: { body: Sent }) => ({ id: body.eventId }),
}

function checkEvent({ productId }: Sent, found: Found): void {
  if (found.session?.id === undefined) throw fault('eventId', 'is no event')
  if (productId && found.session.service && productId !== found.session.service.id) {
    throw fault('productId', 'is not that of the event')
  }
}

const exampleBody = { eventId: seatBlockExample.eventId, numSeats: 2, reason: 'Crew' }

type Made = { createSeatBlock: { data: SeatBlockData } }

const createSeatBlock = bookeoRoute({
  name: 'createSeatBlock',
  summary: 'Block seats of a session',
  method: 'POST',
  path: '/seatblocks',
  query: z.object(lang),
  body: sentSeatBlock,
  before: [sees('blocks'), session],
  document: `mutation BookeoSeatBlock($input: CreateSeatBlockInput!) {
    createSeatBlock(input: $input) {
      ... on CreateSeatBlockSuccess { data { ${seatBlockFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => {
    checkEvent(body, found)
    const { eventId: sessionId, numSeats: seats, reason } = body
    return { input: { sessionId, seats, reason: reason || null } }
  },
  answer: { status: 201, description: 'The block.', schema: seatBlockSchema },
  headers: ({ createSeatBlock: { data } }: Made, _input, base) => ({
    location: `${base}/seatblocks/${data.id}`,
  }),
  reply: ({ createSeatBlock: { data } }: Made) => seatBlockOf(data),
  example: { body: exampleBody, answer: seatBlockExample },
})

const one = {
  document: `query BookeoOneSeatBlock($id: ID!) {
    block: node(id: $id) { ... on SeatBlock { ${seatBlockFields} } }
  }`,
  variables: ({ path }: { path: Readonly<Record<string, string>> }) => ({ id: path['id'] }),
}

function theBlock({ block }: { block: Partial<SeatBlockData> | null }): SeatBlockData {
  if (block?.id === undefined) throw new Absent('No block has this id.')
  return block as SeatBlockData
}

const getSeatBlock = bookeoRoute({
  name: 'getSeatBlock',
  summary: 'Get a block of seats',
  method: 'GET',
  path: '/seatblocks/:id',
  query: z.object(lang),
  before: [sees('blocks')],
  ...one,
  answer: { status: 200, description: 'The block.', schema: seatBlockSchema },
  reply: (data: { block: Partial<SeatBlockData> | null }) => seatBlockOf(theBlock(data)),
  example: { path: { id: seatBlockExample.id }, answer: seatBlockExample },
})

const replaceSeatBlock = bookeoRoute({
  name: 'replaceSeatBlock',
  summary: 'Replace a block of seats',
  description: 'The event stays.',
  method: 'PUT',
  path: '/seatblocks/:id',
  query: z.object(lang),
  body: sentSeatBlock,
  before: [sees('blocks'), one],
  document: `mutation BookeoReplaceSeatBlock($input: UpdateSeatBlockInput!) {
    updateSeatBlock(input: $input) {
      ... on UpdateSeatBlockSuccess { data { ${seatBlockFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => {
    const block = theBlock(found)
    if (body.eventId !== block.session?.id) {
      throw fault('eventId', 'cannot be changed; remove the block and make another')
    }
    return { input: { id: block.id, seats: body.numSeats, reason: body.reason || null } }
  },
  answer: { status: 200, description: 'The block as it is now.', schema: seatBlockSchema },
  reply: ({ updateSeatBlock: { data } }: { updateSeatBlock: { data: SeatBlockData } }) =>
    seatBlockOf(data),
  example: { path: { id: seatBlockExample.id }, body: exampleBody, answer: seatBlockExample },
})

const deleteSeatBlock = bookeoRoute({
  name: 'deleteSeatBlock',
  summary: 'Remove a block of seats',
  method: 'DELETE',
  path: '/seatblocks/:id',
  query: z.object(lang),
  before: [sees('blocks'), one],
  document: `mutation BookeoUnblockSeats($input: DeleteSeatBlockInput!) {
    deleteSeatBlock(input: $input) {
      ... on DeleteSeatBlockSuccess { __typename } ... on Refusal { code message path }
    }
  }`,
  variables: (_input, found) => ({ input: { id: theBlock(found).id } }),
  answer: { status: 204, description: 'The seats are free.', schema: noBody },
  reply: () => undefined,
  example: { path: { id: seatBlockExample.id } },
})

export const seatBlockRoutes = [
  listSeatBlocks,
  createSeatBlock,
  getSeatBlock,
  replaceSeatBlock,
  deleteSeatBlock,
]
