// Taking and freeing time in the one table that the exclusion constraints guard. Rows go in by ON
// CONFLICT DO NOTHING, in the order of their occupants: fewer rows than asked means that the time
// is taken, and whoever asked rolls back. Holds that ran out, swept or not, are put aside first;
// what outside calendars have taken is taken from bookings and holds, and from nothing else.

import { newId } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { Prisma } from '../generated/prisma/client.ts'

/** Time to take: exactly one of staffId and resourceId, and the one thing that takes it. */
export type NewOccupancy = {
  accountId: string
  kind: 'BOOKING' | 'HOLD' | 'BLOCK' | 'SESSION'
  staffId: string | null
  resourceId: string | null
  /** Which unit of the resource, from 0; 0 for staff. */
  unit: number
  /** The order in which whoever is taken was named; 0 leads. */
  position: number
  /** Buffers included. */
  startsAt: Date
  endsAt: Date
  /** Of a hold; null for what lasts. */
  expiresAt: Date | null
  /** The service that it is taken for, which is to be active; not stored. */
  serviceId?: string | null
  bookingId?: string | null
  holdId?: string | null
  blockId?: string | null
  sessionId?: string | null
}

/** What makes time taken or free: kind of the owner's column and the owner's key. */
export type OccupancyOwner = {
  accountId: string
  by: 'bookingId' | 'holdId' | 'blockId' | 'sessionId'
  id: string
}

/**
 * Takes the time of all rows, or of none that counts: false means that somebody has some of it, and
 * the transaction must be rolled back.
 */
export async function occupy(
  tx: Transaction,
  rows: readonly NewOccupancy[],
  now: Date,
): Promise<boolean> {
  const free = await insertOccupancies(tx, rows)
  if (free === rows.length) return true
  // What stands already is in the way of itself, so only what was missing is inserted now.
  await releaseExpired(tx, rows, now)
  return free + (await insertOccupancies(tx, rows)) === rows.length
}

/** Frees what holds that ran out by `now` still occupy of the time that these rows want. */
export async function releaseExpired(
  tx: Transaction,
  rows: readonly NewOccupancy[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return
  await transactionReader(tx)(Prisma.sql`
    WITH stale AS MATERIALIZED (
      SELECT o."accountId", o."id"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("accountId" uuid,
          "staffId" uuid, "resourceId" uuid, "unit" int, "startsAt" timestamptz, "endsAt" timestamptz)
        CROSS JOIN LATERAL (
          SELECT w."accountId", w."id" FROM "Occupancy" w
          WHERE w."active" AND w."accountId" = n."accountId" AND w."staffId" = n."staffId"
            AND tstzrange(w."startsAt", w."endsAt") && tstzrange(n."startsAt", n."endsAt")
            AND w."kind" = 'HOLD' AND w."expiresAt" <= ${now}
          UNION ALL
          SELECT w."accountId", w."id" FROM "Occupancy" w
          WHERE w."active" AND w."accountId" = n."accountId" AND w."resourceId" = n."resourceId"
            AND w."unit" = n."unit"
            AND tstzrange(w."startsAt", w."endsAt") && tstzrange(n."startsAt", n."endsAt")
            AND w."kind" = 'HOLD' AND w."expiresAt" <= ${now}) o),
    -- Locked in one order, so that two who clear the same time wait and do not deadlock.
    locked AS MATERIALIZED (
      SELECT o."accountId", o."id" FROM "Occupancy" o JOIN stale USING ("accountId", "id")
      ORDER BY o."id" FOR UPDATE OF o)
    UPDATE "Occupancy" o SET "active" = false FROM locked
    WHERE o."accountId" = locked."accountId" AND o."id" = locked."id"`)
}

/**
 * Inserts the rows whose time is free and whose staff member or resource, and service, are active,
 * and keeps those from being archived until the transaction ends; returns how many rows there were.
 */
export async function insertOccupancies(
  tx: Transaction,
  rows: readonly NewOccupancy[],
): Promise<number> {
  if (rows.length === 0) return 0
  const { kept, inserted } = occupying(rows)
  const written = await transactionReader(tx)(Prisma.sql`WITH ${kept} ${inserted}`)
  return written.length
}

/** The same as parts of a statement: what is kept from being archived, and what is inserted. */
export function occupying(rows: readonly NewOccupancy[]): {
  kept: Prisma.Sql
  inserted: Prisma.Sql
} {
  const sorted = rows.map((row) => ({ ...row, id: newId() })).toSorted(byOccupant)
  const accountIds = [...new Set(rows.map(({ accountId }) => accountId))]
  const staffIds = [...new Set(rows.flatMap(({ staffId }) => staffId ?? []))]
  const resourceIds = [...new Set(rows.flatMap(({ resourceId }) => resourceId ?? []))]
  const serviceIds = [...new Set(rows.flatMap(({ serviceId }) => serviceId ?? []))]
  // A row that is being archived is waited for, and then judged as it is.
  const kept = Prisma.sql`
    staff AS MATERIALIZED (
      SELECT "id" FROM "StaffMember" WHERE "accountId" = ANY(${accountIds}::uuid[])
        AND "id" = ANY(${staffIds}::uuid[]) AND "active" ORDER BY "id" FOR KEY SHARE),
    resources AS MATERIALIZED (
      SELECT "id" FROM "Resource" WHERE "accountId" = ANY(${accountIds}::uuid[])
        AND "id" = ANY(${resourceIds}::uuid[]) AND "active" ORDER BY "id" FOR KEY SHARE),
    services AS MATERIALIZED (
      SELECT "id" FROM "Service" WHERE "accountId" = ANY(${accountIds}::uuid[])
        AND "id" = ANY(${serviceIds}::uuid[]) AND "active" ORDER BY "id" FOR KEY SHARE)`
  const inserted = Prisma.sql`
    INSERT INTO "Occupancy" ("accountId", "id", "kind", "staffId", "resourceId", "unit",
      "position", "startsAt", "endsAt", "expiresAt", "bookingId", "holdId", "blockId", "sessionId")
    SELECT n."accountId", n."id", n."kind", n."staffId", n."resourceId", n."unit",
      n."position", n."startsAt", n."endsAt", n."expiresAt",
      n."bookingId", n."holdId", n."blockId", n."sessionId"
    FROM jsonb_to_recordset(${JSON.stringify(sorted)}::jsonb) AS n("accountId" uuid, "id" uuid,
      "kind" "OccupancyKind", "staffId" uuid, "resourceId" uuid, "unit" int, "position" int,
      "startsAt" timestamptz, "endsAt" timestamptz, "expiresAt" timestamptz, "bookingId" uuid,
      "holdId" uuid, "blockId" uuid, "sessionId" uuid, "serviceId" uuid)
    WHERE (n."staffId" IN (SELECT "id" FROM staff) OR n."resourceId" IN (SELECT "id" FROM resources))
      AND (n."serviceId" IS NULL OR n."serviceId" IN (SELECT "id" FROM services))
      AND NOT ${takenElsewhere('staffId')} AND NOT ${takenElsewhere('resourceId')}
    ON CONFLICT DO NOTHING RETURNING "id"`
  return { kept, inserted }
}

// An outside calendar is no constraint, and a start may have been judged a moment before it told:
// what it took since then is heard here. Who makes a block or a session decides that themselves.
const takenElsewhere = (column: 'staffId' | 'resourceId') => {
  const id = Prisma.raw(`"${column}"`)
  return Prisma.sql`(n."kind" IN ('BOOKING', 'HOLD') AND EXISTS (SELECT 1 FROM "BusyTime" t
    WHERE t."accountId" = n."accountId" AND t.${id} = n.${id}
      AND tstzrange(t."startsAt", t."endsAt") && tstzrange(n."startsAt", n."endsAt")))`
}

function byOccupant(a: NewOccupancy, b: NewOccupancy): number {
  const left = a.staffId ?? a.resourceId ?? ''
  const right = b.staffId ?? b.resourceId ?? ''
  if (left !== right) return left < right ? -1 : 1
  return a.unit - b.unit || a.startsAt.getTime() - b.startsAt.getTime()
}

/** Frees the time that a booking, hold, block or session takes; its rows stay, inactive. */
export async function vacate(tx: Transaction, owner: OccupancyOwner): Promise<void> {
  const { accountId, by, id } = owner
  await tx.occupancy.updateMany({
    where: { accountId, [by]: id, active: true },
    data: { active: false },
  })
}

/**
 * Keeps others from moving time of these staff members and resources until the transaction ends.
 */
export async function lockOccupants(tx: Transaction, ids: readonly string[]): Promise<void> {
  const sorted = [...new Set(ids)].toSorted()
  if (sorted.length === 0) return
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(id, 0))
    FROM unnest(${sorted}::text[]) WITH ORDINALITY AS n(id, place) ORDER BY place`
}
