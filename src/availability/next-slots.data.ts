// What a refusal offers in place of what was asked: the next free starts or sessions. Looked up
// when somebody reads them, after the refused transaction is gone, by the search that lists slots.

import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import type { FreeSlot, RefusalCode } from '../errors.ts'
import type { Instant } from '../time/instant.ts'
import { firstOffers } from './availability.data.ts'
import type { Except } from './busy.data.ts'
import type { Assign } from './choose-staff.ts'
import type { Window } from './window.ts'

/** What was asked for and refused. */
export type Asked = {
  service: Key
  startsAt: Instant
  partySize: number
  staffIds?: readonly string[] | null
  assign?: Assign
  resourceIds?: readonly string[] | null
  durationMinutes?: number | null
  asManager?: boolean
  window?: Window
  except?: Except
}

const mostSlots = 5

/**
 * The next free starts from the asked one on, at most 5, up to the end of the booking window. What
 * was asked for too late has nothing after it, so the first ones from now on are offered instead.
 */
export async function nextSlots(
  ctx: ActionContext,
  asked: Asked,
  code: RefusalCode,
): Promise<FreeSlot[]> {
  const now = ctx.clock.now()
  const { service, startsAt, partySize, assign, asManager, window, except } = asked
  const question = {
    services: [service],
    now,
    partySize,
    durationMinutes: asked.durationMinutes ?? null,
    staffIds: asked.staffIds ?? null,
    ...(assign && { assign }),
    ...(asManager && { asManager }),
    ...(window && { window }),
    resourceIds: asked.resourceIds ?? null,
    exceptBookingId: except?.bookingId ?? null,
  }
  const after = code === 'TOO_LATE' ? now : Math.max(startsAt, now)
  const found = await firstOffers(ctx.db, question, after, mostSlots)
  return (found.get(service.id) ?? []).map((offer) => ({
    startsAt: offer.startsAt,
    endsAt: offer.endsAt,
    staffIds: [...offer.staffIds],
    sessionId: offer.sessionId,
  }))
}
