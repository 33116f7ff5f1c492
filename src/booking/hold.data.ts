// Using up and ending holds: what other actions do with one inside their own transaction.

import type { ActionContext } from '../context.ts'
import { changeSeats, lockSession } from '../availability/seats.data.ts'
import type { Key } from '../db/id.ts'
import { lockRow } from '../db/lock.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound, refused } from '../errors.ts'
import type { NewEvent } from '../events/event.ts'
import type { Hold } from '../generated/prisma/client.ts'

/**
 * Locks a live hold; its session, when it has one, is locked before it, as everywhere. Throws
 * NOT_FOUND or HOLD_EXPIRED.
 */
export async function lockLiveHold(
  tx: Transaction,
  ctx: ActionContext,
  key: Key,
  ...path: string[]
): Promise<Hold> {
  const { accountId, id } = key
  const where = { accountId_id: { accountId, id } }
  const seen = await tx.hold.findUnique({ where })
  if (!seen) throw notFound('Hold', ...path)
  if (seen.sessionId) await lockSession(tx, ctx, { accountId, id: seen.sessionId })
  await lockRow(tx, 'Hold', { accountId, id })
  const hold = await tx.hold.findUniqueOrThrow({ where })
  if (hold.state !== 'LIVE' || hold.expiresAt.getTime() <= ctx.clock.now()) {
    const ended = hold.state === 'LIVE' || hold.state === 'EXPIRED'
    throw refused(
      'HOLD_EXPIRED',
      ended
        ? `The hold ran out at ${hold.expiresAt.toISOString()}; place a new one.`
        : `The hold was ${hold.state.toLowerCase()} already.`,
      { path },
    )
  }
  return hold
}

/** Ends a locked hold and frees what it keeps. */
export async function endHold(
  tx: Transaction,
  hold: Hold,
  state: 'RELEASED' | 'EXPIRED',
): Promise<NewEvent> {
  const { accountId, id } = hold
  await tx.hold.update({
    where: { accountId_id: { accountId, id } },
    data: { state, visitor: null },
  })
  await tx.occupancy.updateMany({
    where: { accountId, holdId: id, active: true },
    data: { active: false },
  })
  if (hold.sessionId) {
    await changeSeats(tx, { accountId, id: hold.sessionId }, 'seatsHeld', -hold.partySize)
  }
  return holdEvent(state === 'RELEASED' ? 'hold.released' : 'hold.expired', hold)
}

/** Hands what a locked hold keeps over to a booking; the staff it kept, the lead first. */
export async function useHold(tx: Transaction, hold: Hold, bookingId: string): Promise<string[]> {
  const { accountId, id } = hold
  await tx.hold.update({
    where: { accountId_id: { accountId, id } },
    data: { state: 'USED', visitor: null },
  })
  if (hold.sessionId) {
    const session = { accountId, id: hold.sessionId }
    await tx.session.update({
      where: { accountId_id: session },
      data: {
        seatsHeld: { decrement: hold.partySize },
        seatsTaken: { increment: hold.partySize },
      },
    })
    const staff = await tx.sessionStaff.findMany({
      where: { accountId, sessionId: hold.sessionId },
      orderBy: { position: 'asc' },
    })
    return staff.map(({ staffId }) => staffId)
  }
  const rows = await tx.occupancy.updateManyAndReturn({
    where: { accountId, holdId: id, active: true },
    data: { kind: 'BOOKING', bookingId, holdId: null, expiresAt: null },
  })
  // Whoever found the hold run out, by a clock that is ahead, took only what it wanted of it.
  const lost = await tx.occupancy.count({ where: { accountId, holdId: id } })
  if (lost > 0) {
    const sentence = 'The hold has run out; place a new one.'
    throw refused('HOLD_EXPIRED', sentence, { path: ['holdId'] })
  }
  return rows
    .toSorted((a, b) => a.position - b.position)
    .flatMap(({ staffId }) => (staffId ? [staffId] : []))
}

export function holdEvent(type: string, hold: Hold): NewEvent {
  return {
    type,
    accountId: hold.accountId,
    subjectType: 'Hold',
    subjectId: hold.id,
    subjectVersion: 1,
    about: { serviceId: hold.serviceId, sessionId: hold.sessionId },
    changes: [],
  }
}
