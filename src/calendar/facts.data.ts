// What calendars say of bookings and sessions, as JSON that PostgreSQL makes: a FeedFact for each
// row. Who may see how much of it is decided by whoever makes entries of them.

import { Prisma } from '../generated/prisma/client.ts'

const epoch = (column: string) => Prisma.raw(`(extract(epoch FROM r."${column}") * 1000)::bigint`)

const times = Prisma.sql`'startsAt', ${epoch('startsAt')}, 'endsAt', ${epoch('endsAt')},
  'updatedAt', ${epoch('updatedAt')}`

type Named = 'StaffMember' | 'Resource'
const columns = { StaffMember: 'staffId', Resource: 'resourceId' } as const
const links = { StaffMember: 'SessionStaff', Resource: 'SessionResource' } as const

/** "startsAt" and "fact" of these rows of bookings. */
export function bookingFacts(rows: Prisma.Sql): Prisma.Sql {
  const named = (table: Named) => {
    const [from, link, id] = [table, links[table], columns[table]].map((name) =>
      Prisma.raw(`"${name}"`),
    )
    return Prisma.sql`COALESCE((SELECT jsonb_agg(n."name" ORDER BY n."position", n."name") FROM (
      SELECT t."name", min(o."position") AS "position" FROM (
        SELECT ${id}, "position" FROM "Occupancy"
          WHERE "accountId" = r."accountId" AND "bookingId" = r."id"
        UNION ALL SELECT ${id}, "position" FROM ${link}
          WHERE "accountId" = r."accountId" AND "sessionId" = r."sessionId"
      ) o JOIN ${from} t ON t."accountId" = r."accountId" AND t."id" = o.${id}
      GROUP BY t."name") n), '[]')`
  }
  return Prisma.sql`SELECT r."startsAt", jsonb_build_object('kind', 'BOOKING', 'id', r."id",
      'version', r."version", 'status', r."status", ${times}, 'number', r."number",
      'service', v."name", 'heads', r."partySize", 'capacity', NULL, 'notes', r."notes",
      'customer', jsonb_build_object('name', c."name", 'email', c."email", 'phone', c."phone"),
      'staff', ${named('StaffMember')}, 'resources', ${named('Resource')}) AS "fact"
    FROM (${rows}) r
    JOIN "Service" v ON v."accountId" = r."accountId" AND v."id" = r."serviceId"
    JOIN "Customer" c ON c."accountId" = r."accountId" AND c."id" = r."customerId"`
}

/** "startsAt" and "fact" of these rows of sessions. */
export function sessionFacts(rows: Prisma.Sql): Prisma.Sql {
  const named = (table: Named) => {
    const [from, link, id] = [table, links[table], columns[table]].map((name) =>
      Prisma.raw(`"${name}"`),
    )
    return Prisma.sql`COALESCE((SELECT jsonb_agg(t."name" ORDER BY l."position", t."name")
      FROM ${from} t JOIN ${link} l ON l."accountId" = t."accountId" AND l.${id} = t."id"
      WHERE l."accountId" = r."accountId" AND l."sessionId" = r."id"), '[]')`
  }
  return Prisma.sql`SELECT r."startsAt", jsonb_build_object('kind', 'SESSION', 'id', r."id",
      'version', r."version", 'status', CASE WHEN r."active" THEN 'CONFIRMED' ELSE 'CANCELLED' END,
      ${times}, 'number', NULL, 'service', v."name", 'heads', r."seatsTaken",
      'capacity', r."capacity", 'notes', NULL, 'customer', NULL,
      'staff', ${named('StaffMember')}, 'resources', ${named('Resource')}) AS "fact"
    FROM (${rows}) r
    JOIN "Service" v ON v."accountId" = r."accountId" AND v."id" = r."serviceId"`
}
