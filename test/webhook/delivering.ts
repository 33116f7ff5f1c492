// What delivers webhooks, on a database of the test, with a clock that the test moves: dispatchers
// and workers as the application makes them, and endpoints at real receivers. Messages are made the
// plain way; how the gateway makes them is tested elsewhere.
import { onTestFinished } from 'vitest'
import { appendEvents } from '../../src/events/outbox.ts'
import { systemViewer } from '../../src/auth/viewer.ts'
import { newId } from '../../src/db/id.ts'
import { poolReader } from '../../src/db/reader.ts'
import { transaction } from '../../src/db/transaction.ts'
import type { NewEvent } from '../../src/events/event.ts'
import type { Prisma } from '../../src/generated/prisma/client.ts'
import { createOutbound } from '../../src/outbound/post.ts'
import { newSigningSecret, signatureHeaders } from '../../src/outbound/signature.ts'
import { createDispatcher } from '../../src/webhook/dispatch.actions.ts'
import type { Render } from '../../src/webhook/message.ts'
import { createWebhookWorker } from '../../src/webhook/worker.actions.ts'
import { newAccount, silent } from '../events/log-world.ts'
import { testSealer } from '../support/app.ts'
import { testClock, type TestClock } from '../support/clock.ts'
import type { TestDatabase } from '../support/database.ts'

export const secret = newSigningSecret()

const render: Render = (endpoint, event, message) => {
  const body = JSON.stringify({
    type: event.type,
    data: { subjectId: event.subjectId, version: event.subjectVersion },
  })
  const opened = testSealer.open(endpoint.secretSealed)
  const signature = signatureHeaders(message, body, [opened])
  const headers = { 'content-type': 'application/json', ...signature }
  return Promise.resolve({ headers, body })
}

/** Retries wait for exactly what the table says. */
export function startDelivering(
  db: TestDatabase,
  clock: TestClock,
  more: { timeoutMs?: number; graceMs?: number; concurrency?: number; leaseMs?: number } = {},
) {
  const { timeoutMs = 5_000, ...options } = more
  const outbound = createOutbound({ allowLocal: true, timeoutMs })
  const services = { db, clock, log: silent }
  const worker = createWebhookWorker({
    services,
    render,
    outbound,
    pollMs: 20,
    random: () => 0,
    ...options,
  })
  const dispatcher = createDispatcher({ ...services, onAdded: worker.wake, pollMs: 20 })
  let stopped: Promise<void> | undefined
  const end = async () => {
    await dispatcher.stop()
    await worker.stop()
    await outbound.close()
  }
  const stop = () => (stopped ??= end())
  onTestFinished(stop)
  return { dispatcher, worker, stop }
}

/** An account whose events are told, with what is needed to tell of them. */
export async function openTelling(db: TestDatabase) {
  const accountId = await newAccount(db)
  const clock = testClock()
  const endpoint = async (
    url: string,
    more: Partial<Prisma.WebhookEndpointUncheckedCreateInput> = {},
  ) =>
    db.prisma.webhookEndpoint.create({
      data: {
        id: newId(),
        accountId,
        url,
        types: ['*'],
        scopes: ['bookings:read', 'webhooks:read'],
        secretSealed: testSealer.seal(secret),
        ...more,
      },
    })
  const ctx = { viewer: systemViewer([accountId]), db, clock, log: silent }
  /** Commits events of these subjects in one transaction. */
  const happens = (...subjects: { id: string; version: number }[]) =>
    transaction(db, (tx) =>
      appendEvents(
        tx,
        ctx,
        subjects.map(({ id, version }): NewEvent => ({
          type: 'booking.updated',
          accountId,
          subjectType: 'Booking',
          subjectId: id,
          subjectVersion: version,
        })),
      ),
    )
  return { accountId, clock, endpoint, happens, ctx, read: poolReader(db) }
}

/** Resolves when a question to the database has this answer. */
export async function becomes<T>(ask: () => Promise<T>, is: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (is(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
