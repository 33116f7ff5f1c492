// What a time costs is said before it is booked: offered, held and booked by one rule.

import { describe, expect, it } from 'vitest'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp({ start: '2026-03-02T08:00:00Z' })

const idIn =
  ({ accountId }: Shop) =>
  (name: NodeName, id = '') =>
    encodeId(name, { accountId, id })

async function slotPrices(key: string, input: object): Promise<(number | null)[]> {
  const document = `query ($input: AvailabilityInput!) { availability(input: $input) {
    slots { price { amount currency } } } }`
  const { data } = await app.graphql(key, document, { input })
  return data.availability.slots.map(({ price }: { price: { amount: number } | null }) =>
    price === null ? null : price.amount,
  )
}

const distinct = (prices: (number | null)[]) => [...new Set(prices)]

describe('the price of a time', () => {
  it('is the own price of whoever does it, offered, held and booked', async () => {
    const shop = await openShop(app.db, { staff: 2 })
    const [cheap = '', dear = ''] = shop.staffIds
    const { accountId, serviceId } = shop
    await app.db.prisma.serviceStaff.update({
      where: { accountId_serviceId_staffId: { accountId, serviceId, staffId: dear } },
      data: { priceMinor: 6000 },
    })
    const { key } = await makeApiKey(app.db, { accountId })
    const id = idIn(shop)
    const service = { serviceId: id('Service', serviceId) }
    const day = { ...service, from: '2026-03-03', days: 1 }
    expect(distinct(await slotPrices(key, day))).toEqual([4500])
    const theirs = { ...day, staffIds: [id('StaffMember', dear)] }
    expect(distinct(await slotPrices(key, theirs))).toEqual([6000])

    for (const [staffId, amount, hour] of [
      [cheap, 4500, 9],
      [dear, 6000, 11],
    ] as const) {
      const slot = { ...service, startsAt: tuesday(hour), staffId: id('StaffMember', staffId) }
      const hold = await done(app, key, 'placeHold', slot, 'id price { amount currency }')
      expect(hold.price).toEqual({ amount, currency: 'EUR' })
      const wish = { ...service, holdId: hold.id, customerId: id('Customer', shop.customerId) }
      const booking = await done(app, key, 'createBooking', wish, 'price { amount }')
      expect(booking.price).toEqual({ amount })
      const used = `query ($id: ID!) { node(id: $id) { ... on Hold { state price { amount } } } }`
      const { data } = await app.graphql(key, used, { id: hold.id })
      expect(data.node).toEqual({ state: 'USED', price: null })
    }
  })

  it('of a class is for all heads of the party', async () => {
    const service = { kind: 'CLASS', priceMinor: 1500, maxParty: 4 } as const
    const shop = await openShop(app.db, { service })
    const { key } = await makeApiKey(app.db, { accountId: shop.accountId })
    const id = idIn(shop)
    const sessionId = id('Session', await schedule(shop, 8, tuesday(9)))
    const serviceId = id('Service', shop.serviceId)
    const day = { serviceId, from: '2026-03-03', days: 1 }
    expect(await slotPrices(key, day)).toEqual([1500])
    expect(await slotPrices(key, { ...day, partySize: 3 })).toEqual([4500])
    const seats = { serviceId, sessionId, partySize: 3 }
    const hold = await done(app, key, 'placeHold', seats, 'price { amount }')
    expect(hold.price).toEqual({ amount: 4500 })
    const wish = { ...seats, customerId: id('Customer', shop.customerId) }
    const booking = await done(app, key, 'createBooking', wish, 'price { amount }')
    expect(booking.price).toEqual({ amount: 4500 })
  })

  it('is that of the lead where all do it together', async () => {
    const shop = await openShop(app.db, { staff: 2, service: { staffMode: 'COLLECTIVE' } })
    const { accountId, serviceId } = shop
    const [lead = '', second = ''] = shop.staffIds
    for (const [staffId, priceMinor] of [
      [lead, 7000],
      [second, 100],
    ] as const) {
      await app.db.prisma.serviceStaff.update({
        where: { accountId_serviceId_staffId: { accountId, serviceId, staffId } },
        data: { priceMinor },
      })
    }
    const { key } = await makeApiKey(app.db, { accountId })
    const id = idIn(shop)
    const day = { serviceId: id('Service', serviceId), from: '2026-03-03', days: 1 }
    const [price] = distinct(await slotPrices(key, day))
    const slot = { serviceId: id('Service', serviceId), startsAt: tuesday(9) }
    const hold = await done(app, key, 'placeHold', slot, 'id price { amount }')
    const wish = { ...slot, holdId: hold.id, customerId: id('Customer', shop.customerId) }
    const booking = await done(app, key, 'createBooking', wish, 'price { amount }')
    expect([price, hold.price.amount, booking.price.amount]).toEqual([7000, 7000, 7000])
  })

  it('is null where there is none, and denied without the scope for prices', async () => {
    const shop = await openShop(app.db, { service: { priceMinor: null } })
    const { accountId, serviceId } = shop
    const { key } = await makeApiKey(app.db, { accountId })
    const day = { serviceId: idIn(shop)('Service', serviceId), from: '2026-03-03', days: 1 }
    expect(distinct(await slotPrices(key, day))).toEqual([null])
    const scopes = ['availability:read'] as const
    const blind = (await makeApiKey(app.db, { accountId, scopes })).key
    const document = `query ($input: AvailabilityInput!) { availability(input: $input) {
      slots { startsAt price { amount } } } }`
    const { data, errors } = await app.graphql(blind, document, { input: day })
    expect(data.availability.slots[0]).toEqual({
      startsAt: '2026-03-03T09:00:00.000Z',
      price: null,
    })
    expect(errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: [['payments:read']],
    })
  })
})
