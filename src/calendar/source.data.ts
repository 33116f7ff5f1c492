// Rows of connected calendars: leased to a worker for a while, and settled by it. Times are the
// caller's, in epoch milliseconds.

import { connectedPrefix } from '../availability/busy-times.ts'
import type { BusyOwner } from '../availability/busy-times.actions.ts'
import type { SealingContext } from '../auth/seal.ts'
import type { ActionContext } from '../context.ts'
import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type CalendarSource } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'

/** What the workers of calendars need. */
export type SyncContext = Omit<ActionContext, 'viewer'> & SealingContext

/** A calendar that this worker, and nobody else, reads now. */
export type LeasedSource = CalendarSource & {
  /** Of whoever it is of, else of the account. */
  timeZone: string
}

export type SourceClaim = { worker: string; now: Instant; leasedUntil: Instant; most: number }

/** Leases what is due, the longest due first. */
export function claimSources(read: Reader, claim: SourceClaim): Promise<LeasedSource[]> {
  const now = timestamptz(claim.now)
  return read<LeasedSource>(Prisma.sql`
    WITH due AS (
      SELECT "accountId", "id" FROM "CalendarSource"
      WHERE "nextSyncAt" <= ${now} AND "pausedAt" IS NULL
        AND ("leasedUntil" IS NULL OR "leasedUntil" <= ${now})
      ORDER BY "nextSyncAt" LIMIT ${claim.most}::int FOR UPDATE SKIP LOCKED
    ), leased AS (
      UPDATE "CalendarSource" c
      SET "leasedBy" = ${claim.worker}, "leasedUntil" = ${timestamptz(claim.leasedUntil)}
      FROM due d WHERE c."accountId" = d."accountId" AND c."id" = d."id"
      RETURNING c.*
    )
    SELECT l.*, COALESCE(s."timeZone", a."timeZone") AS "timeZone" FROM leased l
      JOIN "Account" a ON a."id" = l."accountId"
      LEFT JOIN "StaffMember" s ON s."accountId" = l."accountId" AND s."id" = l."staffId"`)
}

export type Settlement = Pick<
  CalendarSource,
  | 'etag'
  | 'lastModified'
  | 'readAt'
  | 'syncedAt'
  | 'nextSyncAt'
  | 'failingSince'
  | 'failureCount'
  | 'lastError'
  | 'busyCount'
  | 'unreadCount'
  | 'pausedAt'
  | 'version'
>

/** Writes down what came of a reading; null when the lease was lost, or ended by a change. */
export async function settleSource(
  read: Reader,
  worker: string,
  { accountId, id }: LeasedSource,
  settled: Settlement,
): Promise<CalendarSource | null> {
  const [row] = await read<CalendarSource>(Prisma.sql`
    UPDATE "CalendarSource" SET "leasedBy" = NULL, "leasedUntil" = NULL,
      "etag" = ${settled.etag}, "lastModified" = ${settled.lastModified},
      "nextSyncAt" = ${timestamptz(settled.nextSyncAt)},
      "readAt" = ${timestamptz(settled.readAt)},
      "syncedAt" = ${timestamptz(settled.syncedAt)},
      "failingSince" = ${timestamptz(settled.failingSince)},
      "failureCount" = ${settled.failureCount}::int, "lastError" = ${settled.lastError},
      "busyCount" = ${settled.busyCount}::int, "unreadCount" = ${settled.unreadCount}::int,
      "pausedAt" = ${timestamptz(settled.pausedAt)},
      "version" = ${settled.version}::int
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid AND "leasedBy" = ${worker}
    RETURNING *`)
  return row ?? null
}

/** Unless others were given meanwhile: what a server gives in place of what it was asked with. */
export async function replaceCredentials(
  read: Reader,
  { accountId, sourceId }: { accountId: string; sourceId: string },
  before: Uint8Array | null,
  after: Uint8Array,
): Promise<void> {
  await read(Prisma.sql`UPDATE "CalendarSource" SET "credentialsSealed" = ${after}::bytea
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${sourceId}::uuid
      AND "credentialsSealed" = ${before}::bytea`)
}

/** Gives a calendar back as if it had not been read. */
export async function releaseSource(
  read: Reader,
  worker: string,
  { accountId, id }: LeasedSource,
): Promise<void> {
  await read(Prisma.sql`UPDATE "CalendarSource" SET "leasedBy" = NULL, "leasedUntil" = NULL
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid AND "leasedBy" = ${worker}`)
}

/** Whose time a connected calendar takes. */
export function ownerOf({
  accountId,
  staffId,
  resourceId,
}: Pick<CalendarSource, 'accountId' | 'staffId' | 'resourceId'>): BusyOwner {
  if (staffId) return { accountId, id: staffId, model: 'StaffMember', path: 'staffId' }
  return { accountId, id: resourceId ?? '', model: 'Resource', path: 'resourceId' }
}

/** The name under which it tells its busy times. */
export function calendarOf({ id }: Pick<CalendarSource, 'id'>): string {
  return connectedPrefix + id
}

export type Booked = { startsAt: Instant; endsAt: Instant }

/** Those of these row ids that are of bookings or sessions of the account. */
export async function ownEntries(
  read: Reader,
  accountId: string,
  ids: readonly string[],
): Promise<Map<string, Booked>> {
  if (ids.length === 0) return new Map()
  const rows = await read<{ id: string; startsAt: Date; endsAt: Date }>(Prisma.sql`
    SELECT "id"::text, "startsAt", "endsAt" FROM "Booking"
      WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${[...ids]}::uuid[])
    UNION ALL SELECT "id"::text, "startsAt", "endsAt" FROM "Session"
      WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${[...ids]}::uuid[])`)
  return new Map(
    rows.map(({ id, startsAt, endsAt }) => [
      id,
      { startsAt: startsAt.getTime(), endsAt: endsAt.getTime() },
    ]),
  )
}
