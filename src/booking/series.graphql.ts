// Series as the graph shows it, and where a booking says which it belongs to.

import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { findable, Node } from '../graphql/node.ts'
import { RefusalCodeEnum } from '../graphql/refusals.ts'
import type { Skipped } from './series.ts'

findable('Series', ['bookings:read'])

const SkippedOccurrence = builder.objectRef<Skipped>('SkippedOccurrence').implement({
  description: 'A time of a series that was left out when it was made.',
  open: 'Part of a series, reached only through it.',
  fields: (t) => ({
    startsAt: t.field({
      type: 'DateTime',
      description: 'When it would have started.',
      resolve: (skipped) => new Date(skipped.startsAt),
    }),
    code: t.expose('code', { type: RefusalCodeEnum, description: 'Why it could not be booked.' }),
    message: t.exposeString('message', { description: 'The same as a sentence for a person.' }),
  }),
})

builder.prismaObject('Series', {
  description: 'Bookings that were made together by a rule; each of them can be changed alone.',
  interfaces: [Node],
  scopes: ['bookings:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Series', row) }),
    rule: t.exposeString('rule', {
      description: 'RFC 5545 recurrence rule, in wall-clock time of the account.',
    }),
    startsAt: t.expose('startsAt', {
      type: 'DateTime',
      description: 'The start from which the rule was followed.',
    }),
    skipped: t.field({
      type: [SkippedOccurrence],
      description: 'What was left out when it was made, soonest first; empty when nothing was.',
      resolve: ({ skipped }) => skipped as unknown as Skipped[],
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: 'What was booked. Null when denied.',
      resolve: ({ accountId, serviceId }, _args, ctx) =>
        ctx.load('Service', { accountId, id: serviceId }),
    }),
  }),
})

builder.prismaObjectField('Booking', 'series', (t) =>
  t.field({
    type: 'Series',
    nullable: true,
    reads: ['seriesId'],
    description: 'The series it was made with; null when it was made alone.',
    resolve: ({ accountId, seriesId }, _args, ctx) =>
      seriesId ? ctx.load('Series', { accountId, id: seriesId }) : null,
  }),
)
