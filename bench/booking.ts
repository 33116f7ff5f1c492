// Clients who book over HTTP, 16 or a crowd of 64, against a hand-written transaction with the same
// guarantees (raw): all on one slot until somebody has it, then on the next (race), all on a slot
// that is gone (taken), each with a diary of its own (spread), each with whoever is free (any). Both
// write the same rows: occupancy, booking, event, audit entry, idempotency key.

import { newId } from '../src/db/id.ts'
import { encodeId } from '../src/graphql/ids.ts'
import { DAY, MINUTE } from '../src/time/instant.ts'
import { makeApiKey } from '../test/support/makers.ts'
import { alwaysOpen, type Business, fillDiaries, now, openBusiness } from './support/business.ts'
import { ask, type Call, compare, graphqlCall, type Load, warmUp } from './support/load.ts'
import { say, sayTable, sayWhere, shortened, shown } from './support/say.ts'
import { type Measured, startServer } from './support/server.ts'
import { analyze, type Store, withStore } from './support/store.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
/** Measures one scene alone. */
const [only] = process.argv.slice(2)
/** How many ask at once, where it is not a crowd. */
const several = 16
const crowd = 64

const document = `mutation Book($input: CreateBookingInput!) {
  createBooking(input: $input) {
    __typename
    ... on CreateBookingSuccess { data { id } }
  }
}`

type Shop = Business & { customerId: string; key: string }
type Wish = { staffId: string | null; startsAt: string }
type Scene = { name: string; clients: number; wish: (client: number) => Wish; won?: () => void }

await withStore(async (store) => {
  const shop = await openShop(store)
  const variables = { BENCH_DATABASE_URL: store.url }
  const ours = await startServer('slotgraph', 'slotgraph.ts', variables)
  const raw = await startServer('raw', 'raw.ts', variables)
  try {
    sayWhere('Booking', store.version)
    const found: (string | number)[][] = []
    for (const scene of scenes(shop).filter(({ name }) => !only || name === only)) {
      const servers = scene.name === 'any' ? [ours] : [raw, ours]
      const sides = servers.map((server) => side(server, server === raw, shop, scene))
      for (const { server, plan } of sides) await warmUp(server, plan)
      for (const { count } of sides) count.won = count.lost = 0
      const loads = await compare(sides, rounds)
      const [least] = loads
      loads.forEach((cost, index) => {
        const { won, lost } = sides[index]!.count
        found.push([
          ...rowOf(scene.name, servers[index]!.name, cost, won / (won + lost)),
          shown(cost.perSecond / least!.perSecond),
          shown(cost.cpuMs / least!.cpuMs),
        ])
      })
    }
    sayTable(
      [
        'scene',
        'server',
        'attempts/s',
        'won',
        'p50 ms',
        'p99 ms',
        'CPU ms',
        'statements',
        'rate ratio',
        'CPU ratio',
      ],
      found,
    )
    await sayOverlaps(store)
    await sayStatements(ours, shop)
  } finally {
    await Promise.all([ours.stop(), raw.stop()])
  }
})

async function openShop(store: Store): Promise<Shop> {
  const business = await openBusiness(store, {
    staff: 18,
    services: [18],
    service: { durationMinutes: 15, slotStepMinutes: 15, bufferMinutes: 0 },
    hours: alwaysOpen,
  })
  await fillDiaries(store, business, 1, 50)
  await analyze(store)
  const { accountId } = business
  const { key } = await makeApiKey(store, { accountId })
  const { id: customerId } = await store.prisma.customer.findFirstOrThrow({ where: { accountId } })
  return { ...business, customerId, key }
}

/** Slots from the second day on; each side of a comparison and each scene has days of its own. */
function scenes({ staffIds }: Shop): Scene[] {
  const first = now + 2 * DAY
  const at = (slot: number) => new Date(first + slot * 15 * MINUTE).toISOString()
  const [hot = '', gone = '', ...others] = staffIds
  let raced = 0
  const next = Array.from({ length: several }, () => 0)
  let any = 20_000
  const race = {
    wish: () => ({ staffId: hot, startsAt: at(raced) }),
    won: () => void (raced += 1),
  }
  const taken = { wish: () => ({ staffId: gone, startsAt: at(0) }) }
  return [
    { name: 'race', clients: several, ...race },
    { name: 'race of a crowd', clients: crowd, ...race },
    { name: 'taken', clients: several, ...taken },
    { name: 'taken, a crowd', clients: crowd, ...taken },
    {
      name: 'spread',
      clients: several,
      wish: (client) => {
        next[client]! += 1
        return { staffId: others[client] ?? '', startsAt: at(next[client]!) }
      },
    },
    {
      name: 'any',
      clients: several,
      wish: () => ({ staffId: null, startsAt: at((any += 1)) }),
    },
  ]
}

function side(server: Measured, isRaw: boolean, shop: Shop, scene: Scene) {
  const count = { won: 0, lost: 0 }
  const heard = (answer: string) => {
    if (answer.includes('CreateBookingSuccess')) {
      count.won += 1
      scene.won?.()
    } else if (answer.includes('SlotTakenError')) count.lost += 1
    else throw new Error(`The measured request failed: ${answer}`)
  }
  const call = (client: number): Call =>
    isRaw ? rawCall(shop, scene.wish(client)) : bookingCall(shop, scene.wish(client))
  return { server, count, plan: { clients: scene.clients, seconds, call, heard } }
}

function bookingCall({ key, accountId, serviceIds, customerId }: Shop, wish: Wish): Call {
  const input = {
    serviceId: encodeId('Service', { accountId, id: serviceIds[0] ?? '' }),
    customerId: encodeId('Customer', { accountId, id: customerId }),
    startsAt: wish.startsAt,
    ...(wish.staffId && { staffId: encodeId('StaffMember', { accountId, id: wish.staffId }) }),
    idempotencyKey: newId(),
  }
  return graphqlCall(key, document, { input })
}

function rawCall({ key, accountId, serviceIds, customerId }: Shop, wish: Wish): Call {
  const once = newId()
  const body = { key, accountId, serviceId: serviceIds[0], customerId, once, ...wish }
  return { path: '/book', headers: {}, body: JSON.stringify(body) }
}

function rowOf(scene: string, server: string, cost: Load, won: number): (string | number)[] {
  return [
    scene,
    server,
    shown(cost.perSecond),
    `${(won * 100).toFixed(0)} %`,
    shown(cost.p50Ms),
    shown(cost.p99Ms),
    shown(cost.cpuMs),
    shown(cost.statements),
  ]
}

/** A rate bought with a promise would be none. */
async function sayOverlaps({ pool }: Store): Promise<void> {
  const { rows } = await pool.query<{ bookings: number; overlaps: number; events: number }>(`
    SELECT (SELECT count(*)::int FROM "Booking") AS "bookings",
      (SELECT count(*)::int FROM "Event" WHERE "type" = 'booking.created') AS "events",
      (SELECT count(*)::int FROM "Booking" a JOIN "Booking" b ON a."accountId" = b."accountId"
        AND a."staffId" = b."staffId" AND a."startsAt" = b."startsAt" AND a."id" < b."id"
      ) AS "overlaps"`)
  const { bookings, overlaps, events } = rows[0]!
  say(`Afterwards: ${bookings} bookings, ${events} events, ${overlaps} double bookings.\n`)
}

async function sayStatements(server: Measured, shop: Shop): Promise<void> {
  const wishes: [string, Wish][] = [
    ['booked', { staffId: shop.staffIds[0]!, startsAt: '2027-06-01T10:00:00Z' }],
    ['refused', { staffId: shop.staffIds[0]!, startsAt: '2027-06-01T10:00:00Z' }],
    ['booked with whoever is free', { staffId: null, startsAt: '2027-06-01T11:00:00Z' }],
  ]
  for (const [name, wish] of wishes) {
    const texts = await server.statementsOf(() => ask(server, bookingCall(shop, wish)))
    say(`Statements, ${name}:\n${texts.map(shortened).join('\n')}\n`)
  }
}
