// Two ways with a calendar on a real CalDAV server, Radicale, on this machine: what is made there
// takes time here, and what is booked here stands there, whatever becomes of either side.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop } from '../support/shop.ts'

const program = '/usr/bin/radicale'
const isThere = existsSync(program)

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

const folder = mkdtempSync(join(tmpdir(), 'slotgraph-radicale-'))
const port = await freePort()
const place = `http://127.0.0.1:${port}/anna`
const authorization = `Basic ${Buffer.from('anna:secret').toString('base64')}`
let radicale: ChildProcess | null = null

const ask = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  fetch(place + path, { method, headers: { authorization, ...headers }, ...(body && { body }) })

async function startRadicale() {
  const config = join(folder, 'config')
  writeFileSync(join(folder, 'users'), 'anna:secret\n')
  writeFileSync(
    config,
    `[server]\nhosts = 127.0.0.1:${port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = ${folder}/users
htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = ${folder}/data\n`,
  )
  radicale = spawn(program, ['--config', config], { stdio: 'ignore' })
  for (;;) {
    const answer = await ask('GET', '/').catch(() => null)
    if (answer) return
    await new Promise(setImmediate)
  }
}

async function stopRadicale() {
  const ended = new Promise((resolve) => radicale?.once('exit', resolve))
  radicale?.kill('SIGKILL')
  await ended
}

if (isThere) await startRadicale()
afterAll(async () => {
  if (isThere) await stopRadicale()
  rmSync(folder, { recursive: true, force: true })
})

const app: TestApp = await testApp()
let calendars = 0

async function open(wish: object = {}) {
  const name = `/calendar${calendars++}/`
  expect((await ask('MKCALENDAR', name)).status).toBe(201)
  const shop = await openShop(app.db, { staff: 2 })
  const { accountId } = shop
  const { key, userId } = await makeApiKey(app.db, { accountId })
  const id = (type: NodeName, row = '') => encodeId(type, { accountId, id: row })
  const staff = shop.staffIds.map((row) => id('StaffMember', row))
  const source = await done(app, key, 'createCalendarSource', {
    staffId: staff[0],
    name: 'Anna',
    kind: 'CALDAV',
    url: place + name,
    username: 'anna',
    password: 'secret',
    writesBookings: true,
    ...wish,
  })
  const service = id('Service', shop.serviceId)
  const customer = id('Customer', shop.customerId)
  return { accountId, key, userId, staff, source: source.id as string, service, customer, name }
}

type Opened = Awaited<ReturnType<typeof open>>

const until = async (holds: () => Promise<boolean>) => {
  while (!(await holds())) await new Promise(setImmediate)
}

const stateOf = async ({ key, source }: Opened) => {
  const { data } = await app.graphql(
    key,
    `{ node(id: "${source}") { ... on CalendarSource {
      syncedAt lastError writeError waitingWrites busyCount } } }`,
  )
  return data.node
}

/** The files that stand there, by their names. */
async function standing({ name }: Opened): Promise<Map<string, string>> {
  const list = await (await ask('PROPFIND', name, undefined, { depth: '1' })).text()
  const names = [...list.matchAll(/<href>[^<]*\/([^/<]+)\.ics<\/href>/g)].map(
    ([, file = '']) => file,
  )
  const files = names.map(async (file) => {
    return [file, await (await ask('GET', `${name}${file}.ics`)).text()] as const
  })
  return new Map(await Promise.all(files))
}

const oneFile = async (opened: Opened) => [...(await standing(opened)).values()][0] ?? ''
const has = (opened: Opened, text: string) => async () => (await oneFile(opened)).includes(text)
const isEmpty = (opened: Opened) => async () => (await standing(opened)).size === 0

const book = ({ key, service, customer, staff }: Opened, startsAt = '2026-03-03T10:00:00Z') =>
  done(app, key, 'createBooking', {
    serviceId: service,
    customerId: customer,
    staffId: staff[0],
    startsAt,
  })

const outside = (start: string, end: string) =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:test',
    'BEGIN:VEVENT',
    'UID:mine',
    'DTSTAMP:20260301T000000Z',
  ]
    .concat([`DTSTART:${start}`, `DTEND:${end}`, 'END:VEVENT', 'END:VCALENDAR', ''])
    .join('\r\n')

async function offered({ key, service, staff }: Opened): Promise<number[]> {
  const { data } = await app.graphql(
    key,
    `{ availability(input: { serviceId: "${service}", from: "2026-03-03", days: 1,
      staffIds: ["${staff[0]}"] }) { slots { startsAt } } }`,
  )
  return data.availability.slots
    .map((slot: { startsAt: string }) => new Date(slot.startsAt))
    .filter((at: Date) => at.getUTCMinutes() === 0)
    .map((at: Date) => at.getUTCHours())
}

/** Half a minute later, when it has been read again. */
async function readAgain(opened: Opened) {
  app.clock.advance(30_000)
  const now = new Date(app.clock.now()).toISOString()
  await until(async () => (await stateOf(opened)).syncedAt === now)
}

const reason = isThere ? '' : ` (skipped: there is no ${program})`

describe.skipIf(!isThere)(`a calendar on a CalDAV server${reason}`, () => {
  it('shows a booking that is made, moved, given to another and called off', async () => {
    const opened = await open()
    const { id } = await book(opened)
    await until(has(opened, 'DTSTART:20260303T100000Z'))
    const file = await oneFile(opened)
    expect(file).toContain('SUMMARY:Cut – Ada Byron')
    expect(file).not.toContain('METHOD')
    await done(app, opened.key, 'rescheduleBooking', { id, startsAt: '2026-03-04T11:00:00Z' })
    await until(has(opened, 'DTSTART:20260304T110000Z'))
    expect((await standing(opened)).size).toBe(1)
    await done(app, opened.key, 'reassignBooking', { id, staffId: opened.staff[1] })
    await until(isEmpty(opened))
    await done(app, opened.key, 'reassignBooking', { id, staffId: opened.staff[0] })
    await until(has(opened, 'DTSTART:20260304T110000Z'))
    await done(app, opened.key, 'cancelBooking', { id })
    await until(isEmpty(opened))
    expect(await stateOf(opened)).toMatchObject({ writeError: null })
  })

  it('blocks what is made there within a minute, and not what was written there', async () => {
    const opened = await open()
    await book(opened)
    await until(has(opened, 'UID:'))
    await ask('PUT', `${opened.name}mine.ics`, outside('20260303T130000Z', '20260303T140000Z'))
    await readAgain(opened)
    expect(await stateOf(opened)).toMatchObject({ busyCount: 1, lastError: null })
    expect(await offered(opened)).toEqual([9, 11, 12, 14, 15, 16])
    await ask('DELETE', `${opened.name}mine.ics`)
    await readAgain(opened)
    expect(await offered(opened)).toEqual([9, 11, 12, 13, 14, 15, 16])
  })

  it('has put back what was removed or moved there, because the booking stands', async () => {
    const opened = await open()
    await book(opened)
    await until(has(opened, 'DTSTART:20260303T100000Z'))
    await until(async () => (await stateOf(opened)).waitingWrites === 0)
    const [file = ''] = (await standing(opened)).keys()
    await ask('DELETE', `${opened.name}${file}.ics`)
    await readAgain(opened)
    await until(has(opened, 'DTSTART:20260303T100000Z'))
    await until(async () => (await stateOf(opened)).waitingWrites === 0)
    const moved = (await oneFile(opened)).replace('DTSTART:20260303T10', 'DTSTART:20260303T09')
    expect((await ask('PUT', `${opened.name}${file}.ics`, moved)).status).toBeLessThan(300)
    await readAgain(opened)
    await until(has(opened, 'DTSTART:20260303T100000Z'))
  })

  it('is written over what somebody changed there, once the booking changes', async () => {
    const opened = await open()
    const { id } = await book(opened)
    await until(has(opened, 'UID:'))
    await until(async () => (await stateOf(opened)).waitingWrites === 0)
    const [file = ''] = (await standing(opened)).keys()
    const changed = (await oneFile(opened)).replace(/SUMMARY:.*/, 'SUMMARY:Mine now')
    await ask('PUT', `${opened.name}${file}.ics`, changed)
    await done(app, opened.key, 'rescheduleBooking', { id, startsAt: '2026-03-05T11:00:00Z' })
    await until(has(opened, 'DTSTART:20260305T110000Z'))
    expect(await oneFile(opened)).toContain('SUMMARY:Cut')
  })

  it('whose server is down is tried again, and nothing is forgotten', async () => {
    const opened = await open()
    await until(async () => (await stateOf(opened)).syncedAt !== null)
    await stopRadicale()
    await book(opened)
    await until(async () => (await stateOf(opened)).writeError !== null)
    expect(await stateOf(opened)).toMatchObject({
      writeError: 'The host refused the connection.',
      waitingWrites: 1,
    })
    await startRadicale()
    app.clock.advance(60_000)
    await until(has(opened, 'DTSTART:20260303T100000Z'))
    await until(async () => (await stateOf(opened)).writeError === null)
    const told = await app.db.prisma.event.findMany({
      where: { accountId: opened.accountId, subjectType: 'CalendarSource' },
      orderBy: { seq: 'asc' },
    })
    expect(told.map(({ type }) => type)).toContain('calendar.failed')
  })

  it('that was written by a process which died is found, not written beside', async () => {
    const opened = await open()
    await book(opened)
    await until(has(opened, 'UID:'))
    await until(async () => (await stateOf(opened)).waitingWrites === 0)
    // What it did not come to write down.
    const dueAt = new Date(app.clock.now())
    await app.db.prisma.calendarWrite.updateMany({
      where: { accountId: opened.accountId },
      data: { etag: null, contentHash: null, dueAt },
    })
    await until(async () => (await stateOf(opened)).waitingWrites === 0)
    expect((await standing(opened)).size).toBe(1)
    const [row] = await app.db.prisma.calendarWrite.findMany({
      where: { accountId: opened.accountId },
    })
    expect(row).toMatchObject({ lastError: null, etag: expect.stringMatching(/^"/) })
  })

  it('that was written and called off while nobody knew is cleared all the same', async () => {
    const opened = await open()
    const { id } = await book(opened)
    await until(has(opened, 'UID:'))
    await until(async () => (await stateOf(opened)).waitingWrites === 0)
    // A worker died between its writing and its row; another takes over when the lease has ended.
    const leasedUntil = new Date(app.clock.now() + 60_000)
    await app.db.prisma.calendarWrite.updateMany({
      where: { accountId: opened.accountId },
      data: { etag: null, contentHash: null, leasedBy: 'somebody who died', leasedUntil },
    })
    await done(app, opened.key, 'cancelBooking', { id })
    await until(async () => (await stateOf(opened)).waitingWrites === 1)
    expect((await standing(opened)).size).toBe(1)
    app.clock.advance(60_000)
    await until(isEmpty(opened))
  })

  it('gets what stands already, and is cleared when bookings are no longer written', async () => {
    const opened = await open({ writesBookings: false })
    await book(opened)
    expect((await standing(opened)).size).toBe(0)
    const update = (writes: boolean) =>
      done(app, opened.key, 'updateCalendarSource', { id: opened.source, writesBookings: writes })
    await update(true)
    await until(has(opened, 'DTSTART:20260303T100000Z'))
    await update(false)
    await until(isEmpty(opened))
  })

  it('is left when whoever connected it has left the account', async () => {
    const opened = await open()
    const { id } = await book(opened)
    await until(has(opened, 'UID:'))
    const other = await makeApiKey(app.db, { accountId: opened.accountId })
    const { accountId, userId } = opened
    await app.db.prisma.membership.delete({ where: { accountId_userId: { accountId, userId } } })
    const move = { id, startsAt: '2026-03-04T11:00:00Z' }
    await done(app, other.key, 'rescheduleBooking', move)
    await until(isEmpty(opened))
    expect(await standing(opened)).toEqual(new Map())
  })

  it('says that the password is wrong, or that there is no calendar', async () => {
    const opened = await open({ password: 'other' })
    await until(async () => (await stateOf(opened)).lastError !== null)
    expect((await stateOf(opened)).lastError).toBe(
      'The server does not accept the user name and password.',
    )
    const input = { id: opened.source, username: 'anna', password: 'secret', url: `${place}/` }
    await done(app, opened.key, 'updateCalendarSource', input)
    await until(async () => (await stateOf(opened)).lastError?.includes('no calendar'))
    const rows = await app.db.prisma.auditEntry.findMany({ where: { accountId: opened.accountId } })
    expect(JSON.stringify(rows)).not.toContain('secret')
  })
})

it('a password goes to no other server than the one that it was given for', async () => {
  const shop = await openShop(app.db)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const staffId = encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' })
  const login = { username: 'anna', password: 'secret' }
  const asked = { staffId, name: 'Anna', kind: 'CALDAV', url: 'https://example.com/a', ...login }
  const { id } = await done(app, key, 'createCalendarSource', { ...asked, paused: true })
  const move = (input: object) => change(app, key, 'updateCalendarSource', { id, ...input }, 'host')
  expect(await move({ url: 'https://elsewhere.example.com/a' })).toMatchObject({
    code: 'VALIDATION_FAILED',
    path: ['password'],
  })
  expect(await move({ url: 'https://example.com/b' })).toMatchObject({
    data: { host: 'example.com' },
  })
  expect(await move({ url: 'https://elsewhere.example.com/a', ...login })).toMatchObject({
    data: { host: 'elsewhere.example.com' },
  })
})

it.each([
  [{ kind: 'ICS', username: 'anna', password: 'x' }, 'username'],
  [{ kind: 'ICS', writesBookings: true }, 'writesBookings'],
  [{ kind: 'CALDAV', username: 'an:na', password: 'x' }, 'username'],
])('a calendar is not connected with %j', async (wish, path) => {
  const shop = await openShop(app.db)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const staffId = encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' })
  const input = { staffId, name: 'Anna', url: 'https://example.com/', ...wish }
  const answer = await change(app, key, 'createCalendarSource', input, 'id')
  expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: [path] })
})
