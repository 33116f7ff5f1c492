// What makes a resource a legal one. Pure; sentences are public.

import type { Issue } from '../errors.ts'

export type ResourceTerms = { name: string; capacity: number }

const mostUnits = 1000

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function resourceIssues({ name, capacity }: ResourceTerms): Issue[] {
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  want(name.trim() !== '', 'name', 'A resource needs a name.')
  want(name.length <= 200, 'name', 'A name has at most 200 characters.')
  want(
    capacity >= 1 && capacity <= mostUnits,
    'capacity',
    `${capacity} is not between 1 and ${mostUnits}.`,
  )
  return issues
}
