// Who is told by mail of what a dialect's client does, by the switches that the dialect has:
// Bookeo's with every booking, Calendesk's for each, Appointedd's when one is changed.
import { describe, expect, it, vi } from 'vitest'
import { createSmtpMailer } from '../../src/outbound/mail.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { startMailServer } from '../support/mail-server.ts'
import { makeApiKey } from '../support/makers.ts'
import { tuesday } from '../support/shop.ts'
import { openClinic } from './appointedd-v1/v1-world.ts'
import { openHarbour } from './bookeo/bookeo-world.ts'
import { openBusiness } from './calendesk/calendesk-world.ts'

const { sentTo, url: smtpUrl } = await startMailServer()

const app = await testApp({ mailer: createSmtpMailer(smtpUrl), start: '2026-03-01T08:00:00Z' })

const soon = { timeout: 15_000, interval: 50 }
const DAY = 86_400_000

/** What is planned of the bookings of an account, by their start: the kinds, and to whom. */
async function planned(accountId: string): Promise<Record<string, string[]>> {
  const { prisma } = app.db
  const rows = await prisma.notice.findMany({ where: { accountId } })
  const bookings = await prisma.booking.findMany({ where: { accountId } })
  return Object.fromEntries(
    bookings.map(({ id, startsAt }) => [
      startsAt.toISOString().slice(8, 10),
      rows
        .filter(({ bookingId }) => bookingId === id)
        .map(({ kind, staffId }) => (staffId ? `${kind} staff` : kind))
        .toSorted(),
    ]),
  )
}

/** What is done next is read by itself, and not together with what was done before. */
const becomes = (accountId: string, expected: Record<string, string[]>) =>
  vi.waitFor(async () => expect(await planned(accountId)).toEqual(expected), soon)

const all = ['CONFIRMATION', 'CONFIRMATION staff', 'REMINDER', 'THANKS']

/** Its service thanks an hour after the end, and its staff can be told. */
async function thankful(accountId: string) {
  await app.db.prisma.service.updateMany({ where: { accountId }, data: { thanksMinutes: 60 } })
  const email = `staff.${accountId.slice(-12)}@example.com`
  await app.db.prisma.staffMember.updateMany({ where: { accountId }, data: { email } })
}

describe('Bookeo', () => {
  async function open() {
    const harbour = await openHarbour(app)
    const { accountId, call, kayak } = harbour
    await thankful(accountId)
    const emailAddress = `grace.${accountId.slice(-12)}@example.com`
    const book = (day: string, query = '') =>
      call(`/bookings${query}`, {
        body: {
          productId: kayak,
          startTime: `2026-03-${day}T10:00:00-00:00`,
          customer: { firstName: 'Grace', emailAddress },
        },
      })
    return { ...harbour, book, emailAddress }
  }

  it('tells everybody and reminds and thanks, unless a switch says no', async () => {
    const { accountId, book } = await open()
    await book('09', '?notifyUsers=false&notifyCustomer=false')
    await book('10', '?sendCustomerReminders=false&sendCustomerThankyou=false')
    await book('11', '?notifyCustomer=true&sendCustomerThankyou=false')
    expect((await book('12')).status).toBe(201)
    // At ten in Sydney it is the day before in UTC.
    await becomes(accountId, {
      '08': ['REMINDER', 'THANKS'],
      '09': ['CONFIRMATION', 'CONFIRMATION staff'],
      10: ['CONFIRMATION', 'CONFIRMATION staff', 'REMINDER'],
      11: all,
    })
  })

  it('says nothing of what is moved or canceled silently', async () => {
    const { accountId, call, book } = await open()
    const timed = ['REMINDER', 'THANKS']
    const twice = [...timed, ...timed].toSorted()
    const silent = '?notifyUsers=false&notifyCustomer=false'
    const made = await book('09', silent)
    await becomes(accountId, { '08': timed })
    const path = `/bookings/${made.body.bookingNumber}`
    const body = { startTime: '2026-03-10T10:00:00-00:00' }
    expect((await call(path + silent, { method: 'PUT', body })).status).toBe(200)
    await becomes(accountId, { '09': twice })
    expect((await call(path + silent, { method: 'DELETE' })).status).toBe(204)
    const told = await book('12')
    await becomes(accountId, { '09': twice, 11: all })
    await call(`/bookings/${told.body.bookingNumber}`, { method: 'DELETE' })
    await becomes(accountId, {
      '09': twice,
      11: ['CANCELLATION', 'CANCELLATION staff', ...all],
    })
    const waiting = { accountId, kind: { in: ['REMINDER', 'THANKS'] as const }, state: 'WAITING' }
    expect(await app.db.prisma.notice.count({ where: waiting as object })).toBe(0)
  })

  it('reminds and thanks of what is moved or edited only if it was to at first', async () => {
    const { accountId, call, book } = await open()
    const made = await book('09', '?sendCustomerReminders=false&sendCustomerThankyou=false')
    const told = ['CONFIRMATION', 'CONFIRMATION staff']
    await becomes(accountId, { '08': told })
    const path = `/bookings/${made.body.bookingNumber}`
    const move = (day: string) =>
      call(path, { method: 'PUT', body: { startTime: `2026-03-${day}T10:00:00-00:00` } })
    expect((await move('10')).status).toBe(200)
    const moved = ['CHANGE', 'CHANGE staff', ...told]
    await becomes(accountId, { '09': moved })

    const { key } = await makeApiKey(app.db, { accountId })
    const document = 'query ($n: String) { booking(number: $n) { id reminders thanks } }'
    const { data } = await app.graphql(key, document, { n: made.body.bookingNumber })
    const { id } = data.booking
    expect(data.booking).toEqual({ id, reminders: false, thanks: false })
    const notify = { reminders: true }
    expect(await done(app, key, 'updateBooking', { id, notify }, 'reminders')).toEqual({
      reminders: true,
    })
    await becomes(accountId, { '09': [...moved, 'REMINDER'] })
    await done(app, key, 'updateBooking', { id, notify: { reminders: false } })
    await vi.waitFor(async () => {
      const waiting = await app.db.prisma.notice.count({
        where: { accountId, kind: 'REMINDER', state: 'WAITING' },
      })
      expect(waiting).toBe(0)
    }, soon)
  })

  it('thanks who came an hour after the end, and not who did not', async () => {
    const { accountId, call, book, emailAddress } = await open()
    await book('02', '?sendCustomerReminders=false')
    const missed = await book('03', '?sendCustomerReminders=false')
    await vi.waitFor(() => expect(sentTo(emailAddress)).toHaveLength(2), soon)
    const thanks = () =>
      sentTo(emailAddress).filter(({ subject }) => subject?.startsWith('Thank you'))
    app.clock.set(Date.parse('2026-03-02T01:29:00Z'))
    await vi.waitFor(async () => {
      const rows = await app.db.prisma.notice.findMany({ where: { accountId, state: 'SENT' } })
      expect(rows).toHaveLength(4)
    }, soon)
    expect(thanks()).toEqual([])
    // Ninety minutes from ten o'clock in Sydney, and one hour.
    app.clock.set(Date.parse('2026-03-02T01:30:00Z'))
    await vi.waitFor(() => expect(thanks()).toHaveLength(1), soon)
    expect(thanks()[0]).toMatchObject({ subject: expect.stringContaining('Kayak hire') })
    expect(thanks()[0]?.attachments).toEqual([])
    app.clock.set(Date.parse('2026-03-03T00:00:00Z'))
    const path = `/bookings/${missed.body.bookingNumber}`
    const body = { startTime: missed.body.startTime, noShow: true }
    expect((await call(path, { method: 'PUT', body })).body.noShow).toBe(true)
    await vi.waitFor(async () => {
      const rows = await app.db.prisma.notice.findMany({ where: { accountId, kind: 'THANKS' } })
      expect(rows.map(({ state }) => state).toSorted()).toEqual(['CANCELLED', 'SENT'])
    }, soon)
  })
})

describe('Calendesk', () => {
  it('tells the customer and the employee, and reminds, unless a switch says no', async () => {
    const { accountId, call } = await openBusiness(app)
    await thankful(accountId)
    const book = async (day: string, switches: object = {}) => {
      const place = { employee_id: 10, service_id: 5, start_time: '10:00', user_id: 200 }
      const start_date = `2026-04-${day}`
      const made = await call('/bookings', { body: { ...place, start_date, ...switches } })
      expect(made.status).toBe(201)
      return `/bookings/${made.body.id}`
    }
    const first = await book('09', { notify_customer: false, notify_reminders: false })
    const second = await book('10', { notify_employee: false })
    const third = await book('13')
    await becomes(accountId, {
      '09': ['CONFIRMATION staff', 'THANKS'],
      10: ['CONFIRMATION', 'REMINDER', 'THANKS'],
      13: all,
    })
    await call(`${first}?notify_customer=false`, { method: 'DELETE' })
    await call(`${second}?notify_employee=false`, { method: 'DELETE' })
    await call(third, { method: 'DELETE' })
    const { body } = await call(`${first}?notify_customer=no`, { method: 'DELETE' })
    expect(body.errors).toHaveProperty('notify_customer')
    await becomes(accountId, {
      '09': ['CANCELLATION staff', 'CONFIRMATION staff', 'THANKS'],
      10: ['CANCELLATION', 'CONFIRMATION', 'REMINDER', 'THANKS'],
      13: ['CANCELLATION', 'CANCELLATION staff', ...all].toSorted(),
    })
  })
})

describe('Appointedd V1', () => {
  it('tells of a move, unless send_notifications says no', async () => {
    const { accountId, call, names } = await openClinic(app)
    const start = (days: number) => new Date(tuesday(10).getTime() + days * DAY).toISOString()
    const book = async (days: number) => {
      const service = { service_id: names.cut, resource_id: names.one, start: start(days) }
      const { body } = await call('/availability/slots', { body: service })
      const customers = [{ name: 'Bob', email: 'bob@example.com' }]
      const made = await call('/bookings', { body: { reservation_id: body.data.id, customers } })
      expect(made.status).toBe(201)
      return `/bookings/${made.body.data.id}`
    }
    const quiet = await book(7)
    const loud = await book(8)
    const before = ['CONFIRMATION', 'CONFIRMATION staff', 'REMINDER']
    await becomes(accountId, { 10: before, 11: before })
    const to = (days: number, more: object = {}) => ({
      method: 'PUT',
      body: { parts: [{ start: start(days) }], ...more },
    })
    expect((await call(quiet, to(9, { send_notifications: false }))).status).toBe(200)
    expect((await call(loud, to(10))).status).toBe(200)
    const confirmed = [...before, 'REMINDER']
    await becomes(accountId, {
      12: confirmed,
      13: ['CHANGE', 'CHANGE staff', ...confirmed],
    })
  })
})
