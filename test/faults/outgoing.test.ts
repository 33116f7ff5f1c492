// Processes that send mails, give money back and write into calendars are killed in the middle of
// it, again and again: nothing is forgotten, no refund is made twice, what is called off pays back
// its rest, a mail that comes twice is the same message, and each calendar holds what is booked,
// once. ROUNDS says how often.
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { refundPayment } from '../../src/payment/payment.actions.ts'
import { isPassing } from '../../src/db/failure.ts'
import { decodeId, encodeId } from '../../src/graphql/ids.ts'
import type { TestApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { caldavServer } from '../support/caldav-server.ts'
import { testDatabase } from '../support/database.ts'
import { googleServer } from '../support/google-server.ts'
import { startMailServer } from '../support/mail-server.ts'
import { makeApiKey } from '../support/makers.ts'
import { microsoftServer } from '../support/microsoft-server.ts'
import { openShop } from '../support/shop.ts'
import { payOnline, stripeServer } from '../support/stripe.ts'
import { rounds, startServer, type Server } from './servers.ts'

const HOUR = 3_600_000
const kills = rounds(2, 0.5)
const byRound = process.env['ROUNDS'] ? 20 : 6

const db = await testDatabase()
const mail = await startMailServer()
const stripe = await stripeServer()
const calendar = await caldavServer()
const google = await googleServer()
const microsoft = await microsoftServer()
const clouds = [google, microsoft]
for (const { manner } of [mail, stripe, calendar, ...clouds]) manner.slowMs = 150
for (const { grants } of clouds) grants.refresh.add('refresh-1')

const variables = {
  DATABASE_URL: db.url,
  WEBHOOKS_ALLOW_LOCAL: 'true',
  SMTP_URL: mail.url,
  STRIPE_SECRET_KEY: stripe.config.stripeSecretKey,
  STRIPE_WEBHOOK_SECRET: stripe.config.stripeWebhookSecret,
  STRIPE_API_BASE: stripe.config.stripeApiBase,
  GOOGLE_CLIENT_ID: google.config.googleClientId,
  GOOGLE_CLIENT_SECRET: google.config.googleClientSecret,
  GOOGLE_API_BASE: google.config.googleApiBase,
  GOOGLE_TOKEN_URL: google.config.googleTokenUrl,
  MICROSOFT_CLIENT_ID: microsoft.config.microsoftClientId,
  MICROSOFT_CLIENT_SECRET: microsoft.config.microsoftClientSecret,
  MICROSOFT_API_BASE: microsoft.config.microsoftApiBase,
  MICROSOFT_TOKEN_URL: microsoft.config.microsoftTokenUrl,
}

/** A server as the helpers of tests ask it. */
function asked({ url }: Server): TestApp {
  const post: TestApp['post'] = (path, init) => fetch(url + path, { method: 'POST', ...init })
  const graphql: TestApp['graphql'] = async (token, query, input) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    const body = JSON.stringify({ query, variables: input })
    return (await post('/graphql', { headers, body })).json() as ReturnType<TestApp['graphql']>
  }
  return { url, db, post, graphql, clock: { now: () => Date.now() } } as unknown as TestApp
}

/** What the dead had taken is free, as if the time of their leases had passed. */
async function endLeases() {
  for (const table of ['Notice', 'Payment', 'CalendarWrite', 'CalendarSource']) {
    await db.pool.query(`UPDATE "${table}" SET "leasedUntil" = now() WHERE "leasedUntil" > now()`)
  }
}

const shop = await openShop(db, { hours: [0, 1440] })
const { accountId } = shop
const { key: apiKey } = await makeApiKey(db, { accountId })
const serviceId = encodeId('Service', { accountId, id: shop.serviceId })
const first = (Math.ceil(Date.now() / HOUR) + 48) * HOUR
const all = kills * byRound
const numbers = Array.from({ length: all }, (_, nth) => nth)
const spreadMs = 400
const soon = { timeout: 180_000, interval: 200 }

/** Booked and paid, by as many customers; then some is moved, called off, and given back. */
async function fill(app: TestApp): Promise<string[]> {
  const staffId = encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' })
  const places = [
    { kind: 'CALDAV', url: calendar.url, username: 'anna', password: 'secret' },
    ...clouds.map(({ kind }) => ({ kind, refreshToken: 'refresh-1' })),
  ]
  for (const place of places) {
    const terms = { staffId, name: 'Anna', writesBookings: true }
    await done(app, apiKey, 'createCalendarSource', { ...terms, ...place })
  }
  const ids: string[] = []
  for (let nth = 0; nth < all; nth += 1) {
    const customer = { name: `Customer ${nth}`, email: `customer${nth}@example.com` }
    const startsAt = new Date(first + 2 * nth * HOUR)
    const notify = { staff: false, reminders: false, customer: false }
    const input = { serviceId, customer, startsAt, notify }
    const { id: bookingId } = await done(app, apiKey, 'createBooking', input)
    await payOnline(app, stripe, apiKey, bookingId, 4500)
    ids.push(bookingId)
  }
  return ids
}

const ctx = { ...shop.ctx, clock: { now: () => Date.now() } }

/** Those that run now; the dead give no answer. */
let servers: Server[] = []

/**
 * All at any moment: half of the money goes back, a third is called off, a third moves. Calling off
 * is said to those that are killed, and again under the same key until there is an answer.
 */
async function change(ids: readonly string[], from: number) {
  const notify = { staff: false, reminders: false, customer: true }
  const plain = { reason: null, expectedVersion: null }
  const back = { ...plain, amountMinor: 2250, currency: null, method: null }
  const alike = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
  const changes = ids.map(async (encoded, index) => {
    const nth = from + index
    const key = { accountId, id: decodeId(encoded)?.id ?? '' }
    const once = (what: string) => ({ idempotencyKey: what + encoded })
    await delay(Math.random() * spreadMs)
    await insist(() => refundPayment(ctx, { by: 'bookingId', key }, { ...back, ...once('refund') }))
    await delay(Math.random() * spreadMs)
    const off = { id: encoded, ...once('cancel'), notify }
    const there = () => asked(servers[nth % servers.length]!)
    if (isCalledOff(nth)) await insist(() => done(there(), apiKey, 'cancelBooking', off))
    if (nth % 3 !== 1) return
    const startsAt = new Date(first + (2 * nth + 1) * HOUR)
    const move = { ...alike, startsAt, expectedVersion: null, notify }
    await insist(() => rescheduleBooking(ctx, key, move))
  })
  await Promise.all(changes)
}

const isCalledOff = (nth: number) => nth % 3 === 0

/** Cut off on the way, whether it was done or not. */
const isCut = (error: unknown) => error instanceof TypeError

/** A server that says so has done nothing, because its database had no time for it. */
const isLater = (error: unknown) =>
  error instanceof Error && error.message.includes('retryAfterSeconds')

/** Again and again while the database has no time for it, or nobody is there who could do it. */
async function insist(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const error = await work().then(
      () => null,
      (trouble: unknown) => trouble,
    )
    if (error === null) return
    if (!isPassing(error) && !isCut(error) && !isLater(error)) throw error
    await delay(50)
  }
}

const asksOf = (places: { requests: unknown[] }[]) =>
  places.reduce((sum, { requests }) => sum + requests.length, 0)
const arrived = () => asksOf([stripe, calendar, ...clouds]) + mail.mails.length

/** After some of what a round means has arrived, none of which is answered at once. */
async function inTheMiddle(changing: Promise<void>) {
  let changed = false
  const finish = () => (changed = true)
  changing.then(finish, finish)
  const wanted = arrived() + 1 + Math.floor(Math.random() * 4 * byRound)
  while (arrived() < wanted && !changed) await delay(2)
  await delay(Math.random() * 50)
}

const looks = () => stripe.requests.filter(({ method }) => method === 'GET').length
const asks = () => stripe.requests.filter(({ method, path }) => method + path === 'POST/v1/refunds')

/** How often each was made, once all are done. */
async function everyRefund(): Promise<string[]> {
  const where = { accountId, kind: 'REFUND' as const }
  const open = () => db.prisma.payment.count({ where: { ...where, state: 'PENDING' } })
  await expect.poll(open, soon).toBe(0)
  const rows = await db.prisma.payment.findMany({ where })
  const told = { accountId, type: 'payment.refunded' }
  expect(await db.prisma.event.count({ where: told })).toBe(rows.length)
  expect(asks().filter(({ key }) => !rows.some(({ id }) => key === `refund-${id}`))).toEqual([])
  return rows.map(({ id, state, providerRef }) => {
    const made = stripe.refunds.filter(({ metadata }) => Object(metadata).refund === id)
    const isRight = state === 'DONE' && made[0]?.id === providerRef
    return isRight && made.length === 1 ? 'once' : `${state}, ${made.length} times`
  })
}

/** What was paid for those that were called off is back, all of it. */
async function everythingOwed() {
  const where = { accountId, status: 'CANCELLED' as const }
  const bookings = await db.prisma.booking.findMany({ where })
  const back = { amountPaidMinor: 0, refundedMinor: 4500, refundDueMinor: 2250, refundOpenMinor: 0 }
  expect(bookings).toMatchObject(numbers.filter(isCalledOff).map(() => back))
}

async function everyMail() {
  const where = { accountId }
  const open = () => db.prisma.notice.count({ where: { ...where, state: 'WAITING' } })
  await expect.poll(open, soon).toBe(0)
  const rows = await db.prisma.notice.findMany({ where })
  const kinds = numbers.map((nth) => ['CANCELLATION', 'CHANGE'][nth % 3] ?? '')
  expect(rows.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual(
    kinds.flatMap((kind) => (kind ? [`${kind} SENT`] : [])).toSorted(),
  )
  const sent = mail.mails.map(({ messageId = '' }) => /<([\w-]+)@/.exec(messageId)?.[1])
  expect([...new Set(sent)].toSorted()).toEqual(rows.map(({ id }) => id).toSorted())
  // Those that both servers had in hand.
  expect(sent.length - rows.length).toBeLessThanOrEqual(kills * 2 * 20)
  const told = { accountId, type: 'notice.sent' }
  expect(await db.prisma.event.count({ where: told })).toBe(rows.length)
}

async function whatIsBooked() {
  const open = () => db.prisma.calendarWrite.count({ where: { accountId, dueAt: { not: null } } })
  await expect.poll(open, soon).toBe(0)
  const where = { accountId, status: { not: 'CANCELLED' as const } }
  const bookings = await db.prisma.booking.findMany({ where })
  const plain = (at: Date) => at.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const wanted = bookings.map(({ id, startsAt }) => [`${id}.ics`, plain(startsAt)])
  const held = [...calendar.files].map(([name, { text }]) => [
    name,
    /^DTSTART:(\w+)/m.exec(text)?.[1],
  ])
  expect(held.toSorted()).toEqual(wanted.toSorted())
  const starts = bookings.map(({ startsAt }) => startsAt.toISOString()).toSorted()
  for (const cloud of clouds) {
    expect(
      cloud
        .ours()
        .map(({ start }) => start)
        .toSorted(),
    ).toEqual(starts)
  }
  // Told of once, whoever found that it was done.
  const told = { accountId, type: 'calendar.entry_written' }
  const events = await db.prisma.event.findMany({ where: told, select: { subjectId: true } })
  expect(new Set(events.map(({ subjectId }) => subjectId)).size).toBe(1 + clouds.length)
}

it(
  'servers that are killed make every refund once, send every mail and leave what is booked',
  async () => {
    const start = () => Promise.all([startServer(variables), startServer(variables)])
    servers = await start()
    const ids = await fill(asked(servers[0]!))
    for (let round = 0; round < kills; round += 1) {
      const from = round * byRound
      const changed = change(ids.slice(from, from + byRound), from)
      await inTheMiddle(changed)
      for (const { program } of servers) program.kill('SIGKILL')
      await Promise.all(servers.map(({ program }) => program.ended))
      await endLeases()
      // It would know them for a day, and the dead may lie longer.
      stripe.forgetKeys()
      servers = await start()
      await changed
    }
    const refunds = [...numbers, ...numbers.filter(isCalledOff)]
    expect(await everyRefund()).toEqual(refunds.map(() => 'once'))
    await everythingOwed()
    await everyMail()
    await whatIsBooked()
    const twice = mail.mails.length - new Set(mail.mails.map(({ messageId }) => messageId)).size
    const counts = [
      `${refunds.length} refunds, ${looks()} looked for after a death`,
      `${mail.mails.length} mails, ${twice} of them twice`,
      `${asksOf([calendar, ...clouds])} requests at the calendars`,
    ]
    if (process.env['ROUNDS']) process.stdout.write(`${kills} kills: ${counts.join('; ')}\n`)
  },
  600_000 + kills * 60_000,
)
