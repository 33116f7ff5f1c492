// What makes a block a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import { DAY, type Instant } from '../time/instant.ts'

export type BlockTerms = {
  startsAt: Instant
  endsAt: Instant
  staffIds: readonly string[]
  resourceIds: readonly string[]
}

const longestDays = 366
const mostOccupants = 100

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function blockIssues({ startsAt, endsAt, staffIds, resourceIds }: BlockTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  const count = staffIds.length + resourceIds.length
  want(count > 0, 'staffIds', 'A block names at least one staff member or resource.')
  want(count <= mostOccupants, 'staffIds', `A block names at most ${mostOccupants} of them.`)
  want(startsAt < endsAt, 'endsAt', 'A block ends after it starts.')
  want(
    endsAt - startsAt <= longestDays * DAY,
    'endsAt',
    `A block lasts at most ${longestDays} days.`,
  )
  return issues
}
