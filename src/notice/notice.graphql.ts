// Notice as the graph shows it, its lists, and the mutation that sends one again.

import type { Scope } from '../auth/scope.ts'
import { Prisma, type Notice } from '../generated/prisma/client.ts'
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
import { DateTimeRange, refersTo, withinRange } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'
import { retryNotice } from './notice.actions.ts'
import { NoticeKindEnum } from './notice-kind.graphql.ts'

const read: readonly Scope[] = ['bookings:read']

findable('Notice', read)

const NoticeStateEnum = builder.enumType('NoticeState', {
  description: 'What became of a notice.',
  values: {
    WAITING: { description: 'It is to be sent when its time has come.' },
    SENT: { description: 'The mail server took it, or its file was written.' },
    SKIPPED: { description: 'There was nobody to send it to; `reason` says why.' },
    CANCELLED: { description: 'What it was about has changed before it was sent.' },
    FAILED: { description: 'It was given up; `retryNotice` sends it again.' },
  } as const,
})

builder.prismaObject('Notice', {
  description:
    'A mail to one person about bookings, or about what they wait for. It is planned by the event ' +
    'that it tells of, and sent once; after a crash the same message, under the same id, may come ' +
    'a second time.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Notice', row) }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business that it is from. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    kind: t.expose('kind', { type: NoticeKindEnum, description: 'What it tells.' }),
    booking: t.field({
      type: 'Booking',
      nullable: true,
      description:
        'The booking that it tells of; the soonest, when it tells of several. Null when it tells of ' +
        'a webhook endpoint or of the waitlist.',
      resolve: ({ accountId, bookingId }, _args, ctx) =>
        bookingId === null ? null : ctx.load('Booking', { accountId, id: bookingId }),
    }),
    waitlistEntry: t.field({
      type: 'WaitlistEntry',
      nullable: true,
      description: 'The entry of the waitlist that it tells of; null when it tells of none.',
      resolve: ({ accountId, waitlistEntryId: id }, _args, ctx) =>
        id === null ? null : ctx.load('WaitlistEntry', { accountId, id }),
    }),
    bookingCount: t.int({
      description: 'Of how many bookings it tells.',
      resolve: ({ bookingIds }) => bookingIds.length,
    }),
    customer: t.field({
      type: 'Customer',
      nullable: true,
      scopes: ['customers:read'],
      description: 'The customer who is told; null when it is for the staff, or when denied.',
      resolve: ({ accountId, customerId }, _args, ctx) =>
        customerId === null ? null : ctx.load('Customer', { accountId, id: customerId }),
    }),
    staff: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description:
        'The staff member who is told; null when it is for the customer, or when denied.',
      resolve: ({ accountId, staffId }, _args, ctx) =>
        staffId === null ? null : ctx.load('StaffMember', { accountId, id: staffId }),
    }),
    state: t.expose('state', { type: NoticeStateEnum, description: 'What became of it.' }),
    dueAt: t.expose('dueAt', { type: 'DateTime', description: 'When it is to be sent.' }),
    attemptCount: t.exposeInt('attempts', { description: 'How often it was tried.' }),
    nextAttemptAt: t.expose('nextAttemptAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it is tried next; null when it is done.',
    }),
    address: t.expose('address', {
      type: 'EmailAddress',
      nullable: true,
      scopes: ['customers:contact'],
      description: 'Where it went; null before, after the person was erased, or when denied.',
    }),
    subject: t.exposeString('subject', {
      nullable: true,
      scopes: ['customers:read'],
      description: 'Its subject; null before it is sent, after an erasure, or when denied.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'Why it was not sent, or not at the last try; null when it was.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was planned.' }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was sent or ended; null while it waits.',
    }),
  }),
})

const NoticeConnection = connectionType<Notice>('Notice', 'Notice')

const NoticeFilter = builder.inputType('NoticeFilter', {
  description: 'Narrows a list of notices; what is left out does not narrow.',
  fields: (t) => ({
    kinds: t.field({ type: [NoticeKindEnum], description: 'Only of these kinds.' }),
    states: t.field({ type: [NoticeStateEnum], description: 'Only in one of these states.' }),
    bookingIds: t.idList({ description: 'Only about these bookings.' }),
    waitlistEntryIds: t.idList({ description: 'Only about these entries of the waitlist.' }),
    customerIds: t.idList({ description: 'Only to these customers.' }),
    staffIds: t.idList({ description: 'Only to these staff members.' }),
    dueAt: t.field({ type: DateTimeRange, description: 'Only those due then.' }),
  }),
})

type Filter = typeof NoticeFilter.$inferInput | null | undefined

function listOf(filter: Filter, more: Prisma.Sql[] = []) {
  const { kinds: only, states, bookingIds, waitlistEntryIds: entryIds } = filter ?? {}
  const { customerIds, staffIds, dueAt } = filter ?? {}
  const where = [...more, ...withinRange('dueAt', dueAt)]
  if (only) where.push(Prisma.sql`r."kind"::text = ANY(${[...only]}::text[])`)
  if (states) where.push(Prisma.sql`r."state"::text = ANY(${[...states]}::text[])`)
  if (bookingIds) where.push(refersTo('bookingId', 'Booking', bookingIds))
  if (entryIds) where.push(refersTo('waitlistEntryId', 'WaitlistEntry', entryIds))
  if (customerIds) where.push(refersTo('customerId', 'Customer', customerIds))
  if (staffIds) where.push(refersTo('staffId', 'StaffMember', staffIds))
  const order = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const
  return { table: 'Notice', where, order }
}

const filterArg = { type: NoticeFilter, description: 'Which ones.' }

builder.queryField('notices', (t) =>
  t.field({
    type: NoticeConnection,
    scopes: read,
    description: 'Notices over accounts, those planned last first.',
    complexity: connectionCost,
    args: { ...accountsArg(t), filter: t.arg(filterArg), ...pageArgs(t) },
    resolve: (_root, args, ctx) =>
      listOverAccounts<Notice>(
        ctx,
        accountsOf(ctx.viewer, args.accounts, read),
        listOf(args.filter),
        args,
      ),
  }),
)

const below = { Booking: 'bookingId', WaitlistEntry: 'waitlistEntryId' } as const

function noticesBelow(parent: keyof typeof below, description: string): void {
  builder.prismaObjectField(parent, 'notices', (t) =>
    t.field({
      type: NoticeConnection,
      reads: [],
      description: `${description}, planned last first.`,
      complexity: connectionCost,
      args: { filter: t.arg(filterArg), ...pageArgs(t) },
      resolve: ({ accountId, id }, args, ctx) =>
        listBelow<Notice>(
          ctx,
          { accountId, id },
          `${parent}.notices`,
          args,
          listOf(args.filter, [Prisma.sql`r.${Prisma.raw(`"${below[parent]}"`)} = u."parentId"`]),
          args,
        ),
    }),
  )
}

noticesBelow('Booking', 'What people are told of this booking')
noticesBelow('WaitlistEntry', 'What who waits is told of this')

mutation('retryNotice', {
  description: 'Sends a notice again that was given up, or for which there was no address.',
  scopes: ['bookings:write'],
  data: 'Notice',
  dataDescription: 'The notice, which waits to be sent.',
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({ id: t.id({ required: true, description: 'The notice.' }) }),
  resolve: ({ id }, ctx) => retryNotice(ctx, demandKey('Notice', id, 'id')),
})
