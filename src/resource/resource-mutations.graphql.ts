// The mutations that make, change and archive resources.

import { invalid } from '../errors.ts'
import { demandKey } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { mutation } from '../graphql/mutations.ts'
import { archiveResource, createResource, updateResource } from './resource.actions.ts'

const capacity = {
  description:
    'How many bookings it serves at the same time, 1 to 1000; 1 when left out. Making it smaller is ' +
    'refused (IN_USE) while the units that go are needed.',
}

mutation('createResource', {
  description: 'Adds a resource to an account. Which services need it is said by the service.',
  scopes: ['staff:write'],
  data: 'Resource',
  dataDescription: 'The new resource.',
  refusals: ['IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account that has it.' }),
    name: t.string({ required: true, description: 'Name for people, at most 200 characters.' }),
    capacity: t.int(capacity),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ accountId, idempotencyKey, name, ...input }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    const given = { name, ...givenFields(input, []) }
    return createResource(ctx, account.id, given, idempotencyKey)
  },
})

mutation('updateResource', {
  description:
    'Changes a resource. What is left out stays. An update that ' +
    'changes nothing is no change: same version, no event.',
  scopes: ['staff:write'],
  data: 'Resource',
  dataDescription: 'The resource as it is now.',
  refusals: ['VERSION_CONFLICT', 'IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The resource.' }),
    name: t.string({ description: 'Name for people, at most 200 characters.' }),
    capacity: t.int(capacity),
    active: t.boolean({ description: 'True brings an archived resource back.' }),
    expectedVersion: t.int({ description: 'Refuse unless the resource has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('Resource', id, 'id')
    const { active, ...given } = givenFields(input, [])
    if (active === false) {
      throw invalid(['active'], 'To archive a resource, use archiveResource.')
    }
    return updateResource(ctx, key, active ? { ...given, active } : given, expectedVersion)
  },
})

mutation('archiveResource', {
  description:
    'Takes a resource out of the offer. Refused (IN_USE) while it has bookings, holds ' +
    'or sessions that are not over.',
  scopes: ['staff:write'],
  data: 'Resource',
  dataDescription: 'The resource, archived.',
  refusals: ['VERSION_CONFLICT', 'IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The resource.' }),
    expectedVersion: t.int({ description: 'Refuse unless the resource has this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    archiveResource(ctx, demandKey('Resource', id, 'id'), expectedVersion),
})
