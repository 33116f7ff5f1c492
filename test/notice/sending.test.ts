// From a booking to a mail that a real server has taken: once, also after a crash; kept in the log;
// cancelled with what it was about.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { poolReader } from '../../src/db/reader.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { claimNotices } from '../../src/notice/notice.data.ts'
import { createFileMailer, createSmtpMailer } from '../../src/outbound/mail.ts'
import { serveApp, testApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { testDatabase } from '../support/database.ts'
import { startMailServer } from '../support/mail-server.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday } from '../support/shop.ts'

const HOUR = 3_600_000

const { mails, answers, sentTo, url: smtpUrl } = await startMailServer()

const app = await testApp({ mailer: createSmtpMailer(smtpUrl), start: '2026-03-02T08:00:00Z' })

const soon = { timeout: 15_000, interval: 50 }
const to = (address: string) => sentTo(address).map(({ subject }) => subject)

type NoticeShown = {
  id: string
  kind: string
  state: string
  reason: string | null
  attemptCount: number
  address: string | null
  subject: string | null
  customer: { id: string } | null
  staff: { id: string } | null
  booking: { id: string } | null
  bookingCount: number
}

let people = 0

async function openDesk(wish: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(app.db, { hours: [0, 1440], ...wish })
  const { accountId } = shop
  people += 1
  const address = `ada${people}@example.com`
  const staffAddress = `staff${people}@example.com`
  await app.db.prisma.customer.updateMany({
    where: { accountId },
    data: { email: address, name: 'Ada Lovelace' },
  })
  await app.db.prisma.staffMember.updateMany({
    where: { accountId },
    data: { email: staffAddress },
  })
  const { key } = await makeApiKey(app.db, { accountId })
  const serviceId = encodeId('Service', { accountId, id: shop.serviceId })
  const customerId = encodeId('Customer', { accountId, id: shop.customerId })
  const book = (startsAt: unknown, more: object = {}) =>
    done(app, key, 'createBooking', { serviceId, customerId, startsAt, ...more })
  const log = async () => {
    const { data } = await app.graphql(
      key,
      `{ notices(first: 100) { nodes { id kind state reason attemptCount address subject
        customer { id } staff { id } booking { id } bookingCount } } }`,
    )
    return data.notices.nodes as NoticeShown[]
  }
  return { ...shop, key, serviceId, customerId, address, staffAddress, book, log }
}

describe('a booking', () => {
  it('is told to the customer and the staff, with a calendar file, and kept in the log', async () => {
    const desk = await openDesk()
    const { id } = await desk.book(tuesday(9))
    await vi.waitFor(() => expect(to(desk.address)).toHaveLength(1), soon)
    await vi.waitFor(() => expect(to(desk.staffAddress)).toHaveLength(1), soon)
    const mail = mails.find(({ subject }) => subject === to(desk.address)[0])
    expect(mail?.subject).toMatch(/^Confirmed: Cut, Tuesday, March 3, 2026/)
    expect(mail?.text).toContain('Hello Ada Lovelace')
    expect(mail?.html).toContain('<p>')
    expect(mail?.attachments.map(({ contentType }) => contentType)).toContain('application/ics')
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated')
    await vi.waitFor(async () => {
      const states = (await desk.log()).map(({ kind, state }) => `${kind} ${state}`)
      expect(states.toSorted()).toEqual([
        'CONFIRMATION SENT',
        'CONFIRMATION SENT',
        'REMINDER WAITING',
      ])
    }, soon)
    const sent = (await desk.log()).find(({ customer, state }) => customer && state === 'SENT')
    expect(sent).toMatchObject({ address: desk.address, booking: { id }, attemptCount: 1 })
    const events = await app.db.prisma.event.findMany({
      where: { accountId: desk.accountId, type: 'notice.sent' },
    })
    expect(events).toHaveLength(2)
  })

  it('is reminded of at its time, once, and not when it was cancelled', async () => {
    const desk = await openDesk()
    const kept = await desk.book(tuesday(30))
    const gone = await desk.book(tuesday(31))
    await vi.waitFor(async () => {
      const sent = (await desk.log()).filter(({ state }) => state === 'SENT')
      expect(sent).toHaveLength(4)
    }, soon)
    await done(app, desk.key, 'cancelBooking', { id: gone.id })
    await vi.waitFor(async () => {
      const mine = (await desk.log()).filter(({ booking }) => booking?.id === gone.id)
      expect(mine.map(({ kind, state }) => `${kind} ${state}`).toSorted()).toEqual([
        'CANCELLATION SENT',
        'CANCELLATION SENT',
        'CONFIRMATION SENT',
        'CONFIRMATION SENT',
        'REMINDER CANCELLED',
      ])
    }, soon)
    app.clock.set(tuesday(30).getTime() - 24 * HOUR)
    await vi.waitFor(() => {
      const reminders = to(desk.address).filter((subject) => subject?.startsWith('Reminder'))
      expect(reminders).toHaveLength(1)
    }, soon)
    expect(kept.id).not.toBe(gone.id)
  })

  it('is thanked for as its service says, which is not at all unless somebody says so', async () => {
    const desk = await openDesk()
    const { serviceId: id } = desk
    const service = (input: object) =>
      change(app, desk.key, 'updateService', { id, ...input }, 'thanksMinutes')
    for (const thanksMinutes of [-1, 43_201]) {
      const refused = { code: 'VALIDATION_FAILED', path: ['thanksMinutes'] }
      expect(await service({ thanksMinutes })).toMatchObject(refused)
    }
    expect((await service({ thanksMinutes: 90 })).data).toEqual({ thanksMinutes: 90 })
    await desk.book(tuesday(140))
    await vi.waitFor(async () => {
      const [thanks] = await app.db.prisma.notice.findMany({
        where: { accountId: desk.accountId, kind: 'THANKS' },
      })
      expect(thanks?.dueAt.getTime()).toBe(tuesday(142).getTime() + HOUR / 2)
    }, soon)
    expect((await service({ thanksMinutes: null })).data).toEqual({ thanksMinutes: null })
  })

  it('that moves is told again, and its reminder moves along', async () => {
    const desk = await openDesk()
    const { id } = await desk.book(tuesday(100))
    await done(app, desk.key, 'rescheduleBooking', { id, startsAt: tuesday(124) })
    await vi.waitFor(
      () => expect(to(desk.address).at(-1)).toMatch(/^Changed: Cut, Sunday, March 8, 2026/),
      soon,
    )
    const waiting = await app.db.prisma.notice.findMany({
      where: { accountId: desk.accountId, state: 'WAITING', kind: 'REMINDER' },
    })
    expect(waiting.map(({ dueAt }) => dueAt.getTime())).toEqual([
      tuesday(124).getTime() - 24 * HOUR,
    ])
  })

  it('that waits for review is told to the staff as that', async () => {
    const desk = await openDesk({ service: { requiresConfirmation: true } })
    await desk.book(tuesday(101))
    await vi.waitFor(() => expect(to(desk.staffAddress)[0]).toMatch(/^Please review/), soon)
    await vi.waitFor(() => expect(to(desk.address)[0]).toMatch(/^Received/), soon)
  })

  it('is told to nobody who does not work there any more', async () => {
    const desk = await openDesk()
    const quiet = { customer: false, staff: false, reminders: false }
    const { id } = await desk.book(tuesday(104), { notify: quiet })
    const staffId = encodeId('StaffMember', {
      accountId: desk.accountId,
      id: desk.staffIds[0] ?? '',
    })
    answers.push(451)
    await done(app, desk.key, 'cancelBooking', { id, notify: { ...quiet, staff: true } })
    await vi.waitFor(async () => {
      expect(await desk.log()).toMatchObject([{ state: 'WAITING', attemptCount: 1 }])
    }, soon)
    await done(app, desk.key, 'archiveStaffMember', { id: staffId })
    app.clock.advance(61_000)
    await vi.waitFor(async () => {
      expect(await desk.log()).toMatchObject([
        { kind: 'CANCELLATION', state: 'SKIPPED', reason: 'The staff member is archived.' },
      ])
    }, soon)
    expect(to(desk.staffAddress)).toEqual([])
  })

  it('of many made at once is one mail', async () => {
    const desk = await openDesk()
    const { serviceId, customerId, key } = desk
    const rule = 'FREQ=DAILY;COUNT=5'
    await done(app, key, 'createBookingSeries', {
      serviceId,
      customerId,
      startsAt: tuesday(102),
      rule,
    })
    await vi.waitFor(() => expect(to(desk.address)).toHaveLength(1), soon)
    const confirmation = (await desk.log()).filter(({ kind }) => kind === 'CONFIRMATION')
    expect(confirmation.map(({ bookingCount }) => bookingCount)).toEqual([5, 5])
  })

  it('is told to whom its maker wants it told, and to nobody who wants no mails', async () => {
    const desk = await openDesk()
    await desk.book(tuesday(103), { notify: { staff: false, reminders: false } })
    await vi.waitFor(() => expect(to(desk.address)).toHaveLength(1), soon)
    await done(app, desk.key, 'updateCustomer', { id: desk.customerId, wantsNotices: false })
    await desk.book(tuesday(105), { notify: { staff: false, reminders: false } })
    await vi.waitFor(async () => {
      const states = (await desk.log()).map(({ state, reason }) => `${state} ${reason}`)
      expect(states).toEqual(['SKIPPED The customer wants no notices.', 'SENT null'])
    }, soon)
    expect(to(desk.address)).toHaveLength(1)
    expect(to(desk.staffAddress)).toHaveLength(0)
    const reason = { field: 'reason', from: null, to: 'The customer wants no notices.' }
    const { accountId } = desk
    const told = await app.db.prisma.event.findMany({
      where: { accountId, type: 'notice.skipped' },
    })
    expect(told).toMatchObject([
      { changes: [{ field: 'state', from: 'WAITING', to: 'SKIPPED' }, reason] },
    ])
    const where = { accountId, action: 'notice.skipped' }
    expect(await app.db.prisma.auditEntry.count({ where })).toBe(1)
  })
})

describe('a mail server', () => {
  it('that says no for now is asked again later; nothing it says is told or logged', async () => {
    const desk = await openDesk()
    answers.push(451)
    app.lines.length = 0
    await desk.book(tuesday(106), { notify: { staff: false, reminders: false } })
    await vi.waitFor(async () => {
      expect(await desk.log()).toMatchObject([{ state: 'WAITING', attemptCount: 1 }])
    }, soon)
    expect(JSON.stringify([app.lines, await desk.log()])).not.toContain('secret@example.com')
    app.clock.set(app.clock.now() + 61_000)
    await vi.waitFor(async () => expect((await desk.log())[0]?.state).toBe('SENT'), soon)
  })

  it('that says no for good ends it; it is sent again when somebody says so', async () => {
    const desk = await openDesk()
    answers.push(550)
    await desk.book(tuesday(107), { notify: { staff: false, reminders: false } })
    await vi.waitFor(async () => expect((await desk.log())[0]?.state).toBe('FAILED'), soon)
    const [{ id } = { id: '' }] = await desk.log()
    await done(app, desk.key, 'retryNotice', { id })
    await vi.waitFor(async () => expect((await desk.log())[0]?.state).toBe('SENT'), soon)
  })
})

it('what a worker that died had taken is sent by another, as the same message', async () => {
  const db = await testDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'outbox-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const planner = await serveApp(db, {
    mailer: createFileMailer(folder),
    start: '2026-03-02T08:00:00Z',
  })
  const shop = await openShop(db)
  const { accountId } = shop
  await db.prisma.customer.updateMany({ where: { accountId }, data: { email: 'a@example.com' } })
  const { key } = await makeApiKey(db, { accountId })
  const due = new Date(planner.clock.now() + HOUR)
  const booking = await done(planner as never, key, 'createBooking', {
    serviceId: encodeId('Service', { accountId, id: shop.serviceId }),
    customerId: encodeId('Customer', { accountId, id: shop.customerId }),
    startsAt: tuesday(9),
    notify: { staff: false, customer: false },
  })
  await vi.waitFor(async () => expect(await db.prisma.notice.count()).toBe(1), soon)
  await db.prisma.notice.updateMany({ data: { nextAttemptAt: due } })
  const now = due.getTime()
  const claim = { worker: 'dead', now, leasedUntil: now + 60_000, most: 10 }
  const [taken] = await claimNotices(poolReader(db), claim)
  planner.clock.set(now + 30_000)
  expect(await claimNotices(poolReader(db), { ...claim, now: now + 30_000 })).toEqual([])
  planner.clock.set(now + 61_000)
  await vi.waitFor(() => expect(readdirSync(folder)).toHaveLength(1), soon)
  const [name = ''] = readdirSync(folder)
  expect(name).toBe(`2026-03-02-${taken?.id}.eml`)
  const mail = await simpleParser(readFileSync(join(folder, name)))
  expect(mail.messageId).toContain(taken?.id ?? '?')
  expect(mail.subject).toMatch(/^Reminder/)
  expect(booking.id).toBeTruthy()
})

describe('own words', () => {
  it('are shown beforehand, used, changed and taken back', async () => {
    const desk = await openDesk()
    const { id: bookingId } = await desk.book(tuesday(108), {
      notify: { customer: false, staff: false },
    })
    const accountId = encodeId('Account', { accountId: desk.accountId, id: desk.accountId })
    const kind = 'CONFIRMATION'
    const preview = (more: object = {}) =>
      done(app, desk.key, 'previewNotice', { bookingId, kind, ...more }, 'subject text html')
    expect((await preview()).subject).toMatch(/^Confirmed: Cut/)
    expect(await preview({ subject: 'Hi {{customer.name}}', text: '{{when}}' })).toMatchObject({
      subject: 'Hi Ada Lovelace',
    })
    const own = await done(
      app,
      desk.key,
      'setNoticeTemplate',
      { accountId, kind, subject: 'See you, {{customer.name}}', text: 'x', expectedVersion: 0 },
      'id version',
    )
    expect(own.version).toBe(1)
    await desk.book(tuesday(110), { notify: { staff: false, reminders: false } })
    await vi.waitFor(() => expect(to(desk.address)).toEqual(['See you, Ada Lovelace']), soon)
    await done(app, desk.key, 'deleteNoticeTemplate', { id: own.id })
    expect((await preview()).subject).toMatch(/^Confirmed: Cut/)
  })
})

it.each([
  ['REVIEW', false, 'REVIEW is told to staff only.'],
  ['REQUEST', true, 'REQUEST is told to customers only.'],
  ['DECLINED', true, 'DECLINED is told to customers only.'],
  ['REMINDER', true, 'REMINDER is told to customers only.'],
  ['THANKS', true, 'THANKS is told to customers only.'],
  ['WAITLIST_OFFER', true, 'WAITLIST_OFFER is told to customers only.'],
])('nobody has words for what is never said: %s, to staff: %s', async (kind, toStaff, message) => {
  const { key, accountId: id } = await openDesk()
  const accountId = encodeId('Account', { accountId: id, id })
  const input = { accountId, kind, toStaff, subject: 'x', text: 'x' }
  const { code, message: said } = await change(app, key, 'setNoticeTemplate', input, 'id')
  expect([code, said]).toEqual(['VALIDATION_FAILED', message])
  expect(await app.db.prisma.noticeTemplate.count({ where: { accountId: id } })).toBe(0)
})

it('erasing a customer takes addresses and subjects out of the log', async () => {
  const desk = await openDesk()
  await desk.book(tuesday(111), { notify: { reminders: false } })
  await vi.waitFor(() => expect(to(desk.staffAddress)).toHaveLength(1), soon)
  await vi.waitFor(async () => {
    expect((await desk.log()).map(({ state }) => state)).toEqual(['SENT', 'SENT'])
  }, soon)
  app.clock.set(tuesday(120).getTime())
  await done(app, desk.key, 'eraseCustomer', { id: desk.customerId })
  const rows = await app.db.prisma.notice.findMany({ where: { accountId: desk.accountId } })
  expect(JSON.stringify(rows)).not.toContain(desk.address)
  expect(rows.map(({ subject }) => subject)).toEqual([null, null])
})
