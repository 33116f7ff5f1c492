// How often pages for customers may be asked for, how long a booking's page is good, and what comes
// of whatever else is sent to them: a page that says so, and never a fault of ours.

import { describe, expect, it } from 'vitest'
import { newManageLink } from '../../../src/booking/manage-link.data.ts'
import { testApp } from '../../support/app.ts'
import { bookThere, grace, openBusiness, visitor } from './page-world.ts'

const app = await testApp()
const guest = visitor(app, { 'accept-language': 'en' })
const { get, post, press } = guest
const start = '2026-03-03T10:00:00.000Z'

describe('limits', () => {
  it('slow down whoever tries many addresses of bookings, and nobody who has one', async () => {
    const shop = await openBusiness(app)
    const { pathname: path } = new URL((await bookThere(guest, shop.path, start)).url)
    const guess = () => get(new URL(newManageLink(app.url).url).pathname)
    const tried = await Promise.all(Array.from({ length: 30 }, guess))
    expect(new Set(tried.map(({ status }) => status))).toEqual(new Set([404]))
    const slowed = await guess()
    expect([slowed.status, slowed.title]).toEqual([429, 'Too many requests'])
    expect(Number(slowed.headers.get('retry-after'))).toBe(900)
    expect((await get(path)).status).toBe(200)
    app.clock.advance(900_000)
    expect((await guess()).status).toBe(404)
  })

  it('end a row of bookings from one network, and let go on looking', async () => {
    const shop = await openBusiness(app)
    const details = await get(`${shop.path}?start=${start}`)
    const attempts = Array.from({ length: 60 }, () => press(details, 'Book', { email: 'no' }))
    const statuses = (await Promise.all(attempts)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([422]))
    expect((await press(details, 'Book', grace)).status).toBe(429)
    expect((await get(shop.path)).status).toBe(200)
    app.clock.advance(900_000)
    expect((await press(details, 'Book', grace)).text).toContain('confirmed')
  })
})

describe('hostile forms and addresses', () => {
  const long = 'x'.repeat(20_000)
  const values = [
    '',
    ' ',
    '-1',
    '1e99',
    'NaN',
    'null',
    '[object Object]',
    "' OR 1=1 --",
    '../../etc/passwd',
    '2026-02-30',
    '2026-03-03T10:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    '{{7*7}}',
    '<b>',
    '\u202e\u0301',
    '\u0000',
    '\ud800',
    long,
  ]
  const looking = ['from', 'day', 'tz', 'lang', 'start']
  const choosing = [...looking, 'do', 'service', 'staff', 'party', 'q.why', 'q.__proto__']
  const booking = [...choosing, 'name', 'email', 'phone', 'notes', 'key', 'hold', 'pick']

  it('are answered by a page, in each field of each form', { timeout: 120_000 }, async () => {
    const questions = [{ id: 'why', label: 'Why?', type: 'NUMBER' }]
    const shop = await openBusiness(app, { questions })
    const { pathname: path } = new URL((await bookThere(guest, shop.path, start)).url)
    const whole = [['do', 'book'], ['start', '2026-03-04T10:00:00.000Z'], ...Object.entries(grace)]
    type Sent = (name: string, value: string) => ReturnType<typeof get>
    const ask =
      (at: string): Sent =>
      (name, value) =>
        get(`${at}?${new URLSearchParams([[name, value]])}`)
    const fill =
      (at: string, fields: [string, string][] = []): Sent =>
      (name, value) =>
        post(at, [...fields, [name, value]])
    const doors: [string, string[], Sent][] = [
      ['looking', choosing, ask(shop.path)],
      ['booking', booking, fill(shop.path, whole as [string, string][])],
      ['seeing', ['done', 'lang'], ask(path)],
      ['moving', looking, ask(`${path}/move`)],
      ['moving to', [...looking, 'version'], fill(`${path}/move`)],
      ['cancelling', ['seen', 'reason', 'lang'], fill(`${path}/cancel`)],
      ['paying', ['do', 'lang'], fill(path)],
    ]
    const shown = (await get(path)).html
    const faults: unknown[] = []
    for (const value of values) {
      const all = doors.flatMap(([door, names, send]) =>
        names.map((name) => async () => {
          // Longer addresses are refused before they come here.
          if (value === long && !door.match(/booking|to|cancelling|paying/)) return
          const { status, html } = await send(name, value)
          if (status < 500 && status !== 429 && html.includes('<h1>')) return
          faults.push([door, name, value, status])
        }),
      )
      while (all.length > 0) await Promise.all(all.splice(0, 6).map((send) => send()))
      app.clock.advance(900_000)
    }
    expect(faults).toEqual([])
    expect((await get(path)).html).toBe(shown)
  })

  it('are refused when they are no forms, are too long or come by another method', async () => {
    const shop = await openBusiness(app)
    const send = (method: string, body: string, type: string) =>
      fetch(app.url + shop.path, { method, body, headers: { 'content-type': type } })
    const form = 'application/x-www-form-urlencoded'
    expect((await send('POST', '{}', 'application/json')).status).toBe(415)
    expect((await send('POST', `notes=${'x'.repeat(262_144)}`, form)).status).toBe(413)
    expect((await send('POST', '', form)).status).toBe(200)
    expect((await send('PUT', '', form)).status).toBe(405)
    expect(await shop.bookings()).toEqual([])
  })
})
