// The request context. GraphQL, REST, workers and tests share it; one per request and one per event
// delivered to a subscriber, because what it remembers (loaders) must not outlive what was asked.

import type { Budgets } from './auth/budget.ts'
import type { Sealer } from './auth/seal.ts'
import type { Viewer } from './auth/viewer.ts'
import type { OAuthClients } from './calendar/oauth.ts'
import type { Database } from './db/client.ts'
import type { EventHub } from './events/hub.ts'
import { createLoaders, type Loaders } from './graphql/loaders.ts'
import type { Spending } from './graphql/spending.ts'
import type { Till } from './payment/till.ts'
import type { Clock } from './time/clock.ts'
import type { WebhookContext } from './webhook/message.ts'
import type { Logger } from 'pino'

/** What an action needs: who, where to, when. */
export type ActionContext = {
  viewer: Viewer
  db: Database
  clock: Clock
  log: Logger
  /** Where the request came from; left out for what the gateway does by itself. */
  origin?: Origin
}

/** Of a request, for the audit log: its id, and the network address of its sender. */
export type Origin = { requestId: string; address: string | null }

export type Context = ActionContext &
  WebhookContext & {
    requestId: string
    events: EventHub
    /** How the service is reached from outside, without a slash at the end. */
    baseUrl: () => string
    /** For secrets that are needed again. */
    sealer: Sealer
    load: Loaders
    budgets: Budgets
    /** The provider of payments; null when none is set up. */
    till: Till | null
    /** What this installation is to those who give access to calendars. */
    calendarClients: OAuthClients
    /** The variables of an operation of which nothing can be denied and whose answer is sent. */
    sentWith: Readonly<Record<string, unknown>> | null
    /** What the operation took; set by whoever lets it run. */
    spending?: Spending
    /** Of a subscription: the cursor that its transport received last; it wins over `after`. */
    lastCursor?: string | null
  }

/** What lives as long as the process; contexts are made of it. */
export type Services = Pick<
  Context,
  | 'db'
  | 'clock'
  | 'log'
  | 'events'
  | 'baseUrl'
  | 'sealer'
  | 'budgets'
  | 'webhooks'
  | 'till'
  | 'calendarClients'
>

/** A fresh context: for every request, every document run in process, every event delivered. */
export function newContext(
  services: Services,
  viewer: Viewer,
  requestId: string,
  address: string | null = null,
): Context {
  const { db, clock, events, baseUrl, sealer, budgets, webhooks, till, calendarClients } = services
  const origin = { requestId, address }
  const load = createLoaders(db)
  return {
    db,
    clock,
    events,
    baseUrl,
    sealer,
    budgets,
    webhooks,
    till,
    calendarClients,
    viewer,
    origin,
    requestId,
    load,
    sentWith: null,
    // Not when it is first asked for: an accessor made anew is a hidden class of its own, which
    // holds on to the whole request until everything is collected.
    log: services.log.child({ requestId }),
  }
}
