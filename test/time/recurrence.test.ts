// RFC 5545 rules in wall-clock time: what the RFC's own examples say, days on which clocks change,
// and rules that are none or would take for ever.

import { describe, expect, it } from 'vitest'
import { parseInstant } from '../../src/time/instant.ts'
import { occurrencesOf } from '../../src/time/recurrence.ts'
import { formatInstant, zoneOf } from '../../src/time/zone.ts'

const newYork = 'America/New_York'

function times(rule: string, startsAt: string, zoneName = newYork): string[] {
  const zone = zoneOf(zoneName)
  const found = occurrencesOf(zone, parseInstant(startsAt) ?? Number.NaN, rule, 366)
  if (!found.ok) throw new Error(found.message)
  return found.starts.map((start) => formatInstant(zone, start))
}

function fault(rule: string, startsAt = '1997-09-02T09:00:00-04:00'): string {
  const found = occurrencesOf(zoneOf(newYork), parseInstant(startsAt) ?? Number.NaN, rule, 366)
  return found.ok ? `${found.starts.length} times` : `${found.at} ${found.message}`
}

const nine = (texts: string[]) =>
  texts.map((text) => {
    expect(text.slice(10, 19)).toBe('T09:00:00')
    return text.slice(0, 10)
  })

describe('the examples of RFC 5545, 3.8.5.3', () => {
  const from = '1997-09-02T09:00:00-04:00'

  it('daily until a date in UTC, over the change of clocks', () => {
    const found = times('FREQ=DAILY;UNTIL=19971224T000000Z', from)
    expect(nine(found)).toHaveLength(113)
    expect(found.at(-1)).toBe('1997-12-23T09:00:00-05:00')
  })

  it('every other week on Tuesday and Thursday, for 8 occurrences', () => {
    expect(nine(times('FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', from))).toEqual([
      '1997-09-02',
      '1997-09-04',
      '1997-09-16',
      '1997-09-18',
      '1997-09-30',
      '1997-10-02',
      '1997-10-14',
      '1997-10-16',
    ])
  })

  it('monthly on the first Friday, the second-to-last Monday, the last day but two', () => {
    const first = '1997-09-05T09:00:00-04:00'
    expect(nine(times('FREQ=MONTHLY;COUNT=4;BYDAY=1FR', first))).toEqual([
      '1997-09-05',
      '1997-10-03',
      '1997-11-07',
      '1997-12-05',
    ])
    const monday = '1997-09-22T09:00:00-04:00'
    expect(nine(times('FREQ=MONTHLY;COUNT=3;BYDAY=-2MO', monday))).toEqual([
      '1997-09-22',
      '1997-10-20',
      '1997-11-17',
    ])
    const third = '1997-09-28T09:00:00-04:00'
    expect(nine(times('FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=3', third))).toEqual([
      '1997-09-28',
      '1997-10-29',
      '1997-11-28',
    ])
  })

  it('the third of Tuesday, Wednesday or Thursday; the second-to-last weekday', () => {
    const third = times('FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09-04T13:00:00Z')
    expect(nine(third)).toEqual(['1997-09-04', '1997-10-07', '1997-11-06'])
    const rule = 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3'
    expect(nine(times(rule, '1997-09-29T13:00:00Z'))).toEqual([
      '1997-09-29',
      '1997-10-30',
      '1997-11-27',
    ])
  })

  it('what a week is depends on the day it starts', () => {
    const of = (start: string) =>
      nine(
        times(`FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=${start}`, '1997-08-05T13:00:00Z'),
      )
    expect(of('MO')).toEqual(['1997-08-05', '1997-08-10', '1997-08-19', '1997-08-24'])
    expect(of('SU')).toEqual(['1997-08-05', '1997-08-17', '1997-08-19', '1997-08-31'])
  })

  it('a date that a month does not have is left out', () => {
    expect(nine(times('FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01-15T14:00:00Z'))).toEqual([
      '2007-01-15',
      '2007-01-30',
      '2007-02-15',
      '2007-03-15',
      '2007-03-30',
    ])
  })
})

describe('days on which clocks change', () => {
  it('move a skipped time forward and take the earlier of a repeated one', () => {
    expect(times('FREQ=WEEKLY;COUNT=3', '2026-03-01T02:30:00-05:00')).toEqual([
      '2026-03-01T02:30:00-05:00',
      '2026-03-08T03:30:00-04:00',
      '2026-03-15T02:30:00-04:00',
    ])
    expect(times('FREQ=WEEKLY;COUNT=3', '2026-10-25T01:30:00-04:00')).toEqual([
      '2026-10-25T01:30:00-04:00',
      '2026-11-01T01:30:00-04:00',
      '2026-11-08T01:30:00-05:00',
    ])
  })

  it('keep the start itself, also as the later of a repeated hour', () => {
    expect(times('FREQ=DAILY;COUNT=2', '2026-11-01T01:30:00-05:00')).toEqual([
      '2026-11-01T01:30:00-05:00',
      '2026-11-02T01:30:00-05:00',
    ])
  })

  it('make one of two times that a gap makes equal', () => {
    const rule = 'FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30;COUNT=4'
    expect(times(rule, '2026-03-07T02:30:00-05:00')).toEqual([
      '2026-03-07T02:30:00-05:00',
      '2026-03-07T03:30:00-05:00',
      '2026-03-08T03:30:00-04:00',
    ])
  })

  it('are half an hour on Lord Howe, and a whole day in Apia', () => {
    expect(
      times('FREQ=WEEKLY;COUNT=2', '2026-09-27T02:15:00+10:30', 'Australia/Lord_Howe'),
    ).toEqual(['2026-09-27T02:15:00+10:30', '2026-10-04T02:45:00+11:00'])
    // 30 December 2011 was skipped: its time and that of the day after it are one.
    expect(times('FREQ=DAILY;COUNT=3', '2011-12-29T09:00:00-10:00', 'Pacific/Apia')).toEqual([
      '2011-12-29T09:00:00-10:00',
      '2011-12-31T09:00:00+14:00',
    ])
  })
})

describe('the end of a rule', () => {
  it('is a local date, a local time or an instant, each included', () => {
    const last = (until: string) =>
      times(`FREQ=DAILY;UNTIL=${until}`, '2026-06-01T20:00:00-04:00').at(-1)
    expect(last('20260603')).toBe('2026-06-03T20:00:00-04:00')
    expect(last('20260603T200000')).toBe('2026-06-03T20:00:00-04:00')
    expect(last('20260603T195959')).toBe('2026-06-02T20:00:00-04:00')
    expect(last('20260604T000000Z')).toBe('2026-06-03T20:00:00-04:00')
    expect(last('20260603T235959Z')).toBe('2026-06-02T20:00:00-04:00')
  })

  it('must be there, once, after the start, and near enough', () => {
    expect(fault('FREQ=DAILY')).toBe('RULE The rule needs an end: either COUNT or UNTIL.')
    expect(fault('FREQ=DAILY;COUNT=2;UNTIL=19980101')).toContain('either COUNT or UNTIL')
    expect(fault('FREQ=DAILY;UNTIL=19970901')).toBe('RULE The rule ends before it starts.')
    expect(fault('FREQ=DAILY;UNTIL=19970231')).toContain('is no date of the calendar')
    expect(fault('FREQ=YEARLY;COUNT=12')).toBe('RULE The rule reaches further than 10 years.')
    expect(fault('FREQ=YEARLY;UNTIL=20200101')).toBe('RULE The rule reaches further than 10 years.')
    expect(fault('FREQ=YEARLY;COUNT=11')).toBe('11 times')
    expect(fault('FREQ=DAILY;COUNT=366')).toBe('366 times')
    expect(fault('FREQ=DAILY;COUNT=367')).toContain('more than 366 times')
    expect(fault('FREQ=DAILY;UNTIL=19980903T140000Z')).toContain('more than 366 times')
    expect(fault('FREQ=DAILY;UNTIL=19980903T120000Z')).toBe('366 times')
  })
})

describe('a week that lies in two years', () => {
  const sunday = '2027-01-03T10:00:00+00:00'

  it('belongs to the year that numbers it, also when the rule starts in its last days', () => {
    const found = (rule: string) =>
      times(rule, sunday, 'Europe/London').map((at) => at.slice(0, 10))
    // It is week 53 of 2026; the years after it have 52.
    expect(found('FREQ=YEARLY;BYWEEKNO=-1;COUNT=3')).toEqual([
      '2027-01-03',
      '2028-01-02',
      '2028-12-31',
    ])
    expect(found('FREQ=YEARLY;BYWEEKNO=53;COUNT=2')).toEqual(['2027-01-03', '2033-01-02'])
    expect(() => found('FREQ=YEARLY;BYWEEKNO=1;COUNT=1')).toThrow(/does not fall on the start/)
  })
})

describe('what is no rule', () => {
  it.each([
    '',
    'WEEKLY',
    'FREQ=WEEKLY;;COUNT=2',
    'FREQ=HOURLY;COUNT=2',
    'FREQ=WEEKLY;COUNT=0',
    'FREQ=WEEKLY;COUNT=2;COUNT=3',
    'FREQ=WEEKLY;COUNT=2;INTERVAL=0',
    'FREQ=WEEKLY;COUNT=2;BYDAY=XX',
    'FREQ=WEEKLY;COUNT=2;BYDAY=1MO',
    'FREQ=WEEKLY;COUNT=2;BYMONTHDAY=2',
    'FREQ=MONTHLY;COUNT=2;BYWEEKNO=3',
    'FREQ=YEARLY;COUNT=2;BYWEEKNO=3;BYDAY=1MO',
    'FREQ=YEARLY;COUNT=2;BYWEEKNO=3;BYSETPOS=1',
    'FREQ=YEARLY;COUNT=2;BYWEEKNO=3;INTERVAL=2',
    'FREQ=YEARLY;COUNT=2;BYYEARDAY=245;BYMONTH=9',
    'FREQ=YEARLY;COUNT=2;BYMONTHDAY=-1;BYDAY=-5SU',
    'FREQ=MONTHLY;COUNT=2;BYDAY=TU,1TU',
    'FREQ=DAILY;COUNT=2;BYHOUR=24',
    'FREQ=DAILY;COUNT=2;BYSETPOS=1',
    'FREQ=MONTHLY;COUNT=2;BYMONTHDAY=32',
    'FREQ=DAILY;COUNT=2;__proto__=1',
    'FREQ=DAILY;COUNT=2\nEXDATE:19970902T090000',
  ])('is refused: %j', (rule) => {
    expect(fault(rule)).toMatch(/^RULE /)
  })

  it('is refused with where it would have begun when it misses its start', () => {
    expect(fault('FREQ=WEEKLY;BYDAY=WE;COUNT=3')).toBe(
      'START The rule does not fall on the start: it first does at 1997-09-03T09:00:00-04:00.',
    )
    expect(fault('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3')).toBe(
      'START The rule does not fall on the start: it falls on no time at all.',
    )
  })

  it('is given up within bounds, however much it asks for', () => {
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index).join(',')
    const all = `BYHOUR=${upTo(24)};BYMINUTE=0`
    expect(fault(`FREQ=DAILY;${all};BYSETPOS=366;COUNT=9`)).toBe('RULE The rule falls too rarely.')
    expect(fault(`FREQ=YEARLY;${all};BYMONTHDAY=31;BYSETPOS=-1;COUNT=366`)).toMatch(/^START /)
    expect(fault(`FREQ=DAILY;BYHOUR=${upTo(24)};BYMINUTE=${upTo(60)};COUNT=9`)).toBe(
      'RULE BYHOUR and BYMINUTE give more than 24 times a day.',
    )
  })
})
