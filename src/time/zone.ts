// The edge between instants and wall clocks: offsets per IANA zone, read once from the runtime's
// zone data and kept as segments of constant offset. What a wall time means on a day when clocks
// change is decided here and nowhere else. "Wall" is local time in ms as if it were UTC.

import { DAY, MINUTE, timeText } from './instant.ts'
import type { Instant } from './instant.ts'
import { dayName } from './local.ts'

/** A stretch of constant offset, `[start, end)`; local wall = instant + offset. */
export type Segment = { readonly start: Instant; readonly end: Instant; readonly offset: number }

/** Zone data. Neighbouring segments may have the same offset. */
export type Zone = { readonly name: string; readonly segmentAt: (instant: Instant) => Segment }

/** Sixteen years: every era begins on a 1 January between 1970 and 2100, and no era is the last. */
const ERA = 5844 * DAY
/** No zone has undone a change of its clocks within a week since 1970. */
const PROBE = 7 * DAY

/** Of a zone, at once: whoever asks of one year after the other fills no memory with them. */
const mostEras = 32

const zones = new Map<string, Zone>()

/** The zone of an IANA name, in any case. Throws RangeError for a name nobody knows. */
export function zoneOf(name: string): Zone {
  const key = name.toLowerCase()
  let zone = zones.get(key)
  if (zone === undefined) {
    zone = makeZone(name)
    zones.set(key, zone)
  }
  // Spellings share their data; who asks is answered in their own.
  return zone.name === name ? zone : { ...zone, name }
}

/** True for an IANA name; false for a bare offset such as `+01:00`, which is no zone. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    zoneOf(name)
    return true
  } catch {
    return false
  }
}

/** The version of the runtime's zone data, for example `2026a`. It ages with the runtime. */
export function zoneDataVersion(): string {
  return process.versions.tz ?? 'unknown'
}

/** Local time minus UTC in milliseconds. */
export function offsetAt(zone: Zone, instant: Instant): number {
  return zone.segmentAt(instant).offset
}

/**
 * The instant of a wall time. A wall time that was skipped is moved forward by the length of the
 * gap; one that happens twice means the earlier instant.
 */
export function wallToInstant(zone: Zone, wall: number): Instant {
  return resolveWall(zone, wall, true)
}

/** The first instant of a local day; of a skipped day, the first instant after it. */
export function dayStart(zone: Zone, day: number): Instant {
  return resolveWall(zone, day * DAY, false)
}

function resolveWall(zone: Zone, wall: number, moveByGap: boolean): Instant {
  // No zone is a whole day away from UTC, so the search begins before any candidate.
  let segment = zone.segmentAt(wall - DAY)
  for (;;) {
    const instant = wall - segment.offset
    if (instant < segment.end) return instant
    const next = zone.segmentAt(segment.end)
    if (wall - next.offset < next.start) return moveByGap ? instant : next.start
    segment = next
  }
}

/** Days since 1970-01-01 of the local date at an instant. */
export function localDayOf(zone: Zone, instant: Instant): number {
  return Math.floor((instant + zone.segmentAt(instant).offset) / DAY)
}

/**
 * Appends to `out`, as ascending start/end pairs, the instants whose wall time lies in
 * `[wallStart, wallEnd)`: a skipped hour gives nothing, a repeated one gives both.
 */
export function pushWallSpan(zone: Zone, wallStart: number, wallEnd: number, out: number[]): void {
  let segment = zone.segmentAt(wallStart - DAY)
  if (wallEnd + DAY <= segment.end) {
    out.push(wallStart - segment.offset, wallEnd - segment.offset)
    return
  }
  while (segment.start < wallEnd + DAY) {
    const start = Math.max(segment.start, wallStart - segment.offset)
    const end = Math.min(segment.end, wallEnd - segment.offset)
    if (start < end) out.push(start, end)
    segment = zone.segmentAt(segment.end)
  }
}

/** Appends the instants whose local date is `day`; a skipped day gives nothing. */
export function pushDaySpan(zone: Zone, day: number, out: number[]): void {
  pushWallSpan(zone, day * DAY, (day + 1) * DAY, out)
}

let lastZone: Zone | null = null
let lastDay = 0
let lastOffset = 0
let lastDayText = ''
let lastOffsetText = ''

/** RFC 3339 with the zone's offset at that instant: `2026-03-29T09:15:00+01:00`. */
export function formatInstant(zone: Zone, instant: Instant): string {
  // RFC 3339 has no seconds in offsets; the few zones that had them get the minute below.
  const offset = Math.floor(zone.segmentAt(instant).offset / MINUTE) * MINUTE
  const day = Math.floor((instant + offset) / DAY)
  if (zone !== lastZone || day !== lastDay || offset !== lastOffset) {
    lastZone = zone
    lastDay = day
    lastOffset = offset
    lastDayText = `${dayName(day)}T`
    const sign = offset < 0 ? '-' : '+'
    lastOffsetText = sign + timeText(Math.abs(offset)).slice(0, 5)
  }
  return lastDayText + timeText(instant + offset - day * DAY) + lastOffsetText
}

/** An instant for a sentence, rounded up to the minute: "2026-03-02 09:00 (Asia/Tokyo)". */
export function sayInstant(zone: Zone, instant: Instant): string {
  const text = formatInstant(zone, Math.ceil(instant / MINUTE) * MINUTE)
  return `${text.slice(0, 10)} ${text.slice(11, 16)} (${zone.name})`
}

function makeZone(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
  const eras = new Map<number, Segment[]>()
  let recent: Segment = { start: 0, end: 0, offset: 0 }
  const segmentAt = (instant: Instant): Segment => {
    if (instant >= recent.start && instant < recent.end) return recent
    const era = Math.floor(instant / ERA)
    let segments = eras.get(era)
    if (segments === undefined) {
      if (eras.size >= mostEras) eras.clear()
      segments = readSegments(format, era * ERA, (era + 1) * ERA)
      eras.set(era, segments)
    }
    recent = segments[lastStartedBy(segments, instant)]!
    return recent
  }
  return { name, segmentAt }
}

function lastStartedBy(segments: readonly Segment[], instant: Instant): number {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (segments[middle]!.start <= instant) low = middle
    else high = middle - 1
  }
  return low
}

function readSegments(format: Intl.DateTimeFormat, from: Instant, to: Instant): Segment[] {
  const segments: Segment[] = []
  let start = from
  let offset = readOffset(format, from)
  for (let probed = from; probed < to;) {
    const next = Math.min(probed + PROBE, to)
    // The era's end belongs to the next era: probe the second before it.
    const nextOffset = readOffset(format, next === to ? to - 1000 : next)
    if (nextOffset !== offset) {
      const changed = firstWithOffset(format, probed, next, offset)
      segments.push({ start, end: changed, offset })
      start = changed
      offset = readOffset(format, changed)
      probed = changed
    } else {
      probed = next
    }
  }
  segments.push({ start, end: to, offset })
  return segments
}

/** The first whole second in `(low, high]` at which the offset is no longer `offset`. */
function firstWithOffset(
  format: Intl.DateTimeFormat,
  low: Instant,
  high: Instant,
  offset: number,
): Instant {
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000
    if (readOffset(format, middle) === offset) low = middle
    else high = middle
  }
  return high
}

/** The runtime writes `…, GMT`, `…, GMT+05:30` or, long ago, `…, GMT-00:44:30`. */
function readOffset(format: Intl.DateTimeFormat, instant: Instant): number {
  const text = format.format(instant)
  const at = text.lastIndexOf('GMT') + 3
  if (at === text.length) return 0
  const seconds =
    Number(text.slice(at + 1, at + 3)) * 3600 +
    Number(text.slice(at + 4, at + 6)) * 60 +
    Number(text.slice(at + 7, at + 9))
  return (text[at] === '-' ? -1 : 1) * seconds * 1000
}
