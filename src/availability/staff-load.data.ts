// How loaded staff are, by which a booking with nobody named is given out. Read once for a range of
// days, so that many bookings can be given out in one go.

import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { MINUTE, type Instant } from '../time/instant.ts'
import { dayStart, localDayOf, zoneOf } from '../time/zone.ts'
import type { StaffCandidate } from './choose-staff.ts'
import type { ServiceFacts } from './facts.data.ts'

type Booked = { staffId: string; startsAt: Instant; endsAt: Instant }
type Row = { staffId: string; startsAt: Date; endsAt: Date }

export type StaffLoad = {
  /** These staff members as they stand before a start. */
  candidates(staffIds: readonly string[], startsAt: Instant): StaffCandidate[]
  /** Counts a booking that is not written yet. */
  add(booking: Booked): void
}

/** The load of the service's staff for starts in `[from, to)`; days are the account's. */
export async function loadStaffLoad(
  read: Reader,
  facts: ServiceFacts,
  from: Instant,
  to: Instant,
): Promise<StaffLoad> {
  const zone = zoneOf(facts.account.timeZone)
  const start = timestamptz(dayStart(zone, localDayOf(zone, from)))
  const end = timestamptz(dayStart(zone, localDayOf(zone, to) + 1))
  const mine = Prisma.sql`b."accountId" = ${facts.accountId}::uuid AND b."staffId" = u."id"
    AND b."status" NOT IN ('CANCELLED', 'DECLINED')`
  const rows = await read<Row>(Prisma.sql`
    SELECT b."staffId"::text AS "staffId", b."startsAt", b."endsAt"
    FROM unnest(${facts.staff.map(({ id }) => id)}::uuid[]) u("id")
      CROSS JOIN LATERAL (
        (SELECT b.* FROM "Booking" b WHERE ${mine} AND b."startsAt" < ${start}
          ORDER BY b."startsAt" DESC LIMIT 1)
        UNION ALL
        SELECT b.* FROM "Booking" b WHERE ${mine}
          AND b."startsAt" >= ${start} AND b."startsAt" < ${end}) b`)
  const booked = new Map(facts.staff.map(({ id }) => [id, [] as Booked[]]))
  const add = (booking: Booked) => void booked.get(booking.staffId)?.push(booking)
  for (const { staffId, startsAt, endsAt } of rows) {
    add({ staffId, startsAt: startsAt.getTime(), endsAt: endsAt.getTime() })
  }
  return {
    add,
    candidates: (staffIds, startsAt) => {
      const day = localDayOf(zone, startsAt)
      const [dayFrom, dayTo] = [dayStart(zone, day), dayStart(zone, day + 1)]
      return staffIds.map((id) => standing(id, booked.get(id) ?? [], startsAt, dayFrom, dayTo))
    },
  }
}

function standing(
  id: string,
  booked: readonly Booked[],
  startsAt: Instant,
  dayFrom: Instant,
  dayTo: Instant,
): StaffCandidate {
  let length = 0
  let last: Booked | null = null
  for (const each of booked) {
    if (each.startsAt >= dayFrom && each.startsAt < dayTo) length += each.endsAt - each.startsAt
    if (each.startsAt < startsAt && each.startsAt > (last?.startsAt ?? -Infinity)) last = each
  }
  return { id, bookedMinutesThatDay: length / MINUTE, idleSince: last?.endsAt ?? null }
}
