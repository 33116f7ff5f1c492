// Subscriptions over server-sent events: with a foreign client (graphql-sse), and by the bytes.
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { createClient, type Client } from 'graphql-sse'
import { afterAll, describe, expect, it } from 'vitest'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { testDatabase } from '../support/database.ts'
import { makeApiKey } from '../support/makers.ts'
import { monday, openShop, type Shop } from '../support/shop.ts'
import { book, startLive } from './live-world.ts'

const db = await testDatabase()
const live = await startLive(db, {
  checkMs: 200,
  sse: { keepAliveMs: 100, streamsPerCredential: 3 },
})

const types = 'subscription { bookingEvents { type } }'
const versions = `subscription ($after: EventCursor) {
  bookingEvents(after: $after) { cursor bookingVersion } }`

type Event = { cursor: string; bookingVersion: number; type: string }
type Data = { bookingEvents: Event }

function clientOf(token: string, url = live.http): Client {
  const headers = { authorization: `Bearer ${token}` }
  const client = createClient({ url, headers, retryAttempts: 0 })
  afterAll(() => client.dispose())
  return client
}

/** A stream as its bytes come, until it ends. */
async function rawStream(token: string | null, query: string, more: Record<string, string> = {}) {
  const asked = request(live.http, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...more,
    },
  })
  asked.end(JSON.stringify({ query }))
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  let text = ''
  response.on('data', (chunk: string) => (text += chunk))
  const ended = new Promise<string>((resolve) => response.once('close', () => resolve(text)))
  afterAll(() => asked.destroy())
  return { response, asked, ended, text: () => text }
}

const edit = (shop: Shop, id: string, notes: string) =>
  updateBooking(shop.ctx, { accountId: shop.accountId, id }, { notes })

const opened = async (count: number) => {
  await expect.poll(() => live.streams.count()).toBe(count)
}

describe('a subscription over SSE', () => {
  it('is heard by graphql-sse, and resumes after a cursor', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const first = clientOf(key).iterate<Data>({ query: versions })
    const next = first.next()
    await opened(1)
    const booking = await book(shop, 0)
    const event = (await next).value?.data?.bookingEvents
    expect(event?.bookingVersion).toBe(1)
    await first.return?.()
    await opened(0)
    for (const n of [2, 3]) await edit(shop, booking.id, `Version ${n}`)
    const again = clientOf(key).iterate<Data>({
      query: versions,
      variables: { after: event?.cursor },
    })
    const version = async () => (await again.next()).value?.data?.bookingEvents.bookingVersion
    expect([await version(), await version()]).toEqual([2, 3])
    await edit(shop, booking.id, 'Version 4')
    expect(await version()).toBe(4)
    await again.return?.()
  })

  it('carries each cursor as the id of the event, and comments between them', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const stream = await rawStream(key, 'subscription { bookingEvents { cursor } }')
    expect(stream.response.statusCode).toBe(200)
    expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    await expect.poll(stream.text).toBe(':\n\n:\n\n')
    await book(shop, 0)
    await expect.poll(stream.text).toContain('data: ')
    const [, id, cursor] =
      /\n\nid: (\S+)\nevent: next\ndata: {"data":{"bookingEvents":{"cursor":"(\S+)"}}}\n\n/.exec(
        stream.text(),
      ) ?? []
    expect(id).toMatch(/^[\w-]{22}$/)
    expect(cursor).toBe(id)
    stream.asked.destroy()
    await opened(0)
  })

  it('goes on after Last-Event-ID, whatever "after" says', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const all = clientOf(key).iterate<Data>({ query: versions })
    const first = all.next()
    await opened(1)
    const booking = await book(shop, 0)
    const cursors = [(await first).value?.data?.bookingEvents.cursor]
    for (const n of [2, 3]) {
      await edit(shop, booking.id, `Version ${n}`)
      cursors.push((await all.next()).value?.data?.bookingEvents.cursor)
    }
    await all.return?.()
    const query = `subscription { bookingEvents(after: "${cursors[0]}") { bookingVersion } }`
    const stream = await rawStream(key, query, { 'last-event-id': cursors[1] ?? '' })
    await expect.poll(stream.text).toContain('"bookingVersion":3')
    expect(stream.text()).not.toContain('"bookingVersion":2')
    stream.asked.destroy()
    await opened(0)
  })

  it('is refused with one result when it cannot be opened', async () => {
    const { accountId } = await openShop(db)
    const { key } = await makeApiKey(db, { accountId })
    const text = async (token: string | null, query: string, more = {}) =>
      (await rawStream(token, query, more)).ended
    const code = async (...asked: Parameters<typeof text>) => {
      const [, json] = /data: (.*)\n\nevent: complete\ndata:\n\n$/.exec(await text(...asked)) ?? []
      return (
        JSON.parse(json ?? '{}') as { errors?: { extensions: { code: string } }[] }
      ).errors?.map(({ extensions }) => extensions.code)
    }
    expect(await code(null, types)).toEqual(['UNAUTHENTICATED'])
    expect(await code(key, types, { 'last-event-id': 'x' })).toEqual(['BAD_USER_INPUT'])
    const unknown = 'subscription { bookingEvents(after: "AAAAAAAAAukAAAAAAAAADA") { id } }'
    expect(await code(key, unknown)).toEqual(['CURSOR_EXPIRED'])
    expect(live.streams.count()).toBe(0)
  })

  it('is refused with variables of endless depth', async () => {
    const { accountId } = await openShop(db)
    const { key } = await makeApiKey(db, { accountId })
    const deep = '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000)
    const response = await fetch(live.http, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        authorization: `Bearer ${key}`,
      },
      body: `{"query":${JSON.stringify(types)},"variables":{"unused":${deep}}}`,
    })
    expect(await response.text()).toContain('"code":"BAD_USER_INPUT"')
    expect(live.streams.count()).toBe(0)
  })

  it('is 401 with a credential that is not known, and 406 when no events are accepted', async () => {
    const { accountId } = await openShop(db)
    const { key } = await makeApiKey(db, { accountId })
    const unknown = await rawStream('sgk_0000000000000000_made-up', types)
    expect(unknown.response.statusCode).toBe(401)
    const json = await rawStream(key, types, { accept: 'application/json' })
    expect(json.response.statusCode).toBe(406)
    expect(live.hub.subscriberCount()).toBe(0)
  })

  it('ends with FORBIDDEN when the key is revoked, without an event', async () => {
    const { accountId } = await openShop(db)
    const { key, publicId } = await makeApiKey(db, { accountId })
    const stream = await rawStream(key, types)
    await opened(1)
    const revokedAt = new Date(monday)
    await db.prisma.apiKey.updateMany({ where: { publicId }, data: { revokedAt } })
    expect(await stream.ended).toMatch(
      /event: next\ndata: {"errors":\[.*"FORBIDDEN".*\]}\n\nevent: complete\ndata:\n\n$/,
    )
    expect(live.streams.count()).toBe(0)
  })

  it('is refused when the credential has as many as it may', async () => {
    const { accountId } = await openShop(db)
    const { key } = await makeApiKey(db, { accountId })
    const three = await Promise.all([1, 2, 3].map(() => rawStream(key, types)))
    const fourth = await rawStream(key, types)
    expect(fourth.response.statusCode).toBe(429)
    expect(await fourth.ended).toContain('"code":"RATE_LIMITED","retryAfterSeconds":5')
    for (const { asked } of three) asked.destroy()
    await opened(0)
    await expect.poll(async () => (await rawStream(key, types)).response.statusCode).toBe(200)
    expect(live.sse.openStreams()).toBe(1)
    live.sse.endStreams()
    await opened(0)
  })
})

describe('a stop', () => {
  it('breaks the stream off without completing it, so that the client resumes', async () => {
    const { accountId } = await openShop(db)
    const { key } = await makeApiKey(db, { accountId })
    const stream = await rawStream(key, types)
    await opened(1)
    live.sse.endStreams()
    expect(await stream.ended).not.toContain('complete')
    await opened(0)
  })
})

describe('a client that stops reading', () => {
  it('is cut, harms nobody, and can resume', async () => {
    const shop = await openShop(db)
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    // Longer than a process that is busy with other things leaves what it has got unread.
    const quick = await startLive(db, { sse: { unreadMs: 1_000 } })
    // Many times the same, so that a few events are more than the network's own buffers hold.
    const changes = Array.from({ length: 16 }, (_, n) => `c${n}: changes { from to }`).join(' ')
    const query = `subscription ($after: EventCursor) {
      bookingEvents(after: $after) { cursor bookingVersion ${changes} } }`
    const asked = request(quick.http, {
      method: 'POST',
      headers: {
        accept: 'text/event-stream',
        'content-type': 'application/json',
        authorization: `Bearer ${key}`,
      },
    })
    asked.end(JSON.stringify({ query }))
    const [stuck] = (await once(asked, 'response')) as [IncomingMessage]
    stuck.on('error', () => {})
    const cut = new Promise<void>((resolve) => stuck.once('close', () => resolve()))
    const other = clientOf(key, quick.http).iterate<Data>({ query })
    const first = other.next()
    await expect.poll(() => quick.streams.count()).toBe(2)
    const booking = await book(shop, 0)
    const start = (await first).value?.data?.bookingEvents
    expect(start?.bookingVersion).toBe(1)
    let version = 1
    while (quick.streams.count() === 2) {
      version += 1
      await edit(shop, booking.id, `${version} ${'x'.repeat(9_000)}`)
      expect((await other.next()).value?.data?.bookingEvents.bookingVersion).toBe(version)
    }
    stuck.resume()
    await cut
    expect(stuck.complete).toBe(false)
    const variables = { after: start?.cursor }
    const again = clientOf(key, quick.http).iterate<Data>({ query, variables })
    expect((await again.next()).value?.data?.bookingEvents.bookingVersion).toBe(2)
  })
})
