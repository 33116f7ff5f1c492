// Takes what a booking asks for, a start or seats in a session, whether it is new or being moved.

import type { ServiceFacts } from '../availability/facts.data.ts'
import {
  races,
  seePlace,
  takePlace,
  type PlaceRequest,
  type SeenPlace,
} from '../availability/place.data.ts'
import { takeSeats } from '../availability/seats.data.ts'
import type { ActionContext } from '../context.ts'
import { writeAlone } from '../db/together.ts'
import type { Transaction } from '../db/transaction.ts'
import { notFound } from '../errors.ts'
import { wantedTime, type SlotChoice } from './slot-choice.ts'

export type Taken = {
  facts: Pick<ServiceFacts, 'kind' | 'account' | 'requiresConfirmation' | 'priceMinor' | 'staff'> &
    Pick<ServiceFacts, 'depositPercent' | 'depositMinor' | 'payWithinMinutes'>
  /** The lead first. */
  staffIds: readonly string[]
  sessionId: string | null
  startsAt: Date
  endsAt: Date
  partySize: number
}

/** Takes time or seats for a booking; refuses as takePlace and takeSeats do. */
export async function takeTime(
  tx: Transaction,
  ctx: ActionContext,
  choice: SlotChoice,
  booking: { id: string; partySize: number },
  seen: SeenPlace | null = null,
): Promise<Taken> {
  const wanted = wantedTime(choice)
  const { partySize, id } = booking
  if (wanted.kind === 'SESSION') {
    const session = { accountId: choice.service.accountId, id: wanted.sessionId }
    const asManager = choice.asManager === true
    const window = choice.window && { window: choice.window }
    const request = { session, partySize, asManager, ...window, bookingId: id }
    const seats = await takeSeats(tx, ctx, request, 'TAKEN')
    if (seats.session.serviceId !== choice.service.id) throw notFound('Session', 'sessionId')
    const { facts, staffIds } = seats
    const { startsAt, endsAt } = seats.session
    return { facts, staffIds, sessionId: session.id, startsAt, endsAt, partySize }
  }
  const owner = { kind: 'BOOKING', id, expiresAt: null } as const
  const request = { ...wanted.place, partySize, except: { bookingId: id } }
  const place = await takePlace(tx, ctx, request, owner, seen)
  return {
    facts: place.facts,
    staffIds: place.staffIds,
    sessionId: null,
    startsAt: new Date(place.startsAt),
    endsAt: new Date(place.endsAt),
    partySize,
  }
}

/**
 * Does `take` with the place that is seen free; throws as takePlace does when it is not. Whoever
 * sees the place of somebody who is just taking it waits for what becomes of that and looks again,
 * so that one of many costs a transaction and the others a look that they share.
 */
export async function takeSeen<T>(
  ctx: ActionContext,
  request: PlaceRequest,
  take: (seen: SeenPlace) => Promise<T>,
): Promise<T> {
  const { service, startsAt, staffIds } = request
  const key = `take ${service.id} ${startsAt} ${staffIds?.join() ?? 'any'}`
  for (let race = 1; race < races; race++) {
    const seen = await seePlace(ctx, request)
    const taken = await writeAlone(ctx.db.pool, key, () => take(seen))
    if (taken) return taken.done
  }
  return take(await seePlace(ctx, request))
}
