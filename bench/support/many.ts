// A database as it looks after years: one account has nine tenths of the bookings, some have a few,
// some are dormant, and most are small. Written by PostgreSQL itself, which is a matter of seconds.

import pg from 'pg'
import { DAY } from '../../src/time/instant.ts'
import { now } from './business.ts'
import type { Store } from './store.ts'

export type Many = {
  /** The large one, nine with a tenth of the bookings, ten dormant ones, then the small ones. */
  accountIds: string[]
  /** Of the large account. */
  serviceId: string
}

const accounts = `
  INSERT INTO "Account" ("id", "slug", "name", "timeZone", "currency")
  SELECT md5('account ' || n)::uuid, 'many-' || n, 'Account ' || n, 'Europe/Berlin', 'EUR'
  FROM generate_series(1, $1::int) n`
const staff = `
  INSERT INTO "StaffMember" ("accountId", "id", "name")
  SELECT a."id", md5(a."id"::text || 'staff' || n)::uuid, 'Staff member ' || n
  FROM "Account" a, generate_series(0, 1) n`
const services = `
  INSERT INTO "Service" ("accountId", "id", "name", "kind", "durationMinutes", "slotStepMinutes",
    "priceMinor")
  SELECT "id", md5("id"::text || 'service')::uuid, 'Service', 'APPOINTMENT', 15, 15, 4500
  FROM "Account"`
const given = `
  INSERT INTO "ServiceStaff" ("accountId", "serviceId", "staffId", "position")
  SELECT s."accountId", s."id", m."id", row_number() OVER (PARTITION BY s."id")
  FROM "Service" s JOIN "StaffMember" m ON m."accountId" = s."accountId"`
const hours = `
  INSERT INTO "WorkingHours" ("accountId", "id", "weekday", "startMinute", "endMinute")
  SELECT "id", md5("id"::text || 'hours' || n)::uuid, n, 540, 1080
  FROM "Account", generate_series(1, 6) n`
const customers = `
  INSERT INTO "Customer" ("accountId", "id", "name")
  SELECT "id", md5("id"::text || 'customer' || n)::uuid, 'Customer ' || n
  FROM "Account", generate_series(0, 49) n`
// The newest starts in a month; those before it follow each other closely, in turns of two people.
const bookings = `
  INSERT INTO "Booking" ("accountId", "id", "number", "status", "serviceId", "staffId",
    "customerId", "startsAt", "endsAt", "timeZone", "currency", "priceMinor")
  SELECT a.id, md5(a.id::text || 'booking' || n)::uuid, 'B' || n, 'CONFIRMED',
    md5(a.id::text || 'service')::uuid, md5(a.id::text || 'staff' || n % 2)::uuid,
    md5(a.id::text || 'customer' || n % 50)::uuid, t."at", t."at" + interval '15 minutes',
    'Europe/Berlin', 'EUR', 4500
  FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) a(id, size, newest),
    LATERAL generate_series(1, a.size) n,
    LATERAL (SELECT a.newest - n * interval '17 minutes' AS "at") t`
const occupancies = `
  INSERT INTO "Occupancy" ("accountId", "id", "kind", "staffId", "startsAt", "endsAt", "bookingId")
  SELECT b."accountId", b."id", 'BOOKING', b."staffId", b."startsAt", b."endsAt", b."id"
  FROM "Booking" b WHERE b."accountId" = $1`

/** Fills an empty database with so many accounts, 20 at least, and about so many bookings. */
export async function fillMany({ url }: Store, count: number, total: number): Promise<Many> {
  // The pool gives up sooner than this is done.
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(accounts, [count])
    for (const statement of [staff, services, given, hours, customers]) {
      await client.query(statement)
    }
    const { rows } = await client.query<{ id: string; serviceId: string }>(
      `SELECT a."id", s."id" AS "serviceId" FROM "Account" a JOIN "Service" s ON s."accountId" = a."id"
       ORDER BY substr(a."slug", 6)::int`,
    )
    const accountIds = rows.map(({ id }) => id)
    const sizes = accountIds.map((_, index) => {
      if (index === 0) return Math.round(total * 0.9)
      return index < 10 ? Math.round(total / 90) : 3
    })
    const newest = accountIds.map((_, index) => (index >= 10 && index < 20 ? longAgo : inAMonth))
    await client.query(bookings, [accountIds, sizes, newest])
    await client.query(occupancies, [accountIds[0]])
    return { accountIds, serviceId: rows[0]?.serviceId ?? '' }
  } finally {
    await client.end()
  }
}

const inAMonth = new Date(now + 30 * DAY).toISOString()
const longAgo = new Date(now - 1000 * DAY).toISOString()
