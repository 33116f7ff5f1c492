// Service as the graph shows it, and its lists: over accounts, of an account, of a staff member,
// of a resource. What belongs to single links (own terms, requirements) is in offer.graphql.ts.

import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Service } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { dateText } from '../time/instant.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType, contains } from '../graphql/lists.ts'
import { globalId, one } from '../graphql/look-ahead.ts'
import { Money, moneyOf } from '../graphql/money.ts'
import { findable, Node } from '../graphql/node.ts'

const read: readonly Scope[] = ['services:read']

findable('Service', read)

export const ServiceKind = builder.enumType('ServiceKind', {
  description: 'How a service is booked.',
  values: {
    APPOINTMENT: { description: 'At any free start, with staff and/or resources.' },
    CLASS: { description: 'By the seats of scheduled sessions.' },
  } as const,
})

export const StepFrom = builder.enumType('StepFrom', {
  description: 'Where the grid of possible starts begins.',
  values: {
    MIDNIGHT: { description: 'At local midnight of the account: 09:00, 09:15, 09:30 …' },
    WINDOW: { description: 'At the start of each free window: after a booking, at once.' },
  } as const,
})

export const StaffMode = builder.enumType('StaffMode', {
  description: 'How many of those who give a service a booking takes.',
  values: {
    ANY: { description: 'One of them: the one asked for, else the least loaded.' },
    COLLECTIVE: { description: 'All of them together.' },
  } as const,
})

/** An amount of a row in the currency of its account. */
export async function priceIn(ctx: Context, accountId: string, amountMinor: number | null) {
  if (amountMinor === null) return null
  const account = await ctx.load('Account', { accountId, id: accountId })
  return account && moneyOf(amountMinor, account.currency)
}

builder.prismaObject('Service', {
  description: 'What can be booked.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('Service') }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business that offers it. Null when denied.',
      ...one('Account', 'accountId'),
    }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What the customer gets; null when nothing is written.',
    }),
    kind: t.expose('kind', { type: ServiceKind, description: 'How it is booked.' }),
    durationMinutes: t.exposeInt('durationMinutes', {
      description: 'Elapsed minutes, buffers not included.',
    }),
    price: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      reads: ['priceMinor'],
      description:
        'Price of an appointment, however large the party, or of one seat in a class. A booking ' +
        'keeps the price it was made with. Null when it has none, or when denied.',
      resolve: (row, _args, ctx) => priceIn(ctx, row.accountId, row.priceMinor),
    }),
    bufferBeforeMinutes: t.exposeInt('bufferBeforeMinutes', {
      description: 'Minutes kept free before each booking of it.',
    }),
    bufferAfterMinutes: t.exposeInt('bufferAfterMinutes', {
      description: 'Minutes kept free after each booking of it.',
    }),
    slotStepMinutes: t.exposeInt('slotStepMinutes', {
      description: 'Minutes from one possible start to the next.',
    }),
    stepFrom: t.expose('stepFrom', { type: StepFrom, description: 'Where that grid begins.' }),
    staffMode: t.expose('staffMode', { type: StaffMode, description: 'How many staff it takes.' }),
    minNoticeMinutes: t.exposeInt('minNoticeMinutes', {
      description: 'Least minutes from now to a start that can be booked.',
    }),
    maxAdvanceDays: t.exposeInt('maxAdvanceDays', {
      nullable: true,
      description: 'How many local days ahead it can be booked; null means without limit.',
    }),
    bookableFromOn: t.field({
      type: 'LocalDate',
      nullable: true,
      reads: ['bookableFromOn'],
      description: 'First local date that can be booked; null means no such limit.',
      resolve: (row) => row.bookableFromOn && dateText(row.bookableFromOn),
    }),
    bookableUntilOn: t.field({
      type: 'LocalDate',
      nullable: true,
      reads: ['bookableUntilOn'],
      description: 'Last local date that can be booked, inclusive; null means no such limit.',
      resolve: (row) => row.bookableUntilOn && dateText(row.bookableUntilOn),
    }),
    dailyLimit: t.exposeInt('dailyLimit', {
      nullable: true,
      description:
        'Most bookings of it on one local day of the account, by when these start; live holds ' +
        'count. Null means no limit; a class has none.',
    }),
    capacity: t.exposeInt('capacity', {
      description: 'Heads it has room for; a new session has as many seats unless it says another.',
    }),
    minParty: t.exposeInt('minParty', { description: 'Least heads of one booking.' }),
    maxParty: t.exposeInt('maxParty', { description: 'Most heads of one booking.' }),
    requiresConfirmation: t.exposeBoolean('requiresConfirmation', {
      description: 'Whether bookings wait (PENDING) until somebody confirms or declines them.',
    }),
    cancelFreeHours: t.exposeInt('cancelFreeHours', {
      description: 'Cancelling up to this many hours before the start gives everything back.',
    }),
    reminderMinutes: t.exposeIntList('reminderMinutes', {
      description: 'How many minutes before the start the customer is reminded; may be empty.',
    }),
    thanksMinutes: t.exposeInt('thanksMinutes', {
      nullable: true,
      description: 'How many minutes after the end the customer is thanked; null: not at all.',
    }),
    cancelRefundPercent: t.exposeInt('cancelRefundPercent', {
      description: 'Percent of what was paid that a later cancellation gives back.',
    }),
    depositPercent: t.exposeInt('depositPercent', {
      nullable: true,
      scopes: ['payments:read'],
      description:
        'Percent of the price that has to be paid before a booking stands; 0: nothing. Null when ' +
        'denied.',
    }),
    deposit: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      description:
        'What has to be paid before a booking stands, of a class for each seat, at most the price. ' +
        'Null when it goes by the percentage, or when denied.',
      resolve: (row, _args, ctx) => priceIn(ctx, row.accountId, row.depositMinor),
    }),
    payWithinMinutes: t.exposeInt('payWithinMinutes', {
      description: 'Minutes for which a booking waits for its deposit, before its time is free.',
    }),
    active: t.exposeBoolean('active', { description: 'False once archived.' }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const ServiceConnection = connectionType<Service>('Service', 'Service')

const ServiceFilter = builder.inputType('ServiceFilter', {
  description: 'Narrows a list of services; what is left out does not narrow.',
  fields: (t) => ({
    kind: t.field({ type: ServiceKind, description: 'Only this kind.' }),
    active: t.boolean({ description: 'Only active (true) or archived (false) ones.' }),
    search: t.string({ description: 'Only those whose name contains this.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
  }),
})

function matching(filter: typeof ServiceFilter.$inferInput | null | undefined): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  if (filter?.kind) where.push(Prisma.sql`r."kind" = ${filter.kind}::"ServiceKind"`)
  if (filter?.active != null) where.push(Prisma.sql`r."active" = ${filter.active}`)
  if (filter?.search) where.push(contains('name', filter.search))
  if (filter?.serials) where.push(Prisma.sql`r."serial" = ANY(${filter.serials}::int[])`)
  return where
}

const byName = { column: 'name', type: 'text', direction: 'ASC' } as const

const lists = listFields({
  type: ServiceConnection,
  table: 'Service',
  scopes: read,
  args: (t) => ({ filter: t.arg({ type: ServiceFilter, description: 'Which ones.' }) }),
  where: ({ filter }) => matching(filter),
  order: () => byName,
})

lists.over('services', 'Services over accounts, by name.')
lists.below('Account', 'services', 'Services of the account, by name. Null when denied.')
lists.below(
  'StaffMember',
  'services',
  'Services that they give, by name. Null when denied.',
  Prisma.sql`EXISTS (SELECT 1 FROM "ServiceStaff" j WHERE j."accountId" = r."accountId"
    AND j."serviceId" = r."id" AND j."staffId" = u."parentId")`,
)
lists.below(
  'Resource',
  'services',
  'Services that may take it, by name. Null when denied.',
  Prisma.sql`EXISTS (SELECT 1 FROM "ServiceResource" j WHERE j."accountId" = r."accountId"
    AND j."serviceId" = r."id" AND j."resourceId" = u."parentId")`,
)
