// What somebody asks for: a start of an appointment, or a session. Pure.

import type { Assign } from '../availability/choose-staff.ts'
import type { Window } from '../availability/window.ts'
import { invalid } from '../errors.ts'
import type { Instant } from '../time/instant.ts'

export type SlotChoice = {
  service: { accountId: string; id: string }
  startsAt: Date | null
  /** Rows' ids (uuids). */
  staffId: string | null
  /** A pool to choose from, wider than one; null for everybody who gives the service. */
  staffIds?: readonly string[] | null
  /** How the pool is used; FAIR when left out. */
  assign?: Assign
  resourceId: string | null
  /** Those to be taken, wider than one; null for whatever is free. */
  resourceIds?: readonly string[] | null
  sessionId: string | null
  durationMinutes: number | null
  /** By whoever runs the business: what binds customers does not bind them. */
  asManager?: boolean
  /** That of the way in, which appointments are held to; sessions are chosen within it. */
  window?: Window
}

export type WantedTime =
  | { kind: 'SESSION'; sessionId: string }
  | {
      kind: 'PLACE'
      place: {
        service: { accountId: string; id: string }
        startsAt: Instant
        staffIds: readonly string[] | null
        assign?: Assign
        resourceIds: readonly string[] | null
        durationMinutes: number | null
        asManager?: boolean
        window?: Window
      }
    }

const longestMinutes = 30 * 1440

/** What the choice means; refuses one that names neither a start nor a session. */
export function wantedTime(choice: SlotChoice): WantedTime {
  if (choice.sessionId) return { kind: 'SESSION', sessionId: choice.sessionId }
  if (!choice.startsAt) {
    throw invalid(['startsAt'], 'Say when it starts (startsAt), or which session (sessionId).')
  }
  const minutes = choice.durationMinutes
  if (minutes !== null && (minutes < 1 || minutes > longestMinutes)) {
    throw invalid(['durationMinutes'], `${minutes} is not between 1 and ${longestMinutes}.`)
  }
  return {
    kind: 'PLACE',
    place: {
      service: choice.service,
      startsAt: choice.startsAt.getTime(),
      staffIds: choice.staffId ? [choice.staffId] : (choice.staffIds ?? null),
      ...(choice.assign && { assign: choice.assign }),
      resourceIds: choice.resourceId ? [choice.resourceId] : (choice.resourceIds ?? null),
      durationMinutes: minutes,
      ...(choice.asManager && { asManager: true }),
      ...(choice.window && { window: choice.window }),
    },
  }
}
