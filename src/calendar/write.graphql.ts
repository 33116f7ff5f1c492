// CalendarWrite as the graph shows it, its lists, and the mutation that tries one again.

import type { Scope } from '../auth/scope.ts'
import { Prisma, type CalendarWrite } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, encodeId } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
import { mutation } from '../graphql/mutations.ts'
import { findable, Node } from '../graphql/node.ts'
import { retryCalendarWrite } from './retry.actions.ts'

const read: readonly Scope[] = ['calendars:read']

findable('CalendarWrite', read)

const CalendarWriteState = builder.enumType('CalendarWriteState', {
  description: 'What became of an entry in a connected calendar.',
  values: {
    WAITING: { description: 'It has to be written there, or taken away.' },
    WRITTEN: { description: 'It stands there, or does not, as it should.' },
    FAILED: { description: 'It was given up; `retryCalendarWrite` tries it again.' },
  } as const,
})

const conditions = {
  WAITING: Prisma.sql`r."dueAt" IS NOT NULL`,
  WRITTEN: Prisma.sql`r."dueAt" IS NULL AND r."failedAt" IS NULL`,
  FAILED: Prisma.sql`r."failedAt" IS NOT NULL AND r."dueAt" IS NULL`,
}

builder.prismaObject('CalendarWrite', {
  description:
    'A booking, or a session, in a connected calendar where bookings are written: what became of it ' +
    'there. It is tried eight times, later each time, and at once when the server answers again.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('CalendarWrite', row) }),
    calendar: t.field({
      type: 'CalendarSource',
      nullable: true,
      description: 'The connected calendar.',
      resolve: ({ accountId, sourceId }, _args, ctx) =>
        ctx.load('CalendarSource', { accountId, id: sourceId }),
    }),
    booking: t.field({
      type: 'Booking',
      nullable: true,
      scopes: ['bookings:read'],
      description: 'The booking that it is; null when it is a session, or when denied.',
      resolve: ({ accountId, entryId: id }, _args, ctx) => ctx.load('Booking', { accountId, id }),
    }),
    session: t.field({
      type: 'Session',
      nullable: true,
      scopes: ['services:read'],
      description: 'The session that it is; null when it is a booking, or when denied.',
      resolve: ({ accountId, entryId: id }, _args, ctx) => ctx.load('Session', { accountId, id }),
    }),
    state: t.field({
      type: CalendarWriteState,
      description: 'What became of it.',
      resolve: ({ dueAt, failedAt }) => (dueAt ? 'WAITING' : failedAt ? 'FAILED' : 'WRITTEN'),
    }),
    attemptCount: t.exposeInt('attempts', {
      description: 'How many times in a row it could not be written.',
    }),
    nextAttemptAt: t.expose('dueAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried next; null when it does not wait.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why it could not be written at the last try; null when it could.',
    }),
    writtenAt: t.expose('writtenAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last as it should be there; null for never.',
    }),
    failedAt: t.expose('failedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is given up; null when it is not.',
    }),
  }),
})

const WriteConnection = connectionType<CalendarWrite>('CalendarWrite', 'CalendarWrite')

const order = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const

type State = keyof typeof conditions

function listOf(only: readonly State[] | null | undefined, more: Prisma.Sql[] = []) {
  const any = only?.map((state) => Prisma.sql`(${conditions[state]})`)
  const where = any ? [...more, any.length > 0 ? oneOf(any) : Prisma.sql`FALSE`] : more
  return { table: 'CalendarWrite', where, order }
}

const oneOf = (any: Prisma.Sql[]) => Prisma.sql`(${Prisma.join(any, ' OR ')})`

const states = 'Only in one of these states.'

builder.queryField('calendarWrites', (t) =>
  t.field({
    type: WriteConnection,
    scopes: read,
    description: 'What is written into connected calendars, over accounts, the newest first.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      states: t.arg({ type: [CalendarWriteState], description: states }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx) =>
      listOverAccounts<CalendarWrite>(
        ctx,
        accountsOf(ctx.viewer, args.accounts, read),
        listOf(args.states),
        args,
      ),
  }),
)

builder.prismaObjectField('CalendarSource', 'writes', (t) =>
  t.field({
    type: WriteConnection,
    description: 'What is written there, the newest first.',
    complexity: connectionCost,
    args: { states: t.arg({ type: [CalendarWriteState], description: states }), ...pageArgs(t) },
    resolve: ({ accountId, id }, args, ctx) =>
      listBelow<CalendarWrite>(
        ctx,
        { accountId, id },
        'CalendarSource.writes',
        args,
        listOf(args.states, [Prisma.sql`r."sourceId" = u."parentId"`]),
        args,
      ),
  }),
)

mutation('retryCalendarWrite', {
  description: 'Tries again to write into a connected calendar what was given up.',
  scopes: ['calendars:write', 'availability:write'],
  data: 'CalendarWrite',
  dataDescription: 'The entry, which waits to be written.',
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({ id: t.id({ required: true, description: 'The entry.' }) }),
  resolve: ({ id }, ctx) => retryCalendarWrite(ctx, demandKey('CalendarWrite', id, 'id')),
})
