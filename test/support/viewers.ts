// The people of the authorization table: the same seven in every test that asks who may do what.
import { allScopes, type Scope } from '../../src/auth/scope.ts'
import type { Database } from '../../src/db/client.ts'
import { makeAccount, makeApiClient, makeApiKey } from './makers.ts'

const reading = allScopes.filter((scope) => scope.endsWith(':read'))

const frontDeskScopes: readonly Scope[] = [
  'accounts:read',
  'bookings:read',
  'bookings:write',
  'customers:read',
  'customers:write',
  'customers:contact',
  'services:read',
  'staff:read',
  'availability:read',
  'events:read',
]

export const viewerNames = [
  'anonymous',
  'readOnly',
  'frontDesk',
  'staff',
  'admin',
  'multiAccountAdmin',
  'outsider',
] as const

export type ViewerName = (typeof viewerNames)[number]

/**
 * Two accounts of one owner and one of somebody else, with a credential for each of the seven;
 * admin and multi-account admin are one person.
 */
export async function makeViewers(db: Database, now: number) {
  const first = await makeAccount(db, { name: 'First', timeZone: 'Europe/London' })
  const second = await makeAccount(db, { name: 'Second', timeZone: 'America/New_York' })
  const foreign = await makeAccount(db, { name: 'Foreign', timeZone: 'Asia/Kolkata' })
  const accountId = first.id
  const admin = await makeApiKey(db, { accountId, role: 'ADMIN' })
  const everywhere = { accountIds: [first.id, second.id], userId: admin.userId, now }
  const tokens: Record<ViewerName, string | null> = {
    anonymous: null,
    readOnly: (await makeApiKey(db, { accountId, role: 'VIEWER', scopes: reading })).key,
    frontDesk: (await makeApiKey(db, { accountId, role: 'STAFF', scopes: frontDeskScopes })).key,
    staff: (await makeApiKey(db, { accountId, role: 'STAFF' })).key,
    admin: admin.key,
    multiAccountAdmin: (await makeApiClient(db, { ...everywhere, role: 'ADMIN' })).token,
    outsider: (await makeApiKey(db, { accountId: foreign.id, role: 'OWNER' })).key,
  }
  return { accounts: { first, second, foreign }, tokens }
}
