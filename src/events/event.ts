// What an event is: a fact that happened, written in the transaction of the change it tells of.

import { isDeepStrictEqual } from 'node:util'

export type SubjectType =
  | 'Account'
  | 'Booking'
  | 'Hold'
  | 'Customer'
  | 'Service'
  | 'StaffMember'
  | 'Resource'
  | 'Session'
  | 'WaitlistEntry'
  | 'Availability'
  | 'Block'
  | 'SeatBlock'
  | 'BookingLink'
  | 'Payment'
  | 'ApiKey'
  | 'Installation'
  | 'WebhookEndpoint'
  | 'Notice'
  | 'CalendarFeed'
  | 'CalendarSource'

/** One changed field of the subject. JSON values; null for absent. */
export type Change = { field: string; from: unknown; to: unknown }

/** Whom whoever made a change wants told of it. */
export type Notify = {
  customer: boolean
  staff: boolean
  reminders?: boolean
  thanks?: boolean
}

/** Ids (uuids) of what the event is about, by which subscribers filter. */
export type About = {
  bookingId?: string | null
  serviceId?: string | null
  staffIds?: string[]
  resourceIds?: string[]
  customerId?: string | null
  sessionId?: string | null
  linkId?: string | null
  /** For whoever sends notices; left out, everybody is told. Shown to nobody. */
  notify?: Notify
}

/** What an action hands to `appendEvent`. */
export type NewEvent = {
  type: string
  accountId: string
  subjectType: SubjectType
  subjectId: string
  /** Version of the subject after the change; 1 for what has none. */
  subjectVersion: number
  about?: About
  changes?: Change[]
}

/** An event as it stands in the log: one row of "Event". */
export type LoggedEvent = {
  xid: bigint
  seq: bigint
  id: string
  accountId: string
  type: string
  occurredAt: Date
  actorKind: string
  actorId: string | null
  actorName: string
  subjectType: string
  subjectId: string
  subjectVersion: number
  about: About
  changes: Change[]
}

/**
 * The fields that differ between two states, in the order of `fields`. Dates compare by instant.
 */
export function changesBetween(
  before: Record<string, unknown> | null,
  after: Record<string, unknown>,
  fields: readonly string[],
): Change[] {
  const changes: Change[] = []
  for (const field of fields) {
    const from = plain(before?.[field])
    const to = plain(after[field])
    if (!isSame(from, to)) changes.push({ field, from, to })
  }
  return changes
}

// What a JSON column gives back has its members in another order.
function isSame(from: unknown, to: unknown): boolean {
  return JSON.stringify(from) === JSON.stringify(to) || isDeepStrictEqual(from, to)
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : (value ?? null)
}
