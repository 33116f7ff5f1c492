// Setting seats of a session aside, and giving them back. The session's row is locked and its check
// has the last word, so a seat is booked, held or set aside, and never two of these.

import { changeSeats, lockSession, usedSeats } from '../availability/seats.data.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { idempotent } from '../db/idempotency.ts'
import { lockRow } from '../db/lock.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { checkVersion, invalid, notFound, refused } from '../errors.ts'
import { changesBetween, type Change } from '../events/event.ts'
import { appendEvents } from '../events/outbox.ts'
import type { SeatBlock, Session } from '../generated/prisma/client.ts'

export type SeatBlockTerms = { seats: number; reason: string | null }

const fields = ['sessionId', 'seats', 'reason'] as const

/**
 * Needs availability:write. Refuses NOT_FOUND, VALIDATION_FAILED, NO_CAPACITY (fewer are free),
 * IDEMPOTENCY_CONFLICT.
 */
export async function createSeatBlock(
  ctx: ActionContext,
  session: Key,
  terms: SeatBlockTerms,
  idempotencyKey?: string | null,
): Promise<SeatBlock> {
  const { accountId, id: sessionId } = session
  demand(ctx.viewer, accountId, ['availability:write'], 'Session', 'sessionId')
  const input = { sessionId, ...terms }
  const once = { accountId, key: idempotencyKey, operation: 'createSeatBlock', input }
  return transaction(ctx.db, (tx) =>
    idempotent(
      tx,
      ctx,
      once,
      () => addBlock(tx, ctx, session, terms),
      (key) => tx.seatBlock.findUnique({ where: { accountId_id: key } }),
    ),
  )
}

async function addBlock(
  tx: Transaction,
  ctx: ActionContext,
  { accountId, id }: Key,
  terms: SeatBlockTerms,
): Promise<SeatBlock> {
  const known = await tx.session.findUnique({ where: { accountId_id: { accountId, id } } })
  if (!known) throw notFound('Session', 'sessionId')
  const session = await lockSession(tx, ctx, known)
  if (!session.active) {
    throw invalid(['sessionId'], 'The session is archived and has no seats to set aside.')
  }
  await setAside(tx, session, terms.seats)
  const now = new Date(ctx.clock.now())
  const block = await tx.seatBlock.create({
    data: { accountId, id: newId(), sessionId: id, ...terms, createdAt: now, updatedAt: now },
  })
  const changes = changesBetween(null, block, fields)
  await appendEvents(tx, ctx, [eventOf('seatblock.created', block, session, changes)])
  return block
}

/**
 * Needs availability:write. What is left out stays. Refuses NOT_FOUND, VERSION_CONFLICT,
 * NO_CAPACITY (fewer are free than it would take more).
 */
export async function updateSeatBlock(
  ctx: ActionContext,
  key: Key,
  input: Partial<SeatBlockTerms>,
  expectedVersion?: number | null,
): Promise<SeatBlock> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['availability:write'], 'SeatBlock', 'id')
  return transaction(ctx.db, async (tx) => {
    const { session, block: before } = await lockBlock(tx, ctx, key, expectedVersion)
    const changes = changesBetween(before, { ...before, ...input }, fields)
    if (changes.length === 0) return before
    await setAside(tx, session, (input.seats ?? before.seats) - before.seats)
    const block = await tx.seatBlock.update({
      where: { accountId_id: { accountId, id } },
      data: { ...input, version: { increment: 1 }, updatedAt: new Date(ctx.clock.now()) },
    })
    await appendEvents(tx, ctx, [eventOf('seatblock.updated', block, session, changes)])
    return block
  })
}

/** Needs availability:write. Refuses NOT_FOUND, VERSION_CONFLICT. Returns the block as it was. */
export async function deleteSeatBlock(
  ctx: ActionContext,
  key: Key,
  expectedVersion?: number | null,
): Promise<SeatBlock> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['availability:write'], 'SeatBlock', 'id')
  return transaction(ctx.db, async (tx) => {
    const { session, block } = await lockBlock(tx, ctx, key, expectedVersion)
    await tx.seatBlock.delete({ where: { accountId_id: { accountId, id } } })
    await setAside(tx, session, -block.seats)
    const nothing = Object.fromEntries(fields.map((field) => [field, null]))
    const changes = changesBetween(block, nothing, fields)
    const gone = { ...block, version: block.version + 1 }
    await appendEvents(tx, ctx, [eventOf('seatblock.deleted', gone, session, changes)])
    return block
  })
}

// The session first, as everywhere.
async function lockBlock(
  tx: Transaction,
  ctx: ActionContext,
  { accountId, id }: Key,
  expectedVersion: number | null | undefined,
): Promise<{ session: Session; block: SeatBlock }> {
  const where = { accountId_id: { accountId, id } }
  const seen = await tx.seatBlock.findUnique({ where })
  if (!seen) throw notFound('SeatBlock', 'id')
  const session = await lockSession(tx, ctx, { accountId, id: seen.sessionId })
  await lockRow(tx, 'SeatBlock', { accountId, id })
  const block = await tx.seatBlock.findUnique({ where })
  if (!block) throw notFound('SeatBlock', 'id')
  checkVersion('SeatBlock', block.version, expectedVersion)
  return { session, block }
}

async function setAside(tx: Transaction, session: Session, more: number): Promise<void> {
  const left = session.capacity - usedSeats(session)
  if (more > left) {
    throw refused('NO_CAPACITY', `Of the session ${left} seats are free, and not ${more}.`, {
      path: ['seats'],
      accountId: session.accountId,
      remaining: left,
    })
  }
  await changeSeats(tx, session, 'seatsBlocked', more)
}

function eventOf(type: string, block: SeatBlock, { serviceId }: Session, changes: Change[]) {
  return {
    type,
    accountId: block.accountId,
    subjectType: 'SeatBlock' as const,
    subjectId: block.id,
    subjectVersion: block.version,
    about: { sessionId: block.sessionId, serviceId },
    changes,
  }
}
