// Processes are killed in the middle of writing, again and again, while clients go on with what is
// left: nothing is booked twice, no event is lost or invented, what was said once is done once, and
// the next start repairs nothing. ROUNDS says how often.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { testDatabaseUrl } from '../support/database.ts'
import { createCrowd } from './busy-client.ts'
import { faultsInRows, faultsOf } from './checker.ts'
import { createHistory, moreDone, tell } from './history.ts'
import { createListener, firstCursor, toHear } from './listener.ts'
import { readRows } from './rows.ts'
import { anyMoment, rounds, startServer } from './servers.ts'
import { openWorld } from './world.ts'

const killed = rounds(3)
const killedTogether = rounds(1, 0.2)

describe('killed while clients write', () => {
  it(
    'two servers on one database keep every promise, one after the other',
    async () => {
      const url = await testDatabaseUrl({ migrated: true })
      const world = await openWorld(url, Date.now())
      const { accountId, key } = world
      const variables = { DATABASE_URL: url }
      const servers = await Promise.all([startServer(variables), startServer(variables)])
      const urls = () => servers.map((server) => server.url)
      const history = createHistory({ urls, key })
      const after = await firstCursor(urls, world, history)
      const listener = createListener({ urls, key, after })
      const crowd = createCrowd(world, history)
      for (let round = 0; round < killed; round += 1) {
        const doomed = round % 2
        await anyMoment(history)
        servers[doomed]?.program.kill('SIGKILL')
        await servers[doomed]?.program.ended
        expect(faultsInRows(await readRows(url, accountId))).toEqual([])
        const again = await startServer(variables)
        expect(again.program.output().stderr).toBe('')
        servers[doomed] = again
      }
      await moreDone(history, 20)
      await crowd.stop()
      const rows = await readRows(url, accountId)
      expect(faultsOf(rows, history.calls)).toEqual([])
      expect(await listener.until(rows)).toEqual(toHear(rows))
      tell(`${killed} kills of a server`, history)
    },
    180_000 + killed * 30_000,
  )

  it(
    'a server and its own database keep every promise, together',
    async () => {
      const dataDir = mkdtempSync(join(tmpdir(), 'killed-'))
      onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
      const postgres = join(dataDir, 'postgres')
      const variables = { DATA_DIR: dataDir }
      let server = await startServer(variables)
      const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim()
      const url = `postgresql://slotgraph:${password}@localhost/postgres?host=${postgres}`
      const world = await openWorld(url, Date.now())
      const history = createHistory({ urls: () => [server.url], key: world.key })
      const crowd = createCrowd(world, history)
      for (let round = 0; round < killedTogether; round += 1) {
        await anyMoment(history)
        const [postmaster] = readFileSync(join(postgres, 'postmaster.pid'), 'utf8').split('\n')
        process.kill(Number(postmaster), 'SIGKILL')
        server.program.kill('SIGKILL')
        await server.program.ended
        const again = await startServer(variables)
        expect(again.program.output().stderr).toBe('')
        server = again
        expect(faultsInRows(await readRows(url, world.accountId))).toEqual([])
      }
      await moreDone(history, 20)
      await crowd.stop()
      expect(faultsOf(await readRows(url, world.accountId), history.calls)).toEqual([])
      tell(`${killedTogether} kills of a server with its database`, history)
      server.program.kill('SIGTERM')
      expect(await server.program.ended).toEqual({ code: 0, signal: null })
    },
    180_000 + killedTogether * 40_000,
  )
})
