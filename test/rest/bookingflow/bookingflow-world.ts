// An escape room in Warsaw as a client of BookingFlow meets it: a room that one party books, one
// whose sessions several share, a customer, and keys with other rights.
import type { Scope } from '../../../src/auth/scope.ts'
import { newId } from '../../../src/db/id.ts'
import { encodeId, type NodeName } from '../../../src/graphql/ids.ts'
import type { TestApp } from '../../support/app.ts'
import { makeApiKey } from '../../support/makers.ts'
import { openShop, type Shop } from '../../support/shop.ts'
import { caller, type Call } from '../support/calling.ts'

export const mount = '/bookingflow/api/v1'

/** When the recordings begin: a Monday, ten o'clock in Warsaw. */
export const start = '2026-04-20T08:00:00Z'

/** All of a business' own data. */
const siteScopes: readonly Scope[] = [
  'accounts:read',
  'bookings:read',
  'bookings:write',
  'customers:read',
  'customers:write',
  'customers:contact',
  'services:read',
  'services:write',
  'staff:read',
  'staff:write',
  'availability:read',
  'availability:write',
  'payments:read',
  'payments:write',
  'webhooks:read',
  'webhooks:write',
  'events:read',
]

export type Venue = Shop & {
  key: string
  call: Call
  /** Private: one party of 2 to 6, 60 minutes, 30 minutes between two bookings. */
  vaultId: string
  /** Public: sessions of 8 places at 17:00 UTC on 1 and 2 May 2026. */
  gamesId: string
  customerGlobalId: string
  id(name: NodeName, row: string): string
  keyWith(...scopes: Scope[]): Promise<string>
}

export async function openVenue(app: TestApp, slug?: string): Promise<Venue> {
  const shop = await openShop(app.db, {
    timeZone: 'Europe/Warsaw',
    staff: 0,
    resources: [1],
    hours: [720, 1320],
    service: {
      name: 'The Vault',
      description: 'A vault, a clock and no key.',
      slotStepMinutes: 60,
      bufferBeforeMinutes: 10,
      bufferAfterMinutes: 20,
      minParty: 2,
      maxParty: 6,
      capacity: 6,
      priceMinor: 24000,
      cancelFreeHours: 24,
      cancelRefundPercent: 50,
      maxAdvanceDays: 60,
    },
  })
  const { accountId } = shop
  const { prisma } = app.db
  await prisma.account.update({
    where: { id: accountId },
    data: { name: 'Zagadka Escape Room', currency: 'PLN', ...(slug !== undefined && { slug }) },
  })
  const gamesId = newId()
  await prisma.service.create({
    data: {
      accountId,
      id: gamesId,
      name: 'Game night',
      kind: 'CLASS',
      durationMinutes: 120,
      capacity: 8,
      maxParty: 5,
      priceMinor: 3500,
    },
  })
  await prisma.session.createMany({
    data: [1, 2].map((day) => ({
      accountId,
      id: newId(),
      serviceId: gamesId,
      startsAt: new Date(Date.UTC(2026, 4, day, 17)),
      endsAt: new Date(Date.UTC(2026, 4, day, 19)),
      capacity: 8,
    })),
  })
  await prisma.customer.updateMany({
    where: { accountId },
    data: { createdAt: new Date(start), updatedAt: new Date(start) },
  })
  const id = (name: NodeName, row: string) => encodeId(name, { accountId, id: row })
  const keyWith = async (...scopes: Scope[]) =>
    (await makeApiKey(app.db, { accountId, scopes, name: 'A narrow key' })).key
  const { key } = await makeApiKey(app.db, { accountId, scopes: siteScopes, name: 'Our website' })
  return {
    ...shop,
    key,
    call: callWith(app, key),
    vaultId: id('Service', shop.serviceId),
    gamesId: id('Service', gamesId),
    customerGlobalId: id('Customer', shop.customerId),
    id,
    keyWith,
  }
}

/** Calls as the holder of a key; null shows none. */
export function callWith(app: TestApp, key: string | null, at = mount): Call {
  return caller(app, at, key === null ? {} : { authorization: `Bearer ${key}` })
}
