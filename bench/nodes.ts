// One server and two on the same database, behind the same door: what a request costs the servers
// and PostgreSQL, and how many there are in a second. A second node must not make a request dearer;
// how much faster two are shows only where there are processors for both and for PostgreSQL.

import { availableParallelism } from 'node:os'
import { DAY, MINUTE } from '../src/time/instant.ts'
import { encodeId } from '../src/graphql/ids.ts'
import { makeApiClient } from '../test/support/makers.ts'
import { openBalancer } from './support/balancer.ts'
import { alwaysOpen, type Business, fillDiaries, now, openBusiness } from './support/business.ts'
import { type Call, graphqlCall, load, warmUp } from './support/load.ts'
import { medianOf, say, sayTable, sayWhere, shown } from './support/say.ts'
import { type Measured, startServer } from './support/server.ts'
import { analyze, type Store, withStore } from './support/store.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)
const clients = 16

const listDocument = `{
  bookings(first: 50, orderBy: { field: STARTS_AT, direction: DESC }) {
    nodes { id startsAt status customer { name } staff { name } service { name } } } }`

const freeDocument = `query Free($input: AvailabilityInput!) {
  availability(input: $input) { days { date slots { startsAt } } } }`

const bookDocument = `mutation Book($input: CreateBookingInput!) { createBooking(input: $input) {
  ... on CreateBookingSuccess { data { number } } ... on Refusal { code message } } }`

type Scene = { name: string; call: () => Call; heard: (answer: string) => void }
type Found = { nodeMs: number; postgresMs: number; perSecond: number }

await withStore(async (store) => {
  const shop = await openShop(store)
  const variables = { BENCH_DATABASE_URL: store.url }
  const start = (name: string) => startServer(name, 'slotgraph.ts', variables)
  const nodes = await Promise.all([start('one'), start('two')])
  const doors = [await behindDoor(nodes.slice(0, 1)), await behindDoor(nodes)]
  try {
    sayWhere('Nodes', store.version)
    const rows: (string | number)[][] = []
    for (const scene of scenesOf(shop)) rows.push(...(await measure(scene, doors)))
    sayTable(
      [
        'scene',
        'nodes',
        'requests/s',
        'rate ratio',
        'node CPU ms',
        'PostgreSQL CPU ms',
        'CPU ratio',
      ],
      rows,
    )
    say(`Clients, door, nodes and PostgreSQL share ${availableParallelism()} processors.\n`)
  } finally {
    for (const door of doors) door.close()
    await Promise.all(nodes.map((node) => node.stop()))
  }
})

type Shop = { business: Business; token: string }

async function openShop(store: Store): Promise<Shop> {
  const business = await openBusiness(store, {
    staff: 20,
    services: [20],
    service: { durationMinutes: 15, bufferMinutes: 0 },
    hours: alwaysOpen,
  })
  // Bookings of the first month; what is booked while measuring comes after it.
  await fillDiaries(store, business, 31, 200)
  await analyze(store)
  const { token } = await makeApiClient(store, { accountIds: [business.accountId], now })
  return { business, token }
}

function scenesOf({ business: { accountId, serviceIds, staffIds }, token }: Shop): Scene[] {
  const id = (name: 'Service' | 'StaffMember', row = '') => encodeId(name, { accountId, id: row })
  const serviceId = id('Service', serviceIds[0])
  let booked = 0
  const nextPlace = () => {
    const staffId = id('StaffMember', staffIds[booked % staffIds.length])
    const startsAt = new Date(now + 32 * DAY + Math.floor(booked / staffIds.length) * 15 * MINUTE)
    booked += 1
    return { staffId, startsAt: startsAt.toISOString() }
  }
  const isRight = (answer: string) => {
    if (answer.includes('"errors"')) throw new Error(answer.slice(0, 500))
  }
  return [
    {
      name: 'list',
      call: () => graphqlCall(token, listDocument, {}),
      heard: isRight,
    },
    {
      name: 'availability',
      call: () =>
        graphqlCall(token, freeDocument, { input: { serviceId, from: '2026-03-09', days: 7 } }),
      heard: isRight,
    },
    {
      name: 'booking',
      call: () => {
        const input = { serviceId, ...nextPlace(), customer: { name: `Customer ${booked}` } }
        return graphqlCall(token, bookDocument, { input })
      },
      heard: (answer) => {
        isRight(answer)
        if (!answer.includes('"number"')) throw new Error(`Not booked: ${answer}`)
      },
    },
  ]
}

type Door = Measured & { close(): void; nodes: number }

/** Several servers as one. */
async function behindDoor(nodes: readonly Measured[]): Promise<Door> {
  const { url, close } = await openBalancer(nodes.map((node) => node.url))
  const cost = async () => {
    const [first, ...more] = await Promise.all(nodes.map((node) => node.cost()))
    return more.reduce(
      (sum, each) => ({
        cpuMs: sum.cpuMs + each.cpuMs,
        statements: sum.statements + each.statements,
        residentMb: sum.residentMb + each.residentMb,
      }),
      first!,
    )
  }
  return { ...nodes[0]!, url, cost, close, nodes: nodes.length }
}

/** In turns; of each the median round counts. */
async function measure(scene: Scene, doors: readonly Door[]): Promise<(string | number)[][]> {
  const plan = { clients, seconds, call: scene.call, heard: scene.heard }
  for (const door of doors) await warmUp(door, plan)
  const all = doors.map((): Found[] => [])
  for (let round = 0; round < rounds; round++) {
    const order = [...doors.keys()]
    if (round % 2 === 1) order.reverse()
    for (const index of order) {
      const { cpuMs: nodeMs, postgresMs, perSecond } = await load(doors[index]!, plan)
      all[index]!.push({ nodeMs, postgresMs, perSecond })
    }
  }
  const medians = all.map((found): Found => ({
    nodeMs: medianOf(found.map((one) => one.nodeMs)),
    postgresMs: medianOf(found.map((one) => one.postgresMs)),
    perSecond: medianOf(found.map((one) => one.perSecond)),
  }))
  const [single] = medians
  return medians.map(({ nodeMs, postgresMs, perSecond }, index) => [
    scene.name,
    doors[index]!.nodes,
    shown(perSecond),
    shown(perSecond / single!.perSecond),
    shown(nodeMs),
    shown(postgresMs),
    shown((nodeMs + postgresMs) / (single!.nodeMs + single!.postgresMs)),
  ])
}
