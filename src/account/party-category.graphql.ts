// The mutation that sets an account's party categories.

import { builder } from '../graphql/builder.ts'
import { demandKey } from '../graphql/ids.ts'
import { mutation } from '../graphql/mutations.ts'
import { setPartyCategories } from './party-category.actions.ts'

const PartyCategoryInput = builder.inputType('PartyCategoryInput', {
  description: 'A kind of head in a party.',
  fields: (t) => ({
    code: t.string({
      required: true,
      description: 'Short name for programs: 1 to 40 letters, digits, "-" and "_".',
    }),
    name: t.string({ required: true, description: 'Name for people, at most 100 characters.' }),
  }),
})

mutation('setPartyCategories', {
  description:
    'Replaces what heads of a party are counted as, such as adults and children. Bookings keep ' +
    'the categories they were made with. Setting what is set already is no change.',
  scopes: ['accounts:write'],
  data: 'Account',
  dataDescription: 'The account with its list.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account.' }),
    categories: t.field({
      type: [PartyCategoryInput],
      required: true,
      description: 'The whole list in its order, at most 50; empty: parties are only heads.',
    }),
    expectedVersion: t.int({ description: 'Refuse unless the account has this version.' }),
  }),
  resolve: ({ accountId, categories, expectedVersion }, ctx) =>
    setPartyCategories(ctx, demandKey('Account', accountId, 'accountId').accountId, {
      categories,
      ...(expectedVersion != null && { expectedVersion }),
    }),
})
