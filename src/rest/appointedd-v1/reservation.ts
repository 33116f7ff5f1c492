// POST /availability/slots and GET /availability/slots/{id}: a reservation keeps a time for some
// minutes, until it is booked.

import { z } from 'zod'
import { id, instant, timeZone } from '../fields.ts'
import { occupantsOf } from '../occupants.ts'
import { Absent, route } from '../route.ts'
import {
  instantText,
  occupantsDocument,
  sessionDocument,
  sessionIn,
  sessionVariables,
  timesIn,
  unacceptable,
  zoned,
} from './suite.ts'

const holdFields = `
  id state startsAt endsAt expiresAt party
  service { id } staff { id } resources { id }
`

type HoldData = {
  id: string
  state: string
  startsAt: Date
  endsAt: Date
  expiresAt: Date
  party: number
  service: { id: string } | null
  staff: { id: string } | null
  resources: { id: string }[] | null
}

const reservation = z.object({
  id: z.string(),
  service: z.string().nullable(),
  resource: z.string().nullable(),
  start: instantText,
  end: instantText,
  spaces: z.int(),
  status: z.enum(['live', 'used', 'released', 'expired']),
  expires: instantText,
})

function reservationOf(hold: HoldData, at: ReturnType<typeof timesIn>) {
  return {
    id: hold.id,
    service: hold.service?.id ?? null,
    resource: hold.staff?.id ?? hold.resources?.[0]?.id ?? null,
    start: at(hold.startsAt),
    end: at(hold.endsAt),
    spaces: hold.party,
    status: hold.state.toLowerCase() as 'live',
    expires: at(hold.expiresAt),
  }
}

/** Longest that a time is kept. */
const mostMinutes = 15

const body = z.object({
  start: instant,
  service_id: id,
  duration: z.int().min(1, 'has to be 1 or more').max(43_200, 'is too long').nullish(),
  resource_id: id.nullish(),
  required_spaces: z.int().min(1, 'has to be 1 or more').max(100_000, 'is too large').nullish(),
  expires_after: z.number().gt(0, 'has to be more than 0').max(525_600, 'is too long').nullish(),
  timezone: timeZone.nullish(),
})

const example = {
  id: 'CQGh_AJxTz6fAyzuBEFxRQ',
  service: 'AwGh_AJxTz6fAyzuBEFxRQ',
  resource: 'BAGh_AJxTz6fAyzuBEFxRQ',
  start: '2024-02-09T15:00:00.000+00:00',
  end: '2024-02-09T15:30:00.000+00:00',
  spaces: 1,
  status: 'live',
  expires: '2024-02-08T21:21:14.742+00:00',
} as const

export const createReservation = route({
  name: 'createReservation',
  summary: 'Reserve a time',
  description:
    '`expires_after` is in minutes; more than 15 means 15, left out it is what the business has ' +
    'set. `expires` says until when. The fields of a reservation are ours.',
  method: 'POST',
  path: '/availability/slots',
  query: z.object(zoned),
  body,
  before: [
    {
      document: occupantsDocument,
      variables: ({ body: { resource_id: resource } }) => (resource ? { ids: [resource] } : null),
    },
    {
      document: sessionDocument,
      variables: ({ body: sent }) => sessionVariables(sent.service_id, sent.start),
    },
  ],
  document: `mutation AppointeddReserve($input: PlaceHoldInput!) {
    placeHold(input: $input) {
      ... on PlaceHoldSuccess { data { ${holdFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body: sent }, found) => {
    const { staffIds, resourceIds } = occupantsOf(found.occupants ?? [])
    if (sent.resource_id && staffIds.length + resourceIds.length === 0) {
      throw unacceptable('resource_id', 'is the id of no resource.')
    }
    const { isClass, sessionId } = sessionIn(found)
    if (isClass && sessionId === null) {
      throw unacceptable('start', 'is the start of none of the sessions of this class.')
    }
    const minutes = sent.expires_after
    return {
      input: {
        serviceId: sent.service_id,
        partySize: sent.required_spaces ?? 1,
        ttlSeconds: minutes == null ? null : Math.ceil(Math.min(minutes, mostMinutes) * 60),
        ...(isClass
          ? { sessionId }
          : {
              startsAt: sent.start,
              durationMinutes: sent.duration ?? null,
              staffId: staffIds[0] ?? null,
              resourceId: resourceIds[0] ?? null,
            }),
      },
    }
  },
  answer: {
    status: 201,
    description: 'The reservation; null for a credential that may not read bookings.',
    schema: z.object({ data: reservation.nullable() }),
  },
  reply: (
    { placeHold: { data } }: { placeHold: { data: HoldData | null } },
    { query, body: sent },
  ) => {
    const timezone = sent.timezone ?? query.timezone
    return { data: data && reservationOf(data, timesIn({ timezone })) }
  },
  example: {
    body: {
      start: '2024-02-09T15:00:00.000+00:00',
      service_id: example.service,
      resource_id: example.resource,
      required_spaces: 1,
      expires_after: 10,
    },
    answer: { data: example },
  },
})

export const getReservation = route({
  name: 'getReservation',
  summary: 'Get a reservation',
  method: 'GET',
  path: '/availability/slots/:id',
  query: z.object(zoned),
  document: `query AppointeddReservation($id: ID!) {
    hold: node(id: $id) { __typename ... on Hold { ${holdFields} } } }`,
  variables: ({ path }) => ({ id: path['id'] }),
  answer: { status: 200, description: 'The reservation.', schema: z.object({ data: reservation }) },
  reply: ({ hold }: { hold: (HoldData & { __typename: string }) | null }, { query }) => {
    if (hold?.__typename !== 'Hold') throw new Absent('No reservation has this id.')
    return { data: reservationOf(hold, timesIn(query)) }
  },
  example: { path: { id: example.id }, answer: { data: example } },
})
