// Busy times as the graph shows them, below staff members and resources, and how they are told.

import type { Scope } from '../auth/scope.ts'
import type { BusyTime } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, keyOf } from '../graphql/ids.ts'
import { demandOne, instantOf } from '../graphql/inputs.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { mutation } from '../graphql/mutations.ts'
import { instantGiven } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'
import { invalid } from '../errors.ts'
import { replaceBusyTimes, type BusyReplaced } from './busy-times.actions.ts'
import { connectedPrefix } from './busy-times.ts'

const read: readonly Scope[] = ['availability:read']

findable('BusyTime', read)

builder.prismaObject('BusyTime', {
  description:
    'A time that an outside calendar has taken of a staff member, or of a resource with all its ' +
    'units. Nobody is offered it, and no appointment is accepted in it. Sessions of a class, ' +
    'blocks, holds and bookings that stand are not touched: whoever made them decided so.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('BusyTime', row) }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business whose time this is. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    staffMember: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Whose time is taken; null when it is a resource’s. Null when denied.',
      resolve: ({ accountId, staffId }, _args, ctx) =>
        staffId ? ctx.load('StaffMember', { accountId, id: staffId }) : null,
    }),
    resource: t.field({
      type: 'Resource',
      nullable: true,
      scopes: ['staff:read'],
      description:
        'What is taken, with all its units; null when it is a person’s time. Null when denied.',
      resolve: ({ accountId, resourceId }, _args, ctx) =>
        resourceId ? ctx.load('Resource', { accountId, id: resourceId }) : null,
    }),
    calendar: t.string({
      description:
        'The outside calendar, by the name under which it tells its times; one that is connected ' +
        'here (CalendarSource), by its id.',
      resolve: ({ accountId, calendar }) => shownCalendar(accountId, calendar),
    }),
    externalId: t.exposeString('externalId', {
      nullable: true,
      description: 'What the calendar calls the entry; null when it did not say.',
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'From when.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'Until when.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was told.' }),
  }),
})

/** A connected calendar is kept by its row, and shown by its global id. */
function shownCalendar(accountId: string, calendar: string): string {
  if (!calendar.startsWith(connectedPrefix)) return calendar
  return encodeId('CalendarSource', { accountId, id: calendar.slice(connectedPrefix.length) })
}

function keptCalendar(shown: string): string {
  const key = keyOf('CalendarSource', shown)
  return key ? connectedPrefix + key.id : shown
}

const BusyTimeConnection = connectionType<BusyTime>('BusyTime', 'BusyTime')

const byStart = { column: 'startsAt', type: 'timestamptz', direction: 'ASC' } as const

function busyTimesBelow(parent: 'StaffMember' | 'Resource', whose: Prisma.Sql): void {
  builder.prismaObjectField(parent, 'busyTimes', (t) =>
    t.field({
      type: BusyTimeConnection,
      nullable: true,
      scopes: read,
      description: 'What outside calendars have taken, by start. Null when denied.',
      complexity: connectionCost,
      args: {
        from: t.arg({ type: 'DateTime', description: 'Only what ends after this instant.' }),
        to: t.arg({ type: 'DateTime', description: 'Only what starts before this instant.' }),
        calendar: t.arg.string({ description: 'Only what this calendar has taken.' }),
        ...pageArgs(t),
      },
      resolve: ({ accountId, id }: { accountId: string; id: string }, args, ctx) => {
        const { from, to, calendar } = args
        const where = [whose]
        if (from) where.push(Prisma.sql`r."endsAt" > ${instantGiven(from)}`)
        if (to) where.push(Prisma.sql`r."startsAt" < ${instantGiven(to)}`)
        if (calendar != null) where.push(Prisma.sql`r."calendar" = ${keptCalendar(calendar)}`)
        const query = { table: 'BusyTime', where, order: byStart }
        return listBelow<BusyTime>(ctx, { accountId, id }, `${parent}.busyTimes`, args, query, args)
      },
    }),
  )
}

busyTimesBelow('StaffMember', Prisma.sql`r."staffId" = u."parentId"`)
busyTimesBelow('Resource', Prisma.sql`r."resourceId" = u."parentId"`)

const BusyPeriodInput = builder.inputType('BusyPeriodInput', {
  description: 'One entry of an outside calendar that takes time.',
  fields: (t) => ({
    startsAt: t.field({ type: 'DateTime', required: true, description: 'From when.' }),
    endsAt: t.field({ type: 'DateTime', required: true, description: 'Until when.' }),
    externalId: t.string({
      description: 'What the calendar calls it, 1 to 1024 characters; entries may share it.',
    }),
  }),
})

const Replaced = builder.objectRef<BusyReplaced>('BusyTimesReplacement').implement({
  description: 'What replacing busy times came to. All added and removed are 0: nothing changed.',
  open: 'Only whoever may replace them is told how many there were.',
  fields: (t) => ({
    added: t.exposeInt('added', { description: 'How many times were written.' }),
    removed: t.exposeInt('removed', { description: 'How many times were taken away.' }),
    unchanged: t.exposeInt('unchanged', { description: 'How many stood already and stay.' }),
  }),
})

mutation('replaceBusyTimes', {
  description:
    'Tells what one outside calendar has taken of a staff member or resource in a window of time: ' +
    'there its busy times become exactly these, an empty list none. Outside the window, and of ' +
    'other calendars, nothing changes; an entry that goes over an edge counts only inside. Told ' +
    'again, it changes nothing. Leave out entries that mirror bookings made here.',
  scopes: ['availability:write'],
  data: Replaced,
  dataDescription: 'How many times changed.',
  input: (t) => ({
    staffId: t.id({ description: 'Whose calendar it is; this or "resourceId".' }),
    resourceId: t.id({ description: 'What the calendar is of: all its units are taken.' }),
    calendar: t.string({
      required: true,
      description:
        'The name that tells this calendar from others of the same owner, 1 to 100 characters.',
    }),
    from: t.field({ type: 'DateTime', required: true, description: 'Where the window starts.' }),
    to: t.field({
      type: 'DateTime',
      required: true,
      description: 'Where the window ends, at most 400 days later.',
    }),
    periods: t.field({
      type: [BusyPeriodInput],
      required: true,
      description: 'All that is taken in the window, at most 2000; they may overlap each other.',
    }),
  }),
  resolve: ({ calendar, from, to, periods, ...input }, ctx) => {
    if (calendar.startsWith(connectedPrefix)) {
      throw invalid(['calendar'], `Names that begin with "${connectedPrefix}" are not given out.`)
    }
    return replaceBusyTimes(
      ctx,
      demandOne(input, { staffId: 'StaffMember', resourceId: 'Resource' }),
      {
        calendar,
        from: instantOf(from, 'from').getTime(),
        to: instantOf(to, 'to').getTime(),
        periods: periods.map(({ startsAt, endsAt, externalId }, index) => {
          const path = ['periods', String(index)]
          return {
            startsAt: instantOf(startsAt, ...path, 'startsAt').getTime(),
            endsAt: instantOf(endsAt, ...path, 'endsAt').getTime(),
            externalId: externalId ?? null,
          }
        }),
      },
    )
  },
})
