// Pages over more accounts than are read each, with few rows in most, none in some and equal values
// in all: what a page holds is what stands there in the whole list.

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { encodeCursor, readPages, type Order, type PageAsk } from '../../src/db/keyset.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { testDatabase } from '../support/database.ts'
import { LONG, runs } from '../support/runs.ts'

const db = await testDatabase()

type Row = { accountId: string; id: string; createdAt: Date }

const accountIds = Array.from({ length: 130 }, () => newId())
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 0, minute))

await db.prisma.account.createMany({
  data: accountIds.map((id, index) => {
    return { id, slug: `account-${index}`, name: 'An account', timeZone: 'UTC', currency: 'EUR' }
  }),
})
const rows: Row[] = accountIds.flatMap((accountId, index) => {
  const count = index === 7 ? 60 : index % 4
  return Array.from({ length: count }, (_, row) => {
    return { accountId, id: newId(), createdAt: at((index * 7 + row * 11) % 90) }
  })
})
await db.prisma.staffMember.createMany({
  data: rows.map((row, index) => ({ ...row, name: index % 5 === 0 ? 'left out' : 'in' })),
})
const listed = rows.filter((_, index) => index % 5 !== 0)

const byTime = (a: Row, b: Row) =>
  a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1)

const asks = fc.record({
  direction: fc.constantFrom('ASC' as const, 'DESC' as const),
  accounts: fc.constantFrom(20, 101, 130),
  size: fc.constantFrom(1, 5, 50, 120),
  backward: fc.boolean(),
  skip: fc.constantFrom(null, null, 0, 3, 90),
  cursor: fc.option(fc.nat(listed.length - 1)),
})

it('are those of the whole list', { timeout: LONG }, async () => {
  let full = 0
  await fc.assert(
    fc.asyncProperty(asks, async ({ direction, accounts, size, backward, skip, cursor }) => {
      const order: Order = { column: 'createdAt', type: 'timestamptz', direction }
      const some = accountIds.slice(0, accounts)
      const behind = cursor === null ? null : listed[cursor]!
      const ask: PageAsk = {
        [backward ? 'last' : 'first']: size,
        ...(behind && { [backward ? 'before' : 'after']: encodeCursor(order, behind) }),
        skip,
      }
      const query = {
        table: 'StaffMember',
        where: [Prisma.sql`r."name" = 'in'`],
        order,
        partitions: some.map((accountId) => ({ accountId })),
        merged: true,
      }
      const [page] = await readPages<Row>(db.pool, query, ask, size)
      const way = (direction === 'ASC') === backward ? -1 : 1
      const sorted = listed
        .filter(({ accountId }) => some.includes(accountId))
        .toSorted((a, b) => way * byTime(a, b))
        .filter((row) => !behind || (row !== behind && way * byTime(row, behind) > 0))
      const wanted = sorted.slice(skip ?? 0, (skip ?? 0) + size)
      const read = backward ? page!.rows.toReversed() : page!.rows
      expect(read.map(({ id }) => id)).toEqual(wanted.map(({ id }) => id))
      const isMore = sorted.length > (skip ?? 0) + size
      expect(backward ? page!.hasPreviousPage : page!.hasNextPage).toBe(isMore)
      if (wanted.length === size) full += 1
    }),
    runs(0.8),
  )
  expect(full).toBeGreaterThan(20)
})
