// What makes an API client a legal one, and which of its rights are new after a change. Pure;
// sentences are public.

import type { Issue } from '../errors.ts'
import { credentialIssues, longestDescription } from './credential.ts'

export type ClientTerms = {
  name: string
  description: string | null
  scopes: readonly string[]
  /** Row ids; 'ALL' is for every account that its maker administers, also later ones. */
  accountIds: readonly string[] | 'ALL'
}

const mostAccounts = 500

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function clientIssues(terms: ClientTerms): Issue[] {
  const issues = credentialIssues('An API client', terms)
  const { description, accountIds } = terms
  if (description !== null && description.length > longestDescription) {
    const message = `A description has at most ${longestDescription} characters.`
    issues.push({ path: ['description'], message })
  }
  if (accountIds.length === 0) {
    const message = 'An API client needs at least one account.'
    issues.push({ path: ['accountIds'], message })
  }
  if (accountIds !== 'ALL' && accountIds.length > mostAccounts) {
    const message = `An API client has at most ${mostAccounts} accounts; or take allAccounts.`
    issues.push({ path: ['accountIds'], message })
  }
  return issues
}

type Rights = { scopes: readonly string[]; accountIds: readonly string[] }

/** The scopes that `after` gives in an account and `before` did not; all for a new account. */
export function newScopes(before: Rights | null, after: Rights, accountId: string): string[] {
  if (!before?.accountIds.includes(accountId)) return [...after.scopes]
  return after.scopes.filter((scope) => !before.scopes.includes(scope))
}
