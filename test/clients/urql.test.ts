// urql against the running application: its document cache, and events over both transports that
// it knows, graphql-ws and server-sent events.
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-ws'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bookAndPlace, bookingOf, documents, moveBehindTheBack, openSalon } from './salon.ts'

const salon = await openSalon(5)

const sockets = createClient({
  url: salon.ws,
  webSocketImpl: WebSocket,
  connectionParams: salon.headers,
  retryAttempts: 0,
})
afterAll(() => sockets.dispose())

const common = { url: salon.url, fetchOptions: { headers: salon.headers }, preferGetMethod: false }
const overSockets = new Client({
  ...common,
  exchanges: [
    cacheExchange,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, ...rest }) => ({
        subscribe: (sink) => ({
          unsubscribe: sockets.subscribe({ query: query ?? '', ...rest }, sink as never),
        }),
      }),
    }),
  ],
})
const overEvents = new Client({ ...common, fetchSubscriptions: true, exchanges: [fetchExchange] })

type Page = {
  bookings: {
    edges: { node: { id: string } }[]
    pageInfo: { hasNextPage: boolean; endCursor: string }
  }
}
type Event = { bookingEvents: { type: string; booking: { startsAt: string; version: number } } }

function firstEvent(client: Client, after: string): Promise<Event | undefined> {
  return new Promise((resolve, reject) => {
    const { unsubscribe } = client
      .subscription<Event>(documents.watch, { after })
      .subscribe(({ data, error }) => {
        if (error) reject(error)
        else resolve(data)
        // Not while it is being told: it may not know yet that it subscribed.
        queueMicrotask(() => unsubscribe())
      })
  })
}

describe('urql', () => {
  it('pages through a connection', async () => {
    const ids: string[] = []
    let after: string | null = null
    do {
      const page: { data?: Page } = await overSockets.query<Page>(documents.page, {
        first: 2,
        after,
      })
      const { edges, pageInfo } = page.data!.bookings
      ids.push(...edges.map(({ node }) => node.id))
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null
    } while (after !== null)
    expect(new Set(ids).size).toBe(5)
    expect(ids.length).toBe(5)
  })

  it('books, and reads the refusal of what was booked already', async () => {
    const startsAt = salon.freeStart()
    const made: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const variables = bookingOf(salon, startsAt)
      const { data } = await overSockets.mutation(documents.book, variables)
      made.push(data.createBooking.__typename)
    }
    expect(made).toEqual(['CreateBookingSuccess', 'CreateBookingSuccess', 'SlotTakenError'])
  })

  it('asks by GET, too', async () => {
    const client = new Client({ ...common, preferGetMethod: 'force', exchanges: [fetchExchange] })
    const { data, error } = await client.query(documents.page, { first: 1 })
    expect(error).toBeUndefined()
    expect(data.bookings.edges.length).toBe(1)
  })

  it.each([
    ['a socket', overSockets],
    ['server-sent events', overEvents],
  ])('hears of events over %s', async (_, client) => {
    const { id, after } = await bookAndPlace(salon)
    const event = firstEvent(client, after)
    const startsAt = await moveBehindTheBack(salon, id)
    expect((await event)?.bookingEvents).toMatchObject({
      type: 'booking.rescheduled',
      booking: { startsAt, version: 2 },
    })
  })

  it('is told of a fault with its code', async () => {
    const { error } = await overSockets.query('{ bookings(first: 101) { totalCount } }', {})
    expect(error?.graphQLErrors[0]?.extensions['code']).toBe('BAD_USER_INPUT')
  })
})
