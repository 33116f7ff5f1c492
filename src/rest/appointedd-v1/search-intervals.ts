// POST /availability/intervals/search: when a service, or so many minutes of anybody, can be had.

import { z } from 'zod'
import { id, instant, localDate, timeZone } from '../fields.ts'
import { occupantsOf } from '../occupants.ts'
import { route, type Found } from '../route.ts'
import { atWallClock, daysLater } from '../times.ts'
import { daysIn, daysOf, intervalsOf, mostDays, type Range, type Slot } from './intervals.ts'
import {
  instantText,
  listSchema,
  occupantsDocument,
  timesIn,
  unacceptable,
  zoned,
} from './suite.ts'

const ids = z.array(id).max(100, 'has more than 100 ids').nullish()

const body = z.object({
  ranges: z
    .array(z.union([localDate, z.object({ start: instant, end: instant })]))
    .min(1, 'is empty')
    .max(mostDays, `has more than ${mostDays} ranges`),
  service_id: id.nullish(),
  duration: z.int().min(1, 'has to be 1 or more').max(43_200, 'is too long').nullish(),
  resource_ids: ids,
  resource_group_ids: ids,
  spaces: z.int().min(1, 'has to be 1 or more').max(100_000, 'is too large').nullish(),
  timezone: timeZone.nullish(),
  ignore_notice_restriction: z.boolean().nullish(),
})

type Body = z.output<typeof body>
type Query = { timezone?: string | undefined }

const zoneOf = ({ timezone }: Body, query: Query) => timezone ?? query.timezone ?? 'UTC'

function rangesOf(sent: Body, zone: string): Range[] {
  const midnight = (date: string) => atWallClock(date, '00:00', zone)?.getTime() ?? 0
  const ranges = sent.ranges.map((range, index) => {
    if (typeof range === 'string') {
      return { start: midnight(range), end: midnight(daysLater(range, 1)) }
    }
    const { start, end } = { start: Date.parse(range.start), end: Date.parse(range.end) }
    if (start < end) return { start, end }
    throw unacceptable(`ranges[${index}].end`, 'has to be after the start.')
  })
  // A day on which clocks fall back has 25 hours; two of those in one search are still days.
  if (daysIn(ranges) <= mostDays + 2 / 24) return ranges
  throw unacceptable('ranges', `span more than ${mostDays} days in all.`)
}

// One document asks as many questions, over as many days in all, as it may cost, and the next those
// that are left.
const mostAtOnce = { questions: 100, days: 300 }
const parts = Array.from({ length: 8 }, (_, part) => part)

type Services = { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean } }

function servicesOf(sent: Body, { services }: Found): string[] {
  if (sent.service_id) return [sent.service_id]
  const { nodes, pageInfo } = services as Services
  if (!pageInfo.hasNextPage) return nodes.map((service) => service.id)
  throw unacceptable(
    'service_id',
    'is missing: there are too many services to look through them all.',
  )
}

/** Whose time: staff and things are asked for apart, because either will do. */
function narrowings(sent: Body, found: Found): { staffIds?: string[]; resourceIds?: string[] }[] {
  if (sent.resource_group_ids && sent.resource_group_ids.length > 0) {
    throw unacceptable('resource_group_ids', 'names a group; there are none here, name resources.')
  }
  if (!sent.resource_ids || sent.resource_ids.length === 0) return [{}]
  const { staffIds, resourceIds } = occupantsOf(found.occupants)
  if (staffIds.length + resourceIds.length < new Set(sent.resource_ids).size) {
    throw unacceptable('resource_ids', 'has an id that is of no resource.')
  }
  return [
    ...(staffIds.length > 0 ? [{ staffIds }] : []),
    ...(resourceIds.length > 0 ? [{ resourceIds }] : []),
  ]
}

/** What is asked in each part. */
function questionsOf(sent: Body, query: Query, found: Found) {
  const zone = zoneOf(sent, query)
  const runs = daysOf(rangesOf(sent, zone), zone)
  const questions = servicesOf(sent, found).flatMap((serviceId) =>
    narrowings(sent, found).flatMap((narrowing) =>
      runs.map((run) => ({
        ...narrowing,
        ...run,
        serviceId,
        timeZone: zone,
        partySize: sent.spaces ?? 1,
        durationMinutes: sent.duration ?? null,
        asManager: sent.ignore_notice_restriction ?? false,
      })),
    ),
  )
  const asked = inParts(questions)
  if (asked.length <= parts.length) return asked
  throw unacceptable(
    'ranges',
    'are too many days for so many services: name a "service_id", or fewer days.',
  )
}

function inParts<Question extends { days: number }>(questions: readonly Question[]) {
  let part: Question[] = []
  let days = 0
  const all = [part]
  for (const question of questions) {
    days += question.days
    if (days > mostAtOnce.days || part.length === mostAtOnce.questions) {
      all.push((part = []))
      days = question.days
    }
    part.push(question)
  }
  return all
}

type Searched = { body: Body; query: Query }

const searchSteps = parts.map((part) => ({
  document: `query AppointeddIntervals${part}($inputs: [AvailabilityInput!]!) {
    part${part}: availabilities(inputs: $inputs) {
      slots { startsAt endsAt seatsAvailable staff { id } resource { id } } } }`,
  variables: ({ body: sent, query }: Searched, found: Found) => {
    if (part > 0 && !found[`part${part - 1}`]) return null
    const inputs = questionsOf(sent, query, found)[part]
    return inputs ? { inputs } : null
  },
}))

const interval = z.object({
  start: instantText,
  end: instantText,
  resource_ids: z.array(z.string()),
  spaces: z.int().nullable(),
})

export const searchIntervals = route({
  name: 'searchIntervals',
  summary: 'Search available intervals',
  description:
    'Starts within the ranges, with whoever is free then; what is listed can be reserved. With ' +
    '`duration` and no `service_id`, a start is listed where any service can be had for so long. ' +
    '`ignore_notice_restriction` needs the right to manage availability, and also leaves out the ' +
    'booking window and the usual party sizes. All of it is on one page; what is too much for one ' +
    'answer, such as six weeks of a hundred services, is refused.',
  group: 'availability',
  method: 'POST',
  path: '/availability/intervals/search',
  query: z.object(zoned),
  body,
  before: [
    {
      document: occupantsDocument,
      variables: ({ body: { resource_ids: named } }) =>
        named && named.length > 0 ? { ids: [...new Set(named)] } : null,
    },
    {
      document: `query AppointeddServices {
        services(first: 100, filter: { active: true, kind: APPOINTMENT }) {
          nodes { id } pageInfo { hasNextPage } } }`,
      variables: ({ body: { service_id: service, duration } }) => {
        if (service) return null
        if (duration != null) return {}
        throw unacceptable('service_id', 'is missing, and so is "duration": name one of them.')
      },
    },
    ...searchSteps,
  ],
  document: null,
  variables: () => ({}),
  answer: {
    status: 200,
    description: 'The intervals, soonest first.',
    schema: listSchema(interval),
  },
  reply: (found: Record<string, { slots: Slot[] }[]>, { body: sent, query }) => {
    const zone = zoneOf(sent, query)
    const at = timesIn({ timezone: zone })
    const answers = parts.flatMap((part) => found[`part${part}`] ?? [])
    const slots = answers.flatMap((each) => each.slots)
    const data = intervalsOf(slots, rangesOf(sent, zone)).map(({ start, end, ...free }) => ({
      start: at(start),
      end: at(end),
      resource_ids: free.resources,
      spaces: free.spaces,
    }))
    return { data, total: data.length, next: null, prev: null }
  },
  example: {
    body: {
      ranges: [{ start: '2024-02-09T09:00:00.000+00:00', end: '2024-02-10T17:00:00.000+00:00' }],
      service_id: 'AwGh_AJxTz6fAyzuBEFxRQ',
      spaces: 1,
    },
    answer: {
      data: [
        {
          start: '2024-02-09T15:00:00.000+00:00',
          end: '2024-02-09T15:30:00.000+00:00',
          resource_ids: ['BAGh_AJxTz6fAyzuBEFxRQ'],
          spaces: null,
        },
      ],
      total: 1,
      next: null,
      prev: null,
    },
  },
})
