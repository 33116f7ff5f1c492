// What was paid through Stripe goes back when a booking ends, by the policy of its service: in the
// transaction that ends it, once, over all of its payments, and never more than is left of them.

import { beforeAll, describe, expect, it } from 'vitest'
import { systemViewer } from '../../src/auth/viewer.ts'
import { decodeId, encodeId } from '../../src/graphql/ids.ts'
import { makeRefunds } from '../../src/payment/refund-worker.actions.ts'
import { expireUnpaid } from '../../src/payment/unpaid.actions.ts'
import { serveApp, testApp } from '../support/app.ts'
import { change, done, documentOf, rowCounts } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { payOnline, stripeServer } from '../support/stripe.ts'
import { settled } from '../support/settled.ts'

const HOUR = 3_600_000
const start = Date.parse('2026-03-02T08:00:00Z')
const stripe = await stripeServer()
const app = await testApp({ start: new Date(start).toISOString(), config: stripe.config })
const twin = await serveApp(app.db, { config: stripe.config })

// Free until a day before, then half.
const policy = { cancelFreeHours: 24, cancelRefundPercent: 50 }

let shop: Shop
let key: string

async function open(service: object = {}) {
  const opened = await openShop(app.db, {
    staff: 9,
    hours: [0, 1440],
    service: { ...policy, ...service },
  })
  return { shop: opened, key: (await makeApiKey(app.db, { accountId: opened.accountId })).key }
}

beforeAll(async () => {
  ;({ shop, key } = await open())
})

const wishOf = ({ accountId, serviceId, customerId }: Shop) => ({
  serviceId: encodeId('Service', { accountId, id: serviceId }),
  customerId: encodeId('Customer', { accountId, id: customerId }),
})

let hours = 30

/** A booking of 45.00 with these payments through Stripe; it starts in more than a day. */
async function paid(amounts: number[], startsIn = (hours += 1) * HOUR): Promise<string> {
  const startsAt = new Date(start + startsIn)
  const { id } = await done(app, key, 'createBooking', { ...wishOf(shop), startsAt })
  for (const amount of amounts) await payOnline(app, stripe, key, id, amount)
  return id
}

const sums = `status version amountPaid { amount } amountRefunded { amount } refundDue { amount }
  refundOpen { amount } refundPending { amount }
  payments(kind: REFUND) { nodes { id kind provider amount { amount } } }`

const cancel = (id: string, input: object = {}, on = app, token = key) =>
  change(on, token, 'cancelBooking', { id, ...input }, sums)

const bookingOf = async (id: string, token = key) => {
  const document = `query ($id: ID!) { booking(id: $id) { ${sums} } }`
  return (await app.graphql(token, document, { id })).data.booking
}

const refundsOf = async (bookingId: string) => {
  const { accountId, id } = decodeId(bookingId)!
  const where = { accountId: accountId!, bookingId: id, kind: 'REFUND' as const }
  return app.db.prisma.payment.findMany({ where, orderBy: { serial: 'asc' } })
}

/** What Stripe has given back of a booking, once it has answered for each of its refunds. */
async function given(bookingId: string, state = 'DONE'): Promise<number[]> {
  const states = async () => (await refundsOf(bookingId)).map((row) => row.state)
  await expect
    .poll(async () => (await states()).every((each) => each === state), { timeout: 10_000 })
    .toBe(true)
  const ids = (await refundsOf(bookingId)).map(({ id }) => id)
  const made = ids.flatMap((id) =>
    stripe.refunds.filter(({ metadata }) => (metadata as { refund: string }).refund === id),
  )
  return made.map(({ amount }) => amount)
}

const money = (amount: number) => ({ amount })

describe('cancelling what was paid through Stripe', () => {
  it('pays it back, and shows the refund that is on its way', async () => {
    const id = await paid([4500])
    const { data } = await cancel(id)
    expect(data).toEqual({
      status: 'CANCELLED',
      version: 3,
      amountPaid: money(0),
      amountRefunded: money(4500),
      refundDue: money(4500),
      refundOpen: money(0),
      refundPending: money(4500),
      payments: {
        nodes: [
          { id: expect.any(String), kind: 'REFUND', provider: 'STRIPE', amount: money(4500) },
        ],
      },
    })
    expect(await given(id)).toEqual([4500])
    expect(await bookingOf(id)).toMatchObject({ refundPending: money(0), refundDue: money(4500) })
  })

  it('is one change of the booking, told once, and the refund when it is made', async () => {
    const id = await paid([1000])
    await cancel(id, { refund: 'FULL' })
    await given(id)
    await settled(app.db.pool)
    const document = `query ($id: ID!) { booking(id: $id) { history { nodes {
      type changes { field from to } } } } }`
    const { data } = await app.graphql(key, document, { id })
    const last = data.booking.history.nodes.at(-1)
    expect(last.type).toBe('booking.cancelled')
    expect(last.changes).toEqual(
      expect.arrayContaining([
        { field: 'amountPaid.amount', from: 1000, to: 0 },
        { field: 'amountRefunded.amount', from: 0, to: 1000 },
        { field: 'refundDue.amount', from: 0, to: 1000 },
      ]),
    )
    const bookingId = decodeId(id)!.id
    const told = await app.db.prisma.event.findMany({ where: { type: 'payment.refunded' } })
    expect(
      told.filter(({ about }) => (about as { bookingId: string }).bookingId === bookingId),
    ).toHaveLength(1)
  })

  it('is done once under a key, whoever says it at once, and refused without one', async () => {
    const id = await paid([4500])
    const once = { idempotencyKey: 'cancel-1' }
    const same = await Promise.all([0, 1, 2, 3, 4].map((n) => cancel(id, once, n % 2 ? app : twin)))
    expect(new Set(same.map(({ data }) => data.payments.nodes[0].id)).size).toBe(1)
    expect((await cancel(id)).code).toBe('ALREADY_CANCELLED')
    const other = await paid([4500])
    const all = await Promise.all([0, 1, 2, 3].map((n) => cancel(other, {}, n % 2 ? app : twin)))
    expect(all.map(({ code }) => code ?? 'done').toSorted()).toEqual([
      ...Array.from({ length: 3 }, () => 'ALREADY_CANCELLED'),
      'done',
    ])
    expect(await given(id)).toEqual([4500])
    expect(await given(other)).toEqual([4500])
  })

  it('gives back all up to the very instant that the policy names, and then its part', async () => {
    const [inTime, late] = [await paid([4499], 24 * HOUR), await paid([4499], 24 * HOUR)].toSorted()
    expect((await cancel(inTime!)).data.refundDue).toEqual(money(4499))
    app.clock.advance(1)
    expect((await cancel(late!)).data).toMatchObject({
      refundDue: money(2249),
      amountPaid: money(2250),
    })
    expect(await given(inTime!)).toEqual([4499])
    expect(await given(late!)).toEqual([2249])
  })

  it('gives back of what is left after a refund that was made before', async () => {
    const id = await paid([4500], 2 * HOUR)
    await done(app, key, 'refundPayment', { bookingId: id, amount: money(1001) })
    expect((await cancel(id)).data).toMatchObject({
      refundDue: money(1749),
      amountRefunded: money(2750),
    })
    expect(await given(id)).toEqual([1001, 1749])
  })

  it('takes of the latest payments first, and leaves due what was paid in cash', async () => {
    const id = await paid([2000, 1500])
    const cash = { bookingId: id, amount: money(1000), method: 'CASH' }
    await done(app, key, 'recordPayment', cash)
    await done(app, key, 'refundPayment', { bookingId: id, amount: money(200), method: 'CASH' })
    expect((await cancel(id)).data).toMatchObject({
      refundDue: money(4300),
      refundOpen: money(800),
      amountPaid: money(800),
      payments: {
        nodes: [
          { provider: null, amount: money(200) },
          { provider: 'STRIPE', amount: money(1500) },
          { provider: 'STRIPE', amount: money(2000) },
        ],
      },
    })
    const byHand = await done(
      app,
      key,
      'refundPayment',
      { bookingId: id },
      'method amount { amount }',
    )
    expect(byHand).toEqual([{ method: 'CASH', amount: money(800) }])
    expect(await given(id)).toEqual([1500, 2000])
  })

  it('gives back all or nothing when that is asked, by who may decide over money alone', async () => {
    const id = await paid([4500], 3 * HOUR)
    const scopes = ['bookings:read', 'bookings:write', 'payments:read'] as const
    const clerk = (await makeApiKey(app.db, { accountId: shop.accountId, scopes })).key
    const before = await rowCounts(app)
    for (const refund of ['FULL', 'NONE']) {
      const input = { id, refund }
      const { errors } = await app.graphql(clerk, documentOf('cancelBooking', 'id'), { input })
      expect(errors?.[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        requiredScopes: [['payments:write']],
      })
    }
    expect(await rowCounts(app)).toEqual(before)
    expect((await cancel(id, { refund: 'FULL' })).data.refundDue).toEqual(money(4500))
    expect(await given(id)).toEqual([4500])

    const kept = await paid([4500])
    expect((await cancel(kept, { refund: 'NONE' })).data).toMatchObject({
      refundDue: money(0),
      amountPaid: money(4500),
      payments: { nodes: [] },
    })
    // By the policy a clerk may, as the customer may.
    const other = await paid([4500], 3 * HOUR)
    expect((await cancel(other, {}, app, clerk)).data.refundDue).toEqual(money(2250))
    expect(await given(other)).toEqual([2250])
  })

  it('of a series pays back for each by when it starts', async () => {
    const startsAt = new Date(start + 5 * HOUR)
    const series = await done(
      app,
      key,
      'createBookingSeries',
      { ...wishOf(shop), startsAt, rule: 'FREQ=DAILY;COUNT=3' },
      'id bookings(first: 3) { nodes { id } }',
    )
    const [one, two, three] = series.bookings.nodes.map(({ id }: { id: string }) => id)
    await payOnline(app, stripe, key, one, 4500)
    await payOnline(app, stripe, key, two, 3000)
    await payOnline(app, stripe, key, two, 1500)
    const input = { id: series.id, part: 'ALL', idempotencyKey: 'series-1' }
    const cancelled = await done(app, key, 'cancelBookingSeries', input, sums)
    expect(cancelled).toMatchObject([
      { version: 3, refundDue: money(2250), amountPaid: money(2250), refundOpen: money(0) },
      { version: 4, refundDue: money(4500), amountPaid: money(0), refundOpen: money(0) },
      { version: 2, refundDue: money(0), payments: { nodes: [] } },
    ])
    expect(await done(app, key, 'cancelBookingSeries', input, sums)).toHaveLength(3)
    expect(await given(one)).toEqual([2250])
    expect(await given(two)).toEqual([1500, 3000])
    expect(await refundsOf(three)).toEqual([])
  })
})

describe('a booking that ends otherwise', () => {
  it('and is declined pays back all, also when the policy would not', async () => {
    const asking = await open({ requiresConfirmation: true, cancelRefundPercent: 0 })
    const startsAt = new Date(start + 3 * HOUR)
    const wish = { ...wishOf(asking.shop), startsAt }
    const { id } = await done(app, asking.key, 'createBooking', wish)
    await payOnline(app, stripe, asking.key, id, 4500)
    const declined = await done(app, asking.key, 'declineBooking', { id, reason: 'Full' }, sums)
    expect(declined).toMatchObject({
      status: 'DECLINED',
      refundDue: money(4500),
      refundOpen: money(0),
      refundPending: money(4500),
    })
    expect(await given(id)).toEqual([4500])
    expect((await change(app, asking.key, 'declineBooking', { id }, 'id')).code).toBe(
      'ILLEGAL_TRANSITION',
    )
  })

  it('because its deposit was not paid in time pays back what was', async () => {
    const waiting = await open({ depositPercent: 100, payWithinMinutes: 60 })
    const wish = { ...wishOf(waiting.shop), startsAt: new Date(start + 50 * HOUR) }
    const { id } = await done(app, waiting.key, 'createBooking', wish)
    await payOnline(app, stripe, waiting.key, id, 500)
    app.clock.advance(HOUR)
    const sweep = () => expireUnpaid({ ...app.app.services, viewer: systemViewer([]) })
    await Promise.all([sweep(), sweep()])
    expect(await bookingOf(id, waiting.key)).toMatchObject({
      status: 'CANCELLED',
      refundDue: money(500),
      refundOpen: money(0),
    })
    expect(await given(id)).toEqual([500])
    app.clock.advance(-HOUR)
  })

  it('because nobody came, or because it took place, keeps what was paid', async () => {
    const [missed, kept] = [await paid([4500], 5 * HOUR), await paid([4500], 5 * HOUR)]
    app.clock.advance(7 * HOUR)
    await done(app, key, 'markNoShow', { id: missed })
    await done(app, key, 'completeBooking', { id: kept })
    for (const id of [missed, kept]) {
      expect(await bookingOf(id)).toMatchObject({ amountPaid: money(4500), refundDue: money(0) })
      expect(await refundsOf(id)).toEqual([])
      expect((await cancel(id)).code).toBe('ILLEGAL_TRANSITION')
    }
    app.clock.advance(-7 * HOUR)
  })
})

describe('a refund of a cancellation that was not made', () => {
  it('because Stripe refuses is due again, and is paid back when somebody says so', async () => {
    const id = await paid([4500])
    stripe.fail('REFUSED')
    await cancel(id)
    expect(await given(id, 'FAILED')).toEqual([])
    expect(await bookingOf(id)).toMatchObject({
      amountPaid: money(4500),
      refundDue: money(4500),
      refundOpen: money(4500),
    })
    const again = { bookingId: id, idempotencyKey: 'again-1' }
    for (const _ of [1, 2]) await done(app, key, 'refundPayment', again)
    const [failed, made] = await refundsOf(id)
    await expect.poll(async () => (await refundsOf(id))[1]?.state, { timeout: 10_000 }).toBe('DONE')
    expect([failed?.state, made?.amountMinor]).toEqual(['FAILED', 4500])
    expect(await refundsOf(id)).toHaveLength(2)
    expect(await bookingOf(id)).toMatchObject({ amountPaid: money(0), refundOpen: money(0) })
  })

  it('because Stripe does not answer is made later, once', async () => {
    const id = await paid([4500])
    // It is made, and the answer is lost; the second time Stripe is away.
    stripe.fail('CUT_OFF', 'UNAVAILABLE')
    await cancel(id)
    const waits = async () => {
      const [row] = await refundsOf(id)
      return row?.tries === 1 && row.leasedUntil === null
    }
    await expect.poll(waits, { timeout: 10_000 }).toBe(true)
    stripe.forgetKeys()
    app.clock.advance(HOUR)
    const work = () => makeRefunds({ ...app.app.services, till: app.app.services.till! })
    await Promise.all([work(), work()])
    expect(await given(id)).toEqual([4500])
    app.clock.advance(-HOUR)
  })
})
