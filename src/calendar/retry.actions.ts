// What can be done to an entry that could not be written into a connected calendar: try it again.

import type { Scope } from '../auth/scope.ts'
import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transactionReader } from '../db/reader.ts'
import { transaction } from '../db/transaction.ts'
import { notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import type { CalendarWrite } from '../generated/prisma/client.ts'
import { againWrite } from './write.data.ts'

const needed: readonly Scope[] = ['calendars:write', 'availability:write']

/** Needs both. Refuses NOT_FOUND, and ILLEGAL_TRANSITION unless it was given up. */
export async function retryCalendarWrite(ctx: ActionContext, key: Key): Promise<CalendarWrite> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, needed, 'CalendarWrite', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await tx.calendarWrite.findUnique({ where: { accountId_id: { accountId, id } } })
    if (!before) throw notFound('CalendarWrite', 'id')
    const write = await againWrite(transactionReader(tx), key, ctx.clock.now())
    if (!write) {
      const sentence = 'Only an entry that was given up is written again.'
      throw refused('ILLEGAL_TRANSITION', sentence, {
        path: ['id'],
        from: before.dueAt ? 'WAITING' : 'WRITTEN',
        to: 'WAITING',
      })
    }
    await appendAudit(tx, ctx, [
      {
        accountId,
        action: 'calendar_write.retried',
        subjectType: 'CalendarWrite',
        subjectId: id,
        changes: [{ field: 'state', from: 'FAILED', to: 'WAITING' }],
      },
    ])
    return write
  })
}
