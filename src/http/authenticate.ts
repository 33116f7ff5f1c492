// Who sends a request: the one place where doors turn what it shows into a viewer. The statement is
// in auth/; here are what counts as shown, what follows from it for HTTP, and the note of the last
// use.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import {
  cookieCredential,
  isCookieCredential,
  isFailure,
  viewerOf,
  type CredentialFailure,
  type Spent,
} from '../auth/credential.ts'
import { createLastUsed } from '../auth/last-used.ts'
import type { Viewer } from '../auth/viewer.ts'
import type { Origin, Services } from '../context.ts'
import { noteRefusal, refusalsWritten } from '../events/refused.ts'
import { subjectOf } from '../graphql/told.ts'
import {
  cookieOf,
  csrfHeader,
  demandCsrfToken,
  demandOwnSite,
  sessionCookie,
} from './session-cookie.ts'

/** What a request shows beside its cookies. */
export type Shown = {
  authorization: string | null | undefined
  /** The token that belongs to the session cookie. */
  csrfToken: string | null | undefined
}

export type Authenticator = {
  /** The credential of a request, for `identify`; throws a 403 for a cookie that does not count. */
  shownBy(request: IncomingMessage): string | null
  /** Throws only when the database fails. `origin` says where it was shown, for the audit log. */
  identify(
    authorization: string | null | undefined,
    origin?: Origin,
  ): Promise<Viewer | CredentialFailure>
  /** Resolves when nothing is being written. */
  idle(): Promise<void>
}

export function createAuthenticator(services: Services): Authenticator {
  const { db, clock, log, baseUrl } = services
  const lastUsed = createLastUsed(db, log)
  return {
    shownBy: ({ headers }) => {
      const token = headers[csrfHeader]
      const csrfToken = Array.isArray(token) ? token[0] : token
      const { authorization } = headers
      return shownCredential(headers, { authorization, csrfToken }, baseUrl)
    },
    async identify(authorization, origin) {
      const now = clock.now()
      const found = await viewerOf(db, authorization, now)
      if (isFailure(found)) {
        if (found.spent) noteSpent(services, found.spent, origin)
        return found
      }
      if (found.use) lastUsed.note(found.use, now)
      return found.viewer
    },
    idle: async () => {
      await Promise.all([lastUsed.idle(), refusalsWritten(db.pool)])
    },
  }
}

/** Who goes on with a credential that was ended may be who should not have it. */
function noteSpent(
  { db, clock, log }: Services,
  { viewer, accountIds }: Spent,
  origin: Origin | undefined,
): void {
  const { requestId, address } = origin ?? {}
  const from = requestId === undefined ? null : { requestId, address: address ?? null }
  const subject = subjectOf(viewer)
  if (!subject) return
  noteRefusal(
    { viewer, db, clock, log, ...(from && { origin: from }) },
    { action: 'credential.used', ...subject, accountIds, hourly: true },
  )
}

/**
 * The one credential that counts, as one text: the Authorization header, else the session cookie.
 * Throws a 403 for a cookie without its token, or from another site; it is never taken for nothing.
 */
export function shownCredential(
  headers: IncomingHttpHeaders,
  { authorization, csrfToken }: Shown,
  baseUrl: () => string,
): string | null {
  // The payload of connection_init is JSON, in which any text can be written.
  if (authorization) return isCookieCredential(authorization) ? 'Cookie' : authorization
  const secret = cookieOf(headers, sessionCookie)
  if (secret === null) return null
  demandOwnSite(headers, baseUrl())
  demandCsrfToken(secret, csrfToken)
  return cookieCredential(secret)
}
