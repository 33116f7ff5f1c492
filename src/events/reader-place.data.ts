// The place of a reader that must not lose it, moved in the statement that writes what it read.

import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import type { EventCursor } from './cursor.ts'

/**
 * Writes and moves the place of a reader of the log, both or neither: false when somebody else has
 * moved it. One statement, because what is open holds all readers of the log back. `statements`
 * write nothing unless `EXISTS (SELECT FROM moved)`.
 */
export async function writeAndMove(
  read: Reader,
  reader: { name: string; from: EventCursor; to: EventCursor },
  statements: readonly Prisma.Sql[],
  now: Instant,
): Promise<boolean> {
  const { name, from, to } = reader
  const writing = statements.map(
    (statement, index) => Prisma.sql`, ${Prisma.raw(`written${index}`)} AS (${statement})`,
  )
  const [found] = await read<{ moved: boolean }>(Prisma.sql`
    WITH moved AS (
      UPDATE "LogReader"
      SET "xid" = ${to.xid}::bigint, "seq" = ${to.seq}::bigint,
        "updatedAt" = ${timestamptz(now)}
      WHERE "name" = ${name} AND "xid" = ${from.xid}::bigint AND "seq" = ${from.seq}::bigint
      RETURNING 1
    )${writing.length > 0 ? Prisma.join(writing, '') : Prisma.empty}
    SELECT EXISTS (SELECT FROM moved) AS "moved"`)
  return found?.moved ?? false
}

/** Where a reader of the log is; made at `start` when there is none. */
export async function placeOfReader(
  read: Reader,
  name: string,
  start: EventCursor,
): Promise<EventCursor> {
  await read(Prisma.sql`INSERT INTO "LogReader" ("name", "xid", "seq")
    VALUES (${name}, ${start.xid}::bigint, ${start.seq}::bigint) ON CONFLICT DO NOTHING`)
  const [place] = await read<EventCursor>(
    Prisma.sql`SELECT "xid", "seq" FROM "LogReader" WHERE "name" = ${name}`,
  )
  if (!place) throw new Error(`The reader "${name}" of the log is gone.`)
  return place
}
