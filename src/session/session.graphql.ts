// Session as the graph shows it, and its lists: over accounts, of an account, a service, a staff
// member. Seats count what is booked and what is held right now.

import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import { timestamptz } from '../db/timestamp.ts'
import type { Session } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType, contains } from '../graphql/lists.ts'
import { globalId } from '../graphql/look-ahead.ts'
import { DateTimeRange, orderInput, refersTo, withinRange } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'
import { resourcesOf, staffOf } from './crew.data.ts'
import { heldSeats } from './session.data.ts'

const read: readonly Scope[] = ['services:read']

findable('Session', read)

const now = (ctx: Context) => new Date(ctx.clock.now())

builder.prismaObject('Session', {
  description: 'One dated occurrence of a CLASS service, booked by the seat.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('Session') }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business that gives it. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    service: t.field({
      type: 'Service',
      description: 'What it is an occurrence of.',
      resolve: async ({ accountId, serviceId }, _args, ctx) =>
        (await ctx.load('Service', { accountId, id: serviceId })) as never,
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it starts.' }),
    endsAt: t.expose('endsAt', { type: 'DateTime', description: 'When it ends, without buffers.' }),
    capacity: t.exposeInt('capacity', { description: 'Seats that it has.' }),
    seatsTaken: t.exposeInt('seatsTaken', { description: 'Heads of its active bookings.' }),
    seatsBlocked: t.exposeInt('seatsBlocked', {
      description: 'Seats that are set aside, so that nobody books them.',
    }),
    seatsAvailable: t.int({
      description: 'Seats that are neither taken nor set aside, nor held right now.',
      resolve: (row, _args, ctx) => {
        const left = row.capacity - row.seatsTaken - row.seatsBlocked
        // Holds that ran out stay counted on the row until somebody clears them.
        if (row.seatsHeld === 0) return left
        return batched(ctx, 'Session.held', row, (keys) => heldSeats(ctx.db, keys, now(ctx))).then(
          (held) => left - held,
        )
      },
    }),
    staff: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Who leads it; null when nobody is named, or when denied.',
      resolve: async (row, _args, ctx) =>
        (await batched(ctx, 'Session.staff', row, (keys) => staffOf(ctx.db, keys)))[0] ?? null,
    }),
    staffMembers: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      complexity: { field: 1, multiplier: 3 },
      description: 'All who give it, the leader first. Null when denied.',
      resolve: (row, _args, ctx) =>
        batched(ctx, 'Session.staff', row, (keys) => staffOf(ctx.db, keys)),
    }),
    resources: t.field({
      type: ['Resource'],
      nullable: true,
      scopes: ['staff:read'],
      complexity: { field: 1, multiplier: 3 },
      description: 'What it takes one unit of each of. Null when denied.',
      resolve: (row, _args, ctx) =>
        batched(ctx, 'Session.resources', row, (keys) => resourcesOf(ctx.db, keys)),
    }),
    active: t.exposeBoolean('active', { description: 'False once archived: it does not happen.' }),
    version: t.exposeInt('version', {
      description: 'Grows by one with every change of the session itself, not of its seats.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const SessionConnection = connectionType<Session>('Session', 'Session')

const SessionFilter = builder.inputType('SessionFilter', {
  description: 'Narrows a list of sessions; what is left out does not narrow, but for `active`.',
  fields: (t) => ({
    active: t.boolean({
      defaultValue: true,
      description: 'Only those that take place (true) or are archived (false); null gives both.',
    }),
    serviceIds: t.idList({ description: 'Only occurrences of these services.' }),
    staffIds: t.idList({ description: 'Only those that one of these staff members gives.' }),
    from: t.field({ type: 'DateTime', description: 'Only those that start then or later.' }),
    to: t.field({ type: 'DateTime', description: 'Only those that start before then.' }),
    updatedAt: t.field({ type: DateTimeRange, description: 'Only those last changed then.' }),
    search: t.string({ description: "Only those whose service's name contains this." }),
    seatsAvailableMin: t.int({ description: 'Only those with at least so many free seats.' }),
  }),
})

type Narrowing = { filter?: typeof SessionFilter.$inferInput | null }

const held = (at: Date) => Prisma.sql`(CASE WHEN r."seatsHeld" = 0 THEN 0 ELSE (
  SELECT coalesce(sum(h."partySize"), 0) FROM "Hold" h
  WHERE h."accountId" = r."accountId" AND h."sessionId" = r."id" AND h."state" = 'LIVE'
    AND h."expiresAt" > ${timestamptz(at)}) END)`

const ofServiceNamed = (text: string) =>
  Prisma.sql`EXISTS (SELECT 1 FROM "Service" s WHERE s."accountId" = r."accountId"
    AND s."id" = r."serviceId" AND ${contains('name', text, 's')})`

function matching({ filter }: Narrowing, ctx: Context): Prisma.Sql[] {
  const where = [...withinRange('startsAt', filter), ...withinRange('updatedAt', filter?.updatedAt)]
  if (filter?.search) where.push(ofServiceNamed(filter.search))
  const active = filter ? filter.active : true
  if (active != null) where.push(Prisma.sql`r."active" = ${active}`)
  if (filter?.serviceIds) where.push(refersTo('serviceId', 'Service', filter.serviceIds))
  if (filter?.staffIds) {
    const named = refersTo('staffId', 'StaffMember', filter.staffIds, 'j')
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM "SessionStaff" j
      WHERE j."accountId" = r."accountId" AND j."sessionId" = r."id" AND ${named})`)
  }
  if (filter?.seatsAvailableMin != null) {
    where.push(
      Prisma.sql`r."capacity" - r."seatsTaken" - r."seatsBlocked" - ${held(now(ctx))}
        >= ${filter.seatsAvailableMin}`,
    )
  }
  return where
}

const { Input: SessionOrder, orderOf } = orderInput(
  'SessionOrder',
  { STARTS_AT: { column: 'startsAt', type: 'timestamptz', description: 'By when it starts.' } },
  { field: 'STARTS_AT', direction: 'ASC' },
)

const lists = listFields({
  type: SessionConnection,
  table: 'Session',
  scopes: read,
  args: (t) => ({
    filter: t.arg({ type: SessionFilter, description: 'Which ones.' }),
    orderBy: t.arg({ type: SessionOrder, description: 'In which order.' }),
  }),
  where: matching,
  order: ({ orderBy }) => orderOf(orderBy),
})

lists.over('sessions', 'Sessions over accounts, by start.')
lists.below('Account', 'sessions', 'Sessions of the account, by start. Null when denied.')
lists.below(
  'Service',
  'sessions',
  'Occurrences of a CLASS service, by start; none of an APPOINTMENT. Null when denied.',
  Prisma.sql`r."serviceId" = u."parentId"`,
)
lists.below(
  'StaffMember',
  'sessions',
  'Sessions that they give, by start. Null when denied.',
  Prisma.sql`EXISTS (SELECT 1 FROM "SessionStaff" j WHERE j."accountId" = r."accountId"
    AND j."sessionId" = r."id" AND j."staffId" = u."parentId")`,
)
