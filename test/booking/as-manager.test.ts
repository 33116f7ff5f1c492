// A manager books what customers may not, one limit at a time, and nothing that is not free; and
// whoever may not change hours is no manager.

import { describe, expect, it } from 'vitest'
import { firstOffers, loadOffers } from '../../src/availability/availability.data.ts'
import { createBlock } from '../../src/availability/block.actions.ts'
import { createBookings } from '../../src/booking/batch.actions.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { placeHold } from '../../src/booking/hold.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { createBookingSeries } from '../../src/booking/series.actions.ts'
import { updateBooking } from '../../src/booking/status.actions.ts'
import type { Prisma } from '../../src/generated/prisma/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { DAY, HOUR } from '../../src/time/instant.ts'
import { documentOf, rowCounts } from '../support/ask.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { refusal } from '../support/refusals.ts'
import { asked, monday, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp()
const { db } = app

type Terms = Partial<Prisma.ServiceUncheckedCreateInput>

const open = (service: Terms, staff = 1) => openShop(db, { staff, service })
const book = (shop: Shop, wish: object) => createBooking(shop.ctx, asked(shop, wish))
const asManager = true

async function offered(shop: Shop, question: { partySize?: number; asManager?: boolean } = {}) {
  const services = [{ accountId: shop.accountId, id: shop.serviceId }]
  const none = { durationMinutes: null, staffIds: null, resourceIds: null, exceptBookingId: null }
  const asking = { services, now: shop.clock.now(), partySize: 1, ...none, ...question }
  const offers = (await loadOffers(db, asking, monday, monday + 40 * DAY)).get(shop.serviceId) ?? []
  const first = (await firstOffers(db, asking, monday, 1)).get(shop.serviceId) ?? []
  expect(first).toEqual(offers.slice(0, 1))
  return offers.map(({ startsAt }) => startsAt)
}

const limits: [string, Terms, { startsAt: Date; partySize?: number }, string][] = [
  ['notice', { minNoticeMinutes: 2 * 1440 }, { startsAt: tuesday(10) }, 'TOO_SOON'],
  ['days ahead', { maxAdvanceDays: 0 }, { startsAt: tuesday(10) }, 'TOO_LATE'],
  [
    'the first bookable date',
    { bookableFromOn: new Date('2026-03-05') },
    { startsAt: tuesday(10) },
    'TOO_SOON',
  ],
  [
    'the last bookable date',
    { bookableUntilOn: new Date('2026-03-02') },
    { startsAt: tuesday(10) },
    'TOO_LATE',
  ],
  ['the largest party', {}, { startsAt: tuesday(10), partySize: 3 }, 'LIMIT_REACHED'],
  [
    'the smallest party',
    { minParty: 2, maxParty: 4 },
    { startsAt: tuesday(10), partySize: 1 },
    'LIMIT_REACHED',
  ],
  ['the day’s number', { dailyLimit: 0 }, { startsAt: tuesday(10) }, 'LIMIT_REACHED'],
]

describe('a manager is not bound by', () => {
  it.each(limits)('%s', async (_name, terms, wish, code) => {
    const shop = await open(terms)
    const party = { partySize: wish.partySize ?? 1 }
    expect(await refusal(book(shop, wish))).toBe(code)
    expect(await offered(shop, party)).not.toContain(wish.startsAt.getTime())
    expect(await offered(shop, { ...party, asManager })).toContain(wish.startsAt.getTime())
    expect(await book(shop, { ...wish, asManager })).toMatchObject({ status: 'CONFIRMED', ...wish })
  })

  it('the day’s number of whoever does it', async () => {
    const shop = await open({})
    const { accountId } = shop
    await db.prisma.staffMember.updateMany({ where: { accountId }, data: { dailyLimit: 1 } })
    await book(shop, { startsAt: tuesday(9) })
    expect(await refusal(book(shop, { startsAt: tuesday(11) }))).toBe('LIMIT_REACHED')
    expect(await offered(shop, { asManager })).toContain(tuesday(11).getTime())
    await book(shop, { startsAt: tuesday(11), asManager })
  })

  it('the terms of a class', async () => {
    const shop = await open({ kind: 'CLASS', minNoticeMinutes: 2 * 1440, maxParty: 1, capacity: 9 })
    const sessionId = await schedule(shop, 3, tuesday(10))
    expect(await offered(shop, { partySize: 3 })).toEqual([])
    expect(await offered(shop, { partySize: 3, asManager })).toEqual([tuesday(10).getTime()])
    expect(await refusal(book(shop, { sessionId }))).toBe('TOO_SOON')
    expect(await refusal(book(shop, { sessionId, partySize: 4, asManager }))).toBe('NO_CAPACITY')
    await book(shop, { sessionId, partySize: 3, asManager })
    expect(await offered(shop, { partySize: 1, asManager })).toEqual([])
  })

  it('them in any other way of booking', async () => {
    const shop = await open({ minNoticeMinutes: 10 * 1440, maxParty: 1 }, 2)
    const hold = { partySize: 2, ttlSeconds: null, replaces: null }
    const wish = (hour: number) => asked(shop, { startsAt: tuesday(hour), asManager })
    await placeHold(shop.ctx, { ...wish(9), ...hold })
    const { customerId, customer } = wish(9)
    const batch = { customerId, customer, idempotencyKey: null }
    const [one] = await createBookings(shop.ctx, { ...batch, items: [wish(11)] })
    const rule = 'FREQ=DAILY;COUNT=2'
    await createBookingSeries(shop.ctx, { ...wish(15), rule, policy: 'ALL_OR_NOTHING' })
    const move = { ...wish(13), expectedVersion: null }
    expect(await refusal(rescheduleBooking(shop.ctx, one!, { ...move, asManager: false }))).toBe(
      'TOO_SOON',
    )
    expect(await rescheduleBooking(shop.ctx, one!, move)).toMatchObject({ startsAt: tuesday(13) })
    const [, other = ''] = shop.staffIds.toSorted((a) => (a === one!.staffId ? -1 : 1))
    const give = { ...move, startsAt: null, staffId: other }
    expect(await rescheduleBooking(shop.ctx, one!, give)).toMatchObject({ staffId: other })
    expect(await refusal(updateBooking(shop.ctx, one!, { partySize: 5 }))).toBe('LIMIT_REACHED')
    const more = await updateBooking(shop.ctx, one!, { partySize: 5, asManager })
    expect(more).toMatchObject({ partySize: 5 })
  })
})

describe('a manager is bound by', () => {
  it('hours, what is taken, blocks, and the present', async () => {
    const shop = await open({ minNoticeMinutes: 60 })
    const { accountId, staffIds } = shop
    await book(shop, { startsAt: tuesday(10) })
    const block = { startsAt: tuesday(13), endsAt: tuesday(14), reason: null, resourceIds: [] }
    await createBlock(shop.ctx, accountId, { ...block, staffIds })
    const at = async (startsAt: Date) => refusal(book(shop, { startsAt, asManager }))
    expect(await at(tuesday(10, 30))).toBe('SLOT_TAKEN')
    expect(await at(tuesday(13))).toBe('SLOT_TAKEN')
    expect(await at(tuesday(18))).toBe('OUTSIDE_AVAILABILITY')
    expect(await at(tuesday(11, 5))).toBe('OUTSIDE_AVAILABILITY')
    shop.clock.set(tuesday(12, 1).getTime())
    expect(await at(tuesday(12))).toBe('TOO_SOON')
    const left = (await offered(shop, { asManager })).filter(
      (start) => start < tuesday(18).getTime(),
    )
    expect(left.map((start) => (start - tuesday(0).getTime()) / HOUR)).toEqual([
      14, 14.25, 14.5, 14.75, 15, 15.25, 15.5, 15.75, 16,
    ])
  })
})

it('nobody is a manager without availability:write, in any way to book', async () => {
  const shop = await open({ dailyLimit: 5 })
  const { accountId, serviceId } = shop
  const made = await book(shop, { startsAt: tuesday(9) })
  const serves = ['bookings:read', 'bookings:write', 'availability:read'] as const
  const { key } = await makeApiKey(db, { accountId, role: 'OWNER', scopes: serves })
  const service = encodeId('Service', { accountId, id: serviceId })
  const id = encodeId('Booking', made)
  const who = { customerId: encodeId('Customer', { accountId, id: shop.customerId }) }
  const slot = { serviceId: service, startsAt: tuesday(11).toISOString() }
  const inputs = {
    createBooking: { ...slot, ...who },
    createBookings: { items: [slot], ...who },
    createBookingSeries: { ...slot, ...who, rule: 'FREQ=DAILY;COUNT=2' },
    placeHold: slot,
    rescheduleBooking: { id, startsAt: tuesday(11).toISOString() },
    reassignBooking: { id, staffId: encodeId('StaffMember', { accountId, id: shop.staffIds[0]! }) },
    updateBooking: { id, partySize: 2 },
  }
  // The attempts themselves are told.
  const { AuditEntry: _attempts, ...rows } = await rowCounts(app)
  for (const [name, input] of Object.entries(inputs)) {
    const document = documentOf(name, '__typename')
    const answer = await app.graphql(key, document, { input: { ...input, asManager } })
    const told = answer.errors?.map(({ extensions }) => extensions)
    expect(told).toMatchObject([{ code: 'FORBIDDEN', requiredScopes: [['availability:write']] }])
  }
  const lists = [
    `availability(input: { serviceId: "${service}", from: "2026-03-03", asManager: true }) {
      timeZone }`,
    `firstAvailable(serviceIds: ["${service}"], asManager: true) { slots { startsAt } }`,
  ]
  for (const list of lists) {
    const { errors } = await app.graphql(key, `{ ${list} }`)
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: [['availability:write']],
    })
  }
  expect(await rowCounts(app)).toMatchObject(rows)
})
