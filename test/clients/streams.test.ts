// The reference clients of the two protocols for subscriptions, graphql-ws and graphql-sse: each
// reads, pages, books and hears of it, over nothing but its own transport.
import { createClient as createSseClient } from 'graphql-sse'
import { createClient as createWsClient, type SubscribePayload } from 'graphql-ws'
import { afterAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { bookAndPlace, bookingOf, documents, moveBehindTheBack, openSalon } from './salon.ts'

const salon = await openSalon(5)

// oxlint-disable-next-line no-explicit-any
type Result = { data?: any; errors?: readonly { extensions?: { code?: unknown } }[] | null }
type Run = (payload: { query: string; variables?: object }) => AsyncIterableIterator<Result>

const ws = createWsClient({
  url: salon.ws,
  webSocketImpl: WebSocket,
  connectionParams: salon.headers,
  retryAttempts: 0,
})
const sse = createSseClient({ url: salon.url, headers: salon.headers, retryAttempts: 0 })
afterAll(async () => {
  await ws.dispose()
  sse.dispose()
})

const transports: [string, Run][] = [
  ['graphql-ws', (payload) => ws.iterate(payload as SubscribePayload) as never],
  ['graphql-sse', (payload) => sse.iterate(payload as never) as never],
]

/** The one result of a query or mutation. */
async function only(run: Run, query: string, variables: object = {}): Promise<Result> {
  const results: Result[] = []
  for await (const result of run({ query, variables })) results.push(result)
  expect(results.length).toBe(1)
  return results[0] as Result
}

describe.each(transports)('%s', (_, run) => {
  it('pages through a connection', async () => {
    const ids: string[] = []
    let page: Result['data']
    do {
      const after = page?.pageInfo.endCursor ?? null
      page = (await only(run, documents.page, { first: 2, after })).data.bookings
      ids.push(...page.edges.map(({ node }: { node: { id: string } }) => node.id))
    } while (page.pageInfo.hasNextPage)
    expect(new Set(ids).size).toBe(page.totalCount)
    expect(ids.length).toBe(page.totalCount)
  })

  it('books, and is refused what was booked already', async () => {
    const startsAt = salon.freeStart()
    const made: string[] = []
    for (let count = 0; count < 3; count += 1) {
      const { data } = await only(run, documents.book, bookingOf(salon, startsAt))
      made.push(data.createBooking.__typename)
    }
    expect(made).toEqual(['CreateBookingSuccess', 'CreateBookingSuccess', 'SlotTakenError'])
  })

  it('hears what it missed and what happens then, and can be stopped', async () => {
    const { id, after } = await bookAndPlace(salon)
    const missed = await moveBehindTheBack(salon, id)
    const events = run({ query: documents.watch, variables: { after } })
    const seen: string[] = []
    for await (const { data } of events) {
      seen.push(data.bookingEvents.booking.startsAt)
      if (seen.length === 2) break
      await moveBehindTheBack(salon, id)
    }
    expect(seen[0]).toBe(missed)
    expect(seen[1]).not.toBe(missed)
  })

  it('is told of a fault with its code', async () => {
    const { errors } = await only(run, '{ bookings(first: 101) { totalCount } }')
    expect(errors?.[0]?.extensions?.code).toBe('BAD_USER_INPUT')
  })
})
