// GET /customers and GET /customers/:id.

import { z } from 'zod'
import { Absent, route } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import { utc } from './room.ts'
import {
  askOf,
  enveloped,
  envelopedPage,
  notFound,
  ok,
  pages,
  paginationOf,
  paginationSchema,
  refusalsOf,
} from './suite.ts'

const customerFields = 'id name email phone timeZone locale tags notes createdAt updatedAt'

type CustomerData = {
  id: string
  name: string
  email: string | null
  phone: string | null
  timeZone: string | null
  locale: string | null
  tags: string[]
  notes: string | null
  createdAt: Date
  updatedAt: Date
}

const customerSchema = z.object({
  customerId: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  timeZone: z.string().nullable(),
  locale: z.string().nullable(),
  tags: z.array(z.string()),
  notes: z.string().nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})

function customerOf(customer: CustomerData): z.input<typeof customerSchema> {
  const { id: customerId, createdAt, updatedAt, name, email, phone, ...others } = customer
  const { timeZone, locale, tags, notes } = others
  return {
    customerId,
    name,
    email,
    phone,
    timeZone,
    locale,
    tags,
    notes,
    createdAt: utc(createdAt),
    updatedAt: utc(updatedAt),
  }
}

const example: z.output<typeof customerSchema> = {
  customerId: 'BwGh_AJxTz6fAyzuBEFxRQ',
  name: 'Alice Example',
  email: 'alice@example.com',
  phone: null,
  timeZone: null,
  locale: null,
  tags: [],
  notes: null,
  createdAt: '2026-04-20T08:00:00.000Z',
  updatedAt: '2026-04-20T08:00:00.000Z',
}

const pagination = { page: 1, limit: 50, total: 1, hasMore: false }

type ListData = { customers: { totalCount: number; nodes: CustomerData[] } }

export const listCustomers = route({
  name: 'listCustomers',
  summary: 'List all customers',
  description: 'E-mail and phone are null for a key without `customers:contact`.',
  method: 'GET',
  path: '/customers',
  query: z.object(pages),
  document: `query BookingFlowCustomers($first: Int!, $skip: Int!) {
    customers(first: $first, skip: $skip) { totalCount nodes { ${customerFields} } }
  }`,
  variables: ({ query }) => askOf(query),
  answer: {
    status: 200,
    description: 'A page of customers.',
    schema: envelopedPage(customerSchema),
  },
  reply: ({ customers: { nodes, totalCount } }: ListData, { query }) => ({
    ...ok(nodes.map(customerOf)),
    pagination: paginationOf(query, totalCount),
  }),
  example: { query: { page: '1' }, answer: { ok: true, data: [example], pagination } },
})

const profileSchema = customerSchema.extend({ bookings: z.array(bookingSchema).nullable() })

type Profile = CustomerData & {
  bookings: { totalCount: number; nodes: BookingData[] } | null
}

export const getCustomer = route({
  name: 'getCustomer',
  summary: 'Get customer profile and booking history',
  description:
    'The latest booking first; `page`, `limit` and `pagination` are those of the bookings, which ' +
    'are null for a key without `bookings:read`.',
  method: 'GET',
  path: '/customers/:id',
  query: z.object(pages),
  document: `query BookingFlowCustomer($id: ID!, $first: Int!, $skip: Int!) {
    node(id: $id) { ... on Customer { ${customerFields}
      bookings(first: $first, skip: $skip, orderBy: { field: STARTS_AT, direction: DESC }) {
        totalCount nodes { ${bookingFields} }
      }
    } }
  }`,
  variables: ({ path, query }) => ({ id: path['id'], ...askOf(query) }),
  refusals: refusalsOf(notFound.customer),
  answer: {
    status: 200,
    description: 'The customer with a page of bookings.',
    schema: enveloped(profileSchema).extend({ pagination: paginationSchema.optional() }),
  },
  reply: ({ node }: { node: Partial<Profile> | null }, { query }) => {
    if (node?.id === undefined) throw new Absent(notFound.customer.message)
    const { bookings, ...customer } = node as Profile
    const history = bookings && bookings.nodes.map(bookingOf)
    return {
      ...ok({ ...customerOf(customer), bookings: history }),
      ...(bookings && { pagination: paginationOf(query, bookings.totalCount) }),
    }
  },
  example: {
    path: { id: example.customerId },
    answer: { ok: true, data: { ...example, bookings: [bookingExample] }, pagination },
  },
})
