// Files of outside calendars as programs write them, and as nobody should: which times they take.
import { describe, expect, it } from 'vitest'
import { busyCollector } from '../../src/calendar/outside-busy.ts'
import { entryReader, fileOf } from '../../src/calendar/outside.ts'

const window = { from: Date.parse('2026-03-01T00:00:00Z'), to: Date.parse('2026-04-30T00:00:00Z') }

const wrapped = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n')
const event = (...lines: string[]) =>
  ['BEGIN:VEVENT', 'UID:one', ...lines, 'END:VEVENT'].join('\r\n')

/** What it takes, as pairs of UTC times without their zeros; of London unless said. */
function taken(text: string, zone = 'Europe/London') {
  const file = fileOf(text)
  if (typeof file === 'string') return file
  const collector = busyCollector(window)
  const read = entryReader(zone, file)
  for (const block of file.entries) collector.add(read(block))
  for (const step of collector.steps()) step()
  const found = collector.finish()
  if (typeof found === 'string') return found
  const short = (at: number) => new Date(at).toISOString().slice(5, 16)
  const times = found.periods.map(({ startsAt, endsAt }) => `${short(startsAt)} ${short(endsAt)}`)
  return { times: times.toSorted(), unread: found.unread }
}

const all = (...times: string[]) => ({ times, unread: 0 })

describe('an entry of an outside calendar', () => {
  it('takes the time between its ends, in whichever zone they are', () => {
    const inZone = (time: string, zone: string) => `;TZID=${zone}:${time}`
    expect(
      taken(
        wrapped(
          event('DTSTART:20260310T100000Z', 'DTEND:20260310T110000Z'),
          event(
            `DTSTART${inZone('20260311T090000', 'America/New_York')}`,
            `DTEND${inZone('20260311T150000', 'Europe/Berlin')}`,
          ),
          event('DTSTART:20260330T100000', 'DURATION:PT90M'),
          event(`DTSTART${inZone('20260401T100000', '/example.org/Asia/Tokyo')}`, 'DURATION:PT1H'),
        ),
      ),
    ).toEqual({
      times: [
        '03-10T10:00 03-10T11:00',
        '03-11T13:00 03-11T14:00',
        '03-30T09:00 03-30T10:30',
        '04-01T01:00 04-01T02:00',
      ],
      unread: 0,
    })
  })

  it('takes whole days as they are where its owner is', () => {
    const days = wrapped(
      event('DTSTART;VALUE=DATE:20260328', 'DTEND;VALUE=DATE:20260330'),
      event('DTSTART;VALUE=DATE:20260405'),
    )
    expect(taken(days)).toEqual(all('03-28T00:00 03-29T23:00', '04-04T23:00 04-05T23:00'))
    expect(taken(days, 'Asia/Kolkata')).toEqual(
      all('03-27T18:30 03-29T18:30', '04-04T18:30 04-05T18:30'),
    )
  })

  it('takes no time when it is called off, shown as free, or without a length', () => {
    const at = ['DTSTART:20260310T100000Z', 'DTEND:20260310T110000Z']
    expect(
      taken(
        wrapped(
          event(...at, 'STATUS:CANCELLED'),
          event(...at, 'TRANSP:TRANSPARENT'),
          event(...at, 'X-MICROSOFT-CDO-BUSYSTATUS:FREE'),
          event('DTSTART:20260310T100000Z'),
        ),
      ),
    ).toEqual(all())
  })

  it('is read by the rules that stand in the file where nobody knows its zone', () => {
    const rules = [
      'BEGIN:VTIMEZONE',
      'TZID:Customized Time Zone',
      'BEGIN:STANDARD',
      'DTSTART:16010101T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
      'END:STANDARD',
      'BEGIN:DAYLIGHT',
      'DTSTART:16010101T020000',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
      'END:DAYLIGHT',
      'END:VTIMEZONE',
    ]
    const times = (day: string) => [
      `DTSTART;TZID="Customized Time Zone":${day}T100000`,
      `DTEND;TZID="Customized Time Zone":${day}T110000`,
    ]
    const entries = [event(...times('20260327')), event(...times('20260330'))]
    expect(taken(wrapped(...rules, ...entries))).toEqual(
      all('03-27T09:00 03-27T10:00', '03-30T08:00 03-30T09:00'),
    )
    // Without them, or with rules that could be read for ever, it is that of its owner.
    const endless = rules.map((line) => line.replace(/FREQ=YEARLY.*/, 'FREQ=SECONDLY'))
    for (const others of [[], endless]) {
      expect(taken(wrapped(...others, ...entries))).toEqual(
        all('03-27T10:00 03-27T11:00', '03-30T09:00 03-30T10:00'),
      )
    }
  })
})

describe('a series', () => {
  const start = [
    'DTSTART;TZID=Europe/London:20200106T090000',
    'DTEND;TZID=Europe/London:20200106T100000',
  ]

  it('is written out by the clock of its zone, without what is left out and moved', () => {
    expect(
      taken(
        wrapped(
          event(
            ...start,
            'RRULE:FREQ=WEEKLY;UNTIL=20260406T080000Z',
            'EXDATE;TZID=Europe/London:20260302T090000',
            'EXDATE:20260309T090000Z',
            'RDATE;TZID=Europe/London:20260401T200000',
          ),
          event(
            'RECURRENCE-ID;TZID=Europe/London:20260316T090000',
            'DTSTART;TZID=Europe/London:20260317T120000',
            'DTEND;TZID=Europe/London:20260317T123000',
          ),
          event('RECURRENCE-ID:20260330T080000Z', ...start, 'STATUS:CANCELLED'),
        ),
      ),
    ).toEqual(
      all(
        '03-17T12:00 03-17T12:30',
        '03-23T09:00 03-23T10:00',
        '04-01T19:00 04-01T20:00',
        '04-06T08:00 04-06T09:00',
      ),
    )
  })

  it('that counts is counted from its start', () => {
    const ten = ['DTSTART:20260220T100000Z', 'DTEND:20260220T110000Z', 'RRULE:FREQ=DAILY;COUNT=10']
    expect(taken(wrapped(event(...ten)))).toEqual(all('03-01T10:00 03-01T11:00'))
  })

  it('of days is one of whole days where its owner is, over a change of clocks', () => {
    const days = event('DTSTART;VALUE=DATE:20260328', 'RRULE:FREQ=DAILY;UNTIL=20260330')
    expect(taken(wrapped(days))).toEqual(
      all('03-28T00:00 03-29T00:00', '03-29T00:00 03-29T23:00', '03-29T23:00 03-30T23:00'),
    )
  })

  it('that is called off takes nothing, but what of it was moved and stands', () => {
    const moved = ['DTSTART:20260317T120000Z', 'DTEND:20260317T123000Z']
    const series = event(...start, 'RRULE:FREQ=WEEKLY', 'STATUS:CANCELLED')
    const exception = event('RECURRENCE-ID:20260316T090000Z', ...moved)
    expect(taken(wrapped(series, exception))).toEqual(all('03-17T12:00 03-17T12:30'))
  })

  it.each([
    ['FREQ=SECONDLY', ['03-10T10:00 03-10T11:00']],
    ['FREQ=MINUTELY', ['03-10T10:00 03-10T11:00']],
    ['FREQ=FORTNIGHTLY', []],
  ])('of the rule %s is counted as unread', (rule, times) => {
    const at = ['DTSTART:20260310T100000Z', 'DTEND:20260310T110000Z']
    expect(taken(wrapped(event(...at, `RRULE:${rule}`)))).toEqual({ times, unread: 1 })
  })

  it('that never falls ends all the same', () => {
    const at = ['DTSTART:20260310T100000Z', 'DTEND:20260310T110000Z']
    const never = event(...at, 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')
    expect(taken(wrapped(never))).toEqual(all('03-10T10:00 03-10T11:00'))
  })
})

describe('a file', () => {
  it('that is no calendar, or breaks off, is refused', () => {
    const sentence = 'What is there is no calendar: it does not begin with "BEGIN:VCALENDAR".'
    expect(taken('<html>')).toBe(sentence)
    expect(taken('')).toBe(sentence)
    expect(taken('BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n')).toBe(
      'The calendar breaks off before its end.',
    )
  })

  it('with entries that cannot be read says how many, and keeps the others', () => {
    const good = event('DTSTART:20260310T100000Z', 'DTEND:20260310T110000Z')
    const bad = [event('SUMMARY:No start'), event('DTSTART:yesterday'), event('no colon')]
    const read = taken(wrapped(...bad, good))
    expect(read).toEqual({ times: ['03-10T10:00 03-10T11:00'], unread: 3 })
  })

  it('whose lines are folded and end as they like is read', () => {
    const folded = event('DTSTART;TZID=Europe/Lon\r\n don:20260310T100000', 'DURATION:PT1H')
    expect(taken(wrapped(folded).replaceAll('\r\n', '\n'))).toEqual(all('03-10T10:00 03-10T11:00'))
  })

  it('with more times than are kept is put together, and refused if that does not help', () => {
    const hours = Array.from({ length: 2_400 }, (_, index) => {
      const at = (minutes: number) =>
        new Date(window.from + index * 1_800_000 + minutes * 60_000).toISOString().slice(0, 19)
      const plain = (text: string) => `${text.replaceAll(/[-:]/g, '')}Z`
      return { start: plain(at(0)), whole: plain(at(30)), half: plain(at(15)) }
    })
    const entries = (end: 'whole' | 'half') =>
      wrapped(...hours.map((hour) => event(`DTSTART:${hour.start}`, `DTEND:${hour[end]}`)))
    expect(taken(entries('whole'))).toEqual(all('03-01T00:00 04-20T00:00'))
    expect(taken(entries('half'))).toBe(
      'The calendar takes more than 2000 times within the window.',
    )
  })

  it('that opens entries and never closes them is read in time', () => {
    const text = wrapped('BEGIN:VEVENT\r\n'.repeat(200_000))
    const began = performance.now()
    expect(taken(text)).toEqual(all())
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})
