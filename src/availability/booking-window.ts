// When a service can be booked and for how many: notice, days ahead, bookable dates, party size.
// One reading of these rules for appointments and for sessions. Pure: `now` is an argument.

import { MINUTE } from '../time/instant.ts'
import type { Instant } from '../time/instant.ts'
import { dayStart, localDayOf } from '../time/zone.ts'
import type { Zone } from '../time/zone.ts'

/** Days are local days of the account, counted since 1970-01-01; null means no such limit. */
export type BookingRules = {
  readonly minNoticeMinutes: number
  readonly maxAdvanceDays: number | null
  readonly bookableFromDay: number | null
  readonly bookableUntilDay: number | null
  readonly minParty: number
  readonly maxParty: number | null
}

/** Starts `[earliestAt, endAt)` may be booked now; `lastDay` is the last bookable local day. */
export type BookingWindow = {
  readonly earliestAt: Instant
  readonly endAt: Instant
  readonly lastDay: number | null
}

export type PartyRefusal =
  | { readonly ok: false; readonly reason: 'PARTY_TOO_SMALL'; readonly minParty: number }
  | { readonly ok: false; readonly reason: 'PARTY_TOO_LARGE'; readonly maxParty: number }

export type WindowRefusal =
  | { readonly ok: false; readonly reason: 'TOO_SOON'; readonly earliestAt: Instant }
  | { readonly ok: false; readonly reason: 'TOO_LATE'; readonly lastDay: number }

export function bookingWindow(rules: BookingRules, zone: Zone, now: Instant): BookingWindow {
  let earliestAt = now + rules.minNoticeMinutes * MINUTE
  if (rules.bookableFromDay !== null) {
    earliestAt = Math.max(earliestAt, dayStart(zone, rules.bookableFromDay))
  }
  let lastDay = rules.bookableUntilDay
  if (rules.maxAdvanceDays !== null) {
    const furthest = localDayOf(zone, now) + rules.maxAdvanceDays
    lastDay = lastDay === null ? furthest : Math.min(lastDay, furthest)
  }
  const endAt = lastDay === null ? Infinity : dayStart(zone, lastDay + 1)
  return { earliestAt, endAt, lastDay }
}

export function refusedParty(rules: BookingRules, partySize: number): PartyRefusal | null {
  const { minParty, maxParty } = rules
  if (partySize < minParty) return { ok: false, reason: 'PARTY_TOO_SMALL', minParty }
  if (maxParty !== null && partySize > maxParty) {
    return { ok: false, reason: 'PARTY_TOO_LARGE', maxParty }
  }
  return null
}

export function refusedStart(window: BookingWindow, startsAt: Instant): WindowRefusal | null {
  const { earliestAt, endAt, lastDay } = window
  if (lastDay !== null && startsAt >= endAt) return { ok: false, reason: 'TOO_LATE', lastDay }
  if (startsAt < earliestAt) return { ok: false, reason: 'TOO_SOON', earliestAt }
  return null
}
