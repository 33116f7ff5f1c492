// Time of people and things that is blocked.

import { z } from 'zod'
import { text } from '../fields.ts'
import { pageAsk } from '../numbered.ts'
import { Absent, noBody, type Found } from '../route.ts'
import { offsetTime } from '../times.ts'
import { listOf, onePage, pageOf, pageSchema } from './lists.ts'
import { occupantsIn, occupantsStep, sentResources } from './place.ts'
import { accountOf, bookeoRoute, lang, sees, type Account } from './route.ts'
import { instantOf, timeOf, windowOf } from './times.ts'

export const blockFields = 'id startsAt endsAt reason staffMembers { id } resources { id }'

export type BlockData = {
  id: string
  startsAt: Date
  endsAt: Date
  reason: string | null
  staffMembers: { id: string }[] | null
  resources: { id: string }[] | null
}

const blockSchema = z.object({
  id: z.string(),
  startTime: z.string(),
  endTime: z.string(),
  reason: z.string().optional(),
  resources: z.array(z.object({ id: z.string() })),
})

const blockExample: z.output<typeof blockSchema> = {
  id: 'CQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  startTime: '2026-05-01T10:00:00+10:00',
  endTime: '2026-05-01T12:00:00+10:00',
  reason: 'Maintenance',
  resources: [{ id: 'BAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh' }],
}

export function blockOf(block: BlockData, account: Account): z.input<typeof blockSchema> {
  const { id, startsAt, endsAt, reason, staffMembers, resources } = block
  return {
    id,
    startTime: timeOf(startsAt, account),
    endTime: timeOf(endsAt, account),
    ...(reason !== null && { reason }),
    resources: [...(staffMembers ?? []), ...(resources ?? [])],
  }
}

const list = listOf(
  'resourceblocks',
  z.object({
    startTime: offsetTime.optional().describe('Those that touch the time from here on.'),
    endTime: offsetTime.optional().describe('At most 31 days after `startTime`.'),
  }),
)

const listBlocks = bookeoRoute({
  name: 'listResourceBlocks',
  summary: 'List blocks of resources',
  method: 'GET',
  path: '/resourceblocks',
  query: list.query,
  document: `query BookeoBlocks($filter: BlockFilter, $first: Int, $skip: Int) {
    blocks(filter: $filter, first: $first, skip: $skip) { totalCount nodes { ${blockFields} } }
  }`,
  variables: ({ query }, found) => {
    const { filters, page, size } = list.asked(query)
    const { startTime, endTime } = filters
    const during = windowOf([startTime, endTime], ['startTime', 'endTime'], accountOf(found))
    return { ...pageAsk(page, size), filter: during && { during } }
  },
  answer: { status: 200, description: 'By start.', schema: pageSchema(blockSchema) },
  reply: ({ blocks }: { blocks: { totalCount: number; nodes: BlockData[] } }, { query }, found) =>
    pageOf(
      blocks.nodes.map((each) => blockOf(each, accountOf(found))),
      blocks.totalCount,
      list.asked(query),
    ),
  example: { answer: onePage(blockExample) },
})

const sentBlock = z.object({
  startTime: offsetTime,
  endTime: offsetTime,
  reason: text(200).nullish(),
  resources: sentResources.min(1, 'names nothing'),
})

function termsOf(sent: z.output<typeof sentBlock>, found: Found) {
  const account = accountOf(found)
  return {
    startsAt: instantOf(sent.startTime, account),
    endsAt: instantOf(sent.endTime, account),
    reason: sent.reason || null,
    ...occupantsIn(found),
  }
}

const exampleBody = {
  startTime: '2026-05-01T10:00:00-00:00',
  endTime: '2026-05-01T12:00:00-00:00',
  reason: 'Maintenance',
  resources: blockExample.resources,
}

type Made = { createBlock: { data: BlockData } }

const createBlock = bookeoRoute({
  name: 'createResourceBlock',
  summary: 'Block resources for some time',
  method: 'POST',
  path: '/resourceblocks',
  query: z.object(lang),
  body: sentBlock,
  before: [sees('blocks'), occupantsStep],
  document: `mutation BookeoBlock($input: CreateBlockInput!) {
    createBlock(input: $input) {
      ... on CreateBlockSuccess { data { ${blockFields} } } ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({ input: termsOf(body, found) }),
  answer: { status: 201, description: 'The block.', schema: blockSchema },
  headers: ({ createBlock: { data } }: Made, _input, base) => ({
    location: `${base}/resourceblocks/${data.id}`,
  }),
  reply: ({ createBlock: { data } }: Made, _input, found) => blockOf(data, accountOf(found)),
  example: { body: exampleBody, answer: blockExample },
})

const one = {
  document: `query BookeoOneBlock($id: ID!) {
    block: node(id: $id) { ... on Block { ${blockFields} } }
  }`,
  variables: ({ path }: { path: Readonly<Record<string, string>> }) => ({ id: path['id'] }),
}

function theBlock({ block }: { block: Partial<BlockData> | null }): BlockData {
  if (block?.id === undefined) throw new Absent('No block has this id.')
  return block as BlockData
}

const getBlock = bookeoRoute({
  name: 'getResourceBlock',
  summary: 'Get a block of resources',
  method: 'GET',
  path: '/resourceblocks/:id',
  query: z.object(lang),
  before: [sees('blocks')],
  ...one,
  answer: { status: 200, description: 'The block.', schema: blockSchema },
  reply: (data: { block: Partial<BlockData> | null }, _input, found) =>
    blockOf(theBlock(data), accountOf(found)),
  example: { path: { id: blockExample.id }, answer: blockExample },
})

const replaceBlock = bookeoRoute({
  name: 'replaceResourceBlock',
  summary: 'Replace a block of resources',
  method: 'PUT',
  path: '/resourceblocks/:id',
  query: z.object(lang),
  body: sentBlock,
  before: [sees('blocks'), one, occupantsStep],
  document: `mutation BookeoReplaceBlock($input: UpdateBlockInput!) {
    updateBlock(input: $input) {
      ... on UpdateBlockSuccess { data { ${blockFields} } } ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: { ...termsOf(body, found), id: theBlock(found).id },
  }),
  answer: { status: 200, description: 'The block as it is now.', schema: blockSchema },
  reply: ({ updateBlock: { data } }: { updateBlock: { data: BlockData } }, _input, found) =>
    blockOf(data, accountOf(found)),
  example: { path: { id: blockExample.id }, body: exampleBody, answer: blockExample },
})

const deleteBlock = bookeoRoute({
  name: 'deleteResourceBlock',
  summary: 'Remove a block of resources',
  method: 'DELETE',
  path: '/resourceblocks/:id',
  query: z.object(lang),
  before: [sees('blocks'), one],
  document: `mutation BookeoUnblock($input: DeleteBlockInput!) {
    deleteBlock(input: $input) {
      ... on DeleteBlockSuccess { __typename } ... on Refusal { code message path }
    }
  }`,
  variables: (_input, found) => ({ input: { id: theBlock(found).id } }),
  answer: { status: 204, description: 'The time is free.', schema: noBody },
  reply: () => undefined,
  example: { path: { id: blockExample.id } },
})

export const blockRoutes = [listBlocks, createBlock, getBlock, replaceBlock, deleteBlock]
