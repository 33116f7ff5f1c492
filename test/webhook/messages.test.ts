// What receivers get, over HTTP from end to end: a change in the graph, the worker of the gateway,
// a real receiver, and signatures that foreign libraries verify.
import { Webhook as Standard } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { testApp } from '../support/app.ts'
import { change, done, issued, rowCounts } from '../support/ask.ts'
import { openBusiness, settledIn } from './business.ts'
import { startReceiver, type Received } from './receiver.ts'

// Foreign libraries look at the time of this machine.
const app = await testApp({ start: new Date().toISOString() })
const { db, clock } = app
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const business = () => openBusiness(app)
const settled = (key: string, id: string) => settledIn(app, key, id)

const idOf = ({ headers }: Received) => String(headers['webhook-id'])

function verified({ body, headers }: Received, secret: string) {
  const flat = headers as Record<string, string>
  expect(() => new Svix(secret).verify(body, flat)).not.toThrow()
  // oxlint-disable-next-line no-explicit-any
  return new Standard(secret).verify(body, flat) as any
}

describe('a message', () => {
  it('tells what happened, with what the scopes of the endpoint show, signed', async () => {
    const { key, book, receiver, endpoint, id, accountId, shop } = await business()
    const made = await endpoint({ headers: [{ name: 'X-Till', value: 'seven' }] })
    const booking = await book({ notes: 'Window seat' })
    const message = await receiver.nth(0)
    expect(message.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Slotgraph-Webhooks',
      'x-till': 'seven',
    })
    const { type, timestamp, data } = verified(message, made.secret)
    expect([type, timestamp]).toEqual(['booking.created', new Date(clock.now()).toISOString()])
    const { data: log } = await app.graphql(
      key,
      '{ events(filter: { types: ["booking.created"] }) { nodes { id cursor } } }',
    )
    const changes = data.changes as { field: string }[]
    expect({ ...data, changes: null }).toEqual({
      event: log.events.nodes[0].id,
      cursor: log.events.nodes[0].cursor,
      account: id('Account', accountId),
      subject: { type: 'Booking', id: booking.id, version: 1 },
      about: { booking: booking.id },
      changes: null,
    })
    expect(changes).toContainEqual({ field: 'startsAt', from: null, to: booking.startsAt })
    expect(changes).toContainEqual({ field: 'notes', from: null, to: 'Window seat' })
    expect(changes).toContainEqual({ field: 'customer', withheld: true })
    expect(changes).toContainEqual({ field: 'price.amount', withheld: true })
    expect(message.body).not.toContain(id('Customer', shop.customerId))
    expect(message.body).not.toContain(accountId)
    expect(await settled(key, idOf(message))).toEqual({
      id: idOf(message),
      state: 'DELIVERED',
      attemptCount: 1,
      lastStatus: 204,
      lastError: null,
      eventType: 'booking.created',
      subjectId: booking.id,
      finishedAt: new Date(clock.now()).toISOString(),
      nextAttemptAt: null,
      endpoint: { id: made.id },
      attempts: [{ number: 1, status: 204, error: null, answer: '' }],
    })
  })

  it('is sent to whoever wants it by type and filter, and to nobody else', async () => {
    const { book, receiver, endpoint, id, shop, key } = await business()
    const here = await startReceiver()
    const { accountId } = shop
    const other = { accountId, id: newId(), name: 'Wash', kind: 'APPOINTMENT' as const }
    await db.prisma.service.create({ data: { ...other, durationMinutes: 30 } })
    const another = id('Service', other.id)
    await endpoint({ types: ['booking.cancelled'] })
    await endpoint({ filter: { serviceIds: [another] } })
    const service = id('Service', shop.serviceId)
    await endpoint({ url: here.url, filter: { serviceIds: [another, service] } })
    const booking = await book()
    await done(app, key, 'cancelBooking', { id: booking.id })
    await Promise.all([receiver.nth(0), here.nth(1)])
    const types = (all: Received[]) => all.map(({ body }) => JSON.parse(body).type as string)
    expect(types(receiver.received)).toEqual(['booking.cancelled'])
    expect(types(here.received)).toEqual(['booking.created', 'booking.cancelled'])
  })

  it('is made by the document of the endpoint, with its scopes; what fails is told', async () => {
    const { book, receiver, endpoint, key, shop } = await business()
    await db.prisma.customer.updateMany({
      where: { accountId: shop.accountId },
      data: { email: 'ada@example.com' },
    })
    const document = `query ($booking: ID!) {
      booking(id: $booking) { number status customer { name email } } }`
    await endpoint({ document, scopes: ['bookings:read', 'customers:read'] })
    const booking = await book()
    const { data, errors } = JSON.parse((await receiver.nth(0)).body)
    expect(data).toEqual({
      booking: {
        number: booking.number,
        status: 'CONFIRMED',
        customer: { name: 'Ada Byron', email: null },
      },
    })
    expect(errors).toEqual([
      {
        message: expect.stringContaining('customers:contact'),
        path: ['booking', 'customer', 'email'],
        code: 'FORBIDDEN',
      },
    ])
    const contact = ['bookings:read', 'customers:read', 'customers:contact']
    const { data: listed } = await app.graphql(key, '{ webhookEndpoints { nodes { id } } }')
    const update = { id: listed.webhookEndpoints.nodes[0].id, scopes: contact }
    await done(app, key, 'updateWebhookEndpoint', update)
    await book()
    const second = JSON.parse((await receiver.nth(1)).body)
    expect(second.data.booking.customer.email).toBe('ada@example.com')
    expect(second).not.toHaveProperty('errors')
  })

  it('is signed by both secrets while they overlap, and then by the new one', async () => {
    const { key, receiver, endpoint } = await business()
    const { id, secret } = await endpoint()
    const input = { id, overlapSeconds: 120 }
    const rotated = await issued(app, key, 'rotateWebhookSecret', input)
    const send = async (index: number) => {
      await done(app, key, 'testWebhookEndpoint', { id })
      return receiver.nth(index)
    }
    const during = await send(0)
    expect(verified(during, secret).type).toBe('webhook.test')
    expect(verified(during, rotated.secret).type).toBe('webhook.test')
    clock.advance(3 * MINUTE)
    const after = await send(1)
    expect(verified(after, rotated.secret).type).toBe('webhook.test')
    const old = () => new Standard(secret).verify(after.body, after.headers as never)
    expect(old).toThrow('No matching signature found')
  })
})

describe('webhookDryRun', () => {
  it('shows the body that is sent, and sends nothing', async () => {
    const { key, book, receiver, endpoint } = await business()
    const headers = [{ name: 'Authorization', value: 'Basic c2VjcmV0' }]
    const made = await endpoint({ headers })
    const none = await change(app, key, 'webhookDryRun', { id: made.id }, 'body')
    expect(none).toMatchObject({ code: 'VALIDATION_FAILED', path: ['eventId'] })
    await book()
    const sent = await receiver.nth(0)
    const before = await rowCounts(app)
    const selection = 'body errors eventType eventId headers { name value }'
    const shown = await done(app, key, 'webhookDryRun', { id: made.id }, selection)
    expect(shown.body).toBe(sent.body)
    expect(shown.errors).toEqual([])
    expect(shown.eventId).toBe(JSON.parse(sent.body).data.event)
    const values = Object.fromEntries(
      (shown.headers as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
    )
    expect(values).toEqual({
      authorization: '[hidden]',
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Slotgraph-Webhooks',
      'webhook-id': expect.any(String),
      'webhook-timestamp': String(Math.floor(clock.now() / 1000)),
      'webhook-signature': '[hidden]',
    })
    const tried = { id: made.id, eventId: shown.eventId, document: '{ customers { totalCount } }' }
    const other = await done(app, key, 'webhookDryRun', tried, 'body errors')
    expect(JSON.parse(other.body)).toMatchObject({ type: 'booking.created', data: null })
    expect(other.errors).toEqual([expect.stringContaining('customers:read')])
    expect(await rowCounts(app)).toEqual(before)
    expect(receiver.received).toHaveLength(1)
  })
})

describe('sending again', () => {
  it('sends a message by the same id, whether it arrived or was given up', async () => {
    const { key, book, receiver, endpoint } = await business()
    await endpoint()
    await book()
    const first = await receiver.nth(0)
    await settled(key, idOf(first))
    const again = await done(app, key, 'redeliverWebhook', { id: idOf(first) }, 'state')
    expect(again).toEqual({ state: 'WAITING' })
    const second = await receiver.nth(1)
    expect(idOf(second)).toBe(idOf(first))
    expect(second.body).toBe(first.body)
    expect(await settled(key, idOf(first))).toMatchObject({
      state: 'DELIVERED',
      attempts: [{ number: 2 }, { number: 1 }],
    })
  })

  it('replays what happened since, also what was missed while it was disabled', async () => {
    const { key, book, receiver, endpoint } = await business()
    const since = new Date(clock.now()).toISOString()
    const { id } = await endpoint()
    await book()
    const first = await receiver.nth(0)
    await settled(key, idOf(first))
    receiver.state.status = 410
    await book()
    const gone = await receiver.nth(1)
    expect(await settled(key, idOf(gone))).toMatchObject({ state: 'FAILED', lastStatus: 410 })
    const ask = `{ node(id: "${id}") { ... on WebhookEndpoint { state disabledReason lostCount } } }`
    const { data } = await app.graphql(key, ask)
    expect(data.node).toMatchObject({ state: 'DISABLED', lostCount: 1 })
    expect(data.node.disabledReason).toContain('410')
    const other = await startReceiver()
    await endpoint({ url: other.url })
    await book()
    // Who is told meanwhile shows that the log was read while this one was disabled.
    await other.nth(0)
    for (const mutation of ['testWebhookEndpoint', 'replayWebhooks']) {
      const input = mutation === 'replayWebhooks' ? { id, since } : { id }
      const refused = await change(app, key, mutation, input, '__typename')
      expect(refused).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    }
    receiver.state.status = 204
    expect(await done(app, key, 'enableWebhookEndpoint', { id }, 'state disabledReason')).toEqual({
      state: 'ACTIVE',
      disabledReason: null,
    })
    const missed = { id, since, onlyMissed: true }
    expect(await done(app, key, 'replayWebhooks', missed, 'count')).toEqual({ count: 2 })
    const later = [await receiver.nth(2), await receiver.nth(3)]
    expect(later.map(idOf)).toContain(idOf(gone))
    expect(later.map(idOf)).not.toContain(idOf(first))
    await Promise.all(later.map((message) => settled(key, idOf(message))))
    expect(await done(app, key, 'replayWebhooks', { id, since }, 'count')).toEqual({ count: 3 })
    await receiver.nth(6)
    expect(new Set(receiver.received.map(idOf)).size).toBe(3)
  })

  it('refuses to replay what is not kept, and a time that ends before it begins', async () => {
    const { key, endpoint } = await business()
    const { id } = await endpoint()
    const before = await rowCounts(app)
    const since = new Date(clock.now() - 31 * DAY).toISOString()
    expect(await change(app, key, 'replayWebhooks', { id, since }, 'count')).toMatchObject({
      code: 'CURSOR_EXPIRED',
    })
    const now = new Date(clock.now()).toISOString()
    const backwards = { id, since: now, until: now }
    expect(await change(app, key, 'replayWebhooks', backwards, 'count')).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['since'],
    })
    expect(await rowCounts(app)).toEqual(before)
  })
})

describe('a paused endpoint', () => {
  it('is sent nothing until it goes on, and then what happened meanwhile', async () => {
    const { key, book, receiver, endpoint } = await business()
    const other = await startReceiver()
    await endpoint({ url: other.url })
    const { id } = await endpoint()
    await done(app, key, 'updateWebhookEndpoint', { id, paused: true })
    await book()
    await other.nth(0)
    expect(receiver.received).toEqual([])
    await done(app, key, 'updateWebhookEndpoint', { id, paused: false })
    const message = await receiver.nth(0)
    expect(JSON.parse(message.body).type).toBe('booking.created')
  })
})
