// Chooses one of several staff members who are free at a start, by what each of them has booked.

import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { dayStart, localDayOf, zoneOf } from '../time/zone.ts'
import { chooseStaff, evenDays, type Assign } from './choose-staff.ts'
import type { ServiceFacts } from './facts.data.ts'

type Wanted = { startsAt: Instant; staffIds: readonly string[] | null; assign?: Assign }

type LoadRow = {
  id: string
  minutes: number
  around: number | null
  idleSince: Date | null
  nextAt: Date | null
}

/**
 * Who of those who are free: by the order of the pool if that is asked for, else fairly, by what is
 * booked at this moment.
 */
export async function pickStaff(
  read: Reader,
  facts: ServiceFacts,
  request: Wanted,
  staffIds: readonly string[],
): Promise<readonly string[]> {
  if (staffIds.length < 2) return staffIds
  if (request.assign === 'IN_ORDER') {
    const order = request.staffIds ?? facts.staff.map(({ id }) => id)
    return order.filter((id) => staffIds.includes(id)).slice(0, 1)
  }
  const zone = zoneOf(facts.account.timeZone)
  const day = localDayOf(zone, request.startsAt)
  const at = timestamptz(request.startsAt)
  const mine = Prisma.sql`b."accountId" = ${facts.accountId}::uuid AND b."staffId" = u."id"
    AND b."status" NOT IN ('CANCELLED', 'DECLINED')`
  // Who was idle for longest is a fair choice only while bookings come in the order of their times.
  const evenly = request.assign === 'EVENLY'
  const minutesWithin = (first: number, last: number) => {
    const start = timestamptz(dayStart(zone, first))
    const end = timestamptz(dayStart(zone, last + 1))
    return Prisma.sql`(SELECT
        coalesce(sum(extract(epoch FROM b."endsAt" - b."startsAt")) / 60, 0)::int
      FROM "Booking" b WHERE ${mine}
        AND b."startsAt" >= ${start} AND b."startsAt" < ${end})`
  }
  const rows = await read<LoadRow>(Prisma.sql`
    SELECT u."id"::text AS "id", ${minutesWithin(day, day)} AS "minutes",
      ${evenly ? minutesWithin(day - evenDays, day + evenDays) : Prisma.sql`NULL`} AS "around",
      (SELECT b."endsAt" FROM "Booking" b WHERE ${mine} AND b."startsAt" < ${at}
        ORDER BY b."startsAt" DESC LIMIT 1) AS "idleSince",
      (SELECT b."startsAt" FROM "Booking" b WHERE ${evenly} AND ${mine}
        AND b."startsAt" > ${at} ORDER BY b."startsAt" LIMIT 1) AS "nextAt"
    FROM unnest(${staffIds}::uuid[]) u("id")`)
  const chosen = chooseStaff(
    rows.map(({ id, minutes, around, idleSince, nextAt }) => ({
      id,
      bookedMinutesThatDay: minutes,
      bookedMinutesAround: around ?? 0,
      idleSince: nearest(idleSince?.getTime(), nextAt && request.startsAt * 2 - nextAt.getTime()),
    })),
  )
  return chosen === null ? [] : [chosen]
}

/** A booking to come is as near as one that is as long ago. */
function nearest(before: Instant | undefined, mirrored: Instant | null): Instant | null {
  return before === undefined || mirrored === null
    ? (before ?? mirrored)
    : Math.max(before, mirrored)
}
