// Credentials for a dialect, as many as its own limit of requests takes: each is used as often as it
// may be in a minute, and then the next one. A measured server's clock stands still, and so does
// the minute.

import { createSealer } from '../../src/auth/seal.ts'
import type { Dialect } from '../../src/rest/route.ts'
import { makeApiClient, makeApiKey, makeInstallation } from '../../test/support/makers.ts'
import { allScopes } from '../../src/auth/scope.ts'
import { now } from './business.ts'
import type { Store } from './store.ts'

/** Whose credentials: one business, or for a client all of its owner's. */
export type Whose = { accountId: string; slug: string; accountIds: string[]; ownerId: string }

/** The headers that a caller shows itself by. */
export type Shown = Record<string, string>

const bearer = (key: string): Shown => ({ authorization: `Bearer ${key}` })

/** How each dialect is shown a new credential. */
const issuers: Record<string, (store: Store, whose: Whose) => Promise<Shown>> = {
  relentify: async (store, whose) => bearer(await newKey(store, whose)),
  bookingflow: async (store, whose) => bearer(await newKey(store, whose)),
  'appointedd-v1': async (store, whose) => ({ 'x-api-key': await newKey(store, whose) }),
  calendesk: async (store, whose) => ({
    'x-tenant': whose.slug,
    'x-api-key': await newKey(store, whose),
  }),
  appointedd: async (store, { accountIds, ownerId: userId }) =>
    bearer((await makeApiClient(store, { accountIds, userId, now })).token),
  bookeo: async (store, { accountId }) => {
    const sealer = createSealer(new Uint8Array(32))
    const made = await makeInstallation(store, { accountId, scopes: allScopes, sealer })
    const [, secretKey = '', apiKey = ''] = made.authorization.split(' ')
    return { 'x-bookeo-secretkey': secretKey, 'x-bookeo-apikey': apiKey }
  },
}

async function newKey(store: Store, { accountId, ownerId: userId }: Whose): Promise<string> {
  return (await makeApiKey(store, { accountId, userId })).key
}

/** Enough of them for so many calls. */
export async function makeCallers(
  store: Store,
  { name, requestsPerMinute = Infinity }: Dialect,
  whose: Whose,
  calls: number,
): Promise<Shown[]> {
  const issue = issuers[name]
  if (!issue) throw new Error(`How "${name}" is shown a credential is not known here.`)
  const callers: Shown[] = []
  for (let made = 0; made < Math.max(1, calls / requestsPerMinute); made++) {
    callers.push(await issue(store, whose))
  }
  return callers
}
