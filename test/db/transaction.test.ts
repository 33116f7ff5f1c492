// Which transactions are run again, how often, and that what failed leaves nothing.
import { beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { databaseFailure } from '../../src/db/failure.ts'
import { transactionReader } from '../../src/db/reader.ts'
import { afterCommit, transaction, type Transaction } from '../../src/db/transaction.ts'
import { Prisma } from '../../src/generated/prisma/client.ts'
import { breakableWay } from '../support/breakable.ts'
import { testDatabase } from '../support/database.ts'
import { waiting } from '../support/lock.ts'

const db = await testDatabase()

beforeAll(async () => {
  await db.pool.query(`
    CREATE TABLE tally (id int PRIMARY KEY, n int CHECK (n >= 0));
    CREATE TABLE child (tally int REFERENCES tally (id));
    CREATE TABLE spell (during int4range, EXCLUDE USING gist (during WITH &&));
    INSERT INTO spell VALUES ('[1,5)');
  `)
  await db.pool.query('INSERT INTO tally VALUES (1, 0), (2, 0)')
})

const writeConflict = `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$`

describe('transaction', () => {
  it('commits at READ COMMITTED what its work did and returns what its work returned', async () => {
    const level = await transaction(db, async (tx) => {
      await tx.$executeRaw`UPDATE tally SET n = 5 WHERE id = 1`
      const rows = await tx.$queryRaw<{ level: string }[]>`
        SELECT current_setting('transaction_isolation') AS level`
      return rows[0]?.level
    })
    expect(level).toBe('read committed')
    expect((await db.pool.query('SELECT n FROM tally WHERE id = 1')).rows).toEqual([{ n: 5 }])
  })

  it('shows hand-written SQL what Prisma wrote, and the other way round', async () => {
    const seen = await transaction(db, async (tx) => {
      const read = transactionReader(tx)
      await tx.$executeRaw`UPDATE tally SET n = 7 WHERE id = 1`
      const rows = await read<{ n: number }>(Prisma.sql`SELECT n FROM tally WHERE id = 1`)
      await read(Prisma.sql`UPDATE tally SET n = 8 WHERE id = 1`)
      return [...rows, ...(await tx.$queryRaw<{ n: number }[]>`SELECT n FROM tally WHERE id = 1`)]
    })
    expect(seen).toEqual([{ n: 7 }, { n: 8 }])
  })

  it('undoes hand-written SQL when its work fails', async () => {
    await db.pool.query('UPDATE tally SET n = 0 WHERE id = 1')
    const failing = transaction(db, async (tx) => {
      await transactionReader(tx)(Prisma.sql`UPDATE tally SET n = 9 WHERE id = 1`)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect((await db.pool.query('SELECT n FROM tally WHERE id = 1')).rows).toEqual([{ n: 0 }])
  })

  it('runs no hand-written SQL for what goes on after its end', async () => {
    await db.pool.query('UPDATE tally SET n = 0 WHERE id = 1')
    const over = await transaction(db, async (tx): Promise<{ tx: Transaction }> => ({ tx }))
    const late = transactionReader(over.tx)(Prisma.sql`UPDATE tally SET n = 9 WHERE id = 1`)
    await expect(late).rejects.toThrow(/transaction/i)
    expect((await db.pool.query('SELECT n FROM tally WHERE id = 1')).rows).toEqual([{ n: 0 }])
  })

  it('lets both of two that deadlock succeed', async () => {
    let met = 0
    let release = () => {}
    const both = new Promise<void>((resolve) => (release = resolve))
    const runs = [0, 0]
    const cross = (own: number, other: number) =>
      transaction(db, async (tx) => {
        runs[own - 1] = (runs[own - 1] ?? 0) + 1
        await tx.$executeRaw`UPDATE tally SET n = ${own} WHERE id = ${own}`
        met += 1
        if (met === 2) release()
        await both
        await tx.$executeRaw`UPDATE tally SET n = ${own} WHERE id = ${other}`
      })
    await Promise.all([cross(1, 2), cross(2, 1)])
    expect(runs.toSorted((a, b) => a - b)).toEqual([1, 2])
  })

  it('gives up after the third attempt and keeps nothing', async () => {
    await db.pool.query('UPDATE tally SET n = 0 WHERE id = 1')
    let runs = 0
    const outcome = transaction(db, async (tx) => {
      runs += 1
      await tx.$executeRaw`UPDATE tally SET n = 9 WHERE id = 1`
      await tx.$executeRawUnsafe(writeConflict)
    })
    await expect(outcome).rejects.toThrow('no')
    expect(runs).toBe(3)
    expect((await db.pool.query('SELECT n FROM tally WHERE id = 1')).rows).toEqual([{ n: 0 }])
  })

  it.each([
    ['a value that is taken', `INSERT INTO tally VALUES (1, 0)`, 2],
    ['a row that is not there', `INSERT INTO child VALUES (77)`, 2],
    ['a time that is taken', `INSERT INTO spell VALUES ('[4,6)')`, 2],
    ['a value out of range', `INSERT INTO tally VALUES (99999999999, 0)`, 1],
    ['a value that a check refuses', `INSERT INTO tally VALUES (3, -1)`, 1],
    ['a table that is not there', `INSERT INTO nowhere VALUES (1)`, 1],
    ['a connection that was cut', `SELECT pg_terminate_backend(pg_backend_pid())`, 1],
  ])('keeps nothing of what met %s', async (_what, statement, times) => {
    await db.pool.query('DELETE FROM tally WHERE id = 5')
    let runs = 0
    const outcome = transaction(db, async (tx) => {
      runs += 1
      await tx.$executeRaw`INSERT INTO tally VALUES (5, 5)`
      await tx.$executeRawUnsafe(statement)
    })
    await expect(outcome).rejects.toBeInstanceOf(Error)
    expect(runs).toBe(times)
    expect((await db.pool.query('SELECT FROM tally WHERE id = 5')).rowCount).toBe(0)
  })

  it('lets whoever lost a race for a value find it there, and say so', async () => {
    const rival = await db.pool.connect()
    await rival.query('BEGIN')
    await rival.query('INSERT INTO tally VALUES (6, 0)')
    const claim = transaction(db, async (tx) => {
      const found = await tx.$queryRaw<object[]>`SELECT 1 FROM tally WHERE id = 6`
      if (found.length > 0) return 'it is there already'
      const inserting = tx.$executeRaw`INSERT INTO tally VALUES (6, 1)`
      void inserting.catch(() => {})
      await expect.poll(() => waiting(db.pool)).toBe(1)
      await rival.query('COMMIT')
      await inserting
      return 'mine'
    })
    expect(await claim).toBe('it is there already')
    rival.release()
  })

  it('is not run again when it may have been committed', async () => {
    const way = await breakableWay(db.url)
    const broken = await openDatabase(way.url)
    let runs = 0
    let told = false
    way.cutAt('COMMIT')
    const outcome = transaction(broken, async (tx) => {
      runs += 1
      afterCommit(tx, () => (told = true))
      await tx.$executeRaw`INSERT INTO tally VALUES (7, 7)`
    })
    const error = await outcome.catch((reason: unknown) => reason)
    expect(databaseFailure(error)).toEqual({ kind: 'UNAVAILABLE' })
    expect({ runs, told }).toEqual({ runs: 1, told: false })
    // The server had the last word, and it did commit.
    await expect
      .poll(async () => (await db.pool.query('SELECT n FROM tally WHERE id = 7')).rows)
      .toEqual([{ n: 7 }])
    await broken.close()
    await way.close()
  })
})
