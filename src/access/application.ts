// What makes an application a legal one, and where its users are sent back to. Pure; sentences are
// public.

import type { Issue } from '../errors.ts'
import { longestDescription, longestName } from './credential.ts'

export type ApplicationTerms = { name: string; description: string | null; redirectUrl: string }

const longestUrl = 2000

/** Everything that is wrong with these terms; empty when they are legal. Paths are input fields. */
export function applicationIssues(terms: ApplicationTerms): Issue[] {
  const { name, description, redirectUrl } = terms
  const issues: Issue[] = []
  const want = (holds: boolean, field: string, message: string) => {
    if (!holds) issues.push({ path: [field], message })
  }
  want(name.trim() !== '', 'name', 'An application needs a name.')
  want(name.length <= longestName, 'name', `A name has at most ${longestName} characters.`)
  want(
    (description?.length ?? 0) <= longestDescription,
    'description',
    `A description has at most ${longestDescription} characters.`,
  )
  want(
    redirectUrl.length <= longestUrl && isRedirectUrl(redirectUrl),
    'redirectUrl',
    'The redirect URL is an https address without a fragment and without a password; ' +
      'http is for this machine only (localhost, 127.0.0.1).',
  )
  return issues
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

function isRedirectUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname, hash, username, password } = new URL(text)
  if (hash !== '' || username !== '' || password !== '') return false
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname))
}

/** What an application is told at its redirect URL. */
export type Outcome = { state: string | null } & (
  | { success: true; apiKey: string }
  | { success: false }
)

/** The redirect URL with the outcome; what stood in its query stays. */
export function redirectOf(redirectUrl: string, outcome: Outcome): string {
  const url = new URL(redirectUrl)
  url.searchParams.set('success', String(outcome.success))
  if (outcome.state !== null) url.searchParams.set('state', outcome.state)
  if (outcome.success) url.searchParams.set('apiKey', outcome.apiKey)
  return url.toString()
}
