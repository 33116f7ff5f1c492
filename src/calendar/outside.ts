// An outside calendar's file, as whoever wrote it may have written it: cut into entries, and each
// entry read as the times it has. Pure; what cannot be read is counted, not guessed.

import ICAL from 'ical.js'
import { DAY, type Instant } from '../time/instant.ts'
import { dayStart, zoneOf } from '../time/zone.ts'
import { createZones, type ToInstant } from './outside-zone.ts'

/** A time of an entry: local, as if it were UTC, and what instant that is. */
export type Moment = { wall: number; isDate: boolean; at: Instant; toInstant: ToInstant }

export type OutsideEntry = {
  uid: string
  start: Moment
  /** Elapsed milliseconds; of whole days as many days. */
  length: number
  rules: string[]
  added: Moment[]
  left: Moment[]
  /** Of an exception, which start of the series it stands for. */
  insteadOf: Instant | null
  /** Called off, or shown as free: it takes no time. */
  isFree: boolean
}

export type OutsideFile = { entries: string[]; zones: string[] }

export const outsideLimits = { bytes: 5_000_000, entries: 20_000 }

/** What a text holds, or why it is no calendar that can be read: a sentence. */
export function fileOf(text: string): OutsideFile | string {
  const start = text
    .slice(0, 200)
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (!/^BEGIN:VCALENDAR/i.test(start)) {
    return 'What is there is no calendar: it does not begin with "BEGIN:VCALENDAR".'
  }
  if (!/^END:VCALENDAR\s*$/im.test(text.slice(-200)))
    return 'The calendar breaks off before its end.'
  const { VEVENT: entries, VTIMEZONE: zones } = blocksOf(text)
  if (entries.length > outsideLimits.entries) {
    return `The calendar has more than ${outsideLimits.entries} entries.`
  }
  return { entries, zones }
}

/** In one pass, whatever is left open; long lines are put together again. */
function blocksOf(text: string): Record<'VEVENT' | 'VTIMEZONE', string[]> {
  const blocks: Record<'VEVENT' | 'VTIMEZONE', string[]> = { VEVENT: [], VTIMEZONE: [] }
  let open: { name: 'VEVENT' | 'VTIMEZONE'; lines: string[] } | null = null
  for (const line of text.replaceAll(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const [, edge, name] = /^(BEGIN|END):(VEVENT|VTIMEZONE)\s*$/i.exec(line) ?? []
    const known = name?.toUpperCase() as 'VEVENT' | 'VTIMEZONE' | undefined
    if (edge?.toUpperCase() === 'BEGIN' && known) open = { name: known, lines: [] }
    open?.lines.push(line)
    if (edge?.toUpperCase() !== 'END' || open?.name !== known || !open) continue
    blocks[open.name].push(open.lines.join('\r\n'))
    open = null
  }
  return blocks
}

/** Makes what reads the entries of a file; it gives null for what it cannot read. */
export function entryReader(ownZone: string, { zones: blocks }: OutsideFile) {
  const zones = createZones(ownZone, blocks)
  const own = zoneOf(ownZone)
  const ofDay: ToInstant = (wall) => dayStart(own, Math.floor(wall / DAY))

  const momentOf = (time: ICAL.Time, tzid: string | null): Moment => {
    const { year, month, day, hour, minute, second, isDate } = time
    const wall = Date.UTC(year, month - 1, day, hour, minute, second)
    if (Number.isNaN(wall)) throw new Error('no time')
    const toInstant = isDate ? ofDay : zoneOfTime(time, tzid)
    return { wall, isDate, at: toInstant(wall), toInstant }
  }
  const zoneOfTime = (time: ICAL.Time, tzid: string | null): ToInstant => {
    if (time.zone === ICAL.Timezone.utcTimezone) return (wall) => wall
    return (tzid !== null && zones.named(tzid)) || zones.own
  }
  const momentsOf = (component: ICAL.Component, name: string): Moment[] =>
    component.getAllProperties(name).flatMap((property) =>
      property.getValues().map((value) => {
        const time = value instanceof ICAL.Period ? value.start : value
        return momentOf(time as ICAL.Time, tzidOf(property))
      }),
    )

  return (block: string): OutsideEntry | null => {
    try {
      const component = new ICAL.Component(ICAL.parse(block) as never)
      const [start] = momentsOf(component, 'dtstart')
      const [end] = momentsOf(component, 'dtend')
      if (!start) return null
      return {
        uid: String(component.getFirstPropertyValue('uid') ?? '').slice(0, 1024),
        start,
        length: lengthOf(component, start, end),
        rules: component.getAllProperties('rrule').map((rule) => String(rule.getFirstValue())),
        added: momentsOf(component, 'rdate'),
        left: momentsOf(component, 'exdate'),
        insteadOf: momentsOf(component, 'recurrence-id')[0]?.at ?? null,
        isFree: isFree(component),
      }
    } catch {
      // Whoever wrote it has other ideas of the format.
      return null
    }
  }
}

function tzidOf(property: ICAL.Property): string | null {
  const tzid = property.getParameter('tzid')
  return typeof tzid === 'string' ? tzid : null
}

function lengthOf(component: ICAL.Component, start: Moment, end: Moment | undefined): number {
  if (end) return start.isDate ? end.wall - start.wall : end.at - start.at
  const duration = component.getFirstPropertyValue('duration') as ICAL.Duration | null
  if (duration) return duration.toSeconds() * 1000
  return start.isDate ? DAY : 0
}

function isFree(component: ICAL.Component): boolean {
  const word = (name: string) => String(component.getFirstPropertyValue(name) ?? '').toUpperCase()
  return (
    word('status') === 'CANCELLED' ||
    word('transp') === 'TRANSPARENT' ||
    word('x-microsoft-cdo-busystatus') === 'FREE'
  )
}
