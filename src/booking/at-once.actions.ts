// Makes a booking of a place that was seen free by one statement, a transaction of its own: all of
// it is written, or it fails and nothing is. Whatever is not as it was expected makes it fail, and
// is left to the transaction that asks step by step and says why not.

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { occupying } from '../availability/occupancy.data.ts'
import { limitsOf, occupanciesOf, type SeenPlace } from '../availability/place.data.ts'
import type { ActionContext } from '../context.ts'
import { claiming, isKey, type Once } from '../db/idempotency.ts'
import { newId } from '../db/id.ts'
import { insertion } from '../db/insert.ts'
import { poolReader } from '../db/reader.ts'
import { poolBehind } from '../db/unit.ts'
import { appending, wakeReaders } from '../events/outbox.ts'
import { Prisma, type Booking } from '../generated/prisma/client.ts'
import { bookingNumber, headCount } from './booking.ts'
import { bookingEvent } from './booking.data.ts'
import { bookingRow, type NewBooking } from './new-booking.actions.ts'

/**
 * Makes a booking as createBooking does; null when nothing was done, because it has to be done in
 * steps: the customer is new, something is counted, or somebody was faster.
 */
export async function bookAtOnce(
  ctx: ActionContext,
  input: NewBooking,
  once: Once,
  seen: SeenPlace,
): Promise<Booking | null> {
  const { customerId } = input
  const { pool } = ctx.db
  if (!customerId || limitsOf(seen.facts).length > 0) return null
  // Within somebody's transaction, a statement that fails would end that.
  if (poolBehind(pool) !== pool || (once.key != null && !isKey(once.key))) return null
  try {
    const [booking] = await poolReader(ctx.db)<Booking>(
      statement(ctx, { ...input, customerId }, once, seen),
    )
    if (!booking) return null
    wakeReaders(ctx)
    return booking
  } catch (error) {
    if (error instanceof pg.DatabaseError && /^(22P02|23...|40001|40P01)$/.test(error.code ?? '')) {
      return null
    }
    throw error
  }
}

/** What a new row has without being told; an event tells of all that is not null. */
const untold = {
  amountPaidMinor: 0,
  refundedMinor: 0,
  refundDueMinor: 0,
  refundOpenMinor: 0,
  version: 1,
}

function statement(
  ctx: ActionContext,
  input: NewBooking & { customerId: string },
  once: Once,
  seen: SeenPlace,
): Prisma.Sql {
  const { accountId } = input.service
  const { facts, staffIds } = seen
  const id = newId()
  const startsAt = input.startsAt as Date
  const owner = { kind: 'BOOKING', id, expiresAt: null } as const
  const occupancies = occupanciesOf(facts, owner, { ...seen, startsAt: startsAt.getTime() })
  const partySize = headCount(input.partySize, input.party)
  const place = { startsAt, endsAt: new Date(seen.endsAt), sessionId: null, partySize }
  const taken = { facts, staffIds, ...place }
  // Of a customer with a zone of their own it is not known here.
  const customer = { id: input.customerId, timeZone: null }
  const number = bookingNumber(randomBytes(7))
  const row = { ...bookingRow(ctx, input, id, taken, customer), number }
  const told = Object.entries(row).map(([field, value]) => [
    field,
    value === Prisma.DbNull ? null : value,
  ])
  const booking = { ...untold, ...Object.fromEntries(told) } as Booking
  const event = bookingEvent('booking.created', booking, null, staffIds, input.notify)
  const { kept, inserted } = occupying(occupancies)
  const events = appending(ctx, [event])
  const claimed = once.key == null ? Prisma.sql`SELECT 1 AS "claimed"` : claiming(ctx, once, id)
  const isKnownZone = input.timeZone ? Prisma.sql`TRUE` : Prisma.sql`"timeZone" IS NULL`
  return Prisma.sql`WITH claimed AS (${claimed}), ${kept}, occupied AS (${inserted}),
    customer AS MATERIALIZED (SELECT "id" FROM "Customer"
      WHERE "accountId" = ${accountId}::uuid AND "id" = ${input.customerId}::uuid AND "active"
        AND ${isKnownZone} FOR KEY SHARE),
    booked AS (${insertion('Booking', [row])} RETURNING *),
    ${events.read}, logged AS (${events.inserted})
    SELECT b.* FROM booked b
    WHERE (CASE WHEN EXISTS (SELECT FROM claimed) AND EXISTS (SELECT FROM customer)
      AND (SELECT count(*) FROM occupied) = ${occupancies.length}::int
      THEN '1' ELSE 'not all of it' END)::int = 1`
}
