// Requests of Bookeo's routes that can be done, for the authorization table. Everybody asks by an
// application that a person of their role approved, with what their own credential may do.
import { isFailure, viewerOf } from '../../../src/auth/credential.ts'
import type { TestApp } from '../../support/app.ts'
import { tokenOf } from '../../../src/rest/bookeo/lists.ts'
import type { World } from '../../canary/world.ts'
import type { Asked } from '../asked.ts'
import { install, shown } from './bookeo-world.ts'

const installed = new Map<string, Record<string, string>>()

async function installedLike(app: TestApp, token: string): Promise<Record<string, string>> {
  const found = await viewerOf(app.db, `Bearer ${token}`, app.clock.now())
  if (isFailure(found)) throw new Error(found.sentence)
  const { userId, grants } = found.viewer
  const [first = ''] = [...grants.keys()].toSorted()
  const scopes = [...(grants.get(first)?.scopes ?? [])]
  const installing = { accountId: first, scopes, permissions: scopes, approvedById: userId ?? '' }
  return shown(await install(app, installing))
}

const week = 'startTime=2026-03-20T00:00:00Z&endTime=2026-03-27T00:00:00Z'
const webhook = { url: 'https://app.example.com/hook', domain: 'bookings', type: 'created' }
const block = (mine: World, n: number) => ({
  startTime: `2026-03-28T1${n}:00:00Z`,
  endTime: `2026-03-28T1${n}:30:00Z`,
  resources: [{ id: mine.id('Resource', 3) }],
})

export const asked: Asked = {
  dialect: 'bookeo',
  shows: async (app, _name, token) => {
    if (token === null) return {}
    const known = installed.get(token) ?? (await installedLike(app, token))
    installed.set(token, known)
    return known
  },
  requests: {
    getApiKeyInfo: () => ({ path: '/settings/apikeyinfo' }),
    getBusiness: () => ({ path: '/settings/business' }),
    listLanguages: () => ({ path: '/settings/languages' }),
    listPeopleCategories: () => ({ path: '/settings/peoplecategories' }),
    listProducts: () => ({ path: '/settings/products' }),
    listResources: () => ({ path: '/settings/resources' }),
    listTaxes: () => ({ path: '/settings/taxes' }),
    listCustomers: () => ({ path: '/customers' }),
    createCustomer: (n) => ({ path: '/customers', body: { firstName: `Nobody ${n}` } }),
    getCustomer: (_n, mine) => ({ path: `/customers/${mine.id('Customer', 0)}` }),
    replaceCustomer: (n, mine) => ({
      path: `/customers/${mine.id('Customer', 0)}`,
      body: { firstName: `Somebody ${n}` },
    }),
    listSlots: () => ({ path: `/availability/slots?${week}` }),
    findMatchingSlots: (_n, mine) => ({
      path: '/availability/matchingslots',
      body: {
        productId: mine.id('Service'),
        startTime: '2026-03-20T00:00:00Z',
        endTime: '2026-03-21T00:00:00Z',
      },
    }),
    getMatchingSlots: (_n, mine) => ({
      path: `/availability/matchingslots/${tokenOf('matchingslots', 50, {
        productId: mine.id('Service'),
        startTime: '2026-03-20T00:00:00Z',
        endTime: '2026-03-21T00:00:00Z',
      })}`,
    }),
    createHold: (n, mine) => ({
      path: '/holds',
      body: { productId: mine.id('Service'), startTime: `2026-03-20T1${n}:00:00Z` },
    }),
    getHold: (_n, mine) => ({ path: `/holds/${mine.id('Hold', 1)}` }),
    deleteHold: (_n, mine) => ({ path: `/holds/${mine.id('Hold', 1)}` }),
    listBookings: () => ({ path: `/bookings?${week}` }),
    createBooking: (n, mine) => ({
      path: '/bookings',
      body: {
        productId: mine.id('Service'),
        startTime: `2026-03-23T1${n}:00:00Z`,
        customer: { firstName: 'Somebody', lastName: String(n) },
      },
    }),
    getBooking: (_n, mine) => ({ path: `/bookings/${mine.word}1` }),
    getBookingCustomer: (_n, mine) => ({ path: `/bookings/${mine.word}1/customer` }),
    replaceBooking: (_n, mine) => ({
      path: `/bookings/${mine.word}1`,
      body: { startTime: '2026-03-24T10:00:00Z' },
    }),
    cancelBooking: (n, mine) => ({
      path: `/bookings/${mine.word}${mine.rows.Booking.length - 1 - n}`,
    }),
    listBookingPayments: (_n, mine) => ({ path: `/bookings/${mine.word}1/payments` }),
    recordPayment: (_n, mine) => ({
      path: `/bookings/${mine.word}1/payments`,
      body: { amount: { amount: '1.00' }, paymentMethod: 'cash' },
    }),
    listCustomerBookings: (_n, mine) => ({
      path: `/customers/${mine.id('Customer', 0)}/bookings`,
    }),
    listPayments: () => ({ path: '/payments' }),
    getPayment: (_n, mine) => ({ path: `/payments/${mine.id('Payment', 1)}` }),
    listResourceBlocks: () => ({ path: '/resourceblocks' }),
    createResourceBlock: (n, mine) => ({ path: '/resourceblocks', body: block(mine, n) }),
    getResourceBlock: (_n, mine) => ({
      path: `/resourceblocks/${mine.id('Block', mine.rows.Block.length - 1)}`,
    }),
    replaceResourceBlock: (n, mine) => ({
      path: `/resourceblocks/${mine.id('Block', mine.rows.Block.length - 1)}`,
      body: block(mine, n),
    }),
    deleteResourceBlock: (_n, mine) => ({
      path: `/resourceblocks/${mine.id('Block', mine.rows.Block.length - 1)}`,
    }),
    listSeatBlocks: () => ({ path: '/seatblocks' }),
    createSeatBlock: (_n, mine) => ({
      path: '/seatblocks',
      body: { eventId: mine.id('Session', 2), numSeats: 1 },
    }),
    getSeatBlock: (_n, mine) => ({
      path: `/seatblocks/${mine.id('SeatBlock', mine.rows.SeatBlock.length - 1)}`,
    }),
    replaceSeatBlock: (_n, mine) => ({
      path: `/seatblocks/${mine.id('SeatBlock', mine.rows.SeatBlock.length - 1)}`,
      body: { eventId: mine.id('Session', 0), numSeats: 1 },
    }),
    deleteSeatBlock: (_n, mine) => ({
      path: `/seatblocks/${mine.id('SeatBlock', mine.rows.SeatBlock.length - 1)}`,
    }),
    listSubaccounts: () => ({ path: '/subaccounts' }),
    authorizeSubaccount: (_n, mine) => ({ path: `/subaccounts/${mine.id('Account')}/apikeys` }),
    endSubaccount: (_n, mine) => ({ path: `/subaccounts/${mine.id('Account')}/apikeys/none` }),
    listWebhooks: () => ({ path: '/webhooks' }),
    createWebhook: () => ({ path: '/webhooks', body: webhook }),
    getWebhook: (_n, mine) => ({ path: `/webhooks/${mine.id('WebhookEndpoint')}` }),
    deleteWebhook: (_n, mine) => ({ path: `/webhooks/${mine.id('WebhookEndpoint')}` }),
    deleteCustomer: (_n, mine) => ({ path: `/customers/${mine.id('Customer', 0)}` }),
  },
}
