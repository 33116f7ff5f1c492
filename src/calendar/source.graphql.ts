// CalendarSource as the graph shows it, and its lists: over accounts, and below whoever has some.
// Its address is not among its fields.

import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { poolReader } from '../db/reader.ts'
import { Prisma, type CalendarSource } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType } from '../graphql/lists.ts'
import { findable, Node } from '../graphql/node.ts'
import { userName } from '../graphql/user-name.ts'
import { SourceKindEnum } from './source-kind.graphql.ts'
import { countWrites, type WriteCounts } from './write.data.ts'

const read: readonly Scope[] = ['calendars:read']

findable('CalendarSource', read)

builder.prismaObject('CalendarSource', {
  description:
    'An outside calendar that is connected here and read again and again: what it takes is busy ' +
    'time of a staff member, or of a resource with all its units.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id; `BusyTime.calendar` is this, too.',
      resolve: (row) => encodeId('CalendarSource', row),
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business that it belongs to. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    staffMember: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Whose calendar it is; null when it is a resource’s. Null when denied.',
      resolve: ({ accountId, staffId }, _args, ctx) =>
        staffId ? ctx.load('StaffMember', { accountId, id: staffId }) : null,
    }),
    resource: t.field({
      type: 'Resource',
      nullable: true,
      scopes: ['staff:read'],
      description: 'What it is the calendar of; null when it is a person’s. Null when denied.',
      resolve: ({ accountId, resourceId }, _args, ctx) =>
        resourceId ? ctx.load('Resource', { accountId, id: resourceId }) : null,
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    kind: t.expose('kind', { type: SourceKindEnum, description: 'What it is.' }),
    writesBookings: t.exposeBoolean('writesBookings', {
      description: 'Whether what the staff member does stands there, too.',
    }),
    writeError: t.exposeString('writeError', {
      nullable: true,
      description: 'Why the last entry could not be written there; null when it could.',
    }),
    waitingWrites: t.int({
      description: 'How many entries have to be written there, or taken away, still.',
      resolve: async (row, _args, ctx) => (await writeCounts(ctx, row)).waiting,
    }),
    failedWrites: t.int({
      description: 'How many entries were given up; `retryCalendarWrite` tries one again.',
      resolve: async (row, _args, ctx) => (await writeCounts(ctx, row)).failed,
    }),
    host: t.exposeString('host', {
      description: 'Where it is read: the host of its address, the rest of which may be a secret.',
    }),
    pausedAt: t.expose('pausedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when it is not read; null while it is. Where access that its owner gave is taken ' +
        'back, it is paused, too, until it has other access; then `lastError` or `writeError` says so.',
    }),
    syncedAt: t.expose('syncedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last read, or said that nothing is new; null for never.',
    }),
    nextSyncAt: t.expose('nextSyncAt', {
      type: 'DateTime',
      description: 'From when on it is read again, unless it is paused.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why it could not be read the last time; null when it could.',
    }),
    failingSince: t.expose('failingSince', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it cannot be read; null while it can.',
    }),
    failureCount: t.exposeInt('failureCount', {
      description: 'How many times in a row it could not be read.',
    }),
    busyCount: t.exposeInt('busyCount', {
      description: 'How many times it takes, as last read.',
    }),
    unreadCount: t.exposeInt('unreadCount', {
      description: 'How many entries, or rules of series, could not be read and take no time.',
    }),
    version: t.exposeInt('version', { description: 'Grows with every change of the connection.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was connected.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When the connection last changed.',
    }),
    createdBy: t.string({
      description: 'The name of whoever connected it.',
      resolve: ({ createdById }, _args, ctx) => userName(ctx, createdById),
    }),
  }),
})

/** Counted for all calendars of one selection together. */
function writeCounts(ctx: Context, { accountId, id }: Key): Promise<WriteCounts> {
  return batched(ctx, 'CalendarSource.writes', { accountId, id }, (keys) =>
    countWrites(poolReader(ctx.db), keys),
  )
}

const SourceConnection = connectionType<CalendarSource>('CalendarSource', 'CalendarSource')

const order = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const

const lists = listFields({
  type: SourceConnection,
  table: 'CalendarSource',
  scopes: read,
  args: () => ({}),
  where: () => [],
  order: () => order,
})

lists.over('calendarSources', 'Connected calendars over accounts, the newest first.')
lists.below(
  'Account',
  'calendarSources',
  'Outside calendars that are connected here, the newest first. Null when denied.',
)
lists.below(
  'StaffMember',
  'calendarSources',
  'Outside calendars of this staff member, the newest first. Null when denied.',
  Prisma.sql`r."staffId" = u."parentId"`,
)
lists.below(
  'Resource',
  'calendarSources',
  'Outside calendars of this resource, the newest first. Null when denied.',
  Prisma.sql`r."resourceId" = u."parentId"`,
)
