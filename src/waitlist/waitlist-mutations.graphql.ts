// The mutations of the waitlist.

import { builder } from '../graphql/builder.ts'
import { demandKey, type NodeName } from '../graphql/ids.ts'
import { demandIds, instantOf } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { retryWaitlistEntry } from './retry.actions.ts'
import { joinWaitlist, leaveWaitlist } from './waitlist.actions.ts'

const WaitlistCustomerInput = builder.inputType('WaitlistCustomerInput', {
  description: 'Who waits: the known customer with this e-mail, else a new one.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Full name.' }),
    email: t.field({ type: 'EmailAddress', description: 'By which a known one is found.' }),
    phone: t.string({ description: 'Phone number.' }),
    timeZone: t.field({ type: 'TimeZone', description: 'Their IANA zone.' }),
    locale: t.string({ description: 'RFC 5646 tag.' }),
  }),
})

mutation('joinWaitlist', {
  description:
    'Puts somebody on the waitlist: for a session, or for a start of a service within a time. What ' +
    'is free, or comes free, is offered in the order of arrival, each by a hold of its own. Either ' +
    'customerId or customer; either sessionId, or from and to.',
  scopes: ['bookings:write'],
  data: 'WaitlistEntry',
  dataDescription: 'Their entry.',
  refusals: ['LIMIT_REACHED', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    serviceId: t.id({ required: true, description: 'What they want.' }),
    sessionId: t.id({ description: 'Seats in this session of it.' }),
    from: t.field({ type: 'DateTime', description: 'From when on it may start.' }),
    to: t.field({ type: 'DateTime', description: 'Before when it starts, at most 62 days later.' }),
    staffIds: t.idList({ description: 'With one of these; left out, with anybody.' }),
    partySize: t.field({ type: 'PositiveInt', defaultValue: 1, description: 'Heads.' }),
    customerId: t.id({ description: 'This customer.' }),
    customer: t.field({ type: WaitlistCustomerInput, description: 'This person.' }),
    notifyCustomer: t.boolean({
      description: 'Whether they are told by mail of an offer and of its end; left out, they are.',
    }),
    idempotencyKey: t.string({
      description: 'Up to 255 characters; a repeated call within 24 hours gives the first answer.',
    }),
  }),
  resolve: (input, ctx) => {
    const service = demandKey('Service', input.serviceId, 'serviceId')
    const own = (name: NodeName, id: string | null | undefined, path: string) =>
      id == null ? null : (demandIds(name, service.accountId, [id], path)[0] ?? null)
    return joinWaitlist(ctx, {
      service,
      sessionId: own('Session', input.sessionId, 'sessionId'),
      fromAt: input.from ? instantOf(input.from, 'from') : null,
      untilAt: input.to ? instantOf(input.to, 'to') : null,
      staffIds: demandIds('StaffMember', service.accountId, input.staffIds ?? [], 'staffIds'),
      partySize: input.partySize ?? 1,
      customerId: own('Customer', input.customerId, 'customerId'),
      customer: input.customer ?? null,
      notifyCustomer: input.notifyCustomer ?? true,
      idempotencyKey: input.idempotencyKey ?? null,
    })
  },
})

mutation('leaveWaitlist', {
  description:
    'Takes somebody off the waitlist; what is held for them goes to the next. Refused ' +
    '(ILLEGAL_TRANSITION) when their waiting has ended.',
  scopes: ['bookings:write'],
  data: 'WaitlistEntry',
  dataDescription: 'Their entry, left.',
  refusals: ['VERSION_CONFLICT', 'ILLEGAL_TRANSITION'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The entry.' }),
    expectedVersion: t.int({ description: 'Refuse unless the entry has this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    leaveWaitlist(ctx, demandKey('WaitlistEntry', id, 'id'), expectedVersion),
})

mutation('retryWaitlistEntry', {
  description: 'Has an entry looked after again that was given up (`failedAt`).',
  scopes: ['bookings:write'],
  data: 'WaitlistEntry',
  dataDescription: 'The entry, which is looked after soon.',
  refusals: ['ILLEGAL_TRANSITION'],
  input: (t) => ({ id: t.id({ required: true, description: 'The entry.' }) }),
  resolve: ({ id }, ctx) => retryWaitlistEntry(ctx, demandKey('WaitlistEntry', id, 'id')),
})
