// What is kept for a visitor of a booking page while they fill in the form, from the choice of a
// time to the booking, over going back, waiting too long, taking no cookies and being not alone.

import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { mostHolds } from '../../../src/link/link-hold.actions.ts'
import { testApp } from '../../support/app.ts'
import { done } from '../../support/ask.ts'
import { grace, openBusiness, visitor, type Page } from './page-world.ts'

const app = await testApp()
const { prisma } = app.db
const english = { 'accept-language': 'en' }
const guest = () => visitor(app, english, new Map())
const start = '2026-03-03T10:00:00.000Z'
const later = '2026-03-03T11:00:00.000Z'

type Guest = ReturnType<typeof guest>
type Options = Parameters<typeof openBusiness>[2]

async function salon(terms: object = {}, options: Options = {}) {
  const shop = await openBusiness(app, terms, options)
  const { accountId, path } = shop
  const tuesday = `${path}?day=2026-03-03&from=2026-03-03&tz=Europe/London`
  const holds = () => prisma.hold.findMany({ where: { accountId }, orderBy: { createdAt: 'asc' } })
  const states = async () => (await holds()).map(({ state }) => state)
  const choose = async ({ get, press }: Guest, at = start) =>
    press(await get(tuesday), 'Continue', { start: at })
  return { ...shop, tuesday, holds, states, choose }
}

const times = (page: Page) => page.forms.flatMap(({ radios }) => radios.map(([, value]) => value))
const heldBy = (page: Page) => page.forms[0]?.fields.find(([name]) => name === 'hold')?.[1] ?? null

describe('a time that is chosen', () => {
  it('is kept, which is said, is nobody else to be had, and is booked', async () => {
    const { choose, holds, tuesday, bookings } = await salon()
    const first = guest()
    const details = await choose(first)
    expect([details.status, details.text]).toEqual([
      200,
      expect.stringContaining('This time is kept for you until 08:05 (Europe/London).'),
    ])
    expect(details.text).toContain('Price €45.00')
    const second = guest()
    expect(times(await second.get(tuesday))).not.toContain(start)
    const late = await second.get(`${tuesday}&start=${start}`)
    expect([late.status, late.text]).toEqual([409, expect.stringContaining('not free any more')])
    const booked = await first.press(details, 'Book', grace)
    expect(booked.text).toContain('Thank you: your booking is confirmed.')
    expect(await holds()).toMatchObject([{ state: 'USED', visitor: null }])
    expect(await bookings()).toMatchObject([{ startsAt: new Date(start), source: 'LINK' }])
  })

  it('is kept once, however often its form is sent, and booked once', async () => {
    const { tuesday, states, bookings } = await salon()
    const { get, press } = guest()
    const page = await get(tuesday)
    const all = await Promise.all([1, 2, 3].map(() => press(page, 'Continue', { start })))
    for (const each of all) expect(each.text).toContain('This time is kept for you until 08:05')
    const again = await press(page, 'Continue', { start })
    expect(again.text).toContain('This time is kept for you until 08:05')
    expect(await states()).toEqual(['LIVE'])
    const booked = await Promise.all([1, 2, 3].map(() => press(again, 'Book', grace)))
    for (const each of booked) expect(each.text).toContain('is confirmed')
    expect(await bookings()).toHaveLength(1)
  })

  it('is kept for one of those who choose it at once, and the others are told', async () => {
    const { tuesday, bookings, states } = await salon()
    const page = await guest().get(tuesday)
    // Each as if by a page of their own.
    const fresh = () => ({ pick: randomUUID(), start })
    const all = await Promise.all(
      [1, 2, 3, 4, 5].map(() => guest().press(page, 'Continue', fresh())),
    )
    const kept = all.filter(({ text }) => text.includes('is kept for you'))
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409])
    expect(kept).toHaveLength(1)
    for (const { status, text } of all)
      if (status === 409) expect(text).toContain('not free any more')
    await guest().press(kept[0] as Page, 'Book', grace)
    expect(await bookings()).toHaveLength(1)
    expect(await states()).toEqual(['USED'])
  })

  it('is given up by going back, to where it is free again', async () => {
    const { choose, states } = await salon()
    const { press } = guest()
    const back = await press(await choose(guest()), 'Choose another time')
    expect(back.status).toBe(200)
    expect(new URL(back.url).searchParams.get('day')).toBe('2026-03-03')
    expect(back.text).toContain('Times on Tuesday, 3 March 2026 (Europe/London)')
    expect(times(back)).toContain(start)
    expect(await states()).toEqual(['RELEASED'])
  })

  it('is given up by whoever leaves the form and looks at the times, and by another choice', async () => {
    const { choose, tuesday, states } = await salon()
    const left = guest()
    const page = await left.get(tuesday)
    await choose(left)
    expect(times(await left.get(tuesday))).toContain(start)
    expect(await states()).toEqual(['RELEASED'])
    // The page of times may be one that the browser had kept.
    await left.press(page, 'Continue', { start })
    const other = await left.press(page, 'Continue', { start: later })
    expect(other.text).toContain('11:00–12:00 (Europe/London)')
    expect(await states()).toEqual(['RELEASED', 'RELEASED', 'LIVE'])
    const booked = await left.press(other, 'Book', grace)
    expect(booked.text).toContain('11:00–12:00 (Europe/London)')
  })

  it('stays kept while the form is put right', async () => {
    const { choose, states } = await salon()
    const { press } = guest()
    const wrong = await press(await choose(guest()), 'Book', { ...grace, email: 'grace@' })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain('This time is kept for you until 08:05 (Europe/London).')
    expect((await press(wrong, 'Book', grace)).text).toContain('is confirmed')
    expect(await states()).toEqual(['USED'])
  })

  it('is told with a cookie that only this page is sent, and gives no right', async () => {
    const { tuesday, path, choose, holds } = await salon()
    expect((await guest().get(tuesday)).headers.get('set-cookie')).toBeNull()
    const cookie = (await choose(guest())).headers.get('set-cookie') ?? ''
    const [name, ...terms] = cookie.split('; ')
    expect(name).toMatch(/^slotgraph_hold=[\w-]+$/)
    expect(terms).toEqual([`Path=${path}`, 'Max-Age=300', 'HttpOnly', 'SameSite=Lax'])
    // What stands in it is a hold of this link, or nothing.
    const others = await salon()
    const theirs = heldBy(await others.choose(guest()))
    const stranger = visitor(app, english, new Map([['slotgraph_hold', theirs ?? '']]))
    expect((await stranger.get(tuesday)).status).toBe(200)
    expect(await others.states()).toEqual(['LIVE'])
    expect(await holds()).toHaveLength(1)
  })

  it.each([
    ['de', 'Weiter', 'Diese Zeit ist für Sie bis 08:05 (Europe/London) reserviert.'],
    ['pl', 'Dalej', 'Ten termin jest zarezerwowany dla Ciebie do 08:05 (Europe/London).'],
  ])('is kept in %s', async (lang, button, words) => {
    const { tuesday } = await salon()
    const { get, press } = guest()
    const details = await press(await get(`${tuesday}&lang=${lang}`), button, { start })
    expect(details.text).toContain(words)
  })

  it('is kept after questions that decide, with whom they lead to', async () => {
    const questions = [{ id: 'pain', label: 'Where?', type: 'CHOICE', choices: ['Back'] }]
    const { key, linkId, staff, staffIds, path, bookings } = await salon(
      { questions },
      { staff: 2 },
    )
    const conditions = [{ questionId: 'pain', operator: 'IS', value: 'Back' }]
    const routing = [{ conditions, staffIds: [staff[1]] }]
    await done(app, key, 'updateBookingLink', { id: linkId, routing })
    const { get, press } = guest()
    const led = await press(await get(path), 'Continue', { 'q.pain': 'Back' })
    const details = await press(await press(led, 'Tue 3 Mar'), 'Continue', { start })
    expect(details.text).toContain('This time is kept for you until 08:05')
    const back = await press(details, 'Choose another time')
    expect(times(back)).toContain(start)
    await press(await press(back, 'Continue', { start }), 'Book', grace)
    expect(await bookings()).toMatchObject([{ staffId: staffIds[1], answers: { pain: 'Back' } }])
  })
})

describe('a time that was kept and has run out', () => {
  it('is booked all the same while it is free, once', async () => {
    const { choose, states, bookings } = await salon()
    const { press } = guest()
    const details = await choose(guest())
    app.clock.advance(300_000)
    const booked = await Promise.all([1, 2].map(() => press(details, 'Book', grace)))
    for (const page of booked) expect(page.text).toContain('is confirmed')
    expect((await press(details, 'Book', grace)).text).toContain('is confirmed')
    expect(await bookings()).toHaveLength(1)
    expect(await states()).not.toContain('USED')
  })

  it('is kept anew, and said so, when the form has to be shown again', async () => {
    const { choose, bookings } = await salon()
    const { press } = guest()
    const details = await choose(guest())
    app.clock.advance(300_000)
    const page = await press(details, 'Book', { ...grace, name: '' })
    expect(page.status).toBe(422)
    expect(page.text).toMatch(
      /had run out. It is still free: now it is kept for you until \d\d:\d\d/,
    )
    expect(heldBy(page)).not.toBe(heldBy(details))
    expect((await press(page, 'Book', grace)).text).toContain('is confirmed')
    expect(await bookings()).toHaveLength(1)
  })

  it('leads to the next free times when somebody else has taken it', async () => {
    const { choose, bookings } = await salon()
    const slow = guest()
    const details = await choose(slow)
    app.clock.advance(300_000)
    const fast = guest()
    await fast.press(await choose(fast), 'Book', { ...grace, email: 'fast@example.com' })
    const page = await slow.press(details, 'Book', grace)
    expect([page.status, page.text]).toEqual([
      409,
      expect.stringContaining('had run out, and somebody else has taken it'),
    ])
    expect(times(page)[0]).toBe(later)
    expect(page.forms[0]?.fields).toContainEqual(['email', grace.email])
    await slow.press(page, 'Book', { start: later })
    expect(await bookings()).toHaveLength(2)
  })
})

describe('whoever takes no cookies', () => {
  it('is kept a time, goes back, chooses another and books it', async () => {
    const { choose, states, bookings } = await salon()
    const bare = visitor(app, english)
    const back = await bare.press(await choose(bare), 'Choose another time')
    const details = await bare.press(back, 'Continue', { start: later })
    expect(details.text).toContain('This time is kept for you until')
    expect((await bare.press(details, 'Book', grace)).text).toContain('is confirmed')
    expect(await states()).toEqual(['RELEASED', 'USED'])
    expect(await bookings()).toMatchObject([{ startsAt: new Date(later) }])
  })
})

describe('nobody keeps a whole calendar', () => {
  it('by looking at addresses', async () => {
    const { tuesday, holds } = await salon()
    const page = await guest().get(`${tuesday}&start=${start}&do=details`)
    expect(page.status).toBe(200)
    expect(page.text).not.toContain('is kept for you')
    expect(await holds()).toEqual([])
  })

  it('from one network: who is kept nothing more can still book', async () => {
    const { choose, states, tuesday } = await salon({}, { staff: 9 })
    const pages = []
    for (let count = 0; count < mostHolds.visitor + 2; count += 1) {
      pages.push(await choose(guest()))
    }
    const kept = pages.filter(({ text }) => text.includes('is kept for you'))
    expect(kept).toHaveLength(mostHolds.visitor)
    expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 200))
    const last = pages.at(-1) as Page
    expect((await guest().press(last, 'Book', grace)).text).toContain('is confirmed')
    expect(await states()).toEqual(Array.from({ length: mostHolds.visitor }, () => 'LIVE'))
    app.clock.advance(300_000)
    const anew = await guest().press(await guest().get(tuesday), 'Continue', { start: later })
    expect(anew.text).toContain('is kept for you')
  })

  it('by having times kept again and again', async () => {
    const { tuesday, states } = await salon()
    app.clock.advance(900_000)
    const { get, press } = guest()
    const page = await get(tuesday)
    for (let count = 0; count < 60; count += 1) {
      await press(page, 'Continue', { start: count % 2 === 0 ? start : later })
    }
    expect((await states()).filter((state) => state === 'LIVE')).toHaveLength(1)
    const beyond = await press(page, 'Continue', { start })
    expect([beyond.status, beyond.text.includes('is kept for you')]).toEqual([200, false])
    expect((await press(beyond, 'Book', grace)).text).toContain('is confirmed')
  })
})
