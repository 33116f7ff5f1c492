// A booking's life: which status may follow which, what a cancellation gives back, what a party is.
// Pure: `now` is an argument; sentences are public.

import { invalid, type Issue, type RefusalCode } from '../errors.ts'
import { HOUR, type Instant } from '../time/instant.ts'

export type BookingStatus =
  | 'PENDING'
  | 'CONFIRMED'
  | 'DECLINED'
  | 'CANCELLED'
  | 'COMPLETED'
  | 'NO_SHOW'

const after: Record<BookingStatus, readonly BookingStatus[]> = {
  PENDING: ['CONFIRMED', 'DECLINED', 'CANCELLED'],
  CONFIRMED: ['CANCELLED', 'COMPLETED', 'NO_SHOW'],
  DECLINED: [],
  CANCELLED: [],
  COMPLETED: ['NO_SHOW'],
  NO_SHOW: ['COMPLETED'],
}

export type StatusRefusal = {
  code: Extract<RefusalCode, 'ILLEGAL_TRANSITION' | 'ALREADY_CANCELLED'>
  message: string
  from: BookingStatus
  to: BookingStatus
}

/** Why the booking may not go to this status now, or null when it may. */
export function refusedTransition(
  booking: { number: string; status: BookingStatus; startsAt: Date },
  to: BookingStatus,
  now: Instant,
): StatusRefusal | null {
  const from = booking.status
  const refuse = (message: string, code: StatusRefusal['code'] = 'ILLEGAL_TRANSITION') => ({
    code,
    message: `Booking ${booking.number} ${message}`,
    from,
    to,
  })
  if (to === 'CANCELLED' && from === 'CANCELLED') {
    return refuse('is cancelled already.', 'ALREADY_CANCELLED')
  }
  if (!after[from].includes(to)) {
    const next = after[from].length > 0 ? after[from].join(' or ') : 'nothing else'
    return refuse(`is ${from} and cannot become ${to}; it can become ${next}.`)
  }
  const attended = to === 'COMPLETED' || to === 'NO_SHOW'
  if (attended && booking.startsAt.getTime() > now) {
    return refuse(
      `starts at ${booking.startsAt.toISOString()} and cannot become ${to} before it has started.`,
    )
  }
  return null
}

/** Why a booking in this status may not be moved, reassigned or edited, or null when it may. */
export function refusedEdit(
  booking: { number: string; status: BookingStatus },
  moves: boolean,
): StatusRefusal | null {
  const { number, status: from } = booking
  if (from === 'CANCELLED') {
    const message = `Booking ${number} is cancelled and cannot be changed.`
    return { code: 'ALREADY_CANCELLED', message, from, to: from }
  }
  if (from === 'DECLINED' || (moves && from !== 'PENDING' && from !== 'CONFIRMED')) {
    const message = `Booking ${number} is ${from} and cannot be ${moves ? 'moved' : 'changed'}.`
    return { code: 'ILLEGAL_TRANSITION', message, from, to: from }
  }
  return null
}

export type Refund = 'POLICY' | 'FULL' | 'NONE'

export type CancelPolicy = { cancelFreeHours: number; cancelRefundPercent: number }

/** The last instant at which a cancellation gives back all that was paid. */
export function freeUntil(booking: { startsAt: Date }, policy: CancelPolicy): Instant {
  return booking.startsAt.getTime() - policy.cancelFreeHours * HOUR
}

/** What a cancellation now gives back, in minor units; never more than was paid. */
export function refundDue(
  booking: { startsAt: Date; amountPaidMinor: number },
  policy: CancelPolicy,
  refund: Refund,
  now: Instant,
): number {
  if (refund === 'NONE') return 0
  if (refund === 'FULL') return booking.amountPaidMinor
  const percent = now <= freeUntil(booking, policy) ? 100 : policy.cancelRefundPercent
  return Math.floor((booking.amountPaidMinor * percent) / 100)
}

export type CustomerMay = { moveUntil: Instant | null; cancelUntil: Instant | null }

/**
 * Until when the customer may move and cancel a booking themselves; null: not, or not any more. Who
 * could move it when cancelling costs would cancel for nothing a moment later.
 */
export function customerMay(
  booking: { status: BookingStatus; startsAt: Date },
  policy: CancelPolicy,
  now: Instant,
): CustomerMay {
  const isOpen = booking.status === 'PENDING' || booking.status === 'CONFIRMED'
  const startsAt = booking.startsAt.getTime()
  const costs = policy.cancelRefundPercent < 100
  const moveUntil = costs ? Math.min(startsAt, freeUntil(booking, policy)) : startsAt
  return {
    moveUntil: isOpen && now <= moveUntil && now < startsAt ? moveUntil : null,
    cancelUntil: isOpen && now < startsAt ? startsAt : null,
  }
}

/** The most that one booking may cost, in minor units. */
export const highestPriceMinor = 2_147_483_647

/** A price, unless it is more than one booking may cost. */
export function chargeable(priceMinor: number): number {
  if (priceMinor <= highestPriceMinor) return priceMinor
  const message = `The price comes to ${priceMinor}; one booking costs at most ${highestPriceMinor}.`
  throw invalid(['partySize'], message)
}

export type PartyPart = { category: string; count: number }

/** Heads of a party: the sum of its parts when they are named, else the size given, else one. */
export function headCount(size: number | null | undefined, parts: readonly PartyPart[]): number {
  if (parts.length === 0) return size ?? 1
  return parts.reduce((heads, { count }) => heads + count, 0)
}

/** What is wrong with a party; `categories` are the account's own codes. */
export function partyIssues(
  size: number | null | undefined,
  parts: readonly PartyPart[],
  categories: readonly string[],
): Issue[] {
  const issues: Issue[] = []
  const heads = headCount(size, parts)
  if (size != null && parts.length > 0 && size !== heads) {
    issues.push({
      path: ['partySize'],
      message: `partySize is ${size}, but the counts of the party add up to ${heads}.`,
    })
  }
  if (heads < 1) issues.push({ path: ['partySize'], message: 'A party has at least one head.' })
  parts.forEach(({ category, count }, index) => {
    const path = ['party', String(index)]
    if (!categories.includes(category)) {
      const known = categories.map((code) => `"${code}"`).join(', ') || 'none'
      const message = `"${category}" is no party category of this account; it has ${known}.`
      issues.push({ path: [...path, 'category'], message })
    }
    if (count < 0) issues.push({ path: [...path, 'count'], message: `${count} is below 0.` })
  })
  return issues
}

/** What is wrong with so many of a party having come, or null. */
export function attendanceFault(attended: number, partySize: number): string | null {
  if (attended < 1) return 'Nobody came: mark it as a no-show instead.'
  return attended > partySize ? `${attended} cannot come of a party of ${partySize}.` : null
}

// No 0 O 1 I L U: a number is read aloud and typed by hand.
const alphabet = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * A booking number from random bytes, such as "K7M4QXB"; the account's unique index has the last
 * word.
 */
export function bookingNumber(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 7), (byte) => alphabet[byte % alphabet.length]).join('')
}
