// What an invitation is worth at a time. Pure.

import { DAY, type Instant } from '../time/instant.ts'

export type InvitationStatus = 'OPEN' | 'ACCEPTED' | 'WITHDRAWN' | 'EXPIRED'

/** How long an invitation can be accepted. */
export const invitationMs = 7 * DAY

/** Most invitations of one account that are open at a time. */
export const mostOpenInvitations = 200

type Dated = { expiresAt: Date; acceptedAt: Date | null; withdrawnAt: Date | null }

/** What became of it: what was done with it counts more than that its time is over. */
export function invitationStatus(
  { expiresAt, acceptedAt, withdrawnAt }: Dated,
  now: Instant,
): InvitationStatus {
  if (acceptedAt) return 'ACCEPTED'
  if (withdrawnAt) return 'WITHDRAWN'
  return expiresAt.getTime() <= now ? 'EXPIRED' : 'OPEN'
}
