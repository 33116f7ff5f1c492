// What can be done to busy times: an outside calendar tells anew what it has taken. Rows and event
// are one transaction. Bookings that stand stay, whatever the calendar says.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll } from '../errors.ts'
import type { NewEvent } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { busyIssues, replaceWithin, type BusyPeriod, type BusyTold } from './busy-times.ts'
import { aboutOwner, lockOwner, ownerColumns, type HoursOwner } from './hours-owner.data.ts'

export type BusyOwner = HoursOwner & { model: 'StaffMember' | 'Resource' }

/** How many rows were written, taken away, and found as they should be. */
export type BusyReplaced = { added: number; removed: number; unchanged: number }

/**
 * Makes what one outside calendar takes of a person or resource within a window exactly what is
 * told; whatever it took outside of it stays. Needs availability:write. Refuses NOT_FOUND,
 * VALIDATION_FAILED. Whoever reads a calendar into which bookings are written must leave those
 * entries out, or a booking would stand in its own way.
 */
export async function replaceBusyTimes(
  ctx: ActionContext,
  owner: BusyOwner,
  told: BusyTold,
): Promise<BusyReplaced> {
  demand(ctx.viewer, owner.accountId, ['availability:write'], owner.model, owner.path)
  invalidAll(busyIssues(told))
  return transaction(ctx.db, (tx) => replaceBusyWithin(tx, ctx, owner, told))
}

/** The same within a transaction, of what was found to be legal; nobody is asked for scopes. */
export async function replaceBusyWithin(
  tx: Transaction,
  ctx: ActionContext,
  owner: BusyOwner,
  told: BusyTold,
): Promise<BusyReplaced> {
  await lockOwner(tx, owner)
  const stored = await storedWithin(tx, owner, told)
  const { removed, added, kept } = replaceWithin(stored, told.periods, told)
  if (removed.length + added.length > 0) {
    await remove(tx, owner, removed)
    await insert(tx, ctx, owner, told.calendar, added)
    await appendEvents(tx, ctx, [eventOf(owner, removed, added)])
  }
  return { added: added.length, removed: removed.length, unchanged: kept.length }
}

/** Forgets everything that one outside calendar has ever taken. */
export async function forgetBusyCalendar(
  tx: Transaction,
  ctx: ActionContext,
  owner: BusyOwner,
  calendar: string,
): Promise<void> {
  await lockOwner(tx, owner)
  const stored = await storedWithin(tx, owner, { calendar, from: null, to: null })
  if (stored.length === 0) return
  await remove(tx, owner, stored)
  await appendEvents(tx, ctx, [eventOf(owner, stored, [])])
}

type Stored = BusyPeriod & { id: string }
type Row = { id: string; externalId: string | null; startsAt: Date; endsAt: Date }

const at = (instant: number) => new Date(instant).toISOString()

type Within = { calendar: string; from: number | null; to: number | null }

async function storedWithin(tx: Transaction, owner: BusyOwner, told: Within): Promise<Stored[]> {
  const column = Prisma.raw(owner.model === 'StaffMember' ? '"staffId"' : '"resourceId"')
  const rows = await transactionReader(tx)<Row>(Prisma.sql`
    SELECT "id"::text AS "id", "externalId", "startsAt", "endsAt" FROM "BusyTime"
    WHERE "accountId" = ${owner.accountId}::uuid AND ${column} = ${owner.id}::uuid
      AND tstzrange("startsAt", "endsAt")
        && tstzrange(${timestamptz(told.from)}, ${timestamptz(told.to)})
      AND "calendar" = ${told.calendar}
    ORDER BY "startsAt", "id"`)
  return rows.map(({ startsAt, endsAt, ...row }) => {
    return { ...row, startsAt: startsAt.getTime(), endsAt: endsAt.getTime() }
  })
}

async function remove(tx: Transaction, { accountId }: BusyOwner, rows: readonly Stored[]) {
  if (rows.length === 0) return
  await transactionReader(tx)(Prisma.sql`DELETE FROM "BusyTime"
    WHERE "accountId" = ${accountId}::uuid AND "id" = ANY(${rows.map(({ id }) => id)}::uuid[])`)
}

async function insert(
  tx: Transaction,
  ctx: ActionContext,
  owner: BusyOwner,
  calendar: string,
  periods: readonly BusyPeriod[],
): Promise<void> {
  if (periods.length === 0) return
  const { staffId, resourceId } = ownerColumns(owner)
  const rows = periods.map(({ startsAt, endsAt, externalId }) => {
    return { id: newId(), externalId, startsAt: at(startsAt), endsAt: at(endsAt) }
  })
  await transactionReader(tx)(Prisma.sql`
    INSERT INTO "BusyTime" ("accountId", "id", "staffId", "resourceId", "calendar", "externalId",
      "startsAt", "endsAt", "createdAt")
    SELECT ${owner.accountId}::uuid, n."id", ${staffId}::uuid, ${resourceId}::uuid, ${calendar},
      n."externalId", n."startsAt", n."endsAt", ${timestamptz(ctx.clock.now())}
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS n("id" uuid, "externalId" text,
      "startsAt" timestamptz, "endsAt" timestamptz)`)
}

// Which stretch is to be asked for again, and nothing of what somebody's own calendar is called or
// holds: whoever may read that reads it in the list.
function eventOf(
  owner: BusyOwner,
  removed: readonly BusyPeriod[],
  added: readonly BusyPeriod[],
): NewEvent {
  return {
    type: 'availability.changed',
    accountId: owner.accountId,
    subjectType: 'Availability',
    subjectId: owner.id,
    subjectVersion: 1,
    about: aboutOwner(ownerColumns(owner)),
    changes: [{ field: 'busyTimes', from: stretchOf(removed), to: stretchOf(added) }],
  }
}

function stretchOf(periods: readonly BusyPeriod[]) {
  if (periods.length === 0) return null
  const startsAt = at(Math.min(...periods.map((period) => period.startsAt)))
  const endsAt = at(Math.max(...periods.map((period) => period.endsAt)))
  return { startsAt, endsAt, count: periods.length }
}
