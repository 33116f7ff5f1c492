// The one calculation behind offering and accepting a slot. Free time becomes the set of instants
// at which a slot may start ("start sets"), rules are set algebra on those, and only what is left
// is laid on the step. Nothing is decided here by the range asked for.

import { MINUTE } from '../time/instant.ts'
import type { Instant } from '../time/instant.ts'
import { ALWAYS, NEVER, fromPairs, intersect, subtract, union } from '../time/interval-set.ts'
import type { IntervalSet } from '../time/interval-set.ts'
import { pushDaySpan } from '../time/zone.ts'
import type { Zone } from '../time/zone.ts'
import { calendarOf, serviceCalendar, workingTime } from './hours.ts'
import type { Calendar, OwnHours } from './hours.ts'
import { startsFromMidnight, startsFromWindows } from './step-grid.ts'
import { durationOf, rangeToLoad } from './slot-world.ts'
import type { BookedByDay, SlotStaff, SlotWorld } from './slot-world.ts'
import { unitPicker } from './units.ts'
import type { PickedUnit, Requirement } from './units.ts'

/** Rules to leave out, to find the one that refuses. */
export type Relaxed = { readonly busy?: true; readonly limits?: true; readonly step?: true }

/** `staffIds` are the eligible staff: any of them, or in `COLLECTIVE` all of them. */
export type Slot = {
  readonly startsAt: Instant
  readonly endsAt: Instant
  readonly staffIds: readonly string[]
  readonly resources: readonly PickedUnit[]
}

/** Whoever leads a slot sets its length and its free windows: staff, or a unit, or nobody. */
type Lead = {
  readonly staffIds: readonly string[]
  readonly free: IntervalSet
  readonly duration: number
  readonly full: IntervalSet
}

type Question = {
  readonly world: SlotWorld
  readonly staff: readonly SlotStaff[]
  readonly from: Instant
  readonly to: Instant
  readonly relaxed: Relaxed
}

type Search = Question & {
  readonly leads: readonly Lead[]
  /** True when the leads are the units of the first requirement. */
  readonly ledByUnits: boolean
  readonly requirements: readonly Requirement[]
  /** Free time of each unit of each requirement. */
  readonly unitFree: readonly (readonly IntervalSet[])[]
  /** Starts asked for, without the days on which the service is fully booked. */
  readonly allowed: IntervalSet
}

/** Slots that start in `[from, to)`, ascending by start and then by end. */
export function findSlots(
  world: SlotWorld,
  staff: readonly SlotStaff[],
  from: Instant,
  to: Instant,
  relaxed: Relaxed = {},
): Slot[] {
  if (!(from < to)) return []
  const search = prepare({ world, staff, from, to, relaxed })
  const durations = new Set(search.leads.map((lead) => lead.duration))
  const slots: Slot[] = []
  for (const duration of durations) pushSlots(search, duration, slots)
  if (durations.size > 1) slots.sort((a, b) => a.startsAt - b.startsAt || a.endsAt - b.endsAt)
  return slots
}

function prepare(question: Question): Search {
  const { world, from, to, relaxed } = question
  const { account, service } = world
  const within = withinRange(question)
  const requirements = world.requirements.map((alternatives) =>
    alternatives.flatMap(({ id, units }) => units.map((_, unit) => ({ id, unit }))),
  )
  const unitFree = world.requirements.map((alternatives) =>
    alternatives.flatMap((resource) => resource.units.map((busy) => within.free(resource, busy))),
  )
  const ledByUnits = world.staffMode === 'NONE' && requirements.length > 0
  const leads = ledByUnits
    ? unitFree[0]!.map((free) => within.lead(free, []))
    : leadsOf(question, within)
  const allowed =
    relaxed.limits === true
      ? [from, to]
      : subtract([from, to], fullDays(world.bookedByDay, service.dailyLimit, account.zone))
  return { ...question, leads, ledByUnits, requirements, unitFree, allowed }
}

type WithinRange = ReturnType<typeof withinRange>

/** Free time in the range that decides over the question, and leads made of it. */
function withinRange({ world, staff, from, to, relaxed }: Question) {
  const { account, service } = world
  const lengths = staff.map((member) => durationOf(world, [member]))
  const longest = Math.max(durationOf(world, []), ...lengths)
  const { start, end } = rangeToLoad(account.zone, service, longest, from, to)
  // All who follow the account's hours share one calendar and so one calculation.
  const known = new Map<Calendar, IntervalSet>()
  const working = (own: OwnHours): IntervalSet => {
    const calendar = calendarOf(own, account)
    let time = known.get(calendar)
    if (time === undefined) {
      time = workingTime(calendar, start, end)
      known.set(calendar, time)
    }
    return time
  }
  const window = { weekly: world.windowHours ?? [], exceptions: [] }
  const bounds = [world.serviceHours, window].flatMap((hours) => {
    const calendar = serviceCalendar(hours, account.zone)
    return calendar === null ? [] : [workingTime(calendar, start, end)]
  })
  return {
    working,
    free: (own: OwnHours, busy: IntervalSet) =>
      relaxed.busy === true ? working(own) : subtract(working(own), busy),
    lead: (free: IntervalSet, members: readonly SlotStaff[]): Lead => ({
      staffIds: members.map((member) => member.id),
      free: bounds.reduce(intersect, free),
      duration: durationOf(world, members) * MINUTE,
      full: relaxed.limits === true ? NEVER : fullDaysOf(members, account.zone),
    }),
  }
}

function leadsOf({ world, staff }: Question, within: WithinRange): Lead[] {
  const { staffMode } = world
  switch (staffMode) {
    case 'ANY':
      return staff.map((member) => within.lead(within.free(member, member.busy), [member]))
    case 'COLLECTIVE': {
      if (staff.length === 0) return []
      const free = staff.map((member) => within.free(member, member.busy))
      return [within.lead(free.reduce(intersect), staff)]
    }
    case 'NONE': {
      const open = within.working(world.serviceHours ?? { weekly: [], exceptions: [] })
      return [within.lead(open, [])]
    }
    default:
      return staffMode satisfies never
  }
}

function fullDaysOf(staff: readonly SlotStaff[], zone: Zone): IntervalSet {
  const pairs: number[] = []
  for (const member of staff) {
    pairs.push(...fullDays(member.bookedByDay, member.dailyLimit ?? null, zone))
  }
  return fromPairs(pairs)
}

function fullDays(booked: BookedByDay, limit: number | null, zone: Zone): IntervalSet {
  if (limit === null) return NEVER
  if (limit <= 0) return ALWAYS
  const pairs: number[] = []
  for (const [day, count] of booked) if (count >= limit) pushDaySpan(zone, day, pairs)
  return fromPairs(pairs)
}

function pushSlots(search: Search, duration: number, slots: Slot[]): void {
  const { world, relaxed, leads, ledByUnits } = search
  const { account, service } = world
  const before = service.bufferBeforeMinutes * MINUTE
  const after = service.bufferAfterMinutes * MINUTE
  const step = service.slotStepMinutes * MINUTE
  const units = search.unitFree.map((sets) =>
    sets.map((free) => startSet(free, before, duration + after)),
  )
  const byWindow = service.stepFrom === 'WINDOW' && relaxed.step !== true
  const sameLength = leads.filter((lead) => lead.duration === duration)
  const leadStarts = sameLength.map((lead) => {
    const startable = intersect(startSet(lead.free, before, duration + after), search.allowed)
    const starts = subtract(startable, lead.full)
    return byWindow ? startsFromWindows(account.zone, lead.free, starts, step) : starts
  })
  if (ledByUnits) units[0] = leadStarts
  const axis = startAxis(search, leadStarts, byWindow)
  const pick = unitPicker(search.requirements, units)
  const marks = markStarts(axis, leadStarts)
  const staffAt = staffReader(sameLength, marks)
  for (let k = 0; k < axis.length; k++) {
    const staffIds = staffAt(k)
    if (staffIds === null) continue
    const startsAt = axis[k]!
    const resources = pick(startsAt)
    if (resources === null) continue
    slots.push({ startsAt, endsAt: startsAt + duration, staffIds, resources })
  }
}

/** Instants at which a slot fits: `before` ahead of it and `length` from it, all in free time. */
function startSet(free: IntervalSet, before: number, length: number): IntervalSet {
  const out: number[] = []
  for (let i = 0; i < free.length; i += 2) {
    const first = free[i]! + before
    const last = free[i + 1]! - length
    if (first <= last) out.push(first, last + 1)
  }
  return out
}

// By halves: one after the other would walk what is known anew for each lead.
function unionOf(sets: readonly IntervalSet[]): IntervalSet {
  if (sets.length < 2) return sets[0] ?? NEVER
  const half = sets.length >> 1
  return union(unionOf(sets.slice(0, half)), unionOf(sets.slice(half)))
}

/** Every start that some lead can give, once, ascending. */
function startAxis(
  { world, from, relaxed }: Search,
  leadStarts: readonly IntervalSet[],
  byWindow: boolean,
): readonly Instant[] {
  const startable = unionOf(leadStarts)
  if (relaxed.step) return startable.length === 0 ? [] : [from]
  if (byWindow) return startable.filter((_, index) => index % 2 === 0)
  return startsFromMidnight(world.account.zone, startable, world.service.slotStepMinutes * MINUTE)
}

/** One bit per lead and start, in words of 32 leads: `words` of them for each start. */
type Marks = { readonly words: number; readonly bits: Int32Array }

function markStarts(axis: readonly Instant[], leadStarts: readonly IntervalSet[]): Marks {
  const words = Math.ceil(leadStarts.length / 32)
  const bits = new Int32Array(axis.length * words)
  leadStarts.forEach((set, lead) => {
    const word = lead >> 5
    const bit = 1 << (lead & 31)
    let k = 0
    for (let i = 0; i < set.length; i += 2) {
      const start = set[i]!
      const end = set[i + 1]!
      while (k < axis.length && axis[k]! < start) k++
      for (; k < axis.length && axis[k]! < end; k++) bits[k * words + word]! |= bit
    }
  })
  return { words, bits }
}

/** Reads the staff marked at a start; null when nothing is. Equal neighbours share one array. */
function staffReader(leads: readonly Lead[], { words, bits }: Marks) {
  let previous = -1
  let staffIds: readonly string[] = []
  return (k: number): readonly string[] | null => {
    const at = k * words
    let any = 0
    let same = previous >= 0
    for (let word = 0; word < words; word++) {
      any |= bits[at + word]!
      same = same && bits[at + word] === bits[previous * words + word]
    }
    if (any === 0) return null
    if (!same) {
      const found: string[] = []
      for (let lead = 0; lead < leads.length; lead++) {
        if ((bits[at + (lead >> 5)]! >> (lead & 31)) & 1) found.push(...leads[lead]!.staffIds)
      }
      staffIds = found
      previous = k
    }
    return staffIds
  }
}
