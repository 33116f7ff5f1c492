// What a CalDAV server may do that a real one does seldom: say nothing, refuse, give no tags, hold
// what nobody can read. Nothing is forgotten, and what is given up is seen and tried again.
import { describe, expect, it, vi } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { caldavServer } from '../support/caldav-server.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday } from '../support/shop.ts'

const HOUR = 3_600_000
const app = await testApp()
const soon = { timeout: 15_000, interval: 20 }

async function open() {
  const server = await caldavServer()
  const shop = await openShop(app.db, { hours: [0, 1440] })
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const { id: calendar } = await done(app, key, 'createCalendarSource', {
    staffId: encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' }),
    name: 'Anna',
    kind: 'CALDAV',
    url: server.url,
    username: 'anna',
    password: 'secret',
    writesBookings: true,
  })
  const book = (startsAt: Date) =>
    done(app, key, 'createBooking', {
      serviceId: encodeId('Service', { accountId, id: shop.serviceId }),
      customerId: encodeId('Customer', { accountId, id: shop.customerId }),
      startsAt,
    })
  const state = async () => {
    const { data } = await app.graphql(
      key,
      `{ node(id: "${calendar}") { ... on CalendarSource {
        syncedAt lastError writeError waitingWrites failedWrites busyCount unreadCount
        writes { nodes { id state attemptCount lastError nextAttemptAt booking { id } } } } } }`,
    )
    return data.node
  }
  const becomes = (wanted: object) =>
    vi.waitFor(async () => expect(await state()).toMatchObject(wanted), soon)
  await vi.waitFor(async () => expect((await state()).syncedAt).not.toBe(null), soon)
  return { ...shop, server, key, calendar, book, state, becomes }
}

const starts = ({ server }: Awaited<ReturnType<typeof open>>) =>
  [...server.files.values()].map(({ text }) => /^DTSTART:(\w+)/m.exec(text)?.[1]).toSorted()

describe('a server of calendars', () => {
  it('that refuses an entry is asked eight times; then it is given up, seen, and tried again', async () => {
    const opened = await open()
    const { server, key, accountId, calendar } = opened
    server.manner.refusesPut = 507
    const { id } = await opened.book(tuesday(100))
    for (let tries = 1; tries < 8; tries += 1) {
      await opened.becomes({ writes: { nodes: [{ state: 'WAITING', attemptCount: tries }] } })
      app.clock.advance(24 * HOUR)
    }
    await opened.becomes({
      writeError: 'The server answered 507.',
      waitingWrites: 0,
      failedWrites: 1,
    })
    const [write] = (await opened.state()).writes.nodes
    expect(write).toMatchObject({
      state: 'FAILED',
      attemptCount: 8,
      lastError: 'The server answered 507.',
      nextAttemptAt: null,
      booking: { id },
    })
    const { data } = await app.graphql(key, '{ calendarWrites(states: [FAILED]) { totalCount } }')
    expect(data.calendarWrites.totalCount).toBe(1)
    const where = { accountId, type: 'calendar.failed' }
    const told = await app.db.prisma.event.findMany({ where, orderBy: { seq: 'asc' } })
    expect(JSON.stringify(told.at(-1)?.changes)).toContain('failedWrite')
    server.manner.refusesPut = null
    await done(app, key, 'retryCalendarWrite', { id: write.id })
    await opened.becomes({ writeError: null, failedWrites: 0 })
    expect(server.files.size).toBe(1)
    expect(await change(app, key, 'retryCalendarWrite', { id: write.id }, 'id')).toMatchObject({
      code: 'ILLEGAL_TRANSITION',
    })
    // What is read now is also written now.
    await app.db.prisma.calendarWrite.updateMany({
      where: { accountId },
      data: { dueAt: null, failedAt: new Date(0), lastError: 'x', contentHash: null },
    })
    await done(app, key, 'syncCalendarSource', { id: calendar })
    await opened.becomes({ failedWrites: 0, waitingWrites: 0 })
  })

  it('that says nothing is left alone for a while, and hears of all when it answers', async () => {
    const opened = await open()
    const { server } = opened
    server.manner.silent = true
    for (let hour = 0; hour < 25; hour += 1) await opened.book(tuesday(200 + hour))
    await opened.becomes({ waitingWrites: 25, writeError: expect.any(String) })
    // The first of them, and those that came before it was known.
    const asked = () => server.requests.filter((request) => request.startsWith('PUT')).length
    await vi.waitFor(async () => {
      const due = await app.db.prisma.calendarWrite.count({
        where: { accountId: opened.accountId, dueAt: { lte: new Date(app.clock.now()) } },
      })
      expect(due).toBe(0)
    }, soon)
    const before = asked()
    server.manner.silent = false
    app.clock.advance(60_000)
    await opened.becomes({ waitingWrites: 0, writeError: null })
    expect(server.files.size).toBe(25)
    expect(asked()).toBe(before + 25)
  })

  it('whose answer is lost has not got more, or less, than is booked', async () => {
    const opened = await open()
    const { server, key } = opened
    server.cutOff()
    const { id } = await opened.book(tuesday(330))
    await opened.becomes({ waitingWrites: 1, writeError: expect.any(String) })
    expect(server.files.size).toBe(1)
    await done(app, key, 'cancelBooking', { id })
    app.clock.advance(60_000)
    await opened.becomes({ waitingWrites: 0, writeError: null })
    expect(server.files.size).toBe(0)
  })

  it('that gives no tags is written all the same', async () => {
    const opened = await open()
    opened.server.manner.tags = false
    const { id } = await opened.book(tuesday(340))
    await vi.waitFor(() => expect(starts(opened)).toEqual(['20260317T040000Z']), soon)
    await done(app, opened.key, 'rescheduleBooking', { id, startsAt: tuesday(341) })
    await vi.waitFor(() => expect(starts(opened)).toEqual(['20260317T050000Z']), soon)
    await done(app, opened.key, 'cancelBooking', { id })
    await vi.waitFor(() => expect(starts(opened)).toEqual([]), soon)
  })

  it('that holds something unreadable is read all the same, and that is counted', async () => {
    const opened = await open()
    const at = new Date(app.clock.now() + 48 * HOUR).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const event = `BEGIN:VEVENT\r\nUID:mine\r\nDTSTART:${at}\r\nDURATION:PT1H\r\nEND:VEVENT`
    opened.server.write('a.ics', 'no calendar')
    opened.server.write('b.ics', `BEGIN:VCALENDAR\r\n${event}\r\nEND:VCALENDAR\r\n`)
    app.clock.advance(30_000)
    await opened.becomes({ busyCount: 1 })
    expect(await opened.state()).toMatchObject({ unreadCount: 1, lastError: null })
  })

  it('that says what is no list of entries has not freed anything', async () => {
    const opened = await open()
    const at = new Date(app.clock.now() + 48 * HOUR).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const event = `BEGIN:VEVENT\r\nUID:mine\r\nDTSTART:${at}\r\nDURATION:PT1H\r\nEND:VEVENT`
    opened.server.write('b.ics', `BEGIN:VCALENDAR\r\n${event}\r\nEND:VCALENDAR\r\n`)
    app.clock.advance(30_000)
    await opened.becomes({ busyCount: 1 })
    opened.server.manner.saysInstead = '<html><body>Sign in</body></html>'
    opened.server.write('c.ics', 'changed')
    app.clock.advance(30_000)
    await opened.becomes({ lastError: 'What the server says of the calendar cannot be read.' })
    expect(await opened.state()).toMatchObject({ busyCount: 1 })
  })
})
