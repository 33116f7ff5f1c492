// The application as it runs, on the database it is given, with a clock that stands still.

import { pino } from 'pino'
import { createApp } from '../../src/app.ts'
import { createSealer } from '../../src/auth/seal.ts'
import { openDatabase } from '../../src/db/client.ts'
import { now } from '../support/business.ts'
import { serve } from '../support/served.ts'

const db = await openDatabase(process.env['BENCH_DATABASE_URL'] ?? '')
const app = createApp({
  db,
  config: { baseUrl: undefined, rateLimit: Number(process.env['BENCH_RATE_LIMIT'] ?? 0) },
  sealer: createSealer(new Uint8Array(32)),
  clock: { now: () => now },
  log: pino({ level: 'error' }),
})
await app.start()
await serve(app.server, async () => {
  await app.stop()
  await db.close()
})
