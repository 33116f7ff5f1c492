// What a legal credential is called, may do and how long: rules that API keys and API clients
// share. Pure; sentences are public.

import type { Issue } from '../errors.ts'
import { isScope } from '../auth/scope.ts'

export const longestName = 200
export const longestDescription = 2000

/** What is wrong with a name and the scopes asked for; empty when they are legal. */
export function credentialIssues(
  what: string,
  { name, scopes }: { name: string; scopes: readonly string[] },
): Issue[] {
  const issues: Issue[] = []
  if (name.trim() === '') issues.push({ path: ['name'], message: `${what} needs a name.` })
  if (name.length > longestName) {
    const message = `A name has at most ${longestName} characters.`
    issues.push({ path: ['name'], message })
  }
  if (scopes.length === 0) {
    const message = `${what} needs at least one scope; serverInfo lists them all.`
    issues.push({ path: ['scopes'], message })
  }
  const unknown = scopes.filter((scope) => !isScope(scope))
  if (unknown.length > 0) {
    const message = `There is no scope ${quoted(unknown.slice(0, 5))}; serverInfo lists them all.`
    issues.push({ path: ['scopes'], message })
  }
  return issues
}

/** Names for a sentence: "a", "b". */
export function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}
