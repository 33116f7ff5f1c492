// What may be booked, decided minute by minute straight from the promises: no interval sets, no
// zone tables, no step arithmetic of the engine. Slow on purpose. All times are whole minutes
// since 1970.

import { DateTime } from 'luxon'
import type { Hours, OwnHours } from '../../src/availability/hours.ts'
import type { SlotResource, SlotStaff, SlotWorld } from '../../src/availability/slot-world.ts'

export type OracleSlot = {
  startsAt: number
  endsAt: number
  staffIds: string[]
  resources: { id: string; unit: number }[]
}

const MINUTE = 60_000
const walls = new Map<string, Map<number, number>>()

/** Local minutes as if they were UTC, asked of luxon once per zone and minute. */
export function wallMinute(zoneName: string, minute: number): number {
  let known = walls.get(zoneName)
  if (known === undefined) walls.set(zoneName, (known = new Map()))
  let wall = known.get(minute)
  if (wall === undefined) {
    wall = minute + DateTime.fromMillis(minute * MINUTE, { zone: zoneName }).offset
    known.set(minute, wall)
  }
  return wall
}

function localDay(zoneName: string, minute: number): number {
  return Math.floor(wallMinute(zoneName, minute) / 1440)
}

function weekday(day: number): number {
  return new Date(day * 86_400_000).getUTCDay() || 7
}

/** Whether the minute is worked by these hours, read in this zone. */
export function isWorked(hours: Hours, zoneName: string, minute: number): boolean {
  const wall = wallMinute(zoneName, minute)
  const within = (day: number, start: number, end: number) =>
    wall >= day * 1440 + start && wall < day * 1440 + end
  const today = Math.floor(wall / 1440)
  for (const { kind, day, startMinute, endMinute } of hours.exceptions) {
    if (kind === 'CLOSED' && startMinute != null && within(day, startMinute, endMinute!)) {
      return false
    }
  }
  // Hours belong to the day on which they start: this one, or the one before over midnight.
  return [today, today - 1].some((day) => {
    const exceptions = hours.exceptions.filter((exception) => exception.day === day)
    if (exceptions.some((one) => one.kind === 'CLOSED' && one.startMinute == null)) return false
    const weekly = hours.weekly.some(
      (row) =>
        row.weekday === weekday(day) &&
        (row.validFrom == null || row.validFrom <= day) &&
        (row.validUntil == null || day <= row.validUntil) &&
        within(day, row.startMinute, row.endMinute),
    )
    const opened = exceptions.some(
      (one) => one.kind === 'OPEN' && within(day, one.startMinute ?? 0, one.endMinute ?? 1440),
    )
    return weekly || opened
  })
}

function isOwnTime(world: SlotWorld, own: OwnHours, minute: number): boolean {
  const zoneName = own.zone?.name ?? world.account.zone.name
  const { weekly, exceptions } = world.account
  if (own.weekly.length === 0) {
    const both = { weekly, exceptions: [...own.exceptions, ...exceptions] }
    return isWorked(both, zoneName, minute)
  }
  const closings = exceptions.filter((exception) => exception.kind === 'CLOSED')
  const both = { weekly: own.weekly, exceptions: [...own.exceptions, ...closings] }
  return isWorked(both, zoneName, minute)
}

function isServiceTime(world: SlotWorld, minute: number): boolean {
  const hours = world.serviceHours
  if (!hours) return true
  const zoneName = world.account.zone.name
  if (hours.weekly.length > 0) return isWorked(hours, zoneName, minute)
  const everyDay = [1, 2, 3, 4, 5, 6, 7].map((day) => ({
    weekday: day,
    startMinute: 0,
    endMinute: 1440,
  }))
  return isWorked({ weekly: everyDay, exceptions: hours.exceptions }, zoneName, minute)
}

function isBusy(busy: readonly number[], minute: number): boolean {
  const at = minute * MINUTE
  for (let i = 0; i < busy.length; i += 2) if (busy[i]! <= at && at < busy[i + 1]!) return true
  return false
}

type Test = (minute: number) => boolean

function remember(test: Test): Test {
  const known = new Map<number, boolean>()
  return (minute) => {
    let answer = known.get(minute)
    if (answer === undefined) known.set(minute, (answer = test(minute)))
    return answer
  }
}

type Leader = { staff: SlotStaff[]; isFree: Test; unit: number | null }

function leaders(world: SlotWorld, staff: SlotStaff[], unitFree: Test[][]): Leader[] {
  const personFree = (member: SlotStaff): Test =>
    remember((minute) => isOwnTime(world, member, minute) && !isBusy(member.busy, minute))
  const inService = (test: Test): Test =>
    remember((minute) => isServiceTime(world, minute) && test(minute))
  if (world.staffMode === 'ANY') {
    return staff.map((m) => ({ staff: [m], isFree: inService(personFree(m)), unit: null }))
  }
  if (world.staffMode === 'COLLECTIVE') {
    const all = staff.map(personFree)
    if (all.length === 0) return []
    return [{ staff, isFree: inService((minute) => all.every((f) => f(minute))), unit: null }]
  }
  if (unitFree.length > 0) {
    return unitFree[0]!.map((test, unit) => ({ staff: [], isFree: inService(test), unit }))
  }
  const hours = world.serviceHours ?? { weekly: [], exceptions: [] }
  return [{ staff: [], isFree: inService((m) => isOwnTime(world, hours, m)), unit: null }]
}

function isOnStep(world: SlotWorld, leader: Leader, start: number): boolean {
  const { stepFrom, slotStepMinutes } = world.service
  const zoneName = world.account.zone.name
  const wall = wallMinute(zoneName, start)
  const day = Math.floor(wall / 1440)
  if (stepFrom === 'MIDNIGHT') return (wall - day * 1440) % slotStepMinutes === 0
  let opened = start
  while (leader.isFree(opened - 1) && localDay(zoneName, opened - 1) >= day - 1) opened--
  return (start - opened) % slotStepMinutes === 0
}

function isFreeFor(world: SlotWorld, isFree: Test, start: number, length: number): boolean {
  const { bufferBeforeMinutes, bufferAfterMinutes } = world.service
  for (let m = start - bufferBeforeMinutes; m < start + length + bufferAfterMinutes; m++) {
    if (!isFree(m)) return false
  }
  return true
}

function isInWindow(world: SlotWorld, start: number): boolean {
  const { minNoticeMinutes, maxAdvanceDays, bookableFromDay, bookableUntilDay } = world.service
  const zoneName = world.account.zone.name
  if (start * MINUTE < world.now + minNoticeMinutes * MINUTE) return false
  const day = localDay(zoneName, start)
  const today = localDay(zoneName, Math.floor(world.now / MINUTE))
  if (maxAdvanceDays !== null && day > today + maxAdvanceDays) return false
  if (bookableFromDay !== null && day < bookableFromDay) return false
  return bookableUntilDay === null || day <= bookableUntilDay
}

function lengthFor(world: SlotWorld, staff: SlotStaff[]): number {
  if (world.durationMinutes != null) return world.durationMinutes
  const lengths = staff.map((one) => one.durationMinutes ?? world.service.durationMinutes)
  return lengths.length > 0 ? Math.max(...lengths) : world.service.durationMinutes
}

/** Every slot that starts in `[from, to)`, both whole minutes. */
export function oracleSlots(
  world: SlotWorld,
  from: number,
  to: number,
  wantedStaffIds: readonly string[] | null = null,
): OracleSlot[] {
  const { service, partySize, account } = world
  if (partySize < service.minParty) return []
  if (service.maxParty !== null && partySize > service.maxParty) return []
  let staff = [...world.staff]
  if (wantedStaffIds !== null && world.staffMode === 'ANY') {
    staff = staff.filter((member) => wantedStaffIds.includes(member.id))
  }
  const units = world.requirements.map((group) => group.flatMap(unitsOf))
  const unitFree = units.map((group) =>
    group.map(({ resource, busy }) =>
      remember((minute) => isOwnTime(world, resource, minute) && !isBusy(busy, minute)),
    ),
  )
  const all = leaders(world, staff, unitFree)
  const slots: OracleSlot[] = []
  for (let start = from; start < to; start++) {
    const day = localDay(account.zone.name, start)
    if (!isInWindow(world, start)) continue
    if (service.dailyLimit !== null && (world.bookedByDay.get(day) ?? 0) >= service.dailyLimit) {
      continue
    }
    const lengths = [...new Set(all.map((leader) => lengthFor(world, leader.staff)))]
    for (const length of lengths.toSorted((a, b) => a - b)) {
      const able = all.filter(
        (leader) =>
          lengthFor(world, leader.staff) === length &&
          isOnStep(world, leader, start) &&
          isFreeFor(world, leader.isFree, start, length) &&
          leader.staff.every((one) => hasRoom(one, day)),
      )
      if (able.length === 0) continue
      const fits = (group: number, unit: number): boolean =>
        group === 0 && world.staffMode === 'NONE'
          ? able.some((leader) => leader.unit === unit)
          : isFreeFor(world, unitFree[group]![unit]!, start, length)
      const resources = firstChoice(units, fits)
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

function hasRoom(member: SlotStaff, day: number): boolean {
  const limit = member.dailyLimit ?? null
  return limit === null || (member.bookedByDay.get(day) ?? 0) < limit
}

type Unit = { id: string; unit: number; resource: SlotResource; busy: readonly number[] }

function unitsOf(resource: SlotResource): Unit[] {
  return resource.units.map((busy, unit) => ({ id: resource.id, unit, resource, busy }))
}

/** All ways to take one unit per requirement, in order; the first whose units differ and fit. */
function firstChoice(
  groups: Unit[][],
  fits: (group: number, unit: number) => boolean,
): { id: string; unit: number }[] | null {
  let choices: number[][] = [[]]
  for (const group of groups) {
    choices = choices.flatMap((choice) => group.map((_, unit) => [...choice, unit]))
  }
  for (const choice of choices) {
    const taken = choice.map((unit, group) => groups[group]![unit]!)
    const names = new Set(taken.map((one) => `${one.id} ${one.unit}`))
    if (names.size < taken.length || !choice.every((unit, group) => fits(group, unit))) continue
    return taken.map(({ id, unit }) => ({ id, unit }))
  }
  return null
}
