// From the log to notices: every event of a booking becomes what people are told of it, once,
// whichever node reads it.

import { createFollower, type Follower, type Following } from '../events/follower.ts'
import type { LoggedEvent } from '../events/event.ts'
import type { Reader } from '../db/reader.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { adding, bookedNow, cancelling, cancellingOffers, makersOf } from './notice.data.ts'
import {
  bothOf,
  isCancelled,
  planOf,
  together,
  waitlistNotices,
  type Cancels,
  type Happened,
  type Planned,
} from './notice.ts'

type Options = Pick<Following, 'db' | 'clock' | 'log' | 'pollMs'> & {
  /** Notices were added. */
  onAdded: () => void
}

export function createNoticePlanner({ onAdded, ...options }: Options): Follower {
  return createFollower({
    ...options,
    name: 'notices',
    onWritten: onAdded,
    written: (read, events) => statementsFor(read, events, options.clock.now()),
  })
}

type Cancelled = { accountId: string; bookingId: string; cancels: Cancels }

async function statementsFor(
  read: Reader,
  events: readonly LoggedEvent[],
  now: Instant,
): Promise<Prisma.Sql[]> {
  const disabled = events.filter(({ type }) => type === 'webhook.disabled')
  const statements = await ofEndpoints(read, disabled, now)
  return [...statements, ...ofWaitlist(events, now), ...(await ofBookings(read, events, now))]
}

const endsOffer: ReadonlySet<string> = new Set([
  'waitlist.booked',
  'waitlist.left',
  'waitlist.expired',
])

/** Who waits is told of an offer, and of the end of it or of the waiting, unless by a booking. */
function ofWaitlist(events: readonly LoggedEvent[], now: Instant): Prisma.Sql[] {
  const told = events.filter(({ subjectType }) => subjectType === 'WaitlistEntry')
  const ended = told.filter(({ type }) => endsOffer.has(type))
  const planned = told.flatMap(({ id: eventId, accountId, type, subjectId, about }) => {
    const kind = waitlistNotices[type]
    const { customerId, notify } = about
    if (!kind || !customerId || notify?.customer === false) return []
    const base = { staffId: null, bookingIds: [], minutesBefore: 0, dueAt: now }
    return [{ ...base, eventId, accountId, kind, customerId, waitlistEntryId: subjectId }]
  })
  const keys = ended.map(({ accountId, subjectId: entryId }) => ({ accountId, entryId }))
  return [
    ...(keys.length > 0 ? [cancellingOffers(keys, now)] : []),
    ...(planned.length > 0 ? [adding(planned, now)] : []),
  ]
}

/** Whoever made an endpoint is told once that it is disabled, however many accounts it is told. */
async function ofEndpoints(
  read: Reader,
  events: readonly LoggedEvent[],
  now: Instant,
): Promise<Prisma.Sql[]> {
  if (events.length === 0) return []
  const told = events.map(({ accountId, subjectId }) => ({ accountId, endpointId: subjectId }))
  const makers = await makersOf(read, told)
  const planned = events.flatMap(({ id: eventId, accountId, subjectId: endpointId }) => {
    const maker = makers.get(endpointId)
    if (maker?.accountId !== accountId) return []
    const { userId } = maker
    const kind = 'WEBHOOK_DISABLED' as const
    const nobody = { customerId: null, staffId: null, bookingIds: [], minutesBefore: 0 }
    return [{ ...nobody, eventId, kind, userId, endpointId, accountId, dueAt: now }]
  })
  return planned.length > 0 ? [adding(planned, now)] : []
}

async function ofBookings(
  read: Reader,
  events: readonly LoggedEvent[],
  now: Instant,
): Promise<Prisma.Sql[]> {
  const told = events.filter(({ subjectType }) => subjectType === 'Booking')
  if (told.length === 0) return []
  const keys = told.map(({ accountId, subjectId }) => ({ accountId, bookingId: subjectId }))
  const booked = await bookedNow(read, keys)
  let planned: (Planned & { xid: bigint; accountId: string })[] = []
  const cancelled = new Map<string, Cancelled>()
  for (const event of told) {
    const { accountId, subjectId: bookingId, xid } = event
    const booking = booked.get(bookingId)
    if (!booking) continue
    const { cancels, adds } = planOf(happened(event), booking, now)
    if (cancels) {
      planned = planned.filter(
        ({ bookingIds, kind }) => bookingIds[0] !== bookingId || !isCancelled(cancels, kind),
      )
      const before = cancelled.get(bookingId)?.cancels
      cancelled.set(bookingId, { accountId, bookingId, cancels: bothOf(before, cancels) })
    }
    planned.push(...adds.map((each) => ({ ...each, xid, accountId })))
  }
  const statements: Prisma.Sql[] = []
  if (cancelled.size > 0) statements.push(cancelling([...cancelled.values()], now))
  const adds = [...Map.groupBy(planned, ({ accountId }) => accountId)].flatMap(([accountId, own]) =>
    together(own).map((each) => ({ ...each, accountId })),
  )
  if (adds.length > 0) statements.push(adding(adds, now))
  return statements
}

function happened(event: LoggedEvent): Happened {
  const { id, xid, accountId, type, about, changes } = event
  return {
    id,
    xid,
    accountId,
    type,
    staffIds: about.staffIds ?? [],
    changed: new Set(changes.map(({ field }) => field)),
    notify: about.notify ?? null,
  }
}
