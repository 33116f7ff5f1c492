// What can be done to hours: replace the weekly hours of one owner, add and take away exceptions.
// Each change and its event are one transaction.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalidAll, notFound } from '../errors.ts'
import type { Change, NewEvent } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { AvailabilityException, WorkingHours } from '../generated/prisma/client.ts'
import { DAY } from '../time/instant.ts'
import { dayName } from '../time/local.ts'
import {
  aboutOwner,
  lockOwner,
  ownerColumns,
  type HoursOwner,
  type OwnerColumns,
} from './hours-owner.data.ts'
import {
  exceptionIssues,
  localTimeOf,
  minutesOf,
  weeklyIssues,
  type WeeklyInterval,
} from './weekly-hours.ts'

const byTime = [{ weekday: 'asc' }, { startMinute: 'asc' }, { id: 'asc' }] as const

/**
 * Needs availability:write. Replaces all weekly hours of the owner; none makes it follow others.
 */
export async function setWorkingHours(
  ctx: ActionContext,
  owner: HoursOwner,
  intervals: readonly WeeklyInterval[],
): Promise<WorkingHours[]> {
  const { accountId } = owner
  demand(ctx.viewer, accountId, ['availability:write'], owner.model, owner.path)
  invalidAll(weeklyIssues(intervals))
  const columns = ownerColumns(owner)
  const where = { accountId, ...columns }
  return transaction(ctx.db, async (tx) => {
    await lockOwner(tx, owner)
    const before = await tx.workingHours.findMany({ where, orderBy: [...byTime] })
    await tx.workingHours.deleteMany({ where })
    await tx.workingHours.createMany({
      data: intervals.map((interval) => ({ ...where, id: newId(), ...storedInterval(interval) })),
    })
    const after = await tx.workingHours.findMany({ where, orderBy: [...byTime] })
    const change = {
      field: 'workingHours',
      from: before.map(shownInterval),
      to: after.map(shownInterval),
    }
    if (JSON.stringify(change.from) !== JSON.stringify(change.to)) {
      await appendEvents(tx, ctx, [eventOf(owner.id, accountId, columns, [change])])
    }
    return after
  })
}

export type NewException = {
  kind: 'CLOSED' | 'OPEN'
  /** Local day since 1970. */
  day: number
  /** Both or neither; neither is the whole day. */
  startLocalTime: string | null
  endLocalTime: string | null
  reason: string | null
}

/** Needs availability:write. Refuses NOT_FOUND, VALIDATION_FAILED, IDEMPOTENCY_CONFLICT. */
export async function createAvailabilityException(
  ctx: ActionContext,
  owner: HoursOwner,
  input: NewException,
  idempotencyKey?: string | null,
): Promise<AvailabilityException> {
  const { accountId } = owner
  demand(ctx.viewer, accountId, ['availability:write'], owner.model, owner.path)
  invalidAll(exceptionIssues(input.startLocalTime, input.endLocalTime))
  const operation = 'createAvailabilityException'
  const asked = { ...input, ...ownerColumns(owner) }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      { accountId, key: idempotencyKey, operation, input: asked },
      () => addException(tx, ctx, owner, input),
      (key) => tx.availabilityException.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function addException(
  tx: Transaction,
  ctx: ActionContext,
  owner: HoursOwner,
  input: NewException,
): Promise<AvailabilityException> {
  const { kind, day, startLocalTime, endLocalTime, reason } = input
  await lockOwner(tx, owner)
  const minutes = startLocalTime && endLocalTime ? minutesOf(startLocalTime, endLocalTime) : null
  const exception = await tx.availabilityException.create({
    data: {
      accountId: owner.accountId,
      id: newId(),
      ...ownerColumns(owner),
      ...minutes,
      kind,
      reason,
      on: new Date(day * DAY),
      createdAt: new Date(ctx.clock.now()),
    },
  })
  await appendEvents(tx, ctx, [exceptionEvent(exception, 'ADDED')])
  return exception
}

/** Needs availability:write. Refuses NOT_FOUND. Returns the exception as it was. */
export async function deleteAvailabilityException(
  ctx: ActionContext,
  key: Key,
): Promise<AvailabilityException> {
  demand(ctx.viewer, key.accountId, ['availability:write'], 'AvailabilityException', 'id')
  return transaction(ctx.db, async (tx) => {
    const where = { accountId: key.accountId, id: key.id }
    const exception = await tx.availabilityException.findFirst({ where })
    const { count } = await tx.availabilityException.deleteMany({ where })
    if (!exception || count === 0) throw notFound('AvailabilityException', 'id')
    await appendEvents(tx, ctx, [exceptionEvent(exception, 'REMOVED')])
    return exception
  })
}

const dayOf = (date: Date) => Math.floor(date.getTime() / DAY)

function storedInterval(interval: WeeklyInterval) {
  const { weekday, startLocalTime, endLocalTime, validFrom, validUntil } = interval
  return {
    weekday,
    ...(minutesOf(startLocalTime, endLocalTime) ?? { startMinute: 0, endMinute: 0 }),
    validFromOn: validFrom === null ? null : new Date(validFrom * DAY),
    validUntilOn: validUntil === null ? null : new Date(validUntil * DAY),
  }
}

function shownInterval(hours: WorkingHours) {
  return {
    weekday: hours.weekday,
    startLocalTime: localTimeOf(hours.startMinute),
    endLocalTime: localTimeOf(hours.endMinute),
    validFromOn: hours.validFromOn && dayName(dayOf(hours.validFromOn)),
    validUntilOn: hours.validUntilOn && dayName(dayOf(hours.validUntilOn)),
  }
}

function exceptionEvent(exception: AvailabilityException, what: 'ADDED' | 'REMOVED'): NewEvent {
  const { kind, startMinute, endMinute, reason } = exception
  const shown = {
    kind,
    on: dayName(dayOf(exception.on)),
    startLocalTime: startMinute === null ? null : localTimeOf(startMinute),
    endLocalTime: endMinute === null ? null : localTimeOf(endMinute),
    reason,
  }
  const [from, to] = what === 'ADDED' ? [null, shown] : [shown, null]
  const ownerId = exception.staffId ?? exception.resourceId ?? exception.serviceId
  return eventOf(ownerId ?? exception.accountId, exception.accountId, exception, [
    { field: 'exception', from, to },
  ])
}

/** The subject is the owner whose times changed. */
function eventOf(
  subjectId: string,
  accountId: string,
  columns: OwnerColumns,
  changes: Change[],
): NewEvent {
  return {
    type: 'availability.changed',
    accountId,
    subjectType: 'Availability',
    subjectId,
    subjectVersion: 1,
    about: aboutOwner(columns),
    changes,
  }
}
