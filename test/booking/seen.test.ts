// What happens between the look at a place and the transaction that takes it.

import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { lockRow } from '../../src/db/lock.ts'
import { transaction } from '../../src/db/transaction.ts'
import { testDatabase } from '../support/database.ts'
import { waiting } from '../support/lock.ts'
import { outcomes, refusal } from '../support/refusals.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'

const db = await testDatabase()

async function rowsOf({ accountId }: Shop) {
  const where = { accountId }
  const [bookings, taken, events] = await Promise.all([
    db.prisma.booking.count({ where }),
    db.prisma.occupancy.count({ where }),
    db.prisma.event.count({ where }),
  ])
  return { bookings, taken, events }
}

type Archived = { table: 'Service' | 'StaffMember'; id: string }

/** Books when somebody has archived a row and not committed it yet. */
async function bookWhileArchiving(shop: Shop, { table, id }: Archived, staffId: string | null) {
  const { accountId } = shop
  const begun: Promise<unknown>[] = []
  await transaction(db, async (tx) => {
    await lockRow(tx, table, { accountId, id })
    const update = { where: { accountId_id: { accountId, id } }, data: { active: false } }
    if (table === 'Service') await tx.service.update(update)
    else await tx.staffMember.update(update)
    begun.push(createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10), staffId })))
    void begun[0]?.catch(() => {})
    await expect.poll(() => waiting(db.pool)).toBe(1)
  })
  return begun[0] as Promise<unknown>
}

describe('A place that was seen free', () => {
  it('is not booked when its service is archived meanwhile', async () => {
    const shop = await openShop(db)
    const archived = { table: 'Service', id: shop.serviceId } as const
    expect(await refusal(bookWhileArchiving(shop, archived, null))).toBe('NOT_FOUND')
    expect(await rowsOf(shop)).toEqual({ bookings: 0, taken: 0, events: 0 })
  })

  it('is not booked with somebody who is archived meanwhile', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [id = ''] = shop.staffIds
    const archived = { table: 'StaffMember', id } as const
    expect(await refusal(bookWhileArchiving(shop, archived, id))).toBe('NOT_FOUND')
    expect(await rowsOf(shop)).toEqual({ bookings: 0, taken: 0, events: 0 })
  })

  it('is booked with somebody else when anybody will do', async () => {
    const shop = await openShop(db, { staff: 2 })
    const [id = '', other] = shop.staffIds.toSorted()
    const archived = { table: 'StaffMember', id } as const
    expect(await bookWhileArchiving(shop, archived, null)).toMatchObject({ staffId: other })
  })

  it('is one booking when the same key asks for it sixteen times at once', async () => {
    const shop = await openShop(db)
    const wish = asked(shop, { startsAt: tuesday(10), idempotencyKey: 'once' })
    const attempts = Array.from({ length: 16 }, () => createBooking(shop.ctx, wish))
    expect(await outcomes(attempts)).toEqual({ done: 16 })
    const ids = new Set((await Promise.all(attempts)).map(({ id }) => id))
    expect(ids.size).toBe(1)
    expect(await rowsOf(shop)).toEqual({ bookings: 1, taken: 1, events: 1 })
  })

  it('is answered again to whoever has its key, among others who are refused at once', async () => {
    const shop = await openShop(db)
    const wish = (key: string) => asked(shop, { startsAt: tuesday(10), idempotencyKey: key })
    const { id } = await createBooking(shop.ctx, wish('mine'))
    const keys = ['other', 'mine', 'nul\0', 'k'.repeat(256), 'mine', 'Mine', '{"quoted\\"}']
    const attempts = keys.map((key) => createBooking(shop.ctx, wish(key)))
    const settled = await Promise.allSettled(attempts)
    const ids = settled.map((one) => (one.status === 'fulfilled' ? one.value.id : null))
    expect(ids).toEqual(keys.map((key) => (key === 'mine' ? id : null)))
    expect(await outcomes(attempts)).toEqual({ done: 2, SLOT_TAKEN: 5 })
    expect(await rowsOf(shop)).toEqual({ bookings: 1, taken: 1, events: 1 })
  })

  it('lets everybody who wants anybody have somebody, while there are some', async () => {
    const shop = await openShop(db, { staff: 8 })
    const wish = asked(shop, { startsAt: tuesday(10) })
    const attempts = Array.from({ length: 12 }, () => createBooking(shop.ctx, wish))
    expect(await outcomes(attempts)).toEqual({ done: 8, SLOT_TAKEN: 4 })
  })
})
