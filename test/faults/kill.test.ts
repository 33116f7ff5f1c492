// Processes are killed in the middle of writing, again and again, while clients go on with what is
// left: nothing is booked twice, no event is lost or invented, what was said once is done once, and
// the next start repairs nothing.
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { makeApiKey } from '../support/makers.ts'
import { startProgram, type Program } from '../support/program.ts'
import { openShop } from '../support/shop.ts'
import { createBusyClient, type Acknowledged } from './busy-client.ts'
import { createListener } from './listener.ts'
import { faultsIn } from './invariants.ts'

type Server = { program: Program; url: string }

async function start(variables: Record<string, string>): Promise<Server> {
  const program = startProgram(['src/main.ts'], { LOG_LEVEL: 'warn', SEED: 'none', ...variables })
  const [, url = ''] = await program.shows(/^ready (http:\/\/\S+)$/m)
  return { program, url }
}

/** A shop in a database, and a look into it from outside. */
async function settle(url: string) {
  const db = await openDatabase(url)
  const shop = await openShop(db, { staff: 3, hours: [0, 1440] })
  const { accountId } = shop
  const { key } = await makeApiKey(db, { accountId })
  const input = {
    serviceId: encodeId('Service', { accountId, id: shop.serviceId }),
    customerId: encodeId('Customer', { accountId, id: shop.customerId }),
  }
  await db.close()
  return { accountId, key, input }
}

async function look<T>(url: string, read: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await read(client)
  } finally {
    await client.end()
  }
}

const crowd = (options: Omit<Parameters<typeof createBusyClient>[0], 'name'>) =>
  Array.from({ length: 8 }, (_, index) => {
    const client = createBusyClient({ ...options, name: `client ${index}` })
    client.start()
    return client
  })

/** The point at which something is killed is anywhere in the traffic. */
const anyMoment = () => delay(randomInt(100, 500))

describe('killed while clients write', () => {
  it('two servers on one database keep every promise, one after the other', async () => {
    const url = await testDatabaseUrl({ migrated: true })
    const { accountId, key, input } = await settle(url)
    const variables = { DATABASE_URL: url }
    const servers = await Promise.all([start(variables), start(variables)])
    const urls = () => servers.map((server) => server.url)
    const listener = createListener({ urls, key, after: await firstCursor(urls, key, input) })
    const clients = crowd({ urls, key, input })
    for (const doomed of [0, 1, 0]) {
      await anyMoment()
      servers[doomed]?.program.kill('SIGKILL')
      await servers[doomed]?.program.ended
      expect(await look(url, faultsIn)).toEqual([])
      const again = await start(variables)
      expect(again.program.output().stderr).toBe('')
      servers[doomed] = again
    }
    const acknowledged = (await Promise.all(clients.map((client) => client.stop()))).flat()
    expect(acknowledged.length).toBeGreaterThan(50)
    expect(await look(url, faultsIn)).toEqual([])
    expect(await look(url, (client) => lostOf(client, acknowledged))).toEqual([])
    const logged = await look(url, (client) => eventIds(client, accountId))
    expect(await listener.until(logged.length)).toEqual(logged)
  }, 60_000)

  it('a server and its own database keep every promise, together', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'killed-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
    const postgres = join(dataDir, 'postgres')
    const variables = { DATA_DIR: dataDir }
    let server = await start(variables)
    const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim()
    const url = `postgresql://slotgraph:${password}@localhost/postgres?host=${postgres}`
    const { key, input } = await settle(url)
    const clients = crowd({ urls: () => [server.url], key, input })
    await anyMoment()
    const [postmaster] = readFileSync(join(postgres, 'postmaster.pid'), 'utf8').split('\n')
    process.kill(Number(postmaster), 'SIGKILL')
    server.program.kill('SIGKILL')
    await server.program.ended
    const again = await start(variables)
    expect(again.program.output().stderr).toBe('')
    server = again
    expect(await look(url, faultsIn)).toEqual([])
    await anyMoment()
    const acknowledged = (await Promise.all(clients.map((client) => client.stop()))).flat()
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(await look(url, faultsIn)).toEqual([])
    expect(await look(url, (client) => lostOf(client, acknowledged))).toEqual([])
    server.program.kill('SIGTERM')
    expect(await server.program.ended).toEqual({ code: 0, signal: null })
  }, 60_000)
})

/** A cursor to listen from: of a booking that was made before all others. */
async function firstCursor(
  urls: () => string[],
  key: string,
  input: { serviceId: string; customerId: string },
): Promise<string> {
  const booking = await createBusyClient({ urls, key, input, name: 'the first' }).book()
  const query = `{ node(id: "${booking}") {
    ... on Booking { history(first: 1) { nodes { cursor } } }
  } }`
  const response = await fetch(`${urls()[0]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  })
  const { data } = (await response.json()) as {
    data: { node: { history: { nodes: { cursor: string }[] } } }
  }
  return data.node.history.nodes[0]?.cursor ?? ''
}

/** What clients were told and is not so. */
async function lostOf(client: pg.Client, acknowledged: Acknowledged[]): Promise<Acknowledged[]> {
  const { rows } = await client.query<{ accountId: string; id: string; version: number }>(
    `SELECT "accountId"::text, "id"::text, "version" FROM "Booking"`,
  )
  const versions = new Map(rows.map((row) => [encodeId('Booking', row), row.version]))
  return acknowledged.filter(({ id, version }) => (versions.get(id) ?? 0) < version)
}

/** Ids of all events but the first, in the order in which they were committed. */
async function eventIds(client: pg.Client, accountId: string): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `SELECT "id"::text FROM "Event" ORDER BY "xid", "seq" OFFSET 1`,
  )
  return rows.map(({ id }) => encodeId('BookingEvent', { accountId, id }))
}
