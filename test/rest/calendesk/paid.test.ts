// When a booking counts as paid, as receivers of Calendesk are told: once all of it is, whether it
// was recorded or came through Stripe; and money in minor units of whatever currency.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../../src/graphql/ids.ts'
import { testApp } from '../../support/app.ts'
import { done } from '../../support/ask.ts'
import { startReceiver } from '../../support/receiver.ts'
import { sessionOf, stripeServer, tell } from '../../support/stripe.ts'
import { openBusiness, start } from './calendesk-world.ts'

const stripe = await stripeServer()
const app = await testApp({ start, config: stripe.config })

const place = { employee_id: 10, service_id: 5, start_date: '2026-04-15', user_id: 200 }
const pages = { successUrl: 'https://a.example/ok', cancelUrl: 'https://a.example/no' }

async function booked() {
  const business = await openBusiness(app)
  const { accountId, call, key } = business
  const receiver = await startReceiver()
  const events = ['booking_paid', 'booking_cancelled']
  await call('/admin/webhooks', { body: { url: receiver.url, events } })
  const { body } = await call('/bookings', { body: { ...place, start_time: '10:00' } })
  const record = (amount: number) =>
    call('/admin/payments/bookings', {
      body: { payment_method: 'cash', booking_id: body.id, amount, is_paid: true },
    })
  const payOnline = async () => {
    const { id } = await app.db.prisma.booking.findFirstOrThrow({ where: { accountId } })
    const bookingId = encodeId('Booking', { accountId, id })
    const { url } = await done(app, key, 'startCheckout', { bookingId, ...pages }, 'url')
    const session = sessionOf(stripe, url)
    for (let time = 0; time < 2; time++) {
      expect(await tell(app, 'checkout.session.completed', session)).toBe(200)
    }
  }
  /** The names of all that was told, once the booking is cancelled. */
  const told = async () => {
    expect((await call(`/bookings/${body.id}`, { method: 'DELETE' })).status).toBe(200)
    const names = () => receiver.received.map((each) => JSON.parse(each.body).event as string)
    await expect.poll(names, { timeout: 10_000 }).toContain('booking_cancelled')
    return names()
  }
  return { ...business, record, payOnline, told }
}

describe('booking_paid', () => {
  it('is told once, when the rest comes through Stripe', async () => {
    const { record, payOnline, told } = await booked()
    await record(4000)
    await payOnline()
    expect(await told()).toEqual(['booking_paid', 'booking_cancelled'])
  })

  it('is not told of a part', async () => {
    const { record, told } = await booked()
    await record(9999)
    expect(await told()).toEqual(['booking_cancelled'])
  })
})

describe('money', () => {
  it.each(['JPY', 'KWD', 'PLN'])('is whole minor units of %s', async (currency) => {
    const { accountId, call } = await openBusiness(app)
    await app.db.prisma.account.update({ where: { id: accountId }, data: { currency } })
    const { body } = await call('/bookings', { body: { ...place, start_time: '11:00' } })
    expect(body.service.price).toBe(10_000)
    const sent = { payment_method: 'card', booking_id: body.id, amount: 10_000 }
    const paid = await call('/admin/payments/bookings', { body: sent })
    expect([paid.status, paid.body.amount]).toEqual([201, 10_000])
    const [row] = await app.db.prisma.payment.findMany({ where: { accountId } })
    expect([row?.amountMinor, row?.currency]).toEqual([10_000, currency])
  })
})
