// Many starts asked for at once, as a series does: what is asked, what becomes of each, and a world
// in which some of it is taken already. Pure.

import type { Refusal } from '../errors.ts'
import { MINUTE, type Instant } from '../time/instant.ts'
import { union } from '../time/interval-set.ts'
import { localDayOf } from '../time/zone.ts'
import type { BookedByDay, SlotWorld } from './slot-world.ts'
import type { PickedUnit } from './units.ts'

/** One start that is wanted; `id` is of the booking to be. */
export type Wish = { readonly id: string; readonly startsAt: Instant }

export type Granted = {
  readonly ok: true
  readonly id: string
  readonly startsAt: Instant
  readonly endsAt: Instant
  /** The lead first. */
  readonly staffIds: readonly string[]
  readonly sessionId: string | null
}

export type Outcome =
  | Granted
  | {
      readonly ok: false
      readonly id: string
      readonly startsAt: Instant
      readonly refusal: Refusal
    }

export type TakenPlace = {
  readonly startsAt: Instant
  readonly endsAt: Instant
  readonly staffIds: readonly string[]
  readonly resources: readonly PickedUnit[]
}

/** The world after this place was taken: its time is busy and its booking counts. */
export function withTaken(world: SlotWorld, place: TakenPlace): SlotWorld {
  const { service, account } = world
  const span = [
    place.startsAt - service.bufferBeforeMinutes * MINUTE,
    place.endsAt + service.bufferAfterMinutes * MINUTE,
  ]
  const day = localDayOf(account.zone, place.startsAt)
  const units = new Set(place.resources.map(({ id, unit }) => `${id} ${unit}`))
  return {
    ...world,
    bookedByDay: oneMore(world.bookedByDay, day),
    staff: world.staff.map((member) => {
      if (!place.staffIds.includes(member.id)) return member
      const busy = union(member.busy, span)
      return { ...member, busy, bookedByDay: oneMore(member.bookedByDay, day) }
    }),
    requirements: world.requirements.map((group) =>
      group.map((resource) => ({
        ...resource,
        units: resource.units.map((busy, unit) =>
          units.has(`${resource.id} ${unit}`) ? union(busy, span) : busy,
        ),
      })),
    ),
  }
}

function oneMore(booked: BookedByDay, day: number): BookedByDay {
  return new Map(booked).set(day, (booked.get(day) ?? 0) + 1)
}
