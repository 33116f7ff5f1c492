// What was paid online goes back by the policy of the service, by whichever dialect a booking is
// cancelled: once, and with nothing more to be said.
import { beforeAll, expect, it } from 'vitest'
import { decodeId, encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday, type Shop } from '../support/shop.ts'
import { payOnline, stripeServer } from '../support/stripe.ts'
import { install } from './bookeo/bookeo-world.ts'
import { caller, type Call } from './support/calling.ts'

const stripe = await stripeServer()
const app = await testApp({ start: '2026-03-02T08:00:00Z', config: stripe.config })

let shop: Shop
let key: string
const calls: Record<string, Call> = {}

beforeAll(async () => {
  // The test's clock says Monday, and all are on Tuesday.
  const service = { cancelFreeHours: 48, cancelRefundPercent: 50 }
  shop = await openShop(app.db, { staff: 9, hours: [0, 1440], service })
  const { accountId } = shop
  ;({ key } = await makeApiKey(app.db, { accountId }))
  const { slug } = await app.db.prisma.account.findUniqueOrThrow({ where: { id: accountId } })
  const bearer = { authorization: `Bearer ${key}` }
  const { secretKey, apiKey } = await install(app, { accountId })
  Object.assign(calls, {
    appointedd: caller(app, '/appointedd/v1', { 'x-api-key': key }),
    bookeo: caller(app, '/bookeo/v2', {
      'x-bookeo-secretkey': secretKey,
      'x-bookeo-apikey': apiKey,
    }),
    bookingflow: caller(app, '/bookingflow/api/v1', bearer),
    calendesk: caller(app, '/calendesk/api', { 'x-tenant': slug, 'x-api-key': key }),
    relentify: caller(app, '/relentify/api/v1', bearer),
  })
})

type Names = { id: string; number: string; serial: number }
type Way = [name: string, dialect: string, ask: (names: Names) => [string, object]]

const deletes = { method: 'DELETE' }
const ways: Way[] = [
  ['DELETE of Appointedd', 'appointedd', ({ id }) => [`/bookings/${id}`, deletes]],
  ['POST of Appointedd', 'appointedd', ({ id }) => [`/bookings/${id}/cancel`, { body: {} }]],
  ['DELETE of Bookeo', 'bookeo', ({ number }) => [`/bookings/${number}`, deletes]],
  ['DELETE of BookingFlow', 'bookingflow', ({ id }) => [`/bookings/${id}`, deletes]],
  ['DELETE of Calendesk', 'calendesk', ({ serial }) => [`/bookings/${serial}`, deletes]],
  [
    'PUT of Calendesk',
    'calendesk',
    ({ serial }) => [`/bookings/${serial}`, { method: 'PUT', body: { status: 'cancelled' } }],
  ],
  [
    'PATCH of Relentify',
    'relentify',
    ({ id }) => [`/bookings/${id}/cancel`, { method: 'PATCH', body: {} }],
  ],
]

async function booked(hour: number, input: object = {}) {
  const { accountId, serviceId, customerId } = shop
  const wish = {
    serviceId: encodeId('Service', { accountId, id: serviceId }),
    customerId: encodeId('Customer', { accountId, id: customerId }),
    startsAt: tuesday(hour),
    ...input,
  }
  const names: Names = await done(app, key, 'createBooking', wish, 'id number serial')
  await payOnline(app, stripe, key, names.id, 3000)
  const id = decodeId(names.id)!.id
  const where = { accountId, bookingId: id, kind: 'REFUND' as const }
  return { names, refunds: () => app.db.prisma.payment.findMany({ where }) }
}

it.each(ways)(
  '%s pays back by the policy, also when it is said twice',
  async (name, dialect, ask) => {
    const { names, refunds } = await booked(ways.findIndex(([each]) => each === name))
    const [path, init] = ask(names)
    const call = calls[dialect]!
    const once = { ...init, headers: { 'idempotency-key': name } }
    const answers = [await call(path, once), await call(path, once), await call(path, init)]
    const [first, second, third] = answers.map(({ status }) => status)
    expect([first, second]).toEqual([first, first])
    expect(first).toBeLessThan(300)
    // A status that it has already is no fault.
    if (name !== 'PUT of Calendesk') expect(third).toBeGreaterThanOrEqual(400)
    expect(await refunds()).toMatchObject([{ amountMinor: 1500, provider: 'STRIPE' }])
  },
)

it('a request that Calendesk rejects is paid back whole', async () => {
  const { names, refunds } = await booked(20, { confirmed: false })
  const init = { method: 'PUT', body: { status: 'rejected' } }
  expect((await calls['calendesk']!(`/bookings/${names.serial}`, init)).status).toBe(200)
  expect(await refunds()).toMatchObject([{ amountMinor: 3000, provider: 'STRIPE' }])
})
