// Secret addresses of bookings: made, kept as hashes, ended; and what a customer may do to their
// own booking, by the policy of its service.
import { describe, expect, it } from 'vitest'
import { findManaged, pruneManageLinks } from '../../src/booking/manage-link.data.ts'
import { parseManageSecret } from '../../src/auth/secret.ts'
import type { Scope } from '../../src/auth/scope.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, documentOf, done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, schedule, tuesday } from '../support/shop.ts'

const app = await testApp()
const { prisma } = app.db
const DAY = 86_400_000

async function desk(options: Parameters<typeof openShop>[1] = {}, link: object = {}) {
  const shop = await openShop(app.db, { staff: 2, ...options })
  const { accountId, serviceId, staffIds } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const staff = staffIds.map((id) => encodeId('StaffMember', { accountId, id }))
  const made = await done(app, key, 'createBookingLink', {
    accountId: encodeId('Account', { accountId, id: accountId }),
    slug: 'visit',
    title: 'A visit',
    serviceIds: [encodeId('Service', { accountId, id: serviceId })],
    ...link,
  })
  const book = (startsAt: Date, answers = {}): Promise<string> => {
    const input = { linkId: made.id, startsAt, customer: { name: 'Grace Hopper' }, answers }
    return done(app, key, 'createLinkBooking', input).then(({ id }) => id)
  }
  const move = async (id: string, startsAt: Date, more = {}) => {
    const input = { bookingId: id, startsAt, ...more }
    const answer = await change(app, key, 'moveBookingAsCustomer', input, 'startsAt version')
    return answer.code ?? answer.data.startsAt.slice(0, 16)
  }
  const moves = async (id: string, from = '2026-03-03', days = 1): Promise<string[]> => {
    const document = `query ($id: ID!, $from: LocalDate!, $days: Int) { booking(id: $id) {
      customerMoves(from: $from, days: $days) { slots { startsAt } } } }`
    const { data } = await app.graphql(key, document, { id, from, days })
    return data.booking.customerMoves.slots.map((slot: { startsAt: string }) =>
      slot.startsAt.slice(0, 16),
    )
  }
  const may = async (id: string) => {
    const document = `query ($id: ID!) { booking(id: $id) { customerMay { moveUntil cancelUntil } } }`
    return (await app.graphql(key, document, { id })).data.booking.customerMay
  }
  return { ...shop, key, staff, linkId: made.id as string, book, move, moves, may }
}

async function manageLink(token: string, bookingId: string): Promise<string> {
  const document = documentOf('createManageLink', 'id', 'secret')
  const { data } = await app.graphql(token, document, { input: { bookingId } })
  expect(data.result.data.id).toBe(bookingId)
  return data.result.secret
}

const hashOf = (url: string) => parseManageSecret(url.split('/').at(-1) ?? '') as Buffer

describe('an address of a booking', () => {
  it('is found by its secret, which stands in no table', async () => {
    const { accountId, key, book } = await desk()
    const id = await book(tuesday(10))
    const [first, second] = [await manageLink(key, id), await manageLink(key, id)]
    expect(first).toMatch(new RegExp(`^${app.url}/manage/sgm_\\w{49}$`))
    expect(second).not.toBe(first)
    const [row] = await prisma.booking.findMany({ where: { accountId } })
    const key2 = { accountId, id: row?.id }
    expect(await findManaged(app.db, hashOf(first), app.clock.now())).toEqual(key2)
    expect(await findManaged(app.db, hashOf(second), app.clock.now())).toEqual(key2)
    const kept = await prisma.manageLink.findMany({ where: { accountId } })
    const audited = await prisma.auditEntry.findMany({ where: { accountId } })
    const text = JSON.stringify([kept, audited.map((entry) => ({ ...entry, seq: null }))])
    expect(text).not.toContain(first.split('sgm_')[1])
    const actions = audited.map(({ action }) => action)
    expect(actions.filter((action) => action === 'manage_link.created')).toHaveLength(2)
  })

  it('ends with all others when they are revoked, and 30 days after the booking', async () => {
    const { key, book } = await desk()
    const id = await book(tuesday(10))
    const url = await manageLink(key, id)
    const end = tuesday(11).getTime()
    expect(await findManaged(app.db, hashOf(url), end + 30 * DAY - 1)).not.toBeNull()
    expect(await findManaged(app.db, hashOf(url), end + 30 * DAY)).toBeNull()
    await pruneManageLinks(app.db, end + 30 * DAY - 1)
    expect(await findManaged(app.db, hashOf(url), app.clock.now())).not.toBeNull()
    await done(app, key, 'revokeManageLinks', { bookingId: id })
    expect(await findManaged(app.db, hashOf(url), app.clock.now())).toBeNull()
    const again = await manageLink(key, id)
    await pruneManageLinks(app.db, end + 30 * DAY)
    expect(
      await prisma.manageLink.count({ where: { secretHash: new Uint8Array(hashOf(again)) } }),
    ).toBe(0)
  })

  it('is one of fifty at most: the oldest give way', async () => {
    const { accountId, key, book } = await desk()
    const id = await book(tuesday(10))
    const first = await manageLink(key, id)
    app.clock.advance(1000)
    for (let count = 0; count < 49; count += 1) await manageLink(key, id)
    expect(await findManaged(app.db, hashOf(first), app.clock.now())).not.toBeNull()
    await manageLink(key, id)
    expect(await findManaged(app.db, hashOf(first), app.clock.now())).toBeNull()
    expect(await prisma.manageLink.count({ where: { accountId } })).toBe(50)
  })

  it('goes when its customer is erased', async () => {
    const { accountId, key, book, clock } = await desk()
    const id = await book(tuesday(10))
    const url = await manageLink(key, id)
    await done(app, key, 'cancelBooking', { id })
    const { customerId } = await prisma.booking.findFirstOrThrow({ where: { accountId } })
    await done(app, key, 'eraseCustomer', {
      id: encodeId('Customer', { accountId, id: customerId }),
    })
    expect(await findManaged(app.db, hashOf(url), clock.now())).toBeNull()
  })

  it('is made by whoever may see and do all that it shows and does', async () => {
    const { accountId, key, book } = await desk()
    const id = await book(tuesday(10))
    const all: Scope[] = [
      'bookings:read',
      'bookings:write',
      'services:read',
      'staff:read',
      'payments:read',
    ]
    for (const scope of all) {
      const scopes = all.filter((each) => each !== scope)
      const less = await makeApiKey(app.db, { accountId, scopes })
      const input = { bookingId: id }
      const answer = await app.graphql(less.key, documentOf('createManageLink', 'id'), { input })
      expect([scope, answer.errors?.[0]?.extensions.code]).toEqual([scope, 'FORBIDDEN'])
    }
    const { key: enough } = await makeApiKey(app.db, { accountId, scopes: all })
    await manageLink(enough, id)
    const other = await desk()
    const foreign = await change(app, other.key, 'createManageLink', { bookingId: id }, 'id')
    const madeUp = await change(app, key, 'revokeManageLinks', { bookingId: 'made up' }, 'id')
    expect([foreign.code, madeUp.code]).toEqual(['NOT_FOUND', 'NOT_FOUND'])
  })
})

describe('a customer', () => {
  it('may move until cancelling costs, and cancel until the start', async () => {
    const strict = { cancelFreeHours: 24, cancelRefundPercent: 50 }
    const { book, may, move, key, clock } = await desk({ service: strict })
    const id = await book(new Date('2026-03-05T10:00:00Z'))
    expect(await may(id)).toEqual({
      moveUntil: '2026-03-04T10:00:00.000Z',
      cancelUntil: '2026-03-05T10:00:00.000Z',
    })
    app.clock.set('2026-03-04T10:00:00.001Z')
    expect(await may(id)).toEqual({ moveUntil: null, cancelUntil: '2026-03-05T10:00:00.000Z' })
    expect(await move(id, new Date('2026-03-06T10:00:00Z'))).toBe('ILLEGAL_TRANSITION')
    app.clock.set('2026-03-05T10:00:00Z')
    expect(await may(id)).toEqual({ moveUntil: null, cancelUntil: null })
    app.clock.set(clock.now())
    await done(app, key, 'cancelBooking', { id })
    expect(await may(id)).toEqual({ moveUntil: null, cancelUntil: null })
    expect(await move(id, new Date('2026-03-06T10:00:00Z'))).toBe('ALREADY_CANCELLED')
  })

  it('may move until the start where cancelling never costs', async () => {
    const { book, may } = await desk({ service: { cancelFreeHours: 48 } })
    const start = '2026-03-03T10:00:00.000Z'
    expect(await may(await book(tuesday(10)))).toEqual({ moveUntil: start, cancelUntil: start })
  })

  it('moves to what the link offers, to the start, whether or not it is open', async () => {
    const hours = [{ weekday: 2, startLocalTime: '10:00', endLocalTime: '12:00' }]
    const { book, move, moves } = await desk({ staff: 1 }, { hours, maxBookings: 1 })
    const id = await book(tuesday(10))
    expect(await moves(id)).toEqual([
      '2026-03-03T10:00',
      '2026-03-03T10:15',
      '2026-03-03T10:30',
      '2026-03-03T10:45',
      '2026-03-03T11:00',
    ])
    expect(await move(id, tuesday(13))).toBe('OUTSIDE_AVAILABILITY')
    expect(await move(id, tuesday(10, 30))).toBe('2026-03-03T10:30')
    expect(await move(id, tuesday(11), { expectedVersion: 1 })).toBe('VERSION_CONFLICT')
    expect(await moves(id, '2026-03-04', 6)).toEqual([])
  })

  it('stays with those to whom the answers led', async () => {
    const questions = [{ id: 'who', label: 'Who?', type: 'CHOICE', choices: ['One', 'Two'] }]
    const shop = await desk()
    const conditions = [{ questionId: 'who', operator: 'IS', value: 'One' }]
    const routing = [{ conditions, staffIds: [shop.staff[1]] }]
    await done(app, shop.key, 'updateBookingLink', { id: shop.linkId, questions, routing })
    const id = await shop.book(tuesday(10), { who: 'One' })
    const other = await shop.book(tuesday(12), { who: 'One' })
    expect(await shop.moves(id)).not.toContain('2026-03-03T12:00')
    expect(await shop.move(id, tuesday(12))).toBe('SLOT_TAKEN')
    expect(await shop.move(other, tuesday(13))).toBe('2026-03-03T13:00')
    expect(await shop.move(id, tuesday(12))).toBe('2026-03-03T12:00')
  })

  it('of a class moves to another session', async () => {
    const shop = await desk({ service: { kind: 'CLASS', capacity: 1 } })
    for (const hour of [10, 12, 14]) await schedule(shop, 1, tuesday(hour))
    const id = await shop.book(tuesday(10))
    await shop.book(tuesday(12))
    expect(await shop.moves(id)).toEqual(['2026-03-03T10:00', '2026-03-03T14:00'])
    expect(await shop.move(id, tuesday(12))).toBe('NO_CAPACITY')
    expect(await shop.move(id, tuesday(13))).toBe('OUTSIDE_AVAILABILITY')
    expect(await shop.move(id, tuesday(14))).toBe('2026-03-03T14:00')
    expect(await shop.moves(id)).toEqual(['2026-03-03T10:00', '2026-03-03T14:00'])
  })

  it('moves a booking that came through no link by its service', async () => {
    const { accountId, serviceId, customerId, key, move, moves } = await desk({ staff: 1 })
    const { id } = await done(app, key, 'createBooking', {
      serviceId: encodeId('Service', { accountId, id: serviceId }),
      customerId: encodeId('Customer', { accountId, id: customerId }),
      startsAt: tuesday(10),
    })
    expect((await moves(id)).length).toBe(29)
    expect(await move(id, tuesday(16))).toBe('2026-03-03T16:00')
  })
})
