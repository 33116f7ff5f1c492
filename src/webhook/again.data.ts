// Deliveries that are made to wait once more, whatever became of them: with the same id, and as
// many tries as a new one has.

import { newId } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import type { LoggedEvent } from '../events/event.ts'
import { Prisma, type WebhookDelivery } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'

type Again = {
  accountId: string
  endpointId: string
  now: Instant
  /** Those that were delivered, or had nothing to say, stay as they are. */
  onlyMissed: boolean
}

/** Has these events sent to the endpoint, first or again; returns how many wait because of it. */
export async function sendAgain(
  read: Reader,
  { accountId, endpointId, now, onlyMissed }: Again,
  events: readonly Pick<LoggedEvent, 'id' | 'seq' | 'type' | 'subjectId'>[],
): Promise<number> {
  const rows = events.map(({ id, seq, type, subjectId }) => ({
    id: newId(),
    eventId: id,
    eventSeq: String(seq),
    eventType: type,
    subjectId,
  }))
  const at = Prisma.sql`${new Date(now).toISOString()}::timestamptz`
  const sent = await read<{ id: string }>(Prisma.sql`
    INSERT INTO "WebhookDelivery" AS d ("accountId", "id", "endpointId", "eventId", "eventSeq",
      "eventType", "subjectId", "createdAt", "nextAttemptAt")
    SELECT ${accountId}::uuid, n."id", ${endpointId}::uuid, n."eventId", n."eventSeq",
      n."eventType", n."subjectId", ${at}, ${at}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("id" uuid, "eventId" uuid,
      "eventSeq" bigint, "eventType" text, "subjectId" uuid)
    ORDER BY n."eventSeq"
    ON CONFLICT ("endpointId", "eventId") DO UPDATE
      SET "state" = 'WAITING', "nextAttemptAt" = ${at}, "finishedAt" = NULL, "attempts" = 0
      WHERE d."state" = 'FAILED' OR (d."state" IN ('DELIVERED', 'SKIPPED') AND NOT ${onlyMissed}::boolean)
    RETURNING d."id"`)
  return sent.length
}

/** Has a delivery made now, whether it waits, was given up or was delivered. */
export async function deliverAgain(
  read: Reader,
  { accountId, id }: { accountId: string; id: string },
  now: Instant,
): Promise<WebhookDelivery | null> {
  const [row] = await read<WebhookDelivery>(Prisma.sql`UPDATE "WebhookDelivery"
    SET "state" = 'WAITING', "finishedAt" = NULL, "attempts" = 0,
      "nextAttemptAt" = ${new Date(now).toISOString()}::timestamptz
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid RETURNING *`)
  return row ?? null
}
