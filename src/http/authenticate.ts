// Who sends a request: the one place where doors turn the Authorization header into a viewer. The
// statement is in auth/; here are what follows from it for HTTP, and the note of the last use.

import { isFailure, viewerOf, type CredentialFailure } from '../auth/credential.ts'
import { createLastUsed } from '../auth/last-used.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Services } from '../context.ts'

export type Authenticator = {
  /** Throws only when the database fails. */
  identify(authorization: string | null | undefined): Promise<Viewer | CredentialFailure>
  /** Resolves when nothing is being written. */
  idle(): Promise<void>
}

export function createAuthenticator({ db, clock, log }: Services): Authenticator {
  const lastUsed = createLastUsed(db, log)
  return {
    async identify(authorization) {
      const now = clock.now()
      const found = await viewerOf(db, authorization, now)
      if (isFailure(found)) return found
      if (found.use) lastUsed.note(found.use, now)
      return found.viewer
    },
    idle: () => lastUsed.idle(),
  }
}

/** The challenge of RFC 6750 for a credential that was not accepted. */
export function bearerChallenge({ sentence }: CredentialFailure): string {
  return `Bearer error="invalid_token", error_description="${sentence.replaceAll('"', "'")}"`
}
