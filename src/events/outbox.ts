// The outbox: an event row is written by the transaction that makes the change, so that there is no
// event without its change and no change without its event. Readers are woken after the commit.

import type { ActionContext } from '../context.ts'
import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { NewEvent } from './event.ts'
import { newId } from '../db/id.ts'

/** PostgreSQL channel that wakes the readers of the log; it carries no content. */
export const eventsChannel = 'slotgraph_events'

/** Writes events in the caller's transaction, in this order. */
export async function appendEvents(
  tx: Transaction,
  ctx: ActionContext,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  const occurredAt = new Date(ctx.clock.now()).toISOString()
  const rows = events.map(({ about = {}, changes = [], ...event }, place) => ({
    ...event,
    id: newId(),
    about,
    changes,
    place,
  }))
  const { kind, id, name } = ctx.viewer
  await transactionReader(tx)(Prisma.sql`
    WITH written AS (
      INSERT INTO "Event" ("id", "accountId", "type", "occurredAt", "actorKind", "actorId",
        "actorName", "subjectType", "subjectId", "subjectVersion", "about", "changes")
      SELECT n."id", n."accountId", n."type", ${occurredAt}::timestamptz, ${kind}, ${id}, ${name},
        n."subjectType", n."subjectId", n."subjectVersion", n."about", n."changes"
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("id" uuid, "accountId" uuid,
        "type" text, "subjectType" text, "subjectId" uuid, "subjectVersion" int, "about" jsonb,
        "changes" jsonb, "place" int)
      ORDER BY n."place")
    SELECT pg_notify(${eventsChannel}, '')::text`)
}
