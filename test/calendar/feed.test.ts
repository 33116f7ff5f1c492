// Calendar feeds through the graph and their door: what calendar programs read, as two parsers
// understand it; who may have one made; and that an address that is dead tells nothing.
import ICAL from 'ical.js'
import nodeIcal from 'node-ical'
import { describe, expect, it } from 'vitest'
import type { Role, Scope } from '../../src/auth/scope.ts'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { newId } from '../../src/db/id.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { change, done, issued } from '../support/ask.ts'
import { giveRole, makeApiKey } from '../support/makers.ts'
import { openShop, schedule } from '../support/shop.ts'

const app: TestApp = await testApp()
const zone = 'Europe/London'

async function open(options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(app.db, { timeZone: zone, ...options })
  const { accountId } = shop
  const { key, userId } = await makeApiKey(app.db, { accountId, role: 'ADMIN' })
  const id = (name: NodeName, row: string) => encodeId(name, { accountId, id: row })
  await app.db.prisma.customer.update({
    where: { accountId_id: { accountId, id: shop.customerId } },
    data: { email: 'ada@example.com', phone: '+441234567890' },
  })
  return {
    shop,
    accountId,
    key,
    userId,
    account: id('Account', accountId),
    staff: shop.staffIds.map((row) => id('StaffMember', row)),
    customer: id('Customer', shop.customerId),
    service: id('Service', shop.serviceId),
    rowId: (text: string) => Buffer.from(text, 'base64url').subarray(17).toString('hex'),
  }
}

type Opened = Awaited<ReturnType<typeof open>>

const book = (opened: Opened, startsAt: string, wish: object = {}) =>
  done(app, opened.key, 'createBooking', {
    serviceId: opened.service,
    customerId: opened.customer,
    startsAt,
    ...wish,
  })

const makeFeed = ({ key }: Opened, input: object) =>
  issued(app, key, 'createCalendarFeed', { name: 'Calendar', ...input })

/** By its path: the test's clock and network are the application's. */
const read = (url: string, headers: Record<string, string> = {}) =>
  fetch(app.url + new URL(url).pathname, { headers })

type Event = {
  uid: string
  startsAt: string
  endsAt: string
  status: string
  sequence: number
  summary: string
  description: string
}

const at = (date: Date) => date.toISOString()

function byIcalJs(text: string): Event[] {
  const calendar = new ICAL.Component(ICAL.parse(text) as never)
  for (const rules of calendar.getAllSubcomponents('vtimezone'))
    ICAL.TimezoneService.register(rules)
  return calendar.getAllSubcomponents('vevent').map((component) => {
    const event = new ICAL.Event(component)
    return {
      uid: event.uid,
      startsAt: at(event.startDate.toJSDate()),
      endsAt: at(event.endDate.toJSDate()),
      status: String(component.getFirstPropertyValue('status')),
      sequence: event.sequence,
      summary: event.summary,
      description: event.description ?? '',
    }
  })
}

function byNodeIcal(text: string): Event[] {
  return Object.values(nodeIcal.sync.parseICS(text)).flatMap((event) =>
    event?.type === 'VEVENT'
      ? [
          {
            uid: event.uid,
            startsAt: at(event.start),
            endsAt: at(event.end as Date),
            status: String(event.status),
            sequence: Number(event.sequence),
            summary: String(event.summary),
            description: String(event.description ?? ''),
          },
        ]
      : [],
  )
}

/** What stands in a feed; both parsers say the same. */
async function eventsOf(url: string): Promise<Event[]> {
  const response = await read(url)
  expect(response.status).toBe(200)
  const text = await response.text()
  const events = byIcalJs(text)
  expect(byNodeIcal(text)).toEqual(events)
  return events
}

const dead = async (url: string) => {
  const response = await read(url)
  const { requestId: _, ...body } = (await response.json()) as Record<string, unknown>
  return { status: response.status, body }
}

const nothing = {
  status: 404,
  body: {
    error: 'not_found',
    message: 'There is no such calendar. It may have been revoked: ask for another address.',
  },
}

describe('a calendar feed', () => {
  it('follows a booking that is made, moved and called off, over a change of clocks', async () => {
    const opened = await open()
    const { secret } = await makeFeed(opened, { staffId: opened.staff[0] })
    // Clocks go forward on 29 March.
    const booking = await book(opened, '2026-03-30T09:00:00Z', { notes: 'Left, please; not right' })
    await book(opened, '2026-03-27T10:00:00Z')
    const [before, after] = await eventsOf(secret)
    expect(before?.startsAt).toBe('2026-03-27T10:00:00.000Z')
    const number = (
      await app.db.prisma.booking.findFirstOrThrow({
        where: { accountId: opened.accountId, notes: { not: null } },
      })
    ).number
    expect(after).toEqual({
      uid: expect.stringMatching(/^[\da-f-]{36}@slotgraph$/),
      startsAt: '2026-03-30T09:00:00.000Z',
      endsAt: '2026-03-30T10:00:00.000Z',
      status: 'CONFIRMED',
      sequence: 1,
      summary: 'Cut – Ada Byron',
      description: `${number}\nLeft, please; not right`,
    })
    const move = { id: booking.id, startsAt: '2026-03-31T11:00:00Z' }
    await done(app, opened.key, 'rescheduleBooking', move)
    const moved = { ...after, startsAt: '2026-03-31T11:00:00.000Z', sequence: 2 }
    expect((await eventsOf(secret))[1]).toMatchObject({
      ...moved,
      endsAt: '2026-03-31T12:00:00.000Z',
    })
    await done(app, opened.key, 'cancelBooking', { id: booking.id })
    expect((await eventsOf(secret))[1]).toMatchObject({
      uid: after?.uid,
      status: 'CANCELLED',
      sequence: 3,
    })
  })

  it('forgets what was called off long ago, and what is long over', async () => {
    const opened = await open()
    const { secret } = await makeFeed(opened, { accountId: opened.account, pastDays: 45 })
    const { id } = await book(opened, '2026-04-20T10:00:00Z')
    await book(opened, '2026-03-10T10:00:00Z')
    await done(app, opened.key, 'cancelBooking', { id })
    expect((await eventsOf(secret)).map(({ status }) => status)).toEqual(['CONFIRMED', 'CANCELLED'])
    const day = 86_400_000
    const now = app.clock.now()
    app.clock.advance(31 * day)
    expect((await eventsOf(secret)).map(({ status }) => status)).toEqual(['CONFIRMED'])
    app.clock.advance(30 * day)
    expect(await eventsOf(secret)).toEqual([])
    app.clock.set(now)
  })

  it('has a session once, with how many come, and for a customer as their seat', async () => {
    const opened = await open({ service: { kind: 'CLASS', capacity: 8, maxParty: 4 } })
    const { accountId, shop, account, staff, customer } = opened
    const session = await schedule(shop, 8, new Date('2026-03-05T18:00:00Z'))
    await app.db.prisma.sessionStaff.create({
      data: { accountId, sessionId: session, staffId: shop.staffIds[0] ?? '' },
    })
    const sessionId = encodeId('Session', { accountId, id: session })
    const other = await done(app, opened.key, 'createCustomer', { accountId: account, name: 'Bo' })
    const seats = { sessionId, startsAt: undefined }
    await book(opened, '', { ...seats, partySize: 3 })
    await book(opened, '', { ...seats, customerId: other.id })
    for (const owner of [{ staffId: staff[0] }, { accountId: account }]) {
      const { secret } = await makeFeed(opened, owner)
      const events = await eventsOf(secret)
      expect(events.map(({ uid, summary }) => [uid, summary])).toEqual([
        [`${session}@slotgraph`, 'Cut (4 of 8)'],
      ])
    }
    const { secret } = await makeFeed(opened, { customerId: customer })
    const [seat, ...more] = await eventsOf(secret)
    expect(more).toEqual([])
    const name = (await app.db.prisma.account.findUniqueOrThrow({ where: { id: accountId } })).name
    expect(seat).toMatchObject({ summary: `Cut – ${name}`, startsAt: '2026-03-05T18:00:00.000Z' })
    expect(seat?.description).toMatch(/^\w+\n× 3\nStaff 0$/)
  })

  it('shows a staff member what they do, and nothing of others', async () => {
    const opened = await open({ staff: 2 })
    const [one, other] = opened.staff
    await book(opened, '2026-03-05T10:00:00Z', { staffId: one })
    await book(opened, '2026-03-05T10:00:00Z', { staffId: other })
    const { secret } = await makeFeed(opened, { staffId: one })
    expect(await eventsOf(secret)).toHaveLength(1)
    const all = await makeFeed(opened, { accountId: opened.account })
    const descriptions = (await eventsOf(all.secret)).map(({ description }) => description)
    expect(descriptions.map((text) => text.split('\n')[1]).toSorted()).toEqual([
      'Staff 0',
      'Staff 1',
    ])
  })

  it('is not sent again while it says the same', async () => {
    const opened = await open()
    const { secret } = await makeFeed(opened, { accountId: opened.account })
    const first = await read(secret)
    expect(first.headers.get('content-type')).toBe('text/calendar; charset=utf-8; method=PUBLISH')
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    const etag = first.headers.get('etag') ?? ''
    app.clock.advance(1_000)
    const same = await read(secret, { 'if-none-match': `"other", W/${etag}` })
    expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag])
    await book(opened, '2026-03-05T10:00:00Z')
    const changed = await read(secret, { 'if-none-match': etag })
    expect(changed.status).toBe(200)
    expect(changed.headers.get('etag')).not.toBe(etag)
  })

  it('is read by one statement, which notes its use', async () => {
    const opened = await open()
    const { id, secret } = await makeFeed(opened, { accountId: opened.account })
    for (const day of [3, 4, 5]) await book(opened, `2026-03-0${day}T10:00:00Z`)
    const { pool } = app.db
    const query = pool.query.bind(pool)
    const asked: unknown[] = []
    pool.query = ((...args: Parameters<typeof query>) => {
      const [statement] = args as unknown as [string | { text: string }]
      const text = typeof statement === 'string' ? statement : statement.text
      if (text.includes('CalendarFeed')) asked.push(text)
      return query(...args)
    }) as never
    expect(await eventsOf(secret)).toHaveLength(3)
    pool.query = query
    expect(asked).toHaveLength(1)
    const { data } = await app.graphql(
      opened.key,
      `{ node(id: "${id}") { ... on CalendarFeed {
      lastUsedAt } } }`,
    )
    expect(data.node.lastUsedAt).toBe(at(new Date(app.clock.now())))
  })
})

describe('what a feed shows', () => {
  const summaries = async (url: string) => (await eventsOf(url)).map(({ summary }) => summary)

  it('is what it was given, and what its maker may see then', async () => {
    const opened = await open()
    await book(opened, '2026-03-05T10:00:00Z')
    const bare = await makeFeed(opened, { accountId: opened.account, scopes: ['bookings:read'] })
    expect(await summaries(bare.secret)).toEqual(['Booking'])
    const scopes = ['bookings:read', 'customers:read', 'customers:contact', 'services:read']
    const full = await makeFeed(opened, { accountId: opened.account, scopes })
    const [event] = await eventsOf(full.secret)
    expect(event?.summary).toBe('Cut – Ada Byron')
    expect(event?.description).toMatch(/\nada@example.com\n\+441234567890$/)
    await giveRole(app.db, opened.accountId, opened.userId, 'VIEWER')
    const [less] = await eventsOf(full.secret)
    expect(less?.summary).toBe('Cut – Ada Byron')
    expect(less?.description).toMatch(/^\w+$/)
  })

  it('is no more than whoever makes it holds', async () => {
    const opened = await open()
    const { accountId, account, userId, staff, customer } = opened
    const scopes: Scope[] = ['calendars:read', 'calendars:write', 'bookings:read', 'staff:read']
    const { key } = await makeApiKey(app.db, { accountId, scopes, userId, role: 'ADMIN' })
    const make = (input: object) =>
      change(app, key, 'createCalendarFeed', { name: 'Mine', ...input }, 'scopes')
    const beyond = await make({
      accountId: account,
      scopes: ['bookings:read', 'customers:contact'],
    })
    expect(beyond).toMatchObject({ code: 'VALIDATION_FAILED', path: ['scopes'] })
    expect(beyond.message).toContain('"customers:contact"')
    expect((await make({ customerId: customer })).message).toBe('This feed needs "customers:read".')
    expect((await make({ staffId: staff[0] })).data.scopes).toEqual(['bookings:read', 'staff:read'])
    const refused = await app.db.prisma.auditEntry.findMany({
      where: { accountId, action: 'feed.created', outcome: 'REFUSED' },
    })
    expect(refused).toHaveLength(1)
  })

  it('lasts no longer than the key that made it', async () => {
    const opened = await open()
    const { accountId, account } = opened
    const expiresAt = new Date(app.clock.now() + 3_600_000)
    const { key } = await makeApiKey(app.db, { accountId, expiresAt })
    const input = { accountId: account, name: 'Mine' }
    const { errors } = await app.graphql(
      key,
      `mutation ($input: CreateCalendarFeedInput!) {
        createCalendarFeed(input: $input) { __typename } }`,
      { input },
    )
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    const short = await issued(app, key, 'createCalendarFeed', { ...input, expiresAt })
    expect(await eventsOf(short.secret)).toEqual([])
    app.clock.advance(3_600_000)
    expect(await dead(short.secret)).toEqual(nothing)
    app.clock.advance(-3_600_000)
  })

  it.each(['name', 'pastDays', 'expiresAt', 'scopes'] as const)('has a legal %s', async (path) => {
    const opened = await open()
    const wrong = {
      name: ' ',
      pastDays: 366,
      expiresAt: '2026-01-01T00:00:00Z',
      scopes: ['bookings:read', 'bookings:write'],
    }
    const input = { accountId: opened.account, name: 'Mine', [path]: wrong[path] }
    const answer = await change(app, opened.key, 'createCalendarFeed', input, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: [path] })
    expect(await app.db.prisma.calendarFeed.count({ where: { accountId: opened.accountId } })).toBe(
      0,
    )
  })
})

describe('an address that is dead', () => {
  it('tells nothing: revoked, never made, or of somebody who has left', async () => {
    const opened = await open()
    const { accountId, account, userId } = opened
    const revoked = await makeFeed(opened, { accountId: account })
    expect((await read(revoked.secret)).status).toBe(200)
    for (const _ of [1, 2]) await done(app, opened.key, 'revokeCalendarFeed', { id: revoked.id })
    expect(await dead(revoked.secret)).toEqual(nothing)
    const left = await makeFeed(opened, { accountId: account })
    await app.db.prisma.membership.delete({ where: { accountId_userId: { accountId, userId } } })
    expect(await dead(left.secret)).toEqual(nothing)
    const url = (secret: string) => `${app.url}/calendars/${secret}.ics`
    expect(await dead(url('sgf_unknown'))).toEqual(nothing)
    expect(await dead(url(left.secret.slice(-60, -4).replace('sgf_', 'sgf_0')))).toEqual(nothing)
    const events = await app.db.prisma.event.findMany({
      where: { accountId, subjectType: 'CalendarFeed' },
      orderBy: { seq: 'asc' },
    })
    expect(events.map(({ type }) => type)).toEqual(['feed.created', 'feed.revoked', 'feed.created'])
    expect(JSON.stringify(events, (_key, value: unknown) => String(value))).not.toContain('sgf_')
  })

  it('is that of a customer who was merged or erased', async () => {
    const opened = await open()
    const { account, key } = opened
    const add = (name: string) => done(app, key, 'createCustomer', { accountId: account, name })
    const [from, gone] = [await add('From'), await add('Gone')]
    const feeds = [
      await makeFeed(opened, { customerId: from.id }),
      await makeFeed(opened, { customerId: gone.id }),
    ]
    await done(app, key, 'mergeCustomers', { fromIds: [from.id], intoId: opened.customer })
    await done(app, key, 'eraseCustomer', { id: gone.id })
    for (const { secret } of feeds) expect(await dead(secret)).toEqual(nothing)
    const again = await change(
      app,
      key,
      'createCalendarFeed',
      { customerId: gone.id, name: 'x' },
      'id',
    )
    expect(again.code).toBe('NOT_FOUND')
  })

  it('is not found by trying', async () => {
    const own = await testApp()
    const tried = async () => (await fetch(`${own.url}/calendars/sgf_${newId()}.ics`)).status
    const answers: number[] = []
    for (let times = 0; times < 31; times += 1) answers.push(await tried())
    expect(answers).toEqual([...Array.from({ length: 30 }, () => 404), 429])
    // Whoever reads a calendar from the same network does not pay for it.
    const { accountId } = await openShop(own.db)
    const { key } = await makeApiKey(own.db, { accountId })
    const account = encodeId('Account', { accountId, id: accountId })
    const { secret } = await issued(own, key, 'createCalendarFeed', {
      accountId: account,
      name: 'Mine',
    })
    expect((await fetch(own.url + new URL(secret).pathname)).status).toBe(200)
    own.clock.advance(900_000)
    expect(await tried()).toBe(404)
  })

  it('is kept out of the log', async () => {
    const own = await testApp({ level: 'debug' })
    const secret = `sgf_${'a'.repeat(49)}`
    await fetch(`${own.url}/calendars/${secret}.ics`)
    expect(own.lines.length).toBeGreaterThan(0)
    expect(JSON.stringify(own.lines)).not.toContain(secret)
  })
})

const roles: [Role, string][] = [
  ['STAFF', 'CreateCalendarFeedSuccess'],
  ['VIEWER', 'FORBIDDEN'],
]

it.each(roles)('%s who asks for a feed gets %s', async (role, expected) => {
  const opened = await open()
  const { key } = await makeApiKey(app.db, { accountId: opened.accountId, role })
  const { data, errors } = await app.graphql(
    key,
    `mutation ($input: CreateCalendarFeedInput!) {
      createCalendarFeed(input: $input) { __typename } }`,
    { input: { accountId: opened.account, name: 'Mine' } },
  )
  expect(data?.createCalendarFeed?.__typename ?? errors?.[0]?.extensions.code).toBe(expected)
})
