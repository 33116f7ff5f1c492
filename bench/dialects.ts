// What a call of a dialect costs against the same over /graphql: processor time of the server for
// each call, a list and one thing of every dialect; a dialect by its name measures it alone. The
// dialects' own limits of requests are on: many credentials call in turns. Judge by the ratio, which
// may be 1.5 at most. `/graphql` is the sum of the call's documents, each asked for by itself; `last`
// compares with the last of them alone, which a client would ask that knows the rest already.

import { pino } from 'pino'
import { createSealer } from '../src/auth/seal.ts'
import { demoAccounts } from '../src/demo/credentials.ts'
import { seedDemo } from '../src/demo/demo.ts'
import { dialects } from '../src/rest/dialects.ts'
import type { Dialect } from '../src/rest/route.ts'
import { bothWays } from './support/both-ways.ts'
import { now } from './support/business.ts'
import { makeCallers, type Whose } from './support/callers.ts'
import { askings } from './support/dialect-calls.ts'
import { compare, mostToWarmUp, warmUp } from './support/load.ts'
import { sayTable, sayWhere, shown } from './support/say.ts'
import { startServer, type Measured } from './support/server.ts'
import { analyze, withStore, type Store } from './support/store.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const requests = Number(process.env['BENCH_REQUESTS'] ?? 1000)
const clients = 2
const mostRatio = 1.5
const [only] = process.argv.slice(2)

const head = [
  'dialect',
  'call',
  'documents',
  'CPU ms',
  '/graphql CPU ms',
  'ratio',
  'last',
  'statements',
]

type Row = (string | number)[]

await withStore(async (store) => {
  const businesses = await openDemo(store)
  await analyze(store)
  const server = await startServer('slotgraph', 'slotgraph.ts', {
    BENCH_DATABASE_URL: store.url,
    BENCH_RATE_LIMIT: '1000000000',
  })
  try {
    sayWhere('Dialects', store.version)
    const rows: Row[] = []
    for (const dialect of dialects) {
      if (only === undefined || only === dialect.name) {
        rows.push(...(await measureDialect(store, server, dialect, businesses)))
      }
    }
    sayTable(head, rows)
  } finally {
    await server.stop()
  }
})

/** The businesses of the demo, by their slugs. */
async function openDemo(store: Store): Promise<Map<string, Whose>> {
  const sealer = createSealer(new Uint8Array(32))
  const log = pino({ level: 'error' })
  const seeding = await seedDemo({ db: store, clock: { now: () => now }, log, sealer })
  if (seeding.outcome !== 'SEEDED') throw new Error('The demo is not there.')
  const accounts = demoAccounts(seeding.demo)
  const accountIds = accounts.map(({ id }) => id)
  const { ownerId } = seeding.demo.salon
  return new Map(
    accounts.map(({ id, slug }) => [slug, { accountId: id, slug, accountIds, ownerId }]),
  )
}

async function measureDialect(
  store: Store,
  server: Measured,
  dialect: Dialect,
  businesses: Map<string, Whose>,
): Promise<Row[]> {
  const asking = askings[dialect.name]
  const whose = businesses.get(asking?.slug ?? '')
  if (!asking || !whose) throw new Error(`What to ask of "${dialect.name}" is not known here.`)
  const calls = (rounds * requests + mostToWarmUp(requests)) * asking.calls.length
  const callers = await makeCallers(store, dialect, whose, calls)
  let turn = 0
  const next = () => callers[turn++ % callers.length]!
  const rows: Row[] = []
  let listed: unknown
  for (const call of asking.calls) {
    const { name, path } = call(listed as never)
    const { rest, graphql, answer } = await bothWays(server, dialect, path, next())
    listed ??= answer
    const plans = [rest, ...graphql].map((asked) => ({
      server,
      plan: { clients, seconds: Infinity, requests, call: () => asked(next()) },
    }))
    for (const { plan } of plans) await warmUp(server, plan)
    const [own, ...documents] = await compare(plans, rounds)
    const cpuMs = documents.reduce((sum, load) => sum + load.cpuMs, 0)
    const ratio = own!.cpuMs / cpuMs
    if (ratio > mostRatio) process.exitCode = 1
    const last = own!.cpuMs / documents.at(-1)!.cpuMs
    const costs = [own!.cpuMs, cpuMs, ratio, last, own!.statements].map(shown)
    rows.push([dialect.name, name, documents.length, ...costs])
  }
  return rows
}
