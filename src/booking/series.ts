// Bookings made together by a rule: how many, what was left out, which of them a cancellation
// means, and how the refusal of one of them reads. Pure.

import type { Refusal, RefusalCode } from '../errors.ts'
import { sayInstant, type Zone } from '../time/zone.ts'
import type { Instant } from '../time/instant.ts'
import type { BookingStatus } from './booking.ts'

/** The most times that a rule may give. */
export const maxOccurrences = 366

/** What is done about times that cannot be booked: nothing is booked, or they are left out. */
export type SeriesPolicy = 'ALL_OR_NOTHING' | 'SKIP_CONFLICTS'

/** A time of the rule that was left out, as it is kept. */
export type Skipped = { startsAt: string; code: RefusalCode; message: string }

export type SeriesPart = 'THIS_ONLY' | 'THIS_AND_LATER' | 'ALL'

/** The refusal of a series because of one of its times; `index` counts from 0. */
export function occurrenceRefusal(
  zone: Zone,
  index: number,
  startsAt: Instant,
  refusal: Refusal,
): Refusal {
  const when = `Time ${index + 1} of the series, ${sayInstant(zone, startsAt)}:`
  const ofTime = refusal.path === undefined || /^(startsAt|sessionId)$/.test(refusal.path[0] ?? '')
  const path = ofTime ? [index === 0 ? 'startsAt' : 'rule'] : refusal.path
  return { ...refusal, message: `${when} ${refusal.message}`, ...(path && { path }) }
}

type Member = { id: string; status: BookingStatus; startsAt: Date }

/**
 * Which bookings of a series a cancellation means: the named one, and of the others those that are
 * still to come. What has started, ended or was cancelled stays as it is.
 */
export function partOf<M extends Member>(
  members: readonly M[],
  part: SeriesPart,
  named: M | null,
  now: Instant,
): M[] {
  return members.filter((member) => {
    if (member.status !== 'PENDING' && member.status !== 'CONFIRMED') return false
    if (member.id === named?.id) return true
    if (part === 'THIS_ONLY' || member.startsAt.getTime() <= now) return false
    return part === 'ALL' || (named !== null && member.startsAt >= named.startsAt)
  })
}
