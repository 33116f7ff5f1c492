// Who calls a dialect, and about which account where the dialect says so with every call. Whoever
// has no credential is a guest of that account, for the routes that are public.

import { bearerChallenge, challengeOf } from '../auth/challenge.ts'
import { isFailure, type CredentialFailure } from '../auth/credential.ts'
import { findTenant, type Tenant } from '../auth/tenant.data.ts'
import { guestOf, heldTo, type Viewer } from '../auth/viewer.ts'
import type { Origin, Services } from '../context.ts'
import type { Call } from './call.ts'
import { Failed } from './problems.ts'
import type { Dialect, Route } from './route.ts'

type Parts = {
  services: Pick<Services, 'db'>
  identify: (authorization: string | null, origin: Origin) => Promise<Viewer | CredentialFailure>
  dialect: Dialect
  route: Route
  call: Call
}

/** Throws Failed, UNAUTHENTICATED, for whoever is not known or not of the account. */
export async function callerOf({ services, identify, ...asked }: Parts): Promise<Viewer> {
  const { dialect, route, call } = asked
  const viewer = await identify(dialect.credential(call), call)
  if (isFailure(viewer)) throw unknown(dialect, sentenceOf(dialect, viewer), challengeOf(viewer))
  if (!dialect.tenant) {
    if (viewer.kind !== 'ANONYMOUS') return viewer
    throw unknown(dialect, 'The request carries no credential.')
  }
  const slug = dialect.tenant(call)
  if (slug === null) throw unknown(dialect, 'The request names no account.')
  const tenant = await findTenant(services.db.pool, slug)
  if (viewer.kind === 'ANONYMOUS') return guest(dialect, route, tenant)
  const held = tenant && heldTo(viewer, tenant.id)
  if (!held) throw unknown(dialect, 'The credential is none of the account that is named.')
  return held
}

/** What is none says how to send one, which is another way where the dialect has one of its own. */
function sentenceOf({ challenge }: Dialect, { reason, sentence }: CredentialFailure): string {
  const isNone = reason === 'MALFORMED' || reason === 'NO_TOKEN'
  return isNone && challenge !== 'Bearer'
    ? 'What was sent is no credential of this service.'
    : sentence
}

/** Answered the same for an account that is not there and for one that is not open to all. */
function guest(dialect: Dialect, route: Route, tenant: Tenant | undefined): Viewer {
  if (!route.public) throw unknown(dialect, 'The request carries no credential.')
  if (tenant?.publicAvailability) return guestOf(tenant.id, dialect.publicScopes ?? [])
  throw unknown(dialect, 'Without a credential, the account that is named shows nothing.')
}

function unknown(dialect: Dialect, sentence: string, bearer = bearerChallenge()): Failed {
  const challenge = dialect.challenge === 'Bearer' ? bearer : dialect.challenge
  return new Failed('UNAUTHENTICATED', sentence, { headers: { 'www-authenticate': challenge } })
}
