// The mutations over the people of an account.

import { demandKey } from '../graphql/ids.ts'
import { mutation } from '../graphql/mutations.ts'
import { RoleEnum } from '../graphql/viewer.graphql.ts'
import { changeRole, leaveAccount, removeUser } from './member.actions.ts'

const membershipId = 'Which person in which account.'

mutation('changeRole', {
  description:
    'Gives a person another role in an account, from the next request on. Refused ' +
    '(VALIDATION_FAILED) when their role, or the new one, is above your own, and (IN_USE) when ' +
    'they are the only OWNER. Attempts that were refused are in the audit log.',
  scopes: ['accounts:write'],
  data: 'Membership',
  dataDescription: 'The membership as it is now.',
  refusals: ['IN_USE'],
  input: (t) => ({
    membershipId: t.id({ required: true, description: membershipId }),
    role: t.field({ type: RoleEnum, required: true, description: 'What they become.' }),
  }),
  resolve: ({ membershipId: id, role }, ctx) =>
    changeRole(ctx, demandKey('Membership', id, 'membershipId'), role),
})

mutation('removeUser', {
  description:
    'Ends the membership of a person, from the next request on: they lose the account, and so ' +
    'do API keys, clients and installations that are theirs. What they made stays. Refused ' +
    '(VALIDATION_FAILED) when their role is above your own, and (IN_USE) when they are the only ' +
    'OWNER.',
  scopes: ['accounts:write'],
  data: 'Membership',
  dataDescription: 'The membership as it was.',
  refusals: ['IN_USE'],
  input: (t) => ({
    membershipId: t.id({ required: true, description: membershipId }),
  }),
  resolve: ({ membershipId: id }, ctx) =>
    removeUser(ctx, demandKey('Membership', id, 'membershipId')),
})

mutation('leaveAccount', {
  description:
    'Ends the own membership of the person who is signed in, whatever their role. Refused ' +
    '(VALIDATION_FAILED) for programs, and (IN_USE) for the only OWNER.',
  scopes: ['accounts:read'],
  data: 'Membership',
  dataDescription: 'The membership as it was.',
  refusals: ['IN_USE'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account to leave.' }),
  }),
  resolve: ({ accountId }, ctx) =>
    leaveAccount(ctx, demandKey('Account', accountId, 'accountId').id),
})
