// Entries of the waitlist that could not be looked after: tried again later each time, then given
// up, which is told, until somebody says that they are to be tried again.

import { demand } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import type { Key } from '../db/id.ts'
import { transaction } from '../db/transaction.ts'
import { refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import { appendEvents } from '../events/outbox.ts'
import type { WaitlistEntry } from '../generated/prisma/client.ts'
import { nextTry } from '../time/next-try.ts'
import { entryEvent, lockEntry, wellAgain } from './waitlist.data.ts'

const sentence = 'It could not be looked after.'

/** Writes down that it failed once more. */
export function failEntry(ctx: ActionContext, key: Key): Promise<void> {
  return transaction(ctx.db, async (tx) => {
    const before = await lockEntry(tx, key)
    const now = ctx.clock.now()
    const failures = before.failures + 1
    const next = nextTry(now, failures)
    const entry = await tx.waitlistEntry.update({
      where: { accountId_id: { accountId: key.accountId, id: key.id } },
      data: {
        failures,
        lastError: sentence,
        retryAt: next === null ? null : new Date(next),
        failedAt: next === null ? new Date(now) : null,
      },
    })
    if (next !== null) return
    const changes = [{ field: 'lastError', from: before.lastError, to: sentence }]
    await appendEvents(tx, ctx, [
      { ...entryEvent(entry, before), type: 'waitlist.failed', changes },
    ])
  })
}

/**
 * Has an entry looked after that was given up. Needs bookings:write. Refuses NOT_FOUND, and
 * ILLEGAL_TRANSITION unless it was.
 */
export async function retryWaitlistEntry(ctx: ActionContext, key: Key): Promise<WaitlistEntry> {
  const { accountId, id } = key
  demand(ctx.viewer, accountId, ['bookings:write'], 'WaitlistEntry', 'id')
  return transaction(ctx.db, async (tx) => {
    const before = await lockEntry(tx, key)
    if (!before.failedAt) {
      const message = 'Only an entry that was given up is looked after again.'
      const { state } = before
      throw refused('ILLEGAL_TRANSITION', message, { path: ['id'], from: state, to: state })
    }
    const entry = await tx.waitlistEntry.update({
      where: { accountId_id: { accountId, id } },
      data: { ...wellAgain, stirred: { increment: 1 } },
    })
    const changes = [{ field: 'lastError', from: before.lastError, to: null }]
    const subject = { subjectType: 'WaitlistEntry' as const, subjectId: id }
    await appendAudit(tx, ctx, [{ accountId, action: 'waitlist.retried', ...subject, changes }])
    return entry
  })
}
