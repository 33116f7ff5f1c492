// A database that was restored into another cluster: its events come before what is written now,
// in their order, and whoever holds a cursor of before is told so.
import { expect, it } from 'vitest'
import type { EventCursor } from '../../src/events/cursor.ts'
import { settlePlaces } from '../../src/events/place.data.ts'
import { readLog } from '../../src/events/log.data.ts'
import { Refused } from '../../src/errors.ts'
import { testDatabase } from '../support/database.ts'
import { newAccount, numbered, range, startEvents, take, versions } from './log-world.ts'
import { write } from './log-world.ts'

const db = await testDatabase()
const start = { xid: 0n, seq: 0n }

/** As a dump of a cluster that has counted further by so much. */
const restored = (by: number) => db.pool.query('UPDATE "Event" SET "xid" = "xid" + $1', [by])

/** What the log lists; transactions of other tests hold it back for a moment. */
async function listed(accountId: string, count: number, after: EventCursor = start) {
  const read = async () => (await readLog(db.pool, after, 10, [accountId])).events
  await expect.poll(async () => (await read()).length, { timeout: 20_000 }).toBe(count)
  return read()
}

it('leaves the places of a database alone that has always been here', async () => {
  const accountId = await newAccount(db)
  await write(db, numbered(accountId, 1), numbered(accountId, 2))
  const before = await listed(accountId, 2)
  expect(await settlePlaces(db.pool)).toBe(0n)
  expect(await listed(accountId, 2)).toMatchObject(before.map(({ xid, seq }) => ({ xid, seq })))
})

it('counts past a small lead, and every cursor stays what it was', async () => {
  const accountId = await newAccount(db)
  await write(db, numbered(accountId, 1))
  await restored(500)
  expect((await readLog(db.pool, start, 10, [accountId])).events).toEqual([])
  const [event] = await db.prisma.event.findMany({ where: { accountId } })
  expect(await settlePlaces(db.pool)).toBe(0n)
  expect(await listed(accountId, 1)).toMatchObject([{ xid: event?.xid, seq: event?.seq }])
})

it('moves the places of another cluster below all that is written from now on', async () => {
  const accountId = await newAccount(db)
  for (const n of range(1, 5)) await write(db, numbered(accountId, n))
  await restored(1_000_000)
  const rows = await db.prisma.event.findMany({ where: { accountId }, orderBy: { seq: 'asc' } })
  const [old, , third] = rows
  const place = { xid: third?.xid ?? 0n, seq: third?.seq ?? 0n }
  await db.prisma.logReader.create({ data: { name: 'a reader', ...place } })
  expect(await settlePlaces(db.pool)).toBeGreaterThan(900_000n)
  const events = await listed(accountId, 5)
  expect(versions(events)).toEqual([1, 2, 3, 4, 5])
  const reader = await db.prisma.logReader.findUniqueOrThrow({ where: { name: 'a reader' } })
  expect(versions(await listed(accountId, 2, reader))).toEqual([4, 5])
  const { hub } = await startEvents(db)
  const heard = await hub.subscribe({ accountIds: [accountId], after: events[2] })
  await write(db, numbered(accountId, 6))
  expect(versions(await take(heard, 3))).toEqual([4, 5, 6])
  const lost = hub.subscribe({ accountIds: [accountId], after: old })
  await expect(lost).rejects.toThrow(Refused)
  await expect(lost).rejects.toMatchObject({ refusal: { code: 'CURSOR_EXPIRED' } })
  expect(await settlePlaces(db.pool)).toBe(0n)
})
