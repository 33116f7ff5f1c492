// Blocks, and what may not go while somebody counts on it: staff members, resources and their
// units, customers.
import { describe, expect, it } from 'vitest'
import { systemViewer } from '../../src/auth/viewer.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { setBookingStatus } from '../../src/booking/status.actions.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { outcomes } from '../support/refusals.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp()

async function open(options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(app.db, options)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const ctx = { ...shop.ctx, clock: app.clock, viewer: systemViewer([accountId]) }
  return {
    shop: { ...shop, ctx } as Shop,
    key,
    staffIds: shop.staffIds.map((id) => encodeId('StaffMember', { accountId, id })),
    resourceIds: shop.resourceIds.map((id) => encodeId('Resource', { accountId, id })),
    customerId: encodeId('Customer', { accountId, id: shop.customerId }),
  }
}

const iso = (hour: number) => tuesday(hour).toISOString()
const hour = (at: number) => ({ startsAt: iso(at), endsAt: iso(at + 1) })
const book = (shop: Shop, at: number) =>
  createBooking(shop.ctx, asked(shop, { startsAt: tuesday(at) }))
const hold = (shop: Shop, at: number) =>
  placeHold(shop.ctx, {
    ...asked(shop, { startsAt: tuesday(at) }),
    partySize: 1,
    ttlSeconds: 60,
    replaces: null,
  })

/** The events of the shop, in their order. */
const told = ({ accountId }: Shop) =>
  app.db.prisma.event.findMany({
    where: { accountId, subjectType: 'Block' },
    orderBy: { seq: 'asc' },
  })

const whole =
  'id startsAt endsAt reason version staffMembers { id } resources { id } account { id }'

describe('a block', () => {
  it('takes staff and all units, is seen below each, and gives the time back', async () => {
    const { shop, key, staffIds, resourceIds } = await open({ staff: 2, resources: [2] })
    const input = { ...hour(10), staffIds: [staffIds[1]], resourceIds, reason: 'Repair' }
    const block = await done(app, key, 'createBlock', input, whole)
    expect(block).toEqual({
      id: block.id,
      ...hour(10),
      reason: 'Repair',
      version: 1,
      staffMembers: [{ id: staffIds[1] }],
      resources: [{ id: resourceIds[0] }],
      account: { id: encodeId('Account', { accountId: shop.accountId, id: shop.accountId }) },
    })
    const document = `{ staff { nodes { blocks { nodes { id } } } }
      resources { nodes { blocks { nodes { id } } } } accounts { nodes { blocks { totalCount } } } }`
    expect(await app.graphql(key, document)).toEqual({
      data: {
        staff: { nodes: [{ blocks: { nodes: [] } }, { blocks: { nodes: [{ id: block.id }] } }] },
        resources: { nodes: [{ blocks: { nodes: [{ id: block.id }] } }] },
        accounts: { nodes: [{ blocks: { totalCount: 1 } }] },
      },
    })
    expect(await outcomes([book(shop, 10)])).toEqual({ SLOT_TAKEN: 1 })
    expect(await done(app, key, 'deleteBlock', { id: block.id }, whole)).toEqual(block)
    expect(await outcomes([book(shop, 10)])).toEqual({ done: 1 })
    const about = { staffIds: [shop.staffIds[1]], resourceIds: shop.resourceIds }
    const facts = Object.entries({ ...hour(10), reason: 'Repair', ...about })
    expect(await told(shop)).toMatchObject([
      {
        type: 'block.created',
        subjectVersion: 1,
        about,
        changes: facts.map(([field, to]) => ({ field, from: null, to })),
      },
      {
        type: 'block.deleted',
        subjectVersion: 2,
        about,
        changes: facts.map(([field, from]) => ({ field, from, to: null })),
      },
    ])
  })

  it('is changed as one, and its old time is free at once', async () => {
    const { shop, key, staffIds, resourceIds } = await open({ staff: 2, resources: [2] })
    const { id } = await done(app, key, 'createBlock', {
      ...hour(10),
      staffIds: [staffIds[0]],
      resourceIds,
      reason: 'Repair',
    })
    expect(await outcomes([book(shop, 10)])).toEqual({ SLOT_TAKEN: 1 })
    // An hour that meets its own old one is no obstacle.
    const later = { startsAt: tuesday(10, 30).toISOString(), endsAt: iso(12) }
    const moved = { id, ...later, staffIds, resourceIds: [], expectedVersion: 1 }
    expect(await done(app, key, 'updateBlock', moved, whole)).toMatchObject({
      ...later,
      reason: 'Repair',
      version: 2,
      staffMembers: staffIds.map((staffId) => ({ id: staffId })),
      resources: [],
    })
    expect(await outcomes([book(shop, 11)])).toEqual({ SLOT_TAKEN: 1 })
    expect(await outcomes([9, 12].map((at) => book(shop, at)))).toEqual({ done: 2 })
    const renamed = await done(app, key, 'updateBlock', { id, reason: null }, whole)
    expect(renamed).toMatchObject({ ...later, reason: null, version: 3 })
    // Nothing is changed by saying what is so.
    await done(app, key, 'updateBlock', { id, ...later, staffIds }, whole)
    const events = (await told(shop)).filter(({ type }) => type === 'block.updated')
    expect(events).toMatchObject([
      {
        subjectVersion: 2,
        about: { staffIds: shop.staffIds, resourceIds: shop.resourceIds },
        changes: [
          { field: 'startsAt', from: iso(10), to: later.startsAt },
          { field: 'endsAt', from: iso(11), to: later.endsAt },
          { field: 'staffIds', from: [shop.staffIds[0]], to: shop.staffIds },
          { field: 'resourceIds', from: shop.resourceIds, to: [] },
        ],
      },
      { subjectVersion: 3, changes: [{ field: 'reason', from: 'Repair', to: null }] },
    ])
  })

  it('stays whole as it was when it cannot be changed', async () => {
    const { shop, key, staffIds } = await open({ staff: 2 })
    const { id } = await done(app, key, 'createBlock', { ...hour(10), staffIds: [staffIds[0]] })
    await done(app, key, 'createBlock', { ...hour(12), staffIds: [staffIds[1]] })
    const { Occupancy: _rows, ...before } = await rowCounts(app)
    const taken = { where: { blockId: { not: null }, accountId: shop.accountId } }
    const occupied = await app.db.prisma.occupancy.findMany(taken)
    const wrong: [object, string][] = [
      [{ id, ...hour(12), staffIds }, 'SLOT_TAKEN'],
      [{ id, reason: 'Late', expectedVersion: 2 }, 'VERSION_CONFLICT'],
      [{ id, startsAt: iso(11) }, 'VALIDATION_FAILED'],
      [{ id, staffIds: [] }, 'VALIDATION_FAILED'],
    ]
    for (const [input, code] of wrong) {
      expect(await change(app, key, 'updateBlock', input, 'id')).toMatchObject({ code })
    }
    const stale = { id, expectedVersion: 2 }
    expect(await change(app, key, 'deleteBlock', stale, 'id')).toMatchObject({
      code: 'VERSION_CONFLICT',
    })
    expect(await rowCounts(app)).toMatchObject(before)
    expect(await app.db.prisma.occupancy.findMany(taken)).toEqual(occupied)
  })

  it('and another change places at once, or one after the other', async () => {
    const { key, staffIds } = await open({ staff: 2 })
    const made = await Promise.all(
      staffIds.map((id) => done(app, key, 'createBlock', { ...hour(10), staffIds: [id] })),
    )
    for (let round = 0; round < 6; round++) {
      const wishes = made.map(({ id }, index) => {
        const at = { ...hour(10 + (round % 2)), staffIds: [staffIds[(index + round) % 2]] }
        return change(app, key, 'updateBlock', { id, ...at }, 'id')
      })
      const codes = (await Promise.all(wishes)).map(({ code }) => code ?? 'done')
      expect(codes.filter((code) => code !== 'done' && code !== 'SLOT_TAKEN')).toEqual([])
    }
  })

  it('is found by time, staff, resources and number over accounts', async () => {
    const { key, staffIds, resourceIds } = await open({ staff: 2, resources: [2] })
    const make = (at: number, whom: object) =>
      done(app, key, 'createBlock', { ...hour(at), ...whom }, 'id serial')
    const one = await make(10, { staffIds: [staffIds[0]] })
    const two = await make(11, { staffIds, resourceIds })
    const find = async (filter: object) => {
      const document = 'query ($filter: BlockFilter) { blocks(filter: $filter) { nodes { id } } }'
      const { data } = await app.graphql(key, document, { filter })
      return data.blocks.nodes.map(({ id }: { id: string }) => id)
    }
    expect(await find({})).toEqual([one.id, two.id])
    expect(await find({ staffIds: [staffIds[1]] })).toEqual([two.id])
    expect(await find({ staffIds })).toEqual([one.id, two.id])
    expect(await find({ resourceIds })).toEqual([two.id])
    expect(await find({ serials: [one.serial] })).toEqual([one.id])
    expect(await find({ from: iso(11) })).toEqual([two.id])
    const middle = { from: tuesday(10, 30).toISOString(), to: iso(11) }
    expect(await find({ during: middle })).toEqual([one.id])
    expect(await find({ during: { from: iso(11) } })).toEqual([two.id])
  })

  it('is refused where time is booked, held, blocked or given to a session', async () => {
    const { shop, key, staffIds } = await open()
    await book(shop, 10)
    await hold(shop, 12)
    await done(app, key, 'createBlock', { ...hour(14), staffIds })
    const before = await rowCounts(app)
    for (const at of [10, 12, 14]) {
      expect(await change(app, key, 'createBlock', { ...hour(at), staffIds }, 'id')).toEqual({
        __typename: 'SlotTakenError',
        code: 'SLOT_TAKEN',
        message: 'The time cannot be blocked: some of it is booked, held or blocked already.',
        path: ['startsAt'],
      })
    }
    expect(await rowCounts(app)).toEqual(before)
    await done(app, key, 'createBlock', { ...hour(11), staffIds })
  })

  it('takes the time of a hold that ran out, swept or not', async () => {
    const { shop, key, staffIds } = await open({ resources: [1] })
    await hold(shop, 10)
    app.clock.advance(60_000)
    const block = await done(app, key, 'createBlock', { ...hour(10), staffIds }, 'startsAt')
    expect(block).toEqual({ startsAt: iso(10) })
  })

  it('goes to one of sixteen who ask at once', async () => {
    const { shop, key, staffIds } = await open()
    const attempts = Array.from({ length: 16 }, () =>
      change(app, key, 'createBlock', { ...hour(10), staffIds }, 'id'),
    )
    const codes = (await Promise.all(attempts)).map(({ code }) => code ?? 'done')
    expect(codes.filter((code) => code === 'done').length).toBe(1)
    expect(codes.filter((code) => code === 'SLOT_TAKEN').length).toBe(15)
    const { accountId } = shop
    expect(await app.db.prisma.block.count({ where: { accountId } })).toBe(1)
    expect(await app.db.prisma.event.count({ where: { accountId } })).toBe(1)
  })

  it('or a booking has a slot, never both', async () => {
    const { shop, key, staffIds } = await open()
    const block = async () => {
      const { code } = await change(app, key, 'createBlock', { ...hour(10), staffIds }, 'id')
      return code ?? 'done'
    }
    const bookings = [1, 2, 3, 4].map(() => book(shop, 10))
    const blocks = [1, 2, 3, 4].map(block)
    const counts = await outcomes(bookings)
    const codes = await Promise.all(blocks)
    const winners = (counts['done'] ?? 0) + codes.filter((code) => code === 'done').length
    expect(winners).toBe(1)
  })

  it.each([
    [{ staffIds: [] }, 'staffIds', 'A block names at least one staff member or resource.'],
    [{ endsAt: iso(10) }, 'endsAt', 'A block ends after it starts.'],
    [{ endsAt: '2027-03-05T10:00:00Z' }, 'endsAt', 'A block lasts at most 366 days.'],
    [
      { startsAt: '9999-12-31T23:59:59-12:00' },
      'startsAt',
      'The time must lie in the years 1970 to 2199.',
    ],
  ])('is refused with %j', async (wrong, field, message) => {
    const { key, staffIds } = await open()
    const answer = await change(app, key, 'createBlock', { ...hour(10), staffIds, ...wrong }, 'id')
    expect(answer).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      path: [field],
      message,
    })
  })
})

describe('a block of many units', () => {
  it('takes two thousand at once, and no more', async () => {
    const { shop, key, resourceIds } = await open({ resources: [1000, 1000, 1] })
    const all = { ...hour(10), resourceIds }
    expect(await change(app, key, 'createBlock', all, 'id')).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: 'A block takes at most 2000 units at once, and these have 2001.',
      path: ['resourceIds'],
    })
    await done(app, key, 'createBlock', { ...all, resourceIds: resourceIds.slice(0, 2) })
    const { accountId } = shop
    expect(await app.db.prisma.occupancy.count({ where: { accountId } })).toBe(2000)
  })
})

describe('archiving', () => {
  it('waits for the bookings that count on staff, room or customer', async () => {
    const { shop, key, staffIds, resourceIds, customerId } = await open({ resources: [1] })
    const booking = await book(shop, 10)
    const before = await rowCounts(app)
    const attempts: [string, string][] = [
      ['archiveStaffMember', staffIds[0] ?? ''],
      ['archiveResource', resourceIds[0] ?? ''],
      ['archiveCustomer', customerId],
    ]
    for (const [mutation, id] of attempts) {
      expect(await change(app, key, mutation, { id }, 'id')).toMatchObject({
        __typename: 'InUseError',
        code: 'IN_USE',
        path: ['id'],
      })
    }
    expect(await rowCounts(app)).toEqual(before)
    app.clock.set(tuesday(12).getTime())
    await setBookingStatus(shop.ctx, booking, 'COMPLETED')
    for (const [mutation, id] of attempts) await done(app, key, mutation, { id })
    app.clock.set('2026-03-02T08:00:00Z')
  })

  it('of a service leaves its bookings', async () => {
    const { shop, key } = await open()
    await book(shop, 10)
    const { accountId } = shop
    const id = encodeId('Service', { accountId, id: shop.serviceId })
    expect(await done(app, key, 'archiveService', { id }, 'active')).toEqual({ active: false })
    expect(await app.db.prisma.booking.count({ where: { accountId, status: 'CONFIRMED' } })).toBe(1)
  })

  it('or booking comes first, never both', async () => {
    const { shop, key, staffIds } = await open()
    const bookings = [9, 10, 11, 12].map((at) => book(shop, at))
    const archive = change(app, key, 'archiveStaffMember', { id: staffIds[0] }, 'active')
    const counts = await outcomes(bookings)
    const { code } = await archive
    const member = await app.db.prisma.staffMember.findFirstOrThrow({
      where: { accountId: shop.accountId },
    })
    expect(member.active).toBe(code === 'IN_USE')
    if (!member.active) expect(counts['done']).toBeUndefined()
  })
})

describe('the capacity of a resource', () => {
  const unitsOf = async ({ accountId }: Shop) => {
    const where = { accountId, kind: 'BLOCK' as const, active: true }
    const rows = await app.db.prisma.occupancy.findMany({ where, orderBy: { unit: 'asc' } })
    return rows.map(({ unit }) => unit)
  }

  it('grows and shrinks under a block, which goes on taking all of it', async () => {
    const { shop, key, resourceIds } = await open({ resources: [1] })
    await done(app, key, 'createBlock', { ...hour(10), resourceIds })
    const [id] = resourceIds
    await done(app, key, 'updateResource', { id, capacity: 3 })
    expect(await unitsOf(shop)).toEqual([0, 1, 2])
    await done(app, key, 'updateResource', { id, capacity: 2 })
    expect(await unitsOf(shop)).toEqual([0, 1])
  })

  it('cannot shrink below what is booked', async () => {
    const { shop, key, resourceIds } = await open({ staff: 2, resources: [3] })
    await book(shop, 10)
    await book(shop, 10)
    const [id] = resourceIds
    expect(await change(app, key, 'updateResource', { id, capacity: 1 }, 'id')).toMatchObject({
      code: 'IN_USE',
      path: ['capacity'],
    })
    expect(await done(app, key, 'updateResource', { id, capacity: 2 }, 'capacity version')).toEqual(
      {
        capacity: 2,
        version: 2,
      },
    )
  })
})
