// What an application should not send: every answer is 4xx in the dialect's own form, and changes
// nothing.
import { beforeAll, describe, expect, it } from 'vitest'
import { bookeo } from '../../../src/rest/bookeo/bookeo.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { caller, rawCall } from '../support/calling.ts'
import { withstands, type Sound } from '../support/hostile.ts'
import { mount, openHarbour, shown, type Harbour } from './bookeo-world.ts'

const app = await testApp()
let harbour: Harbour
let other: Harbour
let number: string

beforeAll(async () => {
  harbour = await openHarbour(app, { sessions: [new Date('2026-03-04T00:00:00Z')] })
  const { body } = await harbour.call('/bookings', {
    body: {
      productId: harbour.kayak,
      startTime: '2026-03-04T13:00:00-00:00',
      customerId: harbour.id('Customer', harbour.customerId),
    },
  })
  number = body.bookingNumber
  other = await openHarbour(app, { sessions: [new Date('2026-03-04T00:00:00Z')] })
})

const isOwnError = (body: unknown) =>
  JSON.stringify(Object.keys(body as object)) ===
  JSON.stringify(['httpStatus', 'message', 'errorId'])

function sound(): Record<string, Sound> {
  const customer = harbour.id('Customer', harbour.customerId)
  const session = harbour.id('Session', harbour.sessionIds[0])
  const boat = { id: harbour.id('Resource', harbour.resourceIds[0]) }
  const window = { startTime: '2026-03-04T00:00:00Z', endTime: '2026-03-05T00:00:00Z' }
  const one = { peopleCategoryId: 'Cadults', number: 1 }
  const place = {
    productId: harbour.kayak,
    startTime: '2026-03-04T09:00:00-00:00',
    participants: { numbers: [one] },
  }
  const person = { firstName: 'Alice', lastName: 'Example' }
  return {
    listCustomers: { query: { searchText: 'a' } },
    createCustomer: { body: { ...person, phoneNumbers: [{ number: '1' }], streetAddress: {} } },
    getCustomer: { path: { id: customer } },
    replaceCustomer: { path: { id: customer }, body: person },
    deleteCustomer: { path: { id: customer } },
    listProducts: {},
    listSlots: { query: window },
    findMatchingSlots: { body: { productId: harbour.kayak, ...window, peopleNumbers: [one] } },
    getMatchingSlots: { path: { token: 'nonsense' } },
    createHold: { body: { ...place, resources: [boat] } },
    listBookings: { query: window },
    createBooking: {
      body: {
        ...place,
        customer: person,
        options: [{ id: 'a', value: 'b' }],
        priceAdjustments: [{ unitPrice: { amount: '1' } }],
        initialPayments: [{ amount: { amount: '1' }, paymentMethod: 'cash' }],
      },
    },
    getBooking: { path: { number } },
    getBookingCustomer: { path: { number } },
    replaceBooking: { path: { number }, body: { startTime: '2026-03-04T13:00:00-00:00' } },
    cancelBooking: { path: { number } },
    listBookingPayments: { path: { number } },
    recordPayment: {
      path: { number },
      body: { amount: { amount: '1' }, paymentMethod: 'cash' },
    },
    listCustomerBookings: { path: { id: customer } },
    createResourceBlock: { body: { ...window, resources: [boat] } },
    replaceResourceBlock: { path: { id: 'x' }, body: { ...window, resources: [boat] } },
    createSeatBlock: { body: { eventId: session, numSeats: 1 } },
    replaceSeatBlock: { path: { id: 'x' }, body: { eventId: session, numSeats: 1 } },
    authorizeSubaccount: { path: { id: 'x' } },
    endSubaccount: { path: { id: 'x', key: 'y' } },
    createWebhook: {
      body: { url: 'https://app.example.com/', domain: 'bookings', type: 'created' },
    },
  }
}

describe('every route', () => {
  withstands({
    dialect: bookeo,
    sound,
    call: () => harbour.call,
    foreign: () => [
      other.id('Customer', other.customerId),
      other.kayak,
      other.id('Session', other.sessionIds[0]),
    ],
    isOwnError,
    rows: () => rowCounts(app),
    // Without the number, the path is that of all payments.
    lenient: ['listBookingPayments'],
  })
})

describe('credentials', () => {
  const ask = (query: string, headers: Record<string, string> = {}) =>
    caller(app, mount, headers)(`/settings/business${query}`)

  it('are a pair, and of this form only', async () => {
    const { secretKey, apiKey } = harbour.keys
    const tries: [string, Record<string, string>?][] = [
      [''],
      [`?secretKey=${secretKey}`],
      [`?apiKey=${apiKey}`],
      [`?secretKey=${apiKey}&apiKey=${secretKey}`],
      [`?secretKey=${other.keys.secretKey}&apiKey=${apiKey}`],
      [`?secretKey=${secretKey}%20${apiKey}&apiKey=x`],
      [`?secretKey=&apiKey=`],
      ['', { authorization: `Installation ${secretKey} ${apiKey}` }],
      ['', { 'X-Bookeo-secretKey': `${secretKey} ${apiKey}`, 'X-Bookeo-apiKey': '' }],
    ]
    for (const [query, headers] of tries) {
      const { status, body } = await ask(query, headers)
      expect([query, status, isOwnError(body)]).toEqual([query, 401, true])
    }
    expect((await ask(`?secretKey=${secretKey}&apiKey=${apiKey}`)).status).toBe(200)
    expect((await ask('', shown(harbour.keys))).status).toBe(200)
  })

  it('that are no text are refused', async () => {
    const path = `${mount}/settings/business`
    const strange = { 'X-Bookeo-secretKey': 'ä€', 'X-Bookeo-apiKey': 'ö\u{1f600}' }
    const { status } = await rawCall(app, 'GET', path, strange)
    expect(status).toBe(401)
    expect((await ask('?secretKey=%00&apiKey=%ff')).status).toBe(401)
  })
})

describe('a page token', () => {
  const list = (query: string) => harbour.call(`/customers?${query}`)
  const token = (asked: unknown) => Buffer.from(JSON.stringify(asked)).toString('base64url')

  it('asks nothing that could not be asked without it', async () => {
    const own = await list('itemsPerPage=1')
    const mine = own.body.data.map(({ id }: { id: string }) => id)
    const forged = await list(`pageNavigationToken=${token({ list: 'customers', size: 100 })}`)
    expect(forged.body.data.map(({ id }: { id: string }) => id)).toEqual(mine)
    const { body } = await other.call(
      `/customers?pageNavigationToken=${token({ list: 'customers', size: 100 })}`,
    )
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual([
      other.id('Customer', other.customerId),
    ])
  })

  it.each([
    ['a larger page', { list: 'customers', size: 101 }],
    ['no page', { list: 'customers', size: 0 }],
    ['another list', { list: 'products', size: 10 }],
    ['a filter of another form', { list: 'customers', size: 10, searchText: { not: '' } }],
    ['a filter that is not text', { list: 'customers', size: 10, createdSince: 'yesterday' }],
    ['a text', 'text'],
    ['nothing', null],
    ['a list', []],
  ])('with %s is refused', async (_what, asked) => {
    const { status, body } = await list(`pageNavigationToken=${token(asked)}`)
    expect([status, body.errorId]).toEqual([400, 'invalid_request'])
  })
})
