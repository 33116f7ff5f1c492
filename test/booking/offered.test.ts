// What is offered can be booked, and what can be booked is offered: every start of some days,
// through the database, with buffers, holds, blocks, outside calendars, notice, resources and a
// clock change in the way.

import { expect, it } from 'vitest'
import { loadOffers } from '../../src/availability/availability.data.ts'
import { replaceBusyTimes } from '../../src/availability/busy-times.actions.ts'
import { insertOccupancies } from '../../src/availability/occupancy.data.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold, releaseHold } from '../../src/booking/hold.actions.ts'
import { newId } from '../../src/db/id.ts'
import { transaction } from '../../src/db/transaction.ts'
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

it('lists exactly the starts that are accepted beside outside calendars', async () => {
  const shop = await openShop(db, {
    staff: 2,
    resources: [2],
    hours: [480, 1200],
    service: { bufferBeforeMinutes: 10, bufferAfterMinutes: 20 },
  })
  const { accountId, staffIds, resourceIds } = shop
  shop.clock.set(day)
  const at = (hours: number) => day + hours * 60 * MINUTE
  const tell = (model: 'StaffMember' | 'Resource', id: string | undefined, hours: number[][]) => {
    const owner = { accountId, id: id ?? '', model, path: 'id' }
    const periods = hours.map(([start = 0, end = 0]) => {
      return { startsAt: at(start), endsAt: at(end), externalId: null }
    })
    return replaceBusyTimes(shop.ctx, owner, { calendar: 'Work', from: day, to: at(48), periods })
  }
  await createBooking(shop.ctx, asked(shop, { startsAt: new Date(at(10)) }))
  await tell('StaffMember', staffIds[0], [
    [8, 12],
    [11, 13.5],
    [32, 44],
  ])
  await tell('StaffMember', staffIds[1], [
    [12.1, 12.2],
    [36, 44],
  ])
  await tell('Resource', resourceIds[0], [
    [16, 17],
    [33, 34],
  ])

  const listed = await offered(shop)
  const minutes = listed.map((start) => (start - day) / MINUTE)
  // One is away until 13:30, the other from 12:06 to 12:12; the room is taken from 16:00 to 17:00.
  expect(minutes.filter((minute) => minute >= 720 && minute < 1440)).toEqual([
    750, 765, 780, 795, 810, 825, 840, 855, 870, 1035, 1050, 1065, 1080, 1095, 1110,
  ])
  expect(await accepted(shop)).toEqual(listed)
})

it('takes no time that a calendar told of after it was judged', async () => {
  const shop = await openShop(db, { resources: [2] })
  const { accountId, staffIds, resourceIds } = shop
  const tell = (model: 'StaffMember' | 'Resource', id: string | undefined, start: number) =>
    replaceBusyTimes(
      shop.ctx,
      { accountId, id: id ?? '', model, path: 'id' },
      {
        calendar: 'Work',
        from: day,
        to: day + DAY,
        periods: [{ startsAt: start, endsAt: start + 15 * MINUTE, externalId: null }],
      },
    )
  const from = day + 600 * MINUTE
  const row = {
    accountId,
    unit: 0,
    position: 0,
    staffId: null,
    resourceId: null,
    startsAt: new Date(from),
    endsAt: new Date(from + 60 * MINUTE),
    expiresAt: null,
  }
  const person = { ...row, staffId: staffIds[0] ?? '' }
  const unit = { ...row, resourceId: resourceIds[0] ?? '', unit: 1 }
  const written = (...rows: (typeof person | typeof unit)[]) =>
    transaction(db, async (tx) => {
      const { startsAt, endsAt } = row
      const hold = { accountId, id: newId(), serviceId: shop.serviceId, partySize: 1 }
      const times = { startsAt, endsAt, createdAt: new Date(day), expiresAt: startsAt }
      await tx.hold.create({ data: { ...hold, ...times } })
      return insertOccupancies(
        tx,
        rows.map((each) => ({ ...each, kind: 'HOLD' as const, holdId: hold.id })),
      )
    })
  await tell('StaffMember', staffIds[0], from + 45 * MINUTE)
  await tell('Resource', resourceIds[0], from - 15 * MINUTE)
  expect(await written(person, unit)).toBe(1)
  await tell('Resource', resourceIds[0], from - 14 * MINUTE)
  await tell('StaffMember', staffIds[0], from + 60 * MINUTE)
  expect(await written(person, { ...unit, unit: 0 })).toBe(1)
})
