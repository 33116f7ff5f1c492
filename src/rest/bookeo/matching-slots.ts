// Starts that match what somebody wants: free ones, and sessions with seats enough.

import { z } from 'zod'
import { words } from '../fields.ts'
import type { Found } from '../route.ts'
import { offsetTime } from '../times.ts'
import { mode } from './flags.ts'
import { listOf, onePage, onPage, pageOf, pageSchema, readToken, tokenOf } from './lists.ts'
import { byStart, daysOf, resourcesOf, startsWithin, type SlotData } from './offers.ts'
import { partyOf, peopleNumbers } from './people.ts'
import { assignedOf, idsNamed, occupantsStep, sentResources, startId } from './place.ts'
import { priceExample, priceOf, priceSchema } from './price.ts'
import { accountOf, bookeoRoute, lang } from './route.ts'
import { timeOf, windowOf } from './times.ts'

const wish = z.object({
  productId: words(255),
  startTime: offsetTime,
  endTime: offsetTime,
  peopleNumbers: peopleNumbers.nullish(),
  options: z
    .array(z.object({ id: words(100), value: words(2000) }))
    .max(100, 'has more than 100 options')
    .nullish(),
  resources: sentResources.nullish(),
})

type Wish = z.output<typeof wish>

const matchSchema = z.object({
  startTime: z.string(),
  endTime: z.string(),
  eventId: z.string(),
  price: priceSchema.optional(),
  resources: z.array(z.object({ id: z.string() })),
})

const matches = `query BookeoMatches($input: AvailabilityInput!) {
  availability(input: $input) { slots {
    startsAt endsAt seatsAvailable session { id } staff { id } resource { id }
    price { amount currency }
  } }
}`

type Matches = { availability: { slots: SlotData[] } }

const wishWindow = ({ startTime, endTime }: Wish, found: Found) =>
  windowOf([startTime, endTime], ['startTime', 'endTime'], accountOf(found), 'body')!

function matchInput(sent: Wish, backend: boolean, found: Found) {
  const account = accountOf(found)
  const { partySize } = partyOf(sent.peopleNumbers, account, 'peopleNumbers')
  const { staffId, resourceId } = assignedOf(found)
  return {
    input: {
      serviceId: sent.productId,
      ...daysOf(wishWindow(sent, found), account),
      partySize,
      ...(staffId !== null && { staffIds: [staffId] }),
      ...(resourceId !== null && { resourceIds: [resourceId] }),
      ...(backend && { asManager: true }),
    },
  }
}

function matchesOf({ availability }: Matches, sent: Wish, found: Found) {
  const account = accountOf(found)
  const { staffId } = assignedOf(found)
  return availability.slots
    .filter(startsWithin(wishWindow(sent, found)))
    .toSorted(byStart)
    .map((slot) => ({
      startTime: timeOf(slot.startsAt, account),
      endTime: timeOf(slot.endsAt, account),
      eventId: slot.session?.id ?? startId(slot.startsAt, staffId ?? undefined),
      ...(slot.price && { price: priceOf(slot.price) }),
      resources: resourcesOf(slot),
    }))
}

const matchList = 'matchingslots'
const written = wish.extend({ mode })
const usualSize = 50
const paging = listOf(matchList, z.object({}))

const matchExample = {
  startTime: '2026-05-01T10:00:00+10:00',
  endTime: '2026-05-01T11:30:00+10:00',
  eventId: 'at_mom5m800',
  price: priceExample,
  resources: [{ id: 'BAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh' }],
}

const findMatches = bookeoRoute({
  name: 'findMatchingSlots',
  summary: 'Find the starts that match what somebody wants',
  description:
    'Of a flexible product its free starts, of a fixed one its sessions with seats enough. ' +
    'Options do not change what is free. `price` needs a permission for payments.',
  method: 'POST',
  path: '/availability/matchingslots',
  query: z.object({ ...lang, itemsPerPage: paging.query.shape.itemsPerPage, mode }),
  body: wish,
  before: [occupantsStep],
  document: matches,
  variables: ({ query, body }, found) => matchInput(body, query.mode === 'backend', found),
  answer: {
    status: 201,
    description: 'The first page; Location has the others.',
    schema: pageSchema(matchSchema),
  },
  headers: (_data: Matches, { query, body }, base) => ({
    location: `${base}/availability/matchingslots/${matchToken(query, body)}`,
  }),
  reply: (data: Matches, { query, body }, found) => {
    const all = matchesOf(data, body, found)
    const size = (query.itemsPerPage as number | undefined) ?? usualSize
    const asked = { filters: {}, page: 1, size, token: matchToken(query, body) }
    return pageOf(onPage(all, asked), all.length, asked)
  },
  example: {
    body: {
      productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      startTime: '2026-05-01T00:00:00-00:00',
      endTime: '2026-05-02T00:00:00-00:00',
      peopleNumbers: [{ peopleCategoryId: 'Cadults', number: 2 }],
    },
    answer: onePage(matchExample),
  },
})

function matchToken(query: { itemsPerPage?: unknown; mode?: string | undefined }, body: Wish) {
  const size = (query.itemsPerPage as number | undefined) ?? usualSize
  return tokenOf(matchList, size, { ...body, ...(query.mode && { mode: query.mode }) })
}

const wishIn = (token: string) => readToken(matchList, written, 100, token)

const moreMatches = bookeoRoute({
  name: 'getMatchingSlots',
  summary: 'Get another page of matching starts',
  method: 'GET',
  path: '/availability/matchingslots/:token',
  query: z.object({ ...lang, pageNumber: paging.query.shape.pageNumber }),
  before: [
    {
      ...occupantsStep,
      variables: ({ path }) => idsNamed(wishIn(path['token'] ?? '').filters),
    },
  ],
  document: matches,
  variables: ({ path }, found) => {
    const { filters } = wishIn(path['token'] ?? '')
    return matchInput(filters, filters.mode === 'backend', found)
  },
  answer: { status: 200, description: 'The page.', schema: pageSchema(matchSchema) },
  reply: (data: Matches, { path, query }, found) => {
    const token = path['token'] ?? ''
    const { filters, size } = wishIn(token)
    const page = (query.pageNumber as number | undefined) ?? 1
    const all = matchesOf(data, filters, found)
    const asked = { filters, page, size, token }
    return pageOf(onPage(all, asked), all.length, asked)
  },
  example: { path: { token: 'eyJsaXN0Ijoi…' }, answer: onePage(matchExample) },
})

export const matchingRoutes = [findMatches, moreMatches]
