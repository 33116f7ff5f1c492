// How long the audit log is kept.
import { expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { pruneAudit } from '../../src/events/prune.data.ts'
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
