// What makes a calendar feed a legal one, and what it may show of bookings. Pure; sentences are
// public.

import { effectiveScopes, isScope, type Role, type Scope } from '../auth/scope.ts'
import type { Issue } from '../errors.ts'
import type { Instant } from '../time/instant.ts'

/** Whose bookings a feed shows. */
export type FeedModel = 'Account' | 'StaffMember' | 'Customer'

export type FeedTerms = {
  name: string
  scopes: readonly string[]
  pastDays: number
  expiresAt: Date | null
}

export const feedLimits = {
  /** Most feeds of an account that are neither revoked nor expired. */
  feeds: 500,
  name: 200,
  pastDays: 365,
  /** How far ahead a feed looks. */
  futureDays: 400,
  /** What is called off stays in the feed for so long, marked as such. */
  calledOffDays: 30,
  /** Most entries that are over or under way, the latest first, and most that are to come. */
  pastEntries: 500,
  futureEntries: 2_000,
}

/** The scopes that add something to a feed. */
export const feedScopes: readonly Scope[] = [
  'bookings:read',
  'services:read',
  'staff:read',
  'customers:read',
  'customers:contact',
]

/** What a feed shows when nobody says, as far as its maker may see it: everything but contacts. */
export const usualScopes: readonly Scope[] = feedScopes.filter((scope) => scope.endsWith(':read'))

/** Without these there is no such feed: it would tell of somebody who may not be seen. */
const needed: Record<FeedModel, readonly Scope[]> = {
  Account: ['bookings:read'],
  StaffMember: ['bookings:read', 'staff:read'],
  Customer: ['bookings:read', 'customers:read'],
}

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function feedIssues(model: FeedModel, terms: FeedTerms, now: Instant): Issue[] {
  const { name, scopes, pastDays, expiresAt } = terms
  const issues: Issue[] = []
  const wrong = (path: string, message: string) => void issues.push({ path: [path], message })
  if (name.trim() === '') wrong('name', 'A calendar feed needs a name.')
  if (name.length > feedLimits.name) {
    wrong('name', `A name has at most ${feedLimits.name} characters.`)
  }
  for (const scope of scopes.filter((word) => !isFeedScope(word)).slice(0, 5)) {
    wrong('scopes', `"${scope}" shows nothing in a calendar; these do: ${feedScopes.join(', ')}.`)
  }
  for (const scope of needed[model].filter((word) => !scopes.includes(word))) {
    wrong('scopes', `This feed needs "${scope}".`)
  }
  if (pastDays < 0 || pastDays > feedLimits.pastDays) {
    wrong('pastDays', `${pastDays} is not between 0 and ${feedLimits.pastDays} days.`)
  }
  if (expiresAt && expiresAt.getTime() <= now) {
    wrong('expiresAt', `${expiresAt.toISOString()} is not in the future.`)
  }
  return issues
}

const isFeedScope = (word: string) => isScope(word) && feedScopes.includes(word)

/** What a feed shows: null when whoever made it may not see as much as it needs any more. */
export function shownScopes(
  model: FeedModel,
  scopes: readonly string[],
  makersRole: Role,
): ReadonlySet<Scope> | null {
  const shown = effectiveScopes(scopes, makersRole)
  return needed[model].every((scope) => shown.has(scope)) ? shown : null
}
