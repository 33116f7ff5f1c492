// Rows that are inserted by hand are those that Prisma would have written and read.

import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { insertNew } from '../../src/db/insert.ts'
import { transaction } from '../../src/db/transaction.ts'
import { Prisma, type Booking } from '../../src/generated/prisma/client.ts'
import { testDatabase } from '../support/database.ts'
import { openShop, tuesday } from '../support/shop.ts'

const db = await testDatabase()

async function bookingRow() {
  const { accountId, customerId, serviceId, staffIds } = await openShop(db)
  return {
    accountId,
    id: newId(),
    number: 'ABC1234',
    status: 'CONFIRMED' as const,
    serviceId,
    staffId: staffIds[0] ?? null,
    sessionId: undefined,
    customerId,
    startsAt: tuesday(10),
    endsAt: tuesday(11),
    timeZone: 'Europe/London',
    party: [{ code: 'adult', count: 2 }],
    currency: 'EUR',
    notes: `"Quoted", {braced}, \\ and ß`,
    answers: Prisma.DbNull,
    customFields: { nested: { list: [1, null, 'x'] } },
  }
}

describe('insertNew', () => {
  it('returns a row as Prisma reads it, with what the table adds', async () => {
    const row = await bookingRow()
    const rows = await transaction(db, (tx) => insertNew<Booking>(tx, 'Booking', [row]))
    const where = { accountId_id: { accountId: row.accountId, id: row.id } }
    expect(rows).toStrictEqual([await db.prisma.booking.findUniqueOrThrow({ where })])
    const { sessionId: _, ...given } = row
    expect(rows).toMatchObject([{ ...given, answers: null, version: 1, partySize: 1 }])
  })

  it('leaves out what is there already', async () => {
    const first = await bookingRow()
    const second = { ...first, id: newId(), number: 'ABC1235' }
    const sameNumber = { ...first, id: newId() }
    const insert = (rows: object[]) =>
      transaction(db, (tx) => insertNew<Booking>(tx, 'Booking', rows as Record<string, unknown>[]))
    const idsOf = async (rows: object[]) => (await insert(rows)).map(({ id }) => id)
    expect(await idsOf([first])).toEqual([first.id])
    expect(await idsOf([sameNumber, second])).toEqual([second.id])
  })
})
