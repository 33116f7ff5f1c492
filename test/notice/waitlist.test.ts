// From what comes free to the mail that a real server has taken: who waits is told once, how long
// it is kept and where it is accepted; and the page behind that address does what it says.
import { expect, it, vi } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { createSmtpMailer } from '../../src/outbound/mail.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { startMailServer } from '../support/mail-server.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday } from '../support/shop.ts'

const MINUTE = 60_000
const { answers, sentTo, url } = await startMailServer()
const app = await testApp({ mailer: createSmtpMailer(url), start: '2026-03-02T08:00:00Z' })
const soon = { timeout: 15_000, interval: 50 }
let people = 0

/** Ten o’clock is taken, and somebody waits for it. */
async function openQueue(person: object = {}, wish: object = {}) {
  const shop = await openShop(app.db)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const serviceId = encodeId('Service', { accountId, id: shop.serviceId })
  const customerId = encodeId('Customer', { accountId, id: shop.customerId })
  const startsAt = tuesday(10)
  const notify = { customer: false, staff: false, reminders: false }
  const taken = await done(app, key, 'createBooking', { serviceId, customerId, startsAt, notify })
  const join = async (more: object = {}) => {
    people += 1
    const email = `waits${people}@example.com`
    const customer = { name: 'Ada Lovelace', email, ...more }
    const time = { from: startsAt, to: new Date(startsAt.getTime() + MINUTE) }
    const input = { serviceId, customer, ...time, ...wish }
    return { ...(await done(app, key, 'joinWaitlist', input)), email }
  }
  const first = await join(person)
  const free = () => done(app, key, 'cancelBooking', { id: taken.id, notify })
  const log = async () => {
    const { data } = await app.graphql(
      key,
      `{ notices(first: 100) { nodes { id kind state reason waitlistEntry { id } } } }`,
    )
    return data.notices.nodes as { id: string; kind: string; state: string; reason: string }[]
  }
  const stateOf = async ({ id }: { id: string }) => {
    const { data } = await app.graphql(
      key,
      `{ node(id: "${id}") { ... on WaitlistEntry { state notices { nodes { kind state } } } } }`,
    )
    return data.node
  }
  return { ...shop, key, first, join, free, log, stateOf }
}

const mailTo = async (address: string) => {
  await vi.waitFor(() => expect(sentTo(address)).toHaveLength(1), soon)
  return sentTo(address)[0]!
}

const linkIn = (text: string | undefined) => /http\S+\/offers\/\S+/.exec(text ?? '')?.[0] ?? ''

/** Sends the form of a page, as a browser does. */
async function press(link: string, button: string) {
  const shown = await fetch(link)
  const token = /name="csrfToken" value="([^"]+)"/.exec(await shown.text())?.[1] ?? ''
  const answered = await fetch(link, {
    method: 'POST',
    headers: {
      cookie: shown.headers.get('set-cookie')?.split(';')[0] ?? '',
      origin: new URL(link).origin,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ csrfToken: token, answer: button }),
  })
  return { status: answered.status, text: await answered.text() }
}

it('an offer is told once, in the zone and language of who waits, and accepted by its link', async () => {
  const { first, free, stateOf, key } = await openQueue({
    timeZone: 'Europe/Berlin',
    locale: 'de-DE',
  })
  await free()
  const mail = await mailTo(first.email)
  expect(mail.subject).toMatch(/^Frei für Sie: Cut, Dienstag, 3. März 2026/)
  expect(mail.text).toMatch(/Annehmen oder ablehnen können Sie bis .*\(Europe\/Berlin\)/)
  expect(mail.text).toMatch(/11:00.*12:00/)
  const link = linkIn(mail.text)
  expect(link).toMatch(new RegExp(`^${app.url}/offers/sgo_`))
  expect(mail.html).toContain(link)
  const page = await (await fetch(link)).text()
  expect(page).toContain('Book it')
  const { status, text } = await press(link, 'accept')
  const number = /<strong>(\w+)<\/strong>/.exec(text)?.[1]
  expect([status, number]).toEqual([200, expect.stringMatching(/^\w{7}$/)])
  const { data } = await app.graphql(
    key,
    `{ bookings(filter: { search: "${number}" }) { nodes {
      status startsAt source customer { email } } } }`,
  )
  expect(data.bookings.nodes).toEqual([
    {
      status: 'CONFIRMED',
      startsAt: tuesday(10).toISOString(),
      source: 'LINK',
      customer: { email: first.email },
    },
  ])
  await vi.waitFor(async () => expect((await stateOf(first)).state).toBe('BOOKED'), soon)
  // Twice is once.
  const again = await fetch(link)
  expect([again.status, await again.text()]).toEqual([410, expect.stringContaining('booked')])
  await vi.waitFor(() => expect(sentTo(first.email)).toHaveLength(2), soon)
  expect(sentTo(first.email)[1]?.subject).toMatch(/^Bestätigt/)
})

it('what is given up by its link goes to the next, and both hear of it', async () => {
  const { first, join, free, stateOf } = await openQueue()
  const second = await join()
  await free()
  const link = linkIn((await mailTo(first.email)).text)
  expect(sentTo(second.email)).toEqual([])
  expect((await press(link, 'decline')).text).toContain('given it up')
  const next = await mailTo(second.email)
  expect(next.subject).toMatch(/^Free for you: Cut/)
  await vi.waitFor(() => expect(sentTo(first.email)).toHaveLength(2), soon)
  expect(sentTo(first.email)[1]?.subject).toMatch(/^Off the waitlist/)
  await vi.waitFor(async () => {
    expect(await stateOf(first)).toEqual({
      state: 'LEFT',
      notices: {
        nodes: [
          { kind: 'WAITLIST_LEFT', state: 'SENT' },
          { kind: 'WAITLIST_OFFER', state: 'SENT' },
        ],
      },
    })
  }, soon)
})

it('an offer whose time is over is over in its mail, too', async () => {
  const { first, free, stateOf, accountId } = await openQueue()
  const account = await app.db.prisma.account.findUniqueOrThrow({ where: { id: accountId } })
  await free()
  const link = linkIn((await mailTo(first.email)).text)
  app.clock.advance(account.waitlistOfferMinutes * MINUTE)
  const over = await fetch(link)
  expect([over.status, await over.text()]).toEqual([410, expect.stringContaining('time to accept')])
  expect((await press(link, 'accept')).status).toBe(410)
  await vi.waitFor(async () => expect((await stateOf(first)).state).toBe('EXPIRED'), soon)
  await vi.waitFor(() => expect(sentTo(first.email)).toHaveLength(2), soon)
  expect(sentTo(first.email)[1]?.subject).toMatch(/^The waiting is over/)
})

it('an offer that ended before its mail could be sent is not sent any more', async () => {
  const { first, free, key, log } = await openQueue()
  answers.push(451)
  await free()
  await vi.waitFor(async () => expect(answers).toEqual([]), soon)
  await vi.waitFor(async () => {
    expect(await log()).toMatchObject([{ kind: 'WAITLIST_OFFER', state: 'WAITING' }])
  }, soon)
  await done(app, key, 'leaveWaitlist', { id: first.id })
  await vi.waitFor(async () => {
    const states = (await log()).map(({ kind, state }) => `${kind} ${state}`)
    expect(states.toSorted()).toEqual(['WAITLIST_LEFT SENT', 'WAITLIST_OFFER CANCELLED'])
  }, soon)
  expect(sentTo(first.email).map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/^Off the waitlist/),
  ])
})

it('nobody is told who is not to be told, or wants no mails', async () => {
  const quiet = await openQueue({}, { notifyCustomer: false })
  await quiet.free()
  await vi.waitFor(async () => {
    expect((await quiet.stateOf(quiet.first)).state).toBe('OFFERED')
  }, soon)
  const unwilling = await openQueue()
  await app.db.prisma.customer.updateMany({
    where: { accountId: unwilling.accountId },
    data: { wantsNotices: false },
  })
  await unwilling.free()
  // The log is read in its order: who was offered before would have been told by now.
  await vi.waitFor(async () => {
    expect(await unwilling.log()).toMatchObject([
      { kind: 'WAITLIST_OFFER', state: 'SKIPPED', reason: 'The customer wants no notices.' },
    ])
  }, soon)
  expect(await quiet.log()).toEqual([])
  expect(sentTo(quiet.first.email)).toEqual([])
})

it('an address that was made up, or changed, is no offer', async () => {
  const { first, free } = await openQueue()
  await free()
  const link = linkIn((await mailTo(first.email)).text)
  const changed = link.slice(0, -1) + (link.endsWith('0') ? '1' : '0')
  for (const address of [
    changed,
    `${app.url}/offers/sgo_${'0'.repeat(160)}`,
    `${app.url}/offers/x`,
  ]) {
    expect((await fetch(address)).status).toBe(404)
  }
  const strange = await fetch(link, {
    method: 'POST',
    body: new URLSearchParams({ answer: 'accept' }),
  })
  expect(strange.status).toBe(403)
})

it('is said in words of the account, which are shown beforehand', async () => {
  const { first, free, key, accountId } = await openQueue()
  const words = {
    subject: 'Yours, {{customer.name}}?',
    text: '{{#offer}}{{until}} {{url}}{{/offer}}',
  }
  const account = encodeId('Account', { accountId, id: accountId })
  const kind = 'WAITLIST_OFFER'
  await done(app, key, 'setNoticeTemplate', { accountId: account, kind, ...words })
  const { data } = await app.graphql(key, '{ bookings { nodes { id } } }')
  const bookingId = data.bookings.nodes[0].id
  const preview = await done(app, key, 'previewNotice', { bookingId, kind }, 'subject text')
  expect(preview.subject).toMatch(/^Yours, /)
  expect(preview.text).toMatch(/\(UTC\) https:/)
  await free()
  const mail = await mailTo(first.email)
  expect(mail.subject).toBe('Yours, Ada Lovelace?')
  expect(linkIn(mail.text)).toMatch(/sgo_/)
})
