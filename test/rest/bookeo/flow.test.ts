// An application from end to end: it finds a start, holds it, books, reads, moves and cancels, and
// is told of it by webhooks that a receiver written from the vendor's page verifies.
import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../../src/db/id.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { makeApiKey } from '../../support/makers.ts'
import { startReceiver, type Received } from '../../support/receiver.ts'
import { callAs, install, openHarbour, type Harbour } from './bookeo-world.ts'

// Sunday, 1 March 2026, 19:00 in Sydney.
const app = await testApp({ start: '2026-03-01T08:00:00Z' })

/** The item of a message, once it is known to be of the gateway. */
function verified({ headers, body }: Received, url: string, secretKey: string) {
  const signed = `${headers['x-bookeo-timestamp']}${headers['x-bookeo-messageid']}${url}` + body
  const signature = createHmac('sha256', secretKey).update(signed).digest('hex')
  expect(headers['x-bookeo-signature']).toBe(signature)
  expect(headers['x-bookeo-previousmessagelost']).toBeUndefined()
  return JSON.parse(body) as { itemId: string; timestamp: string; item: Record<string, unknown> }
}

const people = { numbers: [{ peopleCategoryId: 'Cadults', number: 2 }] }
const customer = { firstName: 'Grace', lastName: 'Hopper', emailAddress: 'grace@example.com' }

describe('an application', () => {
  it('finds, holds, books, reads, moves and cancels, and hears of each', async () => {
    const harbour = await openHarbour(app)
    const { call, keys, kayak } = harbour
    const receiver = await startReceiver()
    for (const type of ['created', 'updated', 'deleted']) {
      const body = { url: receiver.url, domain: 'bookings', type }
      expect((await call('/webhooks', { body })).status).toBe(201)
    }
    const found = await call('/availability/matchingslots', {
      body: {
        productId: kayak,
        startTime: '2026-03-04T09:00:00-00:00',
        endTime: '2026-03-04T17:00:00-00:00',
        peopleNumbers: people.numbers,
      },
    })
    const [first, , , , , , later] = found.body.data
    const place = { productId: kayak, eventId: first.eventId, participants: people }
    const hold = await call('/holds', { body: place })
    expect(hold.body.price).toEqual(first.price)
    const made = await call(`/bookings?previousHoldId=${hold.body.id}`, {
      body: { ...place, customer },
    })
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe(
      `${app.url}/bookeo/v2/bookings/${made.body.bookingNumber}`,
    )
    const path = `/bookings/${made.body.bookingNumber}`
    const read = await call(path)
    expect(read.body).toEqual(made.body)
    await receiver.gets(1)
    const moved = await call(path, {
      method: 'PUT',
      body: { ...read.body, eventId: later.eventId, startTime: later.startTime },
    })
    expect([moved.status, moved.body.bookingNumber, moved.body.startTime]).toEqual([
      200,
      made.body.bookingNumber,
      later.startTime,
    ])
    await receiver.gets(2)
    expect((await call(path, { method: 'DELETE' })).status).toBe(204)
    const canceled = await call(path)
    expect(canceled.body).toMatchObject({ canceled: true, startTime: later.startTime })
    const messages = (await receiver.gets(3)).map((each) =>
      verified(each, receiver.url, keys.secretKey),
    )
    expect(messages).toEqual(
      [made, moved, canceled].map(({ body }) => ({
        itemId: made.body.bookingNumber,
        timestamp: '2026-03-01T19:00:00+11:00',
        item: body,
      })),
    )
  })

  it('sends a booking back as it was read, and nothing changes but its version', async () => {
    const { call, kayak } = await openHarbour(app)
    const { body } = await call('/bookings', {
      body: {
        productId: kayak,
        startTime: '2026-03-04T09:00:00-00:00',
        participants: people,
        customer,
        externalRef: 'r-1',
        options: [{ id: 'Lunch', value: 'Fish' }],
        priceAdjustments: [{ description: 'Rain', unitPrice: { amount: '-2.50' } }],
      },
    })
    expect(body.price.totalGross).toEqual({ amount: '25.00', currency: 'AUD' })
    for (const _ of [1, 2]) {
      const again = await call(`/bookings/${body.bookingNumber}`, { method: 'PUT', body })
      expect(again.body).toEqual(body)
    }
    const { priceAdjustments: _, ...plain } = body
    const bare = await call(`/bookings/${body.bookingNumber}`, { method: 'PUT', body: plain })
    expect(bare.body.price.totalGross).toEqual({ amount: '27.50', currency: 'AUD' })
  })

  it('cancels the rest of a series with one of its bookings', async () => {
    const harbour = await openHarbour(app)
    const { call, kayak, accountId } = harbour
    const { key } = await makeApiKey(app.db, { accountId })
    const { data } = await app.graphql(
      key,
      `mutation ($input: CreateBookingSeriesInput!) { createBookingSeries(input: $input) {
        ... on CreateBookingSeriesSuccess { data { bookings { nodes { number } } } } } }`,
      {
        input: {
          serviceId: kayak,
          startsAt: '2026-03-04T00:00:00Z',
          rule: 'FREQ=DAILY;COUNT=4',
          customerId: harbour.id('Customer', harbour.customerId),
        },
      },
    )
    const numbers = data.createBookingSeries.data.bookings.nodes.map(
      (each: { number: string }) => each.number,
    )
    const path = `/bookings/${numbers[1]}?cancelRemainingSeries=true`
    expect((await call(path, { method: 'DELETE' })).status).toBe(204)
    const states = []
    for (const number of numbers) states.push((await call(`/bookings/${number}`)).body.canceled)
    expect(states).toEqual([false, true, true, true])
  })

  it('books once under an Idempotency-Key', async () => {
    const { call, kayak } = await openHarbour(app)
    const body = { productId: kayak, startTime: '2026-03-04T09:00:00-00:00', customer }
    const headers = { 'idempotency-key': 'once' }
    const first = await call('/bookings', { body, headers })
    const before = await rowCounts(app)
    const again = await call('/bookings', { body, headers })
    expect([again.status, again.body]).toEqual([201, first.body])
    expect(await rowCounts(app)).toEqual(before)
  })

  it('uses a hold up only for what it holds, and gives it up for anything else', async () => {
    const { call, kayak } = await openHarbour(app)
    const at = (time: string) => ({ productId: kayak, startTime: `2026-03-04T${time}:00-00:00` })
    const held = await call('/holds', { body: at('09:00') })
    const elsewhere = { ...at('14:00'), customer }
    const made = await call(`/bookings?previousHoldId=${held.body.id}`, { body: elsewhere })
    expect([made.status, made.body.startTime]).toEqual([201, '2026-03-04T14:00:00+11:00'])
    expect((await call(`/holds/${held.body.id}`)).status).toBe(404)
    const late = { ...at('09:00'), customer }
    const after = await call(`/bookings?previousHoldId=${held.body.id}`, { body: late })
    expect(after.status).toBe(201)
  })

  it('acts as a manager where it may: notice does not bind, double booking does', async () => {
    const harbour = await openHarbour(app)
    const { call, kayak, accountId, serviceId } = harbour
    await app.db.prisma.service.update({
      where: { accountId_id: { accountId, id: serviceId } },
      data: { minNoticeMinutes: 60 * 24 * 30 },
    })
    const body = { productId: kayak, startTime: '2026-03-04T09:00:00-00:00', customer }
    expect((await call('/bookings', { body })).body.errorId).toBe('slot_unavailable')
    const permissions = ['bookings_rw_all']
    const asBooker = callAs(app, await install(app, { accountId, permissions }))
    expect((await asBooker('/bookings?mode=backend', { body })).status).toBe(403)
    expect((await call('/bookings?mode=backend', { body })).status).toBe(201)
    expect((await call('/bookings?mode=backend', { body })).status).toBe(409)
  })
})

describe('sessions for a manager', () => {
  it('are listed page by page, however many there are', async () => {
    const { call, accountId, cruiseId } = await openHarbour(app)
    const from = Date.parse('2026-04-01T00:00:00Z')
    await app.db.prisma.session.createMany({
      data: Array.from({ length: 130 }, (_, hour) => ({
        accountId,
        id: newId(),
        serviceId: cruiseId,
        capacity: 4,
        startsAt: new Date(from + hour * 3_600_000),
        endsAt: new Date(from + (hour + 1) * 3_600_000),
      })),
    })
    const path =
      '/availability/slots?mode=backend&itemsPerPage=100' +
      '&startTime=2026-04-01T00:00:00-00:00&endTime=2026-04-30T00:00:00-00:00'
    const { body: first } = await call(path)
    expect([first.data.length, first.info.totalItems]).toEqual([100, 130])
    const token = first.info.pageNavigationToken as string
    const rest = await call(`/availability/slots?pageNavigationToken=${token}&pageNumber=2`)
    const starts = [...first.data, ...rest.body.data].map(({ startTime }) => Date.parse(startTime))
    expect(starts).toEqual(Array.from({ length: 130 }, (_, hour) => from + hour * 3_600_000))
  })
})

describe('a business with very many fixed products', () => {
  it('is asked which one is meant, rather than answered with a part of them', async () => {
    const { call, accountId, kayak } = await openHarbour(app)
    const path =
      '/availability/slots?startTime=2026-03-02T00:00:00-00:00&endTime=2026-03-05T00:00:00-00:00'
    expect((await call(path)).status).toBe(200)
    await app.db.prisma.service.createMany({
      data: Array.from({ length: 121 }, (_, number) => ({
        accountId,
        id: newId(),
        name: `Tour ${number}`,
        kind: 'CLASS' as const,
        durationMinutes: 60,
      })),
    })
    const refused = await call(path)
    expect([refused.status, refused.body.message]).toEqual([
      400,
      '"productId" is missing: there are more than 120 fixed products.',
    ])
    expect((await call(`${path}&productId=${kayak}`)).status).toBe(200)
  })
})

describe('times', () => {
  it('have the offset of the business on their day, across a change of its clocks', async () => {
    const { call, kayak } = await openHarbour(app)
    // Clocks in Sydney go back on 5 April 2026.
    const booked = async (startTime: string) =>
      (await call('/bookings', { body: { productId: kayak, startTime, customer } })).body.startTime
    expect(await booked('2026-04-04T09:00:00-00:00')).toBe('2026-04-04T09:00:00+11:00')
    expect(await booked('2026-04-05T09:00:00-00:00')).toBe('2026-04-05T09:00:00+10:00')
    expect(await booked('2026-04-05T23:00:00Z')).toBe('2026-04-06T09:00:00+10:00')
    const days = await call(
      '/bookings?startTime=2026-04-05T00:00:00-00:00&endTime=2026-04-06T00:00:00-00:00',
    )
    expect(days.body.data.map((each: { startTime: string }) => each.startTime)).toEqual([
      '2026-04-05T09:00:00+10:00',
    ])
  })
})

describe('money', () => {
  it.each([
    ['JPY', '2750', '100', '100.5'],
    ['KWD', '2.750', '0.125', '0.1255'],
    ['AUD', '27.50', '0.10', '0.105'],
  ])('in %s has its own digits', async (currency, price, paid, tooFine) => {
    const { call, kayak } = await openHarbour(app, { currency })
    const body = { productId: kayak, startTime: '2026-03-04T09:00:00-00:00', customer }
    const made = await call('/bookings', { body })
    expect(made.body.price.totalGross).toEqual({ amount: price, currency })
    const path = `/bookings/${made.body.bookingNumber}/payments`
    const pay = (amount: string) =>
      call(path, { body: { amount: { amount, currency }, paymentMethod: 'cash' } })
    expect((await pay(paid)).body.amount).toEqual({ amount: paid, currency })
    expect((await pay(tooFine)).status).toBe(400)
    const read = await call(`/bookings/${made.body.bookingNumber}`)
    expect(read.body.price.totalPaid).toEqual({ amount: paid, currency })
  })
})

describe('webhooks', () => {
  let harbour: Harbour
  beforeAll(async () => {
    harbour = await openHarbour(app, { sessions: [new Date('2026-03-04T00:00:00Z')] })
  })

  it('tell of customers, payments and blocks, and of what is gone', async () => {
    const { call, keys, cruise } = harbour
    const receiver = await startReceiver()
    const pairs = ['customers', 'resourceblocks', 'seatblocks'].flatMap((domain) =>
      ['created', 'updated', 'deleted'].map((type) => ({ domain, type })),
    )
    for (const pair of [...pairs, { domain: 'payments', type: 'created' }]) {
      expect((await call('/webhooks', { body: { url: receiver.url, ...pair } })).status).toBe(201)
    }
    let count = 0
    const next = async () => {
      count += 1
      const message = (await receiver.gets(count))[count - 1]!
      return verified(message, receiver.url, keys.secretKey)
    }
    const bob = await call('/customers', { body: { firstName: 'Bob', lastName: 'Jones' } })
    expect((await next()).item).toEqual(bob.body)
    const other = { firstName: 'Bob', lastName: 'Brown' }
    const changed = await call(`/customers/${bob.body.id}`, { method: 'PUT', body: other })
    expect((await next()).item).toEqual(changed.body)
    await call(`/customers/${bob.body.id}`, { method: 'DELETE' })
    expect(await next()).toMatchObject({ itemId: bob.body.id, item: { lastName: 'Brown' } })
    const resources = [{ id: harbour.id('Resource', harbour.resourceIds[0]) }]
    const time = { startTime: '2026-03-09T09:00:00-00:00', endTime: '2026-03-09T10:00:00-00:00' }
    const block = await call('/resourceblocks', { body: { ...time, resources, reason: 'Paint' } })
    expect((await next()).item).toEqual(block.body)
    await call(`/resourceblocks/${block.body.id}`, { method: 'DELETE' })
    const gone = await next()
    expect(gone.itemId).toBe(block.body.id)
    expect(gone.item).toMatchObject({
      id: block.body.id,
      startTime: block.body.startTime,
      reason: 'Paint',
    })
    const eventId = harbour.id('Session', harbour.sessionIds[0])
    const seats = await call('/seatblocks', { body: { eventId, numSeats: 2 } })
    expect((await next()).item).toEqual(seats.body)
    await call(`/seatblocks/${seats.body.id}`, { method: 'DELETE' })
    expect(await next()).toMatchObject({ itemId: seats.body.id, item: { numSeats: 2 } })
    const made = await call('/bookings', { body: { eventId, productId: cruise, customer } })
    await next()
    const paid = await call(`/bookings/${made.body.bookingNumber}/payments`, {
      body: { amount: { amount: '1.00' }, paymentMethod: 'cash' },
    })
    expect((await next()).item).toEqual(paid.body)
  })
})
