// What can be done to sessions: create, update, archive. A session takes the time of its staff and
// resources; each change, what it takes and its event are one transaction.

import { vacate } from '../availability/occupancy.data.ts'
import { lockSession, usedSeats } from '../availability/seats.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { keepRows } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, invalidAll, notFound, refused } from '../errors.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Service, Session } from '../generated/prisma/client.ts'
import { MINUTE } from '../time/instant.ts'
import { occupySession, readCrew, writeCrew, type Crew } from './session.data.ts'
import { sessionIssues } from './session.ts'

export type NewSession = {
  startsAt: Date
  /** Left out: as long as the service says. */
  endsAt?: Date
  /** Left out: as many as the service says. */
  capacity?: number
  staffIds?: readonly string[]
  resourceIds?: readonly string[]
}

const fields = [
  'serviceId',
  'startsAt',
  'endsAt',
  'capacity',
  'active',
  'staffIds',
  'resourceIds',
] as const

const nobody: Crew = { staffIds: [], resourceIds: [] }

/** Needs services:write. Refuses NOT_FOUND, VALIDATION_FAILED, SLOT_TAKEN, IDEMPOTENCY_CONFLICT. */
export async function createSession(
  ctx: ActionContext,
  service: Key,
  input: NewSession,
  idempotencyKey?: string | null,
): Promise<Session> {
  const { accountId } = service
  demand(ctx.viewer, accountId, ['services:write'], 'Service', 'serviceId')
  const operation = 'createSession'
  const once = {
    accountId,
    key: idempotencyKey,
    operation,
    input: { service: service.id, ...input },
  }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      once,
      () => addSession(tx, ctx, service, input),
      (key) => tx.session.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function addSession(
  tx: Transaction,
  ctx: ActionContext,
  key: Key,
  input: NewSession,
): Promise<Session> {
  const service = await classService(tx, key)
  const { startsAt, capacity = service.capacity } = input
  const endsAt = input.endsAt ?? new Date(startsAt.getTime() + service.durationMinutes * MINUTE)
  refuseIssues({ startsAt, endsAt, capacity })
  const now = new Date(ctx.clock.now())
  const stamps = { createdAt: now, updatedAt: now }
  const session = await tx.session.create({
    data: {
      accountId: key.accountId,
      id: newId(),
      serviceId: key.id,
      startsAt,
      endsAt,
      capacity,
      ...stamps,
    },
  })
  const crew = crewAfter(nobody, input)
  await writeCrew(tx, session, crew)
  await occupySession(tx, session, service, { before: nobody, after: crew }, now)
  const changes = changesBetween(null, { ...session, ...crew }, fields)
  await appendEvents(tx, ctx, [eventOf('session.created', session, crew, changes)])
  return session
}

/**
 * Needs services:write. Refuses NOT_FOUND, VALIDATION_FAILED, VERSION_CONFLICT, SLOT_TAKEN, IN_USE
 * (moving what has bookings or holds), NO_CAPACITY (fewer seats than are taken, held
 * or set aside).
 */
export async function updateSession(
  ctx: ActionContext,
  key: Key,
  input: Partial<NewSession>,
  expectedVersion?: number | null,
): Promise<Session> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'Session', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lock(tx, ctx, key)
    checkVersion('Session', before.version, expectedVersion)
    if (!before.active) throw invalid(['id'], 'The session is archived and cannot be changed.')
    const crewBefore = await readCrew(tx, key)
    const crew = crewAfter(crewBefore, input)
    const times = timesAfter(before, input)
    const terms = { ...times, capacity: input.capacity ?? before.capacity }
    refuseIssues(terms)
    refuseWhileUsed(before, terms)
    const changes = changesBetween(
      { ...before, ...crewBefore },
      { ...before, ...terms, ...crew },
      fields,
    )
    if (changes.length === 0) return before
    const now = new Date(ctx.clock.now())
    const session = await tx.session.update({
      where: { accountId_id: key },
      data: { ...terms, version: { increment: 1 }, updatedAt: now },
    })
    if (changes.some(({ field }) => field !== 'capacity')) {
      const service = await tx.service.findUniqueOrThrow({
        where: { accountId_id: { accountId: key.accountId, id: session.serviceId } },
      })
      await writeCrew(tx, session, crew)
      await occupySession(tx, session, service, { before: crewBefore, after: crew }, now)
    }
    await appendEvents(tx, ctx, [eventOf('session.updated', session, crew, changes)])
    return session
  })
}

/** Needs services:write. Refuses IN_USE while it has open bookings or live holds. Twice is once. */
export async function archiveSession(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<Session> {
  demand(ctx.viewer, key.accountId, ['services:write'], 'Session', 'id')
  const { accountId, id: sessionId } = key
  return transaction(ctx.db, async (tx) => {
    const before = await lock(tx, ctx, key)
    checkVersion('Session', before.version, expectedVersion)
    if (!before.active) return before
    const open = await tx.booking.count({
      where: { accountId, sessionId, status: { in: ['PENDING', 'CONFIRMED'] } },
    })
    if (open > 0 || before.seatsHeld > 0) {
      throw refused(
        'IN_USE',
        open > 0
          ? `The session has open bookings (${open}): cancel them or move them to another session.`
          : 'Seats of the session are held for somebody: release the holds or let them run out.',
        { path: ['id'] },
      )
    }
    const session = await tx.session.update({
      where: { accountId_id: key },
      data: { active: false, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    await vacate(tx, { accountId, by: 'sessionId', id: sessionId })
    const changes = changesBetween(before, session, ['active'])
    const crew = await readCrew(tx, key)
    await appendEvents(tx, ctx, [eventOf('session.archived', session, crew, changes)])
    return session
  })
}

async function classService(tx: Transaction, key: Key): Promise<Service> {
  await keepRows(tx, 'Service', key.accountId, [key.id])
  const service = await tx.service.findUnique({ where: { accountId_id: key } })
  if (!service) throw notFound('Service', 'serviceId')
  const why = service.active ? 'is booked by appointment and has no sessions' : 'is archived'
  if (service.active && service.kind === 'CLASS') return service
  throw invalid(['serviceId'], `Service "${service.name}" ${why}.`)
}

async function lock(tx: Transaction, ctx: ActionContext, key: Key): Promise<Session> {
  const found = await tx.session.findUnique({ where: { accountId_id: key }, select: { id: true } })
  if (!found) throw notFound('Session', 'id')
  return lockSession(tx, ctx, key)
}

function crewAfter(before: Crew, input: Partial<NewSession>): Crew {
  return {
    staffIds: [...new Set(input.staffIds ?? before.staffIds)],
    resourceIds: [...new Set(input.resourceIds ?? before.resourceIds)],
  }
}

// A session that is moved by its start alone keeps its length.
function timesAfter(before: Session, input: Partial<NewSession>) {
  const startsAt = input.startsAt ?? before.startsAt
  const length = before.endsAt.getTime() - before.startsAt.getTime()
  return { startsAt, endsAt: input.endsAt ?? new Date(startsAt.getTime() + length) }
}

type Terms = Pick<Session, 'startsAt' | 'endsAt' | 'capacity'>

function refuseIssues({ startsAt, endsAt, capacity }: Terms): void {
  const times = { startsAt: startsAt.getTime(), endsAt: endsAt.getTime() }
  invalidAll(sessionIssues({ ...times, capacity }))
}

function refuseWhileUsed(before: Session, after: Terms): void {
  const used = usedSeats(before)
  if (after.capacity < used) {
    throw refused(
      'NO_CAPACITY',
      `The session cannot shrink to ${after.capacity} seats: ${used} are taken, held or set aside.`,
      { path: ['capacity'], remaining: before.capacity - used },
    )
  }
  const moves = changesBetween(before, after, ['startsAt', 'endsAt']).length > 0
  const heads = before.seatsTaken + before.seatsHeld
  if (moves && heads > 0) {
    throw refused(
      'IN_USE',
      `The session cannot be moved: ${heads} of its seats are taken or held. Make another session ` +
        'and move the bookings there.',
      { path: ['startsAt'] },
    )
  }
}

function eventOf(type: string, session: Session, crew: Crew, changes: Change[]) {
  return {
    type,
    accountId: session.accountId,
    subjectType: 'Session' as const,
    subjectId: session.id,
    subjectVersion: session.version,
    about: { sessionId: session.id, serviceId: session.serviceId, ...crew },
    changes,
  }
}
