// What is offered can be booked, and what can be booked is offered: every start of some days,
// through the database, with buffers, holds, blocks, notice, resources and a clock change in the
// way.

import { expect, it } from 'vitest'
import { loadOffers } from '../../src/availability/availability.data.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold, releaseHold } from '../../src/booking/hold.actions.ts'
import { newId } from '../../src/db/id.ts'
import { Refused } from '../../src/errors.ts'
import { DAY, MINUTE } from '../../src/time/instant.ts'
import { testDatabase } from '../support/database.ts'
import { asked, openShop, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const day = Date.UTC(2026, 2, 28)
const span = 2 * DAY

async function offered(shop: Shop): Promise<number[]> {
  const question = {
    services: [{ accountId: shop.accountId, id: shop.serviceId }],
    now: shop.clock.now(),
    partySize: 1,
    durationMinutes: null,
    staffIds: null,
    resourceIds: null,
    exceptBookingId: null,
  }
  const offers = await loadOffers(db, question, day, day + span)
  return (offers.get(shop.serviceId) ?? []).map(({ startsAt }) => startsAt)
}

async function accepted(shop: Shop): Promise<number[]> {
  const starts: number[] = []
  for (let startsAt = day; startsAt < day + span; startsAt += 15 * MINUTE) {
    const wish = asked(shop, { startsAt: new Date(startsAt) })
    const hold = placeHold(shop.ctx, { ...wish, partySize: 1, ttlSeconds: 60, replaces: null })
    const placed = await hold.catch((error: unknown) => {
      if (error instanceof Refused) return null
      throw error
    })
    if (!placed) continue
    starts.push(startsAt)
    await releaseHold(shop.ctx, placed)
  }
  return starts
}

it('lists exactly the starts that are accepted, over a change of clocks', async () => {
  const shop = await openShop(db, {
    staff: 2,
    resources: [1],
    timeZone: 'Europe/London',
    hours: [0, 600],
    service: { bufferBeforeMinutes: 10, bufferAfterMinutes: 20, minNoticeMinutes: 120 },
  })
  const { accountId, staffIds } = shop
  shop.clock.set(day)
  const at = (hours: number) => new Date(day + hours * 60 * MINUTE)
  await createBooking(shop.ctx, asked(shop, { startsAt: at(4) }))
  await createBooking(shop.ctx, asked(shop, { startsAt: at(28.5) }))
  await placeHold(shop.ctx, {
    ...asked(shop, { startsAt: at(7) }),
    partySize: 1,
    ttlSeconds: 900,
    replaces: null,
  })
  const blockId = newId()
  const block = { startsAt: at(30), endsAt: at(31) }
  await db.prisma.block.create({ data: { accountId, id: blockId, ...block } })
  await db.prisma.occupancy.createMany({
    data: staffIds.map((staffId) => {
      return { accountId, id: newId(), kind: 'BLOCK' as const, staffId, blockId, ...block }
    }),
  })

  const listed = await offered(shop)
  expect(listed.length).toBeGreaterThan(20)
  // Clocks go from 01:00 to 02:00 on the 29th, so its hours end at 09:00 UTC; those of the 30th
  // begin at 23:00 UTC.
  const evening = listed.filter((start) => start > at(24 + 7.5).getTime())
  expect(evening.map((start) => new Date(start).toISOString())).toEqual([
    '2026-03-29T23:15:00.000Z',
    '2026-03-29T23:30:00.000Z',
    '2026-03-29T23:45:00.000Z',
  ])
  expect(await accepted(shop)).toEqual(listed)
})
