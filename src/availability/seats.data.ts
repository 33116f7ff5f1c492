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
import { isWithinHours, withinWindow, type Window } from './window.ts'

export type Seats = { session: Session; facts: ServiceFacts; staffIds: string[] }

export type SeatRequest = {
  session: Key
  partySize: number
  /** Seats that the asker has in this session already and gives back by taking these. */
  ownSeats?: number
  asManager?: boolean
  window?: Window
  /** Whose seats, wherever they are, count as free among what is offered instead. */
  bookingId?: string
}

/**
 * Takes seats for a booking (`TAKEN`) or a hold (`HELD`), or throws why not: NOT_FOUND,
 * NO_CAPACITY, TOO_SOON, TOO_LATE, LIMIT_REACHED; of a window also OUTSIDE_AVAILABILITY.
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
  const { partySize, bookingId = null, asManager, window } = request
  const facts = withinWindow(termsFor(found, asManager), window)
  const own = request.ownSeats ?? 0
  const zone = zoneOf(facts.account.timeZone)
  const startsAt = session.startsAt.getTime()
  const judged = checkSession(
    { rules: facts.rules, zone, now: ctx.clock.now(), partySize },
    {
      startsAt,
      capacity: session.capacity,
      seatsTaken: usedSeats(session) - own,
      cancelled: !session.active,
    },
  )
  const isInside = !window || isWithinHours(window, zone, startsAt, session.endsAt.getTime())
  const checked =
    judged.ok && !isInside ? ({ ok: false, reason: 'OUTSIDE_HOURS' } as const) : judged
  if (!checked.ok) {
    const refusal = availabilityRefusal(facts, zone, checked)
    const held = { ...(asManager && { asManager }), ...(window && { window }) }
    const asked = { service, startsAt, partySize, ...held, except: { bookingId } }
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
