// Requests of Bookeo's routes that can be done, for the authorization table. Everybody asks by an
// application that a person of their role approved, with what their own credential may do.
import { isFailure, viewerOf } from '../../../src/auth/credential.ts'
import { hashSecret } from '../../../src/auth/secret.ts'
import { encodeId } from '../../../src/graphql/ids.ts'
import type { TestApp } from '../../support/app.ts'
import { tokenOf } from '../../../src/rest/bookeo/lists.ts'
import type { World } from '../../canary/world.ts'
import type { Asked } from '../asked.ts'
import { install, shown } from './bookeo-world.ts'

type Shown = Record<string, string>

const installed = new Map<string, Shown>()

async function installedLike(app: TestApp, token: string): Promise<Shown> {
  const found = await viewerOf(app.db, `Bearer ${token}`, app.clock.now())
  if (isFailure(found)) throw new Error(found.sentence)
  const { userId, grants } = found.viewer
  const [first = ''] = [...grants.keys()].toSorted()
  const scopes = [...(grants.get(first)?.scopes ?? [])]
  const installing = { accountId: first, scopes, permissions: scopes, approvedById: userId ?? '' }
  return shown(await install(app, installing))
}

/** Of the installation that shows itself so: what an application has to itself. */
async function ownInstallation({ db }: TestApp, { 'X-Bookeo-apiKey': apiKey }: Shown) {
  if (apiKey === undefined) return null
  const secretHash = Buffer.from(hashSecret(apiKey))
  return db.prisma.installation.findFirstOrThrow({ where: { secretHash } })
}

/** Its own webhook, if it has made one; else that of somebody else. */
async function webhookPath(app: TestApp, mine: World, headers: Shown): Promise<string> {
  const installation = await ownInstallation(app, headers)
  const own =
    installation &&
    (await app.db.prisma.webhookEndpoint.findFirst({ where: { installationId: installation.id } }))
  if (!own) return `/webhooks/${mine.id('WebhookEndpoint')}`
  const key = { accountId: installation.accountId, id: own.id }
  return `/webhooks/${encodeId('WebhookEndpoint', key)}`
}

/** Another account of whoever approved it, if they have one; else that of somebody else. */
async function subaccountPath(app: TestApp, mine: World, headers: Shown): Promise<string> {
  const installation = await ownInstallation(app, headers)
  const other =
    installation &&
    (await app.db.prisma.membership.findFirst({
      where: {
        userId: installation.approvedById ?? '',
        role: 'OWNER',
        accountId: { not: installation.accountId },
      },
    }))
  const id = other ? encodeId('Account', { accountId: other.accountId, id: other.accountId }) : null
  return `/subaccounts/${id ?? mine.id('Account')}/apikeys`
}

/** A key that was just given for it, if one was. */
async function newSubaccountKey({ url }: TestApp, path: string, headers: Shown): Promise<string> {
  const answer = await fetch(`${url}/bookeo/v2${path}`, { method: 'POST', headers })
  const { apiKey = 'none' } = (await answer.json()) as { apiKey?: string }
  return apiKey
}

const week = 'startTime=2026-03-20T00:00:00Z&endTime=2026-03-27T00:00:00Z'
const webhook = { url: 'https://app.example.com/hook', domain: 'bookings', type: 'created' }
const block = (mine: World, n: number, day = 28) => ({
  startTime: `2026-03-${day}T1${n}:00:00Z`,
  endTime: `2026-03-${day}T1${n}:30:00Z`,
  resources: [{ id: mine.id('Resource', 3) }],
})

/** What is used up by asking is another one each time. */
async function liveHold({ db, clock }: TestApp, { accountId }: World): Promise<string> {
  const expiresAt = { gt: new Date(clock.now()) }
  const where = { accountId, state: 'LIVE', expiresAt } as const
  const { id } = await db.prisma.hold.findFirstOrThrow({ where })
  return encodeId('Hold', { accountId, id })
}

async function openBooking({ db, clock }: TestApp, { accountId }: World): Promise<string> {
  const startsAt = { gt: new Date(clock.now()) }
  const where = { accountId, status: 'CONFIRMED', startsAt } as const
  const newest = { where, orderBy: { createdAt: 'desc' } } as const
  return (await db.prisma.booking.findFirstOrThrow(newest)).number
}

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
    getHold: async (_n, mine, app) => ({ path: `/holds/${await liveHold(app, mine)}` }),
    deleteHold: async (_n, mine, app) => ({ path: `/holds/${await liveHold(app, mine)}` }),
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
    cancelBooking: async (_n, mine, app) => ({ path: `/bookings/${await openBooking(app, mine)}` }),
    listBookingPayments: (_n, mine) => ({ path: `/bookings/${mine.word}1/payments` }),
    recordPayment: async (_n, { word, accountId: id }, app) => {
      const { currency } = await app.db.prisma.account.findUniqueOrThrow({ where: { id } })
      return {
        path: `/bookings/${word}1/payments`,
        body: { amount: { amount: '1.00', currency }, paymentMethod: 'cash' },
      }
    },
    listCustomerBookings: (_n, mine) => ({
      path: `/customers/${mine.id('Customer', 0)}/bookings`,
    }),
    listPayments: () => ({ path: '/payments' }),
    getPayment: (_n, mine) => ({ path: `/payments/${mine.id('Payment')}` }),
    listResourceBlocks: () => ({ path: '/resourceblocks' }),
    createResourceBlock: (n, mine) => ({ path: '/resourceblocks', body: block(mine, n) }),
    getResourceBlock: (_n, mine) => ({
      path: `/resourceblocks/${mine.id('Block', mine.rows.Block.length - 1)}`,
    }),
    replaceResourceBlock: (n, mine) => ({
      path: `/resourceblocks/${mine.id('Block', mine.rows.Block.length - 1)}`,
      body: block(mine, n, 29),
    }),
    deleteResourceBlock: async (_n, { accountId }, app) => {
      const newest = { where: { accountId }, orderBy: { createdAt: 'desc' } } as const
      const { id } = await app.db.prisma.block.findFirstOrThrow(newest)
      return { path: `/resourceblocks/${encodeId('Block', { accountId, id })}` }
    },
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
    deleteSeatBlock: async (_n, { accountId }, app) => {
      const newest = { where: { accountId }, orderBy: { createdAt: 'desc' } } as const
      const { id } = await app.db.prisma.seatBlock.findFirstOrThrow(newest)
      return { path: `/seatblocks/${encodeId('SeatBlock', { accountId, id })}` }
    },
    listSubaccounts: () => ({ path: '/subaccounts' }),
    authorizeSubaccount: async (_n, mine, app, headers) => ({
      path: await subaccountPath(app, mine, headers),
    }),
    endSubaccount: async (_n, mine, app, headers) => {
      const path = await subaccountPath(app, mine, headers)
      return { path: `${path}/${await newSubaccountKey(app, path, headers)}` }
    },
    listWebhooks: () => ({ path: '/webhooks' }),
    createWebhook: () => ({ path: '/webhooks', body: webhook }),
    getWebhook: async (_n, mine, app, headers) => ({
      path: await webhookPath(app, mine, headers),
    }),
    deleteWebhook: async (_n, mine, app, headers) => ({
      path: await webhookPath(app, mine, headers),
    }),
    deleteCustomer: async (_n, { accountId }, app) => {
      const nobody = { accountId, active: true, bookings: { none: {} }, holds: { none: {} } }
      const { id } = await app.db.prisma.customer.findFirstOrThrow({ where: nobody })
      return { path: `/customers/${encodeId('Customer', { accountId, id })}` }
    },
  },
}
