// Rows of calendar feeds, and everything that one shows, read by its secret in one statement that
// also notes its use.

import type { Role } from '../auth/scope.ts'
import { poolReader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type CalendarFeed } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { bookingFacts, sessionFacts } from './facts.data.ts'
import type { FeedFact } from './feed-entries.ts'
import { feedLimits, type FeedModel } from './feed.ts'

export type FeedFound = Pick<
  CalendarFeed,
  'accountId' | 'id' | 'staffId' | 'customerId' | 'name' | 'scopes' | 'pastDays'
> & {
  /** Of whoever made it, in its account, now. */
  role: Role
  accountName: string
  accountZone: string
  /** The zone of whoever it is about; null when they have none of their own. */
  ownZone: string | null
  facts: FeedFact[]
}

/** Whose bookings a feed shows. */
export function modelOf({ staffId, customerId }: Pick<FeedFound, 'staffId' | 'customerId'>) {
  const model: FeedModel = staffId ? 'StaffMember' : customerId ? 'Customer' : 'Account'
  return model
}

/** How exactly the last use is kept. */
const usedEveryMs = 60_000

/**
 * The feed with this secret, and what it shows; null when there is none, when it was revoked or has
 * expired, when its customer was erased or merged, or when whoever made it has left the account.
 */
export async function findFeed(
  db: Parameters<typeof poolReader>[0],
  secretHash: Buffer,
  now: Instant,
): Promise<FeedFound | null> {
  const [found] = await poolReader(db)<FeedFound>(Prisma.sql`
    WITH feed AS MATERIALIZED (
      SELECT f."accountId", f."id", f."staffId", f."customerId", f."name", f."scopes",
        f."pastDays", m."role"::text AS "role", a."name" AS "accountName",
        a."timeZone" AS "accountZone", COALESCE(s."timeZone", c."timeZone") AS "ownZone",
        ${timestamptz(now)} - make_interval(days => f."pastDays") AS "from",
        ${timestamptz(now)} + make_interval(days => ${feedLimits.futureDays}::int) AS "to",
        ${timestamptz(now)} - make_interval(days => ${feedLimits.calledOffDays}::int) AS "offSince"
      FROM "CalendarFeed" f
        JOIN "Account" a ON a."id" = f."accountId"
        JOIN "Membership" m ON m."accountId" = f."accountId" AND m."userId" = f."createdById"
        LEFT JOIN "StaffMember" s ON s."accountId" = f."accountId" AND s."id" = f."staffId"
        LEFT JOIN "Customer" c ON c."accountId" = f."accountId" AND c."id" = f."customerId"
      WHERE f."secretHash" = ${secretHash} AND f."revokedAt" IS NULL
        AND (f."expiresAt" IS NULL OR f."expiresAt" > ${timestamptz(now)})
        AND c."erasedAt" IS NULL AND c."mergedIntoId" IS NULL
    ), used AS (
      UPDATE "CalendarFeed" u SET "lastUsedAt" = ${timestamptz(now)} FROM feed f
      WHERE u."accountId" = f."accountId" AND u."id" = f."id"
        AND (u."lastUsedAt" IS NULL OR u."lastUsedAt" <= ${timestamptz(now - usedEveryMs)})
    )
    SELECT f.*, COALESCE((
      SELECT jsonb_agg(e."fact" ORDER BY e."fact"->'startsAt', e."fact"->'id') FROM (
        (SELECT * FROM (${bookings(now, 'PAST')} UNION ALL ${sessions(now, 'PAST')}) p
          ORDER BY "startsAt" DESC LIMIT ${feedLimits.pastEntries}::int)
        UNION ALL
        (SELECT * FROM (${bookings(now, 'TO_COME')} UNION ALL ${sessions(now, 'TO_COME')}) t
          ORDER BY "startsAt" LIMIT ${feedLimits.futureEntries}::int)
      ) e), '[]') AS "facts"
    FROM feed f`)
  return found ?? null
}

type Part = 'PAST' | 'TO_COME'

/** What starts in one part of the window, the nearest to now first. */
function within(now: Instant, part: Part): { where: Prisma.Sql; nearest: Prisma.Sql } {
  const limit = part === 'PAST' ? feedLimits.pastEntries : feedLimits.futureEntries
  const direction = Prisma.raw(part === 'PAST' ? 'DESC' : 'ASC')
  return {
    where:
      part === 'PAST'
        ? Prisma.sql`r."startsAt" >= f."from" AND r."startsAt" < ${timestamptz(now)}`
        : Prisma.sql`r."startsAt" >= ${timestamptz(now)} AND r."startsAt" < f."to"`,
    nearest: Prisma.sql`ORDER BY r."startsAt" ${direction} LIMIT ${limit}::int`,
  }
}

/** Appointments; of a customer, also seats in sessions. */
function bookings(now: Instant, part: Part): Prisma.Sql {
  const { where, nearest } = within(now, part)
  return bookingFacts(Prisma.sql`SELECT r.* FROM "Booking" r, feed f
    WHERE r."accountId" = f."accountId" AND ${where}
      AND (f."customerId" IS NULL OR r."customerId" = f."customerId")
      AND (f."customerId" IS NOT NULL OR r."sessionId" IS NULL)
      AND (f."staffId" IS NULL OR r."staffId" = f."staffId" OR EXISTS (
        SELECT FROM "Occupancy" o WHERE o."accountId" = r."accountId"
          AND o."bookingId" = r."id" AND o."staffId" = f."staffId"))
      AND (r."status" NOT IN ('CANCELLED', 'DECLINED')
        OR COALESCE(r."cancelledAt", r."updatedAt") >= f."offSince")
    ${nearest}`)
}

/** One entry for each session, whoever sits in it; not of a customer. */
function sessions(now: Instant, part: Part): Prisma.Sql {
  const { where, nearest } = within(now, part)
  return sessionFacts(Prisma.sql`SELECT r.* FROM "Session" r, feed f
    WHERE r."accountId" = f."accountId" AND ${where} AND f."customerId" IS NULL
      AND (f."staffId" IS NULL OR EXISTS (SELECT FROM "SessionStaff" l
        WHERE l."accountId" = r."accountId" AND l."sessionId" = r."id"
          AND l."staffId" = f."staffId"))
      AND (r."active" OR r."updatedAt" >= f."offSince")
    ${nearest}`)
}
