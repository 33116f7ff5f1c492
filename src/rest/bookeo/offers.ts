// Free starts and sessions as the graph offers them, and the windows of time that are asked for.

import { dateIn, daysBetween } from '../times.ts'
import type { Minor } from './money.ts'
import type { Account } from './route.ts'

export type SlotData = {
  startsAt: Date
  endsAt: Date
  seatsAvailable: number | null
  session: { id: string } | null
  staff: { id: string }[] | null
  resource: { id: string } | null
  price?: Minor | null
}

export type Window = { from: Date; to: Date }

/** The local days of a window, as the graph asks for them. */
export function daysOf({ from, to }: Window, { timeZone }: Account) {
  const first = dateIn(from, timeZone)
  const last = dateIn(new Date(to.getTime() - 1), timeZone)
  return { from: first, days: daysBetween(first, last) + 1 }
}

export const startsWithin =
  ({ from, to }: Window) =>
  ({ startsAt }: { startsAt: Date }) => {
    const at = new Date(startsAt)
    return at >= from && at < to
  }

export const byStart = (a: { startsAt: Date }, b: { startsAt: Date }) =>
  new Date(a.startsAt).getTime() - new Date(b.startsAt).getTime()

export const resourcesOf = ({ staff, resource }: Pick<SlotData, 'staff' | 'resource'>) =>
  [...(staff ?? []), ...(resource ? [resource] : [])].map((each) => ({ id: each.id }))
