// Whether somebody or something is still expected: bookings and sessions that are not over, and
// holds that may still become bookings.

import type { Transaction } from '../db/transaction.ts'
import type { Prisma } from '../generated/prisma/client.ts'

/** Takes part in an open booking or a session that is not over, or in a live hold. */
export async function hasCommitments(
  tx: Transaction,
  whose: Pick<Prisma.OccupancyWhereInput, 'accountId' | 'staffId' | 'resourceId' | 'unit'>,
  now: Date,
): Promise<boolean> {
  const found = await tx.occupancy.findFirst({
    where: {
      ...whose,
      active: true,
      endsAt: { gt: now },
      OR: [
        { kind: 'SESSION' },
        { kind: 'HOLD', expiresAt: { gt: now } },
        { kind: 'BOOKING', booking: { status: { in: ['PENDING', 'CONFIRMED'] } } },
      ],
    },
    select: { id: true },
  })
  return found !== null
}
