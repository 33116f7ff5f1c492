// WaitlistEntry as the graph shows it, and the list over accounts.

import type { Scope } from '../auth/scope.ts'
import type { WaitlistEntry } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType } from '../graphql/lists.ts'
import { orderInput, refersTo } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'

const read: readonly Scope[] = ['bookings:read']

findable('WaitlistEntry', read)

const WaitlistState = builder.enumType('WaitlistState', {
  description: 'Where somebody is on the waitlist. The last three are final.',
  values: {
    WAITING: { description: 'Nothing has come free for them.' },
    OFFERED: { description: 'Something is held for them, until its hold runs out.' },
    BOOKED: { description: 'They booked what was held for them.' },
    LEFT: { description: 'They left, or the hold was given up.' },
    EXPIRED: {
      description: 'The hold ran out without a booking, or what they waited for is over.',
    },
  } as const,
})

builder.prismaObject('WaitlistEntry', {
  description:
    'Somebody who wants what is full. When it comes free, whoever came first and fits is offered ' +
    'it: a hold of their own, for `Account.waitlistOfferMinutes`. createBooking with that hold ends ' +
    'the waiting; so does the link in the mail that tells of it.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('WaitlistEntry', row) }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    state: t.expose('state', { type: WaitlistState, description: 'Where they are.' }),
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: 'What they want. Null when denied.',
      resolve: ({ accountId, serviceId }, _args, ctx) =>
        ctx.load('Service', { accountId, id: serviceId }),
    }),
    session: t.field({
      type: 'Session',
      nullable: true,
      scopes: ['services:read'],
      description: 'The one session they want seats in; null when a time is meant, or denied.',
      resolve: ({ accountId, sessionId }, _args, ctx) =>
        sessionId ? ctx.load('Session', { accountId, id: sessionId }) : null,
    }),
    staffMembers: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      description: 'With one of these; empty when with anybody. Null when denied.',
      resolve: async ({ accountId, staffIds }, _args, ctx) => {
        const rows = await Promise.all(
          staffIds.map((id) => ctx.load('StaffMember', { accountId, id })),
        )
        return rows.filter((row) => row !== null)
      },
    }),
    from: t.expose('fromAt', {
      type: 'DateTime',
      nullable: true,
      description: 'The first instant at which it may start; null when a session is meant.',
    }),
    to: t.expose('untilAt', {
      type: 'DateTime',
      nullable: true,
      description: 'It starts before this instant; null when a session is meant.',
    }),
    party: t.exposeInt('partySize', { description: 'For how many heads.' }),
    customer: t.field({
      type: 'Customer',
      nullable: true,
      scopes: ['customers:read'],
      description: 'Who waits. Null when denied.',
      resolve: ({ accountId, customerId }, _args, ctx) =>
        ctx.load('Customer', { accountId, id: customerId }),
    }),
    hold: t.field({
      type: 'Hold',
      nullable: true,
      scopes: read,
      description: 'What is, or was, kept for them; null while nothing has come free.',
      resolve: ({ accountId, holdId }, _args, ctx) =>
        holdId ? ctx.load('Hold', { accountId, id: holdId }) : null,
    }),
    offeredAt: t.expose('offeredAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was offered; null while nothing has come free.',
    }),
    failureCount: t.exposeInt('failures', {
      description: 'How many times in a row it could not be looked after.',
    }),
    lastError: t.exposeString('lastError', {
      nullable: true,
      description: 'Why it could not be looked after the last time; null when it could.',
    }),
    failedAt: t.expose('failedAt', {
      type: 'DateTime',
      nullable: true,
      description:
        'Since when it is given up; `retryWaitlistEntry` tries it again. Null: it is not.',
    }),
    notifyCustomer: t.exposeBoolean('notifyCustomer', {
      description: 'Whether they are told by mail of an offer and of its end.',
    }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When they joined.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

const WaitlistConnection = connectionType<WaitlistEntry>('Waitlist', 'WaitlistEntry')

const WaitlistFilter = builder.inputType('WaitlistFilter', {
  description: 'Narrows a waitlist; what is left out does not narrow.',
  fields: (t) => ({
    state: t.field({ type: [WaitlistState], description: 'Only those who are there.' }),
    serviceIds: t.idList({ description: 'Only who waits for one of these services.' }),
    sessionIds: t.idList({ description: 'Only who waits for one of these sessions.' }),
    customerIds: t.idList({ description: 'Only these customers.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
    isFailed: t.boolean({ description: 'Only those that are given up; false: only the others.' }),
  }),
})

function matching({ filter }: { filter?: typeof WaitlistFilter.$inferInput | null }) {
  const { state, serviceIds, sessionIds, customerIds, serials, isFailed } = filter ?? {}
  const where: Prisma.Sql[] = []
  if (state) where.push(Prisma.sql`r."state" = ANY(${state}::"WaitlistState"[])`)
  if (serviceIds) where.push(refersTo('serviceId', 'Service', serviceIds))
  if (sessionIds) where.push(refersTo('sessionId', 'Session', sessionIds))
  if (customerIds) where.push(refersTo('customerId', 'Customer', customerIds))
  if (isFailed != null) where.push(Prisma.sql`(r."failedAt" IS NOT NULL) = ${isFailed}`)
  if (serials) where.push(Prisma.sql`r."serial" = ANY(${serials}::int[])`)
  return where
}

const { Input: WaitlistOrder, orderOf } = orderInput(
  'WaitlistOrder',
  { CREATED_AT: { column: 'createdAt', type: 'timestamptz', description: 'By who came first.' } },
  { field: 'CREATED_AT', direction: 'ASC' },
)

const lists = listFields({
  type: WaitlistConnection,
  table: 'WaitlistEntry',
  scopes: read,
  args: (t) => ({
    filter: t.arg({ type: WaitlistFilter, description: 'Which ones.' }),
    orderBy: t.arg({ type: WaitlistOrder, description: 'In which order.' }),
  }),
  where: matching,
  order: ({ orderBy }) => orderOf(orderBy),
})

lists.over('waitlist', 'Who waits, and who did, over accounts, in the order of arrival.')
