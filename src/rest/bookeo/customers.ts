// Customers: listed and searched, made, replaced and removed.

import { z } from 'zod'
import { text } from '../fields.ts'
import { pageAsk } from '../numbered.ts'
import { Absent, noBody } from '../route.ts'
import { offsetTime } from '../times.ts'
import {
  customerExample,
  customerFields,
  customerOf,
  customerSchema,
  sentCustomer,
  termsOf,
  type CustomerData,
  type SentCustomer,
} from './customer.ts'
import { flag } from './flags.ts'
import { listOf, onePage, pageOf, pageSchema } from './lists.ts'
import { accountOf, bookeoRoute, fault, itsAccount, lang, plainRoute, sees } from './route.ts'
import { instantOf } from './times.ts'

const fieldsOf = {
  name: 'NAME',
  firstName: 'FIRST_NAME',
  lastName: 'LAST_NAME',
  emailAddress: 'EMAIL',
} as const

const list = listOf(
  'customers',
  z.object({
    searchText: text(200).optional().describe('Part of what `searchField` names.'),
    searchField: z
      .enum(
        Object.keys(fieldsOf) as (keyof typeof fieldsOf)[],
        'has to be name, firstName, lastName or emailAddress',
      )
      .optional()
      .describe('Left out: in names, e-mail addresses and phone numbers.'),
    createdSince: offsetTime.optional(),
    currentMembers: flag.optional().describe('There are no members.'),
    currentNonMembers: flag.optional(),
  }),
)

type Found = { customers: { totalCount: number; nodes: CustomerData[] } }

const listCustomers = bookeoRoute({
  name: 'listCustomers',
  summary: 'List and search customers',
  method: 'GET',
  path: '/customers',
  query: list.query,
  document: `query BookeoCustomers(
    $search: String, $in: [CustomerSearchField!], $filter: CustomerFilter, $first: Int, $skip: Int
  ) {
    customers(search: $search, searchIn: $in, filter: $filter, first: $first, skip: $skip) {
      totalCount nodes { ${customerFields} }
    }
  }`,
  variables: ({ query }, found) => {
    const { filters, page, size } = list.asked(query)
    const { searchText, searchField, createdSince, currentMembers, currentNonMembers } = filters
    const membersOnly = currentMembers === 'true' && currentNonMembers !== 'true'
    return {
      ...pageAsk(page, size),
      search: searchText || null,
      in: searchField ? [fieldsOf[searchField]] : null,
      filter: {
        ...(createdSince && { createdAt: { from: instantOf(createdSince, accountOf(found)) } }),
        ...(membersOnly && { customerIds: [] }),
      },
    }
  },
  answer: { status: 200, description: 'By name.', schema: pageSchema(customerSchema) },
  reply: ({ customers }: Found, { query }, found) =>
    pageOf(
      customers.nodes.map((each) => customerOf(each, accountOf(found))),
      customers.totalCount,
      list.asked(query),
    ),
  example: {
    query: { searchText: 'exam', searchField: 'lastName' },
    answer: onePage(customerExample),
  },
})

const exampleBody = {
  firstName: 'Alice',
  lastName: 'Example',
  emailAddress: 'alice@example.com',
  phoneNumbers: [{ number: '+61 2 5550 1234', type: 'mobile' }],
  streetAddress: { address1: '1 Harbour Street', city: 'Sydney', countryCode: 'AU' },
}

/** The vendor wants a name; which of its two fields has it does not matter here. */
function named(sent: SentCustomer): SentCustomer {
  if (sent.firstName?.trim() || sent.lastName?.trim()) return sent
  throw fault('firstName', 'is missing, and so is "lastName"')
}

type Made = { createCustomer: { data: CustomerData | null } }

const createCustomer = bookeoRoute({
  name: 'createCustomer',
  summary: 'Add a customer',
  method: 'POST',
  path: '/customers',
  query: z.object(lang),
  body: sentCustomer,
  before: [sees('customers')],
  document: `mutation BookeoCreateCustomer($input: CreateCustomerInput!) {
    createCustomer(input: $input) {
      ... on CreateCustomerSuccess { data { ${customerFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body }, found) => ({
    input: { ...termsOf(named(body)), accountId: accountOf(found).id },
  }),
  answer: {
    status: 201,
    description: 'The new customer; its id also ends the address in Location.',
    schema: customerSchema,
  },
  headers: ({ createCustomer: { data } }: Made, _input, base) => ({
    location: `${base}/customers/${data?.id}`,
  }),
  reply: ({ createCustomer: { data } }: Made, _input, found) => customerOf(data!, accountOf(found)),
  example: { body: exampleBody, answer: customerExample },
})

const oneCustomer = `
  customers(filter: { customerIds: $ids }, first: 1) { nodes { ${customerFields} } }
`

const one = `query BookeoCustomer($ids: [ID!]) { ${oneCustomer} }`

/** Archived ones are gone. */
function only({ customers }: Found): CustomerData {
  const [customer] = customers.nodes
  if (!customer) throw new Absent('No customer has this id.')
  return customer
}

const getCustomer = plainRoute({
  name: 'getCustomer',
  summary: 'Get a customer',
  method: 'GET',
  path: '/customers/:id',
  query: z.object(lang),
  document: `query BookeoThisCustomer($ids: [ID!]) { ${oneCustomer} ${itsAccount} }`,
  variables: ({ path }) => ({ ids: [path['id']] }),
  answer: { status: 200, description: 'The customer.', schema: customerSchema },
  reply: (data: Found, _input, found) => customerOf(only(data), accountOf(found)),
  example: { path: { id: customerExample.id }, answer: customerExample },
})

const replaceCustomer = bookeoRoute({
  name: 'replaceCustomer',
  summary: 'Replace a customer',
  description: 'What is left out is emptied.',
  method: 'PUT',
  path: '/customers/:id',
  query: z.object(lang),
  body: sentCustomer,
  before: [{ document: one, variables: ({ path }) => ({ ids: [path['id']] }) }],
  document: `mutation BookeoReplaceCustomer($input: UpdateCustomerInput!) {
    updateCustomer(input: $input) {
      ... on UpdateCustomerSuccess { data { ${customerFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ path, body }, found) => ({
    input: { ...termsOf(named(body), only(found)), id: path['id'] },
  }),
  answer: { status: 200, description: 'The customer as it is now.', schema: customerSchema },
  reply: (
    { updateCustomer: { data } }: { updateCustomer: { data: CustomerData | null } },
    _input,
    found,
  ) => customerOf(data!, accountOf(found)),
  example: { path: { id: customerExample.id }, body: exampleBody, answer: customerExample },
})

const deleteCustomer = bookeoRoute({
  name: 'deleteCustomer',
  summary: 'Remove a customer',
  description: 'Refused while it has a future booking that is not canceled.',
  method: 'DELETE',
  path: '/customers/:id',
  query: z.object(lang),
  before: [{ document: one, variables: ({ path }) => ({ ids: [path['id']] }) }],
  document: `mutation BookeoDeleteCustomer($input: ArchiveCustomerInput!) {
    archiveCustomer(input: $input) {
      ... on ArchiveCustomerSuccess { __typename } ... on Refusal { code message path }
    }
  }`,
  variables: (_input, found) => ({ input: { id: only(found).id } }),
  answer: { status: 204, description: 'It is gone from the lists.', schema: noBody },
  reply: () => undefined,
  example: { path: { id: customerExample.id } },
})

export const customerRoutes = [
  listCustomers,
  createCustomer,
  getCustomer,
  replaceCustomer,
  deleteCustomer,
]
