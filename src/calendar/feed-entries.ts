// From what the database says of bookings and sessions to the entries of a calendar. What the feed
// may not show leaves no trace in them. Pure.

import type { Scope } from '../auth/scope.ts'
import type { FeedModel } from './feed.ts'
import type { CalendarEntry } from './ics.ts'

/** A booking, or a session with the seats of all its bookings. Times are epoch milliseconds. */
export type FeedFact = {
  kind: 'BOOKING' | 'SESSION'
  id: string
  version: number
  /** Of a booking its own; of a session CONFIRMED or CANCELLED. */
  status: string
  startsAt: number
  endsAt: number
  updatedAt: number
  /** Null for a session. */
  number: string | null
  service: string
  /** Heads of a booking, or all that come to a session. */
  heads: number
  /** Null for a booking. */
  capacity: number | null
  notes: string | null
  customer: { name: string; email: string | null; phone: string | null } | null
  staff: string[]
  resources: string[]
}

type Showing = { model: FeedModel; accountName: string; scopes: ReadonlySet<Scope> }

/** The same in every calendar and mail, whatever becomes of the booking. */
export function entryUid(id: string): string {
  return `${id}@slotgraph`
}

/** The booking or session of an entry; null for entries of others. */
export function entryId(uid: string): string | null {
  return /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})@slotgraph$/.exec(uid.trim())?.[1] ?? null
}

export function feedEntry(fact: FeedFact, showing: Showing): CalendarEntry {
  const { scopes } = showing
  return {
    uid: entryUid(fact.id),
    sequence: fact.version,
    startsAt: fact.startsAt,
    endsAt: fact.endsAt,
    stampedAt: fact.updatedAt,
    status: statusOf(fact.status),
    summary: summaryOf(fact, showing),
    description: descriptionOf(fact, showing).join('\n'),
    ...(scopes.has('staff:read') &&
      fact.resources.length > 0 && { location: fact.resources.join(', ') }),
  }
}

function statusOf(status: string): CalendarEntry['status'] {
  if (status === 'PENDING') return 'TENTATIVE'
  return status === 'CANCELLED' || status === 'DECLINED' ? 'CANCELLED' : 'CONFIRMED'
}

/** "Cut – Ada Lovelace", "Yoga (8 of 12)"; to the customer, whose name they know: "Cut – Salon". */
function summaryOf(fact: FeedFact, { model, accountName, scopes }: Showing): string {
  const what = scopes.has('services:read') ? fact.service : 'Booking'
  if (fact.capacity !== null) return `${what} (${fact.heads} of ${fact.capacity})`
  if (model === 'Customer') return `${what} – ${accountName}`
  const name = scopes.has('customers:read') ? fact.customer?.name : undefined
  return name ? `${what} – ${name}` : what
}

function descriptionOf(fact: FeedFact, { model, scopes }: Showing): string[] {
  const { number, heads, capacity, staff, customer, notes } = fact
  const isOwn = model === 'Customer'
  const lines: (string | null)[] = [
    number,
    capacity === null && heads > 1 ? `× ${heads}` : null,
    scopes.has('staff:read') && model !== 'StaffMember' ? staff.join(', ') : null,
    ...(isOwn || !scopes.has('customers:contact')
      ? []
      : [customer?.email ?? null, customer?.phone ?? null]),
    isOwn ? null : notes,
  ]
  return lines.filter((line): line is string => line !== null && line !== '')
}
