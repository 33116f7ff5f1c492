// The page of a booking over HTTP: seen, moved, cancelled and paid by whoever has its address, and
// by nobody else.

import { afterAll, describe, expect, it, vi } from 'vitest'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { createFileMailer } from '../../../src/outbound/mail.ts'
import { testApp } from '../../support/app.ts'
import { done } from '../../support/ask.ts'
import { encodeId } from '../../../src/graphql/ids.ts'
import { tuesday } from '../../support/shop.ts'
import { payOnline, sessionOf, stripeServer, tell } from '../../support/stripe.ts'
import { bookThere, grace, openBusiness, visitor, type Page } from './page-world.ts'

const outbox = mkdtempSync(join(tmpdir(), 'page-mails-'))
afterAll(() => rmSync(outbox, { recursive: true }))
const stripe = await stripeServer()
const app = await testApp({
  config: stripe.config,
  mailer: createFileMailer(outbox),
  level: 'debug',
})
const guest = visitor(app, { 'accept-language': 'en' })
const { get, post, press } = guest
const { prisma } = app.db

const start = '2026-03-03T10:00:00.000Z'
const pathOf = (page: Page) => new URL(page.url).pathname

async function booked(terms: object = {}, options: object = {}) {
  const shop = await openBusiness(app, terms, options)
  const page = await bookThere(guest, shop.path, start)
  const booking = async () => {
    const [row] = await shop.bookings()
    return row!
  }
  const { id } = await booking()
  const bookingId = encodeId('Booking', { accountId: shop.accountId, id })
  return { ...shop, page, path: pathOf(page), booking, bookingId }
}

async function mailAbout(number: string) {
  const look = async () => {
    const files = readdirSync(outbox).map((file) => readFileSync(join(outbox, file)))
    const mails = await Promise.all(files.map((file) => simpleParser(file)))
    const found = mails.find(({ text }) => text?.includes(number))
    if (!found) throw new Error('No mail yet.')
    return found
  }
  return vi.waitFor(look, { timeout: 15_000, interval: 100 })
}

const urlIn = (text: string | undefined) => /See, move or cancel it: (\S+)/.exec(text ?? '')?.[1]

describe("a booking's page", () => {
  it('shows the booking, and nothing of the customer that was known before', async () => {
    const shop = await openBusiness(app)
    await done(app, shop.key, 'createCustomer', {
      accountId: encodeId('Account', { accountId: shop.accountId, id: shop.accountId }),
      name: 'Rear Admiral Hopper',
      email: grace.email,
      phone: '+1 202 555 0100',
      notes: 'VIP',
    })
    const page = await bookThere(guest, shop.path, start, { notes: 'Mine' })
    const [booking] = await shop.bookings()
    expect(booking?.customer.name).toBe('Rear Admiral Hopper')
    const again = await get(pathOf(page))
    for (const { html } of [page, again]) expect(html).not.toMatch(/Admiral|202 555|VIP|grace@/)
    expect(again.text).toContain('Status Confirmed')
    expect(again.text).toContain('With Staff 0')
    expect(again.text).not.toContain('Keep the address')
  })

  it('is for nobody else: no referrer, no index, no cache, no cookie', async () => {
    const { page } = await booked()
    const names = ['referrer-policy', 'x-robots-tag', 'cache-control', 'set-cookie']
    expect(names.map((name) => page.headers.get(name))).toEqual([
      'no-referrer',
      'noindex, nofollow',
      'no-store',
      null,
    ])
  })

  it('is the same 404 for every address that leads to none', async () => {
    const { key, bookingId, path } = await booked()
    await done(app, key, 'revokeManageLinks', { bookingId })
    const lost = [
      path,
      `${path}/move`,
      `${path}0`,
      '/manage/sgm_x',
      '/manage/x/y/z',
      '/manage/a%00',
    ]
    const pages = await Promise.all(lost.map((each) => get(each)))
    const [first] = pages
    expect(first?.status).toBe(404)
    for (const page of pages) {
      expect(page.status).toBe(404)
      expect(page.html).toBe(first?.html)
      expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    }
  })

  it('is told in the mail, where it leads to the same booking', async () => {
    const { booking } = await booked()
    const { number } = await booking()
    const mail = await mailAbout(number)
    const url = urlIn(mail.text) ?? ''
    expect(mail.html).toContain(`<a href="${url}">`)
    const calendar = mail.attachments.find(({ contentType }) => contentType === 'text/calendar')
    expect(calendar?.content.toString().replaceAll('\r\n ', '')).toContain(`URL:${url}`)
    expect((await get(new URL(url).pathname)).text).toContain(number)
  })

  it('is told of what was booked over the graph, too, and moves and cancels it', async () => {
    const service = { cancelFreeHours: 24, cancelRefundPercent: 50 }
    const shop = await openBusiness(app, {}, { service })
    const { accountId, key } = shop
    const make = async (startsAt: string): Promise<string> => {
      const input = { serviceId: shop.service, startsAt, customer: grace }
      return (await done(app, key, 'createBooking', input, 'number')).number
    }
    const number = await make(start)
    const path = new URL(urlIn((await mailAbout(number)).text) ?? '').pathname
    const page = await get(path)
    expect(page.text).toContain(number)
    const wednesday = '2026-03-04T12:00:00.000Z'
    const moving = await press(await get(`${path}/move`), 'Wed 4 Mar')
    const moved = await press(moving, 'Move to this time', { start: wednesday })
    expect(moved.text).toContain('Your booking has been moved.')
    const [booking] = await shop.bookings()
    expect(booking).toMatchObject({ number, linkId: null, startsAt: new Date(wednesday) })
    app.clock.set('2026-03-03T12:00:00.001Z')
    expect((await get(path)).text).not.toContain('Move it')
    expect((await get(`${path}/move`)).status).toBe(409)
    const cancelled = await press(await get(`${path}/cancel`), 'Cancel the booking')
    expect(cancelled.text).toContain('Your booking has been cancelled.')
    app.clock.set(shop.clock.now())
    await prisma.account.update({ where: { id: accountId }, data: { mailsManageLinks: false } })
    const silent = await mailAbout(await make('2026-03-05T10:00:00.000Z'))
    expect(urlIn(silent.text)).toBeUndefined()
  })

  it('leaves no secret in the log and in no table', async () => {
    const { path } = await booked()
    await get(`${path}/move`)
    await post(`${path}/cancel`, [['seen', 'x']])
    const secret = path.split('sgm_')[1] ?? ''
    expect(JSON.stringify(app.lines)).toContain('/manage/')
    expect(JSON.stringify(app.lines)).not.toContain(secret)
    const tables = await app.db.pool.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    )
    for (const { name } of tables.rows) {
      const { rows } = await app.db.pool.query(
        `SELECT count(*)::int AS count FROM "${name}" r WHERE r::text LIKE $1`,
        [`%${secret}%`],
      )
      expect([name, rows[0].count]).toEqual([name, 0])
    }
  })
})

describe('moving', () => {
  it('is to what the link offers, and keeps the booking', async () => {
    const hours = [{ weekday: 2, startLocalTime: '10:00', endLocalTime: '12:00' }]
    const { page, path, booking } = await booked({ hours, maxBookings: 1 })
    const before = await booking()
    const moves = await get(`${path}/move`)
    expect(page.html).toContain(`href="${path}/move"`)
    expect(moves.text).toContain('Times on Tuesday, 3 March 2026 (Europe/London)')
    const radios = moves.forms
      .flatMap((form) => form.radios)
      .map(([, value]) => value.slice(11, 16))
    expect(radios).toEqual(['10:00', '10:15', '10:30', '10:45', '11:00'])
    const moved = await press(moves, 'Move to this time', { start: '2026-03-03T11:00:00.000Z' })
    expect(pathOf(moved)).toBe(path)
    expect(moved.text).toContain('Your booking has been moved.')
    expect(moved.text).toContain('Tuesday, 3 March 2026, 11:00–12:00 (Europe/London)')
    expect(await booking()).toMatchObject({ id: before.id, number: before.number, version: 2 })
    const outside = await press(moves, 'Move to this time', { start, version: '2' })
    expect(outside.text).toContain('has been moved')
    const forged = await press(moves, 'Move to this time', {
      start: '2026-03-03T15:00:00.000Z',
      version: '3',
    })
    expect([forged.status, forged.text]).toEqual([
      409,
      expect.stringContaining('not free any more'),
    ])
    expect((await booking()).startsAt).toEqual(new Date(start))
  })

  it('sees what changed meanwhile, and what is taken', async () => {
    const { key, path, bookingId, booking, ...shop } = await booked()
    const moves = await get(`${path}/move`)
    await done(app, key, 'rescheduleBooking', { id: bookingId, startsAt: tuesday(12) })
    const changed = await press(moves, 'Move to this time', { start: '2026-03-03T14:00:00.000Z' })
    expect([changed.status, changed.text]).toEqual([
      409,
      expect.stringContaining('Something has changed meanwhile.'),
    ])
    await bookThere(guest, `/book/${shop.slug}/visit`, '2026-03-03T14:00:00.000Z')
    const taken = await press(changed, 'Move to this time', { start: '2026-03-03T14:00:00.000Z' })
    expect([taken.status, taken.text]).toEqual([409, expect.stringContaining('not free any more')])
    expect((await press(taken, 'Move to this time')).status).toBe(422)
    expect((await booking()).startsAt).toEqual(tuesday(12))
  })

  it('is over when cancelling costs, and shows the days of another zone', async () => {
    const service = { cancelFreeHours: 24, cancelRefundPercent: 0 }
    const { path, page } = await booked({}, { service, hours: [0, 1440] })
    expect(page.text).toContain('You can move it yourself until Monday, 2 March 2026 at 10:00')
    const away = await get(`${path}/move?tz=Pacific/Kiritimati`)
    expect(away.text).toContain('Times on Wednesday, 4 March 2026 (Pacific/Kiritimati)')
    app.clock.set('2026-03-02T10:00:01Z')
    const late = await get(path)
    expect(late.text).not.toContain('Move it to another time')
    const refused = await press(away, 'Move to this time', { start: '2026-03-05T10:00:00.000Z' })
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining('cannot be moved here any more'),
    ])
    app.clock.set('2026-03-02T08:00:00Z')
  })
})

describe('cancelling', () => {
  it('says what is given back, and does what it said', async () => {
    const service = { cancelFreeHours: 24, cancelRefundPercent: 50 }
    const { key, path, bookingId, booking } = await booked({}, { service })
    const amount = { amount: 2000 }
    await done(app, key, 'recordPayment', { bookingId, amount, method: 'CASH' })
    const free = await get(`${path}/cancel`)
    expect(free.text).toContain('You get back: €20.00')
    app.clock.set('2026-03-02T10:00:01Z')
    const changed = await press(free, 'Cancel the booking', { reason: 'Ill' })
    expect([changed.status, changed.text]).toEqual([
      409,
      expect.stringContaining('changed meanwhile'),
    ])
    expect(changed.text).toContain('You get back: €10.00')
    const cancelled = await press(changed, 'Cancel the booking')
    expect(pathOf(cancelled)).toBe(path)
    expect(cancelled.text).toContain('Your booking has been cancelled.')
    expect(cancelled.text).toContain('Refund €10.00')
    expect(await booking()).toMatchObject({
      status: 'CANCELLED',
      cancelReason: 'Ill',
      cancelledBy: 'Customer',
      refundDueMinor: 1000,
    })
    const again = await press(changed, 'Cancel the booking')
    expect(again.text).toContain('has been cancelled')
    expect((await get(`${path}/cancel`)).status).toBe(409)
    expect((await get(`${path}/move`)).status).toBe(409)
    app.clock.set('2026-03-02T08:00:00Z')
  })

  it('has given back what was paid online, once, however often it is pressed', async () => {
    const service = { cancelFreeHours: 48, cancelRefundPercent: 50 }
    const { key, path, bookingId, booking, accountId } = await booked({}, { service })
    await payOnline(app, stripe, key, bookingId, 2000)
    const page = await get(`${path}/cancel`)
    expect(page.text).toContain('You get back: €10.00')
    await Promise.all([1, 2, 3].map(() => press(page, 'Cancel the booking')))
    expect((await press(page, 'Cancel the booking')).text).toContain('Refund €10.00')
    expect(await booking()).toMatchObject({ refundDueMinor: 1000, refundOpenMinor: 0 })
    const refunds = await prisma.payment.findMany({ where: { accountId, kind: 'REFUND' } })
    expect(refunds).toMatchObject([{ amountMinor: 1000, provider: 'STRIPE' }])
  })

  it('is over at the start, and takes no novel for a reason', async () => {
    const { path, booking } = await booked()
    const page = await get(`${path}/cancel`)
    expect(page.text).toContain('You have paid nothing')
    const novel = await press(page, 'Cancel the booking', { reason: 'x'.repeat(501) })
    expect([novel.status, novel.text]).toEqual([422, expect.stringContaining('at most 500')])
    app.clock.set(start)
    expect((await press(page, 'Cancel the booking')).status).toBe(409)
    expect((await booking()).status).toBe('CONFIRMED')
    app.clock.set('2026-03-02T08:00:00Z')
  })
})

describe('a deposit', () => {
  const service = { depositPercent: 20 }

  it('leads on to where it is paid, and back by a cookie that nobody else is told of', async () => {
    const shop = await openBusiness(app, {}, { service })
    const details = await get(`${shop.path}?start=${start}`)
    expect(details.headers.get('content-security-policy')).toContain("form-action 'self' https:;")
    const [form] = details.forms
    const sent = new URLSearchParams([
      ...(form?.fields.filter(([name]) => !(name in grace)) ?? []),
      ...Object.entries(grace),
      ['do', 'book'],
    ])
    const init = { method: 'POST', body: sent, redirect: 'manual' } as const
    const answer = await fetch(app.url + shop.path, init)
    const checkout = answer.headers.get('location') ?? ''
    expect([answer.status, checkout]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/checkout\.stripe\.example\//),
    ])
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(
      /^slotgraph_manage=sgm_\w{49}; Path=\/manage; Max-Age=7200; HttpOnly; SameSite=Lax$/,
    )
    const row = await prisma.checkout.findFirstOrThrow({ where: { accountId: shop.accountId } })
    expect(row).toMatchObject({
      amountMinor: 900,
      successUrl: `${app.url}/manage?done=paid`,
      cancelUrl: `${app.url}/manage?done=unpaid`,
    })
    const back = visitor(app, { cookie: cookie.split(';')[0] ?? '', 'accept-language': 'en' })
    const unpaid = await back.get('/manage?done=unpaid')
    expect(unpaid.text).toContain('Nothing has been paid.')
    expect(unpaid.text).toContain('Status Waiting for €9.00, to be paid by')
    expect(unpaid.text).toContain('Pay €9.00')
    await tell(app, 'checkout.session.completed', sessionOf(stripe, checkout))
    const paid = await back.get('/manage?done=paid')
    expect(paid.text).toContain('Thank you for your payment.')
    expect(paid.text).toContain('Status Confirmed')
    expect(paid.text).toContain('Paid €9.00')
    const lost = await get('/manage?done=paid')
    expect([lost.status, lost.title]).toEqual([200, 'You can close this page'])
  })

  it('can be paid from the page of the booking, also when it could not at first', async () => {
    const shop = await openBusiness(app, {}, { service })
    stripe.fail('REFUSED')
    const page = await bookThere(guest, shop.path, start)
    expect(page.text).toContain('Your time is kept for you until you have paid.')
    const form = page.forms.find(({ buttons }) => buttons[0]?.text === 'Pay €9.00')
    const again = await fetch(new URL(form?.action ?? '', app.url), {
      method: 'POST',
      body: new URLSearchParams(form?.fields),
      redirect: 'manual',
    })
    expect(again.status).toBe(303)
    expect(again.headers.get('location')).toMatch(/^https:\/\/checkout\.stripe\.example\//)
  })
})
