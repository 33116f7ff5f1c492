// Webhooks as a receiver of BookingFlow knows them, verified by code that is written from the
// dialect's page: Standard Webhooks, and { type, timestamp, data }.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { testApp } from '../../support/app.ts'
import { done, issued } from '../../support/ask.ts'
import { startReceiver, type Received } from '../../support/receiver.ts'
import { openVenue, start } from './bookingflow-world.ts'

const app = await testApp({ start })

/** What the page says of a message; throws for one that is not genuine. */
function verified({ headers, body }: Received, secret: string): unknown {
  const [id = '', at = '', signatures = ''] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`],
  )
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const own = createHmac('sha256', key).update(`${id}.${at}.${body}`).digest()
  const isSigned = signatures.split(' ').some((each) => {
    const [version, text = ''] = each.split(',')
    const theirs = Buffer.from(text, 'base64')
    return version === 'v1' && theirs.length === own.length && timingSafeEqual(theirs, own)
  })
  if (!isSigned) throw new Error('This message is signed by somebody else.')
  if (Number(at) * 1000 !== app.clock.now()) throw new Error('This message is old.')
  return JSON.parse(body)
}

async function listening(more: object = {}) {
  const venue = await openVenue(app)
  const receiver = await startReceiver()
  const { secret } = await issued(app, venue.key, 'createWebhookEndpoint', {
    accountId: venue.id('Account', venue.accountId),
    url: receiver.url,
    types: ['booking.*', 'payment.succeeded'],
    scopes: ['bookings:read', 'services:read', 'customers:read', 'payments:read'],
    format: 'bookingflow',
    ...more,
  })
  const told = async (count: number) =>
    (await receiver.gets(count)).map((each) => verified(each, secret) as Record<string, unknown>)
  const customer = { name: 'Alice Example', email: 'alice@example.com' }
  const book = async () =>
    (
      await venue.call('/bookings', {
        body: { roomId: venue.vaultId, startAt: '2026-05-01T16:00:00Z', players: 4, customer },
      })
    ).body.data
  return { venue, receiver, secret, told, book }
}

describe('a receiver', () => {
  it('is told of a whole life, in order, each time with the booking as it is', async () => {
    const { venue, told, book } = await listening()
    const { call } = venue
    const made = await book()
    const path = `/bookings/${made.bookingId}`
    await told(1)
    const moved = await call(path, { method: 'PUT', body: { startAt: '2026-05-01T18:00:00Z' } })
    await told(2)
    const payment = await done(
      app,
      venue.key,
      'recordPayment',
      {
        bookingId: made.bookingId,
        amount: { amount: 24000 },
        method: 'DEBIT_CARD',
        reference: 'r1',
      },
      'id',
    )
    await told(3)
    const canceled = await call(path, { method: 'DELETE' })
    const messages = await told(4)
    const timestamp = '2026-04-20T08:00:00.000Z'
    // E-mail and phone are for endpoints with customers:contact.
    const seen = (data: { customer: object }) => ({
      ...data,
      customer: { ...data.customer, email: null },
    })
    expect(messages).toEqual([
      { type: 'booking.created', timestamp, data: seen(made) },
      { type: 'booking.updated', timestamp, data: seen(moved.body.data) },
      {
        type: 'payment.succeeded',
        timestamp,
        data: {
          paymentId: payment.id,
          bookingId: made.bookingId,
          amount: 24000,
          currency: 'PLN',
          method: 'debit_card',
          provider: null,
          reference: 'r1',
          receivedAt: timestamp,
          createdAt: timestamp,
        },
      },
      { type: 'booking.canceled', timestamp, data: seen(canceled.body.data) },
    ])
    expect(canceled.body.data.refund).toEqual({
      amount: 24000,
      currency: 'PLN',
      status: 'due',
    })
  })

  it('that may read bookings alone is told of them without people, rooms and money', async () => {
    const { venue, told, book } = await listening({
      types: ['booking.*'],
      scopes: ['bookings:read'],
    })
    const made = await book()
    await done(app, venue.key, 'recordPayment', {
      bookingId: made.bookingId,
      amount: { amount: 24000 },
      method: 'CASH',
    })
    await venue.call(`/bookings/${made.bookingId}`, { method: 'DELETE' })
    const messages = await told(2)
    expect(messages.map(({ type }) => type)).toEqual(['booking.created', 'booking.canceled'])
    expect(messages[0]?.['data']).toMatchObject({ amount: null, customer: null, roomId: null })
  })

  it('knows what somebody else signed', async () => {
    const { receiver, secret, book } = await listening()
    await book()
    const [message] = await receiver.gets(1)
    expect(() => verified(message!, `whsec_${Buffer.from('x').toString('base64')}`)).toThrow('else')
    expect(() => verified({ ...message!, body: `${message!.body} ` }, secret)).toThrow('else')
  })
})
