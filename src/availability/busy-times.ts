// Times that an outside calendar has taken: what makes a legal list of them, and what becomes of
// the stored ones when a window is told anew. Pure. Outside the window nothing is ever changed;
// inside, what is taken becomes exactly what was told.

import type { Issue } from '../errors.ts'
import { DAY, type Instant } from '../time/instant.ts'

export type BusyPeriod = {
  readonly startsAt: Instant
  readonly endsAt: Instant
  /** What the calendar calls it; null when it does not say. */
  readonly externalId: string | null
}

/** Half-open. */
export type BusyWindow = { readonly from: Instant; readonly to: Instant }

export type BusyTold = BusyWindow & {
  readonly calendar: string
  readonly periods: readonly BusyPeriod[]
}

/**
 * What calendars that are connected here are called, before the id of their row; nobody else tells
 * times under such a name.
 */
export const connectedPrefix = 'connected:'

export const busyLimits = { windowDays: 400, periods: 2000, calendar: 100, externalId: 1024 }

/** Everything that is wrong with what was told; empty when it is legal. Paths are input fields. */
export function busyIssues({ calendar, from, to, periods }: BusyTold): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, path: string[], message: string) => {
    if (!holds) issues.push({ path, message })
  }
  const { windowDays } = busyLimits
  want(calendar.trim() !== '', ['calendar'], 'The name of a calendar is not empty.')
  want(
    calendar.length <= busyLimits.calendar,
    ['calendar'],
    `The name of a calendar has at most ${busyLimits.calendar} characters.`,
  )
  want(from < to, ['to'], 'A window ends after it starts.')
  want(to - from <= windowDays * DAY, ['to'], `A window lasts at most ${windowDays} days.`)
  if (periods.length > busyLimits.periods) {
    const message = `A window takes at most ${busyLimits.periods} periods, not ${periods.length}.`
    return [...issues, { path: ['periods'], message }]
  }
  periods.forEach(({ startsAt, endsAt, externalId }, index) => {
    const path = ['periods', String(index)]
    want(startsAt < endsAt, [...path, 'endsAt'], 'A period ends after it starts.')
    want(
      startsAt >= endsAt || from >= to || (startsAt < to && endsAt > from),
      [...path, 'startsAt'],
      'A period lies in the window, or reaches into it.',
    )
    const length = externalId?.length ?? 1
    want(
      length > 0 && length <= busyLimits.externalId,
      [...path, 'externalId'],
      `An external id has 1 to ${busyLimits.externalId} characters.`,
    )
  })
  return issues
}

export type Replacement<Stored> = { removed: Stored[]; added: BusyPeriod[]; kept: Stored[] }

/**
 * What to remove of the stored periods that overlap the window, and what to add. A stored one that
 * goes over an edge keeps its part outside, in one piece with what the same entry takes inside. The
 * same list told twice changes nothing the second time.
 */
export function replaceWithin<Stored extends BusyPeriod>(
  stored: readonly Stored[],
  told: readonly BusyPeriod[],
  { from, to }: BusyWindow,
): Replacement<Stored> {
  const inside = told
    .map(({ startsAt, endsAt, externalId }) => {
      return { startsAt: Math.max(startsAt, from), endsAt: Math.min(endsAt, to), externalId }
    })
    .filter(({ startsAt, endsAt }) => startsAt < endsAt)
  const before = stored
    .filter(({ startsAt }) => startsAt < from)
    .map(({ startsAt, externalId }) => ({ startsAt, endsAt: from, externalId }))
  const after = stored
    .filter(({ endsAt }) => endsAt > to)
    .map(({ endsAt, externalId }) => ({ startsAt: to, endsAt, externalId }))
  const wanted = joined(joined(distinct(inside), before, 'startsAt'), after, 'endsAt')
  return difference(stored, distinct(wanted))
}

type Edge = 'startsAt' | 'endsAt'

/**
 * The pieces, those that begin (or end) where a part outside ends (or begins) in one with it; the
 * parts that nothing was joined to stand alone. Pairs are found in one order, whatever was given.
 */
function joined(
  pieces: readonly BusyPeriod[],
  outside: readonly BusyPeriod[],
  edge: Edge,
): BusyPeriod[] {
  if (outside.length === 0) return [...pieces]
  const opposite = edge === 'startsAt' ? 'endsAt' : 'startsAt'
  const open = Map.groupBy(
    outside.toSorted((a, b) => b[edge] - a[edge]),
    ({ externalId }) => externalId,
  )
  const done = pieces
    .toSorted((a, b) => a[opposite] - b[opposite])
    .map((piece) => {
      const parts = open.get(piece.externalId)
      const part = parts?.at(-1)
      if (part?.[opposite] !== piece[edge]) return piece
      parts?.pop()
      return { ...piece, [edge]: part[edge] }
    })
  return [...done, ...[...open.values()].flat()]
}

const keyOf = ({ startsAt, endsAt, externalId }: BusyPeriod) =>
  JSON.stringify([startsAt, endsAt, externalId])

function distinct(periods: readonly BusyPeriod[]): BusyPeriod[] {
  return [...new Map(periods.map((period) => [keyOf(period), period])).values()]
}

function difference<Stored extends BusyPeriod>(
  stored: readonly Stored[],
  wanted: readonly BusyPeriod[],
): Replacement<Stored> {
  const missing = new Map(wanted.map((period) => [keyOf(period), period]))
  const removed: Stored[] = []
  const kept: Stored[] = []
  for (const row of stored) (missing.delete(keyOf(row)) ? kept : removed).push(row)
  return { removed, added: [...missing.values()], kept }
}
