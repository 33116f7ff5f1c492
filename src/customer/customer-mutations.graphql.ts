// The mutations that make, change and archive customers.

import { demandKey } from '../graphql/ids.ts'
import { givenFields } from '../graphql/inputs.ts'
import { mutation, type InputBuilder } from '../graphql/mutations.ts'
import { invalid } from '../errors.ts'
import { archiveCustomer, createCustomer, updateCustomer } from './customer.actions.ts'

const terms = (t: InputBuilder) => ({
  name: t.string({
    description: 'Full name; left out, first and last name make it. At most 200 characters.',
  }),
  firstName: t.string({ description: 'Given name.' }),
  lastName: t.string({ description: 'Family name.' }),
  email: t.field({ type: 'EmailAddress', description: 'Kept in lower case; need not be unique.' }),
  phone: t.field({ type: 'PhoneNumber', description: 'Phone number, kept as it is given.' }),
  timeZone: t.field({ type: 'TimeZone', description: 'IANA zone in which to write to them.' }),
  locale: t.string({ description: 'RFC 5646 tag, such as "en-GB".' }),
  tags: t.stringList({ description: 'Free words; at most 50 of 60 characters each.' }),
  groups: t.stringList({ description: 'Groups they belong to; at most 50 of 60 characters each.' }),
  notes: t.string({ description: 'What staff should know.' }),
  wantsNotices: t.boolean({
    description: 'Whether they are written to about their bookings; true when left out at first.',
  }),
  customFields: t.field({
    type: 'JSONObject',
    description: 'Whatever an integration keeps here, at most 20000 characters; kept as a whole.',
  }),
  personalFields: t.field({
    type: 'JSONObject',
    description:
      'What else tells of the person, such as an address; at most 20000 characters, kept as a ' +
      'whole. Only who holds `customers:contact` sees it.',
  }),
})

const clearable = [
  'firstName',
  'lastName',
  'email',
  'phone',
  'timeZone',
  'locale',
  'notes',
  'customFields',
  'personalFields',
] as const

mutation('createCustomer', {
  description: 'Adds a customer to an account.',
  scopes: ['customers:write'],
  data: 'Customer',
  dataDescription: 'The new customer.',
  refusals: ['IDEMPOTENCY_CONFLICT'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account whose customer this is.' }),
    ...terms(t),
    idempotencyKey: t.string({
      description: 'Said again within 24 hours, gives the first answer and does nothing more.',
    }),
  }),
  resolve: ({ accountId, idempotencyKey, ...input }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    return createCustomer(ctx, account.id, givenFields(input, clearable), idempotencyKey)
  },
})

mutation('updateCustomer', {
  description:
    'Changes a customer. What is left out stays; null clears what may be empty. An update that ' +
    'changes nothing is no change: same version, no event.',
  scopes: ['customers:write'],
  data: 'Customer',
  dataDescription: 'The customer as it is now.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The customer.' }),
    ...terms(t),
    active: t.boolean({ description: 'True brings an archived customer back.' }),
    expectedVersion: t.int({ description: 'Refuse unless the customer has this version.' }),
  }),
  resolve: ({ id, expectedVersion, ...input }, ctx) => {
    const key = demandKey('Customer', id, 'id')
    const { active, ...given } = givenFields(input, clearable)
    if (active === false) throw invalid(['active'], 'To archive a customer, use archiveCustomer.')
    return updateCustomer(ctx, key, active ? { ...given, active } : given, expectedVersion)
  },
})

mutation('archiveCustomer', {
  description:
    'Takes a customer out of the lists; bookings keep it. Refused (IN_USE) while it has a booking ' +
    'that is open and not over.',
  scopes: ['customers:write'],
  data: 'Customer',
  dataDescription: 'The customer, archived.',
  refusals: ['VERSION_CONFLICT', 'IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The customer.' }),
    expectedVersion: t.int({ description: 'Refuse unless the customer has this version.' }),
  }),
  resolve: ({ id, expectedVersion }, ctx) =>
    archiveCustomer(ctx, demandKey('Customer', id, 'id'), expectedVersion),
})
