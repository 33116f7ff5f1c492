// Composition root: given database, settings, clock and log, makes the server and its workers.
import { createServer } from 'node:http'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import type { Database } from './db/client.ts'
import type { Clock } from './time/clock.ts'

type Parts = { db: Database; config: Config; clock: Clock; log: Logger }

export function createApp({ db }: Parts) {
  const server = createServer((request, response) => {
    const known = request.url === '/health' || request.url === '/ready'
    response.statusCode = known ? 200 : 404
    response.end(known ? '{"status":"ok"}' : '')
  })
  const start = async () => void (await db.pool.query('SELECT 1'))
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeIdleConnections()
    })
  return { server, start, stop }
}
