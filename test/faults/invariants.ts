// What holds of bookings whatever happened to the processes that made them, as one list of faults
// read from the database by plain SQL.
import type pg from 'pg'

const checks: [string, string][] = [
  [
    'two active rows of one staff member overlap',
    `SELECT a."id" FROM "Occupancy" a JOIN "Occupancy" b ON a."accountId" = b."accountId"
      AND a."staffId" = b."staffId" AND a."id" < b."id" AND a."active" AND b."active"
      AND a."startsAt" < b."endsAt" AND b."startsAt" < a."endsAt"`,
  ],
  [
    'a booking that stands does not occupy its own time once',
    `SELECT b."id" FROM "Booking" b WHERE b."status" IN ('PENDING', 'CONFIRMED')
      AND (SELECT count(*) FROM "Occupancy" o WHERE o."bookingId" = b."id" AND o."active"
        AND o."startsAt" = b."startsAt" AND o."endsAt" = b."endsAt"
        AND o."staffId" = b."staffId") <> 1`,
  ],
  [
    'a cancelled booking occupies time',
    `SELECT b."id" FROM "Booking" b JOIN "Occupancy" o ON o."bookingId" = b."id" AND o."active"
      WHERE b."status" = 'CANCELLED'`,
  ],
  [
    'a version of a booking has not exactly one event',
    `SELECT b."id" FROM "Booking" b CROSS JOIN LATERAL generate_series(1, b."version") v
      WHERE (SELECT count(*) FROM "Event" e WHERE e."subjectId" = b."id"
        AND e."subjectVersion" = v) <> 1`,
  ],
  [
    'an event tells of a version that never was',
    `SELECT e."id" FROM "Event" e LEFT JOIN "Booking" b ON b."id" = e."subjectId"
      WHERE e."subjectType" = 'Booking' AND (b."id" IS NULL OR e."subjectVersion" > b."version")`,
  ],
  [
    'the last move of a booking is not what its event says',
    `SELECT b."id" FROM "Booking" b JOIN LATERAL (
        SELECT c->>'to' AS "to" FROM "Event" e, jsonb_array_elements(e."changes") c
        WHERE e."subjectId" = b."id" AND c->>'field' = 'startsAt'
        ORDER BY e."subjectVersion" DESC LIMIT 1) last ON true
      WHERE last."to"::timestamptz <> b."startsAt"`,
  ],
  [
    'a key of idempotency is kept without what it made',
    `SELECT k."key" FROM "IdempotencyKey" k LEFT JOIN "Booking" b ON b."id" = k."resultId"
      WHERE b."id" IS NULL`,
  ],
  [
    'something was made twice by one key',
    `SELECT "externalRef" FROM "Booking" GROUP BY "externalRef" HAVING count(*) > 1`,
  ],
]

/** What is wrong; empty when nothing is. */
export async function faultsIn(client: pg.Client): Promise<string[]> {
  const faults: string[] = []
  for (const [what, sql] of checks) {
    const { rows } = await client.query(sql)
    if (rows.length > 0) faults.push(`${what}: ${rows.length}`)
  }
  return faults
}
