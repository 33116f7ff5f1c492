// Which notices an event of a booking means, and when one is tried again. Pure.

import { MINUTE, type Instant } from '../time/instant.ts'

/** What customers are told of bookings, and what staff are. */
const customerKinds = [
  'CONFIRMATION',
  'REQUEST',
  'CHANGE',
  'DECLINED',
  'CANCELLATION',
  'REMINDER',
  'THANKS',
] as const
export const staffKinds = ['CONFIRMATION', 'REVIEW', 'CHANGE', 'CANCELLATION'] as const

const bookingKinds = [...customerKinds, 'REVIEW'] as const

const waitlistKinds = ['WAITLIST_OFFER', 'WAITLIST_LEFT', 'WAITLIST_EXPIRED'] as const

/** What can be said in words of the account's own. */
export const noticeKinds = [...bookingKinds, ...waitlistKinds] as const

export type BookingNotice = (typeof bookingKinds)[number]
export type StaffNotice = (typeof staffKinds)[number]
export type CustomerNotice = (typeof customerKinds)[number]
/** To customers only. */
export type WaitlistNotice = (typeof waitlistKinds)[number]
export type NoticeKind = BookingNotice | WaitlistNotice

export function isOfBookings(kind: string): kind is BookingNotice {
  return (bookingKinds as readonly string[]).includes(kind)
}

export function isOfWaitlist(kind: string): kind is WaitlistNotice {
  return (waitlistKinds as readonly string[]).includes(kind)
}

export function isToStaff(kind: string): kind is StaffNotice {
  return (staffKinds as readonly string[]).includes(kind)
}

export function isToCustomer(kind: string): kind is CustomerNotice {
  return (customerKinds as readonly string[]).includes(kind)
}

/** Of an event, as far as notices depend on it. */
export type Happened = {
  id: string
  /** The transaction that wrote it. */
  xid: bigint
  accountId: string
  type: string
  staffIds: readonly string[]
  /** The stored fields that changed. */
  changed: ReadonlySet<string>
  /** Whom whoever made the change wants told; left out, everybody. */
  notify: { customer: boolean; staff: boolean; reminders?: boolean; thanks?: boolean } | null
}

/** The booking as it is now, with what its service says of reminders and thanks. */
export type Booked = {
  id: string
  status: string
  customerId: string
  startsAt: Instant
  endsAt: Instant
  reminderMinutes: readonly number[]
  /** After the end; null: not at all. */
  thanksMinutes: number | null
  /** Whether its customer is to be reminded and thanked, unless the event says something else. */
  reminds: boolean
  thanks: boolean
}

export type Planned = {
  eventId: string
  kind: NoticeKind | 'WEBHOOK_DISABLED'
  customerId: string | null
  staffId: string | null
  userId?: string
  endpointId?: string
  waitlistEntryId?: string
  bookingIds: string[]
  minutesBefore: number
  dueAt: Instant
}

/**
 * What waits and is not sent any more: all, what is planned anew for another time (reminders and
 * thanks), or what is late once somebody came (all but thanks).
 */
export type Cancels = 'ALL' | 'TIMED' | 'BUT_THANKS'

export type Plan = { cancels: Cancels | null; adds: Planned[] }

/** Whether notices of a kind are among what is not sent any more. */
export function isCancelled(cancels: Cancels, kind: string): boolean {
  if (cancels === 'ALL') return true
  return cancels === 'TIMED' ? kind === 'REMINDER' || kind === 'THANKS' : kind !== 'THANKS'
}

/** What two events together end. */
export function bothOf(one: Cancels | undefined, other: Cancels): Cancels {
  return one === undefined || one === other ? other : 'ALL'
}

/** What people are told of, and see in what they are sent. */
const shown = ['startsAt', 'endsAt', 'staffId', 'serviceId', 'sessionId', 'resourceIds']

/** What one event means; only thanks for what has begun, because nobody needs to hear of it. */
export function planOf(event: Happened, booking: Booked, now: Instant): Plan {
  const told = toldBy(event, booking)
  const { customer = true, staff = true } = event.notify ?? {}
  const { reminders = booking.reminds, thanks = booking.thanks } = event.notify ?? {}
  const adds = told.reminds && thanks ? thanksOf(event, booking, now) : []
  if (booking.startsAt <= now) return { cancels: told.cancels, adds }
  const base = { eventId: event.id, bookingIds: [booking.id], minutesBefore: 0, dueAt: now }
  if (told.customer && customer) {
    const { customerId } = booking
    adds.push({ ...base, kind: told.customer, customerId, staffId: null })
  }
  if (told.staff && staff) {
    const kind = told.staff
    adds.push(...event.staffIds.map((staffId) => ({ ...base, kind, customerId: null, staffId })))
  }
  if (told.reminds && reminders) adds.push(...remindersOf(event, booking, now))
  return { cancels: told.cancels, adds }
}

/** What an event of the waitlist has told to who waits. */
export const waitlistNotices: Readonly<Record<string, WaitlistNotice>> = {
  'waitlist.offered': 'WAITLIST_OFFER',
  'waitlist.left': 'WAITLIST_LEFT',
  'waitlist.expired': 'WAITLIST_EXPIRED',
}

type Told = {
  customer: CustomerNotice | null
  staff: StaffNotice | null
  reminds: boolean
  cancels: Plan['cancels']
}

const nothing: Told = { customer: null, staff: null, reminds: false, cancels: null }

function toldBy({ type, changed }: Happened, { status }: Booked): Told {
  const isOpen = status === 'CONFIRMED' || status === 'PENDING'
  const reminds = status === 'CONFIRMED'
  switch (type) {
    case 'booking.created':
      // What was ended since is told of by the event of its end.
      if (!isOpen) return nothing
      return reminds
        ? { ...nothing, customer: 'CONFIRMATION', staff: 'CONFIRMATION', reminds }
        : { ...nothing, customer: 'REQUEST', staff: 'REVIEW' }
    case 'booking.confirmed':
      return reminds ? { ...nothing, customer: 'CONFIRMATION', reminds } : nothing
    case 'booking.rescheduled':
    case 'booking.updated': {
      if (!isOpen) return nothing
      const isSwitched = changed.has('reminds') || changed.has('thanks')
      if (!shown.some((field) => changed.has(field))) {
        return isSwitched ? { ...nothing, reminds, cancels: 'TIMED' } : nothing
      }
      return { customer: 'CHANGE', staff: 'CHANGE', reminds, cancels: 'TIMED' }
    }
    case 'booking.declined':
      return { ...nothing, customer: 'DECLINED', cancels: 'ALL' }
    case 'booking.cancelled':
      return { ...nothing, customer: 'CANCELLATION', staff: 'CANCELLATION', cancels: 'ALL' }
    case 'booking.completed':
      return { ...nothing, cancels: 'BUT_THANKS' }
    case 'booking.no_show':
      return { ...nothing, cancels: 'ALL' }
    default:
      return nothing
  }
}

function remindersOf(event: Happened, booking: Booked, now: Instant): Planned[] {
  const { id, customerId, startsAt, reminderMinutes } = booking
  return reminderMinutes
    .map((minutesBefore) => ({
      eventId: event.id,
      kind: 'REMINDER' as const,
      customerId,
      staffId: null,
      bookingIds: [id],
      minutesBefore,
      dueAt: startsAt - minutesBefore * MINUTE,
    }))
    .filter(({ dueAt }) => dueAt > now)
}

function thanksOf(event: Happened, booking: Booked, now: Instant): Planned[] {
  const { id, customerId, endsAt, thanksMinutes } = booking
  if (thanksMinutes === null) return []
  const dueAt = endsAt + thanksMinutes * MINUTE
  const about = { customerId, staffId: null, bookingIds: [id], minutesBefore: 0 }
  return dueAt > now ? [{ ...about, eventId: event.id, kind: 'THANKS', dueAt }] : []
}

/** Whom one transaction tells the same of several bookings is told once, of all of them. */
export function together(planned: readonly (Planned & { xid: bigint })[]): Planned[] {
  const groups = Map.groupBy(planned, (each) =>
    each.kind === 'REMINDER' || each.kind === 'THANKS'
      ? each
      : [each.xid, each.kind, each.customerId ?? each.staffId].join(' '),
  )
  return [...groups.values()].map((group) => {
    const [{ xid: _, ...first }] = group as [Planned & { xid: bigint }]
    return { ...first, bookingIds: [...new Set(group.flatMap(({ bookingIds }) => bookingIds))] }
  })
}
