// What makes a session a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import { DAY, MINUTE, type Instant } from '../time/instant.ts'

export type SessionTerms = { startsAt: Instant; endsAt: Instant; capacity: number }

const longestDays = 30
const mostSeats = 100_000

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function sessionIssues({ startsAt, endsAt, capacity }: SessionTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  want(startsAt < endsAt, 'endsAt', 'A session ends after it starts.')
  want(
    endsAt - startsAt <= longestDays * DAY,
    'endsAt',
    `A session lasts at most ${longestDays} days.`,
  )
  want(
    capacity >= 1 && capacity <= mostSeats,
    'capacity',
    `${capacity} is not between 1 and ${mostSeats}.`,
  )
  return issues
}

/** What the session takes of its staff and resources: its time with the buffers of the service. */
export function occupiedTime(
  session: { startsAt: Instant; endsAt: Instant },
  service: { bufferBeforeMinutes: number; bufferAfterMinutes: number },
): { startsAt: Instant; endsAt: Instant } {
  return {
    startsAt: session.startsAt - service.bufferBeforeMinutes * MINUTE,
    endsAt: session.endsAt + service.bufferAfterMinutes * MINUTE,
  }
}
