// Hand-written SQL and Prisma in one transaction: on one connection, in it, and never after it.

import { describe, expect, it } from 'vitest'
import { transactionReader } from '../../src/db/reader.ts'
import { connectionOf, transaction, type Transaction } from '../../src/db/transaction.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { testDatabase } from '../support/database.ts'
import { makeUser } from '../support/makers.ts'

const db = await testDatabase()

const emails = Prisma.sql`SELECT "email" FROM "User" ORDER BY "email"`
const server = Prisma.sql`SELECT pg_backend_pid() AS "pid"`

describe('hand-written SQL in a transaction', () => {
  it('runs on the connection that Prisma uses', async () => {
    await transaction(db, async (tx) => {
      expect(connectionOf(tx)).not.toBeNull()
      const own = await transactionReader(tx)<{ pid: number }>(server)
      expect(own).toEqual(await tx.$queryRaw(server))
    })
  })

  it('sees what the transaction wrote, and goes with it when it is rolled back', async () => {
    const work = transaction(db, async (tx) => {
      await makeUser({ ...db, prisma: tx as typeof db.prisma }, { email: 'ada@example.com' })
      const insert = Prisma.sql`INSERT INTO "User" ("id", "email", "name")
        VALUES (gen_random_uuid(), 'grace@example.com', 'Grace') RETURNING "email"`
      await transactionReader(tx)(insert)
      const seen = await transactionReader(tx)<{ email: string }>(emails)
      expect(seen.map(({ email }) => email)).toEqual(['ada@example.com', 'grace@example.com'])
      throw new Error('no more')
    })
    await expect(work).rejects.toThrow('no more')
    expect(await db.prisma.user.count()).toBe(0)
  })

  it('has no connection left once the transaction is over', async () => {
    let over: Transaction | undefined
    await transaction(db, async (tx) => {
      over = tx
      await tx.user.count()
    })
    expect(connectionOf(over as Transaction)).toBeNull()
    await expect(transactionReader(over as Transaction)(server)).rejects.toThrow('is over')
    await expect(over?.user.count()).rejects.toThrow('is over')
  })

  it('keeps transactions that run at once apart', async () => {
    const pids = await Promise.all(
      Array.from({ length: 5 }, () =>
        transaction(db, async (tx) => {
          const [first] = await transactionReader(tx)<{ pid: number }>(server)
          await tx.$executeRaw`SELECT pg_sleep(0.05)`
          const [second] = await transactionReader(tx)<{ pid: number }>(server)
          expect(second).toEqual(first)
          return first?.pid
        }),
      ),
    )
    expect(new Set(pids).size).toBe(5)
  })

  it('says that nothing was committed when a failure in it was passed over', async () => {
    const work = transaction(db, async (tx) => {
      await makeUser({ ...db, prisma: tx as typeof db.prisma }, { email: 'mary@example.com' })
      await transactionReader(tx)(Prisma.sql`SELECT 1 / 0`).catch(() => {})
    })
    await expect(work).rejects.toThrow('ROLLBACK')
    expect(await db.prisma.user.count({ where: { email: 'mary@example.com' } })).toBe(0)
  })

  it('gives its connection back, whole or broken', async () => {
    const kill = Prisma.sql`SELECT pg_terminate_backend(pg_backend_pid())`
    for (let time = 0; time < 12; time++) {
      await transaction(db, (tx) => transactionReader(tx)(server))
      await transaction(db, (tx) => transactionReader(tx)(kill)).catch(() => {})
    }
    expect(await transaction(db, (tx) => tx.user.count())).toBe(0)
  })
})
