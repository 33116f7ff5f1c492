// What the log tells of, and to whom: for each kind of subject, which types of events it has and
// the scope without which none of them is told. A new kind is one entry here. Pure.

import type { Scope } from '../auth/scope.ts'
import { may, type Viewer } from '../auth/viewer.ts'
import type { SubjectType } from './event.ts'

type Subject = { noun: string; verbs: readonly string[]; read: Scope }

const kept = ['created', 'updated', 'archived']

const subjects: Readonly<Record<SubjectType, Subject>> = {
  Account: { noun: 'account', verbs: ['created', 'updated'], read: 'accounts:read' },
  Booking: {
    noun: 'booking',
    verbs: [
      'created',
      'updated',
      'rescheduled',
      'confirmed',
      'declined',
      'cancelled',
      'completed',
      'no_show',
      'paid',
    ],
    read: 'bookings:read',
  },
  Hold: { noun: 'hold', verbs: ['placed', 'released', 'expired'], read: 'bookings:read' },
  WaitlistEntry: {
    noun: 'waitlist',
    verbs: ['joined', 'offered', 'booked', 'left', 'expired', 'failed'],
    read: 'bookings:read',
  },
  Customer: { noun: 'customer', verbs: ['created', 'updated', 'deleted'], read: 'customers:read' },
  Service: { noun: 'service', verbs: kept, read: 'services:read' },
  StaffMember: { noun: 'staff', verbs: kept, read: 'staff:read' },
  Resource: { noun: 'resource', verbs: kept, read: 'staff:read' },
  Session: { noun: 'session', verbs: kept, read: 'services:read' },
  Availability: { noun: 'availability', verbs: ['changed'], read: 'availability:read' },
  Block: { noun: 'block', verbs: ['created', 'updated', 'deleted'], read: 'availability:read' },
  SeatBlock: {
    noun: 'seatblock',
    verbs: ['created', 'updated', 'deleted'],
    read: 'availability:read',
  },
  BookingLink: { noun: 'link', verbs: kept, read: 'availability:read' },
  Payment: {
    noun: 'payment',
    verbs: ['succeeded', 'refunded', 'refund_failed'],
    read: 'payments:read',
  },
  ApiKey: { noun: 'key', verbs: ['revoked'], read: 'clients:read' },
  Installation: { noun: 'app', verbs: ['installed', 'uninstalled'], read: 'apps:read' },
  Notice: { noun: 'notice', verbs: ['sent', 'skipped', 'failed'], read: 'bookings:read' },
  WebhookEndpoint: { noun: 'webhook', verbs: ['disabled'], read: 'webhooks:read' },
  CalendarSource: {
    noun: 'calendar',
    verbs: ['created', 'updated', 'deleted', 'synced', 'failed', 'entry_written', 'entry_removed'],
    read: 'calendars:read',
  },
  CalendarFeed: { noun: 'feed', verbs: ['created', 'revoked'], read: 'calendars:read' },
}

export const subjectTypes = Object.keys(subjects) as SubjectType[]

/** Every type that an event has. */
export const eventTypes: readonly string[] = Object.values(subjects).flatMap(({ noun, verbs }) =>
  verbs.map((verb) => `${noun}.${verb}`),
)

/** What events of this type are about, known or not yet; null when no subject has such events. */
export function subjectOfType(type: string): SubjectType | null {
  const [noun] = type.split('.')
  return subjectTypes.find((subject) => subjects[subject].noun === noun) ?? null
}

/** The types that are chosen, `booking.*` for all of a noun; null when a choice means none. */
export function typesOf(chosen: readonly string[]): ReadonlySet<string> | null {
  const types = new Set<string>()
  for (const choice of chosen) {
    const start = choice.endsWith('.*') ? choice.slice(0, -1) : null
    const meant = eventTypes.filter((type) => (start ? type.startsWith(start) : type === choice))
    if (meant.length === 0) return null
    for (const type of meant) types.add(type)
  }
  return types
}

/** The scope without which events of such a subject are not told; null when nobody is told. */
export function readScopeOf(subjectType: string): Scope | null {
  return Object.hasOwn(subjects, subjectType) ? subjects[subjectType as SubjectType].read : null
}

/** Whether the viewer is told of the event. */
export function isTold(viewer: Viewer, event: { accountId: string; subjectType: string }): boolean {
  const read = readScopeOf(event.subjectType)
  return read !== null && may(viewer, event.accountId, ['events:read', read])
}

/** Of which subjects the viewer is told in these accounts (uuids): accounts with the same ones. */
export function toldWithin(
  viewer: Viewer,
  accountIds: readonly string[],
): { accountIds: string[]; subjectTypes: SubjectType[] }[] {
  const groups = new Map<string, { accountIds: string[]; subjectTypes: SubjectType[] }>()
  for (const accountId of accountIds) {
    const told = subjectTypes.filter((subjectType) => isTold(viewer, { accountId, subjectType }))
    const group = groups.get(told.join()) ?? { accountIds: [], subjectTypes: told }
    group.accountIds.push(accountId)
    groups.set(told.join(), group)
  }
  return [...groups.values()].filter((group) => group.subjectTypes.length > 0)
}
