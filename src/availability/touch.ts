// Which events may change when a service can be booked, and on which days. It rather says a day too
// many than one too few: whoever listens asks again for what is named. Pure.

import type { LoggedEvent } from '../events/event.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../time/instant.ts'
import { dayNumber } from '../time/local.ts'
import { localDayOf, type Zone } from '../time/zone.ts'

/** What a service takes to be booked, and who else takes it. */
export type ServiceLinks = {
  accountId: string
  serviceId: string
  timeZone: string
  staffIds: readonly string[]
  resourceIds: readonly string[]
  /** Other services that take one of its resources. */
  rivalIds: readonly string[]
  /** How far from what is taken a start can be that it is in the way of. */
  reachMinutes: number
}

type Told = Pick<LoggedEvent, 'type' | 'subjectType' | 'about' | 'changes'>

/** Half-open. */
export type Span = { from: Instant; to: Instant }

const bookingFields: ReadonlySet<string> = new Set([
  'startsAt',
  'endsAt',
  'staffId',
  'resourceIds',
  'sessionId',
  'partySize',
])

const takingTypes: ReadonlySet<string> = new Set([
  'booking.created',
  'booking.rescheduled',
  'booking.cancelled',
  'booking.declined',
])

/** Whether such an event changes any service's free times. */
export function isTaking({ type, subjectType, changes }: Told): boolean {
  switch (subjectType) {
    case 'Booking':
      return takingTypes.has(type) || changes.some(({ field }) => bookingFields.has(field))
    case 'Account':
      return changes.some(({ field }) => field === 'timeZone')
    case 'Hold':
    case 'Session':
    case 'Service':
    case 'StaffMember':
    case 'Resource':
    case 'Availability':
    case 'Block':
    case 'SeatBlock':
      return true
    default:
      return false
  }
}

/** Whether an event of its account that changes free times may change those of this service. */
export function touches(links: ServiceLinks, { subjectType, about }: Told): boolean {
  const { serviceId, staffIds = [], resourceIds = [] } = about
  const owners = staffIds.length + resourceIds.length
  if (serviceId === links.serviceId) return true
  if (staffIds.some((id) => links.staffIds.includes(id))) return true
  if (resourceIds.some((id) => links.resourceIds.includes(id))) return true
  if (serviceId == null) return owners === 0
  // What a booking or a hold of another service takes is not told in full.
  if (links.rivalIds.includes(serviceId) && subjectType !== 'Service') return true
  return subjectType === 'Hold' && links.staffIds.length > 0
}

/** The times of what an event is about, as it stands now; of seats, those of their session. */
export type Standing = { startsAt: Date; endsAt: Date }

/** The times that the event is about; null when it does not tell. */
export function spansOf(event: Told, standing: Standing | null): Span[] | null {
  const { subjectType, changes } = event
  if (subjectType === 'Availability') return spansOfTimes(event)
  if (subjectType === 'Block') return spansOfBlock(event, standing)
  if (!['Booking', 'Hold', 'Session', 'SeatBlock'].includes(subjectType)) return null
  if (!standing) return null
  const spans = [{ from: standing.startsAt.getTime(), to: standing.endsAt.getTime() }]
  const length = spans[0] ? spans[0].to - spans[0].from : 0
  for (const { field, from, to } of changes) {
    for (const at of [from, to].map(instantIn)) {
      if (at === null) continue
      if (field === 'startsAt') spans.push({ from: at, to: at + length })
      if (field === 'endsAt') spans.push({ from: at - length, to: at })
    }
  }
  return spans
}

// What it took before and what it takes since; a time that did not change is as it stands.
function spansOfBlock({ changes }: Told, standing: Standing | null): Span[] | null {
  const spans: Span[] = []
  for (const side of ['from', 'to'] as const) {
    const told = (name: 'startsAt' | 'endsAt') => {
      const change = changes.find(({ field }) => field === name)
      return change ? instantIn(change[side]) : (standing?.[name].getTime() ?? null)
    }
    const [from, to] = [told('startsAt'), told('endsAt')]
    if (from !== null && to !== null) spans.push({ from, to })
  }
  return spans.length > 0 ? spans : null
}

/** No zone is further from UTC, and hours may go on into the next day. */
const farthest = 14 * HOUR

function spansOfTimes({ changes }: Told): Span[] | null {
  const spans: Span[] = []
  for (const { from, to } of changes) {
    for (const told of [from, to]) {
      if (told === null) continue
      const { startsAt, endsAt, on } = told as Record<string, unknown>
      const [start, end] = [instantIn(startsAt), instantIn(endsAt)]
      const day = typeof on === 'string' ? dayNumber(on) : null
      if (day !== null) spans.push({ from: day * DAY - farthest, to: (day + 2) * DAY + farthest })
      else if (start !== null && end !== null) spans.push({ from: start, to: end })
      else return null
    }
  }
  return spans.length > 0 ? spans : null
}

function instantIn(value: unknown): Instant | null {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? null : at
}

/** The days, of so many from the first, on which a start may be in the way; null means all. */
export function touchedDays(
  spans: readonly Span[] | null,
  { reachMinutes }: Pick<ServiceLinks, 'reachMinutes'>,
  zone: Zone,
  first: number,
  days: number,
): number[] {
  const all = Array.from({ length: days }, (_, index) => first + index)
  if (spans === null) return all
  const reach = reachMinutes * MINUTE
  const bounds = spans.map(({ from, to }) => [
    localDayOf(zone, from - reach),
    localDayOf(zone, to + reach - 1),
  ])
  return all.filter((day) => bounds.some(([start = 0, end = 0]) => day >= start && day <= end))
}
