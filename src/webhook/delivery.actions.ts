// What can be done to messages: show one beforehand, send a test, send one again, replay a stretch
// of the log. What is sent, and to whom, is decided by the endpoint; the workers send it.

import { demandHeld, recorded } from '../access/overreach.actions.ts'
import type { Scope } from '../auth/scope.ts'
import { demand, type Viewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { newId, type Key } from '../db/id.ts'
import { poolReader, transactionReader } from '../db/reader.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { invalid, invalidAll, notFound, refused } from '../errors.ts'
import { appendAudit } from '../events/audit.ts'
import type { EventCursor } from '../events/cursor.ts'
import type { LoggedEvent } from '../events/event.ts'
import type { EventHub } from '../events/hub.ts'
import { appendEvents } from '../events/outbox.ts'
import type { WebhookDelivery } from '../generated/prisma/client.ts'
import { DAY } from '../time/instant.ts'
import { deliverAgain, deliveryAt, sendAgain } from './again.data.ts'
import { wants } from './endpoint.ts'
import {
  countEvents,
  eventAt,
  eventsWithin,
  latestAbout,
  latestEvents,
  type Stretch,
} from './event.data.ts'
import { testType } from './event-type.ts'
import {
  demandWritable,
  factsOf,
  heldEndpoint,
  type EndpointKey,
  type HeldEndpoint,
} from './held.actions.ts'
import { MakerLeft, type Preview, type WebhookContext } from './message.ts'

/** Looked through for one that the endpoint wants. */
const lookedAt = 1_000
/** Most events that one replay goes through, and how many at a time. */
const mostReplayed = 50_000
const replayedAtOnce = 1_000

export type DryRun = Preview & { accountId: string; event: LoggedEvent }

/**
 * What would be sent for an event, or for the latest that the endpoint wants, without sending it;
 * with another document than its own when one is given. Needs webhooks:write and every scope of
 * the endpoint. Refuses NOT_FOUND, VALIDATION_FAILED.
 */
export async function webhookDryRun(
  ctx: ActionContext & WebhookContext,
  key: EndpointKey,
  { event: wanted, document }: { event: Key | null; document?: string | null | undefined },
): Promise<DryRun> {
  demandWritable(ctx.viewer, key)
  if (document != null) invalidAll(ctx.webhooks.documentIssues(document))
  const stored = await heldEndpoint(poolReader(ctx.db), ctx.viewer, key, false)
  const endpoint = document == null ? stored : { ...stored, document }
  await recorded(ctx, async () => {
    for (const fact of factsOf('webhook.dry_run', endpoint)) {
      demandHeld(ctx, endpoint.scopes as Scope[], fact, 'id')
    }
  })
  const event = await eventFor(ctx, endpoint, wanted)
  const message = { id: newId(), at: ctx.clock.now(), attempt: 1 }
  const preview = await ctx.webhooks.preview(endpoint, event, message).catch((error: unknown) => {
    throw error instanceof MakerLeft ? invalid(['id'], error.message) : error
  })
  if (!preview) {
    throw invalid(['eventId'], `The format "${endpoint.format}" has nothing to say of this event.`)
  }
  return { ...preview, accountId: event.accountId, event }
}

async function eventFor(
  ctx: ActionContext,
  endpoint: HeldEndpoint,
  wanted: Key | null,
): Promise<LoggedEvent> {
  const { accountIds } = endpoint
  const read = poolReader(ctx.db)
  if (wanted === null) {
    const latest = await latestEvents(read, accountIds, lookedAt)
    const found = latest.find((event) => event.type !== testType && wants(endpoint, event))
    if (found) return found
    throw invalid(['eventId'], 'Nothing has happened lately that this endpoint is told of.')
  }
  const event = accountIds.includes(wanted.accountId) ? await eventAt(read, wanted) : null
  if (!event) throw notFound('AccountEvent', 'eventId')
  if (wants(endpoint, event)) return event
  throw invalid(['eventId'], 'This endpoint is not told of this event.')
}

/**
 * Sends a message of type `webhook.test` to the endpoint, the way that all others go. Needs
 * webhooks:write. Refuses NOT_FOUND, ILLEGAL_TRANSITION (disabled).
 */
export async function testWebhookEndpoint(
  ctx: ActionContext,
  key: EndpointKey,
): Promise<WebhookDelivery> {
  demandWritable(ctx.viewer, key)
  return transaction(ctx.db, async (tx) => {
    const endpoint = await liveEndpoint(tx, ctx.viewer, key)
    const { accountId, id, version } = endpoint
    const subject = {
      subjectType: 'WebhookEndpoint',
      subjectId: id,
      subjectVersion: version,
    } as const
    await appendEvents(tx, ctx, [{ type: testType, accountId, ...subject }])
    const read = transactionReader(tx)
    const event = await latestAbout(read, { accountId, id })
    if (!event) throw new Error('An event that was written is not there.')
    const now = ctx.clock.now()
    await sendAgain(read, { endpointId: id, now, onlyMissed: true }, [event])
    return tx.webhookDelivery.findUniqueOrThrow({
      where: { endpointId_eventId: { endpointId: id, eventId: event.id } },
    })
  })
}

/**
 * Sends a message again, by the same id, whether it arrived, was given up or still waits. Needs
 * webhooks:write. Refuses NOT_FOUND, ILLEGAL_TRANSITION (disabled).
 */
export async function redeliverWebhook(ctx: ActionContext, key: Key): Promise<WebhookDelivery> {
  const { accountId } = key
  demand(ctx.viewer, accountId, ['webhooks:write'], 'WebhookDelivery', 'id')
  return transaction(ctx.db, async (tx) => {
    const found = await deliveryAt(transactionReader(tx), ctx.viewer, key)
    if (!found) throw notFound('WebhookDelivery', 'id')
    const where = { accountId: found.isOfClient ? null : accountId, id: found.endpointId }
    const endpoint = await liveEndpoint(tx, ctx.viewer, where)
    const row = await deliverAgain(transactionReader(tx), key, ctx.clock.now())
    if (!row) throw notFound('WebhookDelivery', 'id')
    const told = { id: endpoint.id, accountIds: [accountId] }
    await appendAudit(tx, ctx, factsOf('webhook.redelivered', told))
    return row
  })
}

export type Replay = { accountId: string; endpoint: HeldEndpoint; count: number }

/**
 * Sends whatever the endpoint wants of `[since, until)` again: each message by the id that it had.
 * Needs webhooks:write. Refuses NOT_FOUND, VALIDATION_FAILED, ILLEGAL_TRANSITION (disabled),
 * CURSOR_EXPIRED, LIMIT_REACHED. Broken off, it can be said again.
 */
export async function replayWebhooks(
  ctx: ActionContext & { events: Pick<EventHub, 'retentionDays'> },
  key: EndpointKey,
  { since, until, onlyMissed }: { since: Date; until: Date | null; onlyMissed: boolean },
): Promise<Replay> {
  demandWritable(ctx.viewer, key)
  const now = ctx.clock.now()
  const time = { since, until: until ?? new Date(now + 1) }
  demandReplayable(time, now, ctx.events.retentionDays)
  const read = poolReader(ctx.db)
  const endpoint = await transaction(ctx.db, (tx) => liveEndpoint(tx, ctx.viewer, key))
  const stretch = { ...time, accountIds: endpoint.accountIds }
  if ((await countEvents(read, stretch, mostReplayed + 1)) > mostReplayed) {
    const message = `More than ${mostReplayed} events happened in this time: replay it in parts.`
    throw refused('LIMIT_REACHED', message, { path: ['since'] })
  }
  const again = { endpointId: key.id, now, onlyMissed }
  let count = 0
  let place: EventCursor = { xid: 0n, seq: 0n }
  for (;;) {
    const events = await eventsWithin(read, stretch, place, replayedAtOnce)
    const wanted = events.filter((event) => event.type !== testType && wants(endpoint, event))
    // A part at a time, so that no transaction is open for long.
    count += wanted.length === 0 ? 0 : await sendAgain(read, again, wanted)
    place = events.at(-1) ?? place
    if (events.length < replayedAtOnce) break
  }
  const changes = [
    { field: 'since', from: null, to: since.toISOString() },
    // Of several accounts none is told how much happened in the others.
    ...(endpoint.clientId === null ? [{ field: 'count', from: null, to: count }] : []),
  ]
  const facts = factsOf('webhook.replayed', endpoint, changes)
  await transaction(ctx.db, (tx) => appendAudit(tx, ctx, facts))
  return { accountId: endpoint.accountId, endpoint, count }
}

type Time = Pick<Stretch, 'since' | 'until'>

function demandReplayable({ since, until }: Time, now: number, keptDays: number): void {
  if (since >= until) throw invalid(['since'], 'The time has to begin before it ends.')
  if (now - since.getTime() <= keptDays * DAY) return
  const message = `Events are kept for ${keptDays} days, and this is longer ago.`
  throw refused('CURSOR_EXPIRED', message, { path: ['since'] })
}

async function liveEndpoint(
  tx: Transaction,
  viewer: Viewer,
  key: EndpointKey,
): Promise<HeldEndpoint> {
  const endpoint = await heldEndpoint(transactionReader(tx), viewer, key)
  if (!endpoint.disabledAt) return endpoint
  const message = `The endpoint was disabled at ${endpoint.disabledAt.toISOString()}: enable it.`
  throw refused('ILLEGAL_TRANSITION', message, { path: ['id'], from: 'DISABLED', to: 'ACTIVE' })
}
