// A salon behind a listening application, for clients that others wrote: a key, ids as clients
// know them, and documents that every client asks.
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { settled } from '../support/settled.ts'
import { openShop, tuesday } from '../support/shop.ts'

export type Salon = {
  app: TestApp
  /** Of the GraphQL endpoint, and the same for WebSockets. */
  url: string
  ws: string
  key: string
  headers: { authorization: string }
  serviceId: string
  customerId: string
  /** A start that is free, each time another one. */
  freeStart(): string
}

/** One salon with two staff members who are free all day, and `booked` bookings. */
export async function openSalon(booked = 0): Promise<Salon> {
  const app = await testApp()
  const shop = await openShop(app.db, { staff: 2, hours: [0, 1440] })
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const id = (name: 'Service' | 'Customer', rowId: string) =>
    encodeId(name, { accountId, id: rowId })
  let starts = 0
  const salon: Salon = {
    app,
    url: `${app.url}/graphql`,
    ws: `${app.url.replace('http', 'ws')}/graphql`,
    key,
    headers: { authorization: `Bearer ${key}` },
    serviceId: id('Service', shop.serviceId),
    customerId: id('Customer', shop.customerId),
    freeStart: () => new Date(tuesday(0).getTime() + starts++ * 3_600_000).toISOString(),
  }
  for (let count = 0; count < booked; count += 1) {
    const answer = await app.graphql(key, documents.book, bookingOf(salon))
    if (answer.data?.createBooking.__typename !== 'CreateBookingSuccess') {
      throw new Error(JSON.stringify(answer))
    }
  }
  return salon
}

/** Where the log stands after a new booking: whoever listens from here misses nothing. */
export async function bookAndPlace(salon: Salon): Promise<{ id: string; after: string }> {
  const { app, key } = salon
  const booked = await app.graphql(key, documents.book, bookingOf(salon))
  const { id } = booked.data.createBooking.data
  const { data } = await app.graphql(key, documents.last, { id })
  await settled(app.db.pool)
  return { id, after: data.booking.history.nodes[0].cursor }
}

/** Moves a booking as somebody else would. */
export async function moveBehindTheBack(salon: Salon, id: string): Promise<string> {
  const startsAt = salon.freeStart()
  const { data } = await salon.app.graphql(salon.key, documents.move, { input: { id, startsAt } })
  return data.rescheduleBooking.data.startsAt
}

/** Variables of `documents.book`. */
export function bookingOf(salon: Salon, startsAt = salon.freeStart()) {
  const { serviceId, customerId } = salon
  return { input: { serviceId, customerId, startsAt } }
}

export const documents = {
  book: `mutation Book($input: CreateBookingInput!) {
    createBooking(input: $input) {
      __typename
      ... on CreateBookingSuccess { data { id number startsAt version } }
      ... on Refusal { code message }
      ... on SlotTakenError { nextSlots { startsAt } }
    }
  }`,
  move: `mutation Move($input: RescheduleBookingInput!) {
    rescheduleBooking(input: $input) {
      __typename
      ... on RescheduleBookingSuccess { data { id startsAt version } }
      ... on Refusal { code message }
    }
  }`,
  read: `query Read($id: ID!) { booking(id: $id) { id number startsAt version } }`,
  page: `query Page($first: Int, $after: String) {
    bookings(first: $first, after: $after) {
      edges { cursor node { id number } }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      totalCount
    }
  }`,
  last: `query Last($id: ID!) {
    booking(id: $id) { id history(last: 1) { nodes { id cursor } } }
  }`,
  watch: `subscription Watch($after: EventCursor) {
    bookingEvents(after: $after) { id cursor type booking { id startsAt version } }
  }`,
}
