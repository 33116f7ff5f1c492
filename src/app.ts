// Composition root: given database, settings, clock and log, makes the server and its workers, and
// stops them in order: no new work, streams and sockets ended, running requests finished.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Services } from './context.ts'
import type { Database } from './db/client.ts'
import { createEventHub } from './events/hub.ts'
import { createEventTail } from './events/tail.ts'
import { printContract } from './graphql/printer.ts'
import { schema } from './graphql/schema.ts'
import { createAuthenticator } from './http/authenticate.ts'
import { createDelivery } from './http/deliver.ts'
import { createGraphiQLPage } from './http/graphiql.ts'
import { createGraphQLDoor } from './http/graphql-door.ts'
import { healthRoutes } from './http/health.ts'
import { createMetrics } from './http/metrics.ts'
import { oauthRoutes } from './http/oauth.ts'
import { pageRoutes } from './http/pages.ts'
import { createRightsRegistry } from './http/rights.ts'
import { createRouter } from './http/router.ts'
import { createSocketDoor } from './http/socket.ts'
import { createSseDoor } from './http/sse.ts'
import { createStreams } from './http/streams.ts'
import { createOperationRunner } from './http/yoga.ts'
import type { Clock } from './time/clock.ts'
import { createUpkeep } from './upkeep.ts'

type Parts = { db: Database; config: Pick<Config, 'baseUrl'>; clock: Clock; log: Logger }

export type App = ReturnType<typeof createApp>

/** How long a stop waits for requests that are being answered. */
const finishMs = 4_000

export function createApp({ db, config, clock, log }: Parts) {
  const { pool } = db
  const events = createEventHub({
    pool,
    now: () => clock.now(),
    onFault: (error) => log.error({ err: error }, 'a listener to events failed'),
  })
  const tail = createEventTail({ pool, log, onEvents: (found) => events.publish(found) })
  const services: Services = { db, clock, log, events }
  const authenticator = createAuthenticator(services)
  const rights = createRightsRegistry({ authenticator, log })
  const streams = createStreams({ services, schema, rights })
  const sockets = createSocketDoor({ services, schema, streams, rights })
  const sse = createSseDoor(streams)
  const delivery = createDelivery()
  const upkeep = createUpkeep(services)
  let stopping = false

  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 })
  const baseUrl = () => config.baseUrl ?? addressOf(server.address() as AddressInfo | null)
  const eventLagSeconds = () => {
    const { lastReadMs, heldBackMs } = tail.health()
    return Math.max(lastReadMs, heldBackMs) / 1000
  }
  const metrics = createMetrics({
    eventLagSeconds,
    subscribers: () => events.subscriberCount(),
    databaseConnections: () => ({
      idle: pool.idleCount,
      total: pool.totalCount,
      waiting: pool.waitingCount,
    }),
  })
  const router = createRouter({
    log,
    onFinished: metrics.requestFinished,
    routes: [
      {
        path: '/graphql',
        methods: ['GET', 'POST'],
        name: 'graphql',
        door: createGraphQLDoor({
          authenticator,
          run: createOperationRunner({ services, onError: metrics.operationFailed }),
          sse,
          delivery,
          page: createGraphiQLPage(clock),
        }),
      },
      ...oauthRoutes(services, baseUrl),
      ...pageRoutes(() => printContract(schema), baseUrl),
      ...healthRoutes({ pool, eventLagSeconds, stopping: () => stopping }),
      { path: '/metrics', methods: ['GET'], name: 'metrics', door: metrics.door },
    ],
  })
  server.on('request', router.handle)
  server.on('upgrade', sockets.upgrade)

  return {
    server,
    /** For running documents in process. */
    services,
    start: async () => {
      await tail.start()
      upkeep.start()
    },
    stop: async () => {
      stopping = true
      router.drain()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // What was in use before may be idle now, and server.close() looks at the start only.
      const idle = setInterval(() => server.closeIdleConnections(), 50)
      delivery.endStreams()
      sse.endStreams()
      const late = setTimeout(() => server.closeAllConnections(), finishMs)
      await Promise.all([closed, sockets.stop()])
      clearTimeout(late)
      clearInterval(idle)
      await upkeep.stop()
      await tail.stop()
      await authenticator.idle()
    },
  }
}

function addressOf(address: AddressInfo | null): string {
  if (!address) return 'http://localhost'
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `http://${host}:${address.port}`
}
