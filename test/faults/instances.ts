// Two instances of the application on one database, each with its own connections and its own door,
// and one clock for both.
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll } from 'vitest'
import { createApp } from '../../src/app.ts'
import { openDatabase } from '../../src/db/client.ts'
import { testApp, testSealer } from '../support/app.ts'

export async function twoInstances() {
  const first = await testApp()
  const db = await openDatabase(first.db.url)
  const log = pino({ level: 'silent' })
  const { clock } = first
  const config = { baseUrl: undefined }
  const app = createApp({ db, config, sealer: testSealer, clock, log })
  await app.start()
  await new Promise<void>((resolve) => app.server.listen(0, '127.0.0.1', resolve))
  afterAll(async () => {
    await app.stop()
    await db.close()
  })
  const { port } = app.server.address() as AddressInfo
  return { first, second: { app, url: `http://127.0.0.1:${port}` } }
}
