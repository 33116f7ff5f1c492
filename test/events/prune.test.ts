// How long the audit log and the log of events are kept.
import { expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { pruneAudit, pruneEvents } from '../../src/events/prune.data.ts'
import { testDatabase } from '../support/database.ts'
import { makeAccount } from '../support/makers.ts'

const db = await testDatabase()

it('removes what is older than it is kept, of every account and however much it is', async () => {
  const accounts = [await makeAccount(db), await makeAccount(db)]
  const limit = Date.UTC(2026, 2, 2)
  for (const [nth, { id: accountId }] of accounts.entries()) {
    const old = nth === 0 ? 1_203 : 7
    await db.prisma.auditEntry.createMany({
      data: Array.from({ length: old + 2 }, (_, index) => ({
        accountId,
        id: newId(),
        occurredAt: new Date(limit - (index < old ? index + 1 : 0)),
        action: 'key.created',
        actorKind: 'API_KEY',
        actorName: 'A key',
        subjectType: 'ApiKey',
      })),
    })
  }
  expect(await pruneAudit(db.pool, new Date(limit))).toBe(1_210)
  const left = await db.prisma.auditEntry.groupBy({ by: ['accountId'], _count: true })
  expect(left.map(({ _count }) => _count)).toEqual([2, 2])
  expect(await pruneAudit(db.pool, new Date(limit))).toBe(0)
})

it('removes events that are older than they are kept, but not the history of bookings', async () => {
  const { id: accountId } = await makeAccount(db)
  const limit = Date.UTC(2026, 2, 2)
  const event = (index: number, subjectType: string, at: number) => ({
    id: newId(),
    accountId,
    type: 'a.thing',
    occurredAt: new Date(at),
    actorKind: 'SYSTEM',
    actorName: 'A test',
    subjectType,
    subjectId: accountId,
    subjectVersion: index,
    about: {},
    changes: [],
  })
  // More than one round of them.
  const old = Array.from({ length: 5_100 }, (_, n) => event(n, 'Customer', limit - 1))
  const kept = [event(1, 'Booking', limit - 1), event(2, 'Service', limit)]
  await db.prisma.event.createMany({ data: old })
  await db.prisma.event.createMany({ data: kept })
  const start = { xid: 0n, seq: 0n }
  const { pruned, place } = await pruneEvents(db.pool, new Date(limit), start)
  expect(pruned).toBe(5_100)
  const left = await db.prisma.event.findMany({ where: { accountId }, orderBy: { seq: 'asc' } })
  expect(left.map(({ subjectType }) => subjectType)).toEqual(['Booking', 'Service'])
  expect(place).toEqual({ xid: left[0]?.xid, seq: left[0]?.seq })
  expect(await pruneEvents(db.pool, new Date(limit), place)).toEqual({ pruned: 0, place })
  const later = await pruneEvents(db.pool, new Date(limit + 1), place)
  expect(later).toEqual({ pruned: 1, place: { xid: left[1]?.xid, seq: left[1]?.seq } })
})
