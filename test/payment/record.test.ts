// Recording what was paid: the payment, the booking's sums and the events are one; said once is
// done once; nobody is recorded paying what cannot be.

import { beforeAll, describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import type { Booking } from '../../src/generated/prisma/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'
import { settled } from '../support/settled.ts'

const app = await testApp()

let shop: Shop
let key: string
let keyId: string
let userId: string

beforeAll(async () => {
  shop = await openShop(app.db, { staff: 9, hours: [0, 1440] })
  const made = await makeApiKey(app.db, { accountId: shop.accountId, name: 'Till' })
  key = made.key
  keyId = made.id
  userId = made.userId
})

let hours = 0
const book = () => createBooking(shop.ctx, asked(shop, { startsAt: tuesday((hours += 1)) }))
const idOf = (booking: Booking) => encodeId('Booking', booking)

const sums = `version price { amount } amountPaid { amount } balance { amount }
  amountRefunded { amount } refundOpen { amount }`

const pay = (booking: Booking, input: object, selection = `id booking { ${sums} }`) =>
  change(
    app,
    key,
    'recordPayment',
    { bookingId: idOf(booking), amount: { amount: 4500 }, method: 'CASH', ...input },
    selection,
  )

async function eventsOf(booking: Booking) {
  const document = `query ($id: ID!) {
    events(filter: { types: ["booking.*", "payment.*"] }, first: 100) { nodes {
      type subjectVersion changes { field from to }
      subject { ... on Payment { booking { id } } ... on Booking { id } }
    } } node(id: $id) { id } }`
  await settled(app.db.pool)
  const { data } = await app.graphql(key, document, { id: idOf(booking) })
  return data.events.nodes
    .filter(
      ({ subject }: { subject: { id?: string; booking?: { id: string } } }) =>
        (subject.booking?.id ?? subject.id) === idOf(booking),
    )
    .map(({ type, subjectVersion, changes }: Record<string, unknown>) => ({
      type,
      subjectVersion,
      changes,
    }))
    .slice(1)
}

describe('a payment', () => {
  it('keeps what was told of it, and who told it', async () => {
    const booking = await book()
    const { data } = await pay(
      booking,
      {
        amount: { amount: 1250, currency: 'EUR' },
        method: 'OTHER',
        methodNote: 'gift box',
        reference: 'R-1',
        note: 'in two envelopes',
        receivedAt: '2026-03-01T10:00:00Z',
      },
      `kind method methodNote amount { amount currency } amountRefunded { amount } reference note
       receivedAt refundOf { id } recordedBy { kind id name user { id } }
       account { id } customer { name } booking { number }`,
    )
    expect(data).toEqual({
      kind: 'PAYMENT',
      method: 'OTHER',
      methodNote: 'gift box',
      amount: { amount: 1250, currency: 'EUR' },
      amountRefunded: { amount: 0 },
      reference: 'R-1',
      note: 'in two envelopes',
      receivedAt: '2026-03-01T10:00:00.000Z',
      refundOf: null,
      recordedBy: {
        kind: 'API_KEY',
        id: encodeId('ApiKey', { accountId: shop.accountId, id: keyId }),
        name: 'Till',
        user: {
          id: encodeId('User', { accountId: '00000000-0000-0000-0000-000000000000', id: userId }),
        },
      },
      account: { id: encodeId('Account', { accountId: shop.accountId, id: shop.accountId }) },
      customer: { name: 'Ada Byron' },
      booking: { number: booking.number },
    })
  })

  it('is one with the sums of its booking and with the events', async () => {
    const booking = await book()
    const first = await pay(booking, { amount: { amount: 2000 } })
    expect(first.data.booking).toMatchObject({
      version: 2,
      amountPaid: { amount: 2000 },
      balance: { amount: 2500 },
    })
    const second = await pay(booking, { amount: { amount: 2500 } })
    expect(second.data.booking).toMatchObject({ version: 3, balance: { amount: 0 } })
    const third = await pay(booking, { amount: { amount: 100 } })
    expect(third.data.booking).toMatchObject({ version: 4, balance: { amount: -100 } })

    const events = await eventsOf(booking)
    const paid = (from: number, to: number) => [{ field: 'amountPaid.amount', from, to }]
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'payment.succeeded',
      'booking.updated',
      'payment.succeeded',
      'booking.paid',
      'payment.succeeded',
      'booking.updated',
    ])
    expect(events[1]).toMatchObject({ subjectVersion: 2, changes: paid(0, 2000) })
    expect(events[3]).toMatchObject({ subjectVersion: 3, changes: paid(2000, 4500) })
    expect(events[0].changes).toEqual(
      expect.arrayContaining([
        { field: 'booking', from: null, to: idOf(booking) },
        { field: 'amount.amount', from: null, to: 2000 },
        { field: 'method', from: null, to: 'CASH' },
      ]),
    )
  })

  it('counts as all that is owed where nothing has a price', async () => {
    const free = await openShop(app.db, { service: { priceMinor: null } })
    const own = (await makeApiKey(app.db, { accountId: free.accountId })).key
    const booking = await createBooking(free.ctx, asked(free, { startsAt: tuesday(9) }))
    const input = { bookingId: idOf(booking), amount: { amount: 5 }, method: 'CASH' }
    const { booking: after } = await done(app, own, 'recordPayment', input, `booking { ${sums} }`)
    expect(after).toMatchObject({ balance: null, amountPaid: { amount: 5 } })
    const { data } = await app.graphql(own, '{ events { nodes { type } } }')
    expect(data.events.nodes.at(-1)).toEqual({ type: 'booking.paid' })
  })

  it('is recorded once, however often it is said under one key, also at once', async () => {
    const booking = await book()
    const idempotencyKey = `till-${booking.number}`
    const [one, two] = await Promise.all([
      pay(booking, { idempotencyKey }),
      pay(booking, { idempotencyKey }),
    ])
    const three = await pay(booking, { idempotencyKey })
    expect(two.data.id).toBe(one.data.id)
    expect(three.data).toMatchObject({ id: one.data.id, booking: { version: 2 } })
    const other = await pay(booking, { idempotencyKey, amount: { amount: 1 } })
    expect(other.code).toBe('IDEMPOTENCY_CONFLICT')
  })

  it('adds up when many are recorded at once', async () => {
    const booking = await book()
    const amounts = [100, 200, 300, 400, 500, 600]
    await Promise.all(amounts.map((amount) => pay(booking, { amount: { amount } })))
    const row = await app.db.prisma.booking.findUniqueOrThrow({
      where: { accountId_id: { accountId: shop.accountId, id: booking.id } },
    })
    expect(row).toMatchObject({ amountPaidMinor: 2100, version: 7 })
  })

  it('is refused when it cannot be, and then nothing is written', async () => {
    const booking = await book()
    const before = await rowCounts(app)
    const faults: [object, string[], string?][] = [
      [{ amount: { amount: 0 } }, ['amount']],
      [{ amount: { amount: -5 } }, ['amount']],
      [{ amount: { amount: 100, currency: 'USD' } }, ['amount']],
      [{ note: 'x'.repeat(2001) }, ['note']],
      [{ reference: 'x'.repeat(256) }, ['reference']],
      [{ methodNote: 'x'.repeat(101) }, ['methodNote']],
      [{ receivedAt: '2099-01-01T00:00:00Z' }, ['receivedAt']],
      [{ receivedAt: '0001-01-01T00:00:00Z' }, ['receivedAt']],
      [{ expectedVersion: 7 }, ['expectedVersion'], 'VERSION_CONFLICT'],
    ]
    for (const [input, path, code = 'VALIDATION_FAILED'] of faults) {
      expect(await pay(booking, input)).toMatchObject({ code, path })
    }
    expect(await rowCounts(app)).toEqual(before)
  })

  it('never makes more of a booking than can be counted', async () => {
    const booking = await book()
    await pay(booking, { amount: { amount: 2_147_483_000 } })
    expect(await pay(booking, { amount: { amount: 648 } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'With it 2147483648 would be paid; a booking has at most 2147483647.',
    })
  })

  it('is found by what narrows and ordered over accounts', async () => {
    const booking = await book()
    const methods = ['PAYPAL', 'VOUCHER', 'VOUCHER']
    for (const [index, method] of methods.entries()) {
      const receivedAt = `2026-02-0${3 - index}T10:00:00Z`
      await pay(booking, { amount: { amount: 10 + index }, method, receivedAt })
    }
    const list = async (filter: object, orderBy?: object) => {
      const document = `query ($filter: PaymentFilter, $orderBy: PaymentOrder) {
        payments(filter: $filter, orderBy: $orderBy) { totalCount nodes { serial amount { amount } } } }`
      const { data } = await app.graphql(key, document, { filter, orderBy })
      return data.payments.nodes as { serial: number; amount: { amount: number } }[]
    }
    const amounts = async (filter: object, orderBy?: object) =>
      (await list(filter, orderBy)).map(({ amount }) => amount.amount)
    const bookingIds = [idOf(booking)]
    expect(await amounts({ bookingIds })).toEqual([10, 11, 12])
    expect(await amounts({ bookingIds }, { field: 'RECEIVED_AT' })).toEqual([12, 11, 10])
    expect(await amounts({ bookingIds, method: ['VOUCHER'] })).toEqual([11, 12])
    expect(await amounts({ bookingIds, kind: 'REFUND' })).toEqual([])
    const range = { from: '2026-02-02T00:00:00Z', to: '2026-02-03T00:00:00Z' }
    expect(await amounts({ bookingIds, receivedAt: range })).toEqual([11])
    const [first] = await list({ bookingIds })
    expect(await amounts({ serials: [first?.serial] })).toEqual([10])
    const { customerId, accountId } = shop
    const customerIds = [encodeId('Customer', { accountId, id: customerId })]
    expect(await amounts({ bookingIds, customerIds })).toEqual([10, 11, 12])
    expect(await amounts({ customerIds: bookingIds })).toEqual([])
  })

  it('loses what people wrote beside it when the person is erased', async () => {
    const { id } = await done(app, key, 'createCustomer', {
      accountId: encodeId('Account', { accountId: shop.accountId, id: shop.accountId }),
      name: 'Somebody',
    })
    const startsAt = tuesday((hours += 1)).toISOString()
    const serviceId = encodeId('Service', { accountId: shop.accountId, id: shop.serviceId })
    const booking = await done(app, key, 'createBooking', { serviceId, startsAt, customerId: id })
    const words = { methodNote: 'Somebody', reference: 'Somebody', note: 'Somebody' }
    const paid = { bookingId: booking.id, amount: { amount: 5 }, method: 'OTHER', ...words }
    const payment = await done(app, key, 'recordPayment', paid)
    await done(app, key, 'cancelBooking', { id: booking.id })
    await done(app, key, 'eraseCustomer', { id })
    const { data } = await app.graphql(
      key,
      `query ($id: ID!) { node(id: $id) { ... on Payment {
        amount { amount } methodNote reference note } } }`,
      { id: payment.id },
    )
    const none = { methodNote: null, reference: null, note: null }
    expect(data.node).toEqual({ amount: { amount: 5 }, ...none })
  })
})

describe('payments that a booking is made with', () => {
  const wish = () => ({
    serviceId: encodeId('Service', { accountId: shop.accountId, id: shop.serviceId }),
    customerId: encodeId('Customer', { accountId: shop.accountId, id: shop.customerId }),
    startsAt: tuesday((hours += 1)).toISOString(),
  })
  const deposit = { amount: { amount: 1000 }, method: 'BANK_TRANSFER' }

  it('are recorded with it, once under a key', async () => {
    const input = {
      ...wish(),
      initialPayments: [deposit, { amount: { amount: 3500 }, method: 'CASH' }],
      idempotencyKey: 'with-deposit',
    }
    const selection = `id ${sums} payments { nodes { method amount { amount } } }`
    const made = await done(app, key, 'createBooking', input, selection)
    expect(made).toMatchObject({
      version: 2,
      balance: { amount: 0 },
      payments: {
        nodes: [
          { method: 'BANK_TRANSFER', amount: { amount: 1000 } },
          { method: 'CASH', amount: { amount: 3500 } },
        ],
      },
    })
    expect(await done(app, key, 'createBooking', input, selection)).toEqual(made)
    const without = { ...input, initialPayments: [deposit] }
    const other = await change(app, key, 'createBooking', without, 'id')
    expect(other.code).toBe('IDEMPOTENCY_CONFLICT')
  })

  it('are recorded with each of several', async () => {
    const { customerId, ...first } = wish()
    const { customerId: _same, ...second } = wish()
    const items = [{ ...first, initialPayments: [deposit] }, second]
    const made = await done(app, key, 'createBookings', { customerId, items }, sums)
    expect(made).toMatchObject([
      { version: 2, amountPaid: { amount: 1000 } },
      { version: 1, amountPaid: { amount: 0 } },
    ])
  })

  it('take the booking with them when one is refused', async () => {
    const before = await rowCounts(app)
    const bad = { ...deposit, amount: { amount: 0 } }
    const one = await change(app, key, 'createBooking', { ...wish(), initialPayments: [bad] }, 'id')
    expect(one).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['initialPayments', '0', 'amount'],
    })
    const { customerId, ...item } = wish()
    const items = [{ ...item, initialPayments: [deposit, bad] }]
    expect(await change(app, key, 'createBookings', { customerId, items }, 'id')).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['items', '0', 'initialPayments', '1', 'amount'],
    })
    const many = { ...wish(), initialPayments: Array.from({ length: 11 }, () => deposit) }
    expect(await change(app, key, 'createBooking', many, 'id')).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['initialPayments'],
    })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('need the scope for payments, with which the booking is not made otherwise', async () => {
    const scopes = ['bookings:read', 'bookings:write'] as const
    const { accountId } = shop
    const clerk = (await makeApiKey(app.db, { accountId, role: 'STAFF', scopes })).key
    const input = { ...wish(), initialPayments: [deposit] }
    const before = (await rowCounts(app))['Booking']
    const { errors } = await app.graphql(
      clerk,
      'mutation ($input: CreateBookingInput!) { createBooking(input: $input) { __typename } }',
      { input },
    )
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: [['payments:write']],
    })
    expect((await rowCounts(app))['Booking']).toBe(before)
  })
})

describe('a payment that is expected', () => {
  const expected = (booking: Booking, input: object = {}) =>
    pay(booking, { expected: true, ...input }, `id state receivedAt booking { ${sums} }`)
  const settle = (id: string, input: object = {}) =>
    change(app, key, 'settlePayment', { id, ...input }, `id state receivedAt booking { ${sums} }`)
  const paid = (amount: number) => ({ amountPaid: { amount } })

  it('counts once it has come, and is told of then', async () => {
    const booking = await book()
    const { data } = await expected(booking, { receivedAt: '2026-05-01T00:00:00Z' })
    expect(data).toMatchObject({
      state: 'PENDING',
      receivedAt: '2026-05-01T00:00:00.000Z',
      booking: { version: 1, ...paid(0) },
    })
    expect(await eventsOf(booking)).toEqual([])
    const came = await settle(data.id, { receivedAt: '2026-03-01T09:00:00Z' })
    expect(came.data).toMatchObject({
      id: data.id,
      state: 'DONE',
      receivedAt: '2026-03-01T09:00:00.000Z',
      booking: { version: 2, ...paid(4500), balance: { amount: 0 } },
    })
    const types = (await eventsOf(booking)).map(({ type }: { type: string }) => type)
    expect(types).toEqual(['payment.succeeded', 'booking.paid'])
  })

  it('is settled once, also under a key, by whoever says it first', async () => {
    const booking = await book()
    const { id } = (await expected(booking)).data
    const once = { idempotencyKey: 'settle-1' }
    const same = await Promise.all([settle(id, once), settle(id, once), settle(id, once)])
    expect(same.map(({ data }) => data.state)).toEqual(['DONE', 'DONE', 'DONE'])
    const other = (await expected(booking, { amount: { amount: 100 } })).data.id
    const all = await Promise.all([settle(other), settle(other), settle(other)])
    expect(all.map(({ code }) => code ?? 'done').toSorted()).toEqual([
      'ILLEGAL_TRANSITION',
      'ILLEGAL_TRANSITION',
      'done',
    ])
    expect((await settle(id)).message).toBe(
      'Only a payment that is PENDING is settled, not a payment that is DONE.',
    )
    expect((await pay(booking, { amount: { amount: 1 } })).data.booking).toMatchObject(paid(4601))
  })

  it('never counts when it never comes, and nothing of it can be given back', async () => {
    const booking = await book()
    const { id } = (await expected(booking)).data
    const refund = { paymentId: id, amount: { amount: 1 } }
    const before = await rowCounts(app)
    expect(await change(app, key, 'refundPayment', refund, 'id')).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['paymentId'],
    })
    const ofBooking = { bookingId: idOf(booking), amount: { amount: 1 } }
    expect((await change(app, key, 'refundPayment', ofBooking, 'id')).code).toBe(
      'VALIDATION_FAILED',
    )
    expect((await change(app, key, 'retryRefund', { id }, 'id')).code).toBe('ILLEGAL_TRANSITION')
    for (const [input, code] of [
      [{ expectedVersion: 2 }, 'VERSION_CONFLICT'],
      [{ receivedAt: '2026-05-01T00:00:00Z' }, 'VALIDATION_FAILED'],
    ] as const) {
      expect((await settle(id, input)).code).toBe(code)
    }
    expect(await rowCounts(app)).toEqual(before)
    const dropped = await settle(id, { received: false })
    expect(dropped.data).toMatchObject({ state: 'FAILED', booking: { version: 1, ...paid(0) } })
    expect((await settle(id)).code).toBe('ILLEGAL_TRANSITION')
    expect(await eventsOf(booking)).toEqual([])
  })

  it('is not given back by a cancellation', async () => {
    const booking = await book()
    const { id } = (await expected(booking)).data
    const off = { id: idOf(booking), refund: 'FULL' }
    expect(await done(app, key, 'cancelBooking', off, sums)).toMatchObject({
      refundOpen: { amount: 0 },
      ...paid(0),
    })
    expect((await settle(id)).data.booking).toMatchObject(paid(4500))
  })
})
