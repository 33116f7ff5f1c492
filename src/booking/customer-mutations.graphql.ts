// The mutations on customers that reach into their bookings: erasing a person, and merging several
// customers who are the same one.

import { notFound } from '../errors.ts'
import { demandKey, keyOf } from '../graphql/ids.ts'
import { mutation } from '../graphql/mutations.ts'
import { eraseCustomer } from './erase-customer.actions.ts'
import { maxMerged, mergeCustomers } from './merge-customers.actions.ts'

mutation('eraseCustomer', {
  description:
    'Removes a person for good: name, contact, notes, tags and custom fields of the customer, what ' +
    'was written on their bookings, and the values of all that in the event log. Bookings keep ' +
    'numbers, times and prices, of a customer named "Erased customer". It cannot be undone. Refused ' +
    '(IN_USE) while a booking is open and not over. Said again, it does nothing more.',
  scopes: ['customers:write', 'customers:contact'],
  data: 'Customer',
  dataDescription: 'The customer, without the person.',
  refusals: ['VERSION_CONFLICT', 'IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The customer.' }),
    expectedVersion: t.int({ description: 'Refuse unless the customer has this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    eraseCustomer(ctx, demandKey('Customer', id, 'id'), expectedVersion),
})

mutation('mergeCustomers', {
  description:
    'Makes one customer of several of one account. Their bookings move to the one that stays, which ' +
    'keeps what it has, gets what it lacks from the others in their order, and all their tags, ' +
    'groups and notes. The others are archived and say in `mergedInto` where they went.',
  scopes: ['customers:write'],
  data: 'Customer',
  dataDescription: 'The customer that stays.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    intoId: t.id({ required: true, description: 'The customer that stays.' }),
    fromIds: t.idList({
      required: true,
      description: `The customers that become part of it: 1 to ${maxMerged}, of the same account.`,
    }),
    expectedVersion: t.int({ description: 'Refuse unless the one that stays has this version.' }),
  }),
  resolve: ({ intoId, fromIds, expectedVersion }, ctx) => {
    const into = demandKey('Customer', intoId, 'intoId')
    const ids = fromIds.map((text) => {
      const key = keyOf('Customer', text)
      if (key?.accountId !== into.accountId) throw notFound('Customer', 'fromIds')
      return key.id
    })
    return mergeCustomers(ctx, into, ids, expectedVersion)
  },
})
