// Calendar files of RFC 5545, written and with the rules of their zones in them. Pure.

import ICAL from 'ical.js'
import { tzlib_get_ical_block as zoneBlock } from 'timezones-ical-library'
import { formatInstant, zoneOf } from '../time/zone.ts'

export type CalendarPerson = { name: string; email: string }

export type CalendarEntry = {
  /** Stays the same whatever becomes of the booking (RFC 5545, 3.8.4.7). */
  uid: string
  /** Grows with every change (3.8.7.4). */
  sequence: number
  /** Epoch milliseconds. */
  startsAt: number
  endsAt: number
  /** When this was written down. */
  stampedAt: number
  status: 'TENTATIVE' | 'CONFIRMED' | 'CANCELLED'
  summary: string
  description?: string
  location?: string
  url?: string
  organizer?: CalendarPerson
  attendee?: CalendarPerson
}

export type CalendarFile = {
  /** RFC 5546: PUBLISH for a feed, REQUEST and CANCEL for a mail; null on a CalDAV server. */
  method: 'PUBLISH' | 'REQUEST' | 'CANCEL' | null
  /** Of the calendar, for people; none in a mail. */
  name?: string
  /** IANA zone in which the times are written. */
  timeZone: string
  entries: readonly CalendarEntry[]
}

const productId = '-//Slotgraph//Bookings//EN'

/** The whole file, lines folded and ended as the standard wants. */
export function calendarText({ method, name, timeZone, entries }: CalendarFile): string {
  const calendar = new ICAL.Component('vcalendar')
  calendar.addPropertyWithValue('version', '2.0')
  calendar.addPropertyWithValue('prodid', productId)
  calendar.addPropertyWithValue('calscale', 'GREGORIAN')
  if (method !== null) calendar.addPropertyWithValue('method', method)
  if (name !== undefined) {
    calendar.addPropertyWithValue('name', name)
    calendar.addPropertyWithValue('x-wr-calname', name)
    calendar.addPropertyWithValue('x-wr-timezone', timeZone)
  }
  const zone = zoneRules(timeZone)
  if (zone) calendar.addSubcomponent(zone)
  for (const entry of entries) calendar.addSubcomponent(eventOf(entry, zone ? timeZone : null))
  return `${calendar.toString()}\r\n`
}

/** Null for UTC, and for a zone that has no rules of its own: times are written in UTC then. */
function zoneRules(timeZone: string): ICAL.Component | null {
  if (timeZone === 'UTC' || timeZone === 'Etc/UTC') return null
  const [block = ''] = zoneBlock(timeZone)
  if (!block.startsWith('BEGIN:VTIMEZONE')) return null
  return new ICAL.Component(ICAL.parse(block) as never)
}

function eventOf(entry: CalendarEntry, timeZone: string | null): ICAL.Component {
  const event = new ICAL.Component('vevent')
  event.addPropertyWithValue('uid', entry.uid)
  event.addPropertyWithValue('sequence', entry.sequence)
  addTime(event, 'dtstamp', entry.stampedAt, null)
  addTime(event, 'dtstart', entry.startsAt, timeZone)
  addTime(event, 'dtend', entry.endsAt, timeZone)
  event.addPropertyWithValue('summary', entry.summary)
  event.addPropertyWithValue('status', entry.status)
  event.addPropertyWithValue('transp', entry.status === 'CANCELLED' ? 'TRANSPARENT' : 'OPAQUE')
  if (entry.description) event.addPropertyWithValue('description', entry.description)
  if (entry.location) event.addPropertyWithValue('location', entry.location)
  if (entry.url) event.addPropertyWithValue('url', entry.url)
  if (entry.organizer) addPerson(event, 'organizer', entry.organizer)
  if (entry.attendee) {
    const attendee = addPerson(event, 'attendee', entry.attendee)
    attendee.setParameter('role', 'REQ-PARTICIPANT')
    attendee.setParameter('partstat', 'ACCEPTED')
    attendee.setParameter('rsvp', 'FALSE')
  }
  return event
}

function addTime(event: ICAL.Component, name: string, at: number, timeZone: string | null): void {
  const wall = formatInstant(zoneOf(timeZone ?? 'UTC'), at).slice(0, 19)
  const time = ICAL.Time.fromDateTimeString(timeZone === null ? `${wall}Z` : wall)
  const property = event.addPropertyWithValue(name, time)
  if (timeZone !== null) property.setParameter('tzid', timeZone)
}

function addPerson(event: ICAL.Component, name: string, person: CalendarPerson): ICAL.Property {
  const property = event.addPropertyWithValue(name, `mailto:${person.email}`)
  property.setParameter('cn', person.name.replaceAll('"', "'"))
  return property
}
