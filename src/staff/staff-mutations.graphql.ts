// The mutations that make, change and archive staff members.

import { invalid } from '../errors.ts'
import { demandKey } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { archiveStaffMember, createStaffMember, updateStaffMember } from './staff.actions.ts'

const terms = (t: InputBuilder) => ({
  email: t.field({ type: 'EmailAddress', description: 'Where notices for them go.' }),
  timeZone: t.field({
    type: 'TimeZone',
    description: 'IANA zone in which their hours are meant; null means that of the account.',
  }),
  dailyLimit: t.int({
    description: 'Most appointments on one local day of the account, 1 to 1000; null: no limit.',
  }),
})

const clearable = ['email', 'timeZone', 'dailyLimit'] as const

mutation('createStaffMember', {
  description:
    'Adds a staff member to an account. Which services they give is said by the service.',
  scopes: ['staff:write'],
  data: 'StaffMember',
  dataDescription: 'The new staff member.',
  refusals: ['IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account they work for.' }),
    name: t.string({ required: true, description: 'Name for people, at most 200 characters.' }),
    ...terms(t),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ accountId, idempotencyKey, name, ...input }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    const given = { name, ...givenFields(input, clearable) }
    return createStaffMember(ctx, account.id, given, idempotencyKey)
  },
})

mutation('updateStaffMember', {
  description:
    'Changes a staff member. What is left out stays; null clears what may be empty. An update that ' +
    'changes nothing is no change: same version, no event.',
  scopes: ['staff:write'],
  data: 'StaffMember',
  dataDescription: 'The staff member as it is now.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The staff member.' }),
    name: t.string({ description: 'Name for people, at most 200 characters.' }),
    ...terms(t),
    active: t.boolean({ description: 'True brings an archived staff member back.' }),
    expectedVersion: t.int({ description: 'Refuse unless the staff member has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('StaffMember', id, 'id')
    const { active, ...given } = givenFields(input, clearable)
    if (active === false) {
      throw invalid(['active'], 'To archive a staff member, use archiveStaffMember.')
    }
    return updateStaffMember(ctx, key, active ? { ...given, active } : given, expectedVersion)
  },
})

mutation('archiveStaffMember', {
  description:
    'Takes a staff member out of the offer. Refused (IN_USE) while they have bookings, holds ' +
    'or sessions that are not over.',
  scopes: ['staff:write'],
  data: 'StaffMember',
  dataDescription: 'The staff member, archived.',
  refusals: ['VERSION_CONFLICT', 'IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The staff member.' }),
    expectedVersion: t.int({ description: 'Refuse unless the staff member has this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    archiveStaffMember(ctx, demandKey('StaffMember', id, 'id'), expectedVersion),
})
