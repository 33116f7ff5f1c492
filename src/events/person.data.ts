// Takes a person out of what was told before: the events stay, in their order, and say that a field
// changed, but no longer from what to what; and receivers may have answered what they were told.

import { transactionReader } from '../db/reader.ts'
import type { Transaction } from '../db/transaction.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { impersonal } from './audit.ts'

/** Stands in an event for what was erased. */
export const erased = '[erased]'

/**
 * Hides every value in the events of these customers, in the events of their bookings the values of
 * these fields, what receivers answered to messages about either, and where notices went.
 */
export async function hidePerson(
  tx: Transaction,
  accountId: string,
  customerIds: readonly string[],
  bookingFields: readonly string[],
): Promise<void> {
  const about = Prisma.sql`(
    SELECT unnest(${[...customerIds]}::uuid[]) UNION ALL
    SELECT b."id" FROM "Booking" b WHERE b."accountId" = ${accountId}::uuid
      AND b."customerId" = ANY(${[...customerIds]}::uuid[]))`
  const masked = (side: 'from' | 'to') =>
    Prisma.sql`CASE WHEN c->${Prisma.raw(`'${side}'`)} = 'null' THEN 'null'
      ELSE to_jsonb(${erased}::text) END`
  const hidden = Prisma.sql`jsonb_build_object('field', c->'field', 'from', ${masked('from')},
    'to', ${masked('to')})`
  await transactionReader(tx)(Prisma.sql`
    UPDATE "Event" e SET "changes" = (
      SELECT coalesce(jsonb_agg(CASE
          WHEN c->>'field' = ANY(${[...bookingFields]}::text[]) OR (e."subjectType" = 'Customer'
            AND c->>'field' <> ALL(${[...impersonal]}::text[]))
          THEN ${hidden} ELSE c END ORDER BY n), '[]')
      FROM jsonb_array_elements(e."changes") WITH ORDINALITY AS t(c, n))
    WHERE e."accountId" = ${accountId}::uuid AND e."subjectId" IN ${about}`)
  await transactionReader(tx)(Prisma.sql`
    UPDATE "WebhookAttempt" a SET "answer" = ${erased} FROM "WebhookDelivery" d
    WHERE d."accountId" = ${accountId}::uuid AND d."subjectId" IN ${about}
      AND a."accountId" = d."accountId" AND a."deliveryId" = d."id" AND a."answer" IS NOT NULL`)
  await transactionReader(tx)(Prisma.sql`
    UPDATE "Notice" SET "subject" = NULL,
      "address" = CASE WHEN "customerId" IS NULL THEN "address" END
    WHERE "accountId" = ${accountId}::uuid
      AND ("customerId" = ANY(${[...customerIds]}::uuid[]) OR "bookingId" IN ${about})`)
}
