// Money that goes through Stripe, as a client of BookingFlow sees it: payment.succeeded is told
// when Stripe says so, and canceling has Stripe give back, once.
import { describe, expect, it } from 'vitest'
import { makeRefunds } from '../../../src/payment/refund-worker.actions.ts'
import { testApp } from '../../support/app.ts'
import { done, issued } from '../../support/ask.ts'
import { startReceiver } from '../../support/receiver.ts'
import { sessionOf, stripeServer, tell } from '../../support/stripe.ts'
import { openVenue, start } from './bookingflow-world.ts'

const stripe = await stripeServer()
const app = await testApp({ start, config: stripe.config })

const pages = { successUrl: 'https://vault.example/done', cancelUrl: 'https://vault.example/back' }
const price = { amount: 24000, currency: 'PLN' }

/** A booking whose page of Stripe is open, with a receiver that is told of payments. */
async function booked() {
  const venue = await openVenue(app)
  const receiver = await startReceiver()
  await issued(app, venue.key, 'createWebhookEndpoint', {
    accountId: venue.id('Account', venue.accountId),
    url: receiver.url,
    types: ['payment.succeeded'],
    scopes: ['bookings:read', 'payments:read'],
    format: 'bookingflow',
  })
  const { body } = await venue.call('/bookings', {
    body: {
      roomId: venue.vaultId,
      startAt: '2026-05-01T16:00:00Z',
      players: 4,
      customer: { name: 'Alice Example', email: 'alice@example.com' },
    },
  })
  const { bookingId } = body.data
  const path = `/bookings/${bookingId}`
  const checkout = { bookingId, ...pages }
  const { url } = await done(app, venue.key, 'startCheckout', checkout, 'url')
  const pay = () => tell(app, 'checkout.session.completed', sessionOf(stripe, url))
  const cancel = (headers = {}) => venue.call(path, { method: 'DELETE', headers })
  const money = async () => {
    const { paymentStatus, refund } = (await venue.call(path)).body.data
    return { paymentStatus, refund }
  }
  /** Resolves when it is so. */
  const becomes = async (expected: object) => {
    await expect.poll(money, { timeout: 10_000 }).toEqual(expected)
  }
  return { venue, receiver, bookingId, pay, cancel, money, becomes }
}

const work = () => makeRefunds({ ...app.app.services, till: app.app.services.till! })
const madeBy = (before: number) => stripe.refunds.slice(before).map(({ amount }) => amount)

describe('payment.succeeded', () => {
  it('is told when Stripe says so, not before, and once', async () => {
    const { receiver, bookingId, pay, money } = await booked()
    expect(await money()).toEqual({ paymentStatus: 'unpaid', refund: undefined })
    expect(receiver.received).toEqual([])
    expect([await pay(), await pay()]).toEqual([200, 200])
    const [message] = await receiver.gets(1)
    expect(JSON.parse(message!.body)).toEqual({
      type: 'payment.succeeded',
      timestamp: '2026-04-20T08:00:00.000Z',
      data: {
        paymentId: expect.any(String),
        bookingId,
        ...price,
        method: 'credit_card',
        provider: 'stripe',
        reference: expect.stringContaining('pi_of_'),
        receivedAt: '2026-04-20T08:00:00.000Z',
        createdAt: '2026-04-20T08:00:00.000Z',
      },
    })
    expect(await money()).toEqual({ paymentStatus: 'paid', refund: undefined })
  })
})

describe('canceling what was paid through Stripe', () => {
  it('has Stripe give it back once, and says how far that is', async () => {
    const { pay, cancel, becomes } = await booked()
    await pay()
    const before = stripe.refunds.length
    const first = await cancel({ 'idempotency-key': 'once' })
    expect(first.body.data).toMatchObject({
      status: 'canceled',
      paymentStatus: 'refund_pending',
      refund: { ...price, status: 'pending' },
    })
    const again = await cancel({ 'idempotency-key': 'once' })
    expect([again.status, again.body]).toEqual([200, first.body])
    expect((await cancel()).body.error).toBe('already_canceled')
    await becomes({ paymentStatus: 'refunded', refund: { ...price, status: 'processed' } })
    await work()
    expect(madeBy(before)).toEqual([price.amount])
  })

  it('leaves it due where Stripe refuses', async () => {
    const { pay, cancel, becomes } = await booked()
    await pay()
    const before = stripe.refunds.length
    stripe.fail('REFUSED')
    await cancel()
    await becomes({ paymentStatus: 'refund_due', refund: { ...price, status: 'due' } })
    expect(madeBy(before)).toEqual([])
  })
})
