// The rules of the waitlist: what can be waited for, what fits whom, what may free something, and
// what an entry may become. Pure; sentences are public.

import { isTaking } from '../availability/touch.ts'
import type { Issue } from '../errors.ts'
import type { LoggedEvent } from '../events/event.ts'
import { DAY, MINUTE, type Instant } from '../time/instant.ts'
import { fromPairs } from '../time/interval-set.ts'

export type WaitlistState = 'WAITING' | 'OFFERED' | 'BOOKED' | 'LEFT' | 'EXPIRED'

/** What somebody waits for: a session, or a start in `[fromAt, untilAt)`. */
export type Wanted = {
  sessionId: string | null
  fromAt: Date | null
  untilAt: Date | null
  /** With one of these; empty means anybody. */
  staffIds: readonly string[]
  partySize: number
}

const longestDays = 62
const mostStaff = 50

/** Everything that is wrong with such a wish; empty when it is legal. Paths are input fields. */
export function wishIssues(wish: Wanted, now: Instant): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  const { sessionId, fromAt, untilAt, staffIds } = wish
  want(staffIds.length <= mostStaff, 'staffIds', `Name at most ${mostStaff} staff members.`)
  if (sessionId !== null) {
    const alone = fromAt === null && untilAt === null && staffIds.length === 0
    want(
      alone,
      'sessionId',
      'A session has its own time and staff: leave from, to and staffIds out.',
    )
    return issues
  }
  if (fromAt === null || untilAt === null) {
    const message = 'Say what is waited for: from when and until when (from, to), or a session.'
    want(false, fromAt === null ? 'from' : 'to', message)
    return issues
  }
  want(fromAt < untilAt, 'to', 'The time that is waited for ends after it begins.')
  want(untilAt.getTime() > now, 'to', 'The time that is waited for is over.')
  want(
    untilAt.getTime() - fromAt.getTime() <= longestDays * DAY,
    'to',
    `The time that is waited for is at most ${longestDays} days.`,
  )
  return issues
}

type Offered = {
  startsAt: Instant
  staffIds: readonly string[]
  sessionId: string | null
  seatsAvailable: number | null
}

/** Whether what is free is what is wanted. */
export function fits(wanted: Wanted, offer: Offered): boolean {
  const { sessionId, fromAt, untilAt, staffIds, partySize } = wanted
  if (offer.seatsAvailable !== null && offer.seatsAvailable < partySize) return false
  if (sessionId !== null) return offer.sessionId === sessionId
  const isWithin =
    offer.startsAt >= (fromAt?.getTime() ?? -Infinity) &&
    offer.startsAt < (untilAt?.getTime() ?? Infinity)
  return isWithin && (staffIds.length === 0 || staffIds.some((id) => offer.staffIds.includes(id)))
}

/** The stretches of time in which any of these may find something, from now on; half-open. */
export function stretchesOf(
  wishes: readonly (Wanted & { sessionStartsAt: Date | null })[],
  now: Instant,
): { from: Instant; to: Instant }[] {
  const pairs = wishes.flatMap(({ fromAt, untilAt, sessionStartsAt }) => {
    const session = sessionStartsAt?.getTime()
    const from = Math.max(now, session ?? fromAt?.getTime() ?? now)
    const to = session === undefined ? (untilAt?.getTime() ?? now) : session + 1
    return from < to ? [from, to] : []
  })
  const set = fromPairs(pairs)
  return Array.from({ length: set.length / 2 }, (_, index) => ({
    from: set[2 * index] ?? 0,
    to: set[2 * index + 1] ?? 0,
  }))
}

type Told = Pick<LoggedEvent, 'type' | 'subjectType' | 'about' | 'changes'>

/** These only take. */
const takers: ReadonlySet<string> = new Set([
  'booking.created',
  'hold.placed',
  'block.created',
  'seatblock.created',
  'session.archived',
  'service.archived',
  'staff.archived',
  'resource.archived',
])

/** Whether something may be free after this that was not. */
export function mayFree(event: Told): boolean {
  return isTaking(event) && !takers.has(event.type)
}

/** Until when an offer stands: for the account's time, and never beyond the start. */
export function offerUntil(now: Instant, minutes: number, startsAt: Instant): Date {
  return new Date(Math.min(now + minutes * MINUTE, startsAt))
}

type OfferHold = { state: 'LIVE' | 'USED' | 'RELEASED' | 'EXPIRED'; expiresAt: Date }

/** What becomes of an offer with this hold; null while it stands. */
export function endOf(
  { state, expiresAt }: OfferHold,
  now: Instant,
): 'BOOKED' | 'LEFT' | 'EXPIRED' | null {
  switch (state) {
    case 'LIVE':
      return expiresAt.getTime() <= now ? 'EXPIRED' : null
    case 'USED':
      return 'BOOKED'
    case 'RELEASED':
      return 'LEFT'
    case 'EXPIRED':
      return 'EXPIRED'
    default:
      return state satisfies never
  }
}

/** The event that tells of an entry that came to this. */
export const typeOfState = {
  WAITING: 'waitlist.joined',
  OFFERED: 'waitlist.offered',
  BOOKED: 'waitlist.booked',
  LEFT: 'waitlist.left',
  EXPIRED: 'waitlist.expired',
} as const satisfies Record<WaitlistState, string>

/** Why an entry cannot be left, or null when it can. */
export function refusedLeave(from: WaitlistState) {
  if (from === 'WAITING' || from === 'OFFERED') return null
  const message = `The entry is ${from} and cannot become LEFT; its waiting has ended.`
  return { code: 'ILLEGAL_TRANSITION' as const, message, from, to: 'LEFT' }
}
