// Addresses at which whoever has one sees and manages one booking. The secret in it is kept as a
// hash, so each mail has an address of its own; all of one booking are good beside each other.

import { poolReader } from '../db/reader.ts'
import type { Database } from '../db/client.ts'
import type { Key } from '../db/id.ts'
import { timestamptz } from '../db/timestamp.ts'
import type { Transaction } from '../db/transaction.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { newManageSecret, type IssuedSecret } from '../auth/secret.ts'
import { DAY, type Instant } from '../time/instant.ts'

/** How long after the end of its booking an address is good, in days. */
export const manageDays = 30

/** Below the address of the service. */
export const managePath = '/manage'

export type ManageLink = { url: string; hash: IssuedSecret['hash'] }

/** An address that leads nowhere until it is kept. */
export function newManageLink(baseUrl: string): ManageLink {
  const { text, hash } = newManageSecret()
  return { url: `${baseUrl}${managePath}/${text}`, hash }
}

/** Keeps the addresses of bookings; before anybody is told of them. */
export async function keepManageLinks(
  prisma: Pick<Transaction, 'manageLink'>,
  links: readonly (ManageLink & { booking: Key })[],
  now: Instant,
): Promise<void> {
  if (links.length === 0) return
  const createdAt = new Date(now)
  await prisma.manageLink.createMany({
    data: links.map(({ hash, booking: { accountId, id } }) => ({
      secretHash: hash,
      accountId,
      bookingId: id,
      createdAt,
    })),
  })
}

/** The booking of a secret; null when there is none, or when it ended too long ago. */
export async function findManaged(
  db: Database,
  secretHash: Buffer,
  now: Instant,
): Promise<Key | null> {
  const [found] = await poolReader(db)<Key>(Prisma.sql`
    SELECT m."accountId"::text AS "accountId", m."bookingId"::text AS "id"
    FROM "ManageLink" m JOIN "Booking" b ON b."accountId" = m."accountId" AND b."id" = m."bookingId"
    WHERE m."secretHash" = ${secretHash} AND b."endsAt" > ${before(now)}`)
  return found ?? null
}

/** Removes the addresses that are good no more. */
export async function pruneManageLinks(db: Database, now: Instant): Promise<void> {
  await poolReader(db)(Prisma.sql`
    DELETE FROM "ManageLink" m USING "Booking" b
    WHERE b."accountId" = m."accountId" AND b."id" = m."bookingId" AND b."endsAt" <= ${before(now)}`)
}

const before = (now: Instant) => timestamptz(now - manageDays * DAY)
