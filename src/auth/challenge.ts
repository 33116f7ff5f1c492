// What a 401 or 403 says of the credential that would be right: the challenges of RFC 6750 section
// 3. Pure; knows no door.

import type { CredentialFailure } from './credential.ts'
import { alternatives, type Needs } from './scope.ts'

type Fault = {
  error: 'invalid_token' | 'insufficient_scope'
  description: string
  /** Of insufficient_scope: what would do; of several alternatives the first. */
  scopes?: Needs
}

/** Without a fault it is for whoever showed no bearer token at all. */
export function bearerChallenge(fault?: Fault): string {
  const parts = ['realm="slotgraph"']
  if (fault) {
    parts.push(`error="${fault.error}"`, `error_description="${quotable(fault.description)}"`)
    const [scopes] = alternatives(fault.scopes ?? [])
    if (scopes) parts.push(`scope="${scopes.join(' ')}"`)
  }
  return `Bearer ${parts.join(', ')}`
}

/** The challenge for a credential that was not accepted. */
export function challengeOf({ reason, sentence }: CredentialFailure): string {
  if (reason === 'NO_TOKEN') return bearerChallenge()
  return bearerChallenge({ error: 'invalid_token', description: sentence })
}

/** The characters that RFC 6750 allows: neither double quotes nor backslashes. */
function quotable(text: string): string {
  return text.replaceAll('"', "'").replace(/[^ !#-[\]-~]/g, '?')
}
