// Seats of sessions that are set aside, as the graph shows them: over accounts and below a session.

import type { Scope } from '../auth/scope.ts'
import type { SeatBlock } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { instantGiven, orderInput, refersTo } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'

const read: readonly Scope[] = ['availability:read']

findable('SeatBlock', read)

builder.prismaObject('SeatBlock', {
  description: 'Seats of a session that are set aside: nobody books them.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('SeatBlock', row) }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business whose session it is. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    session: t.field({
      type: 'Session',
      nullable: true,
      scopes: ['services:read'],
      description: 'Whose seats these are. Null when denied.',
      resolve: ({ accountId, sessionId }, _args, ctx) =>
        ctx.load('Session', { accountId, id: sessionId }),
    }),
    seats: t.exposeInt('seats', { description: 'How many.' }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, for people; null when nothing is written.',
    }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const SeatBlockConnection = connectionType<SeatBlock>('SeatBlock', 'SeatBlock')

const SeatBlockFilter = builder.inputType('SeatBlockFilter', {
  description: 'Narrows a list of seats set aside; what is left out does not narrow.',
  fields: (t) => ({
    sessionIds: t.idList({ description: 'Only those of these sessions.' }),
    serviceIds: t.idList({ description: 'Only those of sessions of these services.' }),
    from: t.field({ type: 'DateTime', description: 'Only of sessions that start then or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only of sessions that start before then.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
  }),
})

type Narrowing = { filter?: typeof SeatBlockFilter.$inferInput | null }

function matching({ filter }: Narrowing): Prisma.Sql[] {
  const { sessionIds, serviceIds, from, to, serials } = filter ?? {}
  const where: Prisma.Sql[] = []
  if (sessionIds) where.push(refersTo('sessionId', 'Session', sessionIds))
  if (serials) where.push(Prisma.sql`r."serial" = ANY(${serials}::int[])`)
  const session: Prisma.Sql[] = []
  if (serviceIds) session.push(refersTo('serviceId', 'Service', serviceIds, 's'))
  if (from) session.push(Prisma.sql`s."startsAt" >= ${instantGiven(from)}`)
  if (to) session.push(Prisma.sql`s."startsAt" < ${instantGiven(to)}`)
  if (session.length > 0) {
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM "Session" s WHERE s."accountId" = r."accountId"
      AND s."id" = r."sessionId" AND ${Prisma.join(session, ' AND ')})`)
  }
  return where
}

const { Input: SeatBlockOrder, orderOf } = orderInput(
  'SeatBlockOrder',
  { CREATED_AT: { column: 'createdAt', type: 'timestamptz', description: 'By when it was made.' } },
  { field: 'CREATED_AT', direction: 'ASC' },
)

const lists = listFields({
  type: SeatBlockConnection,
  table: 'SeatBlock',
  scopes: read,
  args: (t) => ({
    filter: t.arg({ type: SeatBlockFilter, description: 'Which ones.' }),
    orderBy: t.arg({ type: SeatBlockOrder, description: 'In which order.' }),
  }),
  where: matching,
  order: ({ orderBy }) => orderOf(orderBy),
})

lists.over(
  'seatBlocks',
  'Seats that are set aside, over accounts, in the order in which they were.',
)

builder.prismaObjectField('Session', 'seatBlocks', (t) =>
  t.field({
    type: SeatBlockConnection,
    nullable: true,
    scopes: read,
    description: 'Its seats that are set aside, in the order in which they were. Null when denied.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: ({ accountId, id }, args, ctx) =>
      listBelow<SeatBlock>(
        ctx,
        { accountId, id },
        'Session.seatBlocks',
        args,
        {
          table: 'SeatBlock',
          where: [Prisma.sql`r."sessionId" = u."parentId"`],
          order: orderOf(null),
        },
        args,
      ),
  }),
)
