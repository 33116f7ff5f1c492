// A booking that needs a deposit keeps its time while it waits for it, stands once it is paid, and
// is gone when it is not paid in time.

import { beforeAll, describe, expect, it } from 'vitest'
import { expireUnpaid } from '../../src/payment/unpaid.actions.ts'
import { systemViewer } from '../../src/auth/viewer.ts'
import { depositOf } from '../../src/availability/price.ts'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp({ start: '2026-03-02T08:00:00Z' })

let shop: Shop
let key: string

beforeAll(async () => {
  const service = { depositPercent: 30, payWithinMinutes: 45 }
  shop = await openShop(app.db, { staff: 1, hours: [0, 1440], service })
  key = (await makeApiKey(app.db, { accountId: shop.accountId })).key
})

const id = (name: NodeName, row: string, of = shop) =>
  encodeId(name, { accountId: of.accountId, id: row })

const wish = (of: Shop, startsAt: Date) => ({
  serviceId: id('Service', of.serviceId, of),
  customerId: id('Customer', of.customerId, of),
  startsAt,
})

let hours = 0
const selection = `id status version payBy deposit { amount } balance { amount }
  refundOpen { amount } cancelReason`
const book = (extra: object = {}) =>
  done(app, key, 'createBooking', { ...wish(shop, tuesday((hours += 1))), ...extra }, selection)

const pay = (bookingId: string, amount: number, token = key) =>
  done(
    app,
    token,
    'recordPayment',
    { bookingId, amount: { amount }, method: 'CASH' },
    `booking { ${selection} }`,
  )

async function bookingOf(bookingId: string, token = key) {
  const document = `query ($id: ID!) { booking(id: $id) { ${selection} } }`
  return (await app.graphql(token, document, { id: bookingId })).data.booking
}

async function typesOf(bookingId: string) {
  const document = `query ($id: ID!) { booking(id: $id) { history { nodes { type } } } }`
  const { data } = await app.graphql(key, document, { id: bookingId })
  return data.booking.history.nodes.map(({ type }: { type: string }) => type)
}

const sweep = () => expireUnpaid({ ...app.app.services, viewer: systemViewer([]) })

describe('a deposit', () => {
  it('is a part of the price, rounded up, or an amount, at most the price', () => {
    const part = (depositPercent: number) => ({
      kind: 'APPOINTMENT' as const,
      depositPercent,
      depositMinor: null,
    })
    expect(depositOf(part(30), 4501, 1)).toBe(1351)
    expect(depositOf(part(0), 4501, 1)).toBe(0)
    expect(depositOf(part(100), 4501, 1)).toBe(4501)
    expect(depositOf(part(30), null, 1)).toBe(0)
    expect(depositOf({ ...part(0), depositMinor: 2000 }, 4500, 3)).toBe(2000)
    expect(depositOf({ ...part(0), depositMinor: 2000 }, 1500, 3)).toBe(1500)
    expect(depositOf({ ...part(0), kind: 'CLASS', depositMinor: 500 }, 4500, 3)).toBe(1500)
  })

  it('is awaited for as long as the service says, and the time is kept meanwhile', async () => {
    const booking = await book()
    expect(booking).toMatchObject({
      status: 'PENDING',
      deposit: { amount: 1350 },
      payBy: '2026-03-02T08:45:00.000Z',
    })
    const again = { ...wish(shop, tuesday(hours)) }
    expect(await change(app, key, 'createBooking', again, 'id')).toMatchObject({
      code: 'SLOT_TAKEN',
    })
    const { booking: partly } = await pay(booking.id, 1349)
    expect(partly).toMatchObject({ status: 'PENDING', payBy: '2026-03-02T08:45:00.000Z' })
    const { booking: paid } = await pay(booking.id, 1)
    expect(paid).toMatchObject({ status: 'CONFIRMED', payBy: null, balance: { amount: 3150 } })
    expect(await typesOf(booking.id)).toEqual([
      'booking.created',
      'booking.updated',
      'booking.updated',
      'booking.confirmed',
    ])
  })

  it('can be paid with the booking', async () => {
    const booking = await book({ initialPayments: [{ amount: { amount: 4500 }, method: 'CASH' }] })
    expect(booking).toMatchObject({ status: 'CONFIRMED', payBy: null, version: 3 })
    expect(await typesOf(booking.id)).toEqual([
      'booking.created',
      'booking.paid',
      'booking.confirmed',
    ])
  })

  it('is done without by confirming as unpaid, with the scope for payments', async () => {
    const booking = await book()
    const asked = { id: booking.id }
    expect(await change(app, key, 'confirmBooking', asked, 'id')).toMatchObject({
      code: 'PAYMENT_REQUIRED',
    })
    const scopes = ['bookings:read', 'bookings:write'] as const
    const { accountId } = shop
    const clerk = (await makeApiKey(app.db, { accountId, role: 'STAFF', scopes })).key
    const document = `mutation ($input: ConfirmBookingInput!) {
      confirmBooking(input: $input) { __typename } }`
    const input = { id: booking.id, unpaid: true }
    const { errors } = await app.graphql(clerk, document, { input })
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    expect(await bookingOf(booking.id)).toMatchObject({ status: 'PENDING', version: 1 })
    const confirmed = await done(app, key, 'confirmBooking', input, selection)
    expect(confirmed).toMatchObject({ status: 'CONFIRMED', payBy: null })
  })

  it('is not asked of whoever books as a manager', async () => {
    expect(await book({ asManager: true })).toMatchObject({
      status: 'CONFIRMED',
      deposit: { amount: 0 },
      payBy: null,
    })
  })

  it('leaves a request waiting for approval', async () => {
    const service = { depositMinor: 1000, requiresConfirmation: true }
    const asking = await openShop(app.db, { service })
    const own = (await makeApiKey(app.db, { accountId: asking.accountId })).key
    const made = await done(app, own, 'createBooking', wish(asking, tuesday(9)), selection)
    const { booking } = await pay(made.id, 1000, own)
    expect(booking).toMatchObject({ status: 'PENDING', payBy: null, version: 3 })
    const confirmed = await done(app, own, 'confirmBooking', { id: made.id }, 'status')
    expect(confirmed).toEqual({ status: 'CONFIRMED' })
  })

  it('is never awaited beyond the start', async () => {
    const soon = await openShop(app.db, { service: { depositPercent: 50, payWithinMinutes: 600 } })
    const own = (await makeApiKey(app.db, { accountId: soon.accountId })).key
    const startsAt = new Date('2026-03-02T10:00:00Z')
    const made = await done(app, own, 'createBooking', wish(soon, startsAt), selection)
    expect(made.payBy).toBe('2026-03-02T10:00:00.000Z')
  })
})

describe('a deposit that is not paid in time', () => {
  it('costs the booking its time or seats, and what was paid of it is owed', async () => {
    const service = {
      kind: 'CLASS',
      depositPercent: 50,
      payWithinMinutes: 30,
      maxParty: 5,
    } as const
    const classes = await openShop(app.db, { service })
    const own = (await makeApiKey(app.db, { accountId: classes.accountId })).key
    const sessionId = id('Session', await schedule(classes, 5, tuesday(9)), classes)
    const { startsAt: _none, ...who } = wish(classes, tuesday(9))
    const seats = { ...who, sessionId, partySize: 5 }
    const seated = await done(app, own, 'createBooking', seats, selection)
    await pay(seated.id, 100, own)
    const booking = await book()

    app.clock.advance(30 * 60_000 - 1)
    await sweep()
    expect(await bookingOf(seated.id, own)).toMatchObject({ status: 'PENDING' })
    app.clock.advance(1)
    await sweep()
    expect(await bookingOf(seated.id, own)).toMatchObject({
      status: 'CANCELLED',
      payBy: null,
      cancelReason: 'It was not paid in time.',
      refundOpen: { amount: 100 },
    })
    expect(await bookingOf(booking.id)).toMatchObject({ status: 'PENDING' })
    expect(await done(app, own, 'createBooking', seats, 'status')).toEqual({ status: 'PENDING' })
    app.clock.advance(15 * 60_000)
    await Promise.all([sweep(), sweep(), sweep()])
    expect(await bookingOf(booking.id)).toMatchObject({ status: 'CANCELLED', version: 2 })
    expect(await typesOf(booking.id)).toEqual(['booking.created', 'booking.cancelled'])
    const again = await done(app, key, 'createBooking', wish(shop, tuesday(hours)), 'status')
    expect(again).toEqual({ status: 'PENDING' })
  })

  it('is either paid or given up when both happen at once', async () => {
    const booking = await book()
    app.clock.advance(45 * 60_000)
    await Promise.all([pay(booking.id, 1350), sweep()])
    const after = await bookingOf(booking.id)
    const won = { status: 'CONFIRMED', refundOpen: { amount: 0 } }
    // What came too late is recorded all the same, and owed to nobody by a rule: a person decides.
    const lost = { status: 'CANCELLED', refundOpen: { amount: 0 } }
    expect(after).toMatchObject(after.status === 'CONFIRMED' ? won : lost)
    expect(after).toMatchObject({ payBy: null, balance: { amount: 3150 } })
  })
})

describe('the rules of a service for deposits', () => {
  it('are an amount or a part of the price', async () => {
    const serviceId = id('Service', shop.serviceId)
    const rules = (input: object) =>
      change(
        app,
        key,
        'updateService',
        { id: serviceId, ...input },
        'depositPercent deposit { amount currency } payWithinMinutes',
      )
    expect(await rules({ deposit: { amount: 900 } })).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['deposit'],
    })
    const fixed = { deposit: { amount: 900 }, depositPercent: 0, payWithinMinutes: 10 }
    expect((await rules(fixed)).data).toEqual({
      depositPercent: 0,
      deposit: { amount: 900, currency: 'EUR' },
      payWithinMinutes: 10,
    })
    expect((await rules({ deposit: null, depositPercent: 20 })).data).toMatchObject({
      depositPercent: 20,
      deposit: null,
    })
    for (const [input, path] of [
      [{ depositPercent: 101 }, ['depositPercent']],
      [{ depositPercent: 0, deposit: { amount: -1 } }, ['deposit', 'amount']],
      [{ payWithinMinutes: 0 }, ['payWithinMinutes']],
    ] as const) {
      expect(await rules(input)).toMatchObject({ code: 'VALIDATION_FAILED', path })
    }
  })
})
