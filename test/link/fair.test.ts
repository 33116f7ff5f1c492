// ROUND_ROBIN measured over weeks: how bookings are shared among those who are equally free, in
// whichever order they come.

import { expect, it } from 'vitest'
import { createLinkBooking } from '../../src/link/link.actions.ts'
import { DAY, HOUR } from '../../src/time/instant.ts'
import { testDatabase } from '../support/database.ts'
import { openShop, tuesday } from '../support/shop.ts'
import { openLink, through } from './link-world.ts'

const db = await testDatabase()

/** Days ahead of the first Tuesday and hours of the day, of six weeks with gaps, in order. */
const inOrder = Array.from({ length: 60 }, (_, turn) => ({
  day: Math.floor((turn * 7) / 10),
  hour: 9 + ((turn * 5) % 8),
}))

// A shuffle that is the same each time.
const shuffled = inOrder
  .map((slot, index) => ({ slot, at: (index * 37) % 61 }))
  .toSorted((a, b) => a.at - b.at)
  .map(({ slot }) => slot)

it.each([
  ['in the order of their times', inOrder],
  ['the latest first', inOrder.toReversed()],
  ['in no order', shuffled],
  ['one a day, the latest first', inOrder.map(({ hour }, day) => ({ day, hour })).toReversed()],
])('bookings that come %s are shared evenly over weeks', async (_name, slots) => {
  const shop = await openShop(db, { staff: 3, service: { maxAdvanceDays: 90 } })
  const linkId = await openLink(db, shop, { staffIds: shop.staffIds })
  for (const { day, hour } of slots) {
    const startsAt = new Date(tuesday(0).getTime() + day * DAY + hour * HOUR)
    await createLinkBooking(shop.ctx, through(shop, linkId, { startsAt }))
  }
  const shares = await db.prisma.booking.groupBy({
    by: ['staffId'],
    where: { accountId: shop.accountId },
    _count: true,
  })
  const counts = shares.map(({ _count }) => _count).toSorted((a, b) => a - b)
  expect(counts).toHaveLength(3)
  expect(counts[2]! - counts[0]!).toBeLessThanOrEqual(2)
})
