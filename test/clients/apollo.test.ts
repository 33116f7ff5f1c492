// Apollo Client against the running application: its cache knows things by their id, unions and
// interfaces by the schema, pages by Relay's rules, and events by graphql-ws.
import {
  ApolloClient,
  ApolloLink,
  gql,
  HttpLink,
  InMemoryCache,
  type ObservableQuery,
} from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { OperationTypeNode } from 'graphql'
import { createClient } from 'graphql-ws'
import { firstValueFrom } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bookAndPlace, bookingOf, documents, moveBehindTheBack, openSalon } from './salon.ts'

const salon = await openSalon(5)

/** As Apollo's own documentation reads it from a server. */
async function possibleTypes(): Promise<Record<string, string[]>> {
  const query = '{ __schema { types { name possibleTypes { name } } } }'
  const { data } = await salon.app.graphql(null, query)
  type Type = { name: string; possibleTypes: { name: string }[] | null }
  return Object.fromEntries(
    (data.__schema.types as Type[])
      .filter((type) => type.possibleTypes)
      .map((type) => [type.name, type.possibleTypes!.map(({ name }) => name)]),
  )
}

const sockets = createClient({
  url: salon.ws,
  webSocketImpl: WebSocket,
  connectionParams: salon.headers,
  retryAttempts: 0,
})
const client = new ApolloClient({
  cache: new InMemoryCache({
    possibleTypes: await possibleTypes(),
    typePolicies: { Query: { fields: { bookings: relayStylePagination() } } },
  }),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(sockets),
    new HttpLink({ uri: salon.url, headers: salon.headers }),
  ),
})
afterAll(async () => {
  client.stop()
  await sockets.dispose()
})

type Booking = { id: string; number: string; startsAt: string; version: number }
type Page = {
  bookings: { edges: { node: Booking }[]; pageInfo: { hasNextPage: boolean; endCursor: string } }
}
type Read = { booking: Booking }
type Made = { createBooking: { __typename: string; data: Booking; code?: string } }

async function book(startsAt?: string): Promise<Made['createBooking']> {
  const variables = bookingOf(salon, startsAt)
  const { data } = await client.mutate<Made>({ mutation: gql(documents.book), variables })
  return data!.createBooking
}

/** What a component that watches would show, once it is as wanted. */
function shown<T>(query: ObservableQuery<T>, wanted: (data: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const subscription = query.subscribe(({ data }) => {
      if (data === undefined || !wanted(data as T)) return
      resolve(data as T)
      // Not while it is being told: Apollo's first result comes before the subscription itself.
      queueMicrotask(() => subscription.unsubscribe())
    })
  })
}

const watchBooking = (id: string) =>
  client.watchQuery<Read>({ query: gql(documents.read), variables: { id } })

describe('Apollo Client', () => {
  it('pages through a connection by its own Relay rules', async () => {
    const query = client.watchQuery<Page>({ query: gql(documents.page), variables: { first: 2 } })
    let page = await shown(query, () => true)
    for (let size = 2; page.bookings.pageInfo.hasNextPage; size += 2) {
      const next = shown(query, ({ bookings }) => bookings.edges.length > size)
      await query.fetchMore({ variables: { first: 2, after: page.bookings.pageInfo.endCursor } })
      page = await next
    }
    expect(new Set(page.bookings.edges.map(({ node }) => node.id)).size).toBe(5)
  })

  it('shows a change wherever the thing is watched, without asking again', async () => {
    const { data } = await book()
    const watched = watchBooking(data.id)
    expect((await shown(watched, () => true)).booking.startsAt).toBe(data.startsAt)
    const startsAt = salon.freeStart().replace('.000Z', 'Z')
    const moved = shown(watched, ({ booking }) => booking.version === 2)
    const input = { id: data.id, startsAt, expectedVersion: 1 }
    await client.mutate({ mutation: gql(documents.move), variables: { input } })
    expect(new Date((await moved).booking.startsAt)).toEqual(new Date(startsAt))
  })

  it('reads a refusal as data, through the interface', async () => {
    const startsAt = salon.freeStart()
    await book(startsAt)
    await book(startsAt)
    const third = await book(startsAt)
    expect(third).toMatchObject({ __typename: 'SlotTakenError', code: 'SLOT_TAKEN' })
  })

  it('hears of events over graphql-ws, and shows what they tell where it is watched', async () => {
    const { id, after } = await bookAndPlace(salon)
    const watched = watchBooking(id)
    await shown(watched, () => true)
    const moved = shown(watched, ({ booking }) => booking.version === 2)
    const events = client.subscribe<{ bookingEvents: { type: string } }>({
      query: gql(documents.watch),
      variables: { after },
    })
    const heard = firstValueFrom(events)
    const startsAt = await moveBehindTheBack(salon, id)
    expect((await heard).data?.bookingEvents.type).toBe('booking.rescheduled')
    expect((await moved).booking.startsAt).toBe(startsAt)
  })

  it('is told of a fault with its code', async () => {
    const query = gql('{ bookings(first: 101) { totalCount } }')
    const asked = client.query({ query, fetchPolicy: 'network-only' })
    await expect(asked).rejects.toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    })
  })
})
