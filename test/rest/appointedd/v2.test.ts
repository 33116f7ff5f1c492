// Appointedd's V2 as a client lives with it: a token for its secret, one question over all
// accounts, pages to the end, only what is asked for, only what it may see, in the media type that
// it wants.
import { beforeAll, describe, expect, it } from 'vitest'
import { appointedd } from '../../../src/rest/appointedd/appointedd.ts'
import type { Scope } from '../../../src/auth/scope.ts'
import { createBooking } from '../../../src/booking/booking.actions.ts'
import { testApp } from '../../support/app.ts'
import { makeApiClient, makeApiKey } from '../../support/makers.ts'
import { asked, schedule, tuesday } from '../../support/shop.ts'
import { asker } from '../../canary/asker.ts'
import { caller } from '../support/calling.ts'
import { mount, openTwo, readingScopes, type TwoBusinesses } from './appointedd-world.ts'

const app = await testApp()
let world: TwoBusinesses

beforeAll(async () => {
  world = await openTwo(app)
})

const bearing = (token: string) => caller(app, mount, { authorization: `Bearer ${token}` })
const get = (path: string) => bearing(world.token)(path)
const idsOf = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id)

type TokenForm = { form?: Record<string, string>; basic?: string }

async function tokenFor({ form = {}, basic }: TokenForm) {
  const response = await app.post(`${mount}/oauth/tokens`, {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(basic !== undefined && { authorization: `Basic ${btoa(basic)}` }),
    },
    body: new URLSearchParams(form).toString(),
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const grant = { grant_type: 'client_credentials' }

describe('a client gets a token', () => {
  it('with its secret by Basic or in the form, and reads all accounts with it', async () => {
    const { clientId, clientSecret } = world
    const shown = { client_id: clientId, client_secret: clientSecret }
    const ways: TokenForm[] = [
      { form: grant, basic: `${clientId}:${clientSecret}` },
      { form: { ...grant, ...shown } },
    ]
    for (const way of ways) {
      const { status, headers, body } = await tokenFor(way)
      expect(status).toBe(200)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
      const { body: found } = await bearing(body.access_token)('/accounts')
      expect(found.meta.page.total).toBe(2)
    }
  })

  it.each([
    ['without a secret', { form: grant }, 401, 'invalid_client'],
    ['with a wrong one', { form: grant, basic: 'client:guess' }, 401, 'invalid_client'],
    ['for another grant', { form: { grant_type: 'password' } }, 400, 'unsupported_grant_type'],
    ['for no grant', {}, 400, 'invalid_request'],
  ] as const)('%s not: RFC 6749 says how', async (_what, asked, status, error) => {
    const { clientId, clientSecret } = world
    const isClient = status === 401
    const basic = isClient ? undefined : `${clientId}:${clientSecret}`
    const found = await tokenFor({ ...(basic && { basic }), ...asked })
    expect([found.status, found.body.error]).toEqual([status, error])
    expect(found.headers.get('www-authenticate') !== null).toBe(isClient)
  })
})

describe('pages', () => {
  async function walk(path: string): Promise<string[][]> {
    const pages: string[][] = []
    let next: string | null = app.url + mount + path
    while (next !== null) {
      const { status, body } = await get(next.slice((app.url + mount).length))
      expect(status).toBe(200)
      pages.push(idsOf(body))
      next = body.links.next
    }
    return pages
  }

  it('lead over all accounts to the end, either way, and the same link again leads there again', async () => {
    const { first, second, seats } = world.bookings
    expect(await walk('/bookings?page[size]=2')).toEqual([[first, second], [seats]])
    expect(await walk('/bookings?page[size]=2&sort=-starts_at')).toEqual([[seats, second], [first]])
    const page = await get('/bookings?page[size]=1')
    const link = page.body.links.next.slice((app.url + mount).length)
    expect((await get(link)).body).toEqual((await get(link)).body)
  })

  it('behind the last one are empty, and a page that is full may be the last', async () => {
    expect(await walk('/bookings?page[size]=3')).toHaveLength(1)
    const path = '/bookings?page[size]=2&fields[bookings]=status'
    const { body } = await get(path)
    const second = body.links.next.slice((app.url + mount).length)
    // What is behind the cursor is gone by then.
    const narrowed = await get(`${second}&filter[to]=2026-03-03T11:00:00Z`)
    expect([narrowed.body.data, narrowed.body.links.next]).toEqual([[], null])
  })

  it('take no cursor of another list', async () => {
    const { body } = await get('/staff?page[size]=1')
    const cursor = new URL(body.links.next).searchParams.get('page[after]')
    const { status, body: refused } = await get(`/services?page[after]=${cursor}`)
    expect([status, refused.errors[0].source]).toEqual([400, { parameter: 'page[after]' }])
  })

  it('have at most a hundred, and of events with all their bookings fifteen', async () => {
    expect((await get('/bookings?page[size]=100&include=customer,event,staff')).status).toBe(200)
    expect((await get('/events?page[size]=15&include=bookings,service,staff')).status).toBe(200)
    expect((await get('/events?include=bookings')).status).toBe(200)
    expect((await get('/events?page[size]=100')).status).toBe(200)
  })
})

describe('filters', () => {
  it('narrow bookings by account, time, status, change and what they are of', async () => {
    const { clinic, studio, bookings, sessionId } = world
    const { first, second, seats } = bookings
    const found = async (query: string) => idsOf((await get(`/bookings?${query}`)).body)
    expect(await found(`filter[account]=clinic,${studio.id('Account')}`)).toHaveLength(3)
    expect(await found('filter[from]=2026-03-03T12:00:00Z')).toEqual([second, seats])
    expect(await found('filter[to]=2026-03-03T12:00:00Z')).toEqual([first])
    expect(await found('filter[from]=2026-03-03T13:00:00%2B01:00')).toEqual([second, seats])
    expect(await found('filter[status]=cancelled,declined')).toEqual([])
    expect(await found('filter[status]=confirmed,pending')).toHaveLength(3)
    expect(await found('filter[updated_since]=2026-03-02T08:00:01Z')).toEqual([])
    expect(await found(`filter[event]=${sessionId}`)).toEqual([seats])
    expect(await found(`filter[staff]=${clinic.id('StaffMember', clinic.staffIds[1])}`)).toEqual([
      second,
    ])
    expect(await found(`filter[customer]=${bookings.foreign}`)).toEqual([])
  })

  it('find an event that was called off only when that is asked for', async () => {
    const { studio } = world
    const id = await schedule(studio, 4, tuesday(20))
    const key = { accountId: studio.accountId, id }
    await app.db.prisma.session.update({
      where: { accountId_id: key },
      data: { active: false },
    })
    const off = studio.id('Session', id)
    expect(idsOf((await get('/events')).body)).toEqual([world.sessionId])
    expect(idsOf((await get('/events?filter[status]=cancelled')).body)).toEqual([off])
    const both = await get('/events?filter[status]=cancelled,scheduled&sort=-starts_at')
    expect(idsOf(both.body)).toEqual([off, world.sessionId])
    expect(both.body.data[0].attributes.status).toBe('cancelled')
  })

  it('answer alike for an account that is not there, is of others, or is lost', async () => {
    const mine = await openTwo(app, 'lost-')
    const client = bearing(mine.token)
    const path = `/bookings?filter[account]=${mine.studio.slug}`
    expect((await client(path)).status).toBe(200)
    await app.db.prisma.membership.delete({
      where: { accountId_userId: { accountId: mine.studio.accountId, userId: mine.userId } },
    })
    const answers = await Promise.all(
      [mine.studio.slug, 'foreign', 'nowhere', mine.studio.id('Account')].map((name) =>
        client(`/bookings?filter[account]=${name}`),
      ),
    )
    for (const { status, body } of answers) {
      expect(status).toBe(404)
      expect(body).toEqual(answers[0]?.body)
    }
    expect((await client(`/bookings/${mine.bookings.seats}`)).status).toBe(404)
  })
})

describe('what is asked for', () => {
  const variables = (route: string, query: Record<string, string>) =>
    appointedd.routes
      .find(({ name }) => name === route)
      ?.variables({ path: {}, query, body: {}, idempotencyKey: null }, {})

  it('is all that the document reads', async () => {
    const sparse = variables('listBookings', { 'fields[bookings]': 'status' })
    const read = Object.entries(sparse ?? {}).filter(([, value]) => value === true)
    expect(read.map(([name]) => name)).toEqual(['bookings_status'])
  })

  it('costs no statement for what is left out', async () => {
    const { document } = appointedd.routes.find(({ name }) => name === 'listBookings') ?? {}
    const { counted } = await asker(app, world.token)
    const spent = async (query: Record<string, string>) =>
      (await counted(document ?? '', variables('listBookings', query) ?? {})).statements
    const little = await spent({ 'fields[bookings]': 'status' })
    // Single things that a booking refers to are read with it.
    expect(await spent({ 'fields[bookings]': 'status', include: 'customer' })).toBe(little)
    expect(await spent({ include: 'customer,service' })).toBeGreaterThan(little)
  })

  it('is left out of the object when it is not named, relationships too', async () => {
    const { body } = await get(
      `/bookings/${world.bookings.first}?fields[bookings]=status&include=staff&fields[staff]=`,
    )
    expect(body.data.attributes).toEqual({ status: 'confirmed' })
    expect(body.data).not.toHaveProperty('relationships')
    expect(body.included).toMatchObject([{ type: 'staff', attributes: {} }])
    expect((await get('/accounts?fields[accounts]=')).body.data[0].attributes).toEqual({})
  })
})

describe('rights', () => {
  it('are those of the graph: what the client may not see is null, or forbidden as a whole', async () => {
    const { clinic } = world
    const few: Scope[] = ['bookings:read', 'services:read']
    const { key } = await makeApiKey(app.db, { accountId: clinic.accountId, scopes: few })
    const { status, body } = await bearing(key)('/bookings?include=customer,service')
    expect(status).toBe(200)
    expect(body.data[0].relationships.customer).toEqual({ data: null })
    expect(body.data[0].attributes).toMatchObject({ price: null, amount_paid: null })
    expect(body.included.map(({ type }: { type: string }) => type)).toEqual(['services'])
    const denied = await bearing(key)('/customers')
    expect([denied.status, denied.body.errors[0].code]).toEqual([403, 'forbidden'])
    expect(denied.headers.get('www-authenticate')).toContain('scope="customers:read"')
    expect(
      (await bearing(key)(`/customers/${clinic.id('Customer', clinic.customerId)}`)).status,
    ).toBe(404)
  })

  it('leave out the personal fields of customers without their scope', async () => {
    const scopes = readingScopes.filter((scope) => scope !== 'customers:contact')
    const { clinic, userId } = world
    const accountIds = [clinic.accountId]
    const { token } = await makeApiClient(app.db, {
      accountIds,
      chosen: accountIds,
      userId,
      scopes,
      now: app.clock.now(),
    })
    const { body } = await bearing(token)('/customers')
    expect(body.data[0].attributes).toMatchObject({ name: 'Ada Byron', email: null, phone: null })
    expect((await bearing(token)('/customers?filter[search]=clinic.example')).body.data).toEqual([])
    expect(idsOf((await bearing(token)('/accounts')).body)).toEqual([clinic.id('Account')])
  })
})

describe('the media type', () => {
  it.each([
    [undefined, 'application/vnd.api+json'],
    ['*/*', 'application/vnd.api+json'],
    ['application/vnd.api+json', 'application/vnd.api+json'],
    ['application/json', 'application/json'],
    ['text/html, application/json;q=0.9, */*;q=0.8', 'application/json'],
    ['application/json;q=0.5, application/vnd.api+json', 'application/vnd.api+json'],
    ['application/json, application/vnd.api+json', 'application/vnd.api+json'],
    ['application/json;q=0', 'application/vnd.api+json'],
  ])('for %j is %s, with the same bytes', async (accept, expected) => {
    const ask = async (header: string) => {
      const response = await fetch(`${app.url}${mount}/bookings?sort=-updated_at`, {
        headers: { authorization: `Bearer ${world.token}`, accept: header },
      })
      return { type: response.headers.get('content-type'), text: await response.text() }
    }
    const found = await ask(accept ?? '')
    expect(found.type).toBe(expected)
    expect(found.text).toBe((await ask('application/vnd.api+json')).text)
  })
})

it('money is whole minor units, whatever the currency has of them', async () => {
  const prices = []
  for (const [currency, priceMinor] of [
    ['JPY', 4500],
    ['KWD', 12_345],
  ] as const) {
    const { clinic, token } = await openTwo(app, `${currency.toLowerCase()}-`)
    const { accountId, serviceId } = clinic
    await app.db.prisma.account.update({ where: { id: accountId }, data: { currency } })
    await app.db.prisma.service.update({
      where: { accountId_id: { accountId, id: serviceId } },
      data: { priceMinor },
    })
    await createBooking(clinic.ctx, asked(clinic, { startsAt: tuesday(15) }))
    const path = `/bookings?filter[account]=${clinic.slug}&sort=-starts_at&page[size]=1`
    prices.push((await bearing(token)(path)).body.data[0].attributes.price)
  }
  expect(prices).toEqual([
    { amount: 4500, currency: 'JPY' },
    { amount: 12_345, currency: 'KWD' },
  ])
})
