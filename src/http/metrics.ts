// What is counted, in Prometheus' text. One registry per application, so that two in one process
// (as in tests) do not count for each other.

import type { Pool } from 'pg'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Door } from './exchange.ts'
import { send } from './exchange.ts'
import type { Finished } from './router.ts'

/** What is read when somebody asks for the metrics. */
type Readings = {
  pool: Pool
  eventLagSeconds: () => number
  subscribers: () => number
}

type Metrics = {
  requestFinished(finished: Finished): void
  operationFailed(code: string): void
  door: Door
}

export function createMetrics(readings: Readings): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to the end of its response, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const errors = new Counter({
    name: 'graphql_errors_total',
    help: 'Errors given in GraphQL answers, by code.',
    labelNames: ['code'],
    registers,
  })
  const { pool, eventLagSeconds, subscribers } = readings
  gauge(registry, 'event_lag_seconds', 'How far the event tail is behind.', eventLagSeconds)
  gauge(registry, 'event_subscribers', 'Open subscriptions to events.', subscribers)
  connections(registry, pool)
  return {
    requestFinished: ({ route, method, status, seconds }) =>
      requests.observe({ route, method: known(method), status }, seconds),
    operationFailed: (code) => errors.inc({ code }),
    door: async (exchange) => {
      const text = await registry.metrics()
      send(exchange, 200, { 'content-type': registry.contentType }, text)
    },
  }
}

function gauge(registry: Registry, name: string, help: string, read: () => number): void {
  const registers = [registry]
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read())
    },
  })
}

function connections(registry: Registry, pool: Pool): void {
  new Gauge({
    name: 'database_connections',
    help: 'Connections to the database, and who waits for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      this.set({ state: 'idle' }, pool.idleCount)
      this.set({ state: 'total' }, pool.totalCount)
      this.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
}

/** Methods are free text; made-up ones must not become endless labels. */
function known(method: string): string {
  return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(method)
    ? method
    : 'OTHER'
}
