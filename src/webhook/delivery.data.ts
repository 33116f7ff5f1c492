// Rows of deliveries: added from the log, leased to a worker for a while, and pruned. A delivery
// waits until its endpoint is live, its time has come, and no earlier one of the same subject waits
// for the same endpoint. Times are the caller's, in epoch milliseconds.

import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { LoggedEvent } from '../events/event.ts'
import type { Instant } from '../time/instant.ts'
import type { EndpointRow } from './endpoint.data.ts'

/** A delivery before it is one. */
export type NewDelivery = {
  accountId: string
  id: string
  endpointId: string
  eventId: string
  eventSeq: bigint
  eventType: string
  subjectId: string
}

/** A delivery that this worker, and nobody else, tries to make now. */
export type Leased = {
  accountId: string
  id: string
  endpointId: string
  eventId: string
  eventSeq: bigint
  subjectId: string
  /** This one is counted. */
  attempts: number
}

/** Most deliveries of one endpoint under way; of one that fails, it is one. */
const mostPerEndpoint = 5
/** Of an endpoint, so many that are due are looked at for some that nothing is in the way of. */
const lookedAt = 200

/** An INSERT of deliveries that are not there yet, if the place of the reader was `moved`. */
export function addingDeliveries(rows: readonly NewDelivery[], now: Instant): Prisma.Sql {
  const json = JSON.stringify(rows, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  // What others of the subject wait for, it would wait for too, and stand in the way meanwhile.
  return Prisma.sql`
    INSERT INTO "WebhookDelivery" ("accountId", "id", "endpointId", "eventId", "eventSeq",
      "eventType", "subjectId", "createdAt", "nextAttemptAt")
    SELECT n."accountId", n."id", n."endpointId", n."eventId", n."eventSeq", n."eventType",
      n."subjectId", ${timestamptz(now)}, GREATEST(${timestamptz(now)}, (
        SELECT max(w."nextAttemptAt") FROM "WebhookDelivery" w
        WHERE w."endpointId" = n."endpointId" AND w."subjectId" = n."subjectId"
          AND w."state" = 'WAITING'))
    FROM jsonb_to_recordset(${json}::jsonb) AS n("accountId" uuid, "id" uuid, "endpointId" uuid,
      "eventId" uuid, "eventSeq" bigint, "eventType" text, "subjectId" uuid)
    JOIN "WebhookEndpoint" e ON e."id" = n."endpointId"
    WHERE EXISTS (SELECT FROM moved)
    ORDER BY n."eventSeq"
    ON CONFLICT ("endpointId", "eventId") DO NOTHING
    RETURNING "id"`
}

export type Claim = {
  worker: string
  now: Instant
  leasedUntil: Instant
  /** How many more this worker can make. */
  free: number
  /** How many of those may be of endpoints that fail. */
  freeForFailing: number
}

/** Endpoints that something waits for, each found by one step in the index. */
const awaited = Prisma.sql`
  awaited AS (
    (SELECT d."endpointId" FROM "WebhookDelivery" d WHERE d."state" = 'WAITING'
      ORDER BY d."endpointId" LIMIT 1)
    UNION ALL
    SELECT (SELECT d."endpointId" FROM "WebhookDelivery" d
      WHERE d."state" = 'WAITING' AND d."endpointId" > a."endpointId"
      ORDER BY d."endpointId" LIMIT 1)
    FROM awaited a WHERE a."endpointId" IS NOT NULL
  )`

/**
 * Leases what is due, a turn for each endpoint after the other, those that fail last. What another
 * worker has leased is free again when that lease runs out.
 */
export function claimDeliveries(read: Reader, claim: Claim): Promise<Leased[]> {
  const now = timestamptz(claim.now)
  const isFree = Prisma.sql`(d."leasedUntil" IS NULL OR d."leasedUntil" <= ${now})`
  return read<Leased>(Prisma.sql`
    WITH RECURSIVE ${awaited}, flights AS (
      SELECT f."endpointId", count(*) AS "count" FROM "WebhookDelivery" f
      WHERE f."leasedBy" IS NOT NULL AND f."leasedUntil" > ${now} GROUP BY f."endpointId"
    ), live AS MATERIALIZED (
      SELECT e."id", e."failingSince" IS NOT NULL AS "failing", COALESCE(f."count", 0) AS "flying"
      FROM awaited a JOIN "WebhookEndpoint" e ON e."id" = a."endpointId"
        LEFT JOIN flights f ON f."endpointId" = e."id"
      WHERE e."pausedAt" IS NULL AND e."disabledAt" IS NULL
    ), ready AS (
      SELECT l.*, d.*, row_number() OVER of_endpoint + l."flying" AS "turn"
      FROM live l CROSS JOIN LATERAL (
        SELECT d."accountId", d."id" AS "deliveryId", d."nextAttemptAt", d."eventSeq" FROM (
          SELECT * FROM "WebhookDelivery" d
          WHERE d."endpointId" = l."id" AND d."state" = 'WAITING' AND d."nextAttemptAt" <= ${now}
          ORDER BY d."nextAttemptAt", d."eventSeq" LIMIT ${lookedAt}::int
        ) d
        WHERE ${isFree} AND NOT EXISTS (SELECT FROM "WebhookDelivery" w
          WHERE w."endpointId" = d."endpointId" AND w."subjectId" = d."subjectId"
            AND w."state" = 'WAITING' AND w."eventSeq" < d."eventSeq")
        ORDER BY d."nextAttemptAt", d."eventSeq" LIMIT ${mostPerEndpoint}::int
      ) d
      WINDOW of_endpoint AS (PARTITION BY l."id" ORDER BY d."nextAttemptAt", d."eventSeq")
    ), ranked AS (
      SELECT r.*, row_number() OVER (
        PARTITION BY r."failing" ORDER BY r."turn", r."nextAttemptAt", r."eventSeq") AS "rank"
      FROM ready r
      WHERE r."turn" <= CASE WHEN r."failing" THEN 1 ELSE ${mostPerEndpoint}::int END
    ), chosen AS (
      SELECT d."accountId", d."id"
      FROM ranked r JOIN "WebhookDelivery" d
        ON d."accountId" = r."accountId" AND d."id" = r."deliveryId"
      WHERE r."rank" <= CASE WHEN r."failing" THEN ${claim.freeForFailing}::int
          ELSE ${claim.free}::int END AND d."state" = 'WAITING' AND ${isFree}
      ORDER BY r."failing", r."rank" LIMIT ${claim.free}::int
      FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE "WebhookDelivery" d
    SET "leasedBy" = ${claim.worker}, "leasedUntil" = ${timestamptz(claim.leasedUntil)},
      "attempts" = d."attempts" + 1
    FROM chosen c WHERE d."accountId" = c."accountId" AND d."id" = c."id"
    RETURNING d."accountId", d."id", d."endpointId", d."eventId", d."eventSeq", d."subjectId",
      d."attempts"`)
}

/** Prolongs all leases of a worker that are still its own. */
export async function prolongLeases(
  read: Reader,
  worker: string,
  ids: readonly string[],
  leasedUntil: Instant,
): Promise<void> {
  await read(Prisma.sql`UPDATE "WebhookDelivery" SET "leasedUntil" = ${timestamptz(leasedUntil)}
    WHERE "leasedBy" = ${worker} AND "id" = ANY(${ids}::uuid[])`)
}

/** Gives a delivery back as if it had not been tried. */
export async function releaseDelivery(
  read: Reader,
  worker: string,
  { accountId, id }: Leased,
): Promise<void> {
  await read(Prisma.sql`UPDATE "WebhookDelivery"
    SET "leasedBy" = NULL, "leasedUntil" = NULL, "attempts" = GREATEST("attempts" - 1, 0)
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid AND "leasedBy" = ${worker}`)
}

/** The endpoints and events of deliveries, by their ids; what is gone is left out. */
export async function contentOf(
  read: Reader,
  leased: readonly Leased[],
): Promise<{ endpoints: Map<string, EndpointRow>; events: Map<string, LoggedEvent> }> {
  const endpointIds = [...new Set(leased.map(({ endpointId }) => endpointId))]
  const eventIds = [...new Set(leased.map(({ eventId }) => eventId))]
  const [endpoints, events] = await Promise.all([
    read<EndpointRow>(
      Prisma.sql`SELECT * FROM "WebhookEndpoint" WHERE "id" = ANY(${endpointIds}::uuid[])`,
    ),
    read<LoggedEvent>(Prisma.sql`SELECT * FROM "Event" WHERE "id" = ANY(${eventIds}::uuid[])`),
  ])
  return {
    endpoints: new Map(endpoints.map((row) => [row.id, row])),
    events: new Map(events.map((row) => [row.id, row])),
  }
}

const prunedAtOnce = 5_000

/** Removes what was finished before then, with its attempts, some thousands at a time. */
export async function pruneDeliveries(read: Reader, before: Instant): Promise<void> {
  for (;;) {
    const removed = await read<{ one: number }>(Prisma.sql`DELETE FROM "WebhookDelivery"
      WHERE ("accountId", "id") IN (SELECT "accountId", "id" FROM "WebhookDelivery"
        WHERE "finishedAt" < ${timestamptz(before)} LIMIT ${prunedAtOnce}::int)
      RETURNING 1 AS "one"`)
    if (removed.length < prunedAtOnce) return
  }
}
