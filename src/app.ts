// Composition root: given database, settings, clock and log, makes the server and its workers, and
// stops them in order: no new work, streams and sockets ended, running requests finished.

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { createBudgets } from './auth/budget.ts'
import type { Sealer } from './auth/seal.ts'
import type { Config } from './config.ts'
import type { Services } from './context.ts'
import type { Database } from './db/client.ts'
import { createEventHub, eventRetentionDays, type EventHub } from './events/hub.ts'
import type { ReadEvent } from './events/log.data.ts'
import { wakeBy } from './events/outbox.ts'
import { settlePlaces } from './events/place.data.ts'
import { createRedisWaker } from './events/redis.ts'
import { createEventTail } from './events/tail.ts'
import { execute, prepare } from './graphql/documents.ts'
import { schema } from './graphql/schema.ts'
import { createDoors } from './http/doors.ts'
import { senderBehind } from './http/sender.ts'
import { oauthClientsOf } from './calendar/oauth.ts'
import { createCalendars } from './calendar/workers.actions.ts'
import { createNoticePlanner } from './notice/plan.actions.ts'
import { createNoticeWorker } from './notice/send.actions.ts'
import type { Reach } from './outbound/address.ts'
import type { Mailer } from './outbound/mail.ts'
import { createOutbound } from './outbound/post.ts'
import { createRefundWorker } from './payment/refund-worker.actions.ts'
import { createStripeTill } from './payment/stripe.data.ts'
import type { Till } from './payment/till.ts'
import { dialectFormats } from './rest/formats.ts'
import type { Clock } from './time/clock.ts'
import { createUpkeep } from './upkeep.ts'
import { createWaitlistWorker } from './waitlist/worker.actions.ts'
import { createDispatcher } from './webhook/dispatch.actions.ts'
import type { Formats } from './webhook/format.ts'
import { createWebhooks } from './webhook/render.graphql.ts'
import { createWebhookWorker } from './webhook/worker.actions.ts'

type Parts = {
  db: Database
  /** Without rate limits there are none. */
  config: Pick<Config, 'baseUrl'> & Partial<Config>
  sealer: Sealer
  /** By which notices are sent; left out, none are planned. */
  mailer?: Mailer | undefined
  clock: Clock
  log: Logger
  /** Of webhooks, by their names; left out, those of the dialects. */
  formats?: Formats
}

type Worker = {
  /** From then on nothing in the log escapes it. */
  follow?: () => Promise<void>
  start(): void
  stop(): Promise<void>
}

/** One that looks again whenever something happened. */
type Watcher = Worker & { wake(event: ReadEvent): void }

export type App = ReturnType<typeof createApp>

const moved =
  'the database comes from another cluster: its events are kept in their order, and cursors that ' +
  'were given out before are refused as expired'

/** How long a stop waits for requests that are being answered. */
const finishMs = 4_000

export function createApp(parts: Parts) {
  const { db, config, sealer, mailer, clock, log, formats = dialectFormats } = parts
  const { events, tail, startEvents, stopEvents } = createEvents({ db, config, clock, log })
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 })
  const baseUrl = () => config.baseUrl ?? addressOf(server.address() as AddressInfo | null)
  const budgets = createBudgets({
    pool: db.pool,
    clock,
    log,
    limits: { credential: config.rateLimit ?? 0, account: config.rateLimitAccount ?? 0 },
  })
  const reach = { allowLocal: config.webhooksAllowLocal ?? false }
  const webhooks = createWebhooks({
    graph: { schema, prepare, execute },
    services: () => services,
    sealer,
    reach,
    formats,
  })
  const own = { sealer, db, clock, log, events, baseUrl, budgets }
  const outside = { till: tillOf(config), calendarClients: oauthClientsOf(config) }
  const services: Services = { ...own, ...outside, webhooks }
  const workers = createWorkers(services, reach, mailer && { mailer, from: config.mailFrom })
  const upkeep = createUpkeep(services, {
    auditDays: config.auditDays ?? 400,
    eventDays: events.retentionDays,
  })
  const doors = createDoors({ services, baseUrl, eventLagSeconds: () => lagOf(tail.health()) })
  listenTo(server, doors, config.trustProxy)

  return {
    server,
    /** For running documents in process. */
    services,
    start: async () => {
      await startEvents()
      for (const { follow } of workers) await follow?.()
      // What waits to be done may keep all connections busy from now on.
      for (const worker of workers) worker.start()
      upkeep.start()
      budgets.start()
    },
    stop: async () => {
      const stopped = workers.map((worker) => worker.stop())
      await Promise.all([doors.close(), finish(server), ...stopped])
      await Promise.all([upkeep.stop(), budgets.stop()])
      await stopEvents()
      await doors.idle()
    },
  }
}

/** How far the tail is behind the log, in seconds. */
function lagOf({ lastReadMs, heldBackMs }: { lastReadMs: number; heldBackMs: number }): number {
  return Math.max(lastReadMs, heldBackMs) / 1000
}

function listenTo(
  server: Server,
  doors: ReturnType<typeof createDoors>,
  trustProxy: Config['trustProxy'],
): void {
  if (trustProxy !== undefined) {
    const findSender = senderBehind(trustProxy)
    server.on('request', findSender)
    server.on('upgrade', findSender)
  }
  server.on('request', doors.handle)
  server.on('upgrade', doors.upgrade)
}

/** Stripe, once its keys are set. */
function tillOf(config: Parts['config']): Till | null {
  const { stripeSecretKey: secretKey, stripeWebhookSecret: webhookSecret } = config
  if (secretKey === undefined || webhookSecret === undefined) return null
  const apiBase = config.stripeApiBase ?? 'https://api.stripe.com'
  return createStripeTill({ secretKey, webhookSecret, apiBase })
}

/** The log of events, from whoever writes it to its readers here. */
function createEvents({ db, config, clock, log }: Omit<Parts, 'sealer' | 'formats'>) {
  const { pool } = db
  const events = createEventHub({
    pool,
    now: () => clock.now(),
    onFault: (error) => log.error({ err: error }, 'a listener to events failed'),
    retentionDays: config.eventDays ?? eventRetentionDays,
  })
  const tail = createEventTail({ pool, log, onEvents: (found) => events.publish(found) })
  const { redisUrl: url } = config
  const redis = url === undefined ? null : createRedisWaker({ url, log, onWake: tail.wake })
  if (redis) wakeBy(pool, redis.wake)
  return {
    events,
    tail,
    startEvents: async () => {
      const lead = await settlePlaces(pool)
      if (lead > 0n) log.warn({ lead: Number(lead) }, moved)
      await tail.start()
    },
    stopEvents: async () => {
      await tail.stop()
      redis?.stop()
    },
  }
}

type Mails = { mailer: Mailer; from: string | undefined }

function createWorkers(services: Services, reach: Reach, mails: Mails | undefined): Worker[] {
  const { events, till } = services
  const watchers: Watcher[] = [
    createSending(services, reach),
    createWaitlistWorker({ services }),
    createCalendars({ ...services, reach }),
    ...(mails ? [createNotices(services, mails)] : []),
  ]
  return [
    ...watchers.map((watcher) => wokenBy(events, watcher)),
    ...(till ? [createRefundWorker({ ...services, till })] : []),
  ]
}

/** Webhooks, from the log to their receivers. */
function createSending({ webhooks, ...services }: Services, reach: Reach): Watcher {
  const outbound = createOutbound(reach)
  const { render, mannerOf } = webhooks
  const worker = createWebhookWorker({ services, render, mannerOf, outbound })
  const dispatcher = createDispatcher({ ...services, onAdded: worker.wake })
  return {
    follow: dispatcher.start,
    wake: dispatcher.wake,
    start: worker.start,
    stop: async () => {
      await dispatcher.stop()
      await worker.stop()
      await outbound.close()
    },
  }
}

/** Mails to people, from the log to the mail server. */
function createNotices(services: Services, { mailer, from }: Mails): Watcher {
  const worker = createNoticeWorker({ services, mailer, from })
  const planner = createNoticePlanner({ ...services, onAdded: worker.wake })
  return {
    follow: planner.start,
    wake: planner.wake,
    start: worker.start,
    stop: async () => {
      await planner.stop()
      await worker.stop()
      mailer.close()
    },
  }
}

function wokenBy(events: EventHub, watcher: Watcher): Worker {
  let unsubscribe = () => {}
  return {
    ...watcher,
    start: () => {
      watcher.start()
      unsubscribe = events.onEvent(watcher.wake)
    },
    stop: async () => {
      unsubscribe()
      await watcher.stop()
    },
  }
}

/** Takes no more connections, and waits for those that are in use; not for ever. */
async function finish(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // What is in use now may be idle soon, and server.close() looks at the start only.
  const idle = setInterval(() => server.closeIdleConnections(), 50)
  const late = setTimeout(() => server.closeAllConnections(), finishMs)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}

function addressOf(address: AddressInfo | null): string {
  if (!address) return 'http://localhost'
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}
