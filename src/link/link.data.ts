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
import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type BookingLink } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { windowOfRow } from './link-terms.data.ts'
import { windowOf } from './link-window.ts'
import { choiceOf, ledPool, withOne, type Choice, type Distribution, type Pool } from './link.ts'
import type { Routing } from './routing.ts'

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

type PoolRow = { at: number; staffId: string; named: boolean; usable: boolean }

/** A link, and the service that is meant when it is not its first one. */
export type LinkKey = Key & { serviceId?: string | null }

/**
 * Who may do what these links book, in the order of the keys: those they name, without whoever left
 * or gives the service no more; of a link that names nobody, whoever gives the service.
 */
export async function readPools(read: Reader, links: readonly LinkKey[]): Promise<Pool[]> {
  const rows = await read<PoolRow>(Prisma.sql`
    SELECT u."at"::int AS "at", m."id"::text AS "staffId", p."staffId" IS NOT NULL AS "named",
      m."active" AND (s."kind" = 'CLASS' OR g."staffId" IS NOT NULL) AS "usable"
    FROM unnest(${links.map(({ accountId }) => accountId)}::uuid[],
        ${links.map(({ id }) => id)}::uuid[],
        ${links.map(({ serviceId }) => serviceId ?? null)}::uuid[])
        WITH ORDINALITY u("accountId", "id", "serviceId", "at")
      JOIN "BookingLink" l ON l."accountId" = u."accountId" AND l."id" = u."id"
      JOIN "Service" s ON s."accountId" = l."accountId"
        AND s."id" = coalesce(u."serviceId", l."serviceId")
      JOIN "StaffMember" m ON m."accountId" = l."accountId"
      LEFT JOIN "BookingLinkStaff" p ON p."accountId" = l."accountId" AND p."linkId" = l."id"
        AND p."staffId" = m."id"
      LEFT JOIN "ServiceStaff" g ON g."accountId" = l."accountId" AND g."serviceId" = s."id"
        AND g."staffId" = m."id"
    WHERE p."staffId" IS NOT NULL OR g."staffId" IS NOT NULL
    ORDER BY p."position", g."position", m."id"`)
  const byLink = Map.groupBy(rows, ({ at }) => at)
  return links.map((_, index) => {
    const all = byLink.get(index + 1) ?? []
    const named = all.some((row) => row.named)
    const usable = all.filter((row) => row.usable && row.named === named)
    return { named, staffIds: usable.map(({ staffId }) => staffId) }
  })
}

/** Whom a booking of this service through this link is with, when the answers lead there. */
export async function readChoice(
  read: Reader,
  link: LinkKey & { distribution: Distribution },
  { staffIds }: Pick<Routing, 'staffIds'> = { staffIds: null },
): Promise<Choice> {
  const [pool = { named: false, staffIds: [] }] = await readPools(read, [link])
  return choiceOf(link.distribution, ledPool(pool, staffIds))
}

/** The services that the link books, its first one first. */
export async function servicesOf(read: Reader, links: readonly Key[]): Promise<string[][]> {
  const rows = await read<{ linkId: string; serviceId: string }>(Prisma.sql`
    SELECT u."id"::text AS "linkId", x."serviceId"::text AS "serviceId"
    FROM unnest(${links.map(({ accountId }) => accountId)}::uuid[],
        ${links.map(({ id }) => id)}::uuid[]) u("accountId", "id")
      CROSS JOIN LATERAL (
        SELECT l."serviceId", -1 AS "position" FROM "BookingLink" l
        WHERE l."accountId" = u."accountId" AND l."id" = u."id"
        UNION ALL SELECT o."serviceId", o."position" FROM "BookingLinkService" o
        WHERE o."accountId" = u."accountId" AND o."linkId" = u."id") x
    ORDER BY x."position"`)
  const byLink = Map.groupBy(rows, ({ linkId }) => linkId)
  return links.map(({ id }) => (byLink.get(id) ?? []).map(({ serviceId }) => serviceId))
}

/**
 * Keeps others from keeping anything through the link, and from using it up, until the transaction
 * ends; bookings and holds that point at it pass.
 */
export async function lockLink(read: Reader, { accountId, id }: Key): Promise<void> {
  await read(Prisma.sql`SELECT 1 FROM "BookingLink"
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid FOR NO KEY UPDATE`)
}

/** How many live holds there are through a link, and of one visitor, without the asker's own. */
export async function holdsThrough(
  read: Reader,
  { accountId, id }: Key,
  now: Instant,
  { own = null, visitor = null }: { own?: string | null; visitor?: Buffer | null },
): Promise<{ all: number; ofVisitor: number }> {
  const [row] = await read<{ all: number; ofVisitor: number }>(Prisma.sql`
    SELECT count(*)::int AS "all",
      (count(*) FILTER (WHERE "visitor" = ${visitor}::bytea))::int AS "ofVisitor"
    FROM "Hold" WHERE "accountId" = ${accountId}::uuid AND "linkId" = ${id}::uuid
      AND "state" = 'LIVE' AND "expiresAt" > ${timestamptz(now)}
      AND "id" IS DISTINCT FROM ${own}::uuid`)
  return row ?? { all: 0, ofVisitor: 0 }
}

/** Whether nothing is booked through a link any more, by hand, by time or by use. */
export function isClosed(
  { active, expiresAt, maxBookings, bookedCount }: BookingLink,
  now: Instant,
): boolean {
  const isOver = expiresAt !== null && expiresAt.getTime() <= now
  return !active || isOver || (maxBookings !== null && bookedCount >= maxBookings)
}

export type LinkQuestion = Pick<AvailabilityQuestion, 'now' | 'partySize'> & {
  /** One of the link's; left out, the first. */
  serviceId?: string | null
  /** Only with this one of its staff. */
  staffId?: string | null
  /** Where the answers lead. */
  routing?: Routing
}

/** What is free through a link in `[from, to)`, and how to find the first thing free after it. */
export async function linkOffers(
  db: Database,
  link: BookingLink,
  { now, partySize, serviceId: asked, staffId = null, routing }: LinkQuestion,
  from: Instant,
  to: Instant,
): Promise<Offers> {
  if (isClosed(link, now) || routing?.reject != null) return nothing
  // What is left of a link's uses may be kept for others.
  const { maxBookings, bookedCount } = link
  const kept = maxBookings === null ? null : await holdsThrough(poolReader(db), link, now, {})
  if (kept && bookedCount + kept.all >= (maxBookings ?? 0)) return nothing
  const serviceId = routing?.serviceId ?? asked ?? link.serviceId
  const own = await readChoice(poolReader(db), { ...link, serviceId }, routing)
  const choice = withOne(own, staffId)
  if (!choice) return nothing
  const question: AvailabilityQuestion = {
    services: [{ accountId: link.accountId, id: serviceId }],
    now,
    partySize,
    ...choice,
    window: windowOf(windowOfRow(link)),
    durationMinutes: null,
    resourceIds: null,
    exceptBookingId: null,
  }
  return offersFor(db, question, from, to)
}

export type Offers = { offers: readonly Offer[]; next: () => Promise<Offer | null> }

const nothing: Offers = { offers: [], next: async () => null }

/** What a question about one service finds in `[from, to)`, and how to find the first after it. */
export async function offersFor(
  db: Database,
  question: AvailabilityQuestion,
  from: Instant,
  to: Instant,
): Promise<Offers> {
  const [{ id }] = question.services as [Key]
  const offers = (await loadOffers(db, question, from, to)).get(id) ?? []
  const next = async () => {
    if (offers.length > 0) return null
    const found = await firstOffers(db, question, Math.max(to, question.now), 1)
    return found.get(id)?.[0] ?? null
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
      AND r."startsAt" = ${timestamptz(startsAt)} ${ofPool}
    ORDER BY r."capacity" - r."seatsTaken" - r."seatsHeld" - r."seatsBlocked" < ${partySize},
      r."id" LIMIT 1`)
  return row?.id ?? null
}
