// The list that everybody asks for: 50 bookings with the names of customer, staff and service, of
// one account and over twenty, against the same from PostgreSQL alone (raw).

import { encodeId } from '../src/graphql/ids.ts'
import { makeApiClient } from '../test/support/makers.ts'
import { type Business, fillDiaries, now, openBusiness } from './support/business.ts'
import { ask, compare, graphqlCall, warmUp } from './support/load.ts'
import { say, sayTable, sayWhere, shortened, shown } from './support/say.ts'
import { startServer } from './support/server.ts'
import { analyze, withStore } from './support/store.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const clients = 8

const document = `query List($accounts: [ID!]) {
  bookings(accounts: $accounts, first: 50, orderBy: { field: STARTS_AT, direction: DESC }) {
    nodes { id startsAt status customer { name } staff { name } service { name } }
  }
}`

await withStore(async (store) => {
  const businesses: Business[] = []
  for (let index = 0; index < 20; index++) {
    const business = await openBusiness(store, { staff: 10, services: [10] })
    await fillDiaries(store, business, 31, 200)
    businesses.push(business)
  }
  await analyze(store)
  const accountIds = businesses.map(({ accountId }) => accountId)
  const { token } = await makeApiClient(store, { accountIds, now })
  const variables = { BENCH_DATABASE_URL: store.url }
  const ours = await startServer('slotgraph', 'slotgraph.ts', variables)
  const raw = await startServer('raw', 'raw.ts', variables)
  try {
    sayWhere('List', store.version)
    const found: (string | number)[][] = []
    for (const count of [1, 20]) {
      const some = accountIds.slice(0, count)
      const accounts = some.map((id) => encodeId('Account', { accountId: id, id }))
      const listCall = graphqlCall(token, document, { accounts })
      const rawCall = { path: '/list', headers: {}, body: JSON.stringify(some) }
      for (const [server, call] of [[raw, rawCall] as const, [ours, listCall] as const]) {
        const { bookings } = await ask<{ bookings: { nodes: object[] } }>(server, call)
        if (bookings.nodes.length !== 50) throw new Error('The list is not of 50 bookings.')
      }
      const plans = [
        { server: raw, plan: { clients, seconds, call: () => rawCall } },
        { server: ours, plan: { clients, seconds, call: () => listCall } },
      ]
      for (const { server, plan } of plans) await warmUp(server, plan)
      const [least, cost] = await compare(plans, rounds)
      found.push([
        count,
        shown(least!.cpuMs),
        shown(cost!.cpuMs),
        shown(cost!.cpuMs / least!.cpuMs),
        shown(cost!.perSecond / least!.perSecond),
        shown(cost!.statements),
      ])
    }
    sayTable(
      ['accounts', 'raw CPU ms', 'CPU ms', 'CPU ratio', 'throughput ratio', 'statements'],
      found,
    )
    const call = graphqlCall(token, document, {})
    const texts = await ours.statementsOf(() => ask(ours, call))
    say(`Statements of one request:\n${texts.map(shortened).join('\n')}\n`)
  } finally {
    await Promise.all([ours.stop(), raw.stop()])
  }
})
