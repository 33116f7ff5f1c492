// From an input as GraphQL gives it to what an action takes. Left out means unchanged; null clears
// what may be empty and means left out for everything else.

import { invalid, notFound } from '../errors.ts'
import { DAY } from '../time/instant.ts'
import { dayName, dayNumber } from '../time/local.ts'
import type { Key } from '../db/id.ts'
import { demandKey, keyOf, type NodeName } from './ids.ts'

type Given<Input, Clearable extends keyof Input> = {
  [Field in Exclude<keyof Input, Clearable>]?: NonNullable<Input[Field]>
} & { [Field in Clearable]?: Input[Field] }

/** The fields that were given; null stays only in those that may be cleared. */
export function givenFields<Input extends object, Clearable extends keyof Input>(
  input: Input,
  clearable: readonly Clearable[],
): Given<Input, Clearable> {
  const entries = Object.entries(input).filter(
    ([field, value]) =>
      value !== undefined && (value !== null || clearable.includes(field as Clearable)),
  )
  return Object.fromEntries(entries) as Given<Input, Clearable>
}

/**
 * The row ids in a list of global ids that must all be of this type and account; any other is
 * refused as absent.
 */
export function demandIds(
  name: NodeName,
  accountId: string,
  ids: readonly string[],
  ...path: string[]
): string[] {
  return ids.map((text) => {
    const key = keyOf(name, text)
    if (key?.accountId !== accountId) throw notFound(name, ...path)
    return key.id
  })
}

/**
 * The one thing that an input names by exactly one of these id fields: its type, its key, and the
 * field as its path.
 */
export function demandOne<Field extends string, Name extends NodeName>(
  input: { [field in Field]?: string | null },
  fields: Record<Field, Name>,
): Key & { model: Name; path: Field } {
  const all = Object.keys(fields) as Field[]
  const [path, second] = all.filter((field) => input[field] != null)
  if (!path || second) {
    const quoted = all.map((field) => `"${field}"`)
    const names = `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`
    throw invalid([second ?? (all[0] as Field)], `Give exactly one of ${names}.`)
  }
  const model = fields[path]
  return { ...demandKey(model, input[path] ?? '', path), model, path }
}

/** A local date as rows keep it: midnight UTC of that date. */
export function dateOf(text: string, ...path: string[]): Date {
  const day = dayNumber(text)
  if (day !== null && day >= firstDay && day <= lastDay) return new Date(day * DAY)
  throw invalid(path, `"${text}" is not a date from ${dayName(firstDay)} to ${dayName(lastDay)}.`)
}

const firstDay = dayNumber('1970-01-01') ?? 0
const lastDay = dayNumber('2199-12-31') ?? 0

/** An instant to be stored; years that no business means are refused. */
export function instantOf(at: Date, ...path: string[]): Date {
  if (at.getTime() >= firstDay * DAY && at.getTime() < (lastDay + 1) * DAY) return at
  throw invalid(path, 'The time must lie in the years 1970 to 2199.')
}
