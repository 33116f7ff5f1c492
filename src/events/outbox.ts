// The outbox: an event row is written by the transaction that makes the change, so that there is no
// event without its change and no change without its event. Readers are woken after the commit.

import type { ActionContext } from '../context.ts'
import type { Transaction } from '../db/transaction.ts'
import type { Prisma } from '../generated/prisma/client.ts'
import type { NewEvent } from './event.ts'
import { newId } from '../db/id.ts'

/** PostgreSQL channel that wakes the readers of the log; it carries no content. */
export const eventsChannel = 'slotgraph_events'

/** Writes events in the caller's transaction, in this order. */
export async function appendEvents(
  tx: Transaction,
  ctx: ActionContext,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return
  const occurredAt = new Date(ctx.clock.now())
  await tx.event.createMany({
    data: events.map((event) => ({
      id: newId(),
      accountId: event.accountId,
      type: event.type,
      occurredAt,
      actorKind: ctx.viewer.kind,
      actorId: ctx.viewer.id,
      actorName: ctx.viewer.name,
      subjectType: event.subjectType,
      subjectId: event.subjectId,
      subjectVersion: event.subjectVersion,
      about: (event.about ?? {}) as Prisma.InputJsonObject,
      changes: (event.changes ?? []) as Prisma.InputJsonArray,
    })),
  })
  await tx.$executeRaw`SELECT pg_notify(${eventsChannel}, '')`
}
