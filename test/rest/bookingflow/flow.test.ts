// A client program from end to end, and what the dialect promises beside single answers: places are
// shared, a room and its resource are one, a change is whole, and days are those of the business.
import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/db/id.ts'
import { encodeId } from '../../../src/graphql/ids.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { makeApiClient, makeApiKey } from '../../support/makers.ts'
import { callWith, openVenue, start, type Venue } from './bookingflow-world.ts'

const app = await testApp({ start })

const alice = { name: 'Alice Example', email: 'alice@example.com' }

type Slot = {
  startAt: string
  endAt: string
  availableRooms: { roomId: string; name: string; remainingPlayers: number }[]
}

async function slotsOf({ call }: Venue, query: string): Promise<Slot[]> {
  const { status, body } = await call(`/schedules?${query}`)
  expect(status).toBe(200)
  return body.data
}

const book = ({ call }: Venue, wish: object) =>
  call('/bookings', { body: { players: 2, customer: alice, ...wish } })

describe('a client', () => {
  it('finds a slot, books it, reads it, moves it and cancels it, always by the same id', async () => {
    const venue = await openVenue(app)
    const { call, vaultId } = venue
    const found = await slotsOf(venue, `from=2026-05-01&to=2026-05-01&room=${vaultId}&players=4`)
    const [first, second] = found as [Slot, Slot]
    const made = await book(venue, { roomId: vaultId, startAt: first.startAt, players: 4 })
    expect(made).toMatchObject({
      status: 201,
      body: { data: { startAt: first.startAt, endAt: first.endAt, status: 'confirmed' } },
    })
    const path = `/bookings/${made.body.data.bookingId}`
    expect((await call(path)).body).toEqual(made.body)

    const moved = await call(path, { method: 'PUT', body: { startAt: second.startAt, players: 6 } })
    expect(moved.body.data).toEqual({
      ...made.body.data,
      startAt: second.startAt,
      endAt: second.endAt,
      players: 6,
    })
    const cancelled = await call(path, { method: 'DELETE' })
    expect(cancelled.body.data).toEqual({ ...moved.body.data, status: 'canceled' })
    expect(await slotsOf(venue, `from=2026-05-01&to=2026-05-01&room=${vaultId}`)).toEqual(found)
    const { data } = await app.graphql(
      venue.key,
      `{ bookings(accounts: ["${venue.id('Account', venue.accountId)}"]) {
        nodes { id source status version } } }`,
    )
    expect(data.bookings.nodes).toEqual([
      { id: made.body.data.bookingId, source: 'REST', status: 'CANCELLED', version: 4 },
    ])
  })

  it('may book everything that is listed, until nothing is', async () => {
    const venue = await openVenue(app)
    const query = 'from=2026-05-01&to=2026-05-01'
    const listed = await slotsOf(venue, query)
    expect(listed.length).toBeGreaterThan(5)
    let booked = 0
    for (let next = listed; next.length > 0; next = await slotsOf(venue, query)) {
      const [slot] = next
      const { roomId, remainingPlayers } = slot!.availableRooms[0]!
      const players = Math.min(remainingPlayers, 4)
      const { status } = await book(venue, { roomId, startAt: slot!.startAt, players })
      expect(status).toBe(201)
      booked += 1
    }
    expect(booked).toBeGreaterThan(5)
  })

  it('has the room to itself, and half an hour between two bookings', async () => {
    const venue = await openVenue(app)
    await book(venue, { roomId: venue.vaultId, startAt: '2026-05-01T14:00:00Z' })
    const starts = (
      await slotsOf(venue, `from=2026-05-01&to=2026-05-01&room=${venue.vaultId}`)
    ).map(({ startAt }) => startAt.slice(11, 16))
    expect(starts).toContain('12:00')
    expect(starts).toContain('16:00')
    expect(starts.filter((at) => ['13:00', '14:00', '15:00'].includes(at))).toEqual([])
  })
})

describe('a public room', () => {
  it('is shared up to its players, and says how many places remain', async () => {
    const venue = await openVenue(app)
    const { gamesId: roomId } = venue
    const startAt = '2026-05-01T17:00:00Z'
    const remaining = async () =>
      (await slotsOf(venue, `from=2026-05-01&to=2026-05-01&room=${roomId}`))[0]?.availableRooms[0]
        ?.remainingPlayers
    expect(await remaining()).toBe(8)
    await book(venue, { roomId, startAt, players: 5 })
    expect(await remaining()).toBe(3)
    expect(await book(venue, { roomId, startAt, players: 4 })).toMatchObject({
      status: 409,
      body: { error: 'slot_capacity_exceeded', remainingPlayers: 3 },
    })
    await book(venue, { roomId, startAt, players: 3 })
    expect(await remaining()).toBeUndefined()
  })

  it('takes a party that shrinks as it moves, and lets it grow again where there is room', async () => {
    const venue = await openVenue(app)
    const { call, gamesId: roomId } = venue
    const [may1, may2] = ['2026-05-01T17:00:00.000Z', '2026-05-02T17:00:00.000Z']
    await book(venue, { roomId, startAt: may2, players: 5 })
    const { body } = await book(venue, { roomId, startAt: may1, players: 5 })
    const path = `/bookings/${body.data.bookingId}`
    const change = (wish: object) => call(path, { method: 'PUT', body: wish })
    expect(await change({ startAt: may2 })).toMatchObject({
      status: 409,
      body: { error: 'slot_capacity_exceeded', remainingPlayers: 3 },
    })
    expect((await change({ startAt: may2, players: 3 })).body.data).toMatchObject({
      startAt: may2,
      players: 3,
      amount: 10500,
    })
    expect((await change({ players: 4 })).body).toMatchObject({
      error: 'slot_capacity_exceeded',
      remainingPlayers: 3,
    })
    expect((await change({ startAt: may1, players: 5 })).body.data).toMatchObject({
      startAt: may1,
      players: 5,
      amount: 17500,
    })
  })
})

describe('a change of a booking', () => {
  it('is whole or none: a move that is refused keeps the customer too', async () => {
    const venue = await openVenue(app)
    const { body } = await book(venue, { roomId: venue.vaultId, startAt: '2026-05-01T14:00:00Z' })
    const path = `/bookings/${body.data.bookingId}`
    const refused = await venue.call(path, {
      method: 'PUT',
      body: { customer: { name: 'Bob' }, players: 3, startAt: '2026-05-01T02:00:00Z' },
    })
    expect(refused).toMatchObject({ status: 409, body: { error: 'slot_unavailable' } })
    expect((await venue.call(path)).body).toEqual(body)
  })
})

describe('a booking that took place', () => {
  it('is neither moved nor canceled: 409 conflict, and it stays as it is', async () => {
    const venue = await openVenue(app)
    const { body } = await book(venue, { roomId: venue.vaultId, startAt: '2026-05-01T14:00:00Z' })
    const { accountId } = venue
    await app.db.prisma.booking.updateMany({ where: { accountId }, data: { status: 'COMPLETED' } })
    const path = `/bookings/${body.data.bookingId}`
    const done = await venue.call(path)
    expect(done.body.data.status).toBe('completed')
    for (const init of [
      { method: 'DELETE' },
      { method: 'PUT', body: { startAt: '2026-05-02T14:00:00Z' } },
    ]) {
      expect(await venue.call(path, init)).toMatchObject({
        status: 409,
        body: { error: 'conflict' },
      })
    }
    expect((await venue.call(path)).body).toEqual(done.body)
  })
})

describe('a room', () => {
  const rooms = { name: 'The Ship', maxPlayers: 6, durationMins: 90, price: 31000 }

  it('is a service and a resource of its name, both or neither', async () => {
    const venue = await openVenue(app)
    const before = await rowCounts(app)
    const refused = await venue.call('/rooms', { body: { ...rooms, currency: 'EUR' } })
    expect(refused.status).toBe(400)
    expect(await rowCounts(app)).toEqual(before)

    const { body } = await venue.call('/rooms', { body: rooms })
    const ask = `query ($id: ID!) { node(id: $id) { ... on Service {
      name kind minParty maxParty resources { nodes { name active } } staff { totalCount } } } }`
    const { data } = await app.graphql(venue.key, ask, { id: body.data.roomId })
    expect(data.node).toEqual({
      name: 'The Ship',
      kind: 'APPOINTMENT',
      minParty: 1,
      maxParty: 6,
      resources: { nodes: [{ name: 'The Ship', active: true }] },
      staff: { totalCount: 0 },
    })
  })

  it('takes the name of its resource along, unless other rooms are in the same place', async () => {
    const venue = await openVenue(app)
    const { call, vaultId, serviceId, resourceIds, accountId } = venue
    const nameOf = async () =>
      (
        await app.db.prisma.resource.findUniqueOrThrow({
          where: { accountId_id: { accountId, id: resourceIds[0] ?? '' } },
        })
      ).name
    const rename = (name: string) => call(`/rooms/${vaultId}`, { method: 'PUT', body: { name } })
    expect((await rename('Skarbiec')).body.data.name).toBe('Skarbiec')
    expect(await nameOf()).toBe('Skarbiec')
    const other = newId()
    await app.db.prisma.service.create({
      data: { accountId, id: other, name: 'Party', kind: 'APPOINTMENT', durationMinutes: 60 },
    })
    await app.db.prisma.serviceResource.create({
      data: { accountId, serviceId: other, resourceId: resourceIds[0] ?? '' },
    })
    expect((await rename('Vault')).body.data.name).toBe('Vault')
    expect(await nameOf()).toBe('Skarbiec')
    const service = await app.db.prisma.service.findUniqueOrThrow({
      where: { accountId_id: { accountId, id: serviceId } },
    })
    expect(service.name).toBe('Vault')
  })

  it('keeps its buffer before a booking, as far as it goes', async () => {
    const venue = await openVenue(app)
    const { accountId, serviceId: id } = venue
    const buffers = async (bufferMins: number) => {
      await venue.call(`/rooms/${venue.vaultId}`, { method: 'PUT', body: { bufferMins } })
      const key = { accountId_id: { accountId, id } }
      const row = await app.db.prisma.service.findUniqueOrThrow({ where: key })
      return [row.bufferBeforeMinutes, row.bufferAfterMinutes]
    }
    expect(await buffers(30)).toEqual([10, 20])
    expect(await buffers(45)).toEqual([10, 35])
    expect(await buffers(5)).toEqual([5, 0])
  })

  it('out of the offer is in no schedule, takes no booking, and comes back', async () => {
    const venue = await openVenue(app)
    const { call, vaultId: roomId } = venue
    const startAt = '2026-05-01T14:00:00Z'
    const kept = await book(venue, { roomId, startAt })
    const set = (active: boolean) => call(`/rooms/${roomId}`, { method: 'PUT', body: { active } })
    expect((await set(false)).body.data).toMatchObject({
      active: false,
      availability: { nextAvailableAt: null },
    })
    expect(await slotsOf(venue, `from=2026-05-01&to=2026-05-01&room=${roomId}`)).toEqual([])
    const all = await slotsOf(venue, 'from=2026-05-01&to=2026-05-01')
    expect(all.flatMap((slot) => slot.availableRooms).map((room) => room.roomId)).toEqual([
      venue.gamesId,
    ])
    expect(await book(venue, { roomId, startAt: '2026-05-02T14:00:00Z' })).toMatchObject({
      status: 409,
      body: { error: 'slot_unavailable', message: 'This room is out of the offer.' },
    })
    expect((await call(`/bookings/${kept.body.data.bookingId}`)).body.data.status).toBe('confirmed')
    expect((await set(true)).body.data.active).toBe(true)
    expect((await book(venue, { roomId, startAt: '2026-05-02T14:00:00Z' })).status).toBe(201)
  })
})

describe('days', () => {
  async function openAroundTheClock() {
    const venue = await openVenue(app)
    const { accountId } = venue
    await app.db.prisma.workingHours.updateMany({
      where: { accountId },
      data: { startMinute: 0, endMinute: 1440 },
    })
    await app.db.prisma.service.updateMany({ where: { accountId }, data: { maxAdvanceDays: null } })
    return venue
  }

  it('of bookings are those of the business, 25 hours when clocks go back', async () => {
    const venue = await openAroundTheClock()
    const starts = [
      '2026-10-24T20:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T21:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]
    for (const startAt of starts) {
      const { status } = await book(venue, { roomId: venue.vaultId, startAt })
      expect(status).toBe(201)
    }
    const on = async (date: string) =>
      (await venue.call(`/bookings?date=${date}`)).body.data.map(
        ({ startAt }: { startAt: string }) => startAt,
      )
    expect(await on('2026-10-24')).toEqual(starts.slice(0, 1))
    expect(await on('2026-10-25')).toEqual(starts.slice(1, 3))
    expect(await on('2026-10-26')).toEqual(starts.slice(3))
  })

  it('of schedules too: 24 starts of an hour, 23 when clocks go forward, 25 when they go back', async () => {
    const venue = await openAroundTheClock()
    const starts = async (from: string, to = from) =>
      (await slotsOf(venue, `from=${from}&to=${to}&room=${venue.vaultId}`)).length
    expect(await starts('2026-10-24')).toBe(24)
    expect(await starts('2026-10-25')).toBe(25)
    expect(await starts('2027-03-28')).toBe(23)
    expect(await starts('2026-10-24', '2026-10-25')).toBe(49)
  })

  it('to block are whole ones, and instants are what they are', async () => {
    const venue = await openAroundTheClock()
    const block = async (body: object) => {
      const { body: answer } = await venue.call('/schedules/block', {
        body: { room: venue.vaultId, ...body },
      })
      return [answer.data.from, answer.data.to]
    }
    expect(await block({ from: '2026-10-25', to: '2026-10-25' })).toEqual([
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ])
    expect(await block({ from: '2026-10-28T10:00:00+01:00', to: '2026-10-28' })).toEqual([
      '2026-10-28T09:00:00.000Z',
      '2026-10-28T23:00:00.000Z',
    ])
  })

  it('may be 62 for more rooms than one operation may ask about', async () => {
    const venue = await openVenue(app)
    const { accountId } = venue
    const make = async (count: number) =>
      app.db.prisma.service.createMany({
        data: Array.from({ length: count }, (_, index) => ({
          accountId,
          id: newId(),
          name: `Room ${index}`,
          kind: 'CLASS' as const,
          durationMinutes: 60,
          capacity: 4,
          maxParty: 4,
        })),
      })
    await make(33)
    const { id: serviceId } = await app.db.prisma.service.findFirstOrThrow({
      where: { accountId, name: 'Room 32' },
    })
    await app.db.prisma.session.create({
      data: {
        accountId,
        id: newId(),
        serviceId,
        startsAt: new Date('2026-06-19T10:00:00Z'),
        endsAt: new Date('2026-06-19T11:00:00Z'),
        capacity: 4,
      },
    })
    const slots = await slotsOf(venue, 'from=2026-04-20&to=2026-06-20')
    expect(slots.filter(({ availableRooms: [room] }) => room?.name === 'Room 32')).toHaveLength(1)
    await make(90)
    expect(await venue.call('/schedules?from=2026-05-01&to=2026-05-01')).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', fields: [{ field: 'room' }] },
    })
  })
})

describe('a key', () => {
  it('is as good at every mount', async () => {
    const { key } = await openVenue(app)
    const answers = []
    for (const mount of ['/bookingflow/api/v1', '/bookingflow/api/v1/public', '/bookingflow/v1']) {
      const { status, body } = await callWith(app, key, mount)('/rooms')
      answers.push({ status, body })
    }
    expect(answers[0]).toMatchObject({ status: 200, body: { pagination: { total: 2 } } })
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })

  it('that is replaced works beside the new one for as long as was asked', async () => {
    const { accountId } = await openVenue(app)
    const { key: owner, userId } = await makeApiKey(app.db, { accountId })
    const { key, id } = await makeApiKey(app.db, { accountId, userId, scopes: ['services:read'] })
    const mine = encodeId('ApiKey', { accountId, id })
    const rotated = await app.graphql(
      owner,
      `mutation ($id: ID!) { rotateApiKey(input: { id: $id, overlapSeconds: 3600 }) {
        ... on RotateApiKeySuccess { secret } } }`,
      { id: mine },
    )
    const statuses = async () =>
      Promise.all(
        [key, rotated.data.rotateApiKey.secret].map(
          async (each) => (await callWith(app, each)('/rooms')).status,
        ),
      )
    expect(await statuses()).toEqual([200, 200])
    app.clock.advance(3_600_000)
    expect(await statuses()).toEqual([401, 200])
  })

  it('may less than another: what it may not see is null, and what it may not do forbidden', async () => {
    const venue = await openVenue(app)
    await book(venue, { roomId: venue.vaultId, startAt: '2026-05-01T14:00:00Z' })
    const narrow = callWith(app, await venue.keyWith('bookings:read', 'services:read'))
    const [shown] = (await narrow('/bookings')).body.data
    expect(shown).toMatchObject({ roomId: venue.vaultId, customer: null, amount: null })
    expect((await narrow('/me')).body.data).toEqual({
      organization: null,
      key: { name: 'A narrow key', access: 'read-only' },
      permissions: ['bookings:read', 'services:read'],
    })
    expect((await narrow(`/rooms/${venue.vaultId}`)).body.data).toMatchObject({
      price: null,
      availability: null,
    })
    for (const path of [
      '/bookings?date=2026-05-01',
      '/schedules?from=2026-05-01&to=2026-05-01',
      '/customers',
    ]) {
      expect(await narrow(path)).toMatchObject({ status: 403, body: { error: 'forbidden' } })
    }
    const writer = callWith(app, await venue.keyWith('services:write', 'staff:write'))
    const room = { name: 'Cellar', maxPlayers: 4, durationMins: 60 }
    const before = await rowCounts(app)
    expect((await writer('/rooms', { body: room })).status).toBe(403)
    expect(await rowCounts(app)).toEqual(before)
  })

  it('has one organization: what reaches several is shown all, and told where one is meant', async () => {
    const [one, other] = [await openVenue(app), await openVenue(app)]
    const accountIds = [one.accountId, other.accountId]
    const { token } = await makeApiClient(app.db, { accountIds, now: app.clock.now() })
    const call = callWith(app, token)
    expect((await call('/rooms')).body.pagination.total).toBe(4)
    expect((await call('/me')).body.data.organization).toBeNull()
    for (const answer of [
      await call('/bookings?date=2026-05-01'),
      await call('/rooms', { body: { name: 'Cellar', maxPlayers: 4, durationMins: 60 } }),
      await call('/schedules/block', {
        body: { from: '2026-05-01T10:00:00Z', to: '2026-05-01T12:00:00Z' },
      }),
    ]) {
      expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
    }
  })
})

describe('X-RateLimit headers', () => {
  it('say what is left, and when a minute is over', async () => {
    const limited = await testApp({ start, config: { rateLimit: 10_000_000 } })
    const { call } = await openVenue(limited)
    const standing = async () => {
      const { status, headers } = await call('/me')
      const named = (name: string) => headers.get(`x-ratelimit-${name}`)
      return [status, named('limit'), named('remaining'), headers.get('retry-after')]
    }
    expect(await standing()).toEqual([200, '300', '299', null])
    for (let index = 0; index < 299; index++) await call('/me')
    const { status, headers, body } = await call('/me')
    expect({ status, error: body.error }).toEqual({ status: 429, error: 'rate_limited' })
    const resetsAt = Number(headers.get('x-ratelimit-reset')) * 1000
    expect(resetsAt - limited.clock.now()).toBe(Number(headers.get('retry-after')) * 1000)
    limited.clock.set(resetsAt)
    expect(await standing()).toEqual([200, '300', '299', null])
  })
})
