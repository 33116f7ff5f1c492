// Reads of who waits, and the one way in which an entry comes to another state: its row is locked,
// its version grows, and that is told.

import { lockRow } from '../db/lock.ts'
import type { Database } from '../db/client.ts'
import type { Key } from '../db/id.ts'
import type { Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import type { Transaction } from '../db/transaction.ts'
import type { ActionContext } from '../context.ts'
import { notFound } from '../errors.ts'
import { changesBetween, type NewEvent } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma, type WaitlistEntry } from '../generated/prisma/client.ts'
import type { Instant } from '../time/instant.ts'
import { typeOfState, type WaitlistState } from './waitlist.ts'

/** Somebody who waits, with the present start of their session and whether they are a customer. */
export type Waiting = WaitlistEntry & { sessionStartsAt: Date | null; isCustomer: boolean }

/** Services of these accounts that somebody waits for. */
export function awaitedServices(read: Reader, accountIds: readonly string[]): Promise<Key[]> {
  return read<Key>(Prisma.sql`SELECT DISTINCT e."accountId", e."serviceId" AS "id"
    FROM "WaitlistEntry" e
    WHERE e."state" = 'WAITING' AND e."accountId" = ANY(${accountIds}::uuid[])`)
}

/** Says, in the statement that moves a reader, that something may have come free of these. */
export function stirring(services: readonly Key[]): Prisma.Sql {
  return Prisma.sql`UPDATE "WaitlistEntry" e SET "stirred" = e."stirred" + 1
    FROM unnest(${services.map(({ accountId }) => accountId)}::uuid[],
      ${services.map(({ id }) => id)}::uuid[]) u("accountId", "serviceId")
    WHERE e."accountId" = u."accountId" AND e."serviceId" = u."serviceId"
      AND e."state" = 'WAITING' AND EXISTS (SELECT FROM moved)
    RETURNING 1`
}

/** Those that are not left alone for now, because they could not be looked after. */
const tried = (now: Instant) => Prisma.sql`(e."failedAt" IS NULL
  AND (e."retryAt" IS NULL OR e."retryAt" <= ${timestamptz(now)}))`

/** Says it of everything that somebody waits for. */
export async function stirAll(read: Reader): Promise<void> {
  await read(Prisma.sql`UPDATE "WaitlistEntry" SET "stirred" = "stirred" + 1
    WHERE "state" = 'WAITING' RETURNING 1`)
}

/** Services of which something may have come free that nobody has looked after. */
export function dueServices(read: Reader, now: Instant, most: number): Promise<Key[]> {
  return read<Key>(Prisma.sql`SELECT DISTINCT e."accountId", e."serviceId" AS "id"
    FROM "WaitlistEntry" e WHERE e."state" = 'WAITING' AND e."stirred" > e."looked"
      AND ${tried(now)} LIMIT ${most}`)
}

/** These were looked after, as they were when they were read. */
export async function lookedAfter(read: Reader, waiting: readonly WaitlistEntry[]): Promise<void> {
  await read(Prisma.sql`UPDATE "WaitlistEntry" e SET "looked" = u."stirred",
      "failures" = 0, "lastError" = NULL, "retryAt" = NULL
    FROM unnest(${waiting.map(({ accountId }) => accountId)}::uuid[],
      ${waiting.map(({ id }) => id)}::uuid[],
      ${waiting.map(({ stirred }) => stirred)}::int[]) u("accountId", "id", "stirred")
    WHERE e."accountId" = u."accountId" AND e."id" = u."id" AND e."looked" < u."stirred"
    RETURNING 1`)
}

/** Who waits for this service, whoever came first before the others. */
export function waitingFor(read: Reader, { accountId, id }: Key, now: Instant): Promise<Waiting[]> {
  return read<Waiting>(Prisma.sql`
    SELECT e.*, s."startsAt" AS "sessionStartsAt", c."active" AS "isCustomer"
    FROM "WaitlistEntry" e
      JOIN "Customer" c ON c."accountId" = e."accountId" AND c."id" = e."customerId"
      LEFT JOIN "Session" s ON s."accountId" = e."accountId" AND s."id" = e."sessionId"
    WHERE e."accountId" = ${accountId}::uuid AND e."serviceId" = ${id}::uuid
      AND e."state" = 'WAITING' AND ${tried(now)}
    ORDER BY e."createdAt", e."serial"`)
}

const offered = {
  service: true,
  session: true,
  customer: true,
  account: true,
  hold: { include: { occupancies: { include: { staff: true } } } },
} as const

/** An entry with everything that is told of it. */
export type OfferedEntry = Prisma.WaitlistEntryGetPayload<{ include: typeof offered }>

/** The entry to which this hold is offered, with what is told of it. */
export function offeredBy(
  { prisma }: Pick<Database, 'prisma'>,
  { accountId, id: holdId }: Key,
): Promise<OfferedEntry | null> {
  const where = { accountId_holdId: { accountId, holdId } }
  return prisma.waitlistEntry.findUnique({ where, include: offered })
}

/** Entries with what is told of them. */
export function entriesOf(
  { prisma }: Pick<Database, 'prisma'>,
  keys: readonly Key[],
): Promise<OfferedEntry[]> {
  const accountId = { in: keys.map((key) => key.accountId) }
  const where = { accountId, id: { in: keys.map(({ id }) => id) } }
  return prisma.waitlistEntry.findMany({ where, include: offered })
}

/** Entries whose offer does not stand any more. */
export function endedOffers(read: Reader, now: Instant, most: number): Promise<Key[]> {
  return read<Key>(Prisma.sql`SELECT e."accountId", e."id" FROM "WaitlistEntry" e
    JOIN "Hold" h ON h."accountId" = e."accountId" AND h."id" = e."holdId"
    WHERE e."state" = 'OFFERED' AND ${tried(now)}
      AND (h."state" <> 'LIVE' OR h."expiresAt" <= ${timestamptz(now)})
    ORDER BY e."id" LIMIT ${most}`)
}

/** Who waits for a time that is over, or for a session that has started. */
export function overdueEntries(read: Reader, now: Instant, most: number): Promise<Key[]> {
  return read<Key>(Prisma.sql`SELECT e."accountId", e."id" FROM "WaitlistEntry" e
    LEFT JOIN "Session" s ON s."accountId" = e."accountId" AND s."id" = e."sessionId"
    WHERE e."state" = 'WAITING' AND ${tried(now)}
      AND COALESCE(s."startsAt", e."untilAt") <= ${timestamptz(now)}
    ORDER BY e."id" LIMIT ${most}`)
}

/** Locks an entry, before any session or hold, as everywhere; refuses NOT_FOUND. */
export async function lockEntry(tx: Transaction, key: Key): Promise<WaitlistEntry> {
  const { accountId, id } = key
  await lockRow(tx, 'WaitlistEntry', { accountId, id })
  const entry = await tx.waitlistEntry.findUnique({ where: { accountId_id: { accountId, id } } })
  if (!entry) throw notFound('WaitlistEntry', 'id')
  return entry
}

const fields = [
  'state',
  'serviceId',
  'sessionId',
  'staffIds',
  'fromAt',
  'untilAt',
  'customerId',
  'partySize',
  'holdId',
] as const

/** What tells that an entry came to the state that it has. */
export function entryEvent(entry: WaitlistEntry, before: WaitlistEntry | null): NewEvent {
  const { accountId, id, serviceId, sessionId, staffIds, customerId, notifyCustomer } = entry
  const notify = notifyCustomer ? null : { customer: false, staff: false }
  return {
    type: typeOfState[entry.state],
    accountId,
    subjectType: 'WaitlistEntry',
    subjectId: id,
    subjectVersion: entry.version,
    about: { serviceId, sessionId, staffIds, customerId, ...(notify && { notify }) },
    changes: changesBetween(before, entry, fields),
  }
}

/** Nothing is wrong with it any more. */
export const wellAgain = { failures: 0, lastError: null, retryAt: null, failedAt: null }

/** Writes and tells what a locked entry came to. */
export async function moveEntry(
  tx: Transaction,
  ctx: ActionContext,
  before: WaitlistEntry,
  to: { state: WaitlistState; holdId?: string; offeredAt?: Date },
): Promise<WaitlistEntry> {
  const { accountId, id } = before
  const entry = await tx.waitlistEntry.update({
    where: { accountId_id: { accountId, id } },
    data: {
      ...to,
      ...wellAgain,
      version: { increment: 1 },
      updatedAt: new Date(ctx.clock.now()),
    },
  })
  await appendEvents(tx, ctx, [entryEvent(entry, before)])
  return entry
}
