// From a path to its door. Every request gets an answer here: what no door takes is 404, a wrong
// method 405, a fault its own status, and whatever else was thrown is logged once and masked.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { askingFor } from '../db/asker.ts'
import { isPassing } from '../db/failure.ts'
import { refusalOf } from '../db/refusal.ts'
import { retryAfterSeconds } from '../graphql/public-errors.ts'
import { Exchange, HttpFault, sendJson, type Door } from './exchange.ts'
import { senderOf } from './sender.ts'

export type Route = {
  /** The whole path; one that ends in `/*` takes everything below it. */
  path: string
  /** HEAD comes with GET, and OPTIONS is answered for all. */
  methods: readonly string[]
  /** The door takes other methods too, to refuse them in a form of its own. */
  refusesMethods?: boolean
  door: Door
  /** Name in metrics. */
  name: string
}

export type Finished = { route: string; method: string; status: number; seconds: number }

export type Router = {
  handle(req: IncomingMessage, res: ServerResponse): void
  /** From now on every answer is the last on its connection. */
  drain(): void
}

type Options = {
  log: Logger
  routes: readonly Route[]
  onFinished?: (finished: Finished) => void
}

export function createRouter({ log, routes, onFinished }: Options): Router {
  const exact = new Map(routes.map((route) => [route.path, route]))
  // A mount may lie below another one: the nearer takes the path.
  const below = routes
    .filter(({ path }) => path.endsWith('/*'))
    .toSorted((one, other) => other.path.length - one.path.length)
  const active = new Set<ServerResponse>()
  let draining = false

  const find = (path: string) =>
    exact.get(path) ??
    exact.get(path.replace(/\/$/, '')) ??
    below.find((route) => path.startsWith(route.path.slice(0, -1)))

  const answer = async (exchange: Exchange, route: Route | undefined) => {
    try {
      allowOrigins(exchange)
      await enter(exchange, route)
    } catch (error) {
      answerFault(exchange, error)
    }
  }

  return {
    drain: () => {
      draining = true
      for (const res of active) if (!res.headersSent) res.setHeader('connection', 'close')
    },
    handle: (req, res) => {
      const startedAt = performance.now()
      const exchange = new Exchange(req, res, log)
      const route = find(exchange.path)
      active.add(res)
      if (draining) res.setHeader('connection', 'close')
      res.once('close', () => {
        active.delete(res)
        const seconds = (performance.now() - startedAt) / 1000
        const { method, path } = exchange
        onFinished?.({ route: route?.name ?? 'none', method, status: res.statusCode, seconds })
        if (!log.isLevelEnabled('debug')) return
        exchange.log.debug({ method, path, status: res.statusCode, seconds }, 'request')
      })
      void askingFor(clientOf(req), () => answer(exchange, route))
    },
  }
}

/** Who shares one part of the database: a credential, and without one whoever has the address. */
export function clientOf(request: IncomingMessage): string {
  return request.headers.authorization ?? senderOf(request) ?? ''
}

async function enter(exchange: Exchange, route: Route | undefined): Promise<void> {
  const { res, method, path } = exchange
  if (!route) throw new HttpFault(404, `There is nothing at ${path}. See / for what there is.`)
  const allowed = route.methods.includes('GET') ? [...route.methods, 'HEAD'] : [...route.methods]
  const allow = [...allowed, 'OPTIONS'].join(', ')
  if (method === 'OPTIONS') {
    res.setHeader('access-control-allow-methods', allow)
    res.setHeader('access-control-allow-headers', preflightHeaders(exchange))
    res.setHeader('access-control-max-age', '86400')
    res.writeHead(204, { allow }).end()
    return
  }
  if (!allowed.includes(method) && !route.refusesMethods) {
    throw new HttpFault(405, `${path} does not take ${method}; it takes ${allow}.`, { allow })
  }
  await route.door(exchange)
}

/**
 * Any page may ask, with a credential in a header. Never with cookies: without the header that
 * allows credentials a browser keeps answers to those from pages of other origins.
 */
function allowOrigins({ res }: Exchange): void {
  res.setHeader('access-control-allow-origin', '*')
  res.setHeader('access-control-expose-headers', readable)
}

/** Headers of answers that pages may read. */
const readable =
  'x-request-id, retry-after, www-authenticate, location, content-language, ' +
  'ratelimit-limit, ratelimit-remaining, ratelimit-reset, ' +
  'x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset'

function preflightHeaders({ req }: Exchange): string {
  const asked = req.headers['access-control-request-headers']
  return asked && /^[\w\-, ]{1,500}$/.test(asked) ? asked : 'authorization, content-type'
}

const words: Record<number, string> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  413: 'content_too_large',
  415: 'unsupported_media_type',
  429: 'too_many_requests',
  500: 'internal_error',
  503: 'unavailable',
}

function answerFault(exchange: Exchange, error: unknown): void {
  const { res, requestId, log } = exchange
  if (res.headersSent || res.destroyed) {
    log.warn({ err: error }, 'a response broke off')
    res.destroy()
    return
  }
  const fault = error instanceof HttpFault ? error : unexpected(exchange, error)
  const body = { error: words[fault.status] ?? 'error', message: fault.message, requestId }
  sendJson(exchange, fault.status, body, fault.headers)
}

function unexpected({ log, requestId }: Exchange, error: unknown): HttpFault {
  const refusal = refusalOf(error)
  if (refusal) {
    log.warn({ err: error }, 'the database refused what the checks before it let through')
    return new HttpFault(400, refusal.message)
  }
  if (isPassing(error)) {
    log.error({ err: error }, 'the database is unavailable')
    const message = `The service cannot answer now. Try again in ${retryAfterSeconds} seconds.`
    return new HttpFault(503, message, { 'retry-after': String(retryAfterSeconds) })
  }
  log.error({ err: error }, 'a request failed unexpectedly')
  const message = `Something went wrong on our side. Tell us the request id "${requestId}".`
  return new HttpFault(500, message)
}
