// One event to thousands who listen, beside GraphQL Yoga as its documentation sets it up: what the
// event holds (told), each over a socket of its own and several to a socket, as screens do that
// listen to several things, and a booking read anew for it (read).

import { newId } from '../src/db/id.ts'
import { encodeId } from '../src/graphql/ids.ts'
import { makeApiClient } from '../test/support/makers.ts'
import { type Business, fillDiaries, now, openBusiness } from './support/business.ts'
import { openListeners, type Listeners } from './support/listeners.ts'
import { ask, graphqlCall } from './support/load.ts'
import { medianOf, sayTable, sayWhere, shown } from './support/say.ts'
import { type Measured, startServer } from './support/server.ts'
import { analyze, type Store, withStore } from './support/store.ts'

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 15)
const warmRounds = 5
/** One credential has at most 1,000 sockets. */
const perCredential = 1_000

const event = 'id type cursor changes { field from to }'
const booking = 'type booking { number status customer { name } }'
const scenes = [
  { name: 'told', listeners: 5_000, perSocket: 1, fields: event },
  { name: 'told, four to a socket', listeners: 5_000, perSocket: 4, fields: event },
  { name: 'read', listeners: 1_000, perSocket: 1, fields: booking },
]

type Shop = Business & { bookingId: string }
type Side = { server: Measured; publish: () => Promise<unknown>; tokens: string[] }
type Heard = { ms: number; cpuMs: number; statements: number }

const changes = [
  { field: 'startsAt', from: '2026-03-05T09:00:00.000Z', to: '2026-03-05T11:00:00.000Z' },
  { field: 'endsAt', from: '2026-03-05T09:45:00.000Z', to: '2026-03-05T11:45:00.000Z' },
]

await withStore(async (store) => {
  const shop = await openShop(store)
  sayWhere('Subscriptions', store.version)
  const found: (string | number)[][] = []
  for (const scene of scenes) found.push(...(await measure(store, shop, scene)))
  sayTable(
    [
      'scene',
      'server',
      'listeners',
      'last ms',
      'worst ms',
      'CPU µs each',
      'heap KB each',
      'statements',
      'times as fast',
    ],
    found,
  )
})

async function openShop(store: Store): Promise<Shop> {
  const business = await openBusiness(store, { staff: 2, services: [2] })
  await fillDiaries(store, business, 2, 10)
  await analyze(store)
  const { accountId } = business
  const { id: bookingId } = await store.prisma.booking.findFirstOrThrow({ where: { accountId } })
  return { ...business, bookingId }
}

/** Both servers with all who listen to them at once, told in turns. */
async function measure(store: Store, shop: Shop, scene: (typeof scenes)[number]) {
  const variables = { BENCH_DATABASE_URL: store.url }
  const yoga = await startServer('yoga', 'yoga-subscriptions.ts', variables)
  const ours = await startServer('slotgraph', 'slotgraph.ts', variables)
  const opened: Listeners[] = []
  try {
    const sides = [await yogaSide(yoga, shop), await ourSide(ours, store, shop, scene.listeners)]
    const account = encodeId('Account', { accountId: shop.accountId, id: shop.accountId })
    const heaps: number[] = []
    for (const { server, tokens } of sides) {
      const listen = (count: number) =>
        openListeners(server, {
          count,
          perSocket: scene.perSocket,
          document: `subscription Watch($accounts: [ID!]) {
            bookingEvents(accounts: $accounts) { ${scene.fields} } }`,
          variables: { accounts: [account] },
          tokens,
        })
      const few = await listen(scene.perSocket * 10)
      await server.idle()
      few.close()
      await server.idle()
      const before = await server.heap()
      const listeners = await listen(scene.listeners)
      opened.push(listeners)
      await server.idle()
      heaps.push(((await server.heap()) - before) / scene.listeners / 1024)
    }
    for (let round = 0; round < warmRounds; round++) await hearAll(sides, opened, round)
    const heard = sides.map((): Heard[] => [])
    for (let round = 0; round < rounds; round++) {
      const each = await hearAll(sides, opened, round)
      each.forEach((one, index) => heard[index]?.push(one))
    }
    const lasts = heard.map((each) => medianOf(each.map(({ ms }) => ms)))
    return sides.map(({ server: { name } }, index) => {
      const each = heard[index] ?? []
      return [
        scene.name,
        name,
        scene.listeners,
        shown(lasts[index]!),
        shown(Math.max(...each.map(({ ms }) => ms))),
        shown((medianOf(each.map(({ cpuMs }) => cpuMs)) * 1000) / scene.listeners),
        shown(heaps[index]!),
        shown(medianOf(each.map(({ statements }) => statements))),
        shown(lasts[0]! / lasts[index]!),
      ]
    })
  } finally {
    for (const listeners of opened) listeners.close()
    await Promise.all([yoga.stop(), ours.stop()])
  }
}

/** One event of each side, one after the other; the other begins in every second round. */
async function hearAll(
  sides: readonly Side[],
  opened: readonly Listeners[],
  round: number,
): Promise<Heard[]> {
  const heard: Heard[] = []
  const order = sides.map((_, index) => index)
  if (round % 2 === 1) order.reverse()
  for (const index of order) {
    const { server, publish } = sides[index]!
    const before = await server.cost()
    const began = performance.now()
    const last = await opened[index]!.hear(publish)
    await server.idle()
    const after = await server.cost()
    heard[index] = {
      ms: last - began,
      cpuMs: after.cpuMs - before.cpuMs,
      statements: after.statements - before.statements,
    }
  }
  return heard
}

/** An event written as others write it, by one statement that wakes the readers. */
async function ourSide(
  server: Measured,
  store: Store,
  { accountId, bookingId, serviceIds, staffIds }: Shop,
  listeners: number,
): Promise<Side> {
  const tokens: string[] = []
  for (let count = 0; count < listeners; count += perCredential) {
    tokens.push((await makeApiClient(store, { accountIds: [accountId], now })).token)
  }
  const about = JSON.stringify({ bookingId, serviceId: serviceIds[0], staffIds })
  const publish = async () => {
    await store.pool.query(
      `INSERT INTO "Event" ("id", "accountId", "type", "occurredAt", "actorKind", "actorName",
         "subjectType", "subjectId", "subjectVersion", "about", "changes")
       VALUES ($1, $2, 'booking.rescheduled', now(), 'SYSTEM', 'bench', 'Booking', $3, 2, $4, $5)`,
      [newId(), accountId, bookingId, about, JSON.stringify(changes)],
    )
    await store.pool.query(`SELECT pg_notify('slotgraph_events', '')`)
  }
  return { server, publish, tokens }
}

/** An event of the same content, handed to createPubSub in the server's own process. */
async function yogaSide(server: Measured, { accountId, bookingId }: Shop): Promise<Side> {
  const account = encodeId('Account', { accountId, id: accountId })
  const publish = () => {
    const event = {
      accountId: account,
      bookingId,
      id: encodeId('BookingEvent', { accountId, id: newId() }),
      cursor: '0000000000001234-0000000000005678',
      type: 'booking.rescheduled',
      changes,
    }
    return ask(
      server,
      graphqlCall('', 'mutation($event: JSON!) { publish(event: $event) }', { event }),
    )
  }
  return { server, publish, tokens: [] }
}
