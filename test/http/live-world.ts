// The doors for subscriptions on this file's own database, with limits that tests can reach, a shop
// whose bookings are watched, and a WebSocket client that knows nothing of the protocol.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { oauthClientsOf } from '../../src/calendar/oauth.ts'
import { createBudgets, type BudgetLimits } from '../../src/auth/budget.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import type { Services } from '../../src/context.ts'
import { createEventHub } from '../../src/events/hub.ts'
import { createEventTail } from '../../src/events/tail.ts'
import type { Booking } from '../../src/generated/prisma/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { execute, prepare } from '../../src/graphql/documents.ts'
import { schema } from '../../src/graphql/schema.ts'
import { createAuthenticator } from '../../src/http/authenticate.ts'
import { createDelivery } from '../../src/http/deliver.ts'
import { createGraphQLDoor } from '../../src/http/graphql-door.ts'
import { createRightsRegistry } from '../../src/http/rights.ts'
import { createRouter } from '../../src/http/router.ts'
import { createSocketDoor, type socketLimits } from '../../src/http/socket.ts'
import { createSseDoor, type sseLimits } from '../../src/http/sse.ts'
import { createStreams, type streamLimits } from '../../src/http/streams.ts'
import { createOperationRunner } from '../../src/http/yoga.ts'
import { createLog } from '../../src/log.ts'
import { createWebhooks } from '../../src/webhook/render.graphql.ts'
import { testSealer } from '../support/app.ts'
import { testClock } from '../support/clock.ts'
import type { TestDatabase } from '../support/database.ts'
import { asked, monday, type Shop, tuesday } from '../support/shop.ts'

type Options = {
  sockets?: Partial<typeof socketLimits>
  sse?: Partial<typeof sseLimits>
  checkMs?: number
  queueLimit?: number
  budget?: BudgetLimits
  streams?: Partial<typeof streamLimits>
}

export async function startLive(db: TestDatabase, options: Options = {}) {
  const clock = testClock(monday)
  const lines: Record<string, unknown>[] = []
  const log = createLog('debug', { write: (line) => void lines.push(JSON.parse(line)) })
  const onFault = (error: unknown) => log.error({ err: error }, 'listener')
  const { queueLimit } = options
  const hub = createEventHub({ pool: db.pool, now: () => clock.now(), onFault, queueLimit })
  const tail = createEventTail({ pool: db.pool, log, onEvents: hub.publish })
  const baseUrl = () => 'http://localhost'
  const limits = options.budget ?? { credential: 0, account: 0 }
  const budgets = createBudgets({ pool: db.pool, clock, log, limits })
  const sealer = testSealer
  const webhooks = createWebhooks({
    graph: { schema, prepare, execute },
    services: () => services,
    sealer,
    reach: { allowLocal: true },
  })
  const lasting = { db, clock, log, events: hub, baseUrl, sealer, budgets, webhooks }
  const services: Services = { ...lasting, till: null, calendarClients: oauthClientsOf({}) }
  const authenticator = createAuthenticator(services)
  const rights = createRightsRegistry({ authenticator, log, checkMs: options.checkMs })
  const streams = createStreams({ services, schema, rights, limits: options.streams })
  const sse = createSseDoor(streams, options.sse)
  const sockets = createSocketDoor({ services, streams, rights, limits: options.sockets })
  const door = createGraphQLDoor({
    services,
    authenticator,
    run: createOperationRunner({ services, onError: () => {} }),
    sse,
    delivery: createDelivery(),
    page: () => {},
  })
  const routes = [{ path: '/graphql', methods: ['GET', 'POST'], name: 'graphql', door }]
  const router = createRouter({ log, routes })
  const server = createServer((req, res) => router.handle(req, res))
  server.on('upgrade', sockets.upgrade)
  await tail.start()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  afterAll(async () => {
    sse.endStreams()
    await sockets.stop()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await tail.stop()
    await authenticator.idle()
  })
  const http = `http://127.0.0.1:${port}/graphql`
  return { hub, sockets, sse, streams, lines, http, ws: `ws://127.0.0.1:${port}/graphql` }
}

export type Message = { type: string; id?: string; payload?: unknown }

export type RawSocket = {
  socket: WebSocket
  send(message: object | string): void
  /** The next message; null when the socket is closed. */
  next(): Promise<Message | null>
  closed: Promise<{ code: number; reason: string }>
}

/** A socket that says only what it is told to. */
export function rawSocket(
  url: string,
  protocols: string[] = ['graphql-transport-ws'],
  options: ClientOptions = {},
): RawSocket {
  const socket = new WebSocket(url, protocols, options)
  const messages: Message[] = []
  const takers: ((message: Message | null) => void)[] = []
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message
    const taker = takers.shift()
    if (taker) taker(message)
    else messages.push(message)
  })
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: String(reason) })
      for (const taker of takers.splice(0)) taker(null)
    })
  })
  socket.on('error', () => {})
  const opened = new Promise<void>((resolve) => socket.once('open', () => resolve()))
  afterAll(() => socket.terminate())
  return {
    socket,
    send: (message) =>
      void opened.then(() =>
        socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      ),
    next: () => {
      const message = messages.shift()
      if (message) return Promise.resolve(message)
      if (socket.readyState === WebSocket.CLOSED) return Promise.resolve(null)
      return new Promise((resolve) => takers.push(resolve))
    },
    closed,
  }
}

/** A socket past its connection_init. */
export async function initiated(url: string, token: string | null, options: ClientOptions = {}) {
  const raw = rawSocket(url, undefined, options)
  const payload = token === null ? undefined : { authorization: `Bearer ${token}` }
  raw.send({ type: 'connection_init', payload })
  const ack = await raw.next()
  if (ack?.type !== 'connection_ack') throw new Error(`no ack but ${JSON.stringify(ack)}`)
  return raw
}

/** Begins an operation. */
export function subscribe(
  raw: RawSocket,
  query: string,
  variables?: Record<string, unknown>,
  id = '1',
): void {
  raw.send({ type: 'subscribe', id, payload: { query, variables } })
}

/** Books the next hour that is free in a test: hours count on through the days. */
export function book(shop: Shop, hour: number, wish = {}): Promise<Booking> {
  const startsAt = new Date(tuesday(9).getTime() + (hour % 8) * 3_600_000)
  startsAt.setUTCDate(startsAt.getUTCDate() + Math.floor(hour / 8))
  return createBooking(shop.ctx, asked(shop, { startsAt, ...wish }))
}

export const bookingId = (booking: Booking) => encodeId('Booking', booking)
export const accountOf = (id: string) => encodeId('Account', { accountId: id, id })
