// Reads of the log for endpoints: one event, the latest, and those of a stretch of time.

import type { EventCursor } from '../events/cursor.ts'
import type { LoggedEvent } from '../events/event.ts'
import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma } from '../generated/prisma/client.ts'

export async function eventAt(read: Reader, { accountId, id }: Key): Promise<LoggedEvent | null> {
  const [event] = await read<LoggedEvent>(Prisma.sql`SELECT * FROM "Event"
    WHERE "id" = ${id}::uuid AND "accountId" = ${accountId}::uuid`)
  return event ?? null
}

/** The last events of these accounts, the newest first. */
export function latestEvents(
  read: Reader,
  accountIds: readonly string[],
  most: number,
): Promise<LoggedEvent[]> {
  return read<LoggedEvent>(Prisma.sql`SELECT e.* FROM unnest(${accountIds}::uuid[]) u("accountId")
      CROSS JOIN LATERAL (SELECT * FROM "Event" x WHERE x."accountId" = u."accountId"
        ORDER BY x."xid" DESC, x."seq" DESC LIMIT ${most}::int) e
    ORDER BY e."xid" DESC, e."seq" DESC LIMIT ${most}::int`)
}

/** The last event about one thing. */
export async function latestAbout(
  read: Reader,
  { accountId, id }: Key,
): Promise<LoggedEvent | null> {
  const [event] = await read<LoggedEvent>(Prisma.sql`SELECT * FROM "Event"
    WHERE "accountId" = ${accountId}::uuid AND "subjectId" = ${id}::uuid
    ORDER BY "seq" DESC LIMIT 1`)
  return event ?? null
}

/** What happened in some accounts in `[since, until)`. */
export type Stretch = { accountIds: readonly string[]; since: Date; until: Date }

const within = ({ accountIds, since, until }: Stretch) => Prisma.sql`
  "accountId" = ANY(${accountIds}::uuid[]) AND "occurredAt" >= ${timestamptz(since)}
    AND "occurredAt" < ${timestamptz(until)}`

/** How many events there are, counted no further than `most`. */
export async function countEvents(read: Reader, stretch: Stretch, most: number): Promise<number> {
  const [row] = await read<{ count: number }>(Prisma.sql`SELECT count(*)::int AS "count" FROM (
    SELECT 1 FROM "Event" WHERE ${within(stretch)} LIMIT ${most}::int) found`)
  return row?.count ?? 0
}

/** The next events after a place, in the order of the log. */
export function eventsWithin(
  read: Reader,
  stretch: Stretch,
  after: EventCursor,
  most: number,
): Promise<LoggedEvent[]> {
  return read<LoggedEvent>(Prisma.sql`SELECT * FROM "Event" WHERE ${within(stretch)}
    AND ("xid", "seq") > (${after.xid}::bigint, ${after.seq}::bigint)
    ORDER BY "xid", "seq" LIMIT ${most}::int`)
}
