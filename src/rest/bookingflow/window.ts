// A range of time as requests name it: by days of the business's own zone, the last one included,
// or by instants.

import { z } from 'zod'
import { instant, localDate } from '../fields.ts'
import { atWallClock, dateIn, daysBetween, daysLater } from '../times.ts'
import { Unacceptable } from '../route.ts'

const isDay = (text: string) => localDate.safeParse(text).success

/** A date, or an instant with its offset. */
export const moment = z
  .string()
  .refine(
    (value) => isDay(value) || instant.safeParse(value).success,
    'has to be a date YYYY-MM-DD or a date-time such as 2026-05-01T10:00:00Z',
  )

export type Range = { from: string; to: string }

/** Whether the zone of the business is needed to know what is meant. */
export const needsZone = ({ from, to }: Range, meansDays: boolean) =>
  isDay(from) === meansDays || isDay(to) === meansDays

/** Most days of one question. */
const mostDays = 62

type Place = 'query' | 'body'

function refused(place: Place, name: 'from' | 'to', message: string): Unacceptable {
  return new Unacceptable({ place, name, message }, 'VALIDATION_FAILED')
}

function backwards(place: Place, { from, to }: Range): Unacceptable {
  return refused(place, 'from', `"from" is ${from}, which does not lie before "to", ${to}.`)
}

/** The instants of a range. */
export function instantsOf(place: Place, range: Range, zone: string): { from: Date; to: Date } {
  const { from, to } = range
  const start = isDay(from) ? atWallClock(from, '00:00', zone) : new Date(from)
  const end = isDay(to) ? atWallClock(daysLater(to, 1), '00:00', zone) : new Date(to)
  if (!start || !end || start >= end) throw backwards(place, range)
  return { from: start, to: end }
}

/** The local days that a range touches. */
export function daysOf(range: Range, zone: string): { from: string; days: number } {
  const { from, to } = range
  const first = isDay(from) ? from : dateIn(from, zone)
  const last = isDay(to) ? to : dateIn(new Date(to).getTime() - 1, zone)
  const days = daysBetween(first, last) + 1
  const isOver = !isDay(from) && !isDay(to) && new Date(from) >= new Date(to)
  if (days < 1 || isOver) throw backwards('query', range)
  if (days <= mostDays) return { from: first, days }
  const message = `"from" to "to" are ${days} days; at most ${mostDays} can be asked for at once.`
  throw refused('query', 'to', message)
}

/** Whether an instant lies in a range whose days are those that were asked for. */
export function isWithin({ from, to }: Range, at: Date): boolean {
  return (isDay(from) || at >= new Date(from)) && (isDay(to) || at < new Date(to))
}
