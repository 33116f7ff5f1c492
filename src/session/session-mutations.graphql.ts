// The mutations that make, change and archive sessions.

import { demandKey } from '../graphql/ids.ts'
import { demandIds, givenFields, instantOf } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { archiveSession, createSession, updateSession } from './session.actions.ts'

const terms = (t: InputBuilder) => ({
  endsAt: t.field({
    type: 'DateTime',
    description: 'When it ends; at first as long after the start as the service lasts.',
  }),
  capacity: t.int({ description: 'Seats, 1 to 100000; at first those of the service.' }),
  staffIds: t.idList({ description: 'Who gives it, the leader first; replaces the list.' }),
  resourceIds: t.idList({ description: 'What it takes one unit of each of; replaces the list.' }),
})

type Raw = {
  startsAt?: Date
  endsAt?: Date
  staffIds?: string[]
  resourceIds?: string[]
}

// Global ids of the account to row ids, and instants within reason.
function plain<Input extends Raw>(accountId: string, input: Input) {
  const { startsAt, endsAt, staffIds, resourceIds, ...rest } = input
  return {
    ...rest,
    ...(startsAt && { startsAt: instantOf(startsAt, 'startsAt') }),
    ...(endsAt && { endsAt: instantOf(endsAt, 'endsAt') }),
    ...(staffIds && { staffIds: demandIds('StaffMember', accountId, staffIds, 'staffIds') }),
    ...(resourceIds && {
      resourceIds: demandIds('Resource', accountId, resourceIds, 'resourceIds'),
    }),
  }
}

mutation('createSession', {
  description:
    'Schedules an occurrence of a CLASS service. Its staff and resources are taken for its time and ' +
    'the buffers of the service (SLOT_TAKEN); hours are not asked.',
  scopes: ['services:write'],
  data: 'Session',
  dataDescription: 'The new session.',
  refusals: ['SLOT_TAKEN', 'IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    serviceId: t.id({ required: true, description: 'A CLASS service that is not archived.' }),
    startsAt: t.field({ type: 'DateTime', required: true, description: 'When it starts.' }),
    ...terms(t),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ serviceId, startsAt, idempotencyKey, ...input }, ctx) => {
    const service = demandKey('Service', serviceId, 'serviceId')
    const given = plain(service.accountId, givenFields(input, []))
    const at = instantOf(startsAt, 'startsAt')
    return createSession(ctx, service, { ...given, startsAt: at }, idempotencyKey)
  },
})

mutation('updateSession', {
  description:
    'Changes a session. What is left out stays; moving its start alone keeps its length. A session ' +
    'whose seats are taken or held cannot be moved (IN_USE) nor made too small (NO_CAPACITY).',
  scopes: ['services:write'],
  data: 'Session',
  dataDescription: 'The session as it is now.',
  refusals: ['VERSION_CONFLICT', 'SLOT_TAKEN', 'IN_USE', 'NO_CAPACITY'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The session.' }),
    startsAt: t.field({ type: 'DateTime', description: 'When it starts.' }),
    ...terms(t),
    expectedVersion: t.int({ description: 'Refuse unless the session has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('Session', id, 'id')
    return updateSession(ctx, key, plain(key.accountId, givenFields(input, [])), expectedVersion)
  },
})

mutation('archiveSession', {
  description:
    'Calls a session off and frees its staff and resources. Refused (IN_USE) while it has open ' +
    'bookings or live holds.',
  scopes: ['services:write'],
  data: 'Session',
  dataDescription: 'The session, archived.',
  refusals: ['VERSION_CONFLICT', 'IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The session.' }),
    expectedVersion: t.int({ description: 'Refuse unless the session has this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    archiveSession(ctx, demandKey('Session', id, 'id'), expectedVersion),
})
