// Blocks as the graph shows them: over accounts, and below account, staff member and resource.

import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import type { Block } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType } from '../graphql/lists.ts'
import {
  DateTimeRange,
  instantGiven,
  orderInput,
  refersTo,
  withinRange,
} from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'
import type { BlockWithTaken } from './block.actions.ts'

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
  description:
    'An instant range that is taken of any number of staff members and resources: time off, ' +
    'maintenance.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Block', row) }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
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
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const BlockConnection = connectionType<Block>('Block', 'Block')

const BlockFilter = builder.inputType('BlockFilter', {
  description: 'Narrows a list of blocks; what is left out does not narrow.',
  fields: (t) => ({
    from: t.field({ type: 'DateTime', description: 'Only those that start then or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only those that start before then.' }),
    during: t.field({
      type: DateTimeRange,
      description: 'Only those that take some of this time, whenever they start.',
    }),
    staffIds: t.idList({ description: 'Only those that take time of one of these.' }),
    resourceIds: t.idList({ description: 'Only those that take one of these.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
  }),
})

type Narrowing = { filter?: typeof BlockFilter.$inferInput | null }

function matching({ filter }: Narrowing): Prisma.Sql[] {
  const where = withinRange('startsAt', filter)
  const { during } = filter ?? {}
  if (during?.from) {
    where.push(Prisma.sql`r."endsAt" > ${instantGiven(during.from)}`)
  }
  if (during?.to) {
    where.push(Prisma.sql`r."startsAt" < ${instantGiven(during.to)}`)
  }
  if (filter?.staffIds) where.push(taking(refersTo('staffId', 'StaffMember', filter.staffIds, 'o')))
  if (filter?.resourceIds) {
    where.push(taking(refersTo('resourceId', 'Resource', filter.resourceIds, 'o')))
  }
  if (filter?.serials) where.push(Prisma.sql`r."serial" = ANY(${filter.serials}::int[])`)
  return where
}

const taking = (whom: Prisma.Sql) =>
  Prisma.sql`EXISTS (SELECT 1 FROM "Occupancy" o WHERE o."accountId" = r."accountId"
    AND o."blockId" = r."id" AND ${whom})`

const { Input: BlockOrder, orderOf } = orderInput(
  'BlockOrder',
  { STARTS_AT: { column: 'startsAt', type: 'timestamptz', description: 'By when it starts.' } },
  { field: 'STARTS_AT', direction: 'ASC' },
)

const lists = listFields({
  type: BlockConnection,
  table: 'Block',
  scopes: read,
  args: (t) => ({
    filter: t.arg({ type: BlockFilter, description: 'Which ones.' }),
    orderBy: t.arg({ type: BlockOrder, description: 'In which order.' }),
  }),
  where: matching,
  order: ({ orderBy }) => orderOf(orderBy),
})

lists.over('blocks', 'Time that is blocked, over accounts, by start.')

const below = 'Time that is blocked, by start. Null when denied.'

lists.below('Account', 'blocks', below)
lists.below('StaffMember', 'blocks', below, taking(Prisma.sql`o."staffId" = u."parentId"`))
lists.below('Resource', 'blocks', below, taking(Prisma.sql`o."resourceId" = u."parentId"`))
