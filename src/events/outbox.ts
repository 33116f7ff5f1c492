// The outbox: an event row is written by the transaction that makes the change, so that there is no
// event without its change and no change without its event; the audit log gets its entry by the
// same statement. Readers are woken after the commit.

import type { Pool } from 'pg'
import type { ActionContext } from '../context.ts'
import { transactionReader } from '../db/reader.ts'
import { afterCommit, type Transaction } from '../db/transaction.ts'
import { poolBehind } from '../db/unit.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { redacted } from './audit.ts'
import type { NewEvent } from './event.ts'
import { newId } from '../db/id.ts'
import { timestamptz } from '../db/timestamp.ts'

/** PostgreSQL channel that wakes the readers of the log; it carries no content. */
export const eventsChannel = 'slotgraph_events'

/** Writes events in the caller's transaction, in this order. */
export async function appendEvents(
  tx: Transaction,
  ctx: ActionContext,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  const { read, inserted } = appending(ctx, events)
  await transactionReader(tx)(Prisma.sql`WITH ${read} ${inserted}`)
  afterCommit(tx, () => wakeReaders(ctx))
}

/** The same as parts of a statement; whoever runs it wakes the readers. */
export function appending(
  ctx: ActionContext,
  events: readonly NewEvent[],
): { read: Prisma.Sql; inserted: Prisma.Sql } {
  const occurredAt = timestamptz(ctx.clock.now())
  const rows = events.map(({ about = {}, changes = [], ...event }, place) => {
    const told = redacted(event.subjectType, changes)
    const audited = told === changes ? null : told
    return { ...event, id: newId(), about, changes, audited, place }
  })
  const { kind, id, name, userId } = ctx.viewer
  const { requestId = null, address = null } = ctx.origin ?? {}
  const read = Prisma.sql`n AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("id" uuid,
        "accountId" uuid, "type" text, "subjectType" text, "subjectId" uuid, "subjectVersion" int,
        "about" jsonb, "changes" jsonb, "audited" jsonb, "place" int)
    ), audit AS (
      INSERT INTO "AuditEntry" ("accountId", "id", "occurredAt", "action", "actorKind", "actorId",
        "actorName", "userId", "subjectType", "subjectId", "requestId", "address", "changes")
      SELECT n."accountId", n."id", ${occurredAt}, n."type", ${kind}, ${id}, ${name},
        ${userId}::uuid, n."subjectType", n."subjectId"::text, ${requestId}, ${address},
        CASE WHEN jsonb_typeof(n."audited") = 'array' THEN n."audited" ELSE n."changes" END
      FROM n
    )`
  const inserted = Prisma.sql`
    INSERT INTO "Event" ("id", "accountId", "type", "occurredAt", "actorKind", "actorId",
      "actorName", "subjectType", "subjectId", "subjectVersion", "about", "changes")
    SELECT n."id", n."accountId", n."type", ${occurredAt}, ${kind}, ${id}, ${name},
      n."subjectType", n."subjectId", n."subjectVersion", n."about", n."changes"
    FROM n ORDER BY n."place"`
  return { read, inserted }
}

const waking = new WeakMap<Pool, { again: boolean }>()
const wakers = new WeakMap<Pool, () => Promise<boolean>>()

/** From now on this wakes the readers of the pool's database; where it says false, the database. */
export function wakeBy(pool: Pool, wake: () => Promise<boolean>): void {
  wakers.set(pool, wake)
}

async function callReaders(pool: Pool): Promise<void> {
  if (await wakers.get(pool)?.()) return
  await pool.query(`SELECT pg_notify('${eventsChannel}', '')`)
}

// Never inside the transaction: commits that notify wait for one another. While one is on its way,
// those who come meanwhile share the next; one that is lost costs its readers a poll.
/** Tells the readers of the log that something was committed. */
export function wakeReaders(ctx: Pick<ActionContext, 'db' | 'log'>): void {
  const pool = poolBehind(ctx.db.pool)
  const running = waking.get(pool)
  if (running) {
    running.again = true
    return
  }
  const state = { again: false }
  waking.set(pool, state)
  callReaders(pool)
    .catch((error: unknown) => ctx.log.debug({ err: error }, 'could not wake readers of events'))
    .finally(() => {
      waking.delete(pool)
      if (state.again) wakeReaders(ctx)
    })
}
