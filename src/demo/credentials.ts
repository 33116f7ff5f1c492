// What somebody needs to try the demo: one credential for each purpose, with as much as that takes.
// Secrets are in the return value only.

import { issueApiClient, issueApiKey } from '../auth/credential.data.ts'
import { hashPassword } from '../auth/password.ts'
import type { Sealer } from '../auth/seal.ts'
import { allScopes, type Scope } from '../auth/scope.ts'
import { newApplicationSecret, newInstallationKey, newPublicId } from '../auth/secret.ts'
import { newId } from '../db/id.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Account } from '../generated/prisma/client.ts'
import { encodeId } from '../graphql/ids.ts'
import { scopesOf } from '../rest/bookeo/permissions.ts'

export type DemoCredentials = {
  /** What the owner of the five signs in with. */
  console: { email: string; password: string }
  admin: { clientId: string; clientSecret: string; scopes: Scope[] }
  readOnly: { apiKey: string; account: string }
  frontDesk: { apiKey: string; account: string }
  outsider: { apiKey: string; account: string }
  bookeo: { secretKey: string; apiKey: string }
  bookingflow: { apiKey: string }
  appointedd: { clientId: string; clientSecret: string; v1ApiKey: string }
  calendesk: { tenant: string; apiKey: string }
  relentify: { apiKey: string; slug: string; bookingLinkId: string }
}

export type DemoName = 'salon' | 'clinic' | 'tours' | 'escapeRoom' | 'yoga' | 'outsider'

/** The standing demo: its accounts and who owns each. */
export type Demo = Record<DemoName, Account & { ownerId: string }>

/** Those that one owner has, in the order in which they are shown. */
export function demoAccounts({ salon, clinic, tours, escapeRoom, yoga }: Demo): Account[] {
  return [salon, clinic, tours, escapeRoom, yoga]
}

const readScopes = allScopes.filter((scope) => scope.endsWith(':read'))

const frontDeskScopes: readonly Scope[] = [
  'bookings:read',
  'bookings:write',
  'customers:read',
  'customers:write',
  'customers:contact',
  'services:read',
  'staff:read',
  'availability:read',
  'accounts:read',
  'payments:read',
  'events:read',
]

/** What a booking bot needs: to see what can be booked, and to book it for somebody. */
const bookingScopes: readonly Scope[] = [
  'bookings:read',
  'bookings:write',
  'customers:read',
  'customers:contact',
  'services:read',
  'staff:read',
  'availability:read',
  'accounts:read',
]

/** All of a business' own data, and nothing of who may see it. */
const integrationScopes = allScopes.filter(
  (scope) => !/^(clients|apps|subaccounts|audit):/.test(scope),
)

/** Everything that Bookeo's applications can ask for. */
const bookeoPermissions = [
  'bookings_rw_all',
  'customers_rw_all',
  'payments_rw_all',
  'blocks_rwd_all',
  'availability_r',
  'subaccounts_all',
  'settings_r',
]

/** Makes new credentials for everything that demo.json names. */
export async function issueDemoCredentials(
  tx: Transaction,
  demo: Demo,
  sealer: Sealer,
): Promise<DemoCredentials> {
  const { salon, clinic, tours, escapeRoom, outsider } = demo
  const keyOf = async (account: Demo[DemoName], name: string, scopes: readonly Scope[]) => {
    const made = { accountId: account.id, createdById: account.ownerId, name, scopes }
    return (await issueApiKey(tx, made)).key
  }
  const clientOf = async (accounts: readonly Account[], name: string, scopes: readonly Scope[]) => {
    const accountIds = accounts.map(({ id }) => id)
    const made = { createdById: salon.ownerId, name, scopes, accountIds }
    const { clientId, clientSecret } = await issueApiClient(tx, made)
    return { clientId, clientSecret }
  }
  const link = await tx.bookingLink.findFirstOrThrow({ where: { accountId: salon.id } })
  return {
    console: await givePassword(tx, demo),
    admin: {
      ...(await clientOf(demoAccounts(demo), 'Demo: all businesses', allScopes)),
      scopes: allScopes,
    },
    readOnly: {
      apiKey: await keyOf(clinic, 'Demo: read only', readScopes),
      account: accountIdOf(clinic),
    },
    frontDesk: {
      apiKey: await keyOf(salon, 'Demo: front desk', frontDeskScopes),
      account: accountIdOf(salon),
    },
    outsider: {
      apiKey: await keyOf(outsider, 'Werkstatt', allScopes),
      account: accountIdOf(outsider),
    },
    bookeo: await installApplication(tx, tours, sealer),
    bookingflow: { apiKey: await keyOf(escapeRoom, 'Demo: BookingFlow', integrationScopes) },
    appointedd: {
      ...(await clientOf(demoAccounts(demo), 'Demo: Appointedd', integrationScopes)),
      v1ApiKey: await keyOf(clinic, 'Demo: Appointedd V1', integrationScopes),
    },
    calendesk: {
      tenant: escapeRoom.slug,
      apiKey: await keyOf(escapeRoom, 'Demo: Calendesk', integrationScopes),
    },
    relentify: {
      apiKey: await keyOf(salon, 'Demo: Relentify', bookingScopes),
      slug: link.slug,
      bookingLinkId: encodeId('BookingLink', link),
    },
  }
}

/** A new password for the owner of the five, in place of any before. */
export async function givePassword(
  tx: Transaction,
  { salon }: Demo,
): Promise<DemoCredentials['console']> {
  const password = `demo-${newPublicId()}`
  const passwordHash = await hashPassword(password)
  const { id, email } = await tx.user.update({
    where: { id: salon.ownerId },
    data: { passwordHash },
  })
  await tx.userSession.deleteMany({ where: { userId: id } })
  return { email, password }
}

/** The global id of an account. */
export function accountIdOf({ id }: Pick<Account, 'id'>): string {
  return encodeId('Account', { accountId: id, id })
}

/** An application of the owner's, and its installation in one account. */
async function installApplication(
  tx: Transaction,
  account: Demo[DemoName],
  sealer: Sealer,
): Promise<DemoCredentials['bookeo']> {
  const secret = newApplicationSecret()
  const publicId = newPublicId()
  const key = newInstallationKey(publicId)
  const application = {
    id: newId(),
    publicId: newPublicId(),
    secretHash: secret.hash,
    // It signs what the application is told.
    secretSealed: sealer.seal(secret.text),
    name: 'Demo: Bookeo',
    redirectUrl: 'https://app.example.com/installed',
    ownerId: account.ownerId,
  }
  await tx.application.create({ data: application })
  await tx.installation.create({
    data: {
      accountId: account.id,
      id: newId(),
      applicationId: application.id,
      publicId,
      secretHash: key.hash,
      scopes: [...new Set(bookeoPermissions.flatMap((word) => scopesOf(word) ?? []))],
      permissions: bookeoPermissions,
      approvedById: account.ownerId,
    },
  })
  return { secretKey: secret.text, apiKey: key.text }
}
