// Sessions: what they take, what refuses to move, and that nobody is taken twice.
import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { cancelBooking } from '../../src/payment/cancel.actions.ts'
import { systemViewer } from '../../src/auth/viewer.ts'
import { decodeId, encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, asked, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp()

/** A shop of yoga: sessions of an hour, 15 minutes kept free before and 30 after. */
async function openStudio(options: { capacity?: number; rooms?: number[] } = {}) {
  const shop = await openShop(app.db, {
    staff: 2,
    resources: options.rooms ?? [1],
    service: {
      kind: 'CLASS',
      capacity: options.capacity ?? 8,
      maxParty: 8,
      bufferBeforeMinutes: 15,
      bufferAfterMinutes: 30,
    },
  })
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const id = (name: NodeName, row = '') => encodeId(name, { accountId, id: row })
  // Credentials are looked up with the application's clock; bookings and holds take it too.
  const ctx = { ...shop.ctx, clock: app.clock, viewer: systemViewer([accountId]) }
  return {
    shop: { ...shop, ctx } as Shop,
    key,
    serviceId: id('Service', shop.serviceId),
    staffIds: shop.staffIds.map((staffId) => id('StaffMember', staffId)),
    roomIds: shop.resourceIds.map((resourceId) => id('Resource', resourceId)),
  }
}

const iso = (hour: number, minute = 0) => tuesday(hour, minute).toISOString()
const rowId = (text: string) => decodeId(text)?.id ?? ''

async function takenBy(sessionId: string) {
  const rows = await app.db.prisma.occupancy.findMany({
    where: { sessionId: rowId(sessionId), active: true },
    orderBy: { startsAt: 'asc' },
  })
  return rows.map(({ staffId, resourceId, unit, startsAt, endsAt }) => ({
    who: staffId ?? resourceId,
    unit,
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  }))
}

const taken = { code: 'SLOT_TAKEN' }

describe('createSession', () => {
  it('is as long and as large as the service says, and takes all its people and rooms', async () => {
    const { shop, key, serviceId, staffIds, roomIds } = await openStudio()
    const input = {
      serviceId,
      startsAt: iso(10),
      staffIds: staffIds.toReversed(),
      resourceIds: roomIds,
    }
    const session = await done(
      app,
      key,
      'createSession',
      input,
      `id startsAt endsAt capacity seatsTaken seatsAvailable active version service { id }
       staff { id } staffMembers { id } resources { id }`,
    )
    expect(session).toEqual({
      id: session.id,
      startsAt: iso(10),
      endsAt: iso(11),
      capacity: 8,
      seatsTaken: 0,
      seatsAvailable: 8,
      active: true,
      version: 1,
      service: { id: serviceId },
      staff: { id: staffIds[1] },
      staffMembers: [{ id: staffIds[1] }, { id: staffIds[0] }],
      resources: [{ id: roomIds[0] }],
    })
    const time = { unit: 0, startsAt: iso(9, 45), endsAt: iso(11, 30) }
    const everybody = [...shop.staffIds, ...shop.resourceIds].map((who) => ({ who, ...time }))
    expect(await takenBy(session.id)).toEqual(expect.arrayContaining(everybody))
    expect((await takenBy(session.id)).length).toBe(3)
    const events = await app.db.prisma.event.findMany({ where: { accountId: shop.accountId } })
    expect(events).toMatchObject([
      {
        type: 'session.created',
        subjectId: rowId(session.id),
        about: { serviceId: shop.serviceId, staffIds: shop.staffIds.toReversed() },
      },
    ])
  })

  it('takes one unit of a room, the first that is free', async () => {
    const { shop, key, serviceId, roomIds } = await openStudio({ rooms: [2] })
    const input = { serviceId, startsAt: iso(10), resourceIds: roomIds }
    const units = []
    for (const _ of [0, 1]) {
      const { id } = await done(app, key, 'createSession', input)
      units.push((await takenBy(id)).map(({ unit }) => unit))
    }
    expect(units).toEqual([[0], [1]])
    const before = await rowCounts(app)
    expect(await change(app, key, 'createSession', input, 'id')).toMatchObject({
      ...taken,
      path: ['resourceIds'],
    })
    expect(await rowCounts(app)).toEqual(before)
    expect(shop.resourceIds.length).toBe(1)
  })

  it('gives one leader to one of eight who ask at once', async () => {
    const { shop, key, serviceId, staffIds } = await openStudio()
    const attempts = Array.from({ length: 8 }, (_, index) =>
      change(app, key, 'createSession', { serviceId, startsAt: iso(10, index), staffIds }, 'id'),
    )
    const codes = (await Promise.all(attempts)).map(({ code }) => code ?? 'done')
    expect(codes.toSorted()).toEqual([...Array(7).fill('SLOT_TAKEN'), 'done'])
    const { accountId } = shop
    expect(await app.db.prisma.session.count({ where: { accountId } })).toBe(1)
    expect(await app.db.prisma.event.count({ where: { accountId } })).toBe(1)
  })

  it.each([
    ['an appointment', { kind: 'APPOINTMENT' }, 'is booked by appointment and has no sessions'],
    ['an archived service', { active: false }, 'is archived'],
  ] as const)('is refused for %s', async (_what, data, why) => {
    const { shop, key, serviceId } = await openStudio()
    const where = { accountId_id: { accountId: shop.accountId, id: shop.serviceId } }
    await app.db.prisma.service.update({ where, data })
    const answer = await change(app, key, 'createSession', { serviceId, startsAt: iso(10) }, 'id')
    expect(answer).toMatchObject({ path: ['serviceId'], message: `Service "Cut" ${why}.` })
  })

  it.each([
    [{ endsAt: iso(10) }, 'endsAt', 'A session ends after it starts.'],
    [{ endsAt: '2026-05-02T10:00:00Z' }, 'endsAt', 'A session lasts at most 30 days.'],
    [{ capacity: 0 }, 'capacity', '0 is not between 1 and 100000.'],
    [
      { startsAt: '0001-01-01T00:00:00Z' },
      'startsAt',
      'The time must lie in the years 1970 to 2199.',
    ],
  ])('is refused with %j', async (wrong, field, message) => {
    const { key, serviceId } = await openStudio()
    const input = { serviceId, startsAt: iso(10), ...wrong }
    expect(await change(app, key, 'createSession', input, 'id')).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      path: [field],
      message,
    })
  })
})

describe('updateSession', () => {
  it('moves with its length, frees the old time and takes the new', async () => {
    const { key, serviceId, staffIds } = await openStudio()
    const input = { serviceId, startsAt: iso(10), endsAt: iso(12), staffIds: [staffIds[0]] }
    const { id } = await done(app, key, 'createSession', input)
    const moved = { id, startsAt: iso(11), expectedVersion: 1 }
    expect(await done(app, key, 'updateSession', moved, 'startsAt endsAt version')).toEqual({
      startsAt: iso(11),
      endsAt: iso(13),
      version: 2,
    })
    expect(await takenBy(id)).toMatchObject([{ startsAt: iso(10, 45), endsAt: iso(13, 30) }])
    const event = await app.db.prisma.event.findFirst({
      where: { type: 'session.updated', subjectId: rowId(id) },
    })
    expect(event?.changes).toEqual([
      { field: 'startsAt', from: iso(10), to: iso(11) },
      { field: 'endsAt', from: iso(12), to: iso(13) },
    ])
  })

  it('is refused where its leader is taken, and leaves everything as it was', async () => {
    const { key, serviceId, staffIds } = await openStudio()
    const input = { serviceId, staffIds: [staffIds[0]] }
    const { id } = await done(app, key, 'createSession', { ...input, startsAt: iso(10) })
    await done(app, key, 'createSession', { ...input, startsAt: iso(14) })
    const before = [await takenBy(id), await rowCounts(app)]
    const answer = await change(app, key, 'updateSession', { id, startsAt: iso(13) }, 'id')
    expect(answer).toMatchObject({ ...taken, path: ['staffIds'] })
    expect([await takenBy(id), await rowCounts(app)]).toEqual(before)
    await done(app, key, 'updateSession', { id, startsAt: iso(13), staffIds: [staffIds[1]] })
  })

  it('cannot move nor shrink below what is taken and held, and can do everything else', async () => {
    const { shop, key, serviceId } = await openStudio()
    const { id } = await done(app, key, 'createSession', { serviceId, startsAt: iso(10) })
    const seats = { sessionId: rowId(id), partySize: 2 }
    const booking = await createBooking(shop.ctx, asked(shop, seats))
    const select = 'seatsTaken seatsAvailable capacity'
    const moved = { id, startsAt: iso(12) }
    expect(await change(app, key, 'updateSession', moved, 'id')).toMatchObject({
      code: 'IN_USE',
      path: ['startsAt'],
    })
    expect(await change(app, key, 'updateSession', { id, capacity: 1 }, 'id')).toMatchObject({
      code: 'NO_CAPACITY',
      message: 'The session cannot shrink to 1 seats: 2 are taken, held or set aside.',
    })
    expect(await done(app, key, 'updateSession', { id, capacity: 2 }, select)).toEqual({
      seatsTaken: 2,
      seatsAvailable: 0,
      capacity: 2,
    })
    expect(await change(app, key, 'archiveSession', { id }, 'id')).toMatchObject({
      code: 'IN_USE',
      message: 'The session has open bookings (1): cancel them or move them to another session.',
    })
    await cancelBooking(shop.ctx, booking, {
      reason: null,
      refund: null,
      expectedVersion: null,
      idempotencyKey: null,
    })
    await done(app, key, 'updateSession', moved)
  })
})

describe('seats that are held', () => {
  const lists = `{ all: sessions { nodes { seatsTaken seatsAvailable } }
    some: sessions(filter: { seatsAvailableMin: 6 }) { totalCount } }`

  async function holdTwo() {
    const studio = await openStudio()
    const { shop, key, serviceId } = studio
    const { id } = await done(app, key, 'createSession', { serviceId, startsAt: iso(10) })
    await placeHold(shop.ctx, {
      ...asked(shop, { sessionId: rowId(id) }),
      partySize: 3,
      ttlSeconds: 60,
      replaces: null,
    })
    return { ...studio, id }
  }

  it('are not available until the hold runs out, swept or not', async () => {
    const { key } = await holdTwo()
    expect(await app.graphql(key, lists)).toEqual({
      data: {
        all: { nodes: [{ seatsTaken: 0, seatsAvailable: 5 }] },
        some: { totalCount: 0 },
      },
    })
    app.clock.advance(60_000)
    expect(await app.graphql(key, lists)).toEqual({
      data: {
        all: { nodes: [{ seatsTaken: 0, seatsAvailable: 8 }] },
        some: { totalCount: 1 },
      },
    })
  })

  it('keep a session from being archived until the hold runs out', async () => {
    const { shop, key, id } = await holdTwo()
    expect(await change(app, key, 'archiveSession', { id }, 'id')).toMatchObject({
      code: 'IN_USE',
      message: 'Seats of the session are held for somebody: release the holds or let them run out.',
    })
    app.clock.advance(60_000)
    expect(await done(app, key, 'archiveSession', { id }, 'active version')).toEqual({
      active: false,
      version: 2,
    })
    const { accountId } = shop
    const types = await app.db.prisma.event.findMany({
      where: { accountId },
      orderBy: { seq: 'asc' },
    })
    expect(types.map(({ type }) => type)).toEqual([
      'session.created',
      'hold.placed',
      'hold.expired',
      'session.archived',
    ])
  })
})

describe('archiveSession', () => {
  it('frees its people, and lists leave it out unless they are asked for it', async () => {
    const { key, serviceId, staffIds } = await openStudio()
    const input = { serviceId, startsAt: iso(10), staffIds }
    const { id } = await done(app, key, 'createSession', input)
    await done(app, key, 'archiveSession', { id })
    expect(await takenBy(id)).toEqual([])
    const other = await done(app, key, 'createSession', input)
    const document = `{ live: sessions { nodes { id } }
      gone: sessions(filter: { active: false }) { nodes { id } }
      both: sessions(filter: { active: null }) { totalCount } }`
    expect(await app.graphql(key, document)).toEqual({
      data: { live: { nodes: [other] }, gone: { nodes: [{ id }] }, both: { totalCount: 2 } },
    })
    expect(await change(app, key, 'updateSession', { id, capacity: 3 }, 'id')).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'The session is archived and cannot be changed.',
    })
  })
})
