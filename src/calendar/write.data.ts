// Rows of what has to be written into connected calendars: marked from the log, leased to a worker,
// settled by it. A row is one booking or session in one calendar, however often it changes.

import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type CalendarSource, type CalendarWrite } from '../generated/prisma/client.ts'
import type { Role } from '../auth/scope.ts'
import type { Instant } from '../time/instant.ts'
import type { BusyWindow } from '../availability/busy-times.ts'
import { bookingFacts, sessionFacts } from './facts.data.ts'
import type { FeedFact } from './feed-entries.ts'

/** Whether an entry `n` is one that the staff member of a calendar `s` does. */
const does = Prisma.sql`(EXISTS (SELECT FROM "Booking" b WHERE b."accountId" = n."accountId"
      AND b."id" = n."entryId" AND b."staffId" = s."staffId")
    OR EXISTS (SELECT FROM "Occupancy" o WHERE o."accountId" = n."accountId"
      AND o."bookingId" = n."entryId" AND o."staffId" = s."staffId")
    OR EXISTS (SELECT FROM "SessionStaff" l WHERE l."accountId" = n."accountId"
      AND l."sessionId" = n."entryId" AND l."staffId" = s."staffId"))`

const again = Prisma.sql`ON CONFLICT ("accountId", "sourceId", "entryId") DO UPDATE
  SET "dueAt" = excluded."dueAt", "wanted" = "CalendarWrite"."wanted" + 1, "attempts" = 0,
    "failedAt" = NULL`

export type Entry = { accountId: string; entryId: string }

/** Marks entries that changed, in every calendar where they stand or have to; if `moved`. */
export function markingEntries(entries: readonly Entry[], now: Instant): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO "CalendarWrite" ("accountId", "sourceId", "entryId", "dueAt")
    SELECT n."accountId", s."id", n."entryId", ${timestamptz(now)}
    FROM jsonb_to_recordset(${JSON.stringify(entries)}::jsonb) AS n("accountId" uuid,
      "entryId" uuid)
    JOIN "CalendarSource" s ON s."accountId" = n."accountId"
    WHERE EXISTS (SELECT FROM moved) AND (s."writesBookings" AND ${does}
      OR EXISTS (SELECT FROM "CalendarWrite" w WHERE w."accountId" = n."accountId"
        AND w."sourceId" = s."id" AND w."entryId" = n."entryId"))
    ${again}`
}

/** Marks everything that stands in a calendar, and what is to come of whoever it is of. */
export async function markCalendar(
  read: Reader,
  { accountId, id, staffId }: CalendarSource,
  now: Instant,
): Promise<void> {
  const own = Prisma.sql`n."accountId" = ${accountId}::uuid`
  await read(Prisma.sql`
    INSERT INTO "CalendarWrite" ("accountId", "sourceId", "entryId", "dueAt")
    SELECT ${accountId}::uuid, s."id", n."entryId", ${timestamptz(now)} FROM "CalendarSource" s, (
      SELECT n."accountId", n."id" AS "entryId" FROM "Booking" n WHERE ${own}
        AND n."endsAt" > ${timestamptz(now)} AND n."sessionId" IS NULL
        AND n."status" NOT IN ('CANCELLED', 'DECLINED')
      UNION SELECT n."accountId", n."id" FROM "Session" n WHERE ${own}
        AND n."endsAt" > ${timestamptz(now)} AND n."active"
      UNION SELECT n."accountId", n."entryId" FROM "CalendarWrite" n
        WHERE ${own} AND n."sourceId" = ${id}::uuid
    ) n
    WHERE s."accountId" = ${accountId}::uuid AND s."id" = ${id}::uuid
      AND (${staffId}::uuid IS NOT NULL AND s."writesBookings" AND ${does}
        OR EXISTS (SELECT FROM "CalendarWrite" w WHERE w."accountId" = n."accountId"
          AND w."sourceId" = s."id" AND w."entryId" = n."entryId"))
    ${again}`)
}

/** After a move to another address, where nothing of ours stands; whoever writes is too late. */
export async function forgetWritten(
  read: Reader,
  { accountId, id }: Pick<CalendarSource, 'accountId' | 'id'>,
): Promise<void> {
  await read(Prisma.sql`UPDATE "CalendarWrite" SET "etag" = NULL, "contentHash" = NULL,
      "leasedBy" = NULL, "leasedUntil" = NULL
    WHERE "accountId" = ${accountId}::uuid AND "sourceId" = ${id}::uuid`)
}

/**
 * Marks what we wrote before the reading began and does not stand there as it was written: it was
 * removed there, or moved.
 */
export async function markMissing(
  read: Reader,
  { accountId, id }: CalendarSource,
  seen: { intact: readonly string[]; window: BusyWindow; since: Instant },
  now: Instant,
): Promise<void> {
  const within = Prisma.sql`b."accountId" = w."accountId" AND b."id" = w."entryId"
    AND b."endsAt" > ${timestamptz(seen.window.from)}
    AND b."startsAt" < ${timestamptz(seen.window.to)}`
  await read(Prisma.sql`
    UPDATE "CalendarWrite" w SET "dueAt" = ${timestamptz(now)}, "wanted" = "wanted" + 1,
      "attempts" = 0, "contentHash" = NULL
    WHERE w."accountId" = ${accountId}::uuid AND w."sourceId" = ${id}::uuid
      AND w."etag" IS NOT NULL AND w."dueAt" IS NULL AND w."failedAt" IS NULL
      AND w."writtenAt" < ${timestamptz(seen.since)}
      AND w."entryId" <> ALL(${[...seen.intact]}::uuid[])
      AND (EXISTS (SELECT FROM "Booking" b WHERE ${within})
        OR EXISTS (SELECT FROM "Session" b WHERE ${within}))`)
}

export type WriteCounts = { waiting: number; failed: number }

/** How many entries of each of these calendars wait, and how many are given up. */
export async function countWrites(read: Reader, keys: readonly Key[]): Promise<WriteCounts[]> {
  const ids = keys.map(({ id }) => id)
  const rows = await read<WriteCounts & { id: string }>(Prisma.sql`
    SELECT "sourceId"::text AS "id", count("dueAt")::int AS "waiting",
      count("failedAt")::int AS "failed" FROM "CalendarWrite"
    WHERE "accountId" = ANY(${keys.map(({ accountId }) => accountId)}::uuid[])
      AND "sourceId" = ANY(${ids}::uuid[]) AND ("dueAt" IS NOT NULL OR "failedAt" IS NOT NULL)
    GROUP BY "sourceId"`)
  const counts = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => counts.get(id) ?? { waiting: 0, failed: 0 })
}

/** Has everything tried now that failed in this calendar, given up or not, or was held back. */
export async function reviveWrites(
  read: Reader,
  { accountId, id }: Pick<CalendarSource, 'accountId' | 'id'>,
  now: Instant,
): Promise<void> {
  await read(Prisma.sql`
    UPDATE "CalendarWrite" SET "dueAt" = ${timestamptz(now)}, "attempts" = 0, "failedAt" = NULL
    WHERE "accountId" = ${accountId}::uuid AND "sourceId" = ${id}::uuid
      AND ("failedAt" IS NOT NULL OR "dueAt" > ${timestamptz(now)})`)
}

/** Makes an entry that was given up wait again; null when it was not. */
export async function againWrite(
  read: Reader,
  { accountId, id }: Key,
  now: Instant,
): Promise<CalendarWrite | null> {
  const [row] = await read<CalendarWrite>(Prisma.sql`
    UPDATE "CalendarWrite" SET "dueAt" = ${timestamptz(now)}, "attempts" = 0, "failedAt" = NULL
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid AND "failedAt" IS NOT NULL
    RETURNING *`)
  return row ?? null
}

/** Where a server says nothing, all that waits there waits until then. */
export async function holdBack(
  read: Reader,
  { accountId, sourceId }: Pick<CalendarWrite, 'accountId' | 'sourceId'>,
  until: Instant,
): Promise<void> {
  await read(Prisma.sql`
    UPDATE "CalendarWrite" SET "dueAt" = ${timestamptz(until)}
    WHERE "accountId" = ${accountId}::uuid AND "sourceId" = ${sourceId}::uuid
      AND "dueAt" < ${timestamptz(until)} AND "leasedBy" IS NULL`)
}

/**
 * An entry that this worker, and nobody else, looks after now. What a worker that died, or got no
 * answer, may have written has an empty tag: it stands there, or does not.
 */
export type LeasedWrite = CalendarWrite & {
  source: Pick<CalendarSource, 'staffId' | 'writesBookings' | 'scopes'>
  kind: CalendarSource['kind']
  urlSealed: Uint8Array<ArrayBuffer>
  credentialsSealed: Uint8Array<ArrayBuffer> | null
  /** Of whoever connected the calendar, now; null when that person has left. */
  role: Role | null
  accountName: string
  timeZone: string
  /** Whether it is one that the staff member does, as things are now. */
  isTheirs: boolean
}

export type WriteClaim = { worker: string; now: Instant; leasedUntil: Instant; most: number }

export function claimWrites(read: Reader, claim: WriteClaim): Promise<LeasedWrite[]> {
  const now = timestamptz(claim.now)
  return read<LeasedWrite>(Prisma.sql`
    WITH due AS (
      SELECT w."accountId", w."sourceId", w."entryId", w."leasedBy" FROM "CalendarWrite" w
        JOIN "CalendarSource" s ON s."accountId" = w."accountId" AND s."id" = w."sourceId"
      WHERE w."dueAt" <= ${now} AND s."pausedAt" IS NULL
        AND (w."leasedUntil" IS NULL OR w."leasedUntil" <= ${now})
      ORDER BY w."dueAt" LIMIT ${claim.most}::int FOR UPDATE OF w SKIP LOCKED
    ), n AS (
      UPDATE "CalendarWrite" w
      SET "leasedBy" = ${claim.worker}, "leasedUntil" = ${timestamptz(claim.leasedUntil)},
        "etag" = CASE WHEN d."leasedBy" IS NULL THEN w."etag" ELSE COALESCE(w."etag", '') END,
        "contentHash" = CASE WHEN d."leasedBy" IS NULL THEN w."contentHash" END
      FROM due d WHERE w."accountId" = d."accountId" AND w."sourceId" = d."sourceId"
        AND w."entryId" = d."entryId"
      RETURNING w.*
    )
    SELECT n.*, to_jsonb(s) - 'urlSealed' - 'credentialsSealed' AS "source", s."kind"::text AS "kind",
      s."urlSealed", s."credentialsSealed", m."role"::text AS "role", a."name" AS "accountName",
      COALESCE(t."timeZone", a."timeZone") AS "timeZone", ${does} AS "isTheirs"
    FROM n JOIN "CalendarSource" s ON s."accountId" = n."accountId" AND s."id" = n."sourceId"
      JOIN "Account" a ON a."id" = n."accountId"
      LEFT JOIN "StaffMember" t ON t."accountId" = s."accountId" AND t."id" = s."staffId"
      LEFT JOIN "Membership" m
        ON m."accountId" = s."accountId" AND m."userId" = s."createdById"`)
}

/** What there is to say of entries, by their ids, as they are now. */
export async function factsOf(
  read: Reader,
  entries: readonly Entry[],
): Promise<Map<string, FeedFact>> {
  const json = JSON.stringify(entries.map(({ accountId, entryId }) => ({ accountId, entryId })))
  const keys = Prisma.sql`(SELECT DISTINCT * FROM jsonb_to_recordset(${json}::jsonb)
    AS n("accountId" uuid, "entryId" uuid)) n`
  const rows = (table: string) => Prisma.sql`SELECT r.* FROM ${Prisma.raw(`"${table}"`)} r
    JOIN ${keys} ON n."accountId" = r."accountId" AND n."entryId" = r."id"`
  const found = await read<{ fact: FeedFact }>(Prisma.sql`
    SELECT f."fact" FROM (${bookingFacts(rows('Booking'))}
      UNION ALL ${sessionFacts(rows('Session'))}) f`)
  return new Map(found.map(({ fact }) => [fact.id, fact]))
}

export type Written = {
  /** What was done there; null for nothing. */
  done: 'WRITTEN' | 'REMOVED' | null
  /** Null: nothing of ours stands there. Empty: not known. */
  etag: string | null
  contentHash: Uint8Array | null
  /** Null: it is as it should be. */
  error: string | null
  /** Null with an error: it is given up. */
  nextAt: Instant | null
  /** Nobody answered, so that nobody would answer for the others either. */
  isSilent: boolean
  /** Nobody is asked for anything until there is other access. */
  isRevoked: boolean
}

/** Writes down what came of it; false when the lease was lost. What changed meanwhile stays due. */
export async function settleWrite(
  read: Reader,
  worker: string,
  { accountId, sourceId, entryId, wanted }: LeasedWrite,
  { etag, contentHash, error, nextAt }: Written,
  now: Instant,
): Promise<boolean> {
  const rows = await read(Prisma.sql`
    UPDATE "CalendarWrite" SET "leasedBy" = NULL, "leasedUntil" = NULL, "etag" = ${etag},
      "contentHash" = ${contentHash}::bytea, "lastError" = ${error},
      "writtenAt" = CASE WHEN ${error === null} THEN ${timestamptz(now)} ELSE "writtenAt" END,
      "attempts" = CASE WHEN ${error === null} THEN 0 ELSE "attempts" + 1 END,
      "failedAt" = CASE WHEN "wanted" = ${wanted}::int AND ${error !== null && nextAt === null}
        THEN ${timestamptz(now)} END,
      "dueAt" = CASE WHEN "wanted" = ${wanted}::int THEN ${timestamptz(nextAt)} ELSE "dueAt" END
    WHERE "accountId" = ${accountId}::uuid AND "sourceId" = ${sourceId}::uuid
      AND "entryId" = ${entryId}::uuid AND "leasedBy" = ${worker}
    RETURNING 1 AS "one"`)
  return rows.length > 0
}
