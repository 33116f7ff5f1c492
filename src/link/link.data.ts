// Reads of booking links: by slug, with whom they book, what is free through them.

import {
  firstOffers,
  loadOffers,
  type AvailabilityQuestion,
  type Offer,
} from '../availability/availability.data.ts'
import type { Database } from '../db/client.ts'
import type { Key } from '../db/id.ts'
import { poolReader, type Reader } from '../db/reader.ts'
import { Prisma, type BookingLink } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { choiceOf, type Choice, type Distribution, type Pool } from './link.ts'

/** The links with this slug in these accounts, two at most: a second one makes it ambiguous. */
export function linksBySlug(
  { prisma }: Pick<Database, 'prisma'>,
  accountIds: readonly string[],
  slug: string,
): Promise<BookingLink[]> {
  return prisma.bookingLink.findMany({
    where: { accountId: { in: [...accountIds] }, slug },
    orderBy: { accountId: 'asc' },
    take: 2,
  })
}

type PoolRow = { linkId: string; staffId: string; named: boolean; usable: boolean }

/**
 * Who may do what these links book, in the order of the keys: those they name, without whoever left
 * or gives the service no more; of a link that names nobody, whoever gives the service.
 */
export async function readPools(read: Reader, links: readonly Key[]): Promise<Pool[]> {
  const rows = await read<PoolRow>(Prisma.sql`
    SELECT u."id"::text AS "linkId", m."id"::text AS "staffId", p."staffId" IS NOT NULL AS "named",
      m."active" AND (s."kind" = 'CLASS' OR g."staffId" IS NOT NULL) AS "usable"
    FROM unnest(${links.map(({ accountId }) => accountId)}::uuid[],
        ${links.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      JOIN "BookingLink" l ON l."accountId" = u."accountId" AND l."id" = u."id"
      JOIN "Service" s ON s."accountId" = l."accountId" AND s."id" = l."serviceId"
      JOIN "StaffMember" m ON m."accountId" = l."accountId"
      LEFT JOIN "BookingLinkStaff" p ON p."accountId" = l."accountId" AND p."linkId" = l."id"
        AND p."staffId" = m."id"
      LEFT JOIN "ServiceStaff" g ON g."accountId" = l."accountId" AND g."serviceId" = l."serviceId"
        AND g."staffId" = m."id"
    WHERE p."staffId" IS NOT NULL OR g."staffId" IS NOT NULL
    ORDER BY p."position", g."position", m."id"`)
  const byLink = Map.groupBy(rows, ({ linkId }) => linkId)
  return links.map(({ id }) => {
    const all = byLink.get(id) ?? []
    const named = all.some((row) => row.named)
    const usable = all.filter((row) => row.usable && row.named === named)
    return { named, staffIds: usable.map(({ staffId }) => staffId) }
  })
}

/** Whom a booking through this link is with. */
export async function readChoice(
  read: Reader,
  link: Key & { distribution: Distribution },
): Promise<Choice> {
  const [pool] = await readPools(read, [link])
  return choiceOf(link.distribution, pool ?? { named: false, staffIds: [] })
}

export type LinkQuestion = Pick<AvailabilityQuestion, 'now' | 'partySize'>

/** What is free through a link in `[from, to)`, and how to find the first thing free after it. */
export async function linkOffers(
  db: Database,
  link: BookingLink,
  { now, partySize }: LinkQuestion,
  from: Instant,
  to: Instant,
): Promise<{ offers: Offer[]; next: () => Promise<Offer | null> }> {
  if (!link.active) return { offers: [], next: async () => null }
  const choice = await readChoice(poolReader(db), link)
  const question: AvailabilityQuestion = {
    services: [{ accountId: link.accountId, id: link.serviceId }],
    now,
    partySize,
    ...choice,
    durationMinutes: null,
    resourceIds: null,
    exceptBookingId: null,
  }
  const offers = (await loadOffers(db, question, from, to)).get(link.serviceId) ?? []
  const next = async () => {
    if (offers.length > 0) return null
    const found = await firstOffers(db, question, Math.max(to, now), 1)
    return found.get(link.serviceId)?.[0] ?? null
  }
  return { offers, next }
}

/**
 * The session of a class that starts then, one with enough seats first; with one of these staff
 * members, unless that does not matter.
 */
export async function sessionAt(
  read: Reader,
  { accountId, id }: Key,
  startsAt: Date,
  partySize: number,
  staffIds: readonly string[] | null,
): Promise<string | null> {
  const ofPool = staffIds
    ? Prisma.sql`AND EXISTS (SELECT FROM "SessionStaff" j WHERE j."accountId" = r."accountId"
        AND j."sessionId" = r."id" AND j."staffId" = ANY(${staffIds}::uuid[]))`
    : Prisma.empty
  const [row] = await read<{ id: string }>(Prisma.sql`
    SELECT r."id"::text AS "id" FROM "Session" r
    WHERE r."accountId" = ${accountId}::uuid AND r."serviceId" = ${id}::uuid AND r."active"
      AND r."startsAt" = ${startsAt.toISOString()}::timestamptz ${ofPool}
    ORDER BY r."capacity" - r."seatsTaken" - r."seatsHeld" < ${partySize}, r."id" LIMIT 1`)
  return row?.id ?? null
}
