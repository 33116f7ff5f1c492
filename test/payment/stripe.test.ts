// Money that goes through Stripe: a page to pay on, what Stripe tells of it, and refunds that it
// makes. Once each, whatever is said twice, late, out of order, or cut off in between.

import { beforeAll, describe, expect, it } from 'vitest'
import { makeRefunds } from '../../src/payment/refund-worker.actions.ts'
import { decodeId, encodeId } from '../../src/graphql/ids.ts'
import { serveApp, testApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday, type Shop } from '../support/shop.ts'
import { sessionOf, stripeServer, tell } from '../support/stripe.ts'
import { settled } from '../support/settled.ts'

const stripe = await stripeServer()
const app = await testApp({ start: '2026-03-02T08:00:00Z', config: stripe.config })
stripe.manner.now = app.clock.now

let shop: Shop
let key: string

beforeAll(async () => {
  const service = { depositPercent: 20, payWithinMinutes: 10 }
  shop = await openShop(app.db, { staff: 9, hours: [0, 1440], service })
  key = (await makeApiKey(app.db, { accountId: shop.accountId })).key
})

let hours = 0
const book = async (): Promise<string> => {
  const { accountId, serviceId, customerId } = shop
  const { id } = await done(app, key, 'createBooking', {
    serviceId: encodeId('Service', { accountId, id: serviceId }),
    customerId: encodeId('Customer', { accountId, id: customerId }),
    startsAt: tuesday((hours += 1)),
  })
  return id
}

const pages = {
  successUrl: 'https://shop.example/thanks',
  cancelUrl: 'https://shop.example/back',
}
const checkout = (bookingId: string, input: object = {}, on = app) =>
  change(
    on,
    key,
    'startCheckout',
    { bookingId, ...pages, ...input },
    'id state url expiresAt amount { amount }',
  )

const sums = `status payBy amountPaid { amount } amountRefunded { amount } refundOpen { amount }
  refundPending { amount }
  payments { nodes { id kind state provider method reference amount { amount } } }`
const bookingOf = async (id: string) => {
  const document = `query ($id: ID!) { booking(id: $id) { ${sums} } }`
  return (await app.graphql(key, document, { id })).data.booking
}
const stateOf = async (id: string) => {
  const document = `query ($id: ID!) { node(id: $id) { ... on Checkout { state } } }`
  return (await app.graphql(key, document, { id })).data.node.state
}
const told = async (type: string) => {
  const document = `query ($types: [String!]) { events(filter: { types: $types }, first: 100) {
    nodes { type } } }`
  await settled(app.db.pool)
  const { data } = await app.graphql(key, document, { types: [type] })
  return data.events.nodes.length as number
}

/** A booking that was paid through Stripe, all of it. */
async function paid(): Promise<string> {
  const bookingId = await book()
  const { data } = await checkout(bookingId, { amount: { amount: 4500 } })
  expect(await tell(app, 'checkout.session.completed', sessionOf(stripe, data.url))).toBe(200)
  return bookingId
}

const refund = (bookingId: string, amount: number, extra: object = {}) =>
  done(
    app,
    key,
    'refundPayment',
    { bookingId, amount: { amount }, ...extra },
    'id state provider amount { amount }',
  )

/** The last payment of a booking, once it has this state. */
const lastBecomes = async (bookingId: string, state: string): Promise<void> => {
  await expect
    .poll(async () => (await bookingOf(bookingId)).payments.nodes.at(-1), { timeout: 10_000 })
    .toMatchObject({ kind: 'REFUND', state })
}

/** Whether a first try has failed, and the refund waits for the next. */
const waits = async (id: string) => {
  const accountId_id = { accountId: shop.accountId, id: decodeId(id)?.id ?? '' }
  const row = await app.db.prisma.payment.findUnique({ where: { accountId_id } })
  return row?.state === 'PENDING' && row.tries === 1 && row.leasedUntil === null
}

const work = () => makeRefunds({ ...app.app.services, till: app.app.services.till! })
const refundsOf = (ids: string[]) =>
  stripe.refunds.filter(({ metadata }) =>
    ids.some(
      (id) =>
        id ===
        encodeId('Payment', {
          accountId: shop.accountId,
          id: (metadata as { refund: string }).refund,
        }),
    ),
  )

describe('a checkout', () => {
  it('is a page for what is awaited, and the booking waits as long as the page is open', async () => {
    const bookingId = await book()
    expect(await bookingOf(bookingId)).toMatchObject({ payBy: '2026-03-02T08:10:00.000Z' })
    const { data } = await checkout(bookingId)
    expect(data).toMatchObject({
      state: 'OPEN',
      amount: { amount: 900 },
      expiresAt: '2026-03-02T08:45:00.000Z',
    })
    expect(await bookingOf(bookingId)).toMatchObject({
      status: 'PENDING',
      payBy: '2026-03-02T08:45:00.000Z',
    })
    const session = stripe.sessions.get(data.url.split('/').at(-1))
    expect(session?.fields).toMatchObject({
      mode: 'payment',
      success_url: pages.successUrl,
      cancel_url: pages.cancelUrl,
      'line_items[0][price_data][currency]': 'eur',
      expires_at: String(Date.parse('2026-03-02T08:45:00Z') / 1000),
    })
    expect(await tell(app, 'checkout.session.completed', sessionOf(stripe, data.url))).toBe(200)
    const after = await bookingOf(bookingId)
    expect(after).toMatchObject({ status: 'CONFIRMED', payBy: null, amountPaid: { amount: 900 } })
    expect(after.payments.nodes).toMatchObject([
      { kind: 'PAYMENT', state: 'DONE', provider: 'STRIPE', method: 'CREDIT_CARD' },
    ])
    expect(await stateOf(data.id)).toBe('PAID')
  })

  it('is opened once, also when it is asked for again, at once, or was cut off', async () => {
    const bookingId = await book()
    const before = stripe.sessions.size
    stripe.fail('CUT_OFF', 'UNAVAILABLE')
    const cut = await checkout(bookingId, { idempotencyKey: 'page-1' })
    expect(cut).toMatchObject({ code: 'PAYMENT_REQUIRED' })
    const [one, two] = await Promise.all([
      checkout(bookingId, { idempotencyKey: 'page-1' }),
      checkout(bookingId),
    ])
    expect(one.data).toMatchObject({ state: 'OPEN', url: expect.stringContaining('https://') })
    expect(two.data.id).toBe(one.data.id)
    expect(two.data.url).toBe(one.data.url)
    expect(stripe.sessions.size).toBe(before + 1)
  })

  it('is made after an outage for as long as Stripe makes pages, by the same call or another', async () => {
    const began = app.clock.now()
    const minutes = (count: number) => new Date(began + count * 60_000).toISOString()
    const bookings = [await book(), await book()]
    for (const bookingId of bookings) {
      stripe.fail('UNAVAILABLE', 'UNAVAILABLE')
      const away = await checkout(bookingId, { idempotencyKey: bookingId })
      expect(away.code).toBe('PAYMENT_REQUIRED')
    }
    const [first, second] = bookings as [string, string]
    app.clock.advance(13 * 60_000)
    const soon = await checkout(first, { idempotencyKey: first })
    expect(soon.data).toMatchObject({ state: 'OPEN', expiresAt: minutes(45) })

    // A minute later Stripe would refuse what is left of the second, by the time that it hears it.
    app.clock.advance(60_000)
    const [late, twin] = await Promise.all([
      checkout(second, { idempotencyKey: second }),
      checkout(second),
    ])
    expect(late.data).toMatchObject({ state: 'OPEN', expiresAt: minutes(59) })
    expect(twin.data).toEqual(late.data)
    expect(await bookingOf(second)).toMatchObject({ payBy: minutes(59) })
    expect((await checkout(second, { idempotencyKey: second })).data).toEqual(late.data)
    await tell(app, 'checkout.session.completed', sessionOf(stripe, late.data.url))
    const paid = await checkout(second, { idempotencyKey: second })
    expect(paid.data).toMatchObject({ id: late.data.id, state: 'PAID' })
    app.clock.set(began)
  })

  it('that Stripe made and nobody saw does not end the one that is shown', async () => {
    const began = app.clock.now()
    const bookingId = await book()
    const before = [...stripe.sessions.keys()]
    stripe.fail('CUT_OFF', 'UNAVAILABLE')
    await checkout(bookingId, { idempotencyKey: 'unseen' })
    const [unseen] = [...stripe.sessions.keys()].filter((id) => !before.includes(id))
    app.clock.advance(20 * 60_000)
    const { data } = await checkout(bookingId, { idempotencyKey: 'unseen' })
    expect(data).toMatchObject({ state: 'OPEN', url: expect.not.stringContaining(unseen!) })
    const expired = 'checkout.session.expired'
    expect(await tell(app, expired, sessionOf(stripe, `/${unseen}`))).toBe(200)
    expect(await stateOf(data.id)).toBe('OPEN')
    expect(await tell(app, expired, sessionOf(stripe, data.url))).toBe(200)
    expect(await stateOf(data.id)).toBe('EXPIRED')
    app.clock.set(began)
  })

  it('is not made after an outage for a booking that is gone', async () => {
    const bookingId = await book()
    const said = { idempotencyKey: 'gone' }
    stripe.fail('UNAVAILABLE', 'UNAVAILABLE')
    await checkout(bookingId, said)
    await done(app, key, 'cancelBooking', { id: bookingId })
    const before = stripe.sessions.size
    expect(await checkout(bookingId, said)).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['bookingId'],
    })
    expect(stripe.sessions.size).toBe(before)
  })

  it('is refused for what is not open, over, or in another currency', async () => {
    const bookingId = await book()
    for (const amount of [{ amount: 4501 }, { amount: 0 }, { amount: 5, currency: 'USD' }]) {
      expect(await checkout(bookingId, { amount })).toMatchObject({
        code: 'VALIDATION_FAILED',
        path: ['amount'],
      })
    }
    stripe.fail('REFUSED')
    expect(await checkout(bookingId)).toMatchObject({ code: 'VALIDATION_FAILED' })
    await done(app, key, 'cancelBooking', { id: bookingId })
    expect(await checkout(bookingId)).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['bookingId'],
    })
    const without = await serveApp(app.db)
    expect(await checkout(await book(), {}, without)).toMatchObject({
      message: 'No provider of payments is set up here.',
    })
  })
})

describe('what Stripe tells', () => {
  it('is taken in once, however often, and in whatever order', async () => {
    const bookingId = await book()
    const { data } = await checkout(bookingId)
    const session = sessionOf(stripe, data.url)
    const before = await told('payment.succeeded')
    const unpaid = sessionOf(stripe, data.url, { payment_status: 'unpaid' })
    expect(await tell(app, 'checkout.session.completed', unpaid)).toBe(200)
    expect(await tell(app, 'checkout.session.expired', session)).toBe(200)
    expect(await stateOf(data.id)).toBe('EXPIRED')
    const twin = await serveApp(app.db, { config: stripe.config })
    const statuses = await Promise.all([
      tell(app, 'checkout.session.async_payment_succeeded', session),
      tell(twin, 'checkout.session.async_payment_succeeded', session),
      tell(app, 'checkout.session.completed', session),
    ])
    expect(statuses).toEqual([200, 200, 200])
    expect(await tell(app, 'checkout.session.expired', session)).toBe(200)
    expect(await stateOf(data.id)).toBe('PAID')
    expect(await bookingOf(bookingId)).toMatchObject({ amountPaid: { amount: 900 } })
    expect(await told('payment.succeeded')).toBe(before + 1)
  })

  it('is refused unless Stripe signed it, and lately', async () => {
    const bookingId = await book()
    const { data } = await checkout(bookingId)
    const session = sessionOf(stripe, data.url)
    const type = 'checkout.session.completed'
    expect(await tell(app, type, session, { secret: 'whsec_other' })).toBe(400)
    const old = app.clock.now() - 301_000
    expect(await tell(app, type, session, { at: old })).toBe(400)
    const unsigned = await app.post('/stripe/webhook', { body: JSON.stringify(session) })
    expect(unsigned.status).toBe(400)
    expect(await bookingOf(bookingId)).toMatchObject({ amountPaid: { amount: 0 } })
  })

  it('fits nothing here without being told again and again', async () => {
    const bookingId = await book()
    const { data } = await checkout(bookingId)
    const metadata = { account: shop.accountId, checkout: shop.accountId }
    const stranger = sessionOf(stripe, data.url, { metadata })
    expect(await tell(app, 'checkout.session.completed', stranger)).toBe(200)
    expect(await tell(app, 'customer.created', { object: 'customer', id: 'cus_1' })).toBe(200)
    expect(await bookingOf(bookingId)).toMatchObject({ amountPaid: { amount: 0 } })
  })

  it('is paid back when it comes after the booking is gone', async () => {
    const bookingId = await book()
    const { data } = await checkout(bookingId)
    await done(app, key, 'cancelBooking', { id: bookingId })
    const session = sessionOf(stripe, data.url)
    await tell(app, 'checkout.session.completed', session)
    await tell(app, 'checkout.session.completed', session)
    expect(await bookingOf(bookingId)).toMatchObject({
      status: 'CANCELLED',
      amountPaid: { amount: 0 },
      amountRefunded: { amount: 900 },
      refundOpen: { amount: 0 },
    })
    await lastBecomes(bookingId, 'DONE')
  })

  it('needs an endpoint that is set up', async () => {
    const without = await serveApp(app.db)
    expect(await tell(without, 'checkout.session.completed', {})).toBe(404)
  })
})

describe('a refund through Stripe', () => {
  it('counts at once, is made by a worker, and is told when it is made', async () => {
    const bookingId = await paid()
    const before = await told('payment.refunded')
    const [row] = await refund(bookingId, 1000)
    expect(row).toMatchObject({ provider: 'STRIPE', amount: { amount: 1000 } })
    expect(await bookingOf(bookingId)).toMatchObject({
      amountPaid: { amount: 3500 },
      amountRefunded: { amount: 1000 },
    })
    await lastBecomes(bookingId, 'DONE')
    expect(refundsOf([row.id])).toMatchObject([{ amount: 1000 }])
    expect(await told('payment.refunded')).toBe(before + 1)
  })

  it('is made once when the answer was lost, its key forgotten, and others take it over', async () => {
    const bookingId = await paid()
    stripe.fail('CUT_OFF', 'UNAVAILABLE')
    const [row] = await refund(bookingId, 2000)
    // Stripe has made it, and the worker does not know.
    await expect.poll(() => waits(row.id), { timeout: 10_000 }).toBe(true)
    expect(refundsOf([row.id])).toHaveLength(1)
    const sent = await bookingOf(bookingId)
    expect([sent.amountRefunded, sent.refundPending]).toEqual([{ amount: 2000 }, { amount: 2000 }])
    stripe.forgetKeys()
    app.clock.advance(3_600_000)
    await Promise.all([work(), work(), work()])
    await lastBecomes(bookingId, 'DONE')
    expect(refundsOf([row.id])).toHaveLength(1)
    expect((await bookingOf(bookingId)).refundPending).toEqual({ amount: 0 })
  })

  it('is taken back when Stripe refuses it, also afterwards', async () => {
    const bookingId = await paid()
    stripe.fail('REFUSED')
    await refund(bookingId, 700)
    await lastBecomes(bookingId, 'FAILED')
    expect(await bookingOf(bookingId)).toMatchObject({
      amountPaid: { amount: 4500 },
      amountRefunded: { amount: 0 },
    })

    const [row] = await refund(bookingId, 4500)
    await lastBecomes(bookingId, 'DONE')
    const [made] = refundsOf([row.id])
    const failed = {
      object: 'refund',
      id: made?.id,
      status: 'failed',
      metadata: made?.['metadata'],
    }
    expect(await tell(app, 'refund.failed', failed)).toBe(200)
    expect(await tell(app, 'refund.updated', failed)).toBe(200)
    expect(await bookingOf(bookingId)).toMatchObject({ amountPaid: { amount: 4500 } })
  })

  it('is made by other means if somebody says so', async () => {
    const [cash] = await refund(await paid(), 500, { method: 'CASH' })
    expect(cash).toMatchObject({ provider: null, state: 'DONE' })
  })
})

describe('a refund that the provider does not answer for', () => {
  it('is never taken for failed; somebody has it tried again, and it is made once', async () => {
    const bookingId = await paid()
    const unanswered = () => stripe.fail('UNAVAILABLE', 'UNAVAILABLE')
    unanswered()
    const [{ id }] = await refund(bookingId, 1000)
    await expect.poll(() => waits(id), { timeout: 10_000 }).toBe(true)
    const accountId_id = { accountId: shop.accountId, id: decodeId(id)?.id ?? '' }
    const failed = await told('payment.refund_failed')
    // As if it had been tried for a day and a half.
    await app.db.prisma.payment.update({ where: { accountId_id }, data: { tries: 7 } })
    unanswered()
    app.clock.advance(3_600_000)
    await work()
    const document = `query ($id: ID!) { node(id: $id) { ... on Payment {
      state attemptCount nextAttemptAt lastError } } }`
    const shown = async () => (await app.graphql(key, document, { id })).data.node
    await expect.poll(shown, { timeout: 10_000 }).toEqual({
      state: 'PENDING',
      attemptCount: 8,
      nextAttemptAt: null,
      lastError: 'The provider could not be reached, or did not answer.',
    })
    expect(await told('payment.refund_failed')).toBe(failed + 1)
    app.clock.advance(24 * 3_600_000)
    expect(await work()).toBe(0)
    expect(refundsOf([id])).toHaveLength(0)
    await done(app, key, 'retryRefund', { id })
    await work()
    await lastBecomes(bookingId, 'DONE')
    expect(refundsOf([id])).toHaveLength(1)
    expect(await change(app, key, 'retryRefund', { id }, 'id')).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
    })
  })
})
