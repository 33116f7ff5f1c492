// What PostgreSQL allows: bare node:http and pg, each answer one hand-written transaction or
// statement. No GraphQL, no validation, no scopes. What the gateway costs is said as a ratio to it.

import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import pg from 'pg'
import { newId } from '../../src/db/id.ts'
import { serve } from '../support/served.ts'

const pool = new pg.Pool({ connectionString: process.env['BENCH_DATABASE_URL'], max: 10 })

const listOf = (accounts: number) => `
  SELECT '{"data":{"bookings":{"nodes":' || coalesce(json_agg(json_build_object(
    'id', q."id", 'startsAt', q."startsAt", 'status', q."status",
    'customer', json_build_object('name', c."name"),
    'staff', json_build_object('name', m."name"),
    'service', json_build_object('name', s."name"))
    ORDER BY q."startsAt" DESC, q."id" DESC)::text, '[]') || '}}}' AS body
  FROM (${page(accounts)}) q
  JOIN "Customer" c ON c."accountId" = q."accountId" AND c."id" = q."customerId"
  JOIN "StaffMember" m ON m."accountId" = q."accountId" AND m."id" = q."staffId"
  JOIN "Service" s ON s."accountId" = q."accountId" AND s."id" = q."serviceId"`

function page(accounts: number): string {
  const sorted = 'ORDER BY r."startsAt" DESC, r."id" DESC LIMIT 50'
  if (accounts === 1) {
    return `SELECT r.* FROM "Booking" r WHERE r."accountId" = ($1::uuid[])[1] ${sorted}`
  }
  return `SELECT r.* FROM unnest($1::uuid[]) u(id) CROSS JOIN LATERAL (
    SELECT r.* FROM "Booking" r WHERE r."accountId" = u.id ${sorted}) r ${sorted}`
}

async function list(accounts: string[]): Promise<string> {
  const { rows } = await pool.query<[string]>({
    name: `list ${accounts.length}`,
    text: listOf(accounts.length),
    values: [accounts],
    rowMode: 'array',
  } as never)
  return rows[0]?.[0] ?? ''
}

type Wish = {
  key: string
  accountId: string
  serviceId: string
  staffId: string
  customerId: string
  startsAt: string
  /** Idempotency key. */
  once: string
}

const credential = `SELECT "id", "accountId" FROM "ApiKey" WHERE "publicId" = $1 AND "revokedAt" IS NULL`
const terms = `SELECT s."durationMinutes", s."bufferBeforeMinutes" AS "before",
    s."bufferAfterMinutes" AS "after", s."priceMinor", a."currency", a."timeZone",
    EXISTS (SELECT 1 FROM "WorkingHours" h WHERE h."accountId" = s."accountId"
      AND h."staffId" = $3 AND h."weekday" = 1) AS "works"
  FROM "Service" s JOIN "Account" a ON a."id" = s."accountId"
  WHERE s."accountId" = $1 AND s."id" = $2 AND s."active"`
const occupy = `
  WITH once AS (INSERT INTO "IdempotencyKey" ("accountId", "principalId", "key", "operation",
      "inputHash", "resultId", "createdAt", "expiresAt")
    VALUES ($1, $7, $8, 'book', $8, $6, now(), now() + interval '1 day')
    ON CONFLICT DO NOTHING RETURNING 1),
  staff AS MATERIALIZED (SELECT "id" FROM "StaffMember"
    WHERE "accountId" = $1 AND "id" = $3 AND "active" FOR KEY SHARE)
  INSERT INTO "Occupancy" ("accountId", "id", "kind", "staffId", "startsAt", "endsAt", "bookingId")
  SELECT $1, $2, 'BOOKING', staff."id", $4::timestamptz, $5::timestamptz, $6 FROM staff, once
  ON CONFLICT DO NOTHING`
const insert = `
  WITH customer AS MATERIALIZED (SELECT "id" FROM "Customer"
    WHERE "accountId" = $1 AND "id" = $6 AND "active" FOR KEY SHARE)
  INSERT INTO "Booking" ("accountId", "id", "number", "status", "serviceId", "staffId",
    "customerId", "startsAt", "endsAt", "timeZone", "currency", "priceMinor")
  SELECT $1, $2, $3, 'CONFIRMED', $4, $5, customer."id", $7::timestamptz, $8::timestamptz, $9,
    $10, $11 FROM customer ON CONFLICT DO NOTHING RETURNING *`
const tell = `
  WITH told AS (INSERT INTO "Event" ("id", "accountId", "type", "occurredAt", "actorKind",
      "actorId", "actorName", "subjectType", "subjectId", "subjectVersion", "about", "changes")
    VALUES ($1, $2, 'booking.created', now(), 'API_KEY', $3, 'raw', 'Booking', $4, 1, $5, $6)),
  audit AS (INSERT INTO "AuditEntry" ("accountId", "id", "occurredAt", "action", "actorKind",
      "actorId", "actorName", "subjectType", "subjectId", "changes")
    VALUES ($2, $1, now(), 'booking.created', 'API_KEY', $3, 'raw', 'Booking', $4::text, $6))
  SELECT pg_notify('slotgraph_events', '')`

async function book(wish: Wish): Promise<string> {
  const client = await pool.connect()
  const send = (name: string, text: string, values: unknown[]) =>
    client.query({ name, text, values })
  const { accountId, serviceId, staffId, customerId } = wish
  try {
    createHash('sha256').update(wish.key).digest()
    const actor = (await send('credential', credential, [wish.key.split('_').at(-2)])).rows[0]
    await client.query('BEGIN')
    const [term] = (await send('terms', terms, [accountId, serviceId, staffId])).rows
    const at = (minutes: number) =>
      new Date(Date.parse(wish.startsAt) + minutes * 60_000).toISOString()
    const id = newId()
    const actorId = actor?.id ?? 'raw'
    const end = at(term.durationMinutes)
    const taken = await send('occupy', occupy, [
      accountId,
      newId(),
      staffId,
      at(-term.before),
      at(term.durationMinutes + term.after),
      id,
      actorId,
      wish.once,
    ])
    if (taken.rowCount !== 1) {
      await client.query('ROLLBACK')
      return '{"data":{"createBooking":{"__typename":"SlotTakenError"}}}'
    }
    const [row] = (
      await send('insert', insert, [
        accountId,
        id,
        randomBytes(6).toString('hex'),
        serviceId,
        staffId,
        customerId,
        wish.startsAt,
        end,
        term.timeZone,
        term.currency,
        term.priceMinor,
      ])
    ).rows
    const about = JSON.stringify({ bookingId: id, serviceId, staffIds: [staffId], customerId })
    const changes = JSON.stringify(Object.entries(row).map(([field, to]) => ({ field, to })))
    await send('tell', tell, [newId(), accountId, actorId, id, about, changes])
    await client.query('COMMIT')
    return JSON.stringify({
      data: { createBooking: { __typename: 'CreateBookingSuccess', data: { id: row.id } } },
    })
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8')
  request.on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    const asked = JSON.parse(body)
    void (request.url === '/list' ? list(asked) : book(asked)).then(
      (text) => {
        response.setHeader('content-type', 'application/json')
        response.setHeader('content-length', Buffer.byteLength(text))
        response.end(text)
      },
      (error: unknown) => {
        response.statusCode = 500
        response.end(String(error))
      },
    )
  })
})

await serve(server, async () => {
  server.closeAllConnections()
  await pool.end()
})
