// Booking as the graph shows it. Lists stand in booking-lists.graphql.ts, mutations in
// booking-mutations.graphql.ts.

import type { Booking } from '../generated/prisma/client.ts'
import type { Key } from '../db/id.ts'
import { builder } from '../graphql/builder.ts'
import { globalId, one } from '../graphql/look-ahead.ts'
import { Money, moneyOf } from '../graphql/money.ts'
import { findable, Node } from '../graphql/node.ts'
import { resourcesOf, staffMembersOf } from './assigned.graphql.ts'
import type { PartyPart } from './booking.ts'

findable('Booking', ['bookings:read'])

export const BookingStatusEnum = builder.enumType('BookingStatus', {
  description: 'Where a booking is in its life.',
  values: {
    PENDING: { description: 'Waits for approval; its time is kept.' },
    CONFIRMED: { description: 'Promised.' },
    DECLINED: { description: 'Not approved; its time is free.' },
    CANCELLED: { description: 'Called off; its time is free.' },
    COMPLETED: { description: 'Took place.' },
    NO_SHOW: { description: 'The customer did not come.' },
  } as const,
})

export const BookingSourceEnum = builder.enumType('BookingSource', {
  description: 'Through which door a booking came.',
  values: {
    API: { description: 'This graph.' },
    LINK: { description: 'A booking link.' },
    REST: { description: 'A REST dialect.' },
    CONSOLE: { description: 'Somebody at the business.' },
    IMPORT: { description: 'Taken over from another system.' },
  } as const,
})

const PartyCount = builder.objectRef<PartyPart>('PartyCount').implement({
  description: 'How many heads of one category.',
  open: 'Part of a booking, reached only through it.',
  fields: (t) => ({
    category: t.exposeString('category', { description: "Code from the account's own list." }),
    count: t.exposeInt('count', { description: 'Heads.' }),
  }),
})

type PartyValue = { total: number; categories: PartyPart[]; attended: number | null }

const Party = builder.objectRef<PartyValue>('Party').implement({
  description: 'For how many a booking is.',
  open: 'Part of a booking, reached only through it.',
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'All heads.' }),
    categories: t.field({
      type: [PartyCount],
      description: 'By category; empty when none were named.',
      resolve: (party) => party.categories,
    }),
    attended: t.exposeInt('attended', {
      nullable: true,
      description: 'Heads that came, 0 for a no-show; null until somebody said.',
    }),
  }),
})

builder.prismaObject('Booking', {
  description: 'The promise that somebody gets a service at a time.',
  interfaces: [Node],
  scopes: ['bookings:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('Booking') }),
    number: t.exposeString('number', {
      description: 'Short, unique in its account, readable aloud; for people.',
    }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    status: t.expose('status', {
      type: BookingStatusEnum,
      description: 'Where it is in its life.',
    }),
    startsAt: t.expose('startsAt', { type: 'DateTime', description: 'When it starts.' }),
    endsAt: t.expose('endsAt', {
      type: 'DateTime',
      description: 'When it ends, buffers not included.',
    }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: "The customer's zone, in which they are told the time.",
    }),
    party: t.field({
      type: Party,
      reads: ['partySize', 'party', 'attended'],
      description: 'For how many.',
      resolve: ({ partySize, party, attended }) => ({
        total: partySize,
        attended,
        categories: (party ?? []) as PartyPart[],
      }),
    }),
    price: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      reads: ['priceMinor', 'currency'],
      description:
        'Price of the whole booking as it was agreed; a later price of the service does not change ' +
        'it. Null when it has none.',
      resolve: ({ priceMinor, currency }) => moneyOf(priceMinor, currency),
    }),
    priceReason: t.exposeString('priceReason', {
      nullable: true,
      scopes: ['payments:read'],
      description: 'Why the price was adjusted, if anybody said.',
    }),
    deposit: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      description: 'What had to be paid before it stands, as it was agreed; 0: nothing.',
      resolve: ({ depositMinor, currency }) => moneyOf(depositMinor, currency),
    }),
    payBy: t.expose('payBy', {
      type: 'DateTime',
      nullable: true,
      description:
        'While it is PENDING for its deposit: until when that has to be paid. Then it is cancelled ' +
        'and its time is free. Null when no deposit is awaited.',
    }),
    amountPaid: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      reads: ['amountPaidMinor', 'currency'],
      description: 'What was paid, less what was paid back.',
      resolve: ({ amountPaidMinor, currency }) => moneyOf(amountPaidMinor, currency),
    }),
    refundDue: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      reads: ['refundDueMinor', 'currency'],
      description: 'What cancelling or declining it gives back, as decided then; else 0.',
      resolve: ({ refundDueMinor, currency }) => moneyOf(refundDueMinor, currency),
    }),
    source: t.expose('source', { type: BookingSourceEnum, description: 'How it came in.' }),
    externalRef: t.exposeString('externalRef', {
      nullable: true,
      description: "The caller's own reference; null when none was given.",
    }),
    notes: t.exposeString('notes', { nullable: true, description: 'Free text; null when none.' }),
    answers: t.field({
      type: 'JSONObject',
      nullable: true,
      reads: ['answers'],
      description: "Answers to a booking link's questions, by question id; null when none.",
      resolve: ({ answers }) => answers,
    }),
    customFields: t.field({
      type: 'JSONObject',
      nullable: true,
      reads: ['customFields'],
      description: "The account's own fields; null when none.",
      resolve: ({ customFields }) => customFields,
    }),
    reminders: t.exposeBoolean('reminds', {
      description: 'Whether its customer is reminded before the start, if the service reminds.',
    }),
    thanks: t.exposeBoolean('thanks', {
      description: 'Whether its customer is thanked after the end, if the service thanks.',
    }),
    cancelReason: t.exposeString('cancelReason', {
      nullable: true,
      description: 'Why it was cancelled or declined, if anybody said.',
    }),
    cancelledBy: t.exposeString('cancelledBy', {
      nullable: true,
      scopes: ['audit:read'],
      description: 'Name of the credential that cancelled or declined it; null when none did.',
    }),
    cancelledAt: t.expose('cancelledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was cancelled or declined; null when it was not.',
    }),
    createdBy: t.exposeString('createdBy', {
      nullable: true,
      scopes: ['audit:read'],
      description: 'Name of the credential that made it; null when that was not kept.',
    }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business. Null when denied.',
      ...one('Account', 'accountId'),
    }),
    service: t.field({
      type: 'Service',
      nullable: true,
      scopes: ['services:read'],
      description: 'What was booked. Null when denied.',
      ...one('Service', 'serviceId'),
    }),
    customer: t.field({
      type: 'Customer',
      nullable: true,
      scopes: ['customers:read'],
      description: 'Who is booked for. Null when denied.',
      ...one('Customer', 'customerId'),
    }),
    staff: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Who does it; the lead when several do; null when nobody is needed.',
      ...one('StaffMember', 'staffId'),
    }),
    staffMembers: t.field({
      type: ['StaffMember'],
      nullable: true,
      scopes: ['staff:read'],
      reads: ['sessionId', 'staffId'],
      description: 'Everybody who does it, the lead first. Null when denied.',
      resolve: (row, _args, ctx) => staffMembersOf(ctx, ownerOf(row), row.staffId),
    }),
    resources: t.field({
      type: ['Resource'],
      nullable: true,
      scopes: ['staff:read'],
      reads: ['sessionId'],
      description: 'What it occupies. Null when denied.',
      resolve: (row, _args, ctx) => resourcesOf(ctx, ownerOf(row)),
    }),
    session: t.field({
      type: 'Session',
      nullable: true,
      scopes: ['services:read'],
      description: 'The session its seats are in; null for an appointment.',
      ...one('Session', 'sessionId'),
    }),
  }),
})

// Seats are taken in a session, and the session occupies.
function ownerOf({ accountId, id, sessionId }: Booking): Key {
  return { accountId, id: sessionId ?? id }
}
