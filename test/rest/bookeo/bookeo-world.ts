// Tours on a harbour as an application of Bookeo meets them: an account with a product of each
// type, and the application installed in it, with some of the vendor's permissions.
import { newApplicationSecret, newInstallationKey, newPublicId } from '../../../src/auth/secret.ts'
import { newId } from '../../../src/db/id.ts'
import { encodeId, type NodeName } from '../../../src/graphql/ids.ts'
import { scopesOf } from '../../../src/rest/bookeo/permissions.ts'
import type { TestApp } from '../../support/app.ts'
import { giveRole, makeUser } from '../../support/makers.ts'
import { openShop, schedule, type Shop } from '../../support/shop.ts'
import { caller, type Call } from '../support/calling.ts'

export const mount = '/bookeo/v2'

export const everything = [
  'bookings_rw_all',
  'customers_rw_all',
  'payments_rw_all',
  'blocks_rwd_all',
  'availability_r',
  'subaccounts_all',
  'settings_r',
]

export type Keys = { secretKey: string; apiKey: string }

type Installing = {
  accountId: string
  permissions?: readonly string[]
  /** In place of those that the permissions stand for. */
  scopes?: readonly string[]
  /** Who approved it; left out, a new owner. */
  approvedById?: string
}

/** An application of its own, installed in the account. */
export async function install(app: TestApp, installing: Installing): Promise<Keys> {
  const { accountId, permissions = everything } = installing
  const scopes = installing.scopes ?? permissions.flatMap((word) => scopesOf(word) ?? [])
  const secret = newApplicationSecret()
  const publicId = newPublicId()
  const key = newInstallationKey(publicId)
  let approvedById = installing.approvedById
  if (approvedById === undefined) {
    approvedById = (await makeUser(app.db)).id
    await giveRole(app.db, accountId, approvedById, 'OWNER')
  }
  const application = await app.db.prisma.application.create({
    data: {
      id: newId(),
      publicId: newPublicId(),
      secretHash: secret.hash,
      secretSealed: Buffer.from(app.app.services.sealer.seal(secret.text)),
      name: 'An application',
      redirectUrl: 'https://app.example.com/done',
      ownerId: approvedById,
    },
  })
  await app.db.prisma.installation.create({
    data: {
      accountId,
      id: newId(),
      applicationId: application.id,
      publicId,
      secretHash: key.hash,
      scopes: [...new Set(scopes)],
      permissions: [...permissions],
      approvedById,
      approvedAt: new Date(app.clock.now()),
    },
  })
  return { secretKey: secret.text, apiKey: key.text }
}

/** As the vendor's headers show them. */
export function shown({ secretKey, apiKey }: Keys): Record<string, string> {
  return { 'X-Bookeo-secretKey': secretKey, 'X-Bookeo-apiKey': apiKey }
}

export function callAs(app: TestApp, keys: Keys): Call {
  return caller(app, mount, shown(keys))
}

export type Harbour = Shop & {
  keys: Keys
  call: Call
  id: (name: NodeName, rowId?: string) => string
  /** The product with a free start, and the one with sessions. */
  kayak: string
  cruise: string
  cruiseId: string
  sessionIds: string[]
}

type Options = { permissions?: readonly string[]; sessions?: readonly Date[]; currency?: string }

export async function openHarbour(app: TestApp, options: Options = {}): Promise<Harbour> {
  const shop = await openShop(app.db, {
    timeZone: 'Australia/Sydney',
    resources: [1],
    service: { name: 'Kayak hire', durationMinutes: 90, priceMinor: 2750, maxParty: 4 },
  })
  const { accountId, serviceId } = shop
  const { prisma } = app.db
  const { currency = 'AUD', permissions = everything, sessions = [] } = options
  await prisma.account.update({
    where: { id: accountId },
    data: { name: 'Harbour Tours', currency, locale: 'en-AU' },
  })
  const then = new Date(app.clock.now() - 30 * 86_400_000)
  await prisma.customer.updateMany({ where: { accountId }, data: { createdAt: then } })
  await prisma.partyCategory.createMany({
    data: ['adults', 'children'].map((code, position) => ({
      accountId,
      code,
      name: code === 'adults' ? 'Adults' : 'Children (4 to 15)',
      position,
    })),
  })
  const cruiseId = newId()
  await prisma.service.create({
    data: {
      accountId,
      id: cruiseId,
      name: 'Harbour cruise',
      description: 'Two hours on the water.',
      kind: 'CLASS',
      durationMinutes: 60,
      priceMinor: 4500,
      capacity: 10,
      maxParty: 10,
    },
  })
  const sessionIds: string[] = []
  for (const startsAt of sessions) {
    sessionIds.push(await schedule({ ...shop, serviceId: cruiseId }, 10, startsAt))
  }
  const id: Harbour['id'] = (name, rowId = accountId) => encodeId(name, { accountId, id: rowId })
  const keys = await install(app, { accountId, permissions })
  return {
    ...shop,
    keys,
    call: callAs(app, keys),
    id,
    kayak: id('Service', serviceId),
    cruise: id('Service', cruiseId),
    cruiseId,
    sessionIds,
  }
}
