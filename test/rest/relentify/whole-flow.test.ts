// The link's whole flow, as a bot of Relentify sets it going and undoes it: routing by answers,
// fair assignment, outside calendars, confirmation, reminders, the calendar entry, the waitlist.
import { describe, expect, it, vi } from 'vitest'
import { encodeId } from '../../../src/graphql/ids.ts'
import { createSmtpMailer } from '../../../src/outbound/mail.ts'
import { testApp } from '../../support/app.ts'
import { done, issued, rowCounts } from '../../support/ask.ts'
import { startMailServer } from '../../support/mail-server.ts'
import { makeApiKey } from '../../support/makers.ts'
import { settled } from '../../support/settled.ts'
import { call, openSalon } from './relentify-world.ts'

const { sentTo, url: smtpUrl } = await startMailServer()

// Monday, 2 March 2026.
const app = await testApp({ mailer: createSmtpMailer(smtpUrl), start: '2026-03-02T08:00:00Z' })

const ten = '2026-03-04T10:00:00Z'
const soon = { timeout: 15_000, interval: 50 }

const questions = [
  {
    id: 'interest',
    label: 'What are you interested in?',
    type: 'CHOICE' as const,
    required: true,
    choices: ['Cut', 'Colour', 'Tattoo'],
  },
]

/** Colour is done by the second alone, tattoos by nobody. */
async function open() {
  const salon = await openSalon(app, { staff: 2, questions })
  const { accountId, staff, linkId } = salon
  const owner = (await makeApiKey(app.db, { accountId })).key
  const [first = '', second = ''] = staff
  await done(app, owner, 'updateBookingLink', {
    id: linkId,
    routing: [
      {
        conditions: [{ questionId: 'interest', operator: 'IS', value: 'Tattoo' }],
        reject: 'We do not do tattoos.',
      },
      {
        conditions: [{ questionId: 'interest', operator: 'IS', value: 'Colour' }],
        staffIds: [second],
      },
    ],
  })
  const address = (name: string) => `${name}.${accountId.slice(-12)}@example.com`
  await app.db.prisma.staffMember.updateMany({
    where: { accountId },
    data: { email: address('staff') },
  })
  const book = (start: string, answer: string, name = 'alice') =>
    call(app, salon.key, '/bookings', {
      body: {
        slug: salon.slug,
        start_time: start,
        contact_name: name,
        contact_email: address(name),
        answers: [{ question_id: 'interest', answer }],
      },
    })
  const cancel = (id: string) =>
    call(app, salon.key, `/bookings/${id}/cancel`, { method: 'PATCH', body: {} })
  const offered = async () => {
    const path = `/availability?slug=${salon.slug}&date=2026-03-04`
    const { body } = await call(app, salon.key, path)
    return (body.data.slots as { start: string }[]).map(({ start }) => start)
  }
  const subjectsTo = (name: string) => sentTo(address(name)).map(({ subject = '' }) => subject)
  const becomes = (name: string, words: string[]) =>
    vi.waitFor(() => {
      const found = subjectsTo(name).map((subject) => subject.split(':')[0])
      expect(found.toSorted()).toEqual(words.toSorted())
    }, soon)
  const busy = (staffId: string, startsAt: string, endsAt: string) =>
    done(
      app,
      owner,
      'replaceBusyTimes',
      {
        staffId,
        calendar: 'Outlook',
        from: '2026-03-04T00:00:00Z',
        to: '2026-03-05T00:00:00Z',
        periods: [{ startsAt, endsAt }],
      },
      '__typename',
    )
  return { ...salon, owner, first, second, book, cancel, offered, becomes, busy, address }
}

describe('creating', () => {
  it('is led by the answers: to some of the staff, or refused in the words of the rule', async () => {
    const { book, second, accountId } = await open()
    expect((await book(ten, 'Colour')).body.data.staff_id).toBe(second)
    expect((await book(ten, 'Colour', 'bob')).body).toMatchObject({ error: 'slot_taken' })
    const refused = await book(ten, 'Tattoo', 'carl')
    expect(refused).toMatchObject({
      status: 403,
      body: { error: 'routing_rejected', message: 'We do not do tattoos.' },
    })
    const named = { accountId, name: 'carl' }
    expect(await app.db.prisma.customer.count({ where: named })).toBe(0)
    expect(await app.db.prisma.booking.count({ where: { accountId } })).toBe(1)
  })

  it('is shared fairly between those who may', async () => {
    const { book, first, second } = await open()
    const days = ['04', '05', '06', '09'].map((day) => `2026-03-${day}T10:00:00Z`)
    const by: string[] = []
    for (const start of days)
      by.push((await book(start, 'Cut', `c${start.slice(8, 10)}`)).body.data.staff_id)
    const count = (id: string) => by.filter((each) => each === id).length
    expect([count(first), count(second)]).toEqual([2, 2])
  })

  it('keeps clear of what calendars outside say is taken', async () => {
    const { book, busy, offered, first, second } = await open()
    await busy(first, ten, '2026-03-04T10:30:00Z')
    expect(await offered()).toContain(ten)
    expect((await book(ten, 'Cut')).body.data.staff_id).toBe(second)
    expect(await offered()).not.toContain(ten)
    await busy(first, '2026-03-04T09:00:00Z', '2026-03-04T18:00:00Z')
    await busy(second, '2026-03-04T09:00:00Z', '2026-03-04T18:00:00Z')
    expect(await offered()).toEqual([])
    expect((await book('2026-03-04T12:00:00Z', 'Cut')).body.error).toBe('slot_taken')
  })
})

describe('a booking', () => {
  it('is confirmed, reminded of and in the calendar; canceling undoes it and tells who waits', async () => {
    const { book, cancel, becomes, owner, accountId, service, address, second, busy, first } =
      await open()
    const { secret } = await issued(app, owner, 'createCalendarFeed', {
      name: 'Calendar',
      accountId: encodeId('Account', { accountId, id: accountId }),
    })
    const entries = async () => {
      const feed = await fetch(app.url + new URL(secret).pathname)
      return (await feed.text()).match(/^STATUS:\w+/gm)
    }
    await busy(first, '2026-03-04T09:00:00Z', '2026-03-04T18:00:00Z')
    const { body } = await book(ten, 'Cut')
    expect(body.data.staff_id).toBe(second)
    await done(app, owner, 'joinWaitlist', {
      serviceId: service,
      customer: { name: 'Wanda', email: address('wanda') },
      from: ten,
      to: '2026-03-04T10:01:00Z',
    })
    await becomes('alice', ['Confirmed'])
    await becomes('staff', ['New booking'])
    expect(await entries()).toEqual(['STATUS:CONFIRMED'])
    const reminders = async () => {
      const rows = await app.db.prisma.notice.findMany({ where: { accountId, kind: 'REMINDER' } })
      return rows.map(({ state, dueAt }) => [state, dueAt.toISOString()])
    }
    const dayBefore = '2026-03-03T10:00:00.000Z'
    await vi.waitFor(async () => expect(await reminders()).toEqual([['WAITING', dayBefore]]), soon)

    expect(await cancel(body.data.id)).toMatchObject({
      status: 200,
      body: { data: { id: body.data.id, status: 'cancelled', reason: null } },
    })
    await becomes('alice', ['Confirmed', 'Cancelled'])
    await becomes('staff', ['New booking', 'Cancelled'])
    expect(await reminders()).toEqual([['CANCELLED', dayBefore]])
    expect(await entries()).toEqual(['STATUS:CANCELLED'])
    await vi.waitFor(() => expect(sentTo(address('wanda'))).toHaveLength(1), soon)
    expect(sentTo(address('wanda'))[0]?.text).toContain('10:00')
    // The time is held for who waits, so nobody else has it meanwhile.
    expect((await book(ten, 'Cut', 'bob')).body.error).toBe('slot_taken')
  })

  it('in test mode does all of it and leaves nothing: no row, no mail, no event', async () => {
    const { slug, key, address, accountId } = await open()
    const rows = await rowCounts(app)
    const tested = await call(app, key, '/bookings?test_mode=true', {
      body: {
        slug,
        start_time: ten,
        contact_name: 'Tess',
        contact_email: address('tess'),
        answers: [{ question_id: 'interest', answer: 'Cut' }],
      },
    })
    expect([tested.status, tested.body.data.status]).toEqual([201, 'confirmed'])
    await settled(app.db.pool)
    expect(await rowCounts(app)).toEqual(rows)
    expect(await app.db.prisma.event.count({ where: { accountId } })).toBe(1)
    expect(sentTo(address('tess'))).toEqual([])
  })
})
