// GET /services and GET /organisations.

import { z } from 'zod'
import { pageArguments, pageFields, pageVariables, type Listed } from '../cursors.ts'
import { route } from '../route.ts'
import { priceOf } from './booking.ts'
import { instantText, listOf, listSchema, paged, pageVariablesOf, type timesIn } from './suite.ts'

type ServiceData = {
  id: string
  name: string
  description: string | null
  kind: 'APPOINTMENT' | 'CLASS'
  durationMinutes: number
  price: { amount: number; currency: string } | null
  capacity: number
  bufferBeforeMinutes: number
  bufferAfterMinutes: number
  createdAt: Date
  updatedAt: Date
}

/** Of a service, and of a booking that is told by a webhook. */
export function typeOf(kind: string): 'Group' | 'Hourly' {
  return kind === 'CLASS' ? 'Group' : 'Hourly'
}

const serviceSchema = z.object({
  id: z.string(),
  name: z.string(),
  category_id: z.null(),
  description: z.string(),
  booking: z.object({
    type: z.enum(['Hourly', 'Group']),
    durations: z.array(z.object({ duration: z.int(), price: z.number().nullable() })),
    spaces: z.int(),
    buffers: z.object({ before: z.int(), after: z.int() }),
  }),
  created: instantText,
  updated: instantText,
})

function serviceOf(service: ServiceData, at: ReturnType<typeof timesIn>) {
  return {
    id: service.id,
    name: service.name,
    category_id: null,
    description: service.description ?? '',
    booking: {
      type: typeOf(service.kind),
      durations: [{ duration: service.durationMinutes, price: priceOf(service.price) }],
      spaces: service.capacity,
      buffers: { before: service.bufferBeforeMinutes, after: service.bufferAfterMinutes },
    },
    created: at(service.createdAt),
    updated: at(service.updatedAt),
  }
}

export const listServices = route({
  name: 'listServices',
  summary: 'List services',
  description:
    'By name; those that are archived are left out. `type` is Group for what has sessions with ' +
    'seats. There are no categories here.',
  method: 'GET',
  path: '/services',
  query: z.object(paged),
  document: `query AppointeddServices(${pageVariables}) {
    list: services(filter: { active: true }, ${pageArguments}) {
      nodes {
        id name description kind durationMinutes capacity bufferBeforeMinutes bufferAfterMinutes
        price { amount currency } createdAt updatedAt
      }
      ${pageFields} } }`,
  variables: ({ query }) => ({ ...pageVariablesOf(query) }),
  answer: { status: 200, description: 'A page of them.', schema: listSchema(serviceSchema) },
  reply: ({ list }: { list: Listed<ServiceData> }, { query }) => listOf(list, query, serviceOf),
  example: {
    query: { limit: '30' },
    answer: {
      data: [
        {
          id: 'AwGh_AJxTz6fAyzuBEFxRQ',
          name: 'First visit',
          category_id: null,
          description: '',
          booking: {
            type: 'Hourly',
            durations: [{ duration: 30, price: 20 }],
            spaces: 1,
            buffers: { before: 0, after: 0 },
          },
          created: '2024-02-08T20:54:57.000+00:00',
          updated: '2024-02-08T20:54:57.000+00:00',
        },
      ],
      total: 1,
      next: null,
      prev: null,
    },
  },
})

type AccountData = { id: string; name: string; slug: string; timeZone: string; currency: string }

export const listOrganisations = route({
  name: 'listOrganisations',
  summary: 'List organisations',
  description: 'Those that the key reaches; it is mostly one.',
  method: 'GET',
  path: '/organisations',
  query: z.object(paged),
  document: `query AppointeddOrganisations(${pageVariables}) {
    list: accounts(${pageArguments}) { nodes { id name slug timeZone currency } ${pageFields} } }`,
  variables: ({ query }) => ({ ...pageVariablesOf(query) }),
  answer: {
    status: 200,
    description: 'A page of them.',
    schema: listSchema(
      z.object({
        id: z.string(),
        name: z.string(),
        slug: z.string(),
        timezone: z.string(),
        currency: z.string(),
      }),
    ),
  },
  reply: ({ list }: { list: Listed<AccountData> }, { query }) =>
    listOf(list, query, ({ timeZone: timezone, ...organisation }) => ({
      ...organisation,
      timezone,
    })),
  example: {
    answer: {
      data: [
        {
          id: 'AQGh_AJxTz6fAyzuBEFxRQ',
          name: 'E2E',
          slug: 'e2e',
          timezone: 'Europe/London',
          currency: 'GBP',
        },
      ],
      total: 1,
      next: null,
      prev: null,
    },
  },
})
