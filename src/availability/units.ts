// Which unit of which resource a slot takes: for every requirement one free unit, in the order the
// alternatives are given, and never the same unit for two requirements.

import type { Instant } from '../time/instant.ts'
import type { IntervalSet } from '../time/interval-set.ts'

export type PickedUnit = { readonly id: string; readonly unit: number }

/** The units any of which satisfies the requirement, best first. */
export type Requirement = readonly PickedUnit[]

const NOTHING: readonly PickedUnit[] = []

/**
 * A function from a start to one unit per requirement, or null when they cannot all be met.
 * `starts[r][u]` holds the instants at which unit `u` of requirement `r` may start. The function
 * must be asked with ascending starts.
 */
export function unitPicker(
  requirements: readonly Requirement[],
  starts: readonly (readonly IntervalSet[])[],
): (startsAt: Instant) => readonly PickedUnit[] | null {
  if (requirements.length === 0) return () => NOTHING
  const cursors = starts.map((sets) => sets.map(() => 0))
  const chosen: number[] = []
  let previous: readonly PickedUnit[] = NOTHING

  const isFree = (requirement: number, unit: number, at: Instant): boolean => {
    const set = starts[requirement]![unit]!
    const row = cursors[requirement]!
    let i = row[unit]!
    while (i < set.length && set[i + 1]! <= at) i += 2
    row[unit] = i
    return i < set.length && set[i]! <= at
  }
  const isTaken = (requirement: number, unit: PickedUnit): boolean => {
    for (let earlier = 0; earlier < requirement; earlier++) {
      const other = requirements[earlier]![chosen[earlier]!]!
      if (other.id === unit.id && other.unit === unit.unit) return true
    }
    return false
  }
  const choose = (requirement: number, at: Instant): boolean => {
    if (requirement === requirements.length) return true
    const units = requirements[requirement]!
    for (let unit = 0; unit < units.length; unit++) {
      if (!isFree(requirement, unit, at) || isTaken(requirement, units[unit]!)) continue
      chosen[requirement] = unit
      if (choose(requirement + 1, at)) return true
    }
    return false
  }
  const hasFree = (units: Requirement, requirement: number, at: Instant): boolean =>
    units.some((_, unit) => isFree(requirement, unit, at))
  return (startsAt) => {
    // Asked of each by itself first: what none can meet would be tried with every choice before it.
    if (!requirements.every((units, index) => hasFree(units, index, startsAt))) return null
    if (!choose(0, startsAt)) return null
    const picked = requirements.map((units, index) => units[chosen[index]!]!)
    if (picked.some((unit, index) => unit !== previous[index])) previous = picked
    return previous
  }
}
