// /admin/services: what can be booked. The vendor publishes the members of a service in a booking;
// the others are ours.

import { z } from 'zod'
import { utcText } from '../times.ts'
import { route } from '../route.ts'
import { listExample, listNote, listOf, listSchema, pageOf, searchQuery } from './pages.ts'
import { absent, deniedNote, numberIn } from './suite.ts'
import { statusOf, userStatus } from './user.ts'

const fields = 'serial name description durationMinutes price { amount } active createdAt'

type ServiceData = {
  serial: number
  name: string
  description: string | null
  durationMinutes: number
  price: { amount: number } | null
  active: boolean
  createdAt: Date
}

const schema = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string().nullable(),
  duration: z.int(),
  price: z.int().nullable(),
  status: userStatus,
  created_at: z.iso.datetime(),
})

const example: z.output<typeof schema> = {
  id: 5,
  name: 'Consultation',
  description: null,
  duration: 60,
  price: 10000,
  status: 'active',
  created_at: '2025-01-15T10:30:00Z',
}

function serviceOf(service: ServiceData): z.input<typeof schema> {
  return {
    id: service.serial,
    name: service.name,
    description: service.description,
    duration: service.durationMinutes,
    price: service.price?.amount ?? null,
    status: statusOf(service),
    created_at: utcText(service.createdAt),
  }
}

const membersNote =
  '`duration` is in minutes and `price` in minor units of the currency of the business, null when ' +
  'there is none. '

export const listServices = route({
  name: 'listServices',
  summary: 'List services',
  description: `Those whose name contains \`query\`, by name. ${membersNote}${listNote}`,
  group: 'services',
  method: 'GET',
  path: '/admin/services',
  query: z.object({ ...searchQuery, status: userStatus.optional() }),
  document: `query CalendeskServices($search: String, $active: Boolean, $first: Int, $skip: Int) {
    services(filter: { search: $search, active: $active }, first: $first, skip: $skip) {
      totalCount nodes { ${fields} }
    }
  }`,
  variables: ({ query }) => ({
    search: query.query?.trim() || null,
    active: query.status !== 'inactive',
    ...pageOf(query),
  }),
  answer: { status: 200, description: 'A page of services.', schema: listSchema(schema) },
  reply: (
    {
      services: { totalCount, nodes },
    }: {
      services: { totalCount: number; nodes: ServiceData[] }
    },
    { query },
    _found,
    base,
  ) => listOf({ totalCount, items: nodes.map(serviceOf) }, query, `${base}/admin/services`),
  example: { query: { limit: '10' }, answer: listExample(example) },
})

export const getService = route({
  name: 'getService',
  summary: 'Get a service',
  description: membersNote.trim(),
  group: 'services',
  method: 'GET',
  path: '/admin/services/:id',
  query: z.object({}),
  document: `query CalendeskService($numbers: [Int!]!) {
    services(filter: { serials: $numbers }, first: 1) { nodes { ${fields} } }
  }`,
  variables: ({ path }) => ({ numbers: [numberIn(path, 'service')] }),
  answer: { status: 200, description: `The service. ${deniedNote}`, schema },
  reply: ({ services: { nodes } }: { services: { nodes: ServiceData[] } }) => {
    const [service] = nodes
    if (!service) throw absent('service')
    return serviceOf(service)
  },
  example: { path: { id: '5' }, answer: example },
})
