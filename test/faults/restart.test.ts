// The database goes away under two servers that clients write at: it is restarted, politely and at
// once, and its backends are ended one by one in the middle of their work. The servers go on by
// themselves, clients get a clear answer or none, and no promise is broken.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startEmbeddedDatabase } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { faultsInRows, faultsOf } from './checker.ts'
import { moreDone, tell } from './history.ts'
import { toHear } from './listener.ts'
import { readRows } from './rows.ts'
import { anyMoment, busyServers, rounds, type Server } from './servers.ts'

const restarts = rounds(2, 0.2)
const ended = rounds(40, 4)

describe('a database that breaks while clients write', () => {
  it(
    'is restarted, politely and at once, and both servers go on',
    async () => {
      const database = await ownDatabase()
      await migrate(database.url)
      const { world, history, servers, crowd, listener } = await busyServers(database.url)
      for (let round = 0; round < restarts; round += 1) {
        await anyMoment(history)
        await database.restart(round % 2 === 0 ? 'SIGINT' : 'SIGQUIT')
        expect(faultsInRows(await readRows(database.url, world.accountId))).toEqual([])
        await Promise.all(servers.map(isReady))
      }
      await moreDone(history, 20)
      await crowd.stop()
      const rows = await readRows(database.url, world.accountId)
      expect(faultsOf(rows, history.calls)).toEqual([])
      expect(history.calls.some(({ answer }) => answer.kind === 'UNKNOWN')).toBe(true)
      expect(await listener.until(rows)).toEqual(toHear(rows))
      tell(`${restarts} restarts of the database`, history)
    },
    180_000 + restarts * 40_000,
  )

  it(
    'loses its backends in the middle of their work, and nobody notices but by an answer',
    async () => {
      const url = await testDatabaseUrl({ migrated: true })
      const { world, history, servers, crowd, listener } = await busyServers(url)
      let hit = 0
      while (hit < ended) {
        await delay(10 + Math.random() * 50)
        hit += await endABackend(url, hit % 4 === 0 ? 'pg_cancel_backend' : 'pg_terminate_backend')
      }
      await moreDone(history, 20)
      await crowd.stop()
      await Promise.all(servers.map(isReady))
      const rows = await readRows(url, world.accountId)
      expect(faultsOf(rows, history.calls)).toEqual([])
      expect(await listener.until(rows)).toEqual(toHear(rows))
      tell(`${ended} backends ended`, history)
    },
    180_000 + ended * 2_000,
  )
})

/** A cluster that this test may stop as it likes. */
async function ownDatabase() {
  const dataDir = mkdtempSync(join(tmpdir(), 'restarted-'))
  let running = await startEmbeddedDatabase({ dataDir })
  const { url } = running
  onTestFinished(async () => {
    await running.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const restart = async (signal: 'SIGINT' | 'SIGQUIT') => {
    const file = join(dataDir, 'postgres', 'postmaster.pid')
    process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), signal)
    await running.stop()
    running = await startEmbeddedDatabase({ dataDir })
  }
  return { url, restart }
}

/** Resolves when the server takes work again; it must be the process that it was. */
async function isReady({ url, program }: Server): Promise<void> {
  const ready = async () => (await fetch(`${url}/ready`)).status
  await expect.poll(ready, { timeout: 20_000, interval: 100 }).toBe(200)
  expect(program.isRunning()).toBe(true)
}

/** Ends one backend of the servers that is at work; how many it found. */
async function endABackend(url: string, how: 'pg_cancel_backend' | 'pg_terminate_backend') {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rowCount } = await client.query(
    `SELECT ${how}(pid) FROM (SELECT pid FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'slotgraph'
        AND xact_start IS NOT NULL ORDER BY random() LIMIT 1) at_work`,
  )
  await client.end()
  return rowCount ?? 0
}
