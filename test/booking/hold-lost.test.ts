// A hold is used as a whole or not at all.
import { expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { newId } from '../../src/db/id.ts'
import { testDatabase } from '../support/database.ts'
import { refusal } from '../support/refusals.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

const hold = (shop: Shop) =>
  placeHold(shop.ctx, {
    service: { accountId: shop.accountId, id: shop.serviceId },
    startsAt: tuesday(10),
    staffId: null,
    resourceId: null,
    sessionId: null,
    durationMinutes: null,
    partySize: 1,
    ttlSeconds: 60,
    replaces: null,
    idempotencyKey: null,
  })

it('is run out once somebody, by a clock that is ahead, took a part of what it kept', async () => {
  const shop = await openShop(db, { resources: [1] })
  const { accountId, ctx, clock } = shop
  const id = newId()
  const service = { accountId, id, name: 'Talk', kind: 'APPOINTMENT', durationMinutes: 60 } as const
  await db.prisma.service.create({ data: service })
  await db.prisma.serviceStaff.create({
    data: { accountId, serviceId: id, staffId: shop.staffIds[0] ?? '' },
  })
  const held = await hold(shop)
  const ahead = { ...ctx, clock: { now: () => clock.now() + 61_000 } }
  const taking = asked(shop, { startsAt: tuesday(10), service: { accountId, id } })
  const taken = await createBooking(ahead, taking)
  expect(await refusal(createBooking(ctx, asked(shop, { holdId: held.id })))).toBe('HOLD_EXPIRED')
  expect(await db.prisma.booking.findMany({ where: { accountId } })).toEqual([taken])
})

it('can be used for a service that occupies nobody and nothing', async () => {
  const shop = await openShop(db, { staff: 0 })
  const held = await hold(shop)
  const booking = await createBooking(shop.ctx, asked(shop, { holdId: held.id }))
  expect(booking).toMatchObject({ startsAt: tuesday(10), staffId: null })
})
