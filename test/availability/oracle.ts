// What may be booked, decided minute by minute straight from the promises: no interval sets, no
// zone tables, no step arithmetic of the engine. One flag per minute, slow on purpose. All times
// are whole minutes since 1970 unless they are said to be instants.

import { DateTime } from 'luxon'
import type { BookingRules } from '../../src/availability/booking-window.ts'
import type { Hours, OwnHours } from '../../src/availability/hours.ts'
import type { SlotResource, SlotStaff, SlotWorld } from '../../src/availability/slot-world.ts'

export type OracleSlot = {
  startsAt: number
  endsAt: number
  staffIds: string[]
  resources: { id: string; unit: number }[]
}

const MINUTE = 60_000
const DAY_MINUTES = 1440
/** Clocks of the zones under test have only ever changed at a quarter of an hour, since 1970. */
const QUARTER = 15
const known = new Map<string, Map<number, number>>()

/** Local minutes as if they were UTC, asked of luxon once per zone and quarter of an hour. */
export function wallMinute(zoneName: string, minute: number): number {
  let offsets = known.get(zoneName)
  if (offsets === undefined) known.set(zoneName, (offsets = new Map()))
  const quarter = Math.floor(minute / QUARTER)
  let offset = offsets.get(quarter)
  if (offset === undefined) {
    const at = quarter * QUARTER * MINUTE
    offsets.set(quarter, (offset = DateTime.fromMillis(at, { zone: zoneName }).offset))
  }
  return minute + offset
}

export function localDay(zoneName: string, minute: number): number {
  return Math.floor(wallMinute(zoneName, minute) / DAY_MINUTES)
}

function wallMinutes(zoneName: string, { first, end }: Minutes): Int32Array {
  const walls = new Int32Array(end - first)
  for (let minute = first; minute < end; minute++) {
    const before = minute % QUARTER === 0 ? undefined : walls[minute - 1 - first]
    walls[minute - first] = before === undefined ? wallMinute(zoneName, minute) : before + 1
  }
  return walls
}

function weekday(day: number): number {
  return new Date(day * 86_400_000).getUTCDay() || 7
}

/** One flag for each minute of `[first, end)`. */
type Minutes = { readonly first: number; readonly end: number }
type Flags = Uint8Array

/** Wall minutes, as if they were UTC, of the hours that belong to a local day. */
function openedOn(hours: Hours, day: number): [number, number][] {
  const exceptions = hours.exceptions.filter((exception) => exception.day === day)
  if (exceptions.some((one) => one.kind === 'CLOSED' && one.startMinute == null)) return []
  const weekly = hours.weekly.filter(
    (row) =>
      row.weekday === weekday(day) &&
      (row.validFrom == null || row.validFrom <= day) &&
      (row.validUntil == null || day <= row.validUntil),
  )
  const opened = exceptions.filter((one) => one.kind === 'OPEN')
  const midnight = day * DAY_MINUTES
  return [...weekly, ...opened].map(({ startMinute, endMinute }) => [
    midnight + (startMinute ?? 0),
    midnight + (endMinute ?? DAY_MINUTES),
  ])
}

/** The minutes that are worked by these hours, read in this zone. */
export function workedMinutes(hours: Hours, zoneName: string, minutes: Minutes): Flags {
  const closed = hours.exceptions.flatMap(({ kind, day, startMinute, endMinute }) =>
    kind === 'CLOSED' && startMinute != null
      ? [[day * DAY_MINUTES + startMinute, day * DAY_MINUTES + endMinute!] as const]
      : [],
  )
  const walls = wallMinutes(zoneName, minutes)
  const flags = new Uint8Array(walls.length)
  let day = Number.NaN
  let open: [number, number][] = []
  for (const [at, wall] of walls.entries()) {
    const today = Math.floor(wall / DAY_MINUTES)
    // Hours belong to the day on which they start: this one, or the one before over midnight.
    if (today !== day) open = [...openedOn(hours, today), ...openedOn(hours, today - 1)]
    day = today
    const within = ([start, stop]: readonly [number, number]) => start <= wall && wall < stop
    flags[at] = open.some(within) && !closed.some(within) ? 1 : 0
  }
  return flags
}

function ownMinutes(world: SlotWorld, own: OwnHours, minutes: Minutes): Flags {
  const zoneName = own.zone?.name ?? world.account.zone.name
  const { weekly, exceptions } = world.account
  if (own.weekly.length === 0) {
    const both = { weekly, exceptions: [...own.exceptions, ...exceptions] }
    return workedMinutes(both, zoneName, minutes)
  }
  const closings = exceptions.filter((exception) => exception.kind === 'CLOSED')
  const both = { weekly: own.weekly, exceptions: [...own.exceptions, ...closings] }
  return workedMinutes(both, zoneName, minutes)
}

const everyDay = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
  weekday: day,
  startMinute: 0,
  endMinute: DAY_MINUTES,
}))

function windowMinutes(world: SlotWorld, minutes: Minutes): Flags | null {
  const weekly = world.windowHours ?? []
  if (weekly.length === 0) return null
  return workedMinutes({ weekly, exceptions: [] }, world.account.zone.name, minutes)
}

function serviceMinutes(world: SlotWorld, minutes: Minutes): Flags | null {
  const hours = world.serviceHours
  if (!hours) return null
  const weekly = hours.weekly.length > 0 ? hours.weekly : everyDay
  return workedMinutes({ weekly, exceptions: hours.exceptions }, world.account.zone.name, minutes)
}

/** Without every minute of which some part is taken; `busy` are flat pairs of instants. */
function withoutBusy(flags: Flags, busy: readonly number[], { first }: Minutes): Flags {
  const left = flags.slice()
  for (let i = 0; i < busy.length; i += 2) {
    const start = Math.max(Math.floor(busy[i]! / MINUTE) - first, 0)
    const end = Math.min(Math.ceil(busy[i + 1]! / MINUTE) - first, left.length)
    for (let at = start; at < end; at++) left[at] = 0
  }
  return left
}

function inBoth(a: Flags, b: Flags): Flags {
  return a.map((flag, index) => flag & b[index]!)
}

/** Free minutes, and from each minute on how many are free without a break. */
type Free = { readonly flags: Flags; readonly room: Int32Array }

function roomIn(flags: Flags): Free {
  const room = new Int32Array(flags.length)
  for (let at = flags.length - 1; at >= 0; at--) {
    room[at] = flags[at] === 0 ? 0 : 1 + (room[at + 1] ?? 0)
  }
  return { flags, room }
}

type Leader = {
  staff: SlotStaff[]
  free: Free
  unit: number | null
  length: number
  /** For each minute the start of the free window it lies in. */
  opened: Int32Array
}

function leadersOf(
  world: SlotWorld,
  staff: SlotStaff[],
  units: Flags[][],
  minutes: Minutes,
): Leader[] {
  const bounds = [serviceMinutes(world, minutes), windowMinutes(world, minutes)]
  const days = wallMinutes(world.account.zone.name, minutes).map((wall) =>
    Math.floor(wall / DAY_MINUTES),
  )
  const leader = (team: SlotStaff[], flags: Flags, unit: number | null = null): Leader => {
    const all = bounds.reduce(
      (left: Flags, own) => (own === null ? left : inBoth(left, own)),
      flags,
    )
    const opened = windowStarts(all, days, minutes)
    return { staff: team, free: roomIn(all), unit, length: lengthFor(world, team), opened }
  }
  const freeOf = (member: SlotStaff) =>
    withoutBusy(ownMinutes(world, member, minutes), member.busy, minutes)
  if (world.staffMode === 'ANY') return staff.map((member) => leader([member], freeOf(member)))
  if (world.staffMode === 'COLLECTIVE') {
    return staff.length === 0 ? [] : [leader(staff, staff.map(freeOf).reduce(inBoth))]
  }
  if (units.length > 0) return units[0]!.map((flags, unit) => leader([], flags, unit))
  const hours = world.serviceHours ?? { weekly: [], exceptions: [] }
  return [leader([], ownMinutes(world, hours, minutes))]
}

function lengthFor(world: SlotWorld, staff: SlotStaff[]): number {
  if (world.durationMinutes != null) return world.durationMinutes
  const lengths = staff.map((one) => one.durationMinutes ?? world.service.durationMinutes)
  return lengths.length > 0 ? Math.max(...lengths) : world.service.durationMinutes
}

// A window that has been open for longer counts from midnight of the day before.
function windowStarts(flags: Flags, days: Int32Array, { first }: Minutes): Int32Array {
  const opened = new Int32Array(flags.length)
  for (let at = 0; at < flags.length; at++) {
    let start = at
    if (flags[at - 1] === 1 && days[at - 1] === days[at]) start = opened[at - 1]! - first
    else while (flags[start - 1] === 1 && days[start - 1]! >= days[at]! - 1) start--
    opened[at] = start + first
  }
  return opened
}

function isOnStep(world: SlotWorld, leader: Leader, start: number, { first }: Minutes): boolean {
  const { stepFrom, slotStepMinutes } = world.service
  const wall = wallMinute(world.account.zone.name, start)
  const day = Math.floor(wall / DAY_MINUTES)
  if (stepFrom === 'MIDNIGHT') return (wall - day * DAY_MINUTES) % slotStepMinutes === 0
  return (start - leader.opened[start - first]!) % slotStepMinutes === 0
}

/** Whether notice and booking window let something start at this instant. */
export function isInWindow(
  rules: BookingRules,
  zoneName: string,
  now: number,
  startsAt: number,
): boolean {
  const { minNoticeMinutes, maxAdvanceDays, bookableFromDay, bookableUntilDay } = rules
  if (startsAt < now + minNoticeMinutes * MINUTE) return false
  const day = localDay(zoneName, Math.floor(startsAt / MINUTE))
  const today = localDay(zoneName, Math.floor(now / MINUTE))
  if (maxAdvanceDays !== null && day > today + maxAdvanceDays) return false
  if (bookableFromDay !== null && day < bookableFromDay) return false
  return bookableUntilDay === null || day <= bookableUntilDay
}

function isParty({ minParty, maxParty }: BookingRules, partySize: number): boolean {
  return partySize >= minParty && (maxParty === null || partySize <= maxParty)
}

function isFull(
  limit: number | null | undefined,
  booked: ReadonlyMap<number, number>,
  day: number,
) {
  return limit != null && (booked.get(day) ?? 0) >= limit
}

function wantedStaff(world: SlotWorld, wanted: readonly string[] | null): SlotStaff[] {
  if (wanted === null) return [...world.staff]
  if (world.staffMode !== 'COLLECTIVE') return world.staff.filter(({ id }) => wanted.includes(id))
  return wanted.every((id) => world.staff.some((one) => one.id === id)) ? [...world.staff] : []
}

type Unit = { id: string; unit: number; resource: SlotResource; busy: readonly number[] }

function unitsOf(resource: SlotResource): Unit[] {
  return resource.units.map((busy, unit) => ({ id: resource.id, unit, resource, busy }))
}

/** Every slot that starts in `[from, to)`, both whole minutes. */
export function oracleSlots(
  world: SlotWorld,
  from: number,
  to: number,
  wanted: readonly string[] | null = null,
): OracleSlot[] {
  const { service, account } = world
  if (!isParty(service, world.partySize)) return []
  const before = service.bufferBeforeMinutes
  const after = service.bufferAfterMinutes
  const staff = wantedStaff(world, wanted)
  const longest = Math.max(lengthFor(world, []), ...staff.map((one) => lengthFor(world, [one])))
  const lookBack = service.stepFrom === 'WINDOW' ? 3 * DAY_MINUTES : before
  const minutes = { first: from - lookBack, end: to + longest + after }
  const groups = world.requirements.map((group) => group.flatMap(unitsOf))
  const unitFlags = groups.map((group) =>
    group.map(({ resource, busy }) =>
      withoutBusy(ownMinutes(world, resource, minutes), busy, minutes),
    ),
  )
  const unitFree = unitFlags.map((group) => group.map(roomIn))
  const leaders = leadersOf(world, staff, unitFlags, minutes)
  const lengths = [...new Set(leaders.map(({ length }) => length))].toSorted((a, b) => a - b)
  const slots: OracleSlot[] = []
  for (let start = from; start < to; start++) {
    const day = localDay(account.zone.name, start)
    const fits = ({ room }: Free, length: number) =>
      room[start - before - minutes.first]! >= before + length + after
    for (const length of lengths) {
      const able = leaders.filter(
        (leader) =>
          leader.length === length &&
          fits(leader.free, length) &&
          isOnStep(world, leader, start, minutes) &&
          !leader.staff.some((one) => isFull(one.dailyLimit, one.bookedByDay, day)),
      )
      if (able.length === 0) continue
      if (!isInWindow(service, account.zone.name, world.now, start * MINUTE)) continue
      if (isFull(service.dailyLimit, world.bookedByDay, day)) continue
      const fitting = groups.map((group, index) =>
        group.filter((_, unit) =>
          index === 0 && world.staffMode === 'NONE'
            ? able.some((leader) => leader.unit === unit)
            : fits(unitFree[index]![unit]!, length),
        ),
      )
      const resources = firstChoice(fitting)
      if (resources === null) continue
      slots.push({
        startsAt: start * MINUTE,
        endsAt: (start + length) * MINUTE,
        staffIds: able.flatMap((leader) => leader.staff.map((one) => one.id)),
        resources,
      })
    }
  }
  return slots
}

/** All ways to take one unit per requirement, in order; the first whose units differ. */
function firstChoice(groups: Unit[][]): { id: string; unit: number }[] | null {
  let choices: Unit[][] = [[]]
  for (const group of groups) {
    choices = choices.flatMap((choice) => group.map((unit) => [...choice, unit]))
  }
  const chosen = choices.find(
    (choice) => new Set(choice.map(({ id, unit }) => `${id} ${unit}`)).size === choice.length,
  )
  return chosen?.map(({ id, unit }) => ({ id, unit })) ?? null
}

export type OracleSession = {
  startsAt: number
  capacity: number
  seatsTaken: number
  cancelled?: boolean
}

/** Whether a party gets seats in a session; instants here are milliseconds. */
export function isSessionFree(
  rules: BookingRules,
  zoneName: string,
  now: number,
  partySize: number,
  session: OracleSession,
): boolean {
  return (
    isParty(rules, partySize) &&
    session.cancelled !== true &&
    session.startsAt > now &&
    isInWindow(rules, zoneName, now, session.startsAt) &&
    session.capacity - session.seatsTaken >= partySize
  )
}
