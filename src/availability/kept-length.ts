// The length of a booking that is being moved. Pure.

import { MINUTE } from '../time/instant.ts'

/**
 * Minutes that a moved booking keeps, whoever gets it, unless another length is asked for. Listing
 * with `excludeBooking` and moving both ask this.
 */
export function keptMinutes(booking: { startsAt: Date; endsAt: Date }): number {
  return Math.round((booking.endsAt.getTime() - booking.startsAt.getTime()) / MINUTE)
}
