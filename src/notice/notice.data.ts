// Notices as rows: planned beside the place of their reader, leased to a worker, and settled. Times
// are the caller's, in epoch milliseconds.

import type { Database } from '../db/client.ts'
import { newId, type Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type Notice } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import type { ToldEndpoint } from './endpoint-mail.ts'
import type { Booked, Cancels, Planned } from './notice.ts'

type BookedRow = Omit<Booked, 'startsAt' | 'endsAt'> & {
  accountId: string
  startsAt: Date
  endsAt: Date
}

/** Bookings as they are now, by their ids. */
export async function bookedNow(
  read: Reader,
  keys: readonly { accountId: string; bookingId: string }[],
): Promise<Map<string, Booked>> {
  const rows = await read<BookedRow>(Prisma.sql`
    SELECT b."accountId", b."id", b."status"::text AS "status", b."customerId", b."startsAt",
      b."endsAt", b."reminds", b."thanks", s."reminderMinutes", s."thanksMinutes"
    FROM unnest(${keys.map(({ accountId }) => accountId)}::uuid[],
        ${keys.map(({ bookingId }) => bookingId)}::uuid[]) u("accountId", "id")
      JOIN "Booking" b ON b."accountId" = u."accountId" AND b."id" = u."id"
      JOIN "Service" s ON s."accountId" = b."accountId" AND s."id" = b."serviceId"`)
  return new Map(
    rows.map((row) => [
      row.id,
      { ...row, startsAt: row.startsAt.getTime(), endsAt: row.endsAt.getTime() },
    ]),
  )
}

/** Ends what waits for these bookings, if the place of the reader was `moved`. */
export function cancelling(
  bookings: readonly { accountId: string; bookingId: string; cancels: Cancels }[],
  now: Instant,
): Prisma.Sql {
  return Prisma.sql`
    UPDATE "Notice" n SET "state" = 'CANCELLED', "finishedAt" = ${timestamptz(now)},
      "nextAttemptAt" = NULL, "reason" = 'What it was about has changed.'
    FROM unnest(${bookings.map(({ accountId }) => accountId)}::uuid[],
        ${bookings.map(({ bookingId }) => bookingId)}::uuid[],
        ${bookings.map(({ cancels }) => cancels)}::text[]) u("accountId", "bookingId", "cancels")
    WHERE n."accountId" = u."accountId" AND n."bookingId" = u."bookingId"
      AND n."state" = 'WAITING'
      AND CASE u."cancels" WHEN 'ALL' THEN TRUE
        WHEN 'TIMED' THEN n."kind" IN ('REMINDER', 'THANKS') ELSE n."kind" <> 'THANKS' END
      AND (n."leasedUntil" IS NULL OR n."leasedUntil" <= ${timestamptz(now)})
      AND EXISTS (SELECT FROM moved)`
}

/** Ends what waits to be said of these entries of the waitlist, if the place was `moved`. */
export function cancellingOffers(
  entries: readonly { accountId: string; entryId: string }[],
  now: Instant,
): Prisma.Sql {
  return Prisma.sql`
    UPDATE "Notice" n SET "state" = 'CANCELLED', "finishedAt" = ${timestamptz(now)},
      "nextAttemptAt" = NULL, "reason" = 'What it was about has changed.'
    FROM unnest(${entries.map(({ accountId }) => accountId)}::uuid[],
        ${entries.map(({ entryId }) => entryId)}::uuid[]) u("accountId", "entryId")
    WHERE n."accountId" = u."accountId" AND n."waitlistEntryId" = u."entryId"
      AND n."state" = 'WAITING' AND n."kind" = 'WAITLIST_OFFER'
      AND (n."leasedUntil" IS NULL OR n."leasedUntil" <= ${timestamptz(now)})
      AND EXISTS (SELECT FROM moved)`
}

/** Adds notices that are not there yet, if the place of the reader was `moved`. */
export function adding(
  planned: readonly (Planned & { accountId: string })[],
  now: Instant,
): Prisma.Sql {
  const rows = planned.map(({ dueAt, ...row }) => ({
    ...row,
    id: newId(),
    bookingId: row.bookingIds[0] ?? null,
    dueAt: new Date(dueAt).toISOString(),
  }))
  return Prisma.sql`
    INSERT INTO "Notice" ("accountId", "id", "eventId", "kind", "customerId", "staffId",
      "userId", "endpointId", "waitlistEntryId", "bookingId", "bookingIds", "minutesBefore",
      "dueAt", "nextAttemptAt", "createdAt")
    SELECT n."accountId", n."id", n."eventId", n."kind"::"NoticeKind", n."customerId", n."staffId",
      n."userId", n."endpointId", n."waitlistEntryId", n."bookingId", n."bookingIds",
      n."minutesBefore", n."dueAt", n."dueAt", ${timestamptz(now)}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("accountId" uuid, "id" uuid,
      "eventId" uuid, "kind" text, "customerId" uuid, "staffId" uuid, "userId" uuid,
      "endpointId" uuid, "waitlistEntryId" uuid, "bookingId" uuid, "bookingIds" uuid[],
      "minutesBefore" int, "dueAt" timestamptz)
    WHERE EXISTS (SELECT FROM moved)
    ON CONFLICT DO NOTHING`
}

/** Leases what is due; what another worker has leased is free again when that lease runs out. */
export function claimNotices(
  read: Reader,
  claim: { worker: string; now: Instant; leasedUntil: Instant; most: number },
): Promise<Notice[]> {
  const now = timestamptz(claim.now)
  return read<Notice>(Prisma.sql`
    WITH chosen AS (
      SELECT n."accountId", n."id" FROM "Notice" n
      WHERE n."state" = 'WAITING' AND n."nextAttemptAt" <= ${now}
        AND (n."leasedUntil" IS NULL OR n."leasedUntil" <= ${now})
      ORDER BY n."nextAttemptAt" LIMIT ${claim.most}::int
      FOR UPDATE SKIP LOCKED
    )
    UPDATE "Notice" n SET "leasedBy" = ${claim.worker},
      "leasedUntil" = ${timestamptz(claim.leasedUntil)}, "attempts" = n."attempts" + 1
    FROM chosen c WHERE n."accountId" = c."accountId" AND n."id" = c."id"
    RETURNING n.*`)
}

/** What became of a try. */
export type Settlement = {
  state: 'WAITING' | 'SENT' | 'SKIPPED' | 'FAILED' | 'CANCELLED'
  nextAttemptAt: Instant | null
  address?: string | null
  subject?: string | null
  reason: string | null
}

/** Writes down what became of a try; false when the lease was lost meanwhile. */
export async function settleNotice(
  read: Reader,
  worker: string,
  { accountId, id }: Pick<Notice, 'accountId' | 'id'>,
  { state, nextAttemptAt, address = null, subject = null, reason }: Settlement,
  now: Instant,
): Promise<boolean> {
  const next = nextAttemptAt === null ? Prisma.sql`NULL` : timestamptz(nextAttemptAt)
  const rows = await read<{ id: string }>(Prisma.sql`
    UPDATE "Notice" SET "state" = ${state}::"NoticeState", "leasedBy" = NULL,
      "leasedUntil" = NULL, "nextAttemptAt" = ${next}, "reason" = ${reason},
      "address" = COALESCE(${address}, "address"), "subject" = COALESCE(${subject}, "subject"),
      "finishedAt" = ${state === 'WAITING' ? Prisma.sql`NULL` : timestamptz(now)}
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid AND "leasedBy" = ${worker}
      AND "state" = 'WAITING'
    RETURNING "id"`)
  return rows.length > 0
}

const around = { service: true, customer: true, account: true, staff: true } as const

/** A booking with everything that a notice says of it. */
export type Subject = Prisma.BookingGetPayload<{ include: typeof around }>

/** The bookings that notices tell of, by id; and who is told of them as staff, by id. */
export async function subjectsOf(
  { prisma }: Pick<Database, 'prisma'>,
  notices: readonly Pick<Notice, 'accountId' | 'bookingIds' | 'staffId'>[],
) {
  const accountIds = [...new Set(notices.map(({ accountId }) => accountId))]
  const bookingIds = [...new Set(notices.flatMap(({ bookingIds: ids }) => ids))]
  const staffIds = [...new Set(notices.flatMap(({ staffId }) => staffId ?? []))]
  const [bookings, staff, templates] = await Promise.all([
    prisma.booking.findMany({
      where: { accountId: { in: accountIds }, id: { in: bookingIds } },
      include: around,
      orderBy: [{ startsAt: 'asc' }, { id: 'asc' }],
    }),
    prisma.staffMember.findMany({
      where: { accountId: { in: accountIds }, id: { in: staffIds } },
    }),
    prisma.noticeTemplate.findMany({ where: { accountId: { in: accountIds } } }),
  ])
  return { bookings, staff: new Map(staff.map((row) => [row.id, row])), templates }
}

/** One booking with everything that a notice says of it. */
export function subjectAt(
  { prisma }: Pick<Database, 'prisma'>,
  { accountId, id }: Key,
): Promise<Subject | null> {
  return prisma.booking.findUnique({ where: { accountId_id: { accountId, id } }, include: around })
}

/** Makes a notice that was given up, or skipped, wait again; null when it is neither. */
export async function againNotice(
  read: Reader,
  { accountId, id }: Pick<Notice, 'accountId' | 'id'>,
  now: Instant,
): Promise<Notice | null> {
  const [row] = await read<Notice>(Prisma.sql`
    UPDATE "Notice" SET "state" = 'WAITING', "attempts" = 0, "nextAttemptAt" = ${timestamptz(now)},
      "finishedAt" = NULL, "reason" = NULL
    WHERE "accountId" = ${accountId}::uuid AND "id" = ${id}::uuid
      AND "state" IN ('FAILED', 'SKIPPED')
    RETURNING *`)
  return row ?? null
}

/** Who made these endpoints and is still in the account where that was told, by endpoint. */
export async function makersOf(
  read: Reader,
  told: readonly { accountId: string; endpointId: string }[],
): Promise<Map<string, { accountId: string; userId: string }>> {
  const rows = await read<{ endpointId: string; accountId: string; userId: string }>(Prisma.sql`
    SELECT e."id" AS "endpointId", m."accountId", m."userId"
    FROM unnest(${told.map(({ accountId }) => accountId)}::uuid[],
        ${told.map(({ endpointId }) => endpointId)}::uuid[]) u("accountId", "id")
      JOIN "WebhookEndpoint" e ON e."id" = u."id"
      JOIN "Membership" m ON m."accountId" = u."accountId" AND m."userId" = e."createdById"
    ORDER BY m."accountId"`)
  return new Map(rows.toReversed().map(({ endpointId, ...maker }) => [endpointId, maker]))
}

/** The endpoints that notices tell of, with whom they tell and in whose name, by endpoint. */
export async function endpointsOf(
  read: Reader,
  notices: readonly Pick<Notice, 'id' | 'accountId' | 'userId' | 'endpointId'>[],
): Promise<Map<string, ToldEndpoint>> {
  const rows = await read<ToldEndpoint & { noticeId: string }>(Prisma.sql`
    SELECT n."id" AS "noticeId", e."url", e."disabledAt", e."disabledReason" AS "reason",
      u."name", u."email", a."name" AS "account", a."locale"
    FROM "Notice" n JOIN "WebhookEndpoint" e ON e."id" = n."endpointId"
      JOIN "User" u ON u."id" = n."userId" JOIN "Account" a ON a."id" = n."accountId"
    WHERE (n."accountId", n."id") IN (SELECT * FROM unnest(
      ${notices.map(({ accountId }) => accountId)}::uuid[],
      ${notices.map(({ id }) => id)}::uuid[]))`)
  return new Map(rows.map(({ noticeId, ...told }) => [noticeId, told]))
}
