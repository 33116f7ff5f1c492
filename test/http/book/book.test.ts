// The public booking page over HTTP, as a browser without scripts uses it.

import { describe, expect, it } from 'vitest'
import { testApp } from '../../support/app.ts'
import { bookThere, grace, openBusiness, visitor } from './page-world.ts'

const app = await testApp()
const { get, post, press } = visitor(app, { 'accept-language': 'en' })

const start = '2026-03-03T10:00:00.000Z'

describe('a booking page', () => {
  it('leads from a day and a time over who books to the booking, and to where it is managed', async () => {
    const shop = await openBusiness(app)
    const times = await get(shop.path)
    expect([times.status, times.title]).toEqual([200, 'Come & see us · Willow & Rye'])
    expect(times.text).toContain('Cut · 60 minutes · €45.00')
    expect(times.text).toContain('Times on Monday, 2 March 2026')
    const tuesday = await press(times, 'Tue 3 Mar')
    expect(tuesday.text).toContain('Times on Tuesday, 3 March 2026 (Europe/London)')
    const radios = tuesday.forms.flatMap((form) => form.radios)
    expect(radios).toContainEqual(['start', start])
    const details = await press(tuesday, 'Continue', { start })
    expect(details.text).toContain('Tuesday, 3 March 2026, 10:00–11:00 (Europe/London)')
    expect(details.text).toContain('You can cancel until it starts')
    const booked = await press(details, 'Book', { ...grace, notes: 'By bike' })
    expect(booked.status).toBe(200)
    expect(new URL(booked.url).pathname).toMatch(/^\/manage\/sgm_\w{49}$/)
    expect(booked.text).toContain('Thank you: your booking is confirmed.')
    expect(booked.text).toContain(`${app.url}${new URL(booked.url).pathname}`)
    const [booking, ...others] = await shop.bookings()
    expect(others).toEqual([])
    expect(booking).toMatchObject({
      source: 'LINK',
      status: 'CONFIRMED',
      startsAt: new Date(start),
      timeZone: 'Europe/London',
      notes: 'By bike',
      createdBy: 'Booking page "visit"',
      customer: { ...grace, timeZone: 'Europe/London', locale: 'en' },
    })
    expect(booked.text).toContain(booking?.number)
  })

  it('books once, however often and however much at once its form is sent', async () => {
    const shop = await openBusiness(app, {}, { staff: 3 })
    const details = await get(`${shop.path}?start=${start}`)
    const pages = await Promise.all([1, 2, 3, 4].map(() => press(details, 'Book', grace)))
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const other = await press(details, 'Book', { ...grace, name: 'Somebody Else' })
    expect([other.status, other.text]).toEqual([409, expect.stringContaining('was sent before')])
    const bookings = await shop.bookings()
    expect(bookings).toHaveLength(1)
    for (const page of pages) expect(page.text).toContain(bookings[0]?.number)
  })

  it('says what is wrong at each field, keeps what was given, and books nothing', async () => {
    const questions = [
      { id: 'why', label: 'What for?', type: 'CHOICE', choices: ['Cut', 'Colour'], required: true },
      { id: 'heads', label: 'How many?', type: 'NUMBER' },
    ]
    const shop = await openBusiness(app, { questions })
    const details = await get(`${shop.path}?start=${start}`)
    const wrong = { name: ' ', email: 'grace@', phone: 'call me', 'q.heads': 'two' }
    const page = await press(details, 'Book', wrong)
    expect([page.status, page.title]).toEqual([422, 'Error: Come & see us · Willow & Rye'])
    const said: Record<string, string> = {
      name: 'This needs an answer.',
      email: 'Please give an e-mail address such as name@example.com.',
      phone: 'Please give a phone number such as +44 20 7946 0000.',
      'q.why': 'This needs an answer.',
      'q.heads': 'Please give a number.',
    }
    for (const [name, sentence] of Object.entries(said)) {
      expect(page.html).toContain(`<p class="fault" id="f-${name}-fault">${sentence}</p>`)
      expect(page.html).toMatch(new RegExp(`aria-describedby="[^"]*f-${name}-fault"`))
      expect(page.html).toContain(`<a href="#f-${name}">`)
      expect(page.html).toContain(`id="f-${name}"`)
    }
    expect(page.html).toContain('<a href="#f-q.why">What for?: This needs an answer.</a>')
    expect(page.html).toContain('<a href="#f-name">Name: This needs an answer.</a>')
    expect(page.html).toContain('role="alert"')
    expect(await shop.bookings()).toEqual([])
    const right = { ...grace, phone: '', 'q.why': 'Colour', 'q.heads': '2,5' }
    expect(page.forms[0]?.fields).toContainEqual(['email', 'grace@'])
    expect((await press(page, 'Book', right)).text).toContain('confirmed')
    const [booking] = await shop.bookings()
    expect(booking?.answers).toEqual({ why: 'Colour', heads: 2.5 })
  })

  it('offers the next free times when somebody was faster, and keeps the rest', async () => {
    const shop = await openBusiness(app)
    const details = await get(`${shop.path}?start=${start}`)
    await bookThere(visitor(app), shop.path, start, { email: 'first@example.com' })
    const page = await press(details, 'Book', grace)
    expect(page.status).toBe(409)
    expect(page.text).toContain('This time is not free any more.')
    expect(page.text).toContain('Tuesday, 3 March 2026, 11:00–12:00 (Europe/London)')
    const [form] = page.forms
    expect(form?.radios[0]).toEqual(['start', '2026-03-03T11:00:00.000Z'])
    expect(form?.fields).toContainEqual(['email', grace.email])
    expect((await press(page, 'Book')).status).toBe(422)
    const booked = await press(page, 'Book', { start: '2026-03-03T11:00:00.000Z' })
    expect(booked.text).toContain('confirmed')
    const late = await get(`${shop.path}?start=${start}`)
    expect([late.status, late.text]).toEqual([409, expect.stringContaining('not free any more')])
    expect(await shop.bookings()).toHaveLength(2)
  })

  it('asks first what decides, carries it along, and refuses in the words of the rule', async () => {
    const questions = [
      { id: 'pain', label: 'Where does it hurt?', type: 'CHOICE', choices: ['Back', 'Head'] },
      { id: 'since', label: 'Since when?', type: 'TEXT', required: true },
    ]
    const shop = await openBusiness(app, {}, { staff: 2 })
    const is = (value: string) => [{ questionId: 'pain', operator: 'IS', value }]
    const routing = [
      { conditions: is('Head'), reject: 'Please call an <ambulance>.' },
      { conditions: is('Back'), staffIds: [shop.staff[1]] },
    ]
    const input = { id: shop.linkId, questions, routing }
    const update =
      'mutation ($input: UpdateBookingLinkInput!) { updateBookingLink(input: $input) { __typename } }'
    await app.graphql(shop.key, update, { input })
    const first = await get(`${shop.path}?tz=Europe/Paris`)
    expect(first.text).toContain('Where does it hurt? (optional)')
    expect(first.text).not.toContain('Times on')
    const unanswered = await press(first, 'Continue', { 'q.pain': 'Back' })
    expect([unanswered.status, unanswered.text]).toEqual([
      422,
      expect.stringContaining('Since when?'),
    ])
    const rejected = await press(first, 'Continue', { 'q.pain': 'Head', 'q.since': 'today' })
    expect(rejected.status).toBe(422)
    expect(rejected.text).toContain('Please call an <ambulance>.')
    const times = await press(unanswered, 'Continue', { 'q.pain': 'Back', 'q.since': 'May' })
    expect(times.text).toContain('(Europe/Paris)')
    expect(new URL(times.url).search).toBe('')
    const details = await press(await press(times, 'Tue 3 Mar'), 'Continue', { start })
    expect(details.text).toContain('11:00–12:00 (Europe/Paris)')
    expect(details.text).not.toContain('Where does it hurt?')
    await press(details, 'Book', grace)
    const [booking] = await shop.bookings()
    expect(booking).toMatchObject({
      staffId: shop.staffIds[1],
      answers: { pain: 'Back', since: 'May' },
      timeZone: 'Europe/Paris',
    })
    const again = await press(first, 'Continue', { 'q.pain': 'Back', 'q.since': 'May' })
    expect(again.text).toContain('Tue 3 Mar, free times: 22')
  })

  it('books one of several services, for as many as come', async () => {
    const shop = await openBusiness(
      app,
      {},
      { service: { kind: 'CLASS', capacity: 8, maxParty: 4 } },
    )
    await app.db.prisma.session.create({
      data: {
        accountId: shop.accountId,
        id: '0194f000-0000-7000-8000-0000000000f1',
        serviceId: shop.serviceId,
        startsAt: new Date(start),
        endsAt: new Date('2026-03-03T11:00:00Z'),
        capacity: 5,
      },
    })
    const times = await press(await get(shop.path), 'Show times', { party: '3' })
    expect(times.text).toContain('10:00 · places left: 5')
    const details = await press(times, 'Continue', { start })
    expect(details.text).toContain('People 3')
    expect(details.text).toContain('€135.00')
    await press(details, 'Book', grace)
    expect(await shop.bookings()).toMatchObject([{ partySize: 3, priceMinor: 13_500 }])
    const full = await get(`${shop.path}?party=3`)
    expect(full.text).toContain('There are no free times')
    expect(full.text).toContain('no free times later either')
  })

  it.each([
    ['en', 'Cut · 60 minutes · Free', 'Price Free'],
    ['de', 'Cut · 60 Minuten · Kostenlos', 'Preis Kostenlos'],
    ['pl', 'Cut · 60 min · Bezpłatnie', 'Cena Bezpłatnie'],
  ])('says in %s that what costs nothing is free', async (lang, named, price) => {
    const shop = await openBusiness(app, {}, { service: { priceMinor: 0 } })
    const times = await get(`${shop.path}?lang=${lang}`)
    expect(times.text).toContain(named)
    const details = await get(`${shop.path}?lang=${lang}&start=${start}`)
    expect(details.text).toContain(price)
    const booked = await bookThere(visitor(app), shop.path, start)
    expect((await get(`${new URL(booked.url).pathname}?lang=${lang}`)).text).toContain(price)
  })

  it('is closed with its link, and knows no other than those there are', async () => {
    const shop = await openBusiness(app, { maxBookings: 1 })
    await bookThere(visitor(app), shop.path, start)
    const closed = await get(shop.path)
    expect([closed.status, closed.text]).toEqual([
      410,
      expect.stringContaining('Nothing can be booked on this page any more.'),
    ])
    for (const path of [
      `/book/${shop.slug}/other`,
      '/book/nobody/visit',
      '/book/x',
      '/book/a/b/c',
    ]) {
      const page = await get(path)
      expect([path, page.status, page.title]).toEqual([path, 404, 'There is no such page'])
    }
  })

  it('says the policy, the deposit and that it is a request where it is one', async () => {
    const service = {
      requiresConfirmation: true,
      cancelFreeHours: 24,
      cancelRefundPercent: 50,
      depositPercent: 20,
    }
    const shop = await openBusiness(app, {}, { service })
    const details = await get(`${shop.path}?start=${start}&tz=America/New_York`)
    expect(details.text).toContain(
      'Free of charge until Monday, 2 March 2026 at 05:00 (America/New_York).',
    )
    expect(details.text).toContain('After that you get back 50 % of what you paid.')
    expect(details.text).toContain('To be paid in advance 20 %')
    expect(details.text).toContain('a request until we confirm it')
    expect(details.forms.flatMap(({ buttons }) => buttons)[0]?.text).toBe('Send the request')
  })
})

describe('zones and languages', () => {
  it('shows the days of the zone that is asked for, across a change of clocks', async () => {
    const shop = await openBusiness(app, {}, { hours: [0, 1440] })
    const there = await get(`${shop.path}?tz=America/New_York&day=2026-03-07&from=2026-03-07`)
    expect(there.text).toContain('Times on Saturday, 7 March 2026 (America/New_York)')
    const sunday = await get(`${shop.path}?tz=America/New_York&day=2026-03-08&from=2026-03-07`)
    const radios = sunday.forms.flatMap((form) => form.radios).map(([, value]) => value)
    expect(radios[0]).toBe('2026-03-08T05:00:00.000Z')
    // The day has 23 hours, and no 02:00.
    expect(radios.at(-1)).toBe('2026-03-09T03:45:00.000Z')
    expect(sunday.text).toContain('01:45 03:00')
    const autumn = await get(`${shop.path}?tz=America/New_York&day=2026-11-01&from=2026-11-01`)
    expect(autumn.text).toContain('01:00 GMT-4')
    expect(autumn.text).toContain('01:00 GMT-5')
    const booked = await bookThere(visitor(app), shop.path, '2026-11-01T06:00:00.000Z', {
      tz: 'America/New_York',
    })
    expect(booked.text).toContain('Sunday, 1 November 2026, 01:00–02:00 (America/New_York)')
  })

  it('takes what is no zone for none, and a zone that is not in its list for one', async () => {
    const shop = await openBusiness(app)
    expect((await get(`${shop.path}?tz=Middle/Earth`)).text).toContain('(Europe/London)')
    expect((await get(`${shop.path}?tz=Asia/Calcutta`)).text).toContain('(Asia/Calcutta)')
  })

  it.each([
    ['de-AT, en;q=0.5', 'de', 'Tag wählen'],
    ['pl', 'pl', 'Wybierz dzień'],
    ['fr', 'en', 'Choose a day'],
    ['fr;q=0.9, en;q=0.1, pl;q=0.4', 'pl', 'Wybierz dzień'],
    ['*;q=0, ;;;,,q=;', 'en', 'Choose a day'],
  ])('speaks to "%s" in %s', async (accepted, language, words) => {
    const shop = await openBusiness(app)
    const page = await visitor(app, { 'accept-language': accepted }).get(shop.path)
    expect(page.html).toContain(`<html lang="${language}">`)
    expect(page.headers.get('content-language')).toBe(language)
    expect(page.text).toContain(words)
  })

  it('speaks as it is asked to, on every page on the way', async () => {
    const shop = await openBusiness(app)
    const times = await get(`${shop.path}?lang=de`)
    expect(times.text).toContain('Zeiten am Montag, 2. März 2026')
    expect(times.html).toContain(`href="${shop.path}?lang=pl"`)
    const details = await press(times, 'Weiter', { start: '2026-03-02T10:00:00.000Z' })
    const booked = await press(details, 'Buchen', grace)
    expect(booked.text).toContain('Ihre Buchung ist bestätigt')
    expect((await shop.bookings())[0]?.customer.locale).toBe('de')
  })
})

describe('what a page is sent with', () => {
  it('keeps it from other sites, caches and frames, and loads nothing', async () => {
    const shop = await openBusiness(app)
    const page = await get(shop.path)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy.replaceAll(/sha256-[^']+/g, 'sha256').split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'sha256'",
      "script-src 'sha256'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ])
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.html).not.toMatch(/<(?:script|link|img|iframe)[^>]+(?:src|href)=/)
    expect(page.html.match(/<h1>/g)).toHaveLength(1)
    expect(page.headers.get('set-cookie')).toBeNull()
  })

  it('shows no markup that anybody wrote', async () => {
    const evil = `"'><script>alert(1)</script>`
    const questions = [{ id: 'q', label: evil, type: 'CHOICE', choices: [evil], required: true }]
    const shop = await openBusiness(app, { title: evil, questions }, { service: { name: evil } })
    const pages = [
      await get(shop.path),
      await get(`${shop.path}?start=${start}&tz=${encodeURIComponent(evil)}&lang=${evil}`),
      await post(shop.path, [
        ['do', 'book'],
        ['start', start],
        ['name', evil],
        ['q.q', evil],
        ['key', evil],
      ]),
    ]
    for (const page of pages) expect(page.html).not.toContain('<script>alert')
    expect(pages.map(({ status }) => status)).toEqual([200, 200, 422])
  })
})
