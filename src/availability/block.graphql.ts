// Blocks as the graph shows them, below account, staff member and resource, and their mutations.

import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import type { Block } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { decodeId, demandKey, encodeId } from '../graphql/ids.ts'
import { demandIds, instantOf } from '../graphql/inputs.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { mutation } from '../graphql/mutations.ts'
import { orderInput, withinRange } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'
import { createBlock, deleteBlock, type BlockWithTaken } from './block.actions.ts'

const read: readonly Scope[] = ['availability:read']

findable('Block', read)

type Taken = BlockWithTaken['taken']

/** Whom and what a block takes; a deleted one carries it. */
function takenBy(ctx: Context, block: Block & { taken?: Taken }): Taken | Promise<Taken> {
  return block.taken ?? batched(ctx, 'Block.taken', block, (keys) => takenByEach(ctx, keys))
}

async function takenByEach({ db }: Context, blocks: readonly Key[]): Promise<Taken[]> {
  const rows = await db.prisma.occupancy.findMany({
    where: {
      accountId: { in: [...new Set(blocks.map(({ accountId }) => accountId))] },
      blockId: { in: blocks.map(({ id }) => id) },
      unit: 0,
    },
    orderBy: { position: 'asc' },
    select: { accountId: true, blockId: true, staffId: true, resourceId: true },
  })
  const byBlock = Map.groupBy(rows, ({ accountId, blockId }) => `${accountId} ${blockId}`)
  return blocks.map(({ accountId, id }) => {
    const own = byBlock.get(`${accountId} ${id}`) ?? []
    return {
      staffIds: own.flatMap(({ staffId }) => staffId ?? []),
      resourceIds: own.flatMap(({ resourceId }) => resourceId ?? []),
    }
  })
}

builder.prismaObject('Block', {
  description: 'An instant range that is taken: time off, maintenance.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Block', row) }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business whose time this is. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'From when.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'Until when.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, for people; null when nothing is written.',
    }),
    staffMembers: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'Whose time is taken; empty when nobody’s. Null when denied.',
      resolve: async (block, _args, ctx) => {
        const { staffIds } = await takenBy(ctx, block)
        const rows = staffIds.map((id) =>
          ctx.load('StaffMember', { accountId: block.accountId, id }),
        )
        return (await Promise.all(rows)).filter((row) => row !== null)
      },
    }),
    resources: t.field({
      type: ['Resource'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'What is taken, with all its units; empty when nothing is. Null when denied.',
      resolve: async (block, _args, ctx) => {
        const { resourceIds } = await takenBy(ctx, block)
        const rows = resourceIds.map((id) =>
          ctx.load('Resource', { accountId: block.accountId, id }),
        )
        return (await Promise.all(rows)).filter((row) => row !== null)
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

const BlockConnection = connectionType<Block>('Block', 'Block')

const BlockFilter = builder.inputType('BlockFilter', {
  description: 'Narrows a list of blocks; what is left out does not narrow.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Only those that start then or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only those that start before then.' }),
  }),
})

const { Input: BlockOrder, orderOf } = orderInput(
  'BlockOrder',
  { STARTS_AT: { column: 'startsAt', type: 'timestamptz', description: 'By when it starts.' } },
  { field: 'STARTS_AT', direction: 'ASC' },
)

type Below = { parent: 'Account' | 'StaffMember' | 'Resource'; where: Prisma.Sql[] }

function blocksBelow({ parent, where }: Below): void {
  builder.prismaObjectField(parent, 'blocks', (t) =>
    t.field({
      type: BlockConnection,
      nullable: true,
      scopes: read,
      description: 'Time that is blocked, by start. Null when denied.',
      complexity: connectionCost,
      args: {
        filter: t.arg({ type: BlockFilter, description: 'Which ones.' }),
        orderBy: t.arg({ type: BlockOrder, description: 'In which order.' }),
        ...pageArgs(t),
      },
      resolve: (row: { accountId?: string; id: string }, args, ctx) =>
        listBelow<Block>(
          ctx,
          { accountId: row.accountId ?? row.id, id: row.id },
          `${parent}.blocks`,
          args,
          {
            table: 'Block',
            where: [...where, ...withinRange('startsAt', args.filter)],
            order: orderOf(args.orderBy),
          },
          args,
        ),
    }),
  )
}

const taking = (column: 'staffId' | 'resourceId') =>
  Prisma.sql`EXISTS (SELECT 1 FROM "Occupancy" o WHERE o."accountId" = r."accountId"
    AND o."blockId" = r."id" AND ${Prisma.raw(`o."${column}"`)} = u."parentId")`

blocksBelow({ parent: 'Account', where: [] })
blocksBelow({ parent: 'StaffMember', where: [taking('staffId')] })
blocksBelow({ parent: 'Resource', where: [taking('resourceId')] })

mutation('createBlock', {
  description:
    'Takes time of staff members and resources (all units), who then cannot be booked. Refused ' +
    '(SLOT_TAKEN) when some of it is booked, held or blocked already.',
  scopes: ['availability:write'],
  data: 'Block',
  dataDescription: 'The new block.',
  refusals: ['SLOT_TAKEN', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    staffIds: t.idList({ description: 'Whose time; all of one account.' }),
    resourceIds: t.idList({ description: 'What; all of the same account.' }),
    startsAt: t.field({ type: 'DateTime', required: true, description: 'From when.' }),
    endsAt: t.field({
      type: 'DateTime',
      required: true,
      description: 'Until when, at most 366 days later.',
    }),
    reason: t.string({ description: 'Why, for people.' }),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ idempotencyKey, ...input }, ctx) => {
    const staffIds = input.staffIds ?? []
    const resourceIds = input.resourceIds ?? []
    // The first one says which account this is about; the others have to be of it.
    const accountId = decodeId(staffIds[0] ?? resourceIds[0] ?? '')?.accountId
    return createBlock(
      ctx,
      accountId,
      {
        staffIds: demandIds('StaffMember', accountId ?? '', staffIds, 'staffIds'),
        resourceIds: demandIds('Resource', accountId ?? '', resourceIds, 'resourceIds'),
        startsAt: instantOf(input.startsAt, 'startsAt'),
        endsAt: instantOf(input.endsAt, 'endsAt'),
        reason: input.reason ?? null,
      },
      idempotencyKey,
    )
  },
})

mutation('deleteBlock', {
  description: 'Takes a block away: its time can be booked again.',
  scopes: ['availability:write'],
  data: 'Block',
  dataDescription: 'The block as it was.',
  input: (t) => ({ id: t.id({ required: true, description: 'The block.' }) }),
  resolve: ({ id }, ctx) => deleteBlock(ctx, demandKey('Block', id, 'id')),
})
