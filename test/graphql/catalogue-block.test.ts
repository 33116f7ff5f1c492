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

const whole = 'id startsAt endsAt reason staffMembers { id } resources { id } account { id }'

describe('a block', () => {
  it('takes staff and all units, is seen below each, and gives the time back', async () => {
    const { shop, key, staffIds, resourceIds } = await open({ staff: 2, resources: [2] })
    const input = { ...hour(10), staffIds: [staffIds[1]], resourceIds, reason: 'Repair' }
    const block = await done(app, key, 'createBlock', input, whole)
    expect(block).toEqual({
      id: block.id,
      ...hour(10),
      reason: 'Repair',
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
    const { accountId } = shop
    const events = await app.db.prisma.event.findMany({
      where: { accountId, type: 'availability.changed' },
      orderBy: { seq: 'asc' },
    })
    const about = { staffIds: [shop.staffIds[1]], resourceIds: shop.resourceIds }
    expect(events).toMatchObject([
      { about, changes: [{ field: 'block', from: null, to: { reason: 'Repair', ...hour(10) } }] },
      { about, changes: [{ field: 'block', to: null, from: { reason: 'Repair', ...hour(10) } }] },
    ])
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
