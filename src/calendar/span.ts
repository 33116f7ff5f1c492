// An entry of an outside calendar that its server has written out: from when to when, or on which
// days. Pure.

import { DAY, parseInstant } from '../time/instant.ts'
import { dayNumber } from '../time/local.ts'
import { dayStart, zoneOf } from '../time/zone.ts'
import type { Moment, OutsideEntry } from './outside.ts'

export type Span = {
  uid: string
  /** RFC 3339 instants, or local dates. */
  start: string
  /** The day after the last one. */
  end: string
  isFree: boolean
}

/** In the zone of whoever the calendar is of; null for what are no times. */
export function entryOfSpan(
  { uid, start, end, isFree }: Span,
  timeZone: string,
): OutsideEntry | null {
  const [from, to] = [momentOf(start, timeZone), momentOf(end, timeZone)]
  if (!from || !to || from.isDate !== to.isDate) return null
  const length = from.isDate ? to.wall - from.wall : to.at - from.at
  const single = { rules: [], added: [], left: [], insteadOf: null }
  return { uid: uid.slice(0, 1024), start: from, length, isFree, ...single }
}

function momentOf(text: string, timeZone: string): Moment | null {
  const day = dayNumber(text)
  if (day === null) {
    const at = parseInstant(text)
    return at === null ? null : { wall: at, isDate: false, at, toInstant: (wall) => wall }
  }
  const zone = zoneOf(timeZone)
  const toInstant = (wall: number) => dayStart(zone, Math.floor(wall / DAY))
  return { wall: day * DAY, isDate: true, at: toInstant(day * DAY), toInstant }
}
