// The gateway beside what else answers such questions: PostgreSQL alone behind node:http (raw),
// PostGraphile, Mercurius with graphql-jit and hand-written SQL, Yoga with Pothos' Prisma plugin. All
// on the same rows, in turns; of the peers none asks for a credential or looks at rights.

import { encodeId } from '../src/graphql/ids.ts'
import { makeApiClient } from '../test/support/makers.ts'
import { type Business, fillDiaries, now, openBusiness } from './support/business.ts'
import { ask, compare, graphqlCall, warmUp, type Load } from './support/load.ts'
import { installPeers, scripts, worksOf, type Name, type Work } from './support/peers.ts'
import { say, sayTable, sayWhere, shown } from './support/say.ts'
import { startServer, type Measured } from './support/server.ts'
import { analyze, withStore, type Store } from './support/store.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
/** Bookings of each of 20 accounts: ten people have five a day. */
const days = Number(process.env['BENCH_DAYS'] ?? 120)
const customers = Number(process.env['BENCH_CUSTOMERS'] ?? 5000)
/** Before anything is measured: engines compile for long. */
const warmSeconds = Number(process.env['BENCH_WARM_SECONDS'] ?? 0)
/** Measures the works alone whose title begins so. */
const [only = ''] = process.argv.slice(2)
const clients = Number(process.env['BENCH_CLIENTS'] ?? 32)
const deepPage = 100

installPeers()
await withStore(async (store) => {
  const businesses: Business[] = []
  for (let index = 0; index < 20; index++) {
    const business = await openBusiness(store, { staff: 10, services: [10] })
    await fillDiaries(store, business, days, customers, { occupying: false })
    businesses.push(business)
  }
  await analyze(store)
  const accountIds = businesses.map(({ accountId }) => accountId)
  const { token } = await makeApiClient(store, { accountIds, now })
  const servers = new Map<Name, Measured>()
  try {
    for (const [name, script] of Object.entries(scripts) as [Name, string][]) {
      servers.set(name, await startServer(name, script, { BENCH_DATABASE_URL: store.url }))
    }
    sayWhere('Peers', store.version)
    say(
      `20 accounts, ${20 * customers} customers, ${20 * 50 * days} bookings; ${clients} clients.\n`,
    )
    const facts = {
      token,
      accountIds,
      ...(await factsOf(store, servers, token, accountIds[0] ?? '')),
    }
    const found: (string | number)[][] = []
    for (const work of worksOf(facts).filter(({ title }) => title.startsWith(only))) {
      found.push(...(await measure(servers, work)))
    }
    const head = ['work', 'server', 'per second', 'p50 ms', 'p99 ms', 'CPU ms', 'PostgreSQL ms']
    const rest = ['memory MB', 'statements', 'times raw', 'times PostGraphile']
    sayTable([...head, ...rest], found)
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()))
  }
})

async function factsOf(
  { pool }: Store,
  servers: ReadonlyMap<Name, Measured>,
  token: string,
  accountId: string,
) {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT "id" FROM "Booking" WHERE "accountId" = $1 ORDER BY "startsAt" DESC, "id" DESC LIMIT 1`,
    [accountId],
  )
  // Behind the last row of the page before.
  const skip = Math.min((deepPage - 1) * 50, 50 * days - 50) - 1
  const { bookings } = await ask<{ bookings: { pageInfo: { endCursor: string } } }>(
    servers.get('slotgraph')!,
    graphqlCall(
      token,
      `query ($accounts: [ID!], $skip: Int) { bookings(accounts: $accounts, first: 1, skip: $skip,
        orderBy: { field: STARTS_AT, direction: DESC }) { pageInfo { endCursor } } }`,
      { accounts: [encodeId('Account', { accountId, id: accountId })], skip },
    ),
  )
  return { bookingId: rows[0]?.id ?? '', deepCursor: bookings.pageInfo.endCursor }
}

async function measure(servers: ReadonlyMap<Name, Measured>, { title, calls }: Work) {
  const asked = [...servers].flatMap(([name, server]) => {
    const call = calls[name]
    return call ? [{ name, server, plan: { clients, seconds, call: () => call } }] : []
  })
  for (const { server, plan } of asked) {
    // Throws when it is answered with errors.
    await ask(server, plan.call())
    await warmUp(server, { ...plan, seconds: Math.max(seconds, warmSeconds) })
  }
  const loads = await compare(asked, rounds)
  const of = (name: Name) => loads[asked.findIndex((each) => each.name === name)]
  const ratio = ({ cpuMs }: Load, to: Load | undefined) => (to ? shown(cpuMs / to.cpuMs) : '')
  return asked.map(({ name }, index) => {
    const load = loads[index]!
    return [
      title,
      name,
      shown(load.perSecond),
      shown(load.p50Ms),
      shown(load.p99Ms),
      shown(load.cpuMs),
      shown(load.postgresMs),
      load.residentMb.toFixed(0),
      // Peers bring their own client of PostgreSQL, which is not counted.
      name === 'postgraphile' || name === 'mercurius' ? '' : shown(load.statements),
      ratio(load, of('raw')),
      ratio(load, of('postgraphile')),
    ]
  })
}
