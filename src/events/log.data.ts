// Reads of the log. A row is given out only when every transaction up to the one that it is placed
// by has ended (below the snapshot's xmin): what is written later then always lies behind what was
// read, and a reader that goes on from its last place loses nothing and repeats nothing.

import type { Pool } from 'pg'
import type { LoggedEvent } from './event.ts'
import { run } from '../db/statement.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { EventCursor } from './cursor.ts'

/**
 * An event that was read for delivery; `readAt` is performance.now() before the statement began.
 */
export type ReadEvent = LoggedEvent & { readAt: number }

export type LogPage = {
  events: ReadEvent[]
  /** Go on from here: everything before it is in this page or in earlier ones. */
  position: EventCursor
  /** More can be read at once. */
  full: boolean
  /** Something is committed that cannot be given out yet: an older transaction is still open. */
  pending: boolean
}

/** Largest number of accounts read each from its own index; above it one scan of all wins. */
const lateralLimit = 100

const horizon = Prisma.sql`(pg_snapshot_xmin(pg_current_snapshot())::text)::bigint`

const columns = Prisma.raw(
  `e."xid", e."seq", e."id", e."accountId", e."type", e."occurredAt", e."actorKind", e."actorId",
   e."actorName", e."subjectType", e."subjectId", e."subjectVersion", e."about", e."changes"`,
)

/**
 * The events after a place, in order; of these accounts (uuids) only, or of all. Conditions name
 * the event's row as `e`.
 */
export async function readLog(
  pool: Pool,
  after: EventCursor,
  limit: number,
  accountIds?: readonly string[],
  where: readonly Prisma.Sql[] = [],
): Promise<LogPage> {
  const readAt = performance.now()
  const page = Prisma.sql`ORDER BY e."xid", e."seq" ${Prisma.raw(`LIMIT ${Math.trunc(limit)}`)}`
  const bounds = Prisma.sql`(e."xid", e."seq") > (${after.xid}::bigint, ${after.seq}::bigint)
    AND e."xid" < h."xmin"${allOf(where)}`
  const rows = await run<LoggedEvent & { _xmin: bigint; _pending: boolean }>(
    pool,
    Prisma.sql`
      WITH h AS MATERIALIZED (SELECT ${horizon} AS "xmin")
      SELECT h."xmin" AS "_xmin",
        EXISTS (SELECT FROM "Event" p WHERE p."xid" >= h."xmin") AS "_pending",
        ${columns}
      FROM h LEFT JOIN LATERAL (${eventsOf(accountIds, bounds, page)}) e ON true
      ORDER BY e."xid", e."seq"`,
  )
  // Without an event there is one row, with nothing but what the horizon says.
  const events = rows
    .filter(({ id }) => id !== null)
    .map(({ _xmin, _pending, ...event }) => ({ ...event, readAt }))
  const full = events.length >= limit
  const last = full && events.at(-1)
  return {
    events,
    full,
    position: last ? { xid: last.xid, seq: last.seq } : reached(after, rows[0]?._xmin ?? 0n),
    pending: rows[0]?._pending ?? false,
  }
}

function eventsOf(accountIds: readonly string[] | undefined, bounds: Prisma.Sql, page: Prisma.Sql) {
  if (!accountIds) return Prisma.sql`SELECT e.* FROM "Event" e WHERE ${bounds} ${page}`
  if (accountIds.length > lateralLimit) {
    return Prisma.sql`SELECT e.* FROM "Event" e
      WHERE e."accountId" = ANY(${accountIds}::uuid[]) AND ${bounds} ${page}`
  }
  return Prisma.sql`SELECT e.* FROM unnest(${accountIds}::uuid[]) u("accountId")
    CROSS JOIN LATERAL (
      SELECT e.* FROM "Event" e WHERE e."accountId" = u."accountId" AND ${bounds} ${page}
    ) e ${page}`
}

function allOf(where: readonly Prisma.Sql[]): Prisma.Sql {
  return where.length === 0 ? Prisma.empty : Prisma.sql` AND ${Prisma.join([...where], ' AND ')}`
}

/** How many events of these accounts (uuids) there are that can be read now. */
export async function countLog(
  pool: Pool,
  accountIds: readonly string[],
  where: readonly Prisma.Sql[],
): Promise<number> {
  const [row] = await run<{ count: number }>(
    pool,
    Prisma.sql`
      WITH h AS MATERIALIZED (SELECT ${horizon} AS "xmin")
      SELECT count(*)::int AS "count" FROM h JOIN "Event" e ON e."xid" < h."xmin"
      WHERE e."accountId" = ANY(${accountIds}::uuid[])${allOf(where)}`,
  )
  return row?.count ?? 0
}

/** The last event of these accounts (uuids) that can be read now; null when there is none. */
export async function lastInLog(
  pool: Pool,
  accountIds: readonly string[],
): Promise<EventCursor | null> {
  const [row] = await run<EventCursor>(
    pool,
    Prisma.sql`
      WITH h AS MATERIALIZED (SELECT ${horizon} AS "xmin")
      SELECT e."xid", e."seq" FROM h CROSS JOIN unnest(${accountIds}::uuid[]) u("accountId")
        CROSS JOIN LATERAL (
          SELECT e."xid", e."seq" FROM "Event" e
          WHERE e."accountId" = u."accountId" AND e."xid" < h."xmin"
          ORDER BY e."xid" DESC, e."seq" DESC LIMIT 1
        ) e
      ORDER BY e."xid" DESC, e."seq" DESC LIMIT 1`,
  )
  return row ?? null
}

// Rows of later transactions only: numbers begin at 1, so 0 lies before the first of them.
function reached(after: EventCursor, xmin: bigint): EventCursor {
  return after.xid >= xmin ? after : { xid: xmin, seq: 0n }
}

/** The end of what can be read now. */
export async function logPosition(pool: Pool): Promise<EventCursor> {
  const rows = await run<{ xmin: bigint }>(pool, Prisma.sql`SELECT ${horizon} AS "xmin"`)
  return { xid: rows[0]?.xmin ?? 0n, seq: 0n }
}

/** Whether an event was still to come at the moment of this call. */
export async function comingAfterNow(pool: Pool): Promise<(event: EventCursor) => boolean> {
  const [now] = await run<{ xmin: bigint; seen: string[] }>(
    pool,
    Prisma.sql`
      WITH h AS MATERIALIZED (SELECT ${horizon} AS "xmin")
      SELECT h."xmin",
        ARRAY(SELECT e."seq"::text FROM "Event" e WHERE e."xid" >= h."xmin") AS "seen"
      FROM h`,
  )
  if (!now) throw new Error('A statement that always gives one row gave none.')
  const seen = new Set(now.seen.map(BigInt))
  return ({ xid, seq }) => xid >= now.xmin && !seen.has(seq)
}

/**
 * The event of a cursor, of one of these accounts, and the end of what can be read now; null when
 * it is not kept.
 */
export async function findInLog(
  pool: Pool,
  cursor: EventCursor,
  accountIds: readonly string[],
): Promise<{ occurredAt: Date; end: EventCursor } | null> {
  const [row] = await run<{ occurredAt: Date; xmin: bigint }>(
    pool,
    Prisma.sql`SELECT "occurredAt", ${horizon} AS "xmin" FROM "Event"
      WHERE "seq" = ${cursor.seq}::bigint AND "xid" = ${cursor.xid}::bigint
        AND "accountId" = ANY(${accountIds}::uuid[])`,
  )
  return row ? { occurredAt: row.occurredAt, end: { xid: row.xmin, seq: 0n } } : null
}
