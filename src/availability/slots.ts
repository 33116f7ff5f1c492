// Offering and accepting appointments. A list and a check are the same search over a wide and a
// one-instant range, so what is offered can be booked and the other way round. Pure.

import { DAY, MINUTE } from '../time/instant.ts'
import type { Instant } from '../time/instant.ts'
import { bookingWindow, refusedParty, refusedStart } from './booking-window.ts'
import type { PartyRefusal, WindowRefusal } from './booking-window.ts'
import type { SlotStaff, SlotWorld } from './slot-world.ts'
import { findSlots } from './starts.ts'
import type { Relaxed, Slot } from './starts.ts'
import { startsFromMidnight } from './step-grid.ts'

/** In the order in which they are looked for; the first that applies is the answer. */
export type SlotRefusal =
  | PartyRefusal
  /** Nobody who was asked for can do it at all. */
  | { readonly ok: false; readonly reason: 'NO_STAFF' }
  /** A required kind of resource has no unit at all; `requirement` is its index. */
  | { readonly ok: false; readonly reason: 'NO_RESOURCE'; readonly requirement: number }
  | WindowRefusal
  /** The hours of the service, the staff or the resources leave no room for it. */
  | { readonly ok: false; readonly reason: 'OUTSIDE_HOURS' }
  | { readonly ok: false; readonly reason: 'OFF_STEP'; readonly stepMinutes: number }
  /** Bookings, holds, blocks or busy times leave no room for it. */
  | { readonly ok: false; readonly reason: 'TAKEN' }
  | { readonly ok: false; readonly reason: 'DAILY_LIMIT'; readonly of: 'SERVICE' | 'STAFF' }

export type AcceptedStart = {
  readonly ok: true
  readonly startsAt: Instant
  /** When staff need different lengths, the shortest; `staffIds` are those who need just that. */
  readonly endsAt: Instant
  readonly staffIds: Slot['staffIds']
  readonly resources: Slot['resources']
}

/**
 * Every slot that starts in `[from, to)` and may be booked now. The same start appears once for
 * each different end. `wantedStaffIds` narrows `ANY`; `COLLECTIVE` always needs all of its staff.
 */
export function listSlots(
  world: SlotWorld,
  from: Instant,
  to: Instant,
  wantedStaffIds?: readonly string[] | null,
): Slot[] {
  if (refusedParty(world.service, world.partySize) !== null) return []
  const window = bookingWindow(world.service, world.account.zone, world.now)
  const staff = eligibleStaff(world, wantedStaffIds)
  return findSlots(world, staff, Math.max(from, window.earliestAt), Math.min(to, window.endAt))
}

/** Whether a start may be booked now and with whom, or the first rule that refuses it. */
export function checkStart(
  world: SlotWorld,
  startsAt: Instant,
  wantedStaffIds?: readonly string[] | null,
): AcceptedStart | SlotRefusal {
  const slot = listSlots(world, startsAt, startsAt + 1, wantedStaffIds)[0]
  if (slot !== undefined) return { ok: true, ...slot }
  return refusal(world, startsAt, wantedStaffIds)
}

function refusal(
  world: SlotWorld,
  startsAt: Instant,
  wantedStaffIds: readonly string[] | null | undefined,
): SlotRefusal {
  const { service, account, now } = world
  const party = refusedParty(service, world.partySize)
  if (party !== null) return party
  const staff = eligibleStaff(world, wantedStaffIds)
  if (world.staffMode !== 'NONE' && staff.length === 0) return { ok: false, reason: 'NO_STAFF' }
  const requirement = world.requirements.findIndex((group) =>
    group.every((resource) => resource.units.length === 0),
  )
  if (requirement >= 0) return { ok: false, reason: 'NO_RESOURCE', requirement }
  const outside = refusedStart(bookingWindow(service, account.zone, now), startsAt)
  if (outside !== null) return outside

  const fits = (relaxed: Relaxed) =>
    findSlots(world, staff, startsAt, startsAt + 1, relaxed).length > 0
  const offStep = { ok: false, reason: 'OFF_STEP', stepMinutes: service.slotStepMinutes } as const
  if (!fits({ busy: true, limits: true, step: true })) return { ok: false, reason: 'OUTSIDE_HOURS' }
  if (service.stepFrom === 'MIDNIGHT') {
    const step = service.slotStepMinutes * MINUTE
    const onStep = startsFromMidnight(account.zone, [startsAt, startsAt + 1], step)
    if (onStep.length === 0) return offStep
  }
  if (!fits({ limits: true, step: true })) return { ok: false, reason: 'TAKEN' }
  if (!fits({ limits: true })) return offStep
  const ofStaff = findSlots(withoutServiceLimit(world), staff, startsAt, startsAt + 1).length === 0
  return { ok: false, reason: 'DAILY_LIMIT', of: ofStaff ? 'STAFF' : 'SERVICE' }
}

function withoutServiceLimit(world: SlotWorld): SlotWorld {
  return { ...world, service: { ...world.service, dailyLimit: null } }
}

function eligibleStaff(
  world: SlotWorld,
  wantedStaffIds: readonly string[] | null | undefined,
): readonly SlotStaff[] {
  if (wantedStaffIds == null) return world.staff
  if (world.staffMode === 'COLLECTIVE') {
    const known = new Set(world.staff.map((member) => member.id))
    return wantedStaffIds.every((id) => known.has(id)) ? world.staff : []
  }
  return world.staff.filter((member) => wantedStaffIds.includes(member.id))
}

/**
 * The first `count` slots that start in `[after, until)`. The world must know the busy times up to
 * `until`. The search widens, so that a near slot costs little and a far one is still found.
 */
export function nextStarts(
  world: SlotWorld,
  after: Instant,
  until: Instant,
  count: number,
  wantedStaffIds?: readonly string[] | null,
): Slot[] {
  const window = bookingWindow(world.service, world.account.zone, world.now)
  const end = Math.min(until, window.endAt)
  const found: Slot[] = []
  let span = DAY
  for (let from = Math.max(after, window.earliestAt); from < end && found.length < count;) {
    const to = Math.min(from + span, end)
    found.push(...listSlots(world, from, to, wantedStaffIds))
    from = to
    span *= 2
  }
  return found.slice(0, count)
}
