// Two businesses of one owner, a clinic in London and a yoga studio in Vancouver, as a client of
// Appointedd's V2 API meets them, and one of somebody else.
import type { Scope } from '../../../src/auth/scope.ts'
import { createBooking } from '../../../src/booking/booking.actions.ts'
import { encodeId, type NodeName } from '../../../src/graphql/ids.ts'
import type { TestApp } from '../../support/app.ts'
import { giveRole, makeApiClient, makeUser } from '../../support/makers.ts'
import { asked, monday, openShop, schedule, tuesday, type Shop } from '../../support/shop.ts'

export const mount = '/appointedd/v2'

/** What an integration that only reads asks for. */
export const readingScopes: readonly Scope[] = [
  'accounts:read',
  'bookings:read',
  'customers:read',
  'customers:contact',
  'services:read',
  'staff:read',
  'payments:read',
]

export type Business = Shop & {
  slug: string
  id: (name: NodeName, id?: string) => string
}

type Opening = Parameters<typeof openShop>[1] & { name: string; slug: string }

/** A shop by a name of its own, whose customer can be written to. */
export async function openBusiness({ db }: TestApp, opening: Opening): Promise<Business> {
  const { name, slug, ...options } = opening
  const shop = await openShop(db, options)
  const { accountId, customerId } = shop
  await db.prisma.account.update({ where: { id: accountId }, data: { name, slug } })
  await db.prisma.customer.update({
    where: { accountId_id: { accountId, id: customerId } },
    data: {
      firstName: 'Ada',
      lastName: 'Byron',
      email: `ada@${slug}.example.com`,
      phone: '+441632960000',
      createdAt: new Date(monday),
      updatedAt: new Date(monday),
    },
  })
  const id = (node: NodeName, own = accountId) => encodeId(node, { accountId, id: own })
  return { ...shop, slug, id }
}

export type TwoBusinesses = {
  clinic: Business
  studio: Business
  foreign: Business
  /** Of the one owner. */
  userId: string
  token: string
  clientId: string
  clientSecret: string
  bookings: { first: string; second: string; seats: string; foreign: string }
  sessionId: string
}

/** `prefix` keeps the slugs of several worlds in one database apart. */
export async function openTwo(app: TestApp, prefix = ''): Promise<TwoBusinesses> {
  const clinic = await openBusiness(app, {
    name: 'Clinic',
    slug: `${prefix}clinic`,
    timeZone: 'Europe/London',
    staff: 2,
  })
  const studio = await openBusiness(app, {
    name: 'Studio',
    slug: `${prefix}studio`,
    timeZone: 'America/Vancouver',
    service: { name: 'Yoga', kind: 'CLASS', capacity: 8, maxParty: 4, priceMinor: null },
  })
  const foreign = await openBusiness(app, { name: 'Foreign', slug: `${prefix}foreign` })
  const sessionId = await schedule(studio, 8, tuesday(18))
  const book = async (shop: Shop, wish: Parameters<typeof asked>[1]) =>
    (await createBooking(shop.ctx, asked(shop, wish))).id
  const [one, two] = clinic.staffIds
  const bookings = {
    first: await book(clinic, { startsAt: tuesday(10), staffId: one ?? null }),
    second: await book(clinic, { startsAt: tuesday(12), staffId: two ?? null, notes: 'By phone' }),
    seats: await book(studio, { sessionId, partySize: 2 }),
    foreign: await book(foreign, { startsAt: tuesday(11) }),
  }
  const userId = (await makeUser(app.db)).id
  for (const { accountId } of [clinic, studio]) await giveRole(app.db, accountId, userId, 'ADMIN')
  const accountIds = [clinic.accountId, studio.accountId]
  const made = { accountIds, role: 'ADMIN', userId, scopes: readingScopes } as const
  const { token, clientId, clientSecret } = await makeApiClient(app.db, {
    ...made,
    now: app.clock.now(),
  })
  return {
    clinic,
    studio,
    foreign,
    userId,
    token,
    clientId,
    clientSecret,
    bookings: {
      first: clinic.id('Booking', bookings.first),
      second: clinic.id('Booking', bookings.second),
      seats: studio.id('Booking', bookings.seats),
      foreign: foreign.id('Booking', bookings.foreign),
    },
    sessionId: studio.id('Session', sessionId),
  }
}
