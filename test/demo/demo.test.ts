// The demo as a newcomer meets it. One story on one database: each test goes on where the one
// before it stopped.
import { randomBytes } from 'node:crypto'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allScopes } from '../../src/auth/scope.ts'
import { hashSecret } from '../../src/auth/secret.ts'
import { loadOffers } from '../../src/availability/availability.data.ts'
import type { Database } from '../../src/db/client.ts'
import { openBusiness } from '../../src/demo/catalogue.ts'
import type { DemoFile } from '../../src/demo/demo-file.ts'
import { createSealer } from '../../src/auth/seal.ts'
import { seedDemo } from '../../src/demo/demo.ts'
import { keepDiary } from '../../src/demo/diary.ts'
import { openDemo } from '../../src/demo/open.ts'
import { outsider } from '../../src/demo/outsider.ts'
import { pastUntil } from '../../src/demo/past.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { DAY } from '../../src/time/instant.ts'
import { systemClock } from '../../src/time/clock.ts'
import { serveApp } from '../support/app.ts'
import { testDatabase } from '../support/database.ts'
import { makeAccount } from '../support/makers.ts'
import { startProgram } from '../support/program.ts'

const db = await testDatabase()
const dataDir = mkdtempSync(join(tmpdir(), 'demo-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const log = pino({ level: 'silent' })
const sealer = createSealer(randomBytes(32))
const parts = { db, clock: systemClock, log, sealer, dataDir }
const slugs = ['willow-and-rye', 'hudson-physio', 'headland-tours', 'zagadka', 'cedar-and-salt']

async function rows<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
  return (await db.pool.query<T>(sql, values)).rows
}

const numberOf = async (table: string) => {
  const [row] = await rows<{ count: number }>(`SELECT count(*)::int AS count FROM "${table}"`)
  return row?.count ?? 0
}

const readDemo = () => JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoFile

const start = () =>
  startProgram(['src/main.ts'], {
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    SEED: 'demo',
    LOG_LEVEL: 'warn',
  })

describe('a start with the demo', () => {
  it('is nobody’s demo when it is killed half-way, and makes it anew the next time', async () => {
    const killed = start()
    while ((await numberOf('Booking')) < 20) await new Promise((resolve) => setTimeout(resolve, 20))
    killed.kill('SIGKILL')
    await killed.ended
    expect(await numberOf('Membership')).toBe(0)
    const halfMade = await rows<{ id: string }>('SELECT "id" FROM "Account"')
    expect(halfMade).not.toEqual([])

    const program = start()
    const [, url] = await program.shows(/^ready (http:\S+)\n$/m)
    const accounts = await rows<{ id: string; slug: string }>('SELECT "id", "slug" FROM "Account"')
    expect(accounts.map(({ slug }) => slug).toSorted()).toEqual(
      [...slugs, 'speiche-acht'].toSorted(),
    )
    const ids = accounts.map(({ id }) => id)
    expect(halfMade.filter(({ id }) => ids.includes(id))).toEqual([])
    expect(await numberOf('Membership')).toBe(6)
    expect(program.output().stderr).toBe('')

    expect(readDemo()).toMatchObject({
      url,
      graphql: `${url}/graphql`,
      ws: `${url}/graphql`.replace('http', 'ws'),
    })
    expect(statSync(join(dataDir, 'demo.json')).mode & 0o777).toBe(0o600)
    const { console: person } = readDemo()
    expect(person.password).toMatch(/^demo-[0-9A-Za-z]{12}$/)
    expect(program.output().stdout).toContain(
      `Sign in at ${url}/sign-in as ${person.email}, password ${person.password}\n`,
    )
    const [, page = ''] = /Customers book at (\S+)\n/.exec(program.output().stdout) ?? []
    expect(await (await fetch(page)).text()).toContain('30 minute consultation')
    const signedIn = await fetch(`${url}/console/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
    expect(await signedIn.json()).toMatchObject({ user: { name: 'Dana Whitlock' } })
    const answers = await paste(program.output().stdout)
    // What an answer cost stands beside it.
    expect(answers.map(({ extensions: _cost, ...answer }) => answer)).toEqual([
      { data: { bookings: { totalCount: expect.any(Number), nodes: expect.any(Array) } } },
      { data: { availability: { timeZone: 'Europe/London', slots: expect.any(Array) } } },
      { data: { createBooking: { data: expect.objectContaining({ status: 'CONFIRMED' }) } } },
    ])
    expect(answers[0]?.data.bookings.nodes).toHaveLength(5)
    expect(answers[1]?.data.availability.slots.length).toBeGreaterThan(5)
    program.kill('SIGTERM')
    expect(await program.ended).toEqual({ code: 0, signal: null })
  }, 180_000)

  it('leaves a standing demo as it is, and writes the new address', async () => {
    const before = readDemo()
    const counts = () => Promise.all(['Booking', 'Event', 'ApiKey', 'ApiClient'].map(numberOf))
    const countsBefore = await counts()
    const tell = await openDemo(parts)
    await tell?.('http://127.0.0.1:4999')
    expect(await counts()).toEqual(countsBefore)
    expect(readDemo()).toEqual({
      ...before,
      url: 'http://127.0.0.1:4999',
      graphql: 'http://127.0.0.1:4999/graphql',
      ws: 'ws://127.0.0.1:4999/graphql',
    })
  })

  it('gives new credentials to whoever has lost the file', async () => {
    const before = readDemo()
    rmSync(join(dataDir, 'demo.json'))
    const bookings = await numberOf('Booking')
    const tell = await openDemo(parts)
    await tell?.(before.url)
    const after = readDemo()
    expect(Object.keys(after)).toEqual(Object.keys(before))
    expect(after.accounts).toEqual(before.accounts)
    expect(after.admin.clientSecret).not.toBe(before.admin.clientSecret)
    expect(after.frontDesk.apiKey).not.toBe(before.frontDesk.apiKey)
    expect(await numberOf('Booking')).toBe(bookings)
    // It signs what the application is told.
    const made = await db.prisma.application.findMany({ orderBy: { createdAt: 'desc' }, take: 1 })
    expect(sealer.open(made[0]?.secretSealed ?? new Uint8Array())).toBe(after.bookeo.secretKey)
  })

  it('leaves a database alone that has accounts of somebody else', async () => {
    const other = await testDatabase()
    await makeAccount(other)
    expect(await seedDemo({ ...parts, db: other })).toEqual({ outcome: 'OTHERS' })
    expect(await other.prisma.account.count()).toBe(1)
  })
})

/** Runs what is printed to be pasted, and reads the answers. */
async function paste(printed: string) {
  const script = [...printed.matchAll(/^(TOKEN=|curl )[^]*?; echo$/gm)].map(([command]) => command)
  expect(script).toHaveLength(3)
  const { stdout } = await promisify(execFile)('bash', ['-c', script.join('\n')])
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** What happens at the smallest business around a day on which its clocks change. */
async function lifeOf(database: Database) {
  const past = pastUntil(Date.parse('2026-10-26T09:30:00Z'), { db: database, log })
  await keepDiary(past, await openBusiness(past, outsider))
  const bookings = await database.prisma.booking.findMany({
    include: { service: true, staff: true, customer: true },
    orderBy: { serial: 'asc' },
  })
  return bookings.map(({ service, staff, customer, startsAt, createdAt, status, version }) => ({
    names: [service.name, staff?.name, customer.name],
    startsAt,
    createdAt,
    status,
    version,
  }))
}

describe('the life of the demo', () => {
  it('has bookings in every status, and everywhere some that wait, are due and are done', async () => {
    const found = await rows<{ slug: string; status: string }>(
      `SELECT DISTINCT a."slug", b."status"::text FROM "Booking" b
        JOIN "Account" a ON a."id" = b."accountId"`,
    )
    expect([...new Set(found.map(({ status }) => status))].toSorted()).toEqual([
      'CANCELLED',
      'COMPLETED',
      'CONFIRMED',
      'DECLINED',
      'NO_SHOW',
      'PENDING',
    ])
    for (const slug of slugs) {
      const statuses = found.filter((row) => row.slug === slug).map(({ status }) => status)
      expect(statuses).toEqual(expect.arrayContaining(['PENDING', 'CONFIRMED', 'COMPLETED']))
    }
  })

  it('spans three weeks back and two ahead, and holds more than one page', async () => {
    const [span] = await rows<{ first: Date; last: Date; count: number }>(
      `SELECT min("startsAt") AS first, max("startsAt") AS last, count(*)::int AS count
         FROM "Booking"`,
    )
    const now = Date.now()
    expect((now - (span?.first.getTime() ?? 0)) / DAY).toBeGreaterThan(19)
    expect(((span?.last.getTime() ?? 0) - now) / DAY).toBeGreaterThan(10)
    expect(span?.count).toBeGreaterThan(200)
  })

  it('keeps the promises: nobody is in two places, and seats are counted right', async () => {
    const overlapping = await rows(
      `SELECT 1 FROM "Occupancy" a JOIN "Occupancy" b ON a."accountId" = b."accountId"
         AND a."id" < b."id" AND a."active" AND b."active" AND a."unit" = b."unit"
         AND (a."staffId" = b."staffId" OR a."resourceId" = b."resourceId")
         AND a."startsAt" < b."endsAt" AND b."startsAt" < a."endsAt"`,
    )
    expect(overlapping).toEqual([])
    const miscounted = await rows(
      `SELECT s."id" FROM "Session" s LEFT JOIN "Booking" b ON b."accountId" = s."accountId"
         AND b."sessionId" = s."id" AND b."status" NOT IN ('CANCELLED', 'DECLINED')
       GROUP BY s."accountId", s."id" HAVING s."seatsTaken" <> coalesce(sum(b."partySize"), 0)
         OR s."seatsTaken" > s."capacity"`,
    )
    expect(miscounted).toEqual([])
    const [full] = await rows<{ count: number }>(
      'SELECT count(*)::int AS count FROM "Session" WHERE "seatsTaken" > 0',
    )
    expect(full?.count).toBeGreaterThan(20)
  })

  it('tells every version of every booking in an event, in the order of time', async () => {
    const untold = await rows(
      `SELECT b."id" FROM "Booking" b LEFT JOIN "Event" e ON e."accountId" = b."accountId"
         AND e."subjectId" = b."id"
       GROUP BY b."accountId", b."id" HAVING count(e."id") <> b."version"`,
    )
    expect(untold).toEqual([])
    const early = await rows(
      `SELECT * FROM (SELECT "occurredAt", lag("occurredAt") OVER
         (PARTITION BY "accountId" ORDER BY "xid", "seq") AS before FROM "Event") e
       WHERE "occurredAt" < before`,
    )
    expect(early).toEqual([])
  })

  it('has paid what its payments say', async () => {
    const wrong = await rows(
      `SELECT b."id" FROM "Booking" b LEFT JOIN "Payment" p ON p."accountId" = b."accountId"
         AND p."bookingId" = b."id"
       GROUP BY b."accountId", b."id"
       HAVING b."amountPaidMinor" <> coalesce(sum(CASE p."kind" WHEN 'PAYMENT'
           THEN p."amountMinor" ELSE - p."amountMinor" END), 0)
         OR b."refundedMinor" <> coalesce(sum(p."amountMinor") FILTER (WHERE p."kind" = 'REFUND'), 0)
         OR b."refundOpenMinor" > 0`,
    )
    expect(wrong).toEqual([])
    expect(await numberOf('Payment')).toBeGreaterThan(100)
  })

  it('leaves plenty of free times at every business', async () => {
    for (const slug of slugs) {
      const services = await db.prisma.service.findMany({
        where: { account: { slug }, kind: 'APPOINTMENT' },
      })
      const now = Date.now()
      const question = { now, durationMinutes: null, staffIds: null, resourceIds: null }
      const asked = { ...question, services, exceptBookingId: null, partySize: 2 }
      const alone = { ...asked, partySize: 1 }
      const offers = [
        ...(await loadOffers(db, asked, now, now + 7 * DAY)).values(),
        ...(await loadOffers(db, alone, now, now + 7 * DAY)).values(),
      ]
      expect(Math.max(...offers.map(({ length }) => length))).toBeGreaterThan(40)
    }
  })

  it('is the same for the same day', async () => {
    const lives = await Promise.all([lifeOf(await testDatabase()), lifeOf(await testDatabase())])
    expect(lives[0]?.length).toBeGreaterThan(10)
    expect(lives[0]).toEqual(lives[1])
  }, 60_000)
})

const reachQuery =
  '{ viewer { kind scopes accounts { nodes { account { id slug } } } } bookings { totalCount } }'

describe('the credentials of the demo', () => {
  let app: Awaited<ReturnType<typeof serveApp>>
  let demo: DemoFile
  beforeAll(async () => {
    app = await serveApp(db, { start: new Date().toISOString() })
    demo = readDemo()
  })

  async function tokenOf(client: { clientId: string; clientSecret: string }): Promise<string> {
    const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')
    const response = await app.post('/oauth/token', {
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    })
    return ((await response.json()) as { access_token: string }).access_token
  }

  async function reachOf(token: string) {
    const { data, errors } = await app.graphql(token, reachQuery)
    expect(errors).toBeUndefined()
    const { kind, scopes, accounts } = data.viewer
    const reached = accounts.nodes.map(({ account }: { account: { slug: string } }) => account.slug)
    return { kind, scopes, slugs: reached.toSorted(), bookings: data.bookings.totalCount }
  }

  const bookingsOf = async (...of: string[]) =>
    db.prisma.booking.count({ where: { account: { slug: { in: of } } } })

  it('let the admin client do everything in the five businesses, and nowhere else', async () => {
    expect(await reachOf(await tokenOf(demo.admin))).toEqual({
      kind: 'API_CLIENT',
      scopes: allScopes,
      slugs: slugs.toSorted(),
      bookings: await bookingsOf(...slugs),
    })
    expect(demo.admin.scopes).toEqual(allScopes)
    expect(demo.accounts.map(({ slug }) => slug)).toEqual(slugs)
    expect(new Set(demo.accounts.map(({ timeZone }) => timeZone)).size).toBe(5)
  })

  it('show the read-only key one business, but not how to reach its customers', async () => {
    const { apiKey, account } = demo.readOnly
    const { slugs: reached, ...rest } = await reachOf(apiKey)
    expect(rest).toEqual({
      kind: 'API_KEY',
      scopes: allScopes.filter((scope) => scope.endsWith(':read')),
      bookings: await bookingsOf('hudson-physio'),
    })
    expect(reached).toEqual(['hudson-physio'])
    expect(account).toBe(demo.accounts[1]?.id)
    const seen = await app.graphql(apiKey, '{ customers(first: 1) { nodes { name email } } }')
    expect(seen.data.customers.nodes).toEqual([{ name: expect.any(String), email: null }])
    expect(seen.errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN'])
  })

  it('let the front desk see customers, and nothing of services but read them', async () => {
    const { apiKey, account } = demo.frontDesk
    const { scopes, slugs: reached } = await reachOf(apiKey)
    expect(reached).toEqual(['willow-and-rye'])
    expect(account).toBe(demo.accounts[0]?.id)
    expect(scopes).toEqual([
      'accounts:read',
      'bookings:read',
      'bookings:write',
      'customers:read',
      'customers:write',
      'customers:contact',
      'services:read',
      'staff:read',
      'availability:read',
      'payments:read',
      'events:read',
    ])
    const seen = await app.graphql(apiKey, '{ customers(search: "Marsh") { nodes { email } } }')
    expect(seen.data.customers.nodes).toEqual([{ email: 'eleanor.marsh@example.com' }])
    expect(seen.errors).toBeUndefined()
  })

  it('keep the outsider apart from all of them', async () => {
    const { apiKey, account } = demo.outsider
    expect(await reachOf(apiKey)).toEqual({
      kind: 'API_KEY',
      scopes: allScopes,
      slugs: ['speiche-acht'],
      bookings: await bookingsOf('speiche-acht'),
    })
    const ask = 'query ($id: ID!) { account(id: $id) { slug } }'
    expect(demo.accounts.map(({ id }) => id)).not.toContain(account)
    const admin = await tokenOf(demo.admin)
    expect(await app.graphql(admin, ask, { id: account })).toEqual({ data: { account: null } })
    const theirs = { id: demo.accounts[0]?.id }
    expect(await app.graphql(apiKey, ask, theirs)).toEqual({ data: { account: null } })
  })

  it('give each dialect the business it is shown with', async () => {
    const { relentify, bookingflow, appointedd, calendesk, bookeo } = demo
    const reached = async (token: string) => (await reachOf(token)).slugs
    expect(await reached(relentify.apiKey)).toEqual(['willow-and-rye'])
    expect(await reached(bookingflow.apiKey)).toEqual(['zagadka'])
    expect(await reached(appointedd.v1ApiKey)).toEqual(['hudson-physio'])
    expect(await reached(await tokenOf(appointedd))).toHaveLength(5)
    expect(await reached(calendesk.apiKey)).toEqual([calendesk.tenant])
    const publicId = bookeo.apiKey.split('_')[1] ?? ''
    const installation = await db.prisma.installation.findUnique({
      where: { publicId },
      include: { application: true, account: true },
    })
    expect(installation?.account.slug).toBe('headland-tours')
    expect(Buffer.from(installation?.secretHash ?? [])).toEqual(hashSecret(bookeo.apiKey))
    expect(Buffer.from(installation?.application.secretHash ?? [])).toEqual(
      hashSecret(bookeo.secretKey),
    )
  })

  it('name a booking link with two questions and a pool of two', async () => {
    const { slug, bookingLinkId } = demo.relentify
    expect(slug).toBe('30min-consultation')
    const link = await db.prisma.bookingLink.findFirstOrThrow({
      where: { slug },
      include: { staff: true },
    })
    expect(encodeId('BookingLink', link)).toBe(bookingLinkId)
    expect(link.questions).toHaveLength(2)
    expect(link.staff).toHaveLength(2)
  })
})
