// Lists of bookings: over accounts, and below whoever has some.

import { demandArgument } from '../graphql/arguments.ts'
import { accountsWithin, may, type Viewer } from '../auth/viewer.ts'
import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import { Prisma, type Booking } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { keyOf, type NodeName } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  contains,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
import { loadSelected } from '../graphql/loaders.ts'
import { DateTimeRange, orderInput, refersTo, withinRange } from '../graphql/narrow.ts'
import { rowsWanted, rowWanted } from '../graphql/row-text.ts'
import { BookingSourceEnum, BookingStatusEnum } from './booking.graphql.ts'

const read: readonly Scope[] = ['bookings:read']

export const BookingConnection = connectionType<Booking>('Booking', 'Booking')

const BookingFilter = builder.inputType('BookingFilter', {
  description: 'Narrows a list of bookings; what is left out does not narrow.',
  fields: (t) => ({
    bookingIds: t.idList({ description: 'Only these.' }),
    status: t.field({ type: [BookingStatusEnum], description: 'Only in one of these statuses.' }),
    startsAt: t.field({ type: DateTimeRange, description: 'Only those that start then.' }),
    createdAt: t.field({ type: DateTimeRange, description: 'Only those made then.' }),
    updatedAt: t.field({ type: DateTimeRange, description: 'Only those last changed then.' }),
    serviceIds: t.idList({ description: 'Only of these services.' }),
    staffIds: t.idList({ description: 'Only with one of these staff members, leading or not.' }),
    resourceIds: t.idList({ description: 'Only those that occupy one of these resources.' }),
    occupantIds: t.idList({
      description: 'Only those that occupy one of these: staff members, resources, or both kinds.',
    }),
    sessionIds: t.idList({ description: 'Only with seats in one of these sessions.' }),
    customerIds: t.idList({ description: 'Only for these customers.' }),
    linkIds: t.idList({ description: 'Only through these booking links.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
    search: t.string({
      description:
        "Only those whose number, external reference or customer's name contains this. " +
        'The name counts where you hold `customers:read`.',
    }),
    externalRef: t.string({ description: 'Only with exactly this external reference.' }),
    source: t.field({ type: [BookingSourceEnum], description: 'Only those that came so.' }),
  }),
})

type Filter = typeof BookingFilter.$inferInput | null | undefined

function matching(viewer: Viewer, filter: Filter): Prisma.Sql[] {
  if (!filter) return []
  const where = [
    ...withinRange('startsAt', filter.startsAt),
    ...withinRange('createdAt', filter.createdAt),
    ...withinRange('updatedAt', filter.updatedAt),
  ]
  if (filter.status) {
    where.push(Prisma.sql`r."status" = ANY(${filter.status}::"BookingStatus"[])`)
  }
  if (filter.source) {
    where.push(Prisma.sql`r."source" = ANY(${filter.source}::"BookingSource"[])`)
  }
  if (filter.serviceIds) where.push(refersTo('serviceId', 'Service', filter.serviceIds))
  if (filter.customerIds) where.push(refersTo('customerId', 'Customer', filter.customerIds))
  if (filter.sessionIds) where.push(refersTo('sessionId', 'Session', filter.sessionIds))
  if (filter.linkIds) where.push(refersTo('linkId', 'BookingLink', filter.linkIds))
  if (filter.serials) where.push(Prisma.sql`r."serial" = ANY(${filter.serials}::int[])`)
  if (filter.bookingIds) where.push(refersTo('id', 'Booking', filter.bookingIds))
  if (filter.staffIds) where.push(takesStaff(filter.staffIds))
  if (filter.resourceIds) where.push(takesResource(filter.resourceIds))
  if (filter.occupantIds) {
    const { occupantIds: ids } = filter
    where.push(Prisma.sql`(${takesStaff(ids)} OR ${takesResource(ids)})`)
  }
  if (filter.externalRef != null) {
    where.push(Prisma.sql`r."externalRef" = ${filter.externalRef}`)
  }
  if (filter.search) where.push(searched(viewer, filter.search))
  return where
}

const takesStaff = (ids: readonly string[]) =>
  Prisma.sql`(${refersTo('staffId', 'StaffMember', ids)}
    OR ${occupies('staffId', 'StaffMember', ids)})`

const takesResource = (ids: readonly string[]) => occupies('resourceId', 'Resource', ids)

function occupies(column: string, name: NodeName, ids: readonly string[]): Prisma.Sql {
  const uuids = ids.flatMap((id) => keyOf(name, id)?.id ?? [])
  return Prisma.sql`EXISTS (SELECT 1 FROM "Occupancy" o WHERE o."accountId" = r."accountId"
    AND o."bookingId" = r."id" AND ${Prisma.raw(`o."${column}"`)} = ANY(${uuids}::uuid[]))`
}

function searched(viewer: Viewer, text: string): Prisma.Sql {
  const named = [...viewer.grants.keys()].filter((id) => may(viewer, id, ['customers:read']))
  const like = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
  return Prisma.sql`(${contains('number', text)} OR ${contains('externalRef', text)}
    OR (r."accountId" = ANY(${named}::uuid[]) AND EXISTS (SELECT 1 FROM "Customer" c
      WHERE c."accountId" = r."accountId" AND c."id" = r."customerId" AND c."name" ILIKE ${like})))`
}

const { Input: BookingOrder, orderOf } = orderInput(
  'BookingOrder',
  {
    STARTS_AT: { column: 'startsAt', type: 'timestamptz', description: 'By when they start.' },
    CREATED_AT: {
      column: 'createdAt',
      type: 'timestamptz',
      description: 'By when they were made.',
    },
    UPDATED_AT: { column: 'updatedAt', type: 'timestamptz', description: 'By the last change.' },
  },
  { field: 'STARTS_AT', direction: 'ASC' },
)

builder.queryField('bookings', (t) =>
  t.field({
    type: BookingConnection,
    scopes: read,
    description: 'Bookings over accounts, soonest first unless another order is asked for.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      filter: t.arg({ type: BookingFilter, description: 'Which ones.' }),
      orderBy: t.arg({ type: BookingOrder, description: 'In which order.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx, info) =>
      listOverAccounts<Booking>(
        ctx,
        accountsOf(ctx.viewer, args.accounts, read),
        {
          table: 'Booking',
          where: matching(ctx.viewer, args.filter),
          order: orderOf(args.orderBy),
          selection: rowsWanted(ctx, info),
        },
        args,
      ),
  }),
)

builder.queryField('booking', (t) =>
  t.field({
    type: 'Booking',
    nullable: true,
    scopes: read,
    description: 'One booking by id, or by number in an account; null when there is none for you.',
    args: {
      id: t.arg.id({ description: 'Its global id.' }),
      number: t.arg.string({ description: 'Its number, in any case of letters.' }),
      account: t.arg.id({
        description: 'The account that the number is of; needed when you reach several.',
      }),
    },
    resolve: async (_root, { id, number, account }, ctx, info) => {
      const selection = rowWanted(ctx, info)
      if (id != null) {
        const key = keyOf('Booking', id)
        if (!key || !may(ctx.viewer, key.accountId, read)) return null
        return loadSelected(ctx, 'Booking', key, selection)
      }
      const [only, another] = accountsWithin(ctx.viewer, read)
      const isKnown = account != null || another === undefined
      demandArgument(number != null && isKnown, 'Give "id", or "number" and "account".')
      const accountId = account == null ? only : keyOf('Account', account)?.accountId
      if (accountId === undefined || !may(ctx.viewer, accountId, read)) return null
      const key = await ctx.db.prisma.booking.findUnique({
        where: { accountId_number: { accountId, number: (number ?? '').toUpperCase() } },
        select: { accountId: true, id: true },
      })
      return key && loadSelected(ctx, 'Booking', key, selection)
    },
  }),
)

type Narrowing = { filter?: Filter; orderBy?: Parameters<typeof orderOf>[0] }

const below = {
  Account: Prisma.sql`TRUE`,
  Service: Prisma.sql`r."serviceId" = u."parentId"`,
  Customer: Prisma.sql`r."customerId" = u."parentId"`,
  Session: Prisma.sql`r."sessionId" = u."parentId"`,
  Series: Prisma.sql`r."seriesId" = u."parentId"`,
  StaffMember: Prisma.sql`(r."staffId" = u."parentId" OR EXISTS (SELECT 1 FROM "Occupancy" o
    WHERE o."accountId" = r."accountId" AND o."bookingId" = r."id" AND o."staffId" = u."parentId"))`,
  Resource: Prisma.sql`EXISTS (SELECT 1 FROM "Occupancy" o WHERE o."accountId" = r."accountId"
    AND o."bookingId" = r."id" AND o."resourceId" = u."parentId")`,
}

for (const [parent, where] of Object.entries(below)) {
  const listOf = (args: Narrowing, { viewer }: Context) => ({
    table: 'Booking',
    where: [where, ...matching(viewer, args.filter)],
    order: orderOf(args.orderBy),
  })
  builder.prismaObjectField(parent as keyof typeof below, 'bookings', (t) =>
    t.field({
      type: BookingConnection,
      nullable: true,
      scopes: read,
      below: listOf,
      description: 'Its bookings, soonest first unless another order is asked for.',
      complexity: connectionCost,
      args: {
        filter: t.arg({ type: BookingFilter, description: 'Which ones.' }),
        orderBy: t.arg({ type: BookingOrder, description: 'In which order.' }),
        ...pageArgs(t),
      },
      resolve: (row, args, ctx, info) =>
        listBelow<Booking>(
          ctx,
          { accountId: 'accountId' in row ? row.accountId : row.id, id: row.id },
          `${parent}.bookings`,
          args,
          { ...listOf(args, ctx), selection: rowsWanted(ctx, info) },
          args,
        ),
    }),
  )
}
