// Money of bookings: what is paid, what canceling gives back, and that nothing is given back twice.
import { describe, expect, it } from 'vitest'
import { bookingflow } from '../../../src/rest/bookingflow/bookingflow.ts'
import { refusedBy, replyTo } from '../../../src/rest/problems.ts'
import { testApp } from '../../support/app.ts'
import { done } from '../../support/ask.ts'
import { payOnline as payThere, stripeServer } from '../../support/stripe.ts'
import { callWith, openVenue, start, type Venue } from './bookingflow-world.ts'

const stripe = await stripeServer()
const app = await testApp({ start, config: stripe.config })

const startAt = '2026-05-01T16:00:00Z'

async function booked(venue: Venue, wish: object = {}) {
  const { call, vaultId: roomId } = venue
  const customer = { name: 'Alice Example', email: 'alice@example.com' }
  const { body } = await call('/bookings', {
    body: { roomId, startAt, players: 4, customer, ...wish },
  })
  const bookingId: string = body.data.bookingId
  const record = (amount: number) =>
    done(app, venue.key, 'recordPayment', { bookingId, amount: { amount }, method: 'CREDIT_CARD' })
  const payOnline = (amount: number) => payThere(app, stripe, venue.key, bookingId, amount)
  const money = async () => {
    const { amount, currency, paymentStatus, refund } = (await call(`/bookings/${bookingId}`)).body
      .data
    return { amount, currency, paymentStatus, refund }
  }
  const cancel = (headers: Record<string, string> = {}, as = call) =>
    as(`/bookings/${bookingId}`, { method: 'DELETE', headers })
  const refunds = () =>
    app.db.prisma.payment.findMany({ where: { accountId: venue.accountId, kind: 'REFUND' } })
  return { bookingId, record, payOnline, money, cancel, refunds }
}

const price = { amount: 24000, currency: 'PLN' }

describe('a booking', () => {
  it('is unpaid, partially paid and paid, in minor units', async () => {
    const { record, money } = await booked(await openVenue(app))
    expect(await money()).toEqual({ ...price, paymentStatus: 'unpaid', refund: undefined })
    await record(10000)
    expect(await money()).toEqual({ ...price, paymentStatus: 'partially_paid', refund: undefined })
    await record(14000)
    expect(await money()).toEqual({ ...price, paymentStatus: 'paid', refund: undefined })
  })

  it('costs in the minor units of its currency: yen have none, dinars three digits', async () => {
    for (const [currency, amount] of [
      ['JPY', 5000],
      ['KWD', 12_750],
    ] as const) {
      const venue = await openVenue(app)
      const { accountId, serviceId, vaultId } = venue
      await app.db.prisma.account.update({ where: { id: accountId }, data: { currency } })
      await venue.call(`/rooms/${vaultId}`, { method: 'PUT', body: { price: amount, currency } })
      const room = (await venue.call(`/rooms/${vaultId}`)).body.data
      expect(room).toMatchObject({ price: amount, currency })
      const { money } = await booked(venue)
      expect(await money()).toMatchObject({ amount, currency })
      const row = await app.db.prisma.service.findUniqueOrThrow({
        where: { accountId_id: { accountId, id: serviceId } },
      })
      expect(row.priceMinor).toBe(amount)
    }
  })

  it('of a room without a price needs no payment', async () => {
    const venue = await openVenue(app)
    await venue.call(`/rooms/${venue.vaultId}`, { method: 'PUT', body: { price: null } })
    const { money, cancel } = await booked(venue)
    const free = { amount: 0, currency: 'PLN', paymentStatus: 'not_required', refund: undefined }
    expect(await money()).toEqual(free)
    expect((await cancel()).status).toBe(200)
    expect(await money()).toEqual(free)
  })
})

it('a booking that has to be paid first is payment_required', () => {
  const refusal = { code: 'PAYMENT_REQUIRED', message: 'Pay first.', path: null } as const
  const create = bookingflow.routes.find(({ name }) => name === 'createBooking') ?? null
  expect(replyTo(bookingflow, create, refusedBy(refusal))).toMatchObject({
    status: 409,
    body: { ok: false, error: 'payment_required', message: 'Pay first.' },
  })
})

describe('canceling', () => {
  it('in time gives back all that was paid, as a refund of its payments', async () => {
    const { payOnline, cancel, money, refunds, bookingId } = await booked(await openVenue(app))
    await payOnline(10000)
    await payOnline(14000)
    const { status, body } = await cancel()
    expect(status).toBe(200)
    expect(body.data).toMatchObject({
      bookingId,
      status: 'canceled',
      paymentStatus: 'refund_pending',
      refund: { ...price, status: 'pending' },
    })
    await expect
      .poll(money, { timeout: 10_000 })
      .toEqual({ ...price, paymentStatus: 'refunded', refund: { ...price, status: 'processed' } })
    const amounts = (await refunds()).map(({ amountMinor }) => amountMinor)
    expect(amounts.toSorted((one, other) => one - other)).toEqual([10000, 14000])
  })

  it('later gives back what the policy of the room says', async () => {
    const venue = await openVenue(app)
    const wish = { startAt: '2026-04-20T18:00:00Z' }
    const { payOnline, cancel, money, refunds } = await booked(venue, wish)
    await payOnline(10000)
    await cancel()
    const refund = { amount: 5000, currency: 'PLN', status: 'processed' }
    await expect
      .poll(money, { timeout: 10_000 })
      .toEqual({ ...price, paymentStatus: 'partially_refunded', refund })
    expect((await refunds()).map(({ amountMinor }) => amountMinor)).toEqual([5000])
  })

  it('gives nothing back where nothing was paid', async () => {
    const { cancel, refunds } = await booked(await openVenue(app))
    const { body } = await cancel()
    expect(body.data).toMatchObject({ status: 'canceled', paymentStatus: 'unpaid' })
    expect(body.data).not.toHaveProperty('refund')
    expect(await refunds()).toEqual([])
  })

  it('repeated with its Idempotency-Key is answered the same, and gives back once', async () => {
    const { payOnline, cancel, refunds } = await booked(await openVenue(app))
    await payOnline(24000)
    const answers = []
    for (let time = 0; time < 3; time++) answers.push(await cancel({ 'idempotency-key': 'once' }))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(await refunds()).toHaveLength(1)
    expect(await cancel()).toMatchObject({ status: 409, body: { error: 'already_canceled' } })
    expect(await cancel({ 'idempotency-key': 'another' })).toMatchObject({
      status: 409,
      body: { error: 'already_canceled' },
    })
    expect(await refunds()).toHaveLength(1)
  })

  it('by eight at once is done by one, and gives back once', async () => {
    const { payOnline, cancel, refunds } = await booked(await openVenue(app))
    await payOnline(24000)
    const answers = await Promise.all(Array.from({ length: 8 }, () => cancel()))
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 409)])
    expect(await refunds()).toHaveLength(1)
  })

  it('by a key that may not move money gives back by the policy all the same', async () => {
    const venue = await openVenue(app)
    const { payOnline, cancel, refunds } = await booked(venue)
    await payOnline(24000)
    const key = await venue.keyWith('bookings:read', 'bookings:write', 'payments:read')
    expect((await cancel({}, callWith(app, key))).body.data.refund).toMatchObject(price)
    expect((await refunds()).map(({ amountMinor }) => amountMinor)).toEqual([24000])
  })

  it('leaves due what was paid elsewhere: only people can give that back', async () => {
    const { record, payOnline, cancel, money, refunds } = await booked(await openVenue(app))
    await record(10000)
    await payOnline(14000)
    const owed = { paymentStatus: 'refund_due', refund: { ...price, status: 'due' } }
    expect((await cancel()).body.data).toMatchObject(owed)
    expect(await money()).toMatchObject(owed)
    expect((await refunds()).map(({ amountMinor }) => amountMinor)).toEqual([14000])
  })

  it('by a key that may not read bookings is done and tells nothing', async () => {
    const venue = await openVenue(app)
    const { cancel, bookingId } = await booked(venue)
    const key = await venue.keyWith('bookings:write')
    const { status, body } = await cancel({}, callWith(app, key))
    expect({ status, body }).toEqual({ status: 200, body: { ok: true, data: null } })
    expect((await venue.call(`/bookings/${bookingId}`)).body.data.status).toBe('canceled')
  })
})
