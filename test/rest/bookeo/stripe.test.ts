// What canceling gives back, as an application of Bookeo sees it: online money goes back by the
// cancelation policy at once and is a payment when it has, what was recorded stays due.
import { describe, expect, it } from 'vitest'
import { testApp } from '../../support/app.ts'
import { makeApiKey } from '../../support/makers.ts'
import { payOnline as payThere, stripeServer } from '../../support/stripe.ts'
import { callAs, install, openHarbour } from './bookeo-world.ts'

const stripe = await stripeServer()
const app = await testApp({ start: '2026-03-01T08:00:00Z', config: stripe.config })

/** A booking of 27.50 that starts in a day, of a product that gives back half by then. */
async function booked() {
  const harbour = await openHarbour(app)
  const { call, kayak, accountId, serviceId } = harbour
  await app.db.prisma.service.update({
    where: { accountId_id: { accountId, id: serviceId } },
    data: { cancelFreeHours: 48, cancelRefundPercent: 50 },
  })
  const customer = { firstName: 'Grace', lastName: 'Hopper' }
  const { body } = await call('/bookings', {
    body: { productId: kayak, startTime: '2026-03-02T10:00:00-00:00', customer },
  })
  const path = `/bookings/${body.bookingNumber}`
  const { key } = await makeApiKey(app.db, { accountId })
  const { data } = await app.graphql(key, 'query ($n: String) { booking(number: $n) { id } }', {
    n: body.bookingNumber,
  })
  const payOnline = (amount: number) => payThere(app, stripe, key, data.booking.id, amount)
  const payCash = (amount: string) =>
    call(`${path}/payments`, { body: { amount: { amount }, paymentMethod: 'cash' } })
  const payments = async () =>
    (await call(`${path}/payments`)).body.data.map(
      (each: { amount: { amount: string } }) => each.amount.amount,
    )
  const open = async () => {
    const document = 'query ($id: ID) { booking(id: $id) { refundOpen { amount } } }'
    return (await app.graphql(key, document, { id: data.booking.id })).data.booking.refundOpen
  }
  return { ...harbour, path, payOnline, payCash, payments, open }
}

describe('canceling', () => {
  it('gives back online what the policy says, and tells of it when it is made', async () => {
    const { call, path, payOnline, payments, open } = await booked()
    await payOnline(2750)
    const before = stripe.refunds.length
    // Stripe is away at first: nothing has gone back yet, and nothing is told to have.
    stripe.fail('UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE')
    expect((await call(path, { method: 'DELETE' })).status).toBe(204)
    expect(await payments()).toEqual(['27.50'])
    expect(stripe.refunds).toHaveLength(before)
    await expect
      .poll(
        async () => {
          app.clock.advance(60_000)
          return payments()
        },
        { timeout: 20_000 },
      )
      .toEqual(['27.50', '-13.75'])
    expect(stripe.refunds.slice(before)).toMatchObject([{ amount: 1375 }])
    expect(await open()).toEqual({ amount: 0 })
  })

  it('without the policy gives back all', async () => {
    const { call, path, payOnline, payments } = await booked()
    await payOnline(2750)
    await call(`${path}?applyCancellationPolicy=false`, { method: 'DELETE' })
    await expect.poll(payments, { timeout: 10_000 }).toEqual(['27.50', '-27.50'])
  })

  it('leaves due what was recorded: only people can give that back', async () => {
    const { call, path, payCash, payOnline, payments, open } = await booked()
    await payCash('20.00')
    await payOnline(750)
    await call(path, { method: 'DELETE' })
    await expect.poll(payments, { timeout: 10_000 }).toEqual(['20.00', '7.50', '-7.50'])
    expect(await open()).toEqual({ amount: 625 })
  })

  it('by a key without payments gives back by the policy all the same', async () => {
    const { accountId, path, payOnline, payments, open } = await booked()
    await payOnline(2750)
    const permissions = ['bookings_rw_all']
    const call = callAs(app, await install(app, { accountId, permissions }))
    const refused = await call(`${path}?applyCancellationPolicy=false`, { method: 'DELETE' })
    expect(refused.status).toBe(403)
    expect((await call(path, { method: 'DELETE' })).status).toBe(204)
    await expect.poll(payments, { timeout: 10_000 }).toEqual(['27.50', '-13.75'])
    expect(await open()).toEqual({ amount: 0 })
  })
})
