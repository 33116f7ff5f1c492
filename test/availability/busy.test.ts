// What is taken is asked of PostgreSQL every time and sent only when it is another: the same
// question some seconds later has the same key, and nothing that was written meanwhile is missed.

import { expect, it } from 'vitest'
import { loadBusy, type BusyQuestion } from '../../src/availability/busy.data.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { poolReader, type Reader } from '../../src/db/reader.ts'
import type { Told } from '../../src/db/meaning.ts'
import { DAY, HOUR, MINUTE } from '../../src/time/instant.ts'
import { testDatabase } from '../support/database.ts'
import { asked, monday, openShop, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

/** What is taken in the days from this moment on, and whether it was sent. */
async function takenFrom(shop: Shop, start: number, days = 14, except = {}) {
  const rows: object[] = []
  const read: Reader = async <Row extends object>(statement: Parameters<Reader>[0]) => {
    const found = await poolReader(db)<Row>(statement)
    rows.push(...found)
    return found
  }
  const { accountId, staffIds, resourceIds } = shop
  const end = start + days * DAY
  const question: BusyQuestion = { accountId, staffIds, resourceIds, start, end }
  const busy = await loadBusy(read, [question], shop.clock.now(), except)
  return { busy, wasSent: (rows as Told[]).some(({ text }) => text !== null) }
}

const hour = (at: number): [number, number] => [tuesday(at).getTime(), tuesday(at).getTime() + HOUR]

it('is not sent again to who asks from now on, and some seconds later does so again', async () => {
  const shop = await openShop(db, { resources: [1] })
  await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
  const first = await takenFrom(shop, monday + 1)
  expect(first.wasSent).toBe(true)
  expect(first.busy.staff.get(shop.staffIds[0] as string)).toEqual(hour(10))
  expect(first.busy.units.get(`${shop.resourceIds[0]} 0`)).toEqual(hour(10))
  for (const seconds of [1, 7, 3_599]) {
    shop.clock.set(monday + seconds * 1_000)
    const again = await takenFrom(shop, monday + seconds * 1_000)
    expect(again.wasSent).toBe(false)
    expect(again.busy).toBe(first.busy)
  }
})

it('is sent when something was taken or freed meanwhile, also by a clock that went on', async () => {
  const shop = await openShop(db)
  const [staffId = ''] = shop.staffIds
  const taken = async () => {
    const { busy, wasSent } = await takenFrom(shop, shop.clock.now())
    return { taken: busy.staff.get(staffId) ?? [], wasSent }
  }
  expect(await taken()).toEqual({ taken: [], wasSent: true })
  await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
  shop.clock.advance(1_000)
  expect(await taken()).toEqual({ taken: hour(10), wasSent: true })
  // A hold that runs out takes nothing any more, without anybody writing that.
  await placeHold(shop.ctx, {
    ...asked(shop, { startsAt: tuesday(12) }),
    partySize: 1,
    ttlSeconds: 60,
    replaces: null,
  })
  expect(await taken()).toEqual({ taken: [...hour(10), ...hour(12)], wasSent: true })
  shop.clock.advance(MINUTE)
  expect(await taken()).toEqual({ taken: hour(10), wasSent: true })
  expect(await taken()).toEqual({ taken: hour(10), wasSent: false })
})

it('is not remembered of who leaves out one booking, nor in place of the others', async () => {
  const shop = await openShop(db)
  const [staffId = ''] = shop.staffIds
  const { id: bookingId } = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
  const { busy } = await takenFrom(shop, monday)
  for (let time = 0; time < 2; time++) {
    const without = await takenFrom(shop, monday, 14, { bookingId })
    expect(without.busy.staff.get(staffId)).toBeUndefined()
  }
  expect(await takenFrom(shop, monday)).toEqual({ busy, wasSent: false })
})

it('of a short range is read anew, and only that range', async () => {
  const shop = await openShop(db)
  await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
  const after = tuesday(11).getTime()
  expect((await takenFrom(shop, after + 1, 0.5)).busy.staff.size).toBe(0)
  expect((await takenFrom(shop, after - 1, 0.5)).busy.staff.size).toBe(1)
})
