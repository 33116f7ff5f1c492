// Weekly hours and exceptions as the graph shows them below their owners: account, staff member,
// resource, service.

import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import type { AvailabilityException, WorkingHours } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { dateOf } from '../graphql/inputs.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { findable, Node } from '../graphql/node.ts'
import { dateText } from '../time/instant.ts'
import type { OwnerModel } from './hours-owner.data.ts'
import { localTimeOf } from './weekly-hours.ts'

const read: readonly Scope[] = ['availability:read']

findable('AvailabilityException', read)

builder.prismaObject('WorkingHours', {
  description:
    'A weekly wall-clock interval. It is kept and replaced with all others of its owner.',
  scopes: read,
  fields: (t) => ({
    weekday: t.exposeInt('weekday', {
      description: 'The weekday on which it starts: 1 is Monday, 7 is Sunday.',
    }),
    startLocalTime: t.field({
      type: 'LocalTime',
      description: "When it starts, in the owner's zone.",
      resolve: (row) => localTimeOf(row.startMinute),
    }),
    endLocalTime: t.field({
      type: 'LocalTime',
      description: 'When it ends; at or before the start it is on the next day. May be "24:00".',
      resolve: (row) => localTimeOf(row.endMinute),
    }),
    validFromOn: t.field({
      type: 'LocalDate',
      nullable: true,
      description: 'First day it counts for; null means since ever.',
      resolve: (row) => row.validFromOn && dateText(row.validFromOn),
    }),
    validUntilOn: t.field({
      type: 'LocalDate',
      nullable: true,
      description: 'Last day it counts for, inclusive; null means for ever.',
      resolve: (row) => row.validUntilOn && dateText(row.validUntilOn),
    }),
  }),
})

export const ExceptionKind = builder.enumType('AvailabilityExceptionKind', {
  description: 'What an exception does to its day.',
  values: {
    CLOSED: { description: 'Takes hours away: the given ones, or all of the day.' },
    OPEN: { description: 'Adds hours to the weekly ones: the given ones, or the whole day.' },
  } as const,
})

builder.prismaObject('AvailabilityException', {
  description: 'A local date that differs from the weekly hours.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id.',
      resolve: (row) => encodeId('AvailabilityException', row),
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business whose date this is. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    staff: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Whose hours it changes; null when those of something else, or when denied.',
      resolve: ({ accountId, staffId: id }, _args, ctx) =>
        id === null ? null : ctx.load('StaffMember', { accountId, id }),
    }),
    resource: t.field({
      type: 'Resource',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Whose hours it changes; null when those of something else, or when denied.',
      resolve: ({ accountId, resourceId: id }, _args, ctx) =>
        id === null ? null : ctx.load('Resource', { accountId, id }),
    }),
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: 'Whose hours it changes; null when those of something else, or when denied.',
      resolve: ({ accountId, serviceId: id }, _args, ctx) =>
        id === null ? null : ctx.load('Service', { accountId, id }),
    }),
    kind: t.expose('kind', { type: ExceptionKind, description: 'What it does.' }),
    on: t.field({
      type: 'LocalDate',
      description: "The date, in the owner's zone.",
      resolve: (row) => dateText(row.on),
    }),
    startLocalTime: t.field({
      type: 'LocalTime',
      nullable: true,
      description: 'From when; null means the whole day.',
      resolve: ({ startMinute }) => (startMinute === null ? null : localTimeOf(startMinute)),
    }),
    endLocalTime: t.field({
      type: 'LocalTime',
      nullable: true,
      description: 'Until when, on the next day if at or before the start; null: the whole day.',
      resolve: ({ endMinute }) => (endMinute === null ? null : localTimeOf(endMinute)),
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why, for people; null when nothing is written.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

const ExceptionConnection = connectionType<AvailabilityException>(
  'AvailabilityException',
  'AvailabilityException',
)

const ExceptionFilter = builder.inputType('AvailabilityExceptionFilter', {
  description: 'Narrows a list of exceptions; what is left out does not narrow.',
  fields: (t) => ({
    from: t.field({ type: 'LocalDate', description: 'Only those on this date or later.' }),
    to: t.field({ type: 'LocalDate', description: 'Only those before this date.' }),
    kind: t.field({ type: ExceptionKind, description: 'Only this kind.' }),
  }),
})

function matching(filter: typeof ExceptionFilter.$inferInput | null | undefined): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  if (filter?.from) where.push(Prisma.sql`r."on" >= ${textOf(filter.from)}::date`)
  if (filter?.to) where.push(Prisma.sql`r."on" < ${textOf(filter.to)}::date`)
  if (filter?.kind) where.push(Prisma.sql`r."kind" = ${filter.kind}::"ExceptionKind"`)
  return where
}

const textOf = (date: string) => dateText(dateOf(date))

type Owner = { model: OwnerModel; column: 'staffId' | 'resourceId' | 'serviceId' | null }

function hoursBelow({ model, column }: Owner): void {
  builder.prismaObjectField(model, 'workingHours', (t) =>
    t.field({
      type: ['WorkingHours'],
      nullable: true,
      scopes: read,
      description:
        'Weekly hours of its own, by weekday and start; at most 200. Empty when it follows others. ' +
        'Null when denied.',
      resolve: (row: { accountId?: string; id: string }, _args, ctx) =>
        batched(ctx, `${model}.workingHours`, keyOf(row), (keys) => hoursOf(ctx, column, keys)),
    }),
  )
  builder.prismaObjectField(model, 'exceptions', (t) =>
    t.field({
      type: ExceptionConnection,
      nullable: true,
      scopes: read,
      description: 'Dates of its own that differ from the weekly hours, by date. Null when denied.',
      complexity: connectionCost,
      args: {
        filter: t.arg({ type: ExceptionFilter, description: 'Which ones.' }),
        ...pageArgs(t),
      },
      resolve: (row: { accountId?: string; id: string }, args, ctx) =>
        listBelow<AvailabilityException>(
          ctx,
          keyOf(row),
          `${model}.exceptions`,
          args,
          {
            table: 'AvailabilityException',
            where: [ownedBy(column), ...matching(args.filter)],
            order: { column: 'on', type: 'timestamptz', direction: 'ASC' },
          },
          args,
        ),
    }),
  )
}

const keyOf = (row: { accountId?: string; id: string }): Key => ({
  accountId: row.accountId ?? row.id,
  id: row.id,
})

function ownedBy(column: Owner['column']): Prisma.Sql {
  return column === null
    ? Prisma.sql`num_nonnulls(r."staffId", r."resourceId", r."serviceId") = 0`
    : Prisma.sql`${Prisma.raw(`r."${column}"`)} = u."parentId"`
}

async function hoursOf(
  { db }: Context,
  column: Owner['column'],
  owners: readonly Key[],
): Promise<WorkingHours[][]> {
  const whose =
    column === null
      ? { staffId: null, resourceId: null, serviceId: null }
      : { [column]: { in: owners.map(({ id }) => id) } }
  const rows = await db.prisma.workingHours.findMany({
    where: { accountId: { in: [...new Set(owners.map(({ accountId }) => accountId))] }, ...whose },
    orderBy: [{ weekday: 'asc' }, { startMinute: 'asc' }, { id: 'asc' }],
  })
  const byOwner = Map.groupBy(
    rows,
    (row) => `${row.accountId} ${column === null ? row.accountId : row[column]}`,
  )
  return owners.map(({ accountId, id }) => byOwner.get(`${accountId} ${id}`) ?? [])
}

hoursBelow({ model: 'Account', column: null })
hoursBelow({ model: 'StaffMember', column: 'staffId' })
hoursBelow({ model: 'Resource', column: 'resourceId' })
hoursBelow({ model: 'Service', column: 'serviceId' })
