// Sixteen clients want one thing, over real HTTP, at two instances of the application on one
// database: one gets it, the others are told so by name, and both instances tell of it once.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, schedule, tuesday, type Shop } from '../support/shop.ts'
import { twoInstances } from './instances.ts'

const { first, second } = await twoInstances()
const instances = [first.url, second.url]
const clients = Array.from({ length: 16 }, (_, index) => index)

// oxlint-disable-next-line no-explicit-any
type Result = { __typename: string; code?: string; data?: any; nextSlots?: object[] }

/** Asks at the instance that is this client's turn. */
async function ask(client: number, key: string, mutation: string, input: object): Promise<Result> {
  const stem = `${mutation[0]?.toUpperCase()}${mutation.slice(1)}`
  const query = `mutation ($input: ${stem}Input!) { result: ${mutation}(input: $input) {
    __typename
    ... on ${stem}Success { data { id } }
    ... on Refusal { code }
    ${mutation === 'cancelBooking' ? '' : '... on SlotTakenError { nextSlots { startsAt } }'}
  } }`
  const response = await fetch(`${instances[client % instances.length]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables: { input } }),
  })
  const { data, errors } = (await response.json()) as {
    data: { result: Result }
    errors?: object[]
  }
  if (errors) throw new Error(JSON.stringify(errors))
  return data.result
}

async function open(options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(first.db, options)
  const { key } = await makeApiKey(first.db, { accountId: shop.accountId })
  const id = (name: 'Service' | 'Customer' | 'Session' | 'StaffMember', row: string) =>
    encodeId(name, { accountId: shop.accountId, id: row })
  const input = {
    serviceId: id('Service', shop.serviceId),
    customerId: id('Customer', shop.customerId),
  }
  return { shop, key, id, input }
}

const words = (results: Result[]) => {
  const counts: Record<string, number> = {}
  for (const { code = 'done' } of results) counts[code] = (counts[code] ?? 0) + 1
  return counts
}

async function rows({ accountId }: Shop) {
  const [bookings, holds, active, events] = await Promise.all([
    first.db.prisma.booking.count({ where: { accountId } }),
    first.db.prisma.hold.count({ where: { accountId } }),
    first.db.prisma.occupancy.count({ where: { accountId, active: true } }),
    first.db.prisma.event.count({ where: { accountId } }),
  ])
  return { bookings, holds, active, events }
}

describe('sixteen clients at two instances', () => {
  it('get one slot once, and the others are shown what is free', async () => {
    const { shop, key, input } = await open()
    const startsAt = tuesday(10)
    const results = await Promise.all(
      clients.map((client) => ask(client, key, 'createBooking', { ...input, startsAt })),
    )
    expect(words(results)).toEqual({ done: 1, SLOT_TAKEN: 15 })
    for (const { code, nextSlots } of results) if (code) expect(nextSlots?.length).toBe(5)
    expect(await rows(shop)).toEqual({ bookings: 1, holds: 0, active: 1, events: 1 })
  })

  it('get one slot once, whether they hold it or book it', async () => {
    const { shop, key, input } = await open()
    const startsAt = tuesday(10)
    const { serviceId } = input
    const results = await Promise.all(
      clients.map((client) =>
        client % 4 < 2
          ? ask(client, key, 'createBooking', { ...input, startsAt })
          : ask(client, key, 'placeHold', { serviceId, startsAt }),
      ),
    )
    expect(words(results)).toEqual({ done: 1, SLOT_TAKEN: 15 })
    const { bookings, holds, active, events } = await rows(shop)
    expect([bookings + holds, active, events]).toEqual([1, 1, 1])
  })

  it('get the last seat of a session once', async () => {
    const { shop, key, id, input } = await open({ service: { kind: 'CLASS', capacity: 3 } })
    const sessionId = id('Session', await schedule(shop, 3, tuesday(10)))
    for (const client of [0, 1]) await ask(client, key, 'createBooking', { ...input, sessionId })
    const results = await Promise.all(
      clients.map((client) => ask(client, key, 'createBooking', { ...input, sessionId })),
    )
    expect(words(results)).toEqual({ done: 1, NO_CAPACITY: 15 })
    const { accountId } = shop
    const session = await first.db.prisma.session.findFirstOrThrow({ where: { accountId } })
    expect(session).toMatchObject({ seatsTaken: 3, seatsHeld: 0 })
    expect(await rows(shop)).toEqual({ bookings: 3, holds: 0, active: 0, events: 3 })
  })

  it('move sixteen bookings to one slot, and one arrives', async () => {
    const { shop, key, id, input } = await open({ staff: 2, hours: [0, 1440] })
    const staffId = id('StaffMember', shop.staffIds[0] ?? '')
    const made: string[] = []
    for (const client of clients) {
      const startsAt = new Date(tuesday(0).getTime() + client * 3_600_000)
      made.push((await ask(client, key, 'createBooking', { ...input, startsAt, staffId })).data.id)
    }
    const startsAt = tuesday(20)
    const results = await Promise.all(
      clients.map((client) =>
        ask(client, key, 'rescheduleBooking', { id: made[client], startsAt, staffId }),
      ),
    )
    expect(words(results)).toEqual({ done: 1, SLOT_TAKEN: 15 })
    expect(await rows(shop)).toEqual({ bookings: 16, holds: 0, active: 16, events: 17 })
  })

  it('say the same thing with one key, and all get the one booking', async () => {
    const { shop, key, input } = await open()
    const said = { ...input, startsAt: tuesday(10), idempotencyKey: 'once' }
    const results = await Promise.all(
      clients.map((client) => ask(client, key, 'createBooking', said)),
    )
    expect(words(results)).toEqual({ done: 16 })
    expect(new Set(results.map(({ data }) => data.id)).size).toBe(1)
    expect(await rows(shop)).toEqual({ bookings: 1, holds: 0, active: 1, events: 1 })
  })

  it('cancel one booking once', async () => {
    const { shop, key, input } = await open()
    const { data } = await ask(0, key, 'createBooking', { ...input, startsAt: tuesday(10) })
    const results = await Promise.all(
      clients.map((client) => ask(client, key, 'cancelBooking', { id: data.id })),
    )
    expect(words(results)).toEqual({ done: 1, ALREADY_CANCELLED: 15 })
    expect(await rows(shop)).toEqual({ bookings: 1, holds: 0, active: 0, events: 2 })
  })

  it('make the same events known at both, in one order, each once', async () => {
    const { shop, key, input } = await open({ hours: [0, 1440] })
    const heard = [first.app, second.app].map(({ services }) => {
      const ids: string[] = []
      return new Promise<string[]>((resolve) => {
        const stop = services.events.onEvent(({ accountId, id }) => {
          if (accountId !== shop.accountId) return
          ids.push(id)
          if (ids.length < clients.length) return
          stop()
          resolve(ids)
        })
      })
    })
    const booked = clients.map((client) => {
      const startsAt = new Date(tuesday(0).getTime() + client * 3_600_000)
      return ask(client, key, 'createBooking', { ...input, startsAt })
    })
    expect(words(await Promise.all(booked))).toEqual({ done: 16 })
    const [here, there] = await Promise.all(heard)
    expect(new Set(here).size).toBe(16)
    expect(there).toEqual(here)
  })
})
