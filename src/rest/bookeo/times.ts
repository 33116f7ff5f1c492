// Times of this dialect: RFC 3339 in the account's zone, and windows between two of them.

import { instantIn, textIn } from '../times.ts'
import { Unacceptable, type FieldFault } from '../route.ts'

const longestDays = 31
const dayMs = 86_400_000

type Zoned = { timeZone: string }

/** With the offset that the account has then. */
export function timeOf(at: Date | string, { timeZone }: Zoned): string {
  return textIn(at, timeZone)
}

/** The instant that was sent; an offset of `-00:00` means the account's own zone. */
export function instantOf(text: string, { timeZone }: Zoned): Date {
  return instantIn(text, timeZone)
}

type Window = { from: Date; to: Date }

/**
 * The time between two that were sent, at most 31 days; null when neither was. `names` are their
 * fields.
 */
export function windowOf(
  [start, end]: readonly [string | null | undefined, string | null | undefined],
  [startName, endName]: readonly [string, string],
  account: Zoned,
  place: FieldFault['place'] = 'query',
): Window | null {
  if (start == null && end == null) return null
  const fault = (name: string, message: string) => new Unacceptable({ place, name, message })
  if (start == null) throw fault(startName, `"${startName}" is missing beside "${endName}".`)
  if (end == null) throw fault(endName, `"${endName}" is missing beside "${startName}".`)
  const [from, to] = [instantOf(start, account), instantOf(end, account)]
  if (to <= from) throw fault(endName, `"${endName}" is not after "${startName}".`)
  // A day more: months with a change of clocks have 31 days and an hour.
  if (to.getTime() - from.getTime() > longestDays * dayMs + 3_600_000) {
    throw fault(endName, `"${endName}" is more than ${longestDays} days after "${startName}".`)
  }
  return { from, to }
}
