// Two ways with calendars of Google's and Microsoft's, on servers of this machine that speak what
// the two publish: what is made there takes time here, what is booked here stands there, once, and
// whoever takes the access back is asked for nothing more.
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { decodeId, encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { googleServer } from '../support/google-server.ts'
import { makeApiKey } from '../support/makers.ts'
import { microsoftServer } from '../support/microsoft-server.ts'
import { openShop } from '../support/shop.ts'

const HOUR = 3_600_000
const servers = [await googleServer(), await microsoftServer()] as const
type Server = (typeof servers)[number]
const app = await testApp({ config: { ...servers[0].config, ...servers[1].config } })
let opened = 0
const soon = { timeout: 15_000, interval: 20 }

/** A shop whose one staff member has the calendar, which is empty. */
async function open(server: Server, wish: object = {}) {
  Object.assign(server.manner, {
    silent: false,
    saysInstead: null,
    rotates: false,
    pageSize: 1_000,
  })
  for (const { id } of server.ours()) server.remove(id)
  const refreshToken = `refresh-of-${(opened += 1)}`
  server.grants.refresh.add(refreshToken)
  server.endAccess()
  app.clock.set('2026-03-02T08:00:00Z')
  const shop = await openShop(app.db, { staff: 2 })
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const id = (name: NodeName, row = '') => encodeId(name, { accountId, id: row })
  const staff = shop.staffIds.map((row) => id('StaffMember', row))
  const input = { staffId: staff[0], name: 'Anna', kind: server.kind, refreshToken }
  const made = { ...input, writesBookings: true, ...wish }
  const { id: calendar } = await done(app, key, 'createCalendarSource', made)
  // Whoever comes next finds nobody who writes there.
  onTestFinished(async () => {
    await done(app, key, 'updateCalendarSource', { id: calendar, paused: true })
  })
  const state = async () => {
    const fields = `syncedAt lastError writeError waitingWrites busyCount unreadCount pausedAt
      nextSyncAt failureCount host version`
    const query = `{ node(id: "${calendar}") { ... on CalendarSource { ${fields} } } }`
    return (await app.graphql(key, query)).data.node
  }
  const becomes = (wanted: object) =>
    vi.waitFor(async () => expect(await state()).toMatchObject(wanted), soon)
  const readAgain = async () => {
    app.clock.advance(30_000)
    await becomes({ syncedAt: new Date(app.clock.now()).toISOString() })
  }
  const book = (startsAt = '2026-03-03T10:00:00Z') =>
    done(app, key, 'createBooking', {
      serviceId: id('Service', shop.serviceId),
      customerId: id('Customer', shop.customerId),
      staffId: staff[0],
      startsAt,
    })
  const offered = async (): Promise<number[]> => {
    const asked = `serviceId: "${id('Service', shop.serviceId)}", staffIds: ["${staff[0]}"]`
    const { data } = await app.graphql(
      key,
      `{ availability(input: { ${asked}, from: "2026-03-03", days: 1 }) { slots { startsAt } } }`,
    )
    return data.availability.slots
      .map((slot: { startsAt: string }) => new Date(slot.startsAt))
      .filter((at: Date) => at.getUTCMinutes() === 0)
      .map((at: Date) => at.getUTCHours())
  }
  const stands = (...starts: string[]) =>
    vi.waitFor(() => {
      expect(server.ours().map(({ start }) => start.slice(0, 16))).toEqual(starts)
    }, soon)
  const idle = () => becomes({ waitingWrites: 0 })
  if (!('paused' in wish)) {
    await vi.waitFor(async () => expect((await state()).syncedAt).not.toBe(null), soon)
  }
  return {
    server,
    refreshToken,
    accountId,
    key,
    staff,
    calendar,
    state,
    becomes,
    readAgain,
    book,
    offered,
    stands,
    idle,
  }
}

const all = [9, 10, 11, 12, 13, 14, 15, 16]
const only = (...taken: number[]) => all.filter((hour) => !taken.includes(hour))
const asksOf = ({ requests }: Server, pattern: RegExp) =>
  requests.filter((request) => pattern.test(request)).length

describe.each(servers.map((server) => [server.kind, server] as const))('%s', (_kind, server) => {
  it('shows a booking that is made, moved, given to another and called off', async () => {
    const opened = await open(server)
    const { accountId, key, staff, stands } = opened
    const { id } = await opened.book()
    await stands('2026-03-03T10:00')
    expect(server.ours()[0]?.summary).toBe('Cut – Ada Byron')
    await done(app, key, 'rescheduleBooking', { id, startsAt: '2026-03-04T11:00:00Z' })
    await stands('2026-03-04T11:00')
    await done(app, key, 'reassignBooking', { id, staffId: staff[1] })
    await stands()
    await done(app, key, 'reassignBooking', { id, staffId: staff[0] })
    await stands('2026-03-04T11:00')
    await done(app, key, 'cancelBooking', { id })
    await stands()
    await opened.becomes({ writeError: null, waitingWrites: 0 })
    const where = { accountId, type: { startsWith: 'calendar.entry' } }
    const told = await app.db.prisma.event.findMany({ where, orderBy: { seq: 'asc' } })
    const [written, removed] = ['calendar.entry_written', 'calendar.entry_removed']
    expect(told.map(({ type }) => type)).toEqual([written, written, removed, written, removed])
    const bookingId = decodeId(id)?.id
    expect(told.every(({ about }) => Object(about).bookingId === bookingId)).toBe(true)
    const action = { startsWith: 'calendar.entry' }
    expect(await app.db.prisma.auditEntry.count({ where: { accountId, action } })).toBe(5)
  })

  it('blocks what is made there within a minute, and frees what is deleted', async () => {
    const opened = await open(server)
    await opened.book()
    await opened.stands('2026-03-03T10:00')
    await opened.idle()
    const ids = [
      server.make({ start: '2026-03-03T13:00:00Z', end: '2026-03-03T14:00:00Z' }),
      server.make({ start: '2026-02-24T15:00:00Z', end: '2026-02-24T16:00:00Z', weeks: 3 }),
      server.make({ start: '2026-03-03T11:00:00Z', end: '2026-03-03T12:00:00Z', isFree: true }),
      server.make({ start: '2026-03-03T11:00:00Z', end: '2026-03-03T12:00:00Z', isDeclined: true }),
    ]
    await opened.readAgain()
    expect(await opened.offered()).toEqual(only(10, 13, 15))
    // The series reaches into the window with two of its three.
    await opened.becomes({ busyCount: 3, unreadCount: 0, lastError: null })
    server.move(ids[0] ?? '', '2026-03-03T09:00:00Z', '2026-03-03T10:00:00Z')
    await opened.readAgain()
    expect(await opened.offered()).toEqual(only(9, 10, 15))
    const day = server.make({ start: '2026-03-03', end: '2026-03-04' })
    await opened.readAgain()
    expect(await opened.offered()).toEqual([])
    for (const id of [...ids, day]) server.remove(id)
    await opened.readAgain()
    expect(await opened.offered()).toEqual(only(10))
  })

  it('has put back what was deleted or moved there, because the booking stands', async () => {
    const opened = await open(server)
    await opened.book()
    await opened.stands('2026-03-03T10:00')
    await opened.idle()
    server.remove(server.ours()[0]?.id ?? '')
    await opened.readAgain()
    await opened.stands('2026-03-03T10:00')
    await opened.idle()
    server.move(server.ours()[0]?.id ?? '', '2026-03-03T09:00:00Z', '2026-03-03T10:00:00Z')
    await opened.readAgain()
    await opened.stands('2026-03-03T10:00')
    expect(await opened.offered()).toEqual(only(10))
  })

  it('is written over what somebody changed there, and cleared of it', async () => {
    const opened = await open(server)
    const { id } = await opened.book()
    await opened.stands('2026-03-03T10:00')
    await opened.idle()
    const change = () =>
      server.move(server.ours()[0]?.id ?? '', '2026-03-06T09:00:00Z', '2026-03-06T10:00:00Z')
    change()
    await done(app, opened.key, 'rescheduleBooking', { id, startsAt: '2026-03-05T11:00:00Z' })
    await opened.stands('2026-03-05T11:00')
    await opened.idle()
    expect(server.ours()[0]?.summary).toBe('Cut – Ada Byron')
    change()
    await done(app, opened.key, 'cancelBooking', { id })
    await opened.stands()
    await opened.becomes({ writeError: null, waitingWrites: 0 })
  })

  it('is asked for news only, until there are some or the server knows no more what is new', async () => {
    const opened = await open(server, { writesBookings: false })
    const news = /syncToken|deltatoken/
    const before = server.requests.length
    await opened.readAgain()
    await opened.readAgain()
    const asked = server.requests.slice(before)
    expect(asked.map((request) => news.test(request))).toEqual([true, true])
    server.forget()
    await opened.readAgain()
    expect(server.requests.slice(before + 2).map((request) => news.test(request))).toContain(false)
    await opened.becomes({ lastError: null })
    const again = server.requests.length
    await opened.readAgain()
    expect(server.requests.slice(again).map((request) => news.test(request))).toEqual([true])
  })

  it('is read from page to page', async () => {
    const opened = await open(server, { paused: true })
    server.manner.pageSize = 2
    const ids = [9, 11, 13, 15, 16].map((hour) => {
      const [start, end] = [hour, hour + 1].map((at) => `2026-03-03T${String(at).padStart(2, '0')}`)
      return server.make({ start: `${start}:00:00Z`, end: `${end}:00:00Z` })
    })
    await done(app, opened.key, 'updateCalendarSource', { id: opened.calendar, paused: false })
    await opened.becomes({ busyCount: 5, lastError: null })
    expect(await opened.offered()).toEqual(only(9, 11, 13, 15, 16))
    for (const id of ids) server.remove(id)
    await opened.readAgain()
    await opened.becomes({ busyCount: 0 })
  })

  it('whose server is down is tried again, and nothing is forgotten', async () => {
    const opened = await open(server)
    server.manner.silent = true
    await opened.book()
    await opened.becomes({ waitingWrites: 1, writeError: expect.stringContaining('connection') })
    server.manner.silent = false
    app.clock.advance(60_000)
    await opened.stands('2026-03-03T10:00')
    await opened.becomes({ waitingWrites: 0, writeError: null })
  })

  it('holds one event, whatever became of the answer or of the process that made it', async () => {
    const opened = await open(server)
    server.cutOff()
    const { id } = await opened.book()
    await opened.becomes({ waitingWrites: 1, writeError: expect.any(String) })
    app.clock.advance(60_000)
    await opened.becomes({ waitingWrites: 0, writeError: null })
    await opened.stands('2026-03-03T10:00')
    // A worker died between its writing and its row.
    const dueAt = new Date(app.clock.now())
    const lost = { etag: null, contentHash: null, leasedBy: 'somebody who died' }
    const { accountId } = opened
    await app.db.prisma.calendarWrite.updateMany({ where: { accountId }, data: { ...lost, dueAt } })
    await opened.idle()
    await opened.stands('2026-03-03T10:00')
    const leasedUntil = new Date(app.clock.now() + 60_000)
    await app.db.prisma.calendarWrite.updateMany({
      where: { accountId },
      data: { ...lost, leasedUntil },
    })
    await done(app, opened.key, 'cancelBooking', { id })
    app.clock.advance(60_000)
    await opened.stands()
  })

  it('renews its access when it runs out or is not taken, and not before', async () => {
    const opened = await open(server, { writesBookings: false })
    const renewals = () => asksOf(server, /^POST \/token$/)
    const before = renewals()
    await opened.readAgain()
    expect(renewals()).toBe(before)
    server.endAccess()
    await opened.readAgain()
    expect(renewals()).toBe(before + 1)
    app.clock.advance(HOUR)
    await opened.readAgain()
    expect(renewals()).toBe(before + 2)
    await opened.becomes({ lastError: null })
  })

  it('keeps what a server gives in place of the refresh token', async () => {
    const opened = await open(server, { writesBookings: false })
    server.manner.rotates = true
    server.endAccess()
    await opened.readAgain()
    server.grants.refresh.delete(opened.refreshToken)
    server.endAccess()
    await opened.readAgain()
    expect(await opened.state()).toMatchObject({ lastError: null, pausedAt: null })
  })

  it('is paused when the access is taken back, and goes on with another', async () => {
    const opened = await open(server)
    server.grants.refresh.clear()
    server.endAccess()
    app.clock.advance(30_000)
    const revoked =
      'The access was taken back, or has run out; update the calendar with another refresh token.'
    await opened.becomes({ lastError: revoked, pausedAt: expect.any(String), version: 2 })
    await opened.book()
    await opened.becomes({ waitingWrites: 1 })
    const before = server.requests.length
    app.clock.advance(24 * HOUR)
    await opened.becomes({ lastError: revoked })
    expect(server.requests.length).toBe(before)
    server.grants.refresh.add('refresh-new')
    const input = { id: opened.calendar, refreshToken: 'refresh-new' }
    await done(app, opened.key, 'updateCalendarSource', input)
    await opened.becomes({ lastError: null, pausedAt: null, waitingWrites: 0 })
    await opened.stands('2026-03-03T10:00')
    const { accountId } = opened
    const told = await app.db.prisma.event.findMany({
      where: { accountId, type: 'calendar.failed' },
    })
    expect(JSON.stringify(told.map(({ changes }) => changes))).toContain('pausedAt')
    const said = (await app.db.prisma.auditEntry.findMany({ where: { accountId } })).map(
      ({ changes }) => changes,
    )
    expect(said.length).toBeGreaterThan(0)
    expect(JSON.stringify([said, told.map(({ changes }) => changes), app.lines])).not.toMatch(
      /refresh-|access-|client secret/,
    )
  })

  it('is paused by a writing that finds the access taken back', async () => {
    const opened = await open(server)
    server.grants.refresh.clear()
    server.endAccess()
    await opened.book()
    await opened.becomes({
      writeError: expect.stringContaining('taken back'),
      pausedAt: expect.any(String),
    })
  })

  it('is left alone for as long as its server wants', async () => {
    const opened = await open(server)
    server.manner.saysInstead = server.tooMuch(7_200)
    await opened.book()
    await opened.becomes({ writeError: expect.stringContaining('asked too much') })
    app.clock.advance(30_000)
    await opened.becomes({ lastError: expect.stringContaining('asked too much') })
    const nextSyncAt = new Date(app.clock.now() + 2 * HOUR).toISOString()
    await opened.becomes({ nextSyncAt, pausedAt: null })
    server.manner.saysInstead = null
    const before = server.requests.length
    app.clock.advance(HOUR)
    await opened.becomes({ waitingWrites: 1 })
    expect(server.requests.length).toBe(before)
    app.clock.advance(HOUR)
    await opened.stands('2026-03-03T10:00')
    await opened.becomes({ lastError: null, writeError: null })
  })

  it('that says what is no list of events has not freed anything', async () => {
    const opened = await open(server)
    const id = server.make({ start: '2026-03-03T13:00:00Z', end: '2026-03-03T14:00:00Z' })
    await opened.readAgain()
    await opened.becomes({ busyCount: 1 })
    server.manner.saysInstead = { status: 200, body: { hello: 'there' } }
    app.clock.advance(30_000)
    const lastError = 'What the server says of the calendar cannot be read.'
    await opened.becomes({ lastError, busyCount: 1 })
    expect(await opened.offered()).toEqual(only(13))
    server.manner.saysInstead = null
    server.remove(id)
  })

  it('may be another calendar of the account, and is read anew there', async () => {
    const opened = await open(server)
    const { key, calendar: id } = opened
    await opened.book()
    await opened.stands('2026-03-03T10:00')
    await done(app, key, 'updateCalendarSource', { id, calendarId: 'somebody else’s' })
    await opened.becomes({ lastError: 'There is nothing at this address.' })
    await done(app, key, 'updateCalendarSource', { id, calendarId: server.calendarId })
    await opened.becomes({ lastError: null, waitingWrites: 0 })
    expect(asksOf(server, /anna/)).toBeGreaterThan(0)
    await opened.stands('2026-03-03T10:00')
  })

  it.each([
    [{ refreshToken: null }, 'refreshToken'],
    [{ refreshToken: 'with blank' }, 'refreshToken'],
    [{ username: 'anna', password: 'x' }, 'refreshToken'],
    [{ refreshToken: null, username: 'anna', password: 'x' }, 'username'],
    [{ url: 'https://example.com/a' }, 'url'],
    [{ calendarId: '..' }, 'calendarId'],
    [{ kind: 'CALDAV', url: 'https://example.com/a' }, 'refreshToken'],
    [{ kind: 'CALDAV', refreshToken: null }, 'url'],
    [{ kind: 'ICS', refreshToken: null, calendarId: 'a', url: 'https://a.example' }, 'calendarId'],
  ])('is not connected with %j', async (wish, path) => {
    const shop = await openShop(app.db)
    const { accountId } = shop
    const { key } = await makeApiKey(app.db, { accountId })
    const staffId = encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' })
    const input = { staffId, name: 'Anna', kind: server.kind, refreshToken: 'refresh-1', ...wish }
    const made = await change(app, key, 'createCalendarSource', input, 'id')
    expect(made).toMatchObject({ code: 'VALIDATION_FAILED', path: [path] })
    expect(await app.db.prisma.calendarSource.count({ where: { accountId } })).toBe(0)
  })
})

it('a server that refers to another one is not followed there with the access', async () => {
  const [elsewhere, server] = servers
  const opened = await open(server, { writesBookings: false })
  const link = { '@odata.nextLink': `${elsewhere.url}/api/me/calendarView/delta` }
  server.manner.saysInstead = { status: 200, body: { value: [], ...link } }
  const before = elsewhere.requests.length
  app.clock.advance(30_000)
  await opened.becomes({ lastError: 'The server refers to another one.' })
  expect(elsewhere.requests.length).toBe(before)
})

it('an installation that is not registered there connects none', async () => {
  const other = await testApp()
  const shop = await openShop(other.db)
  const { accountId } = shop
  const { key } = await makeApiKey(other.db, { accountId })
  const staffId = encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' })
  const input = { staffId, name: 'Anna', kind: 'GOOGLE', refreshToken: 'refresh-1' }
  expect(await change(other, key, 'createCalendarSource', input, 'id')).toMatchObject({
    code: 'VALIDATION_FAILED',
    path: ['kind'],
    message: 'This installation is not registered with Google: its GOOGLE_CLIENT_ID is not set.',
  })
})
