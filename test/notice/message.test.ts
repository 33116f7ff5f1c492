// What notices say: languages, zones, own words, and the calendar file that goes with them.
import ICAL from 'ical.js'
import ical from 'node-ical'
import { describe, expect, it } from 'vitest'
import { composeNotice, type ToldBooking } from '../../src/notice/compose.ts'
import { renderNotice, templateIssues, usualTemplate } from '../../src/notice/message.ts'
import { isToStaff, noticeKinds } from '../../src/notice/notice.ts'
import { languages } from '../../src/notice/words.ts'

const startsAt = new Date('2026-03-29T09:00:00Z')

const account = {
  name: 'Willow & Rye',
  timeZone: 'Europe/London',
  locale: 'en-GB',
  mailsManageLinks: true,
}

const booking = (wish: Partial<ToldBooking> = {}): ToldBooking => ({
  id: '0194f000-0000-7000-8000-000000000001',
  accountId: '0194f000-0000-7000-8000-00000000000a',
  linkId: null,
  number: 'AB12CD3',
  version: 2,
  status: 'CONFIRMED',
  startsAt,
  endsAt: new Date('2026-03-29T10:00:00Z'),
  timeZone: 'Europe/London',
  cancelReason: null,
  service: { name: 'Cut & <Colour>' },
  staff: { name: 'Sarah', email: 'sarah@example.com', timeZone: null, active: true },
  customer: {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    timeZone: null,
    locale: null,
    wantsNotices: true,
    erasedAt: null,
  },
  account,
  ...wish,
})

const notice = { id: 'n-1', kind: 'CONFIRMATION' as const, staff: null }
const sending = {
  at: startsAt.getTime() - 86_400_000,
  from: 'no-reply@x.example',
  templates: [],
  manageUrl: ({ number }: ToldBooking) => `https://x.example/manage/${number}?a&b`,
}

function mailOf(...args: Parameters<typeof composeNotice>) {
  const composed = composeNotice(...args)
  if (!('mail' in composed)) throw new Error(composed.reason)
  return composed.mail
}

describe('a mail', () => {
  it("says when in the customer's zone and language, whatever the machine's are", () => {
    const mail = mailOf(notice, [booking()], sending)
    // Clocks went forward that morning.
    expect(mail.text).toContain('Sunday, 29 March 2026')
    expect(mail.text).toMatch(/10:00.*11:00.*\(Europe\/London\)/)
    const { customer } = booking()
    const inWarsaw = { ...customer, timeZone: 'Europe/Warsaw', locale: 'pl' }
    const polish = mailOf(notice, [booking({ customer: inWarsaw })], sending)
    expect(polish.subject).toMatch(/^Potwierdzenie: .*niedziela, 29 marca 2026/)
    expect(polish.text).toMatch(/11:00.*12:00.*\(Europe\/Warsaw\)/)
  })

  it('goes from the business to the customer, and HTML means what the text means', () => {
    const mail = mailOf(notice, [booking()], sending)
    expect(mail.from).toEqual({ name: 'Willow & Rye', address: 'no-reply@x.example' })
    expect(mail.to).toEqual({ name: 'Ada Lovelace', address: 'ada@example.com' })
    expect(mail.text).toContain('Cut & <Colour>')
    expect(mail.html).toContain('Cut &amp; &lt;Colour&gt;')
    expect(mail.html).toContain('<html lang="en">')
    expect(mail.text).toContain('AB12CD3')
  })

  it('of several bookings lists them, and counts those beyond twenty', () => {
    const many = Array.from({ length: 25 }, (_, index) => booking({ number: `N${index}` }))
    const { text } = mailOf(notice, many, sending)
    expect(text).toContain('N19')
    expect(text).not.toContain('N20')
    expect(text).toContain('+ 5')
  })

  it('of several bookings links each address by itself, also where one begins like another', () => {
    const two = ['N1', 'N10'].map((number) => booking({ id: `b-${number}`, number }))
    const { html } = mailOf(notice, two, sending)
    const linked = [...html.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)].map(([, to, text]) => [
      to,
      text,
    ])
    const [one, ten] = ['N1', 'N10'].map((number) => `https://x.example/manage/${number}?a&amp;b`)
    expect(linked).toEqual([
      [one, one],
      [ten, ten],
    ])
  })

  it('says where to manage what came through a booking link, and so does its calendar file', () => {
    const linkId = '0194f000-0000-7000-8000-00000000000b'
    const url = 'https://x.example/manage/AB12CD3?a&b'
    const mail = mailOf(notice, [booking({ linkId })], sending)
    expect(mail.text).toContain(`See, move or cancel it: ${url}\n`)
    const inHtml = url.replace('&', '&amp;')
    expect(mail.html).toContain(`<a href="${inHtml}">${inHtml}</a>`)
    const [event] = Object.values(ical.sync.parseICS(mail.calendar?.content ?? '')).filter(
      (each) => each?.type === 'VEVENT',
    )
    expect(event).toMatchObject({ url, description: `AB12CD3\nSarah\n${url}` })
    const others = [
      mailOf(notice, [booking({ account: { ...account, mailsManageLinks: false } })], sending),
      mailOf({ ...notice, staff: booking().staff }, [booking({ linkId })], sending),
      mailOf(
        { ...notice, kind: 'CANCELLATION' },
        [booking({ linkId, status: 'CANCELLED' })],
        sending,
      ),
    ]
    expect(others.map(({ text }) => text.includes('manage'))).toEqual([false, false, false])
  })

  it('says where to manage what came another way, too, where the account wants that', () => {
    const { text, calendar } = mailOf(notice, [booking()], sending)
    const url = 'https://x.example/manage/AB12CD3?a&b'
    expect(text).toContain(`See, move or cancel it: ${url}\n`)
    expect(calendar?.content).toContain(`URL:${url}`)
  })

  it.each([
    ['a customer without an address', { customer: { ...booking().customer, email: null } }],
    ['one who wants none', { customer: { ...booking().customer, wantsNotices: false } }],
    ['one who was erased', { customer: { ...booking().customer, erasedAt: startsAt } }],
  ])('is not sent to %s', (_who, wish) => {
    expect(composeNotice(notice, [booking(wish)], sending)).toMatchObject({ isOver: false })
  })

  it('is not sent to whoever does not work there any more', () => {
    const staff = { name: 'Sarah', email: 'sarah@example.com', timeZone: null }
    const sentTo = (active: boolean) =>
      composeNotice({ ...notice, staff: { ...staff, active } }, [booking()], sending)
    expect(sentTo(true)).toMatchObject({ mail: { to: { address: 'sarah@example.com' } } })
    expect(sentTo(false)).toEqual({ reason: 'The staff member is archived.', isOver: false })
  })

  it('is not sent when it is not true any more', () => {
    for (const [kind, status] of [
      ['CONFIRMATION', 'CANCELLED'],
      ['REMINDER', 'CANCELLED'],
      ['REVIEW', 'CONFIRMED'],
    ] as const) {
      const composed = composeNotice({ ...notice, kind }, [booking({ status })], sending)
      expect(composed).toMatchObject({ isOver: true })
    }
    const late = { ...sending, at: startsAt.getTime() }
    expect(composeNotice({ ...notice, kind: 'REMINDER' }, [booking()], late)).toMatchObject({
      isOver: true,
    })
  })

  it('thanks whoever came or may have come, without a calendar file, and nobody else', () => {
    const thanks = { ...notice, kind: 'THANKS' as const }
    for (const status of ['CONFIRMED', 'COMPLETED']) {
      const mail = mailOf(thanks, [booking({ status })], sending)
      expect([mail.subject.slice(0, 10), mail.calendar]).toEqual(['Thank you:', undefined])
    }
    for (const status of ['NO_SHOW', 'CANCELLED']) {
      expect(composeNotice(thanks, [booking({ status })], sending)).toMatchObject({ isOver: true })
    }
  })

  it('has words for every kind in every language', () => {
    for (const language of languages) {
      for (const kind of noticeKinds) {
        const sides = [...(kind === 'REVIEW' ? [] : [false]), ...(isToStaff(kind) ? [true] : [])]
        expect(sides).not.toEqual([])
        for (const toStaff of sides) {
          const template = usualTemplate(kind, toStaff, language)
          expect(templateIssues(template)).toEqual([])
        }
      }
    }
  })
})

describe('own words', () => {
  const view = {
    account: { name: 'A' },
    recipient: { name: 'R <b>' },
    customer: { name: 'C' },
    service: { name: 'S' },
    when: 'W',
    bookings: [],
    offer: null,
    more: 0,
  }

  it('are used, in the language of whoever reads them, before those for all', () => {
    const own = { kind: 'CONFIRMATION' as const, toStaff: false, html: null }
    const templates = [
      { ...own, language: '', subject: 'For all', text: 'x' },
      { ...own, language: 'pl', subject: 'Po polsku', text: 'x' },
    ]
    const { customer } = booking()
    const polish = booking({ customer: { ...customer, locale: 'pl-PL' } })
    expect(mailOf(notice, [polish], { ...sending, templates }).subject).toBe('Po polsku')
    expect(mailOf(notice, [booking()], { ...sending, templates }).subject).toBe('For all')
  })

  it('put texts into HTML as text, and no line break into a subject', () => {
    const template = {
      subject: 'Hi\r\nBcc: {{recipient.name}}',
      text: 'x',
      html: '{{recipient.name}}',
    }
    const { subject, html } = renderNotice(template, view, 'en')
    expect(subject).toBe('Hi Bcc: R <b>')
    expect(html).toContain('R &lt;b&gt;')
  })

  it.each([
    [{ subject: ' ', text: 'x', html: null }, 'subject'],
    [{ subject: 'x', text: '{{#open}}', html: null }, 'text'],
    [
      { subject: 'x', text: 'x', html: '{{#a}}{{#b}}{{#c}}{{#d}}x{{/d}}{{/c}}{{/b}}{{/a}}' },
      'html',
    ],
    [{ subject: 'x'.repeat(201), text: 'x', html: null }, 'subject'],
  ])('that cannot be used are refused: %j', (template, field) => {
    expect(templateIssues(template).map(({ path }) => path)).toEqual([[field]])
  })

  it('reach nothing but what is theirs to say', () => {
    const template = {
      subject: '{{constructor}}{{__proto__.x}}',
      text: '{{account.constructor}}',
      html: null,
    }
    const { subject, text } = renderNotice(template, view, 'en')
    expect(subject + text).not.toMatch(/function|native/)
  })
})

describe('the calendar file', () => {
  const contentOf = (kind: 'CONFIRMATION' | 'CANCELLATION', status: string) =>
    mailOf({ ...notice, kind }, [booking({ status })], sending).calendar

  it('is understood alike by two parsers', () => {
    const calendar = contentOf('CONFIRMATION', 'CONFIRMED')
    expect(calendar?.method).toBe('REQUEST')
    const content = calendar?.content ?? ''
    const parsed = Object.values(ical.sync.parseICS(content)).find(
      (part) => part?.type === 'VEVENT',
    )
    const event = new ICAL.Event(
      new ICAL.Component(ICAL.parse(content) as never).getFirstSubcomponent('vevent') ?? undefined,
    )
    expect(parsed).toMatchObject({ uid: event.uid, summary: event.summary })
    expect(event.sequence).toBe(2)
    expect((parsed as { start: Date }).start.getTime()).toBe(startsAt.getTime())
    expect(event.startDate.toString()).toBe('2026-03-29T10:00:00')
    expect(content).toContain('BEGIN:VTIMEZONE')
  })

  it('takes back what was cancelled', () => {
    const calendar = contentOf('CANCELLATION', 'CANCELLED')
    expect(calendar?.method).toBe('CANCEL')
    expect(calendar?.content).toMatch(/STATUS:CANCELLED/)
  })
})
