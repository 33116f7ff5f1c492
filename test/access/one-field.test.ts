// One personal field by every way that there is: whoever lacks its scope gets everything else and
// the reason at its place, whoever holds it gets it by the same words.
import { describe, expect, it } from 'vitest'
import { allScopes } from '../../src/auth/scope.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { initiated, subscribe } from '../http/live-world.ts'
import { openSalon, base } from '../rest/relentify/relentify-world.ts'
import { testApp, type GraphQLAnswer } from '../support/app.ts'
import { done, issued } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { startReceiver } from '../webhook/receiver.ts'
import { settled } from '../support/settled.ts'

const app = await testApp()
const salon = await openSalon(app)
const { accountId } = salon
const contactless = allScopes.filter((scope) => scope !== 'customers:contact')
const sees = (await makeApiKey(app.db, { accountId })).key
const blind = (await makeApiKey(app.db, { accountId, scopes: contactless })).key

const account = encodeId('Account', { accountId, id: accountId })
const email = 'quill@private.example'
const { id: customer } = await done(app, sees, 'createCustomer', {
  accountId: account,
  name: 'Ada Quill',
  email,
})
let hours = 0
/** Another hour each time. */
const nextHour = () => new Date(Date.UTC(2026, 2, 4 + Math.floor(hours / 6), 9 + (hours++ % 6)))
const booked = () => ({
  serviceId: salon.service,
  startsAt: nextHour().toISOString(),
  customerId: customer,
})
const { id: booking } = await done(app, sees, 'createBooking', booked())

const needs = [['customers:read', 'customers:contact']]
const denied = (path: (string | number)[]) =>
  expect.objectContaining({
    path,
    extensions: expect.objectContaining({ code: 'FORBIDDEN', requiredScopes: needs }),
  })
/** What is left of it for whoever may not see the address. */
const without = (data: unknown) =>
  JSON.parse(JSON.stringify(data).replaceAll(JSON.stringify(email), 'null'))

/** The paths of the address in an answer. */
function placesOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (value === email) return [path]
  if (typeof value !== 'object' || value === null) return []
  const isList = Array.isArray(value)
  return Object.entries(value).flatMap(([name, inner]) =>
    placesOf(inner, [...path, isList ? Number(name) : name]),
  )
}

/** What whoever lacks the scope is to be told; `places` is how often the address is there. */
function deniedOf({ data, errors }: GraphQLAnswer, places = 1) {
  const paths = placesOf(data)
  if (errors || paths.length !== places) throw new Error(JSON.stringify({ data, errors }))
  return { data: without(data), errors: paths.toSorted(byText).map(denied) }
}

/** An answer to compare with that. */
function told({ data, errors = [] }: GraphQLAnswer) {
  return { data, errors: errors.toSorted((a, b) => byText(a.path, b.path)) }
}

const byText = (one: unknown, other: unknown) => (String(one) < String(other) ? -1 : 1)

const named = 'filter: { search: "quill" }'
const queries: [string, string, number?][] = [
  ['the field itself', '{ node(id: $c) { ... on Customer { name email } } }'],
  ['an alias', '{ node(id: $c) { ... on Customer { name harmless: email } } }'],
  ['two aliases at once', '{ a: node(id: $c) { ...F } b: node(id: $c) { ...F } }', 2],
  ['a named fragment', '{ node(id: $c) { ...F } }'],
  ['a fragment in a fragment', '{ node(id: $c) { ...G } }'],
  [
    'a fragment on an interface',
    '{ node(id: $c) { ... on Node { id ... on Customer { email } } } }',
  ],
  ['a directive', '{ node(id: $c) { ... on Customer { name email @include(if: true) } } }'],
  ['nodes, named twice', '{ nodes(ids: [$c, $c]) { ...F } }', 2],
  ['the nodes of a connection', '{ customers(search: "Ada Q") { totalCount nodes { ...F } } }'],
  ['the edges of a connection', '{ customers(search: "Ada Q") { edges { node { ...F } } } }'],
  ['a thing that has it', '{ booking(id: $b) { number customer { ...F } } }'],
  ['a connection of things', `{ bookings(${named}) { nodes { customer { ...F } } } }`],
  ['a list below', '{ account(id: $a) { customers(search: "Ada Q") { nodes { ...F } } } }'],
  [
    'there and back',
    '{ booking(id: $b) { customer { bookings { nodes { customer { bookings(first: 1) { nodes ' +
      '{ customer { ...F } } } } } } } } }',
  ],
  [
    'the subject of the audit log',
    '{ auditLog(filter: { subjectId: $c }) { nodes { subject { ...F } } } }',
  ],
  [
    'the log of events',
    '{ events(filter: { types: ["customer.created"], subjectIds: [$c] }) { nodes { subject { ...F } } } }',
  ],
]
const fragments = {
  F: 'fragment F on Customer { name email }',
  G: 'fragment G on Customer { ...F } fragment F on Customer { name email }',
}
/** With the fragment that it spreads, of which there may be no other. */
const used = (text: string) => fragments[/\.\.\.([FG])/.exec(text)?.[1] as 'F' | 'G'] ?? ''
const variables = { a: account, b: booking, c: customer }
const document = (text: string) => {
  const names = [...new Set([...text.matchAll(/\$(\w)/g)].map(([, name]) => name))]
  const head = names.length > 0 ? `(${names.map((name) => `$${name}: ID!`).join(', ')})` : ''
  return `query ${head} ${text} ${used(text)}`
}

describe('a field that needs a scope, asked for by', () => {
  it.each(queries)('%s', async (_name, text, places = 1) => {
    const ask = (key: string) => app.graphql(key, document(text), variables)
    await settled(app.db.pool)
    expect(told(await ask(blind))).toEqual(deniedOf(await ask(sees), places))
  })

  it.each([
    ['updateCustomer', { id: customer, notes: 'Tea' }, 'name email'],
    ['createBooking', null, 'status customer { name email }'],
    ['updateBooking', { id: booking, notes: 'Tea' }, 'customer { name email }'],
  ])('the answer of %s', async (mutation, input, selection) => {
    const stem = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}`
    const text = `mutation ($input: ${stem}Input!) { ${mutation}(input: $input) {
      ... on ${stem}Success { data { ${selection} } } } }`
    const ask = (key: string) => app.graphql(key, text, { input: input ?? booked() })
    expect(told(await ask(blind))).toEqual(deniedOf(await ask(sees)))
  })

  it('a GET', async () => {
    const ask = async (key: string) => {
      const query = `{ node(id: "${customer}") { ... on Customer { name email } } }`
      const authorization = `Bearer ${key}`
      const url = `${app.url}/graphql?query=${encodeURIComponent(query)}`
      return (await (await fetch(url, { headers: { authorization } })).json()) as GraphQLAnswer
    }
    expect(told(await ask(blind))).toEqual(deniedOf(await ask(sees)))
  })

  it.each(['multipart/mixed', 'text/event-stream'])('@defer over %s', async (accept) => {
    const ask = async (key: string): Promise<GraphQLAnswer> => {
      const query = `{ node(id: "${customer}") { ... on Customer { name ... @defer { email } } } }`
      const headers = { 'content-type': 'application/json', accept }
      const response = await app.post('/graphql', {
        headers: { ...headers, authorization: `Bearer ${key}` },
        body: JSON.stringify({ query }),
      })
      const parts = [...(await response.text()).matchAll(/^(?:data: )?(\{.*\})$/gm)]
      const [first, then] = parts.map(([, json]) => JSON.parse(json!))
      expect(first.data).toEqual({ node: { name: 'Ada Quill' } })
      const [{ data, errors, path }] = then.incremental
      expect([path, Object.keys(data)]).toEqual([['node'], ['email']])
      return { data: { node: data }, ...(errors && { errors }) }
    }
    expect(told(await ask(blind))).toEqual(deniedOf(await ask(sees)))
  })

  it('a count: what is not seen is not found either', async () => {
    for (const search of ['quill@', 'private.example', email]) {
      const text = `{ customers(search: "${search}") { totalCount } account(id: "${account}") {
        customers(search: "${search}") { totalCount } } }`
      const count = (totalCount: number) => ({
        data: { customers: { totalCount }, account: { customers: { totalCount } } },
      })
      expect(await app.graphql(sees, text)).toEqual(count(1))
      expect(await app.graphql(blind, text)).toEqual(count(0))
    }
    const text = `{ customers(filter: { emails: ["${email}"] }) { totalCount } }`
    expect(await app.graphql(sees, text)).toEqual({ data: { customers: { totalCount: 1 } } })
    const narrow = await app.graphql(blind, text)
    expect([narrow.data, narrow.errors]).toEqual([null, [denied(['customers'])]])
  })

  it('what changed: in the log of events with the reason, in the audit log for nobody', async () => {
    const text = `{ events(filter: { types: ["customer.created"] }) {
      nodes { changes { field from to } } } }`
    await settled(app.db.pool)
    const of = async (key: string) => {
      const { data, errors } = await app.graphql(key, text)
      const all = data.events.nodes as { changes: { field: string; to: unknown }[] }[]
      const nth = all.findIndex(({ changes }) => changes.some(({ to }) => to === 'Ada Quill'))
      const at = all[nth]!.changes.findIndex(({ field }) => field === 'email')
      const path = ['events', 'nodes', nth, 'changes', at, 'to']
      return { change: all[nth]!.changes[at], errors, path }
    }
    const wide = await of(sees)
    expect([wide.change, wide.errors]).toEqual([
      { field: 'email', from: null, to: email },
      undefined,
    ])
    const narrow = await of(blind)
    expect(narrow.change).toEqual({ field: 'email', from: null, to: null })
    expect(narrow.errors).toContainEqual(denied(narrow.path))
    for (const key of [sees, blind]) {
      const look = '{ auditLog(first: 100) { nodes { changes { field from to } } } }'
      const entries = JSON.stringify(await app.graphql(key, look))
      expect([entries.includes('[redacted]'), entries.includes('private.example')]).toEqual([
        true,
        false,
      ])
    }
  })

  it('a subscription, over WebSocket and as events', async () => {
    const text = `subscription { bookingEvents(filter: { types: ["booking.created"] }) {
      type booking { customer { name email } } } }`
    const sockets = await Promise.all(
      [sees, blind].map(async (key) => {
        const raw = await initiated(`${app.url.replace('http', 'ws')}/graphql`, key)
        subscribe(raw, text)
        // An answer to this shows that what was asked for before is being listened to.
        subscribe(raw, '{ __typename }', undefined, 'asked')
        await raw.next()
        await raw.next()
        return async () => (await raw.next())?.payload as GraphQLAnswer
      }),
    )
    const streams = await Promise.all([sees, blind].map((key) => streamOf(key, text)))
    await done(app, sees, 'createBooking', booked())
    for (const [wide, narrow] of [sockets, streams]) {
      expect(told(await narrow!())).toEqual(deniedOf(await wide!()))
    }
  })

  it('a webhook, as usual and by a document, and its dry run', async () => {
    const text = `query ($booking: ID!) { booking(id: $booking) { customer { name email } } }`
    const endpoint = async (scopes: readonly string[], more: object) => {
      const receiver = await startReceiver()
      const { url } = receiver
      const input = { accountId: account, url, types: ['customer.*', 'booking.*'], scopes, ...more }
      return { receiver, id: (await issued(app, sees, 'createWebhookEndpoint', input)).id }
    }
    const reads = ['bookings:read', 'customers:read', 'customers:contact']
    const [usual, blindly, shaped, blindlyShaped] = await Promise.all([
      endpoint(reads, { types: ['customer.updated'] }),
      endpoint(reads.slice(0, 2), { types: ['customer.updated'] }),
      endpoint(reads, { document: text, types: ['booking.created'] }),
      endpoint(reads.slice(0, 2), { document: text, types: ['booking.created'] }),
    ])
    const other = await done(app, sees, 'createCustomer', { accountId: account, name: 'Bo' })
    await done(app, sees, 'updateCustomer', { id: other.id, email })
    await done(app, sees, 'createBooking', booked())
    const body = async ({ receiver }: typeof usual) => JSON.parse((await receiver.nth(0)).body)
    const changed = { field: 'email', from: null, to: email }
    expect((await body(usual)).data.changes).toContainEqual(changed)
    expect((await body(blindly)).data.changes).toContainEqual({ field: 'email', withheld: true })
    const customerOf = (address: string | null) => ({
      booking: { customer: { name: 'Ada Quill', email: address } },
    })
    expect(await body(shaped)).toMatchObject({ data: customerOf(email) })
    const { data, errors } = await body(blindlyShaped)
    const reason = { path: ['booking', 'customer', 'email'], code: 'FORBIDDEN' }
    expect([data, errors]).toEqual([customerOf(null), [expect.objectContaining(reason)]])
    const dry = (id: string) => done(app, sees, 'webhookDryRun', { id, document: text }, 'body')
    expect((await dry(shaped.id)).body).toContain(email)
    expect((await dry(blindlyShaped.id)).body).not.toContain('private.example')
    // Whoever lacks the scope has no endpoint tell it, and tries none that does.
    const attempt = app.graphql(
      blind,
      `mutation { webhookDryRun(input: { id: "${shaped.id}" }) { ... on Refusal { code } } }`,
    )
    expect((await attempt).data.webhookDryRun).toEqual({ code: 'VALIDATION_FAILED' })
  })

  it('a dialect', async () => {
    const book = async (key: string, name = 'Ada Quill') => {
      const response = await app.post(`${base}/bookings`, {
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: JSON.stringify({
          slug: salon.slug,
          start_time: nextHour().toISOString(),
          contact_name: name,
          contact_email: email,
          answers: [{ question_id: 'interest', answer: 'Cut' }],
        }),
      })
      const { data } = (await response.json()) as { data: Record<string, unknown> }
      return [response.status, data['contact_name'], data['contact_email']]
    }
    expect(await book(sees)).toEqual([201, 'Ada Quill', email])
    expect(await book(blind)).toEqual([201, 'Ada Quill', null])
    // By a name that it made up it does not learn whose address it is.
    expect(await book(sees, 'Whoever')).toEqual([201, 'Ada Quill', email])
    expect(await book(blind, 'Whoever')).toEqual([201, 'Whoever', null])
  })

  it('a refusal: it does not name whom the asker may not see', async () => {
    const scopes = allScopes.filter((scope) => !scope.startsWith('customers:'))
    const writer = (await makeApiKey(app.db, { accountId, scopes: [...scopes, 'customers:write'] }))
      .key
    for (const mutation of ['archiveCustomer', 'updateCustomer', 'mergeCustomers'] as const) {
      const stem = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}`
      const input = {
        archiveCustomer: { id: customer },
        updateCustomer: { id: customer, notes: 'Tea', expectedVersion: 99 },
        mergeCustomers: { intoId: customer, fromIds: [customer] },
      }[mutation]
      const text = `mutation ($input: ${stem}Input!) { ${mutation}(input: $input) {
        ... on Refusal { code message } } }`
      const { data } = await app.graphql(writer, text, { input })
      expect(data[mutation]).toEqual({ code: expect.any(String), message: expect.any(String) })
      expect(data[mutation].message).not.toMatch(/quill/i)
    }
  })

  it('booking for an address: whose it is', async () => {
    const scopes = contactless.filter((scope) => scope !== 'customers:read')
    const hidden = (await makeApiKey(app.db, { accountId, scopes })).key
    const book = async (key: string) => {
      const input = { ...booked(), customerId: null, customer: { name: 'Whoever', email } }
      const { id } = await done(app, key, 'createBooking', input)
      const { data } = await app.graphql(sees, `{ booking(id: "${id}") { customer { id name } } }`)
      return data.booking.customer
    }
    const known = { id: customer, name: 'Ada Quill' }
    expect(await book(sees)).toEqual(known)
    const anew = await book(blind)
    expect([anew.name, anew.id === customer]).toEqual(['Whoever', false])
    // Who sees no customers at all finds the right one and learns nothing by it.
    expect(await book(hidden)).toEqual(known)
  })
})

/** Listens by an event stream; resolves with what is told, one by one. */
async function streamOf(key: string, query: string): Promise<() => Promise<GraphQLAnswer>> {
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' }
  const response = await app.post('/graphql', {
    headers: { ...headers, authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  // The first bytes say that it listens.
  let text = (await reader.read()).value ?? ''
  return async () => {
    for (;;) {
      const json = /^data: (\{.*\})$/m.exec(text)?.[1]
      if (json !== undefined) return JSON.parse(json) as GraphQLAnswer
      text += (await reader.read()).value ?? ''
    }
  }
}
