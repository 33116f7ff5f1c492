// Everything that clients do, at once, to a server with the demo: they list, look for free times,
// book and cancel, listen and leave, sign in anew, send what is wrong, and speak dialects.

import { randomUUID } from 'node:crypto'
import type { DemoFile } from '../../src/demo/demo-file.ts'
import { openListeners } from './listeners.ts'
import type { Measured } from './server.ts'

export type Crowd = {
  /** Lets everybody work for so many seconds; resolves when nobody does any more. */
  work(seconds: number): Promise<void>
  /** Answers so far, by who asked and their status. */
  heard: Map<string, number>
}

type Sent = { path?: string; method?: string; headers?: Record<string, string>; body?: string }
type Answered = { status: number; text: string }
type Ask = (name: string, sent: Sent) => Promise<Answered>
type Act = () => Promise<unknown>

/** Between two acts of one client. */
const pauseMs = 20
/** What a server remembers of them: from then on each new one takes another's place. */
const remembered = { documents: 1_000, tokens: 1_200 }
/** Days on which clients look for free times and book, from tomorrow on. */
const asked = { look: 30, book: 20 }
const day = 86_400_000

export async function openCrowd(server: Measured, demo: DemoFile): Promise<Crowd> {
  const heard = new Map<string, number>()
  const ask: Ask = async (name, { path = '/graphql', ...sent }) => {
    const answer = await fetch(server.url + path, sent)
    const key = `${name} ${answer.status}`
    heard.set(key, (heard.get(key) ?? 0) + 1)
    return { status: answer.status, text: await answer.text() }
  }
  const newToken = () => tokenOf(ask, demo)
  const token = await newToken()
  const graph = graphFor(ask, token)
  const { services } = await graph<{ services: { nodes: { id: string }[] } }>(
    'list',
    '{ services(first: 100, filter: { kind: APPOINTMENT }) { nodes { id } } }',
  )
  const serviceIds = services.nodes.map(({ id }) => id)
  const showNewToken = async () => graphFor(ask, await newToken())('token', '{ viewer { name } }')
  await inTens(remembered.documents, () => findCustomers(graph))
  await inTens(remembered.tokens, showNewToken)
  for (const id of serviceIds) {
    await inTens(asked.look, (index) => lookFor(graph, id, index))
    await inTens(asked.book, (index) => firstFree(graph, id, index))
  }
  const acts: Act[] = [
    ...listing(graph),
    ...looking(graph, serviceIds),
    booking(graph, serviceIds),
    booking(graph, serviceIds),
    listening(server, token),
    streaming(ask, token),
    showNewToken,
    ...mistaking(ask, token),
    ...dialects(demo, token).map((sent) => () => ask('dialect', sent)),
  ]
  return {
    heard,
    work: async (seconds) => {
      const until = performance.now() + seconds * 1000
      const work = async (act: Act) => {
        while (performance.now() < until) {
          await act()
          await new Promise((resolve) => setTimeout(resolve, pauseMs))
        }
      }
      await Promise.all(acts.map(work))
    },
  }
}

async function inTens(count: number, act: (index: number) => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, more) => act(done + more)))
  }
}

async function tokenOf(ask: Ask, { admin }: DemoFile): Promise<string> {
  const basic = Buffer.from(`${admin.clientId}:${admin.clientSecret}`).toString('base64')
  const { text } = await ask('token', {
    path: '/oauth/token',
    method: 'POST',
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }).toString(),
  })
  return (JSON.parse(text) as { access_token: string }).access_token
}

type Graph = ReturnType<typeof graphFor>

function graphFor(ask: Ask, token: string) {
  return async <Data>(name: string, query: string, variables: object = {}): Promise<Data> => {
    const { text } = await ask(name, posted(token, JSON.stringify({ query, variables })))
    const { data, errors } = JSON.parse(text) as { data: Data; errors?: unknown }
    if (errors) throw new Error(`A call of "${name}" failed: ${JSON.stringify(errors)}`)
    return data
  }
}

const posted = (token: string, body: string, accept = 'application/json'): Sent => ({
  method: 'POST',
  headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept },
  body,
})

const anyOf = (count: number) => Math.floor(Math.random() * count)
const oneOf = <T>(all: readonly T[]): T => all[anyOf(all.length)]!
const dayFromNow = (days: number) => new Date(Date.now() + days * day).toISOString().slice(0, 10)

function listing(graph: Graph): Act[] {
  const bookings = `query List($after: String) {
    bookings(first: 50, after: $after, orderBy: { field: STARTS_AT, direction: DESC }) {
      nodes { id startsAt status customer { name } staff { name } service { name } }
      pageInfo { endCursor hasNextPage } } }`
  let after: string | null = null
  return [
    async () => {
      type Page = { bookings: { pageInfo: { endCursor: string; hasNextPage: boolean } } }
      const { pageInfo } = (await graph<Page>('list', bookings, { after })).bookings
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null
    },
    () => findCustomers(graph),
    () => graph('list', '{ events(first: 20) { nodes { type occurredAt } } }'),
  ]
}

/** Clients that write their values into the document send ever new ones. */
const findCustomers = (graph: Graph) =>
  graph(
    'list',
    `{ customers(first: 20, search: "${randomUUID().slice(0, 8)}") {
      nodes { name bookings(first: 3) { nodes { number } } } } }`,
  )

function looking(graph: Graph, serviceIds: readonly string[]): Act[] {
  return [
    () => lookFor(graph, oneOf(serviceIds), anyOf(asked.look)),
    () => firstFree(graph, oneOf(serviceIds), null),
  ]
}

const free = `query Free($input: AvailabilityInput!) {
  availability(input: $input) { days { date slots { startsAt staff { name } } } } }`

/** Asks for the week that begins so many days after tomorrow. */
function lookFor(graph: Graph, serviceId: string, index: number) {
  return graph('look', free, { input: { serviceId, from: dayFromNow(1 + index), days: 7 } })
}

const first = `query First($serviceIds: [ID!]!, $after: DateTime) {
  firstAvailable(serviceIds: $serviceIds, after: $after) { slots { startsAt } } }`

type Found = { firstAvailable: { slots: { startsAt: string }[] }[] }

/** From so many days after tomorrow on; null asks from now on, which is ever another moment. */
function firstFree(graph: Graph, serviceId: string, index: number | null): Promise<Found> {
  const after = index === null ? null : `${dayFromNow(1 + index)}T00:00:00Z`
  return graph('look', first, { serviceIds: [serviceId], after })
}

function booking(graph: Graph, serviceIds: readonly string[]): Act {
  type Made = { createBooking: { data?: { id: string } } }
  return async () => {
    const serviceId = oneOf(serviceIds)
    const { firstAvailable } = await firstFree(graph, serviceId, anyOf(asked.book))
    const startsAt = firstAvailable[0]?.slots[0]?.startsAt
    if (startsAt === undefined) return
    const number = randomUUID()
    const customer = { name: `Customer ${number}`, email: `${number}@example.com` }
    const input = { serviceId, startsAt, customer, idempotencyKey: number }
    const { createBooking } = await graph<Made>(
      'book',
      `mutation Book($input: CreateBookingInput!) { createBooking(input: $input) {
        ... on CreateBookingSuccess { data { id number staff { name } } }
        ... on Refusal { code message } } }`,
      { input },
    )
    if (!createBooking.data) return
    await graph(
      'book',
      `mutation Cancel($id: ID!) { cancelBooking(input: { id: $id }) {
        ... on CancelBookingSuccess { data { status } } ... on Refusal { code } } }`,
      { id: createBooking.data.id },
    )
  }
}

const watch = 'subscription { bookingEvents { type cursor booking { number status } } }'

function listening(server: Measured, token: string): Act {
  return async () => {
    const listeners = await openListeners(server, {
      count: 20,
      document: watch,
      variables: {},
      tokens: [token],
      perSocket: 2,
    })
    await new Promise((resolve) => setTimeout(resolve, 1_000 * Math.random()))
    listeners.close()
  }
}

function streaming(ask: Ask, token: string): Act {
  return async () => {
    const body = JSON.stringify({ query: watch })
    const leaving = new AbortController()
    const sent = { ...posted(token, body, 'text/event-stream'), signal: leaving.signal }
    setTimeout(() => leaving.abort(), 1_000 * Math.random())
    await ask('stream', sent).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error
    })
  }
}

/** What is wrong in every way: each is refused, and none of it may stay. */
function mistaking(ask: Ask, token: string): Act[] {
  const wrong: (() => Sent)[] = [
    () => posted(token, '{ "query": '),
    () => posted(token, JSON.stringify({ query: `{ ${'x'.repeat(20)}${Date.now()} { id } }` })),
    () => posted(`sgt_${randomUUID()}`, JSON.stringify({ query: '{ viewer { name } }' })),
    () => posted(token, JSON.stringify({ query: `{ node(id: "${randomUUID()}") { id } }` })),
    () => posted(token, JSON.stringify({ query: '{ bookings { nodes { '.repeat(200) })),
    () => posted(token, 'x'.repeat(3_000_000)),
    () => ({ ...posted(token, '{}'), method: 'PUT' }),
    () => ({ path: `/${randomUUID()}` }),
    () => ({ path: '/calendesk/api/admin/bookings', headers: { 'x-api-key': randomUUID() } }),
    () => ({ path: `/bookingflow/v1/bookings/${randomUUID()}` }),
  ]
  return [
    async () => {
      const { status } = await ask('wrong', oneOf(wrong)())
      if (status >= 500) throw new Error(`A mistake was answered by ${status}.`)
    },
  ]
}

function dialects(demo: DemoFile, token: string): Sent[] {
  const { bookeo, bookingflow, calendesk, relentify, appointedd } = demo
  const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })
  const { secretKey, apiKey } = bookeo
  return [
    {
      path: '/bookeo/v2/settings/products',
      headers: { 'x-bookeo-secretkey': secretKey, 'x-bookeo-apikey': apiKey },
    },
    { path: '/bookingflow/v1/rooms', ...bearer(bookingflow.apiKey) },
    {
      path: '/calendesk/api/admin/services',
      headers: { 'x-tenant': calendesk.tenant, 'x-api-key': calendesk.apiKey },
    },
    { path: '/appointedd/v2/bookings?sort=-starts_at', ...bearer(token) },
    { path: '/appointedd/v1/bookings', headers: { 'x-api-key': appointedd.v1ApiKey } },
    {
      path: `/relentify/api/v1/availability?slug=${relentify.slug}&date=${dayFromNow(3)}`,
      ...bearer(relentify.apiKey),
    },
  ]
}
