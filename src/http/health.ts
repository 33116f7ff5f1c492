// /health says that the process lives; /ready whether it should be sent work: database, migrations
// and event tail are in order, and it is not stopping.

import type { Pool } from 'pg'
import { readMigrations } from '../db/migrate.ts'
import { serverVersion } from '../graphql/server.graphql.ts'
import { zoneDataVersion } from '../time/zone.ts'
import { sendJson } from './exchange.ts'
import type { Route } from './router.ts'

type Check = { ok: boolean; reason?: string }

type Parts = {
  pool: Pool
  eventLagSeconds: () => number
  closing: () => boolean
}

/** A tail that is further behind than this delivers late. */
const maxLagSeconds = 10
const patienceMs = 1_500

export function healthRoutes(parts: Parts): Route[] {
  const startedAt = performance.now()
  const expected = readMigrations().length
  return [
    {
      path: '/health',
      methods: ['GET'],
      name: 'health',
      door: (exchange) =>
        sendJson(exchange, 200, {
          status: 'ok',
          version: serverVersion,
          timeZoneDataVersion: zoneDataVersion(),
          uptimeSeconds: Math.floor((performance.now() - startedAt) / 1000),
        }),
    },
    {
      path: '/ready',
      methods: ['GET'],
      name: 'ready',
      door: async (exchange) => {
        const checks = await check(parts, expected)
        const ready = Object.values(checks).every(({ ok }) => ok)
        const body = { status: ready ? 'ready' : 'not ready', checks }
        sendJson(exchange, ready ? 200 : 503, body, { 'cache-control': 'no-store' })
      },
    },
  ]
}

async function check(parts: Parts, expected: number): Promise<Record<string, Check>> {
  const applied = await inTime(appliedMigrations(parts.pool))
  const database = applied !== undefined
  const lag = parts.eventLagSeconds()
  return {
    process: parts.closing() ? { ok: false, reason: 'it is stopping' } : { ok: true },
    database: database ? { ok: true } : { ok: false, reason: 'it does not answer' },
    migrations:
      database && applied >= expected
        ? { ok: true }
        : { ok: false, reason: `${applied ?? 'unknown'} of ${expected} are applied` },
    events:
      lag <= maxLagSeconds
        ? { ok: true }
        : { ok: false, reason: `the tail is ${Math.round(lag)} seconds behind` },
  }
}

async function appliedMigrations(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS "count" FROM "_prisma_migrations" WHERE finished_at IS NOT NULL',
  )
  return rows[0]?.count ?? 0
}

/** Undefined for an answer that fails or does not come. */
async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs)
  })
  const found = await Promise.race([answer.catch(() => undefined), late])
  clearTimeout(timer)
  return found
}
