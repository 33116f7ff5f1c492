// Reads what counts against daily limits: the starts of bookings and of live holds. Of a service
// all of them; of a staff member the appointments that they do, alone or with others. Seats in a
// class are counted by its session and against nobody's limit.

import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import type { Except } from './busy.data.ts'

/** One booking or hold, of a service or of a staff member. */
type CountRow = { serviceId: string | null; staffId: string | null; startsAt: Date }

/** Starts in the range that count for these services and staff; one statement. */
export async function loadCounted(
  read: Reader,
  accountIds: readonly string[],
  serviceIds: readonly string[],
  staffIds: readonly string[],
  range: { start: Instant; end: Instant },
  now: Instant,
  except: Except,
): Promise<CountRow[]> {
  const parts = [
    ...(serviceIds.length > 0
      ? [ofServices('Booking', serviceIds), ofServices('Hold', serviceIds)]
      : []),
    ...(staffIds.length > 0
      ? [ofStaff('Booking', staffIds, range), ofStaff('Hold', staffIds, range)]
      : []),
  ]
  if (parts.length === 0) return []
  const within = Prisma.sql`b."accountId" = ANY(${accountIds}::uuid[])
    AND b."startsAt" >= ${timestamptz(range.start)}
    AND b."startsAt" < ${timestamptz(range.end)}`
  const counts = {
    Booking: Prisma.sql`b."status" NOT IN ('CANCELLED', 'DECLINED')
      AND b."id" IS DISTINCT FROM ${except.bookingId ?? null}::uuid`,
    Hold: Prisma.sql`b."state" = 'LIVE' AND b."expiresAt" > ${timestamptz(now)}
      AND b."id" IS DISTINCT FROM ${except.holdId ?? null}::uuid`,
  }
  const statements = parts.map(
    ({ table, select }) => Prisma.sql`${select} AND ${within} AND ${counts[table]}`,
  )
  return read<CountRow>(Prisma.join(statements, ' UNION ALL '))
}

type Table = 'Booking' | 'Hold'
type Part = { table: Table; select: Prisma.Sql }

function ofServices(table: Table, serviceIds: readonly string[]): Part {
  const select = Prisma.sql`SELECT b."serviceId"::text, NULL::text AS "staffId", b."startsAt"
    FROM ${Prisma.raw(`"${table}"`)} b WHERE b."serviceId" = ANY(${serviceIds}::uuid[])`
  return { table, select }
}

// By who is occupied, which the exclusion constraint's index finds by person and time.
function ofStaff(
  table: Table,
  staffIds: readonly string[],
  range: { start: Instant; end: Instant },
): Part {
  const owner = Prisma.raw(table === 'Booking' ? 'o."bookingId"' : 'o."holdId"')
  const select = Prisma.sql`SELECT NULL::text AS "serviceId", o."staffId"::text, b."startsAt"
    FROM "Occupancy" o JOIN ${Prisma.raw(`"${table}"`)} b
      ON b."accountId" = o."accountId" AND b."id" = ${owner}
    WHERE o."active" AND o."staffId" = ANY(${staffIds}::uuid[])
      AND tstzrange(o."startsAt", o."endsAt")
        && tstzrange(${timestamptz(range.start)}, ${timestamptz(range.end)})`
  return { table, select }
}
