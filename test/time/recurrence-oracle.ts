// RFC 5545 rules read the slow way: every day of ten years is asked whether each part of the rule
// lets it be. No library and no expansion. "Wall" is local time in ms as if it were UTC.

import { DateTime } from 'luxon'

const MINUTE = 60_000
const DAY = 86_400_000
const REACH = 3653 * DAY
const WEEK = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

export type Parts = {
  FREQ: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  INTERVAL?: number
  COUNT?: number
  UNTIL?: string
  WKST?: string
  BYMONTH?: number[]
  BYWEEKNO?: number[]
  BYYEARDAY?: number[]
  BYMONTHDAY?: number[]
  BYDAY?: string[]
  BYHOUR?: number[]
  BYMINUTE?: number[]
  BYSETPOS?: number[]
}

export type Answer = { starts: number[] } | { refused: 'RULE' | 'START' }

export function ruleText(parts: Parts): string {
  return Object.entries(parts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : value}`)
    .join(';')
}

const knownFacts = new Map<number, Facts>()

function factsAt(day: number, weekStart: number): Facts {
  const key = day * 7 + weekStart
  let facts = knownFacts.get(key)
  if (facts === undefined) knownFacts.set(key, (facts = factsOf(day, weekStart)))
  return facts
}

/** What a day is called in the calendar; all numbers count from 1, and from the end in `…Left`. */
function factsOf(day: number, weekStart: number) {
  const date = new Date(day * DAY)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  const dayAt = (y: number, m: number, d: number) => Date.UTC(y, m, d) / DAY
  const weekOf = (of: number) => of - ((((of + 3 - weekStart) % 7) + 7) % 7)
  // The first week of a year is the one that has at least four days of it.
  const firstWeek = (y: number) => weekOf(dayAt(y, 0, 4))
  const week = weekOf(day)
  const weekYear = [year + 1, year, year - 1].find((y) => firstWeek(y) <= week)!
  return {
    year,
    month: month + 1,
    monthIndex: year * 12 + month,
    weekday: (((day + 3) % 7) + 7) % 7,
    weekYear,
    week: (week + 3 - weekStart) / 7,
    monthDay: date.getUTCDate(),
    monthDayLeft: dayAt(year, month + 1, 1) - day,
    yearDay: day - dayAt(year, 0, 1) + 1,
    yearDayLeft: dayAt(year + 1, 0, 1) - day,
    weekNo: (week - firstWeek(weekYear)) / 7 + 1,
    weekNoLeft: (firstWeek(weekYear + 1) - week) / 7,
  }
}

type Facts = ReturnType<typeof factsOf>

const has = (list: number[] | undefined, count: number, left: number) =>
  list === undefined || list.includes(count) || list.includes(-left)

/** `2TU` is the second Tuesday of the month, or of the year when the rule knows no months. */
function isDay(rule: Parts, text: string, facts: Facts): boolean {
  if (WEEK[facts.weekday] !== text.slice(-2)) return false
  const nth = Number(text.slice(0, -2))
  if (nth === 0) return true
  const ofMonth = rule.FREQ === 'MONTHLY' || rule.BYMONTH !== undefined
  const count = ofMonth ? facts.monthDay : facts.yearDay
  const left = ofMonth ? facts.monthDayLeft : facts.yearDayLeft
  return nth === Math.ceil(count / 7) || -nth === Math.ceil(left / 7)
}

/** Whether a day may be one of the rule, apart from BYSETPOS; what is not said the start says. */
function isDayOf(rule: Parts, start: Facts, facts: Facts): boolean {
  const { FREQ, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY } = rule
  if (BYMONTH && !BYMONTH.includes(facts.month)) return false
  if (!has(BYWEEKNO, facts.weekNo, facts.weekNoLeft)) return false
  if (!has(BYYEARDAY, facts.yearDay, facts.yearDayLeft)) return false
  if (!has(BYMONTHDAY, facts.monthDay, facts.monthDayLeft)) return false
  if (BYDAY) return BYDAY.some((text) => isDay(rule, text, facts))
  if (BYYEARDAY || BYMONTHDAY || FREQ === 'DAILY') return true
  if (BYWEEKNO || FREQ === 'WEEKLY') return facts.weekday === start.weekday
  if (FREQ === 'YEARLY' && !BYMONTH && facts.month !== start.month) return false
  return facts.monthDay === start.monthDay
}

// A week that two years share is of the year that numbers it, also for INTERVAL and BYSETPOS.
function periodOf({ FREQ, BYWEEKNO }: Parts, day: number, facts: Facts): number {
  const year = BYWEEKNO ? facts.weekYear : facts.year
  return { DAILY: day, WEEKLY: facts.week, MONTHLY: facts.monthIndex, YEARLY: year }[FREQ]
}

/** Wall times of the rule from its start on, for ten years. */
export function oracleWalls(rule: Parts, start: number): number[] {
  const weekStart = WEEK.indexOf(rule.WKST ?? 'MO')
  const firstDay = Math.floor(start / DAY)
  const startFacts = factsAt(firstDay, weekStart)
  const first = periodOf(rule, firstDay, startFacts)
  const startMinute = Math.floor((start - firstDay * DAY) / MINUTE)
  const rest = start % MINUTE
  const times = (rule.BYHOUR ?? [Math.floor(startMinute / 60)])
    .flatMap((hour) => (rule.BYMINUTE ?? [startMinute % 60]).map((minute) => hour * 60 + minute))
    .toSorted((a, b) => a - b)
  const periods = new Map<number, number[]>()
  // Positions are counted in whole periods, so the first one is looked at from its beginning.
  for (let day = firstDay - 366; day * DAY <= start + REACH + 366 * DAY; day++) {
    const facts = factsAt(day, weekStart)
    const period = periodOf(rule, day, facts)
    if (period < first || (period - first) % (rule.INTERVAL ?? 1) !== 0) continue
    if (!isDayOf(rule, startFacts, facts)) continue
    const walls = periods.get(period) ?? []
    for (const time of new Set(times)) walls.push(day * DAY + time * MINUTE + rest)
    periods.set(period, walls)
  }
  return [...periods.values()]
    .flatMap((walls) =>
      walls.filter((_, index) => has(rule.BYSETPOS, index + 1, walls.length - index)),
    )
    .filter((wall) => wall >= start && wall <= start + REACH)
}

const offsetAt = (zoneName: string, at: number) =>
  DateTime.fromMillis(at, { zone: zoneName }).offset * MINUTE

/** The earlier of two; what does not exist is moved forward by the length of the gap. */
export function oracleInstant(zoneName: string, wall: number): number {
  const around = [-26, -13, -3, 0, 3, 13, 26].map((hours) =>
    offsetAt(zoneName, wall + hours * 60 * MINUTE),
  )
  const real = around
    .map((offset) => wall - offset)
    .filter((at) => at + offsetAt(zoneName, at) === wall)
  return real.length > 0 ? Math.min(...real) : wall - around[0]!
}

/** The end that UNTIL sets, as a test of wall times. */
function isOver(zoneName: string, until: string | undefined): (wall: number) => boolean {
  if (until === undefined) return () => false
  const [, year, month, day, , hour = '23', minute = '59', second = '59', utc] =
    /^(\d{4})(\d\d)(\d\d)(T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(until)!
  const at = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second)
  const whole = until.length === 8 ? 999 : 0
  return (wall) => (utc ? oracleInstant(zoneName, wall) > at : wall > at + whole)
}

export function oracleOccurrences(
  zoneName: string,
  startsAt: number,
  rule: Parts,
  limit: number,
): Answer {
  const wall = startsAt + offsetAt(zoneName, startsAt)
  if (rule.COUNT !== undefined && rule.COUNT > limit) return { refused: 'RULE' }
  const walls = oracleWalls(rule, wall)
  if (walls[0] !== wall) return { refused: 'START' }
  const over = isOver(zoneName, rule.UNTIL)
  if (over(wall)) return { refused: 'RULE' }
  const kept = walls.filter((each, index) => index === 0 || !over(each)).slice(0, rule.COUNT)
  if (kept.length > limit) return { refused: 'RULE' }
  const reachesOut = rule.COUNT === undefined ? !over(wall + REACH) : kept.length < rule.COUNT
  if (reachesOut) return { refused: 'RULE' }
  const starts = [startsAt, ...kept.slice(1).map((each) => oracleInstant(zoneName, each))]
  return { starts: [...new Set(starts)].toSorted((a, b) => a - b) }
}
