// Relay's runtime against the running application: one store of things by their global ids, a
// connection that grows page by page, and anything read again by `node`.
import { createClient } from 'graphql-ws'
import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getRequest,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
  type ConcreteRequest,
  type GraphQLResponse,
  type Variables,
} from 'relay-runtime'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { artifact } from './relay-artifact.ts'
import { bookAndPlace, bookingOf, moveBehindTheBack, openSalon } from './salon.ts'

const salon = await openSalon(5)
const sockets = createClient({
  url: salon.ws,
  webSocketImpl: WebSocket,
  connectionParams: salon.headers,
  retryAttempts: 0,
})
afterAll(() => sockets.dispose())

const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create(
    async ({ text }, variables) => {
      const headers = { 'content-type': 'application/json', ...salon.headers }
      const body = JSON.stringify({ query: text, variables })
      const response = await fetch(salon.url, { method: 'POST', headers, body })
      return (await response.json()) as GraphQLResponse
    },
    ({ text }, variables) =>
      Observable.create((sink) =>
        sockets.subscribe({ query: text ?? '', variables }, sink as never),
      ),
  ),
})

const page = artifact(`query Page($first: Int, $after: String) {
  bookings(first: $first, after: $after) @connection(key: "Page_bookings") {
    edges { cursor node { __typename id number } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`)
const again = artifact(`query Again($id: ID!) {
  node(id: $id) { __typename id ... on Booking { number startsAt version } }
}`)
const book = artifact(`mutation Book($input: CreateBookingInput!) {
  createBooking(input: $input) {
    __typename
    ... on CreateBookingSuccess { data { id startsAt version } }
    ... on Refusal { code message }
  }
}`)
const watch = artifact(`subscription Watch($after: EventCursor) {
  bookingEvents(after: $after) { id type booking { id startsAt version } }
}`)

// oxlint-disable-next-line no-explicit-any
type Data = any

const ask = (request: ConcreteRequest, variables: Variables): Promise<Data> =>
  fetchQuery(environment, request as never, variables).toPromise() as Promise<Data>

/** What a component reads of the store, without asking. */
function read(request: ConcreteRequest, variables: Variables): Data {
  const operation = createOperationDescriptor(getRequest(request as never), variables)
  return environment.lookup(operation.fragment).data
}

/** Keeps what a component shows from being swept. */
function keep(request: ConcreteRequest, variables: Variables): void {
  environment.retain(createOperationDescriptor(getRequest(request as never), variables))
}

function commit(variables: Variables): Promise<Data> {
  return new Promise((resolve, reject) => {
    commitMutation(environment, {
      mutation: book as never,
      variables,
      onCompleted: (data) => resolve((data as Data).createBooking),
      onError: reject,
    })
  })
}

describe('Relay', () => {
  it('grows one connection page by page', async () => {
    keep(page, { first: 2, after: null })
    let found = await ask(page, { first: 2, after: null })
    const sizes = [found.bookings.edges.length]
    while (found.bookings.pageInfo.hasNextPage) {
      await ask(page, { first: 2, after: found.bookings.pageInfo.endCursor })
      found = read(page, { first: 2, after: null })
      sizes.push(found.bookings.edges.length)
    }
    expect(sizes).toEqual([2, 4, 5])
    const ids = found.bookings.edges.map(({ node }: Data) => node.id)
    expect(new Set(ids).size).toBe(5)
  })

  it('reads anything again by its id, into the place where it is', async () => {
    const { edges } = read(page, { first: 2, after: null }).bookings
    const { id, number } = edges[0].node
    keep(again, { id })
    expect((await ask(again, { id })).node).toMatchObject({ id, number, version: 1 })
    const startsAt = await moveBehindTheBack(salon, id)
    await ask(again, { id })
    expect(read(again, { id }).node).toMatchObject({ startsAt, version: 2 })
    expect(read(page, { first: 2, after: null }).bookings.edges.length).toBe(5)
  })

  it('books, and reads a refusal as data', async () => {
    const startsAt = salon.freeStart()
    const made: Data[] = []
    for (let count = 0; count < 3; count += 1) made.push(await commit(bookingOf(salon, startsAt)))
    expect(made[0]).toMatchObject({ __typename: 'CreateBookingSuccess', data: { version: 1 } })
    expect(made[2]).toMatchObject({ __typename: 'SlotTakenError', code: 'SLOT_TAKEN' })
  })

  it('hears of events, which change what it shows', async () => {
    const { id, after } = await bookAndPlace(salon)
    keep(again, { id })
    await ask(again, { id })
    const heard = new Promise<Data>((resolve, reject) => {
      const { dispose } = requestSubscription(environment, {
        subscription: watch as never,
        variables: { after },
        onNext: (data) => {
          resolve(data)
          queueMicrotask(() => dispose())
        },
        onError: reject,
      })
    })
    const startsAt = await moveBehindTheBack(salon, id)
    expect((await heard).bookingEvents.type).toBe('booking.rescheduled')
    expect(read(again, { id }).node).toMatchObject({ startsAt, version: 2 })
  })
})
