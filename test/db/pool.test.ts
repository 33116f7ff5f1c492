// What the pool promises to those who share it: a part for each, an end of waiting, and connections
// on which nothing is left of whoever had them before.
import { describe, expect, it, onTestFinished } from 'vitest'
import { askingFor } from '../../src/db/asker.ts'
import { openDatabase } from '../../src/db/client.ts'
import { databaseFailure } from '../../src/db/failure.ts'
import { testDatabase } from '../support/database.ts'
import { waiting } from '../support/lock.ts'

const db = await testDatabase()

async function open(maxConnections: number, queryTimeoutMs?: number) {
  const limit = queryTimeoutMs === undefined ? {} : { queryTimeoutMs }
  const opened = await openDatabase(db.url, { maxConnections, ...limit })
  onTestFinished(() => opened.close())
  return opened
}

/** Holds what `wait` waits for. */
async function hold() {
  const holder = await db.pool.connect()
  await holder.query('SELECT pg_advisory_lock(7)')
  let released: Promise<void> | undefined
  const release = () =>
    (released ??= holder.query('SELECT pg_advisory_unlock(7)').then(() => holder.release()))
  onTestFinished(release)
  return release
}
const wait = 'SELECT pg_advisory_xact_lock_shared(7)'

describe('a pool', () => {
  it('is not taken whole by one client, whatever it asks for at once', async () => {
    const { pool } = await open(10)
    const release = await hold()
    const greedy = askingFor('greedy', () => Array.from({ length: 40 }, () => pool.query(wait)))
    await expect.poll(() => waiting(db.pool)).toBe(8)
    expect(pool.waitingCount).toBe(32)
    const { rows } = await askingFor('modest', () => pool.query('SELECT 1 AS one'))
    expect(rows).toEqual([{ one: 1 }])
    await release()
    expect((await Promise.all(greedy)).length).toBe(40)
    expect(pool.waitingCount).toBe(0)
  })

  it('refuses at once whoever comes when 500 of the same client wait', async () => {
    const { pool } = await open(3)
    const release = await hold()
    const ask = () =>
      pool.query(wait).then(
        () => 'DONE',
        (error) => databaseFailure(error).kind,
      )
    const first = askingFor('greedy', () => Array.from({ length: 501 }, ask))
    const late = await Promise.all(askingFor('greedy', () => Array.from({ length: 50 }, ask)))
    expect(new Set(late)).toEqual(new Set(['UNAVAILABLE']))
    expect((await askingFor('modest', () => pool.query('SELECT 1'))).rowCount).toBe(1)
    await release()
    expect((await Promise.all(first))[0]).toBe('DONE')
  })

  it('lets nobody wait longer than it says, and goes on', async () => {
    const { pool } = await open(1)
    const held = await pool.connect()
    const error = await pool.query('SELECT 1').catch((reason: unknown) => reason)
    expect(databaseFailure(error)).toEqual({ kind: 'UNAVAILABLE' })
    held.release()
    expect((await pool.query('SELECT 1')).rowCount).toBe(1)
  })

  it('ends a connection on which no answer comes, and no other', async () => {
    const { pool } = await open(2, 600)
    const release = await hold()
    const busy = await pool.connect()
    const stalled = pool.query(wait).catch((reason: unknown) => reason)
    let isOver = false
    void stalled.then(() => (isOver = true))
    // One that is answered again and again is none that hangs.
    while (!isOver) await busy.query('SELECT pg_sleep(0.05)')
    expect(databaseFailure(await stalled)).toEqual({ kind: 'UNAVAILABLE' })
    busy.release()
    await release()
    const answers = [pool.query('SELECT 1'), pool.query('SELECT 1')]
    expect((await Promise.all(answers)).map(({ rowCount }) => rowCount)).toEqual([1, 1])
  })

  it('keeps a connection on which a value was refused', async () => {
    const { pool } = await open(1)
    const pid = async () => (await pool.query('SELECT pg_backend_pid() AS pid')).rows[0].pid
    const before = await pid()
    await expect(pool.query('SELECT $1::int', ['x'])).rejects.toThrow('invalid input syntax')
    expect(await pid()).toBe(before)
  })

  it.each([
    ['a transaction is open', 'BEGIN', true],
    ['a statement of a transaction was refused', 'BEGIN; SELECT 1 / 0', true],
    ['an answer is still to come', wait, false],
  ])('gives nobody a connection on which %s', async (_what, sql, settled) => {
    const { pool } = await open(1)
    const release = await hold()
    const client = await pool.connect()
    client.on('error', () => {})
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    const answer = client.query(sql).catch(() => {})
    if (settled) await answer
    client.release()
    const next = await pool.query(
      'SELECT pg_backend_pid() AS pid, pg_current_xact_id_if_assigned() AS xid',
    )
    expect(next.rows[0].pid).not.toBe(rows[0].pid)
    await answer
    await release()
  })
})
