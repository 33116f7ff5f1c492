// The facts a slot is judged by, as plain data: what the data floor loads and rules read.
// No reading, no clock and no calculation but the range of instants the facts must cover.

import { MINUTE } from '../time/instant.ts'
import type { Instant } from '../time/instant.ts'
import type { IntervalSet } from '../time/interval-set.ts'
import { localDayOf } from '../time/zone.ts'
import type { Zone } from '../time/zone.ts'
import type { BookingRules } from './booking-window.ts'
import type { Calendar, Hours, OwnHours, WeeklyHours } from './hours.ts'
import { windowAnchorStart } from './step-grid.ts'

export type SlotRules = BookingRules & {
  readonly durationMinutes: number
  readonly bufferBeforeMinutes: number
  readonly bufferAfterMinutes: number
  readonly slotStepMinutes: number
  /** The step is counted from local midnight of the account, or from each free window's start. */
  readonly stepFrom: 'MIDNIGHT' | 'WINDOW'
  /** Bookings of the service per local day of the account; null means no limit. */
  readonly dailyLimit: number | null
}

/** Bookings already made, by local day of the account. A day that is not there has none. */
export type BookedByDay = ReadonlyMap<number, number>

export type SlotStaff = OwnHours & {
  readonly id: string
  /** Bookings widened by their own buffers, live holds, blocks and outside busy times. */
  readonly busy: IntervalSet
  readonly durationMinutes?: number | null
  readonly dailyLimit?: number | null
  readonly bookedByDay: BookedByDay
}

/** A resource with one busy set for each of its units. */
export type SlotResource = OwnHours & {
  readonly id: string
  readonly units: readonly IntervalSet[]
}

export type SlotWorld = {
  readonly now: Instant
  /** Zone and hours of the account; its hours apply to whoever has none of their own. */
  readonly account: Calendar
  readonly service: SlotRules
  /** Hours of the service itself; null means that it adds none. */
  readonly serviceHours?: Hours | null
  /** Weekly hours of a window that whoever asks is held to; none or null: no such hours. */
  readonly windowHours?: readonly WeeklyHours[] | null
  readonly bookedByDay: BookedByDay
  /** `ANY` one of the staff, all of them together (`COLLECTIVE`), or `NONE` needed. */
  readonly staffMode: 'ANY' | 'COLLECTIVE' | 'NONE'
  readonly staff: readonly SlotStaff[]
  /** For each requirement one free unit of one of its alternatives, first come first chosen. */
  readonly requirements: readonly (readonly SlotResource[])[]
  readonly partySize: number
  /** The length asked for; null takes the staff member's own, else the service's. */
  readonly durationMinutes?: number | null
}

/** Elapsed minutes of a slot with these staff; together they take the longest of their lengths. */
export function durationOf(
  world: Pick<SlotWorld, 'service' | 'durationMinutes'>,
  staff: readonly Pick<SlotStaff, 'durationMinutes'>[],
): number {
  if (world.durationMinutes != null) return world.durationMinutes
  let longest = 0
  for (const member of staff) {
    longest = Math.max(longest, member.durationMinutes ?? world.service.durationMinutes)
  }
  return longest > 0 ? longest : world.service.durationMinutes
}

/**
 * The range whose busy times decide over starts in `[from, to)`. `longestMinutes` is the longest
 * length a slot may have. More may be given; less makes answers wrong.
 */
export function rangeToLoad(
  zone: Zone,
  service: SlotRules,
  longestMinutes: number,
  from: Instant,
  to: Instant,
): { readonly start: Instant; readonly end: Instant } {
  const reach = from - service.bufferBeforeMinutes * MINUTE
  const start =
    service.stepFrom === 'WINDOW'
      ? Math.min(reach, windowAnchorStart(zone, localDayOf(zone, from)))
      : reach
  return { start, end: to + (longestMinutes + service.bufferAfterMinutes) * MINUTE }
}
