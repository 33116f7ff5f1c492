// The tail: every event once and in order, whoever commits first and whatever breaks.
import { describe, expect, it } from 'vitest'
import type { ReadEvent } from '../../src/events/log.data.ts'
import { createEventTail } from '../../src/events/tail.ts'
import { testDatabase } from '../support/database.ts'
import { newAccount, numbered, openWriter, range, silent, startEvents } from './log-world.ts'
import { take, versions, write } from './log-world.ts'

const db = await testDatabase()

describe('the tail of the log', () => {
  it('hands over what is committed, in order, and nothing that was there before it started', async () => {
    const accountId = await newAccount(db)
    await write(db, numbered(accountId, 1))
    const { hub } = await startEvents(db)
    const heard = await hub.subscribe({ accountIds: [accountId] })
    await write(db, numbered(accountId, 2), numbered(accountId, 3))
    await write(db, numbered(accountId, 4))
    expect(versions(await take(heard, 3))).toEqual([2, 3, 4])
  })

  it('holds back what was committed while an older transaction is open, and loses neither', async () => {
    const accountId = await newAccount(db)
    const { hub, tail } = await startEvents(db)
    const heard = await hub.subscribe({ accountIds: [accountId] })
    const early = await openWriter(db)
    await early.write(accountId, 1)
    await write(db, numbered(accountId, 2))
    const next = heard.next()
    await expect.poll(() => tail.health().heldBackMs).toBeGreaterThan(0)
    await early.end('COMMIT')
    const first = await next
    expect(versions([first.value as ReadEvent, ...(await take(heard, 1))])).toEqual([1, 2])
    await expect.poll(() => tail.health().heldBackMs).toBe(0)
  })

  it('tells what followed after what it followed, also when it had begun to write before', async () => {
    const accountId = await newAccount(db)
    const { hub } = await startEvents(db)
    const heard = await hub.subscribe({ accountIds: [accountId] })
    const early = await openWriter(db)
    await write(db, numbered(accountId, 1))
    await write(db, numbered(accountId, 2))
    await early.write(accountId, 3)
    await early.end('COMMIT')
    await write(db, numbered(accountId, 4))
    expect(versions(await take(heard, 4))).toEqual([1, 2, 3, 4])
  })

  it('goes on when the older transaction is rolled back', async () => {
    const accountId = await newAccount(db)
    const { hub } = await startEvents(db)
    const heard = await hub.subscribe({ accountIds: [accountId] })
    const early = await openWriter(db)
    await early.write(accountId, 1)
    await write(db, numbered(accountId, 2))
    await early.end('ROLLBACK')
    expect(versions(await take(heard, 1))).toEqual([2])
  })

  it('loses and repeats nothing when 8 writers commit 400 events out of order', async () => {
    const accountId = await newAccount(db)
    const { hub } = await startEvents(db, { batchSize: 7 })
    const heard = await hub.subscribe({ accountIds: [accountId] })
    const writers = range(0, 7).map(async (writer) => {
      for (const round of range(0, 24)) {
        const client = await openWriter(db)
        await client.write(accountId, writer * 50 + round * 2)
        await client.write(accountId, writer * 50 + round * 2 + 1)
        await client.end('COMMIT')
      }
    })
    const got = await take(heard, 400)
    await Promise.all(writers)
    expect(versions(got).toSorted((a, b) => a - b)).toEqual(range(0, 399))
    const places = got.map(({ xid, seq }) => xid * 1_000_000n + seq)
    expect(places).toEqual(places.toSorted((a, b) => (a < b ? -1 : 1)))
  })

  it('needs no wake-up: the poll alone brings every event', async () => {
    const accountId = await newAccount(db)
    const { hub, tail } = await startEvents(db, { listen: false, pollMs: 50 })
    const heard = await hub.subscribe({ accountIds: [accountId] })
    await write(db, numbered(accountId, 1))
    expect(versions(await take(heard, 1))).toEqual([1])
    expect(tail.health().listening).toBe(false)
  })

  it('needs no poll to be quick: the commit wakes it', async () => {
    const accountId = await newAccount(db)
    const { hub, tail } = await startEvents(db, { pollMs: 600_000 })
    await expect.poll(() => tail.health().listening).toBe(true)
    const heard = await hub.subscribe({ accountIds: [accountId] })
    await write(db, numbered(accountId, 1))
    expect(versions(await take(heard, 1))).toEqual([1])
  })

  it('mends its listening connection and loses nothing meanwhile', async () => {
    const accountId = await newAccount(db)
    const { hub, tail } = await startEvents(db, { pollMs: 50 })
    const heard = await hub.subscribe({ accountIds: [accountId] })
    await expect.poll(() => tail.health().listening).toBe(true)
    for (const n of range(1, 5)) {
      await killListeners()
      await write(db, numbered(accountId, n))
    }
    expect(versions(await take(heard, 5))).toEqual(range(1, 5))
    await expect.poll(() => tail.health().listening, { timeout: 5_000 }).toBe(true)
  })

  it('reads on after the database refused it for a while', async () => {
    const accountId = await newAccount(db)
    const heard: ReadEvent[] = []
    let refuse = false
    // A pool that fails is the real one with its statements refused for the while.
    const pool = Object.create(db.pool, {
      query: {
        value: (...args: unknown[]) =>
          refuse
            ? Promise.reject(new Error('Connection terminated unexpectedly'))
            : db.pool.query(...(args as [string])),
      },
    })
    const onEvents = (events: ReadEvent[]) => void heard.push(...events)
    const tail = createEventTail({ pool, log: silent, onEvents, pollMs: 20 })
    await tail.start()
    refuse = true
    await write(db, numbered(accountId, 1))
    await expect.poll(() => tail.health().lastReadMs).toBeGreaterThan(60)
    refuse = false
    await expect.poll(() => versions(heard)).toEqual([1])
    await tail.stop()
  })
})

async function killListeners() {
  await db.pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'slotgraph listener'`,
  )
}
