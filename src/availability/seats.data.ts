// Takes and gives back the seats of a session. The session's row is locked first, so seats are
// counted by one writer at a time; the check on the row has the last word.

import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { lockRow } from '../db/lock.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound, refused } from '../errors.ts'
import { appendEvents } from '../events/outbox.ts'
import type { Session } from '../generated/prisma/client.ts'
import { zoneOf } from '../time/zone.ts'
import { termsFor } from './as-manager.ts'
import { loadServiceFacts, type ServiceFacts } from './facts.data.ts'
import { nextSlots } from './next-slots.data.ts'
import { availabilityRefusal } from './refusal.ts'
import { checkSession } from './sessions.ts'

export type Seats = { session: Session; facts: ServiceFacts; staffIds: string[] }

export type SeatRequest = {
  session: Key
  partySize: number
  /** Seats that the asker has in this session already and gives back by taking these. */
  ownSeats?: number
  asManager?: boolean
  /** Whose seats, wherever they are, count as free among what is offered instead. */
  bookingId?: string
}

/**
 * Takes seats for a booking (`TAKEN`) or a hold (`HELD`), or throws why not: NOT_FOUND,
 * NO_CAPACITY, TOO_SOON, TOO_LATE, LIMIT_REACHED.
 */
export async function takeSeats(
  tx: Transaction,
  ctx: ActionContext,
  request: SeatRequest,
  as: 'TAKEN' | 'HELD',
): Promise<Seats> {
  const session = await lockSession(tx, ctx, request.session)
  const read = transactionReader(tx)
  const service = { accountId: session.accountId, id: session.serviceId }
  const found = (await loadServiceFacts(read, [service], 0)).get(service.id)
  if (!found) throw notFound('Session', 'sessionId')
  const { partySize, bookingId = null, asManager } = request
  const facts = termsFor(found, asManager)
  const own = request.ownSeats ?? 0
  const checked = checkSession(
    {
      rules: facts.rules,
      zone: zoneOf(facts.account.timeZone),
      now: ctx.clock.now(),
      partySize,
    },
    {
      startsAt: session.startsAt.getTime(),
      capacity: session.capacity,
      seatsTaken: usedSeats(session) - own,
      cancelled: !session.active,
    },
  )
  if (!checked.ok) {
    const refusal = availabilityRefusal(facts, zoneOf(facts.account.timeZone), checked)
    const startsAt = session.startsAt.getTime()
    const manager = asManager && { asManager }
    const asked = { service, startsAt, partySize, ...manager, except: { bookingId } }
    throw refused(refusal.code, refusal.message, {
      ...refusal,
      accountId: facts.accountId,
      nextSlots: () => nextSlots(ctx, asked, refusal.code),
    })
  }
  const column = as === 'TAKEN' ? 'seatsTaken' : 'seatsHeld'
  await changeSeats(tx, session, column, partySize - own)
  const staff = await tx.sessionStaff.findMany({
    where: { accountId: session.accountId, sessionId: session.id },
    orderBy: { position: 'asc' },
  })
  return { session, facts, staffIds: staff.map(({ staffId }) => staffId) }
}

/** Seats of a locked session that are taken, held or set aside. */
export function usedSeats(
  session: Pick<Session, 'seatsTaken' | 'seatsHeld' | 'seatsBlocked'>,
): number {
  return session.seatsTaken + session.seatsHeld + session.seatsBlocked
}

/** Adds to (or, negative, takes from) the counted seats of a locked session. */
export async function changeSeats(
  tx: Transaction,
  session: Key,
  column: 'seatsTaken' | 'seatsHeld' | 'seatsBlocked',
  by: number,
): Promise<void> {
  await tx.session.update({
    where: { accountId_id: { accountId: session.accountId, id: session.id } },
    data: { [column]: { increment: by } },
  })
}

/** Locks the session and ends its holds that have run out, so that what it counts is true now. */
export async function lockSession(tx: Transaction, ctx: ActionContext, key: Key): Promise<Session> {
  const { accountId, id } = key
  const now = new Date(ctx.clock.now())
  await lockRow(tx, 'Session', { accountId, id })
  const ended = await tx.hold.updateManyAndReturn({
    where: { accountId, sessionId: id, state: 'LIVE', expiresAt: { lte: now } },
    data: { state: 'EXPIRED' },
  })
  if (ended.length > 0) {
    const heads = ended.reduce((sum, hold) => sum + hold.partySize, 0)
    await changeSeats(tx, key, 'seatsHeld', -heads)
    await appendEvents(
      tx,
      ctx,
      ended.map((hold) => ({
        type: 'hold.expired',
        accountId,
        subjectType: 'Hold' as const,
        subjectId: hold.id,
        subjectVersion: 1,
        about: { serviceId: hold.serviceId, sessionId: id },
      })),
    )
  }
  const session = await tx.session.findUnique({ where: { accountId_id: { accountId, id } } })
  if (!session) throw notFound('Session', 'sessionId')
  return session
}
