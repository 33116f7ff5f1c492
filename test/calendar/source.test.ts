// Connected calendars through the graph: read from a server of this machine by the worker, they
// take time from what is offered; what fails is seen, and bookings do not stand in their own way.
import { describe, expect, it } from 'vitest'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { startReceiver } from '../support/receiver.ts'
import { openShop } from '../support/shop.ts'

const app: TestApp = await testApp()

const entry = (uid: string, start: string, end: string, ...more: string[]) =>
  ['BEGIN:VEVENT', `UID:${uid}`, `DTSTART:${start}`, `DTEND:${end}`, ...more, 'END:VEVENT'].join(
    '\r\n',
  )
const calendar = (...entries: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...entries, 'END:VCALENDAR', ''].join('\r\n')
const morning = entry('morning', '20260303T100000Z', '20260303T120000Z')

async function open() {
  const shop = await openShop(app.db)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const id = (name: NodeName, row = '') => encodeId(name, { accountId, id: row })
  return {
    accountId,
    key,
    staff: id('StaffMember', shop.staffIds[0]),
    service: id('Service', shop.serviceId),
    customer: id('Customer', shop.customerId),
  }
}

type Opened = Awaited<ReturnType<typeof open>>

/** A server with one calendar, which a test replaces. */
async function serve(text: string) {
  const at = { text, status: 200, tag: '"one"', headers: {} as Record<string, string> }
  const { url, received } = await startReceiver((response, { headers }) => {
    const same = at.status === 200 && headers['if-none-match'] === at.tag
    response.writeHead(same ? 304 : at.status, { etag: at.tag, ...at.headers })
    response.end(same ? '' : at.text)
  })
  return { at, url, received }
}

const connect = ({ key, staff }: Opened, url: string) =>
  done(app, key, 'createCalendarSource', { staffId: staff, name: 'Private', url })

const fields = 'syncedAt lastError failingSince failureCount busyCount unreadCount nextSyncAt host'

async function sourceOf({ key }: Opened, id: string) {
  const { data } = await app.graphql(
    key,
    `{ node(id: "${id}") { ... on CalendarSource { ${fields} } } }`,
  )
  return data.node
}

/** Resolves when the calendar has been read so often, or tried to. */
async function reads(opened: Opened, count: number, type = 'calendar.synced') {
  const { accountId } = opened
  const told = () => app.db.prisma.event.count({ where: { accountId, type } })
  while ((await told()) < count) await new Promise(setImmediate)
}

async function offered({ key, service }: Opened): Promise<number[]> {
  const { data } = await app.graphql(
    key,
    `{ availability(input: { serviceId: "${service}", from: "2026-03-03", days: 1 }) {
      slots { startsAt } } }`,
  )
  const starts = data.availability.slots.map(
    (slot: { startsAt: string }) => new Date(slot.startsAt),
  )
  return starts.filter((at: Date) => at.getUTCMinutes() === 0).map((at: Date) => at.getUTCHours())
}

const whole = [9, 10, 11, 12, 13, 14, 15, 16]

describe('a connected calendar', () => {
  it('takes time from what is offered, until it is disconnected', async () => {
    const opened = await open()
    const { at, url } = await serve(calendar(morning))
    expect(await offered(opened)).toEqual(whole)
    const { id } = await connect(opened, url)
    await reads(opened, 1)
    expect(await offered(opened)).toEqual([9, 12, 13, 14, 15, 16])
    expect(await sourceOf(opened, id)).toEqual({
      syncedAt: '2026-03-02T08:00:00.000Z',
      nextSyncAt: '2026-03-02T08:15:00.000Z',
      lastError: null,
      failingSince: null,
      failureCount: 0,
      busyCount: 1,
      unreadCount: 0,
      host: new URL(url).host,
    })
    const list = `{ staff { nodes { busyTimes(calendar: "${id}") { nodes {
      calendar externalId startsAt } } calendarSources { nodes { id } } } } }`
    const { data } = await app.graphql(opened.key, list)
    expect(data.staff.nodes[0]).toEqual({
      busyTimes: {
        nodes: [{ calendar: id, externalId: 'morning', startsAt: '2026-03-03T10:00:00.000Z' }],
      },
      calendarSources: { nodes: [{ id }] },
    })
    at.text = calendar(entry('noon', '20260303T120000Z', '20260303T130000Z'))
    at.tag = '"two"'
    await done(app, opened.key, 'syncCalendarSource', { id })
    await reads(opened, 2)
    expect(await offered(opened)).toEqual([9, 10, 11, 13, 14, 15, 16])
    await done(app, opened.key, 'deleteCalendarSource', { id })
    expect(await offered(opened)).toEqual(whole)
    const { accountId } = opened
    const events = await app.db.prisma.event.findMany({
      where: { accountId },
      orderBy: { seq: 'asc' },
    })
    expect(events.map(({ type }) => type)).toEqual([
      'calendar.created',
      'availability.changed',
      'calendar.synced',
      'calendar.updated',
      'availability.changed',
      'calendar.synced',
      'availability.changed',
      'calendar.deleted',
    ])
    const said = JSON.stringify(events, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    )
    expect(said).not.toContain('/hooks')
  })

  it('is asked again whether anything is new, and once a day for everything', async () => {
    const opened = await open()
    const { url, received } = await serve(calendar(morning))
    const { id } = await connect(opened, url)
    await reads(opened, 1)
    const minutes = async (count: number) => {
      app.clock.advance(count * 60_000)
      const expected = new Date(app.clock.now()).toISOString()
      while ((await sourceOf(opened, id)).syncedAt !== expected) await new Promise(setImmediate)
    }
    await minutes(15)
    expect(received.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"one"'])
    expect(await offered(opened)).toHaveLength(6)
    await minutes(24 * 60)
    expect(received[2]?.headers['if-none-match']).toBeUndefined()
    app.clock.advance(-(24 * 60 + 15) * 60_000)
  })

  it('does not stand in the way of bookings that are its own, but of those of others', async () => {
    const opened = await open()
    const { key, service, customer } = opened
    const start = { serviceId: service, customerId: customer, startsAt: '2026-03-03T13:00:00Z' }
    await done(app, key, 'createBooking', start)
    const { id: row } = await app.db.prisma.booking.findFirstOrThrow({
      where: { accountId: opened.accountId },
    })
    const foreign = '01a3b5c7-0000-7000-8000-000000000000@slotgraph'
    const { at, url } = await serve(
      calendar(
        entry(`${row}@slotgraph`, '20260303T090000Z', '20260303T100000Z'),
        entry(foreign, '20260303T150000Z', '20260303T160000Z'),
      ),
    )
    await connect(opened, url)
    await reads(opened, 1)
    expect(await offered(opened)).toEqual([9, 10, 11, 12, 14, 16])
    expect(at.status).toBe(200)
  })

  it('that cannot be read keeps what it took, says why, and is tried again', async () => {
    const opened = await open()
    const { at, url } = await serve(calendar(morning))
    const { id } = await connect(opened, url)
    await reads(opened, 1)
    at.status = 503
    await done(app, opened.key, 'syncCalendarSource', { id })
    await reads(opened, 1, 'calendar.failed')
    expect(await sourceOf(opened, id)).toMatchObject({
      lastError: 'The server answered 503.',
      failingSince: '2026-03-02T08:00:00.000Z',
      failureCount: 1,
      nextSyncAt: '2026-03-02T08:01:00.000Z',
      busyCount: 1,
    })
    expect(await offered(opened)).toHaveLength(6)
    Object.assign(at, { status: 200, text: '<html>Sign in</html>' })
    await done(app, opened.key, 'syncCalendarSource', { id })
    await reads(opened, 2, 'calendar.failed')
    expect((await sourceOf(opened, id)).lastError).toMatch(/^What is there is no calendar/)
    Object.assign(at, { text: calendar(morning) })
    app.clock.advance(300_000)
    await reads(opened, 2)
    expect(await sourceOf(opened, id)).toMatchObject({ lastError: null, failureCount: 0 })
    app.clock.advance(-300_000)
  })

  it('follows a few redirects, and none into the private network', async () => {
    const opened = await open()
    const { url } = await serve(calendar(morning))
    const from = await serve('')
    Object.assign(from.at, { status: 302, headers: { location: url } })
    await connect(opened, from.url)
    await reads(opened, 1)
    expect(await offered(opened)).toHaveLength(6)
    from.at.headers = { location: 'http://10.0.0.1/calendar' }
    const { id } = await connect(opened, from.url)
    await reads(opened, 1, 'calendar.failed')
    expect((await sourceOf(opened, id)).lastError).toBe('The URL does not begin with "https://".')
    from.at.headers = { location: from.url }
    await done(app, opened.key, 'syncCalendarSource', { id })
    await reads(opened, 2, 'calendar.failed')
    expect((await sourceOf(opened, id)).lastError).toBe('It redirects more than 3 times.')
  })

  it('is read no more while it is paused', async () => {
    const opened = await open()
    const { at, url, received } = await serve(calendar(morning))
    const { id } = await connect(opened, url)
    await reads(opened, 1)
    const update = (input: object) =>
      change(app, opened.key, 'updateCalendarSource', { id, ...input }, 'pausedAt version')
    const paused = await update({ paused: true, expectedVersion: 1 })
    expect(paused.data).toEqual({ pausedAt: '2026-03-02T08:00:00.000Z', version: 2 })
    at.text = calendar()
    await done(app, opened.key, 'syncCalendarSource', { id })
    expect(await offered(opened)).toHaveLength(6)
    expect(received).toHaveLength(1)
    expect((await update({ paused: false, expectedVersion: 1 })).code).toBe('VERSION_CONFLICT')
    await update({ paused: false })
    await reads(opened, 2)
    expect(await offered(opened)).toEqual(whole)
  })

  it.each([
    ['http://calendar.example.com/mine.ics', 'url'],
    ['https://10.0.0.1/mine.ics', 'url'],
    ['https://user:secret@example.com/mine.ics', 'url'],
    ['nothing', 'url'],
  ])('is not connected at %s', async (url, path) => {
    const { key, staff } = await open()
    const input = { staffId: staff, name: 'Private', url }
    const answer = await change(app, key, 'createCalendarSource', input, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: [path] })
  })

  it('keeps the names of connected calendars for itself', async () => {
    const { key, staff } = await open()
    const window = { from: '2026-03-03T00:00:00Z', to: '2026-03-04T00:00:00Z', periods: [] }
    const input = { staffId: staff, calendar: 'connected:mine', ...window }
    const answer = await change(app, key, 'replaceBusyTimes', input, 'added')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['calendar'] })
  })
})
