// Holds: a place kept for some minutes, with what it would cost.

import { z } from 'zod'
import { id } from '../fields.ts'
import { wholeNumber } from '../numbered.ts'
import { Absent, noBody } from '../route.ts'
import { mode } from './flags.ts'
import { moneyOf, moneySchema, type Minor } from './money.ts'
import { place, placeOf, placeSteps, sentParty, startId } from './place.ts'
import { priceExample, priceOf, priceSchema } from './price.ts'
import { accountOf, bookeoRoute, lang, sees, type Account } from './route.ts'
import { timeOf } from './times.ts'

const holdFields = `
  id state startsAt endsAt expiresAt price { amount currency }
  service { id } session { id } staffMembers { id }
`

type HoldData = {
  id: string
  state: 'LIVE' | 'USED' | 'RELEASED' | 'EXPIRED'
  startsAt: Date
  endsAt: Date
  expiresAt: Date
  price: Minor | null
  service: { id: string } | null
  session: { id: string } | null
  staffMembers: { id: string }[] | null
}

const holdSchema = z.object({
  id: z.string(),
  price: priceSchema.optional(),
  totalPayable: moneySchema.optional(),
  expiration: z.string(),
  productId: z.string().optional(),
  eventId: z.string(),
  startTime: z.string(),
  endTime: z.string(),
})

const holdExample: z.output<typeof holdSchema> = {
  id: 'CAGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  price: priceExample,
  totalPayable: { amount: '27.50', currency: 'AUD' },
  expiration: '2026-05-01T09:05:00+10:00',
  productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
  eventId: 'at_mom5m800',
  startTime: '2026-05-01T10:00:00+10:00',
  endTime: '2026-05-01T11:30:00+10:00',
}

function holdOf(hold: HoldData, account: Account): z.input<typeof holdSchema> {
  const { price, service, session, staffMembers } = hold
  return {
    id: hold.id,
    ...(price && { price: priceOf(price), totalPayable: moneyOf(price) }),
    expiration: timeOf(hold.expiresAt, account),
    ...(service && { productId: service.id }),
    eventId: session?.id ?? startId(hold.startsAt, staffMembers?.[0]?.id),
    startTime: timeOf(hold.startsAt, account),
    endTime: timeOf(hold.endsAt, account),
  }
}

/** The hold that is named as an earlier one; what became of it is told. */
export const previousHold = {
  document: `query BookeoPreviousHold($id: ID!) {
    previous: node(id: $id) { ... on Hold {
      id state startsAt party service { id } session { id } staffMembers { id }
    } }
  }`,
  variables: ({ query }: { query: { previousHoldId?: string | undefined } }) =>
    query.previousHoldId ? { id: query.previousHoldId } : null,
}

const longestHold = 600

const createHold = bookeoRoute({
  name: 'createHold',
  summary: 'Hold a place',
  description:
    'The fields beside `id`, `price`, `totalPayable` and `expiration` are ours. A previous hold ' +
    'that has run out is no fault.',
  method: 'POST',
  path: '/holds',
  query: z.object({
    ...lang,
    mode,
    holdDurationSeconds: wholeNumber(1, longestHold)
      .optional()
      .describe('Seconds until it runs out; 300 if left out.'),
    previousHoldId: id.optional().describe('Given up for this one, in the same step.'),
  }),
  body: z.object(place),
  before: [sees('bookings'), ...placeSteps, previousHold],
  document: `mutation BookeoHold($input: PlaceHoldInput!) {
    placeHold(input: $input) {
      ... on PlaceHoldSuccess { data { ${holdFields} } } ... on Refusal { code message path }
    }
  }`,
  variables: ({ query, body }, found) => ({
    input: {
      ...placeOf(body, found),
      partySize: sentParty(body, found).partySize,
      ttlSeconds: query.holdDurationSeconds ?? 300,
      ...(found.previous?.state === 'LIVE' && { replaces: found.previous.id }),
      ...(query.mode === 'backend' && { asManager: true }),
    },
  }),
  answer: { status: 201, description: 'The hold, with its final price.', schema: holdSchema },
  headers: ({ placeHold: { data } }: { placeHold: { data: HoldData } }, _input, base) => ({
    location: `${base}/holds/${data.id}`,
  }),
  reply: ({ placeHold: { data } }: { placeHold: { data: HoldData } }, _input, found) =>
    holdOf(data, accountOf(found)),
  example: {
    query: { holdDurationSeconds: '300' },
    body: {
      eventId: 'at_mom5m800',
      productId: 'AwGh_AJxTz6fAyzuBEFxRQGh_AJxTz6fAyzuBEFxRQGh',
      participants: { numbers: [{ peopleCategoryId: 'Cadults', number: 1 }] },
    },
    answer: holdExample,
  },
})

const oneHold = `query BookeoHold($id: ID!) { hold: node(id: $id) { ... on Hold { ${holdFields} } } }`

function liveHold(hold: Partial<HoldData> | null | undefined): HoldData {
  if (hold?.state !== 'LIVE') throw new Absent('No hold has this id, or it has run out.')
  return hold as HoldData
}

const getHold = bookeoRoute({
  name: 'getHold',
  summary: 'Get a hold',
  method: 'GET',
  path: '/holds/:id',
  query: z.object(lang),
  before: [sees('bookings')],
  document: oneHold,
  variables: ({ path }) => ({ id: path['id'] }),
  answer: { status: 200, description: 'The hold, while it lives.', schema: holdSchema },
  reply: ({ hold }: { hold: Partial<HoldData> | null }, _input, found) =>
    holdOf(liveHold(hold), accountOf(found)),
  example: { path: { id: holdExample.id }, answer: holdExample },
})

const deleteHold = bookeoRoute({
  name: 'deleteHold',
  summary: 'Give up a hold',
  method: 'DELETE',
  path: '/holds/:id',
  query: z.object(lang),
  before: [sees('bookings'), { document: oneHold, variables: ({ path }) => ({ id: path['id'] }) }],
  document: `mutation BookeoRelease($input: ReleaseHoldInput!) {
    releaseHold(input: $input) {
      ... on ReleaseHoldSuccess { __typename } ... on Refusal { code message path }
    }
  }`,
  variables: (_input, found) => ({ input: { id: liveHold(found.hold).id } }),
  answer: { status: 204, description: 'What it kept is free.', schema: noBody },
  reply: () => undefined,
  example: { path: { id: holdExample.id } },
})

export const holdRoutes = [createHold, getHold, deleteHold]
