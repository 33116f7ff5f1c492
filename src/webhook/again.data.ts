// Deliveries that are made to wait once more, whatever became of them: with the same id, and as
// many tries as a new one has.

import type { Viewer } from '../auth/viewer.ts'
import { newId, type Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import type { LoggedEvent } from '../events/event.ts'
import { Prisma, type WebhookDelivery } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { deliveriesOwnTo } from './endpoint.data.ts'

type Again = {
  endpointId: string
  now: Instant
  /** Those that were delivered, or had nothing to say, stay as they are. */
  onlyMissed: boolean
}

/** Has these events sent to the endpoint, first or again; returns how many wait because of it. */
export async function sendAgain(
  read: Reader,
  { endpointId, now, onlyMissed }: Again,
  events: readonly Pick<LoggedEvent, 'accountId' | 'id' | 'seq' | 'type' | 'subjectId'>[],
): Promise<number> {
  const rows = events.map(({ accountId, id, seq, type, subjectId }) => ({
    accountId,
    id: newId(),
    eventId: id,
    eventSeq: String(seq),
    eventType: type,
    subjectId,
  }))
  const at = timestamptz(now)
  const sent = await read<{ id: string }>(Prisma.sql`
    INSERT INTO "WebhookDelivery" AS d ("accountId", "id", "endpointId", "eventId", "eventSeq",
      "eventType", "subjectId", "createdAt", "nextAttemptAt")
    SELECT n."accountId", n."id", ${endpointId}::uuid, n."eventId", n."eventSeq",
      n."eventType", n."subjectId", ${at}, ${at}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("accountId" uuid, "id" uuid,
      "eventId" uuid, "eventSeq" bigint, "eventType" text, "subjectId" uuid)
    ORDER BY n."eventSeq"
    ON CONFLICT ("endpointId", "eventId") DO UPDATE
      SET "state" = 'WAITING', "nextAttemptAt" = ${at}, "finishedAt" = NULL, "attempts" = 0
      WHERE d."state" = 'FAILED' OR (d."state" IN ('DELIVERED', 'SKIPPED') AND NOT ${onlyMissed}::boolean)
    RETURNING d."id"`)
  return sent.length
}

/** Where a delivery goes, when the viewer has to do with it; null when not. */
export async function deliveryAt(
  read: Reader,
  viewer: Viewer,
  { accountId, id }: Key,
): Promise<{ endpointId: string; isOfClient: boolean } | null> {
  const own = [Prisma.sql`r."accountId" = ${accountId}::uuid`, ...deliveriesOwnTo(viewer)]
  const [found] = await read<{ endpointId: string; isOfClient: boolean }>(Prisma.sql`
    SELECT r."endpointId", w."clientId" IS NOT NULL AS "isOfClient"
    FROM "WebhookDelivery" r JOIN "WebhookEndpoint" w ON w."id" = r."endpointId"
    WHERE r."id" = ${id}::uuid AND ${Prisma.join(own, ' AND ')}`)
  return found ?? null
}

/** Has a delivery made now, whether it waits, was given up or was delivered. */
export async function deliverAgain(
  read: Reader,
  { accountId, id }: { accountId: string; id: string },
  now: Instant,
): Promise<WebhookDelivery | null> {
  const [row] = await read<WebhookDelivery>(Prisma.sql`UPDATE "WebhookDelivery"
    SET "state" = 'WAITING', "finishedAt" = NULL, "attempts" = 0,
      "nextAttemptAt" = ${timestamptz(now)}
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid RETURNING *`)
  return row ?? null
}
