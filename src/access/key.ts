// What makes an API key a legal one, and how long a replaced secret goes on. Pure; sentences are
// public.

import type { Issue } from '../errors.ts'
import type { Instant } from '../time/instant.ts'
import { credentialIssues } from './credential.ts'

export type KeyTerms = { name: string; scopes: readonly string[]; expiresAt: Date | null }

/** How long a replaced secret goes on when nobody says, and at most; in seconds. */
export const overlap = { usual: 86_400, longest: 7 * 86_400 }

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function keyIssues(terms: KeyTerms, now: Instant): Issue[] {
  const issues = credentialIssues('An API key', terms)
  if (terms.expiresAt && terms.expiresAt.getTime() <= now) {
    const message = `${terms.expiresAt.toISOString()} is not in the future.`
    issues.push({ path: ['expiresAt'], message })
  }
  return issues
}

export function overlapIssues(seconds: number): Issue[] {
  if (seconds >= 0 && seconds <= overlap.longest) return []
  const message = `${seconds} is not between 0 and ${overlap.longest} seconds.`
  return [{ path: ['overlapSeconds'], message }]
}

/** What may be shown of a key's secret, and is seen of a leaked one. */
export function shownPart(publicId: string): string {
  return `sgk_${publicId}`
}
