// GET /customers and GET /customers/{id}.

import { z } from 'zod'
import { pageArguments, pageFields, pageVariables, type Listed } from '../cursors.ts'
import { text } from '../fields.ts'
import { Absent, route } from '../route.ts'
import { instantText, listOf, listSchema, paged, pageVariablesOf, timesIn, zoned } from './suite.ts'

export const customerFields = `
  id name firstName lastName email phone tags timeZone locale notes createdAt updatedAt
`

export type CustomerData = {
  id: string
  name: string
  firstName: string | null
  lastName: string | null
  email: string | null
  phone: string | null
  tags: string[]
  timeZone: string | null
  locale: string | null
  notes: string | null
  createdAt: Date
  updatedAt: Date
}

const customerSchema = z.object({
  id: z.string(),
  tags: z.array(z.string()),
  profile: z.object({
    firstname: z.string(),
    lastname: z.string(),
    mobile: z.string(),
    phone: z.string(),
    email: z.string(),
  }),
  timezone: z.string().nullable(),
  locale: z.string().nullable(),
  notes: z.string().nullable(),
  created: instantText,
  updated: instantText,
})

/** The vendor has two names; of one that is not in parts, the last word is the family's. */
export function namesOf({ name, firstName, lastName }: Omit<CustomerData, 'id'>) {
  if (firstName !== null || lastName !== null) {
    return { firstname: firstName ?? '', lastname: lastName ?? '' }
  }
  const words = name.split(' ')
  const last = words.length > 1 ? (words.pop() ?? '') : ''
  return { firstname: words.join(' '), lastname: last }
}

/** What is not known, or not for the credential to see, is empty, as the vendor has it. */
function customerOf(customer: CustomerData, at: ReturnType<typeof timesIn>) {
  return {
    id: customer.id,
    tags: customer.tags,
    profile: {
      ...namesOf(customer),
      mobile: customer.phone ?? '',
      phone: customer.phone ?? '',
      email: customer.email ?? '',
    },
    timezone: customer.timeZone,
    locale: customer.locale,
    notes: customer.notes,
    created: at(customer.createdAt),
    updated: at(customer.updatedAt),
  }
}

const example = {
  id: 'BQGh_AJxTz6fAyzuBEFxRQ',
  tags: [],
  profile: { firstname: 'Test', lastname: 'Customer', mobile: '', phone: '', email: '' },
  timezone: null,
  locale: null,
  notes: null,
  created: '2024-02-08T20:54:57.000+00:00',
  updated: '2024-02-08T20:54:57.000+00:00',
}

export const listCustomers = route({
  name: 'listCustomers',
  summary: 'List customers',
  description:
    'In the order in which they were made. `search` is ours: names, and what they are reached by.',
  method: 'GET',
  path: '/customers',
  query: z.object({ search: text(200).optional(), ...paged }),
  document: `query AppointeddCustomers($search: String, ${pageVariables}) {
    list: customers(search: $search, orderBy: { field: CREATED_AT }, ${pageArguments}) {
      nodes { ${customerFields} } ${pageFields} } }`,
  variables: ({ query }) => ({ search: query.search ?? null, ...pageVariablesOf(query) }),
  answer: { status: 200, description: 'A page of them.', schema: listSchema(customerSchema) },
  reply: ({ list }: { list: Listed<CustomerData> }, { query }) => listOf(list, query, customerOf),
  example: {
    query: { limit: '10' },
    answer: { data: [example], total: 1, next: null, prev: null },
  },
})

export const getCustomer = route({
  name: 'getCustomer',
  summary: 'Get a customer',
  method: 'GET',
  path: '/customers/:id',
  query: z.object(zoned),
  document: `query AppointeddCustomer($id: ID!) {
    customer: node(id: $id) { __typename ... on Customer { ${customerFields} } } }`,
  variables: ({ path }) => ({ id: path['id'] }),
  answer: { status: 200, description: 'The customer.', schema: z.object({ data: customerSchema }) },
  reply: (
    { customer }: { customer: (CustomerData & { __typename: string }) | null },
    { query },
  ) => {
    if (customer?.__typename !== 'Customer') throw new Absent('No customer has this id.')
    return { data: customerOf(customer, timesIn(query)) }
  },
  example: { path: { id: example.id }, answer: { data: example } },
})
