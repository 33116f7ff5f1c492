// What grows with what: the same questions to a database and to one with ten times as many bookings,
// nine tenths of them in one account; the first page and page 1,000; one account, twenty of which
// half are dormant, and a credential of a thousand. One client: what counts is how long it waits.

import { encodeId } from '../src/graphql/ids.ts'
import { makeApiClient } from '../test/support/makers.ts'
import { now } from './support/business.ts'
import { ask, compare, graphqlCall, warmUp, type Call, type Load } from './support/load.ts'
import { fillMany, type Many } from './support/many.ts'
import { say, sayTable, sayWhere, shown } from './support/say.ts'
import { startServer, type Measured } from './support/server.ts'
import { analyze, withStore, type Store } from './support/store.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 2)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
/** Bookings of the smaller database. */
const bookings = Number(process.env['BENCH_BOOKINGS'] ?? 20_000)
const times = Number(process.env['BENCH_TIMES'] ?? 10)
const accounts = 1_000
const deepPage = 1_000

const list = `query ($accounts: [ID!], $after: String) {
  bookings(accounts: $accounts, first: 50, after: $after,
    orderBy: { field: STARTS_AT, direction: DESC }) {
    nodes { id startsAt status customer { name } staff { name } service { name } }
  }
}`
const cursor = `query ($accounts: [ID!], $skip: Int) {
  bookings(accounts: $accounts, first: 1, skip: $skip,
    orderBy: { field: STARTS_AT, direction: DESC }) { pageInfo { endCursor } } }`
const slots = `query ($input: AvailabilityInput!) {
  availability(input: $input) { days { date slots { startsAt endsAt } } } }`

type Side = { server: Measured; many: Many; token: string }

await withStore((small) =>
  withStore(async (large) => {
    const sides = [await open(small, bookings), await open(large, bookings * times)] as const
    try {
      sayWhere('Growth', large.version)
      say(`${accounts} accounts; ${bookings} bookings, and ${bookings * times}.\n`)
      const head = ['question', 'CPU ms', 'p50 ms', 'beside', 'CPU ms', 'p50 ms', 'times']
      sayTable(head, await rows(...sides))
    } finally {
      await Promise.all(sides.map(({ server }) => server.stop()))
    }
  }),
)

async function open(store: Store, total: number): Promise<Side> {
  const many = await fillMany(store, accounts, total)
  await analyze(store)
  const { token } = await makeApiClient(store, { accountIds: many.accountIds, now })
  const variables = { BENCH_DATABASE_URL: store.url }
  return { server: await startServer('slotgraph', 'slotgraph.ts', variables), many, token }
}

type Asked = [Side, Call]

async function rows(small: Side, large: Side): Promise<(string | number)[][]> {
  const page = (side: Side, from: number, to: number, after?: string): Asked => [
    side,
    graphqlCall(side.token, list, { accounts: nodesOf(side, from, to), after }),
  ]
  const all: Asked = [large, graphqlCall(large.token, list, {})]
  const after = await deepCursor(large)
  const tenfold = `${times} times as many`
  const questions: [string, Asked, string, Asked][] = [
    ['the last 50 of the large account', page(small, 0, 1), tenfold, page(large, 0, 1)],
    ['free times of 31 days', freeTimes(small), tenfold, freeTimes(large)],
    ['the last 50 of 20 accounts', page(small, 0, 20), tenfold, page(large, 0, 20)],
    ['page 1', page(large, 0, 1), `page ${deepPage}`, page(large, 0, 1, after)],
    ['the last 50 of one', page(large, 0, 1), 'of 20, 10 dormant', page(large, 0, 20)],
    ['the last 50 of 10 busy ones', page(large, 0, 10), 'of 10 dormant', page(large, 10, 20)],
    ['the last 50 of 20', page(large, 0, 20), `of all ${accounts}`, all],
  ]
  const found: (string | number)[][] = []
  for (const [title, one, beside, other] of questions) {
    const [first, second] = await measure(one, other)
    const ratio = shown(second.p50Ms / first.p50Ms)
    found.push([title, ...costOf(first), beside, ...costOf(second), ratio])
  }
  return found
}

async function measure(...asked: [Asked, Asked]): Promise<[Load, Load]> {
  const plans = asked.map(([{ server }, call]) => {
    return { server, plan: { clients: 1, seconds, call: () => call } }
  })
  for (const { server, plan } of plans) {
    // Throws when it is answered with errors.
    await ask(server, plan.call())
    await warmUp(server, plan)
  }
  return (await compare(plans, rounds)) as [Load, Load]
}

function costOf({ cpuMs, p50Ms }: Load): string[] {
  return [shown(cpuMs), shown(p50Ms)]
}

function nodesOf({ many }: Side, from: number, to: number): string[] {
  return many.accountIds.slice(from, to).map((id) => encodeId('Account', { accountId: id, id }))
}

/** Of the row before the page. */
async function deepCursor(side: Side): Promise<string> {
  const asked = { accounts: nodesOf(side, 0, 1), skip: (deepPage - 1) * 50 - 1 }
  const call = graphqlCall(side.token, cursor, asked)
  type Page = { bookings: { pageInfo: { endCursor: string } } }
  return (await ask<Page>(side.server, call)).bookings.pageInfo.endCursor
}

function freeTimes(side: Side): Asked {
  const [accountId = ''] = side.many.accountIds
  const serviceId = encodeId('Service', { accountId, id: side.many.serviceId })
  return [
    side,
    graphqlCall(side.token, slots, { input: { serviceId, from: '2026-03-03', days: 31 } }),
  ]
}
