// The length of a booking that is being moved. Pure.

import { MINUTE } from '../time/instant.ts'

/**
 * Minutes that a moved booking keeps: those agreed, or null (as the service and the staff member
 * say) when it goes to somebody else. Listing with `excludeBooking` and moving both ask this.
 */
export function keptMinutes(
  booking: { startsAt: Date; endsAt: Date; staffId: string | null },
  staffIds: readonly string[] | null,
): number | null {
  if (staffIds && booking.staffId && !staffIds.includes(booking.staffId)) return null
  return Math.round((booking.endsAt.getTime() - booking.startsAt.getTime()) / MINUTE)
}
