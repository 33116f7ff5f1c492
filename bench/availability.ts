// What is free: 10 staff members, 31 days, steps of 15 minutes, about 1,500 bookings. The rules
// alone in wall time, the whole request in processor time of the server; and how both grow.

import type { AvailabilityQuestion } from '../src/availability/availability.data.ts'
import { listSlots } from '../src/availability/slots.ts'
import { loadWorlds } from '../src/availability/world.data.ts'
import { poolReader } from '../src/db/reader.ts'
import { encodeId } from '../src/graphql/ids.ts'
import { dayStart, zoneOf } from '../src/time/zone.ts'
import { makeApiKey } from '../test/support/makers.ts'
import { fillDiaries, now, openBusiness, timeZone } from './support/business.ts'
import { ask, compare, graphqlCall, warmUp } from './support/load.ts'
import { medianOf, say, sayTable, sayWhere, shortened, shown } from './support/say.ts'
import { type Measured, startServer } from './support/server.ts'
import { analyze, type Store, withStore } from './support/store.ts'

const seconds = Number(process.env['BENCH_SECONDS'] ?? 3)
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 3)

const staffCounts = [1, 10, 40]
const sizes = [
  { staff: 10, days: 31 },
  { staff: 10, days: 1 },
  { staff: 10, days: 7 },
  { staff: 10, days: 62 },
  { staff: 1, days: 31 },
  { staff: 40, days: 31 },
]

const times = `query Slots($input: AvailabilityInput!) {
  availability(input: $input) { days { date slots { startsAt endsAt } } }
}`
const withStaff = `query SlotsWithStaff($input: AvailabilityInput!) {
  availability(input: $input) { days { date slots { startsAt endsAt staff { id name } } } }
}`

type Days = { availability: { days: { slots: object[] }[] } }

await withStore(async (store) => {
  const business = await openBusiness(store, { staff: 40, services: staffCounts })
  await fillDiaries(store, business, 63, 500)
  await analyze(store)
  const { accountId } = business
  const { key: token } = await makeApiKey(store, { accountId })
  const serviceOf = (staff: number) => ({
    accountId,
    id: business.serviceIds[staffCounts.indexOf(staff)] ?? '',
  })
  const server = await startServer('slotgraph', 'slotgraph.ts', { BENCH_DATABASE_URL: store.url })
  try {
    sayWhere('Availability', store.version)
    const found: (string | number)[][] = []
    for (const size of sizes) {
      const service = serviceOf(size.staff)
      const input = {
        serviceId: encodeId('Service', service),
        from: '2026-03-03',
        days: size.days,
      }
      const computed = await compute(store, service, size.days)
      const call = graphqlCall(token, times, { input })
      const { availability } = await ask<Days>(server, call)
      const slots = availability.days.flatMap((day) => day.slots).length
      const cost = await measure(server, call)
      found.push([
        size.staff,
        size.days,
        slots,
        shown(computed),
        shown(cost.cpuMs),
        shown(cost.statements),
        shown(cost.p50Ms),
      ])
    }
    sayTable(
      ['staff', 'days', 'slots', 'rules ms', 'request CPU ms', 'statements', 'p50 ms'],
      found,
    )
    const input = { serviceId: encodeId('Service', serviceOf(10)), from: '2026-03-03', days: 31 }
    const full = await measure(server, graphqlCall(token, withStaff, { input }))
    say(`The same 10 × 31 with id and name of all who are free: ${shown(full.cpuMs)} ms CPU.\n`)
    const texts = await server.statementsOf(() => ask(server, graphqlCall(token, times, { input })))
    say(`Statements of one request:\n${texts.map(shortened).join('\n')}\n`)
  } finally {
    await server.stop()
  }
})

async function measure(server: Measured, call: ReturnType<typeof graphqlCall>) {
  const plan = { clients: 4, seconds, call: () => call }
  await warmUp(server, plan)
  const [cost] = await compare([{ server, plan }], rounds)
  return cost!
}

/** Median wall time of the rules over facts that are loaded already. */
async function compute(
  store: Store,
  service: { accountId: string; id: string },
  days: number,
): Promise<number> {
  const zone = zoneOf(timeZone)
  const first = Math.floor(now / 86_400_000) + 1
  const from = dayStart(zone, first)
  const to = dayStart(zone, first + days)
  const question: Omit<AvailabilityQuestion, 'exceptBookingId'> = {
    services: [service],
    now,
    partySize: 1,
    durationMinutes: null,
    staffIds: null,
    resourceIds: null,
  }
  const worlds = await loadWorlds(poolReader(store), { ...question, from, to })
  const { world } = worlds.get(service.id)!
  const took: number[] = []
  for (let round = 0; round < 3000; round++) {
    const began = performance.now()
    listSlots(world, from, to)
    if (round >= 1000) took.push(performance.now() - began)
  }
  return medianOf(took)
}
