// POST /bookings: turns a reservation into a booking.

import { z } from 'zod'
import { email, id, text, timeZone } from '../fields.ts'
import { Absent, route, type Found } from '../route.ts'
import {
  bookingExample,
  bookingFields,
  bookingOf,
  bookingSchema,
  type BookingData,
} from './booking.ts'
import { timesIn, unacceptable, zoned } from './suite.ts'

const person = z.object({
  id: id.nullish(),
  customer_id: id.nullish(),
  name: text(200).nullish(),
  firstname: text(100).nullish(),
  lastname: text(100).nullish(),
  email: z.union([email, z.literal('')]).nullish(),
  mobile: text(50).nullish(),
  phone: text(50).nullish(),
  spaces: z.int().min(1, 'has to be 1 or more').max(100_000, 'is too large').nullish(),
  timezone: timeZone.nullish(),
  locale: text(35).nullish(),
})

const body = z.object({
  reservation_id: id,
  customers: z
    .array(person)
    .min(1, 'is empty: a booking is for somebody')
    .max(1, 'has more than 1 customer: a booking here is for one, with as many spaces as it takes'),
  label: text(5000).nullish(),
  timezone: timeZone.nullish(),
})

type Person = z.output<typeof person>

const given = (value: string | null | undefined) => value?.trim() || null
const phoneOf = ({ mobile, phone }: Person) => given(mobile) ?? given(phone)
const knownIdOf = (one: Person) => given(one.id) ?? given(one.customer_id)

function nameOf(one: Person): string | null {
  return given(one.name) ?? given([given(one.firstname), given(one.lastname)].join(' '))
}

const digitsOf = (phone: string | null | undefined) => phone?.replaceAll(/\D/g, '') ?? ''

/** Whoever has no e-mail address is looked for by name, to be told by the phone number. */
function namesake(one: Person): string | null {
  if (knownIdOf(one) || given(one.email) || digitsOf(phoneOf(one)) === '') return null
  return nameOf(one)
}

type Known = { id: string; name: string; phone: string | null }

function knownCustomer(one: Person, found: Found): string | null {
  const nodes: Known[] = found.customers?.nodes ?? []
  const name = nameOf(one)?.toLowerCase()
  const digits = digitsOf(phoneOf(one))
  const same = nodes.find(
    (each) => each.name.toLowerCase() === name && digitsOf(each.phone) === digits,
  )
  return knownIdOf(one) ?? same?.id ?? null
}

function customerOf(one: Person, found: Found): object {
  const customerId = knownCustomer(one, found)
  if (customerId) return { customerId }
  const firstName = given(one.firstname)
  const lastName = given(one.lastname)
  const name = given(one.name)
  return {
    customer: {
      ...(name === null ? { firstName, lastName } : { name }),
      email: given(one.email),
      phone: phoneOf(one),
      timeZone: one.timezone ?? null,
      locale: given(one.locale),
    },
  }
}

type Data = { createBooking: { data: BookingData | null } }

type Hold = {
  __typename: string
  party: number
  account: { id: string } | null
  service: { id: string } | null
}

function holdIn({ hold }: Found): Hold & { service: { id: string } } {
  const found = hold as Hold | null
  if (found?.__typename !== 'Hold' || !found.service) {
    throw new Absent('No reservation has this id.')
  }
  return { ...found, service: found.service }
}

export const createBooking = route({
  name: 'createBooking',
  summary: 'Create a booking from a reservation',
  description:
    'Who is known by the e-mail address, else by name and mobile number, is not made again. One ' +
    'customer takes all spaces of the reservation. `label` becomes the notes of the booking.',
  method: 'POST',
  path: '/bookings',
  query: z.object(zoned),
  body,
  before: [
    {
      document: `query AppointeddReserved($id: ID!) {
        hold: node(id: $id) {
          __typename ... on Hold { party account { id } service { id } } } }`,
      variables: ({ body: sent }) => ({ id: sent.reservation_id }),
    },
    {
      document: `query AppointeddNamesakes($name: String!, $accounts: [ID!]) {
        customers(accounts: $accounts, search: $name, first: 100) { nodes { id name phone } } }`,
      variables: ({ body: sent }, found) => {
        const { account } = holdIn(found)
        const [one] = sent.customers
        const name = one ? namesake(one) : null
        return name === null ? null : { name, accounts: account && [account.id] }
      },
    },
  ],
  document: `mutation AppointeddBook($input: CreateBookingInput!) {
    createBooking(input: $input) {
      ... on CreateBookingSuccess { data { ${bookingFields} } }
      ... on Refusal { code message path }
    }
  }`,
  variables: ({ body: sent }, found) => {
    const { service, party } = holdIn(found)
    const [one] = sent.customers as [Person]
    if (one.spaces != null && one.spaces !== party) {
      throw unacceptable('customers[0].spaces', `is ${one.spaces}; the reservation has ${party}.`)
    }
    return {
      input: {
        holdId: sent.reservation_id,
        serviceId: service.id,
        ...customerOf(one, found),
        timeZone: one.timezone ?? null,
        notes: given(sent.label),
        source: 'REST',
      },
    }
  },
  answer: {
    status: 201,
    description: 'The booking; null for a credential that may not read bookings.',
    schema: z.object({ data: bookingSchema.nullable() }),
  },
  reply: ({ createBooking: { data } }: Data, { query, body: sent }) => {
    const timezone = sent.timezone ?? query.timezone
    return { data: data && bookingOf(data, timesIn({ timezone })) }
  },
  example: {
    body: {
      reservation_id: 'CQGh_AJxTz6fAyzuBEFxRQ',
      customers: [{ firstname: 'Ada', lastname: 'Byron', email: 'ada@example.com', mobile: '' }],
      label: 'First visit',
    },
    answer: { data: bookingExample },
  },
})
