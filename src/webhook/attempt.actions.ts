// What comes of a try to deliver: it is recorded, and the delivery is done, put off or given up; an
// endpoint that has only failed for days is disabled, and that is told. Nothing is recorded by a
// worker whose lease has run out: the delivery is another's by then.

import { reachOfClients } from '../access/client.data.ts'
import { systemViewer } from '../auth/viewer.ts'
import type { ActionContext } from '../context.ts'
import { poolReader, transactionReader, type Reader } from '../db/reader.ts'
import { timestamptz } from '../db/timestamp.ts'
import { transaction, type Transaction } from '../db/transaction.ts'
import { appendEvents } from '../events/outbox.ts'
import { Prisma } from '../generated/prisma/client.ts'
import type { Answer } from '../outbound/post.ts'
import type { Instant } from '../time/instant.ts'
import type { Leased } from './delivery.data.ts'
import { isGivenUp, nextTry, outcomeOf, type Manner } from './retry.ts'

/** One try, made by a worker that held the lease when it began. */
export type Try = {
  worker: string
  delivery: Leased
  startedAt: Instant
  durationMs: number
  answer: Answer
  /** Nothing was sent, and the receiver is not to blame. */
  isOurFault: boolean
  /** Why the endpoint is to be disabled whatever was answered. */
  ends?: string | undefined
  /** The endpoint's format has nothing to say of the event: nothing was sent, and that is right. */
  isNothing?: boolean | undefined
  /** It is not to be told any more: there is no other try. */
  isDropped?: boolean | undefined
  manner: Manner
}

type SettleContext = Omit<ActionContext, 'viewer'> & { random: () => number }

type Settled = 'DELIVERED' | 'WAITING' | 'FAILED' | 'SKIPPED'

/** Records a try and what follows from it; null when the lease was another's by then. */
export async function settleTry(ctx: SettleContext, made: Try): Promise<Settled | null> {
  if (made.isNothing) return settleDone(ctx, made, 'SKIPPED')
  if (outcomeOf(made.answer.status) === 'DELIVERED') return settleDone(ctx, made, 'DELIVERED')
  return transaction(ctx.db, (tx) => settleFailed(tx, ctx, made))
}

/** Writes the try, and what becomes of the delivery if it is still leased to this worker. */
function recording(made: Try, state: Settled, next: Instant | null, now: Instant): Prisma.Sql {
  const { worker, delivery, answer, startedAt, durationMs } = made
  const isOver = state !== 'WAITING'
  const isTried = state !== 'SKIPPED'
  const followersAt = next ?? now
  return Prisma.sql`
    WITH settled AS (
      UPDATE "WebhookDelivery"
      SET "state" = ${state}::"DeliveryState", "leasedBy" = NULL, "leasedUntil" = NULL,
        "nextAttemptAt" = ${timestamptz(next)},
        "attempts" = "attempts" - ${isTried ? 0 : 1}::int,
        "lastStatus" = ${answer.status}::int, "lastError" = ${answer.error},
        "finishedAt" = CASE WHEN ${isOver} THEN ${timestamptz(now)} END
      WHERE "accountId" = ${delivery.accountId}::uuid AND "id" = ${delivery.id}::uuid
        AND "leasedBy" = ${worker} AND "state" = 'WAITING'
      RETURNING *
    ), tried AS (
      INSERT INTO "WebhookAttempt" ("accountId", "deliveryId", "number", "startedAt",
        "durationMs", "status", "error", "answer")
      SELECT s."accountId", s."id", 1 + COALESCE((SELECT max(a."number")
          FROM "WebhookAttempt" a WHERE a."accountId" = s."accountId" AND a."deliveryId" = s."id"),
        0), ${timestamptz(startedAt)}, ${durationMs}::int, ${answer.status}::int, ${answer.error},
        ${answer.body}
      FROM settled s WHERE ${isTried}
    ), followers AS (
      UPDATE "WebhookDelivery" f SET "nextAttemptAt" = ${timestamptz(followersAt)} FROM settled s
      WHERE f."endpointId" = s."endpointId" AND f."subjectId" = s."subjectId"
        AND f."state" = 'WAITING' AND f."eventSeq" > s."eventSeq" AND f."attempts" = 0
        AND CASE WHEN ${isOver} THEN f."nextAttemptAt" > ${timestamptz(followersAt)}
          ELSE f."nextAttemptAt" < ${timestamptz(followersAt)} END
    ), recovered AS (
      UPDATE "WebhookEndpoint" e SET "failingSince" = NULL, "lostCount" = 0,
        "failureCount" = 0
      FROM settled s
      WHERE ${state === 'DELIVERED'} AND e."id" = s."endpointId"
        AND (e."failingSince" IS NOT NULL OR e."lostCount" > 0)
    )
    SELECT 1 AS "one" FROM settled`
}

async function settleDone(
  ctx: SettleContext,
  made: Try,
  state: 'DELIVERED' | 'SKIPPED',
): Promise<Settled | null> {
  const settled = await poolReader(ctx.db)(recording(made, state, null, ctx.clock.now()))
  return settled.length === 0 ? null : state
}

type Health = { failingSince: Date | null; disabledAt: Date | null; failureCount: number }

async function settleFailed(
  tx: Transaction,
  ctx: SettleContext,
  made: Try,
): Promise<Settled | null> {
  const read = transactionReader(tx)
  const { delivery, answer, manner } = made
  const now = ctx.clock.now()
  // First the endpoint, then its deliveries: whoever disables it goes the same way.
  const [endpoint] = await read<Health>(Prisma.sql`SELECT "failingSince", "disabledAt",
      "failureCount" FROM "WebhookEndpoint" WHERE "id" = ${delivery.endpointId}::uuid FOR NO KEY UPDATE`)
  if (!endpoint) return null
  const failingSince = endpoint.failingSince?.getTime() ?? (made.isOurFault ? null : now)
  const isLive = endpoint.disabledAt === null
  const failures = endpoint.failureCount + (made.isOurFault ? 0 : 1)
  const failed =
    isLive && !made.isOurFault
      ? (reasonToDisable(answer, now, failingSince ?? now) ?? reasonToBlock(manner, failures))
      : null
  const reason = (isLive && made.ends) || failed
  const isOver = reason !== null || endpoint.disabledAt !== null || made.isDropped === true
  const next = isOver
    ? null
    : nextTry(now, delivery.attempts, ctx.random(), answer.retryAfter, manner)
  const state = next === null ? 'FAILED' : 'WAITING'
  const settled = await read(recording(made, state, next, now))
  if (settled.length === 0) return null
  await read(Prisma.sql`UPDATE "WebhookEndpoint" SET "failingSince" = ${timestamptz(failingSince)},
      "failureCount" = ${failures}::int,
      "lostCount" = "lostCount" + ${next === null && !made.isDropped ? 1 : 0}::int
    WHERE "id" = ${delivery.endpointId}::uuid`)
  if (reason !== null) await disable(tx, ctx, delivery, reason)
  return state
}

function reasonToDisable(answer: Answer, now: Instant, failingSince: Instant): string | null {
  if (outcomeOf(answer.status) === 'GONE') return 'The receiver answered 410: it is gone for good.'
  if (isGivenUp(now, failingSince)) return 'Every try failed for three days.'
  return null
}

function reasonToBlock({ blocksAfter }: Manner, failures: number): string | null {
  if (blocksAfter === null || failures < blocksAfter) return null
  return `${failures} tries in a row failed.`
}

type Disabled = { clientId: string | null; version: number; lostCount: number }

/** Gives up what waits, except what is under way, and tells of it. */
async function disable(
  tx: Transaction,
  ctx: SettleContext,
  { endpointId, accountId }: Leased,
  reason: string,
): Promise<void> {
  const read = transactionReader(tx)
  const now = timestamptz(ctx.clock.now())
  const lost = await giveUpWaiting(read, endpointId, now)
  const [row] = await read<Disabled>(Prisma.sql`UPDATE "WebhookEndpoint"
    SET "disabledAt" = ${now}, "disabledReason" = ${reason}, "updatedAt" = ${now},
      "version" = "version" + 1, "lostCount" = "lostCount" + ${lost}::int
    WHERE "id" = ${endpointId}::uuid RETURNING "clientId", "version", "lostCount"`)
  if (!row) return
  const ofClient = row.clientId === null ? null : await reachOfClients(read, [row.clientId])
  const accountIds = ofClient?.[0] ?? [accountId]
  const changes = [
    { field: 'disabledAt', from: null, to: new Date(ctx.clock.now()).toISOString() },
    { field: 'disabledReason', from: null, to: reason },
    // Of several accounts none is told how much the others lost.
    ...(ofClient ? [] : [{ field: 'lostCount', from: row.lostCount - lost, to: row.lostCount }]),
  ]
  const subject = {
    subjectType: 'WebhookEndpoint',
    subjectId: endpointId,
    subjectVersion: row.version,
  } as const
  const events = accountIds.map((each) => ({
    type: 'webhook.disabled',
    accountId: each,
    ...subject,
    changes,
  }))
  await appendEvents(tx, { ...ctx, viewer: systemViewer(accountIds) }, events)
}

async function giveUpWaiting(read: Reader, endpointId: string, now: Prisma.Sql): Promise<number> {
  const lost = await read(Prisma.sql`UPDATE "WebhookDelivery"
    SET "state" = 'FAILED', "finishedAt" = ${now}, "nextAttemptAt" = NULL, "leasedBy" = NULL,
      "leasedUntil" = NULL, "lastError" = 'The endpoint was disabled.'
    WHERE "endpointId" = ${endpointId}::uuid AND "state" = 'WAITING'
      AND ("leasedUntil" IS NULL OR "leasedUntil" <= ${now})
    RETURNING 1 AS "one"`)
  return lost.length
}
