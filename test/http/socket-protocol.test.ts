// graphql-transport-ws to the letter
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md), by a raw socket.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { testDatabase } from '../support/database.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop } from '../support/shop.ts'
import { book, bookingId, initiated, rawSocket, startLive, subscribe } from './live-world.ts'

const db = await testDatabase()
const live = await startLive(db, {
  sockets: { initTimeoutMs: 150, operationsPerSocket: 3, socketsPerCredential: 4 },
})
const shop = await openShop(db)
const { accountId } = shop
const { key: token } = await makeApiKey(db, { accountId })
const authorization = `Bearer ${token}`

const events = 'subscription { bookingEvents { type } }'
const init = { type: 'connection_init', payload: { authorization } }

describe('connection_init', () => {
  it('is acknowledged, without a credential too', async () => {
    const raw = rawSocket(live.ws)
    raw.send({ type: 'connection_init' })
    expect(await raw.next()).toEqual({ type: 'connection_ack' })
    raw.socket.close()
  })

  it.each([
    ['authorization', { authorization }],
    ['Authorization', { Authorization: authorization }],
    ['headers', { headers: { authorization } }],
  ])('takes the credential from its payload: %s', async (_name, payload) => {
    const { key } = await makeApiKey(db, { accountId, name: 'Shown' })
    const shown = JSON.parse(JSON.stringify(payload).replace(token, key)) as object
    const raw = rawSocket(live.ws)
    raw.send({ type: 'connection_init', payload: shown })
    await raw.next()
    subscribe(raw, '{ viewer { name } }')
    expect(await raw.next()).toMatchObject({ payload: { data: { viewer: { name: 'Shown' } } } })
    raw.socket.close()
  })

  it('takes the credential from the upgrade', async () => {
    const { key } = await makeApiKey(db, { accountId, name: 'Of the upgrade' })
    const headers = { authorization: `Bearer ${key}` }
    const raw = await initiated(live.ws, null, { headers })
    subscribe(raw, '{ viewer { name } }')
    expect(await raw.next()).toMatchObject({
      payload: { data: { viewer: { name: 'Of the upgrade' } } },
    })
    raw.socket.close()
  })

  it.each([
    ['is not known', { authorization: 'Bearer sgk_0000000000000000_made-up' }],
    ['is no credential', { authorization: 'Basic YTpi' }],
    ['is no text', { authorization: 7 }],
  ])('closes with 4403 when the credential %s', async (_what, payload) => {
    const raw = rawSocket(live.ws)
    raw.send({ type: 'connection_init', payload })
    expect(await raw.closed).toEqual({ code: 4403, reason: 'Forbidden' })
  })

  it('closes with 4429 when it is sent twice', async () => {
    const raw = await initiated(live.ws, token)
    raw.send(init)
    expect(await raw.closed).toEqual({
      code: 4429,
      reason: 'Too many initialisation requests',
    })
  })

  it('closes with 4408 when it does not come in time', async () => {
    const raw = rawSocket(live.ws)
    expect(await raw.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' })
  })

  it('closes with 1013 beyond the sockets that one credential may have', async () => {
    const { key } = await makeApiKey(db, { accountId })
    const four = await Promise.all([1, 2, 3, 4].map(() => initiated(live.ws, key)))
    const fifth = rawSocket(live.ws)
    fifth.send({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } })
    expect((await fifth.closed).code).toBe(1013)
    four[0]?.socket.close()
    await four[0]?.closed
    await expect
      .poll(() =>
        initiated(live.ws, key).then(
          () => 'open',
          () => 'closed',
        ),
      )
      .toBe('open')
    for (const { socket } of four) socket.close()
  })
})

describe('the socket', () => {
  it('closes with 4406 without a protocol', async () => {
    const { closed } = rawSocket(live.ws, [])
    expect(await closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' })
  })

  it('closes with 4406 for another protocol', async () => {
    // Clients end such a socket themselves, so the frame is read from the connection.
    const asked = request(live.http, {
      headers: {
        connection: 'upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-protocol': 'graphql-ws',
      },
    }).end()
    const [response, socket, head] = (await once(asked, 'upgrade')) as [
      IncomingMessage,
      Socket,
      Buffer,
    ]
    expect(response.headers['sec-websocket-protocol']).toBeUndefined()
    const frame = head.length > 0 ? head : ((await once(socket, 'data'))[0] as Buffer)
    socket.destroy()
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, 4406])
  })

  it.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['no type', {}],
    ['an unknown type', { type: 'start' }],
    ['what only servers say', { type: 'connection_ack' }],
    ['an operation without id', { type: 'subscribe', payload: { query: events } }],
    ['an operation without query', { type: 'subscribe', id: '1', payload: {} }],
    ['an empty id', { type: 'subscribe', id: '', payload: { query: events } }],
  ])('closes with 4400 for %s', async (_what, message) => {
    const raw = await initiated(live.ws, token)
    raw.send(message)
    expect(await raw.closed).toEqual({ code: 4400, reason: 'Invalid message received' })
  })

  it('closes with 4401 for an operation before the acknowledgement', async () => {
    const raw = rawSocket(live.ws)
    subscribe(raw, events)
    expect(await raw.closed).toEqual({ code: 4401, reason: 'Unauthorized' })
  })

  it('closes with 4409 for an id that is in use', async () => {
    const raw = await initiated(live.ws, token)
    subscribe(raw, events)
    subscribe(raw, events)
    expect(await raw.closed).toEqual({ code: 4409, reason: 'Subscriber for 1 already exists' })
  })

  it('closes with 4409 for an id that is too long to be repeated', async () => {
    const raw = await initiated(live.ws, token)
    for (let times = 0; times < 2; times++) subscribe(raw, events, {}, 'ß'.repeat(200))
    expect(await raw.closed).toEqual({ code: 4409, reason: 'Subscriber already exists' })
  })

  it('answers a ping with a pong, with what came in it', async () => {
    const raw = rawSocket(live.ws)
    raw.send({ type: 'ping', payload: { at: 1 } })
    expect(await raw.next()).toEqual({ type: 'pong', payload: { at: 1 } })
    raw.socket.close()
  })

  it('closes with 1009 for a message of more than 256 KB', async () => {
    const raw = await initiated(live.ws, token)
    raw.send({ type: 'ping', payload: { text: 'x'.repeat(262_144) } })
    expect((await raw.closed).code).toBe(1009)
  })

  it('is only to be had at /graphql', async () => {
    const raw = rawSocket(live.ws.replace('/graphql', '/elsewhere'))
    expect((await raw.closed).code).toBe(1006)
  })
})

describe('an operation', () => {
  it('may be a query: one result, then complete', async () => {
    const raw = await initiated(live.ws, token)
    subscribe(raw, 'query Who($slug: String!) { account(slug: $slug) { id } viewer { name } }', {
      slug: 'nobody',
    })
    const data = { account: null, viewer: { name: 'A key' } }
    expect(await raw.next()).toEqual({ id: '1', type: 'next', payload: { data } })
    expect(await raw.next()).toEqual({ id: '1', type: 'complete' })
    raw.socket.close()
  })

  it('may be a mutation', async () => {
    const raw = await initiated(live.ws, token)
    const booking = await book(shop, 1)
    const id = bookingId(booking)
    subscribe(
      raw,
      `mutation ($id: ID!) { updateBooking(input: { id: $id, notes: "By socket" }) {
         ... on UpdateBookingSuccess { data { notes version } } ... on Refusal { message } } }`,
      { id },
    )
    expect(await raw.next()).toMatchObject({
      payload: { data: { updateBooking: { data: { notes: 'By socket', version: 2 } } } },
    })
    raw.socket.close()
  })

  it.each([
    ['no GraphQL', '{', 'GRAPHQL_PARSE_FAILED'],
    ['a field that there is not', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'more than one operation',
      'query A { __typename } query B { __typename }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'a cursor that is none',
      'subscription { bookingEvents(after: "x") { id } }',
      'BAD_USER_INPUT',
    ],
    [
      'a type that there is not',
      'subscription { bookingEvents(filter: {types: ["x"]}) { id } }',
      'BAD_USER_INPUT',
    ],
  ])('is answered with one error for %s, and the socket stays', async (_what, query, code) => {
    const raw = await initiated(live.ws, token)
    subscribe(raw, query)
    const message = await raw.next()
    // Before it runs the error is a message of its own; then it is the result.
    const payload = message?.payload as { errors?: unknown } | undefined
    const errors = message?.type === 'error' ? payload : payload?.errors
    expect(errors).toMatchObject([{ extensions: { code } }])
    subscribe(raw, '{ __typename }', {}, '2')
    await expect.poll(() => raw.next()).toMatchObject({ id: '2' })
    raw.socket.close()
  })

  it('ends when it is completed, and its id is free again', async () => {
    const before = live.hub.subscriberCount()
    const raw = await initiated(live.ws, token)
    subscribe(raw, events)
    await expect.poll(() => live.hub.subscriberCount()).toBe(before + 1)
    raw.send({ type: 'complete', id: '1' })
    await expect.poll(() => live.hub.subscriberCount()).toBe(before)
    subscribe(raw, '{ __typename }')
    expect(await raw.next()).toEqual({
      id: '1',
      type: 'next',
      payload: { data: { __typename: 'Query' } },
    })
    raw.socket.close()
  })

  it('ends with its socket', async () => {
    const before = live.hub.subscriberCount()
    const raw = await initiated(live.ws, token)
    subscribe(raw, events)
    await expect.poll(() => live.hub.subscriberCount()).toBe(before + 1)
    raw.socket.terminate()
    await expect.poll(() => live.hub.subscriberCount()).toBe(before)
  })

  it('is refused when the socket has as many as it may, and the others run on', async () => {
    const raw = await initiated(live.ws, token)
    for (const id of ['1', '2', '3']) subscribe(raw, events, {}, id)
    subscribe(raw, events, {}, '4')
    expect(await raw.next()).toMatchObject({
      id: '4',
      type: 'error',
      payload: [{ extensions: { code: 'RATE_LIMITED' } }],
    })
    await expect.poll(() => live.streams.count()).toBe(3)
    await book(shop, 2)
    const next = await raw.next()
    expect(next).toMatchObject({ type: 'next' })
    raw.socket.close()
  })

  it('without a credential is told that it needs one', async () => {
    const raw = await initiated(live.ws, null)
    subscribe(raw, events)
    expect(await raw.next()).toMatchObject({
      id: '1',
      payload: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    })
    raw.socket.close()
  })
})

describe('keep-alive', () => {
  it('ends a client that does not answer, and no other', async () => {
    const quick = await startLive(db, { sockets: { keepAliveMs: 80 } })
    const mute = await initiated(quick.ws, token, { autoPong: false })
    const lively = await initiated(quick.ws, token)
    expect((await mute.closed).code).toBe(1006)
    subscribe(lively, '{ __typename }')
    expect(await lively.next()).toMatchObject({ type: 'next' })
  })
})

describe('a stop', () => {
  it('closes every socket with 1001 and takes no more', async () => {
    const other = await startLive(db)
    const open = await Promise.all([initiated(other.ws, token), initiated(other.ws, token)])
    for (const raw of open) subscribe(raw, events)
    await expect.poll(() => other.hub.subscriberCount()).toBe(2)
    await other.sockets.stop()
    for (const { closed } of open) expect((await closed).code).toBe(1001)
    expect(other.hub.subscriberCount()).toBe(0)
    expect((await rawSocket(other.ws).closed).code).toBe(1006)
  })

  it('does not wait for a client that does not answer', async () => {
    const other = await startLive(db, { sockets: { closeMs: 100 } })
    const raw = await initiated(other.ws, token)
    raw.socket.pause()
    await other.sockets.stop()
    expect(other.sockets.openSockets()).toBe(0)
  })
})
