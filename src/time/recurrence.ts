// Recurrence by RFC 5545 rules, in wall-clock time of a zone, for what is booked here.
// Rules are read strictly here, because the library drops what it does not like. What a wall time
// means on a day when clocks change is decided by zone.ts: a skipped one is moved forward, not left
// out, and a repeated one means the earlier instant.

import { RRuleTemporal } from 'rrule-temporal'
import { DAY, timeText } from './instant.ts'
import type { Instant } from './instant.ts'
import { dayName, dayNumber } from './local.ts'
import { formatInstant, offsetAt, wallToInstant, type Zone } from './zone.ts'

/** How far a rule may reach from its start. */
export const reachYears = 10
const reach = 3653 * DAY
const candidates = 8_000
const timesADay = 24
const weeksBefore = 52 * 7 * DAY

export type Recurrence =
  /** `rule` is the text as it should be kept; `starts` ascend and the first is the one given. */
  | { readonly ok: true; readonly rule: string; readonly starts: readonly Instant[] }
  | { readonly ok: false; readonly at: 'RULE' | 'START'; readonly message: string }

const days = '(?:MO|TU|WE|TH|FR|SA|SU)'
const upTo = (most: string) => new RegExp(`^${most}(?:,${most})*$`)
const parts: Record<string, RegExp> = {
  FREQ: /^(?:DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,3}$/,
  COUNT: /^[1-9]\d{0,5}$/,
  UNTIL: /^\d{8}(?:T(?:[01]\d|2[0-3])[0-5]\d[0-5]\dZ?)?$/,
  WKST: new RegExp(`^${days}$`),
  BYDAY: upTo(`(?:[+-]?(?:[1-9]|[1-4]\\d|5[0-3]))?${days}`),
  BYMONTH: upTo('(?:[1-9]|1[0-2])'),
  BYMONTHDAY: upTo('[+-]?(?:[1-9]|[12]\\d|3[01])'),
  BYYEARDAY: upTo('[+-]?(?:[1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-6])'),
  BYWEEKNO: upTo('[+-]?(?:[1-9]|[1-4]\\d|5[0-3])'),
  BYHOUR: upTo('(?:1?\\d|2[0-3])'),
  BYMINUTE: upTo('[1-5]?\\d'),
  BYSETPOS: upTo('[+-]?(?:[1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-6])'),
}

/**
 * The instants of an RRULE value (RFC 5545, 3.3.10) that begins at `startsAt`: at most `limit`, all
 * within ten years. Frequencies are DAILY to YEARLY; COUNT or UNTIL must end it; UNTIL is UTC with
 * a Z, else local. A rule that does not fall on `startsAt` is refused.
 */
export function occurrencesOf(
  zone: Zone,
  startsAt: Instant,
  text: string,
  limit: number,
): Recurrence {
  const read = readRule(text)
  if (typeof read === 'string') return { ok: false, at: 'RULE', message: read }
  const rule = [...read].map(([name, value]) => `${name}=${value}`).join(';')
  const count = read.has('COUNT') ? Number(read.get('COUNT')) : Infinity
  if (count !== Infinity && count > limit) return tooMany(limit)
  const ends = endOf(zone, read.get('UNTIL'))
  if (ends === null) return wrong(`UNTIL=${read.get('UNTIL')} is no date of the calendar.`)
  const wall = startsAt + offsetAt(zone, startsAt)
  const walls = wallsOf(wall, read, Math.min(count, limit + 1))
  if (walls === null) return wrong('The rule falls too rarely.')
  const first = walls[0]
  if (first !== wall) {
    const when = first === undefined ? '' : formatInstant(zone, wallToInstant(zone, first))
    const message = when ? `it first does at ${when}.` : 'it falls on no time at all.'
    return { ok: false, at: 'START', message: `The rule does not fall on the start: ${message}` }
  }
  if (ends(wall)) return wrong('The rule ends before it starts.')
  const later = walls.slice(1).filter((each) => !ends(each))
  if (later.length + 1 > limit) return tooMany(limit)
  const reaches = walls.length < count && later.length + 1 === walls.length
  if (reaches && (count !== Infinity || !ends(wall + reach))) {
    return wrong(`The rule reaches further than ${reachYears} years.`)
  }
  // Two wall times can become one instant when one of them is skipped.
  const starts = new Set([startsAt, ...later.map((each) => wallToInstant(zone, each))])
  return { ok: true, rule, starts: [...starts].toSorted((a, b) => a - b) }
}

const wrong = (message: string): Recurrence => ({ ok: false, at: 'RULE', message })
const tooMany = (limit: number) =>
  wrong(`The rule gives more than ${limit} times; end it earlier with COUNT or UNTIL.`)

/** The parts of a rule by name, or what is wrong with it. */
function readRule(text: string): Map<string, string> | string {
  const read = new Map<string, string>()
  for (const part of text
    .trim()
    .replace(/^RRULE:/i, '')
    .toUpperCase()
    .split(';')) {
    const [name = '', value, ...more] = part.split('=')
    const pattern = Object.hasOwn(parts, name) ? parts[name] : undefined
    if (!pattern)
      return `"${part}" is no part of a rule; there are ${Object.keys(parts).join(' ')}.`
    if (read.has(name)) return `The rule says ${name} twice.`
    if (value === undefined || more.length > 0 || !pattern.test(value)) {
      return `"${part}" is not as RFC 5545 has it, such as "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10".`
    }
    read.set(name, value)
  }
  return faultIn(read) ?? read
}

function faultIn(read: Map<string, string>): string | null {
  const freq = read.get('FREQ')
  if (!freq) return 'The rule needs FREQ, such as "FREQ=WEEKLY;COUNT=10".'
  if (read.has('COUNT') === read.has('UNTIL')) {
    return 'The rule needs an end: either COUNT or UNTIL.'
  }
  const only = (name: string, ...frequencies: string[]) =>
    read.has(name) && !frequencies.includes(freq)
      ? `${name} does not go with FREQ=${freq}, but with ${frequencies.join(' and ')}.`
      : null
  if (/\d/.test(read.get('BYDAY') ?? '') && !/^(MONTHLY|YEARLY)$/.test(freq)) {
    return `A number in BYDAY does not go with FREQ=${freq}, but with MONTHLY and YEARLY.`
  }
  const unread = unreadIn(read)
  if (unread) return unread
  const listed = (name: string) => read.get(name)?.split(',').length ?? 1
  if (listed('BYHOUR') * listed('BYMINUTE') > timesADay) {
    return `BYHOUR and BYMINUTE give more than ${timesADay} times a day.`
  }
  const others = [...read.keys()].filter((name) => /^BY(?!SETPOS)/.test(name))
  if (read.has('BYSETPOS') && others.length === 0) {
    return 'BYSETPOS needs another BY part to choose from.'
  }
  return (
    only('BYWEEKNO', 'YEARLY') ??
    only('BYYEARDAY', 'YEARLY') ??
    only('BYMONTHDAY', 'DAILY', 'MONTHLY', 'YEARLY')
  )
}

// What RFC 5545 allows and those who read it, the library among them, read in different ways.
function unreadIn(read: Map<string, string>): string | null {
  const days = read.get('BYDAY')?.split(',') ?? []
  const numbered = days.some((day) => /\d/.test(day))
  if (numbered && days.some((day) => !/\d/.test(day))) {
    return 'BYDAY has a number before each of its days, or before none.'
  }
  const not = (name: string, ...others: string[]) => {
    const other = others.find((each) => read.has(each))
    return read.has(name) && other ? `${name} does not go with ${other}.` : null
  }
  const weeks = read.has('INTERVAL') && read.get('INTERVAL') !== '1' ? ['INTERVAL'] : []
  const clash =
    not('BYYEARDAY', 'BYMONTH', 'BYMONTHDAY', 'BYDAY', 'BYWEEKNO') ??
    // A week may lie in two years, and each would count it among its own.
    not('BYWEEKNO', 'BYSETPOS', 'BYMONTHDAY', ...weeks)
  if (clash) return clash
  const other = ['BYWEEKNO', 'BYMONTHDAY'].find((name) => read.has(name))
  return numbered && other ? `A number in BYDAY does not go with ${other}.` : null
}

/** Whether a wall time lies after the end that UNTIL sets; null when that is no date. */
function endOf(zone: Zone, until: string | undefined): ((wall: number) => boolean) | null {
  if (until === undefined) return () => false
  const day = dayNumber(`${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6, 8)}`)
  if (day === null) return null
  if (until.length === 8) return (wall) => wall >= (day + 1) * DAY
  const [hour, minute, second] = [9, 11, 13].map((at) => Number(until.slice(at, at + 2)))
  const at = day * DAY + ((hour! * 60 + minute!) * 60 + second!) * 1000
  if (!until.endsWith('Z')) return (wall) => wall > at
  return (wall) => wallToInstant(zone, wall) > at
}

// Wall times are given to the library as if they were UTC, which skips and repeats nothing. It ends
// where the reach ends, whatever the rule says, so that a rule that never falls costs little.
function wallsOf(wall: number, read: Map<string, string>, most: number): number[] | null {
  const whole = Math.floor(wall / 1000) * 1000
  // A week that began in the year before counts there, and the library looks at the year of the
  // start only: it starts a year of weeks earlier, on the same weekday, and what is early is left.
  const from = read.has('BYWEEKNO') ? whole - weeksBefore : whole
  const kept = [...read].filter(([name]) => name !== 'COUNT' && name !== 'UNTIL')
  const until = isoOf(whole + reach).replaceAll(/[-:]/g, '')
  const rule = [...kept.map(([name, value]) => `${name}=${value}`), `UNTIL=${until}Z`].join(';')
  const dtstart = { timeZoneId: 'UTC', toString: () => `${isoOf(from)}+00:00[UTC]` }
  const options = { rruleString: rule, dtstart, cache: false, maxCandidateEvaluations: candidates }
  try {
    let kept = 0
    const found = new RRuleTemporal(options).all((at) => {
      if (at.epochMilliseconds >= whole) kept += 1
      return kept <= most
    })
    const walls = found.map((at) => at.epochMilliseconds).filter((at) => at >= whole)
    return walls.slice(0, most).map((at) => at + wall - whole)
  } catch {
    // What is left of a rule that was read strictly is one that the library gave up on.
    return null
  }
}

function isoOf(wall: number): string {
  const day = Math.floor(wall / DAY)
  return `${dayName(day)}T${timeText(wall - day * DAY)}`
}
