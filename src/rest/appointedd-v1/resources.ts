// GET /resources: the staff and, behind them, the things that bookings occupy, as one list. It is
// walked by places, which are counted over both.

import { z } from 'zod'
import { wholeNumber } from '../numbered.ts'
import { route } from '../route.ts'
import { ids, isDescending, listSchema, paged, sizeOf, type Paged } from './suite.ts'

const place = wholeNumber(0, 100_000).optional()

const query = z.object({
  ids: ids.optional(),
  services: ids.optional(),
  ...paged,
  start: place,
  end: place,
})

type Query = Omit<Paged, 'start' | 'end'> & {
  ids?: string[] | undefined
  services?: string[] | undefined
  start?: number | undefined
  end?: number | undefined
}

type Counts = { staff: { totalCount: number }; resources: { totalCount: number } }

type Span = { from: number; to: number }

/** The places of the page; `end` is the place that it ends before. */
function spanOf(asked: Query, { staff, resources }: Counts): Span & { total: number } {
  const total = staff.totalCount + resources.totalCount
  const size = sizeOf(asked as Paged)
  if (asked.start === undefined && asked.end !== undefined) {
    const to = Math.min(asked.end, total)
    return { from: Math.max(to - size, 0), to, total }
  }
  const from = Math.min(asked.start ?? 0, total)
  return { from, to: Math.min(from + size, total), total }
}

/** The part of a span that lies in a list of so many, behind so many others. */
function within({ from, to }: Span, before: number, count: number, descending: boolean) {
  const first = Math.min(Math.max(from - before, 0), count)
  const size = Math.max(Math.min(to - before, count) - first, 0)
  return descending
    ? { first: null, last: size, skip: first }
    : { first: size, last: null, skip: first }
}

function variablesOf(asked: Query, counts: Counts) {
  const span = spanOf(asked, counts)
  const descending = isDescending(asked as Paged)
  const [staff, things] = [counts.staff.totalCount, counts.resources.totalCount]
  const ofStaff = within(span, descending ? things : 0, staff, descending)
  const ofThings = within(span, descending ? 0 : staff, things, descending)
  return {
    ...filterOf(asked),
    ...Object.fromEntries(Object.entries(ofStaff).map(([name, value]) => [`staff_${name}`, value])),
    ...Object.fromEntries(
      Object.entries(ofThings).map(([name, value]) => [`things_${name}`, value]),
    ),
  }
}

const filterOf = (asked: Query) => ({ ids: asked.ids ?? null, services: asked.services ?? null })

const staffFilter = 'filter: { active: true, staffIds: $ids, serviceIds: $services }'
const thingFilter = 'filter: { active: true, resourceIds: $ids, serviceIds: $services }'

type ResourceData = {
  id: string
  name: string
  email?: string | null
  services: { nodes: { id: string }[] } | null
}

const address = z.object({
  house_no: z.string(),
  address_1: z.string(),
  address_2: z.string(),
  city: z.string(),
  postcode: z.string(),
})

const resourceSchema = z.object({
  id: z.string(),
  services: z.array(z.string()),
  resource_group_ids: z.array(z.string()),
  profile: z.object({ name: z.string(), email: z.string(), phone: z.string(), address }),
})

const noAddress = { house_no: '', address_1: '', address_2: '', city: '', postcode: '' }

function resourceOf({ id, name, email, services }: ResourceData) {
  return {
    id,
    services: services?.nodes.map((service) => service.id) ?? [],
    resource_group_ids: [],
    profile: { name, email: email ?? '', phone: '', address: noAddress },
  }
}

type Data = { staff: { nodes: ResourceData[] }; resources: { nodes: ResourceData[] } }

export const listResources = route({
  name: 'listResources',
  summary: 'List resources',
  description:
    'Staff by name, then things by name; those that are archived are left out. `services` narrows ' +
    'to whoever gives one of them, and of each the first 100 are listed. There are no groups here.',
  method: 'GET',
  path: '/resources',
  query,
  before: [
    {
      document: `query AppointeddResourceCounts($ids: [ID!], $services: [ID!]) {
        staff(${staffFilter}, first: 0) { totalCount }
        resources(${thingFilter}, first: 0) { totalCount } }`,
      variables: ({ query: asked }) => filterOf(asked),
    },
  ],
  document: `query AppointeddResources(
    $ids: [ID!], $services: [ID!]
    $staff_first: Int, $staff_last: Int, $staff_skip: Int
    $things_first: Int, $things_last: Int, $things_skip: Int
  ) {
    staff(${staffFilter}, first: $staff_first, last: $staff_last, skip: $staff_skip) {
      nodes { id name email services(first: 100) { nodes { id } } } }
    resources(${thingFilter}, first: $things_first, last: $things_last, skip: $things_skip) {
      nodes { id name services(first: 100) { nodes { id } } } } }`,
  variables: ({ query: asked }, found) => variablesOf(asked, found as Counts),
  answer: { status: 200, description: 'A page of them.', schema: listSchema(resourceSchema) },
  reply: ({ staff, resources }: Data, { query: asked }, found) => {
    const { from, to, total } = spanOf(asked, found as Counts)
    const descending = isDescending(asked as Paged)
    const all = [...staff.nodes, ...resources.nodes].map(resourceOf)
    return {
      data: descending ? all.toReversed() : all,
      total,
      next: to < total ? String(to) : null,
      prev: from > 0 ? String(from) : null,
    }
  },
  example: {
    query: { limit: '50', services: '["AwGh_AJxTz6fAyzuBEFxRQ"]' },
    answer: {
      data: [
        {
          id: 'BAGh_AJxTz6fAyzuBEFxRQ',
          services: ['AwGh_AJxTz6fAyzuBEFxRQ'],
          resource_group_ids: [],
          profile: { name: 'Ada Lovelace', email: '', phone: '', address: noAddress },
        },
      ],
      total: 1,
      next: null,
      prev: null,
    },
  },
})
