// Sessions of fixed products that have seats.

import { z } from 'zod'
import { id } from '../fields.ts'
import { pageAsk } from '../numbered.ts'
import { Denied, Unacceptable, type Found } from '../route.ts'
import { offsetTime } from '../times.ts'
import { mode } from './flags.ts'
import { listOf, onePage, onPage, pageOf, pageSchema } from './lists.ts'
import { byStart, daysOf, startsWithin, type SlotData, type Window } from './offers.ts'
import { accountOf, bookeoRoute } from './route.ts'
import { timeOf, windowOf } from './times.ts'

const slotList = listOf(
  'slots',
  z.object({
    startTime: offsetTime,
    endTime: offsetTime.describe('At most 31 days after `startTime`.'),
    productId: id.optional(),
    mode,
  }),
)

const slotSchema = z.object({
  productId: z.string(),
  eventId: z.string(),
  startTime: z.string(),
  endTime: z.string(),
  numSeatsAvailable: z.int(),
  resources: z.array(z.object({ id: z.string() })),
  privateEvent: z.boolean(),
})

type Seats = Pick<SlotData, 'startsAt' | 'endsAt' | 'seatsAvailable'> & {
  productId: string
  eventId: string
}

const slotWindow = (query: object, found: Found): Window => {
  const { startTime, endTime } = slotList.asked(query).filters
  return windowOf([startTime, endTime], ['startTime', 'endTime'], accountOf(found))!
}

// A document asks for as many products as it may cost, and the next for those that are left.
const productsAtOnce = 15
const parts = Array.from({ length: 8 }, (_, part) => part)
const mostProducts = parts.length * productsAtOnce

const offered = 'slots { startsAt endsAt seatsAvailable session { id } }'

type Offering = { id: string; availability: { slots: SlotData[] } | null }

const offeringSteps = parts.map((part) => ({
  document: `query BookeoSlots${part}($from: LocalDate!, $days: Int!) {
    part${part}: services(filter: { kind: CLASS, active: true },
      first: ${productsAtOnce}, skip: ${part * productsAtOnce}) {
      totalCount nodes { id availability(from: $from, days: $days) { ${offered} } }
    }
  }`,
  variables: ({ query }: { query: object }, found: Found) => {
    const { mode: as, productId } = slotList.asked(query).filters
    const days = daysOf(slotWindow(query, found), accountOf(found))
    if (as === 'backend' || productId) return null
    if (part === 0) return days
    const { totalCount } = found.part0
    if (totalCount > mostProducts) {
      const message = `"productId" is missing: there are more than ${mostProducts} fixed products.`
      throw new Unacceptable({ place: 'query', name: 'productId', message })
    }
    return part * productsAtOnce < totalCount ? days : null
  },
}))

const ofOneProduct = {
  document: `query BookeoProductSlots($input: AvailabilityInput!) {
    availability(input: $input) { ${offered} }
  }`,
  variables: ({ query }: { query: object }, found: Found) => {
    const { mode: as, productId } = slotList.asked(query).filters
    if (as === 'backend' || !productId) return null
    const days = daysOf(slotWindow(query, found), accountOf(found))
    return { input: { serviceId: productId, ...days } }
  },
}

const forManagers = [
  {
    document: 'query BookeoManages { viewer { scopes } }',
    variables: ({ query }: { query: object }) =>
      slotList.asked(query).filters.mode === 'backend' ? {} : null,
  },
  {
    document: `query BookeoSessions($filter: SessionFilter!, $first: Int, $skip: Int) {
      sessions(filter: $filter, first: $first, skip: $skip) {
        totalCount nodes { id startsAt endsAt seatsAvailable service { id } }
      }
    }`,
    variables: ({ query }: { query: object }, found: Found) => {
      const { filters, page, size } = slotList.asked(query)
      const { mode: as, productId } = filters
      if (as !== 'backend') return null
      if (!found.viewer.scopes.includes('availability:write')) {
        throw new Denied('Only who may change when people work acts as a manager.')
      }
      const narrowed = productId ? { serviceIds: [productId] } : {}
      const filter = { ...slotWindow(query, found), ...narrowed, active: true }
      return { ...pageAsk(page, size), filter: { ...filter, seatsAvailableMin: 1 } }
    },
  },
]

type Sessions = {
  totalCount: number
  nodes: (Omit<SlotData, 'session'> & { id: string; service: { id: string } })[]
}

/** The page of sessions that may be booked now, or by a manager, by start. */
function seatsOf(query: object, found: Found): { shown: Seats[]; total: number } {
  const asked = slotList.asked(query)
  if (found.sessions) {
    const { nodes, totalCount } = found.sessions as Sessions
    const shown = nodes.map(({ id: eventId, service, ...slot }) => ({
      ...slot,
      eventId,
      productId: service.id,
    }))
    return { shown, total: totalCount }
  }
  const { productId } = asked.filters
  const offerings: Offering[] = found.availability
    ? [{ id: productId ?? '', availability: found.availability }]
    : parts.flatMap((part) => found[`part${part}`]?.nodes ?? [])
  const open = offerings.flatMap(({ id: product, availability }) =>
    (availability?.slots ?? []).flatMap(({ session, ...slot }) =>
      session ? [{ ...slot, eventId: session.id, productId: product }] : [],
    ),
  )
  const all = open.filter(startsWithin(slotWindow(query, found))).toSorted(byStart)
  return { shown: onPage(all, asked), total: all.length }
}

type Crews = {
  nodes: ({ staffMembers: { id: string }[] | null; resources: { id: string }[] | null } | null)[]
}

const listSlots = bookeoRoute({
  name: 'listSlots',
  summary: 'List the sessions of fixed products that have seats',
  description:
    'By start. With `mode=backend` also those that only a manager may book. ' +
    `Where there are more than ${mostProducts} fixed products, \`productId\` is needed.`,
  method: 'GET',
  path: '/availability/slots',
  query: slotList.query,
  before: [...offeringSteps, ofOneProduct, ...forManagers],
  document: `query BookeoCrews($ids: [ID!]!) {
    nodes(ids: $ids) { ... on Session { staffMembers { id } resources { id } } }
  }`,
  variables: ({ query }, found) => ({
    ids: seatsOf(query, found).shown.map((each) => each.eventId),
  }),
  answer: { status: 200, description: 'The sessions.', schema: pageSchema(slotSchema) },
  reply: ({ nodes }: Crews, { query }, found) => {
    const account = accountOf(found)
    const { shown, total } = seatsOf(query, found)
    const data = shown.map((slot, index) => ({
      productId: slot.productId,
      eventId: slot.eventId,
      startTime: timeOf(slot.startsAt, account),
      endTime: timeOf(slot.endsAt, account),
      numSeatsAvailable: slot.seatsAvailable ?? 0,
      resources: [...(nodes[index]?.staffMembers ?? []), ...(nodes[index]?.resources ?? [])],
      privateEvent: false,
    }))
    return pageOf(data, total, slotList.asked(query))
  },
  example: {
    query: { startTime: '2026-05-01T00:00:00-00:00', endTime: '2026-05-08T00:00:00-00:00' },
    answer: onePage({
      productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      eventId: 'BQGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      startTime: '2026-05-01T10:00:00+10:00',
      endTime: '2026-05-01T11:00:00+10:00',
      numSeatsAvailable: 10,
      resources: [],
      privateEvent: false,
    }),
  },
})

export const slotRoutes = [listSlots]
