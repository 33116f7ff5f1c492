// Every door of the application, behind one router, and the one way to close them all.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Services } from '../context.ts'
import { printContract } from '../graphql/printer.ts'
import { schema } from '../graphql/schema.ts'
import { dialects } from '../rest/dialects.ts'
import { createAuthenticator } from './authenticate.ts'
import { bookingPageRoutes } from './book/booking-page.ts'
import { managePageRoutes } from './book/manage-page.ts'
import { calendarRoutes } from './calendars.ts'
import { consentRoutes } from './consent.ts'
import { consoleRoutes } from './console.ts'
import { createDelivery } from './deliver.ts'
import { dialectRoutes, tokenPathsOf } from './dialects.ts'
import { createGraphiQLPage } from './graphiql.ts'
import { createGraphQLDoor } from './graphql-door.ts'
import { healthRoutes } from './health.ts'
import { linkRoutes } from './invitations.ts'
import { createMetrics } from './metrics.ts'
import { oauthRoutes } from './oauth.ts'
import { offerRoutes } from './offers.ts'
import { pageRoutes } from './pages.ts'
import { referenceRoutes } from './reference.ts'
import { createRightsRegistry } from './rights.ts'
import { createRouter, type Router } from './router.ts'
import { signInRoutes } from './sign-in.ts'
import { createPeople } from './signed-in.ts'
import { createSocketDoor } from './socket.ts'
import { stripeRoutes } from './stripe.ts'
import { createSseDoor } from './sse.ts'
import { createStreams } from './streams.ts'
import { createOperationRunner } from './yoga.ts'

export type Doors = {
  handle: Router['handle']
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Not ready any more; sockets are closed with 1001 and streams broken off. */
  close(): Promise<void>
  /** Resolves when nothing is being written on behalf of answered requests. */
  idle(): Promise<void>
}

type Parts = {
  services: Services
  /** How the service is reached from outside, without a slash at the end. */
  baseUrl: () => string
  /** How far the event tail is behind the log. */
  eventLagSeconds: () => number
}

export function createDoors({ services, baseUrl, eventLagSeconds }: Parts): Doors {
  const { clock, log } = services
  const { pool } = services.db
  const authenticator = createAuthenticator(services)
  const rights = createRightsRegistry({ authenticator, log })
  const streams = createStreams({ services, schema, rights })
  const sockets = createSocketDoor({ services, streams, rights })
  const sse = createSseDoor(streams)
  const delivery = createDelivery()
  const metrics = createMetrics({ pool, subscribers: () => streams.count(), eventLagSeconds })
  const run = createOperationRunner({ services, onError: metrics.operationFailed })
  const page = createGraphiQLPage(clock)
  const people = createPeople(services, authenticator)
  const graphql = createGraphQLDoor({ services, authenticator, run, sse, delivery, page })
  let closing = false
  const router = createRouter({
    log,
    onFinished: metrics.requestFinished,
    routes: [
      { path: '/graphql', methods: ['GET', 'POST'], name: 'graphql', door: graphql },
      ...oauthRoutes(services, baseUrl, dialects.flatMap(tokenPathsOf)),
      ...dialectRoutes(dialects, { services, authenticator }),
      ...signInRoutes(people, clock),
      ...linkRoutes({ services, people }),
      ...offerRoutes({ services, people }),
      ...calendarRoutes(services),
      ...bookingPageRoutes(services),
      ...managePageRoutes(services),
      ...consoleRoutes(services, people),
      ...consentRoutes(
        { services, people },
        dialects.flatMap(({ asking }) => asking ?? []),
      ),
      ...referenceRoutes(dialects, baseUrl),
      ...pageRoutes(() => printContract(schema), baseUrl, dialects),
      ...stripeRoutes(services),
      ...healthRoutes({ pool, eventLagSeconds, closing: () => closing }),
      { path: '/metrics', methods: ['GET'], name: 'metrics', door: metrics.door },
    ],
  })
  return {
    handle: router.handle,
    upgrade: sockets.upgrade,
    close: async () => {
      closing = true
      router.drain()
      delivery.endStreams()
      sse.endStreams()
      await sockets.stop()
    },
    idle: () => authenticator.idle(),
  }
}
