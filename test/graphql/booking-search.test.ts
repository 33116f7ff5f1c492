// Finding bookings by the caller's own reference, and what cancelling shows before and after.

import { beforeAll, describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, openShop, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp()

let shop: Shop
let key: string
const numbers: Record<string, string> = {}

beforeAll(async () => {
  shop = await openShop(app.db)
  key = (await makeApiKey(app.db, { accountId: shop.accountId })).key
  const refs = ['ERP-7', 'ERP-77', 'erp-7', null]
  for (const [index, externalRef] of refs.entries()) {
    const wish = asked(shop, { startsAt: tuesday(9 + index), externalRef })
    numbers[String(externalRef)] = (await createBooking(shop.ctx, wish)).number
  }
})

const found = async (filter: object) => {
  const document = `query ($filter: BookingFilter) { bookings(filter: $filter) {
    totalCount nodes { number externalRef }
  } }`
  const { data } = await app.graphql(key, document, { filter })
  return data.bookings.nodes.map(({ externalRef }: { externalRef: string }) => externalRef)
}

describe('an external reference', () => {
  it('is filtered by exactly, letter by letter', async () => {
    expect(await found({ externalRef: 'ERP-7' })).toEqual(['ERP-7'])
    expect(await found({ externalRef: 'ERP' })).toEqual([])
    expect(await found({ externalRef: 'ERP_7' })).toEqual([])
  })

  it('is searched for by any part of it, in any case, as numbers are', async () => {
    expect(await found({ search: 'erp-7' })).toEqual(['ERP-7', 'ERP-77', 'erp-7'])
    expect(await found({ search: '-77' })).toEqual(['ERP-77'])
    expect(await found({ search: numbers['null'] })).toEqual([null])
    expect(await found({ search: 'ERP_7' })).toEqual([])
  })

  it('is changed and cleared by an edit, and has at most 255 characters', async () => {
    const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(14) }))
    const id = encodeId('Booking', booking)
    const edit = (externalRef: string | null) =>
      change(app, key, 'updateBooking', { id, externalRef }, 'externalRef')
    expect((await edit('PO 1')).data).toEqual({ externalRef: 'PO 1' })
    expect((await edit(null)).data).toEqual({ externalRef: null })
    expect(await edit('x'.repeat(256))).toMatchObject({
      code: 'VALIDATION_FAILED',
      path: ['externalRef'],
    })
  })
})

describe('a booking', () => {
  it('says who made it, what it costs and why, how many came, and who ended it', async () => {
    const { accountId } = shop
    const { key: desk } = await makeApiKey(app.db, { accountId, name: 'Front desk' })
    const input = {
      serviceId: encodeId('Service', { accountId, id: shop.serviceId }),
      customerId: encodeId('Customer', { accountId, id: shop.customerId }),
      startsAt: tuesday(15),
    }
    const fields = `id createdBy cancelledBy cancelledAt price { amount currency } priceReason
      refundDue { amount } party { total attended }`
    const made = await done(app, desk, 'createBooking', input, fields)
    const { id } = made
    expect(made).toMatchObject({
      createdBy: 'Front desk',
      cancelledBy: null,
      cancelledAt: null,
      price: { amount: 4500, currency: 'EUR' },
      priceReason: null,
      party: { total: 1, attended: null },
    })
    const adjusted = { id, price: 4000, priceReason: 'regular' }
    const cheaper = await done(app, desk, 'updateBooking', adjusted, fields)
    expect(cheaper).toMatchObject({ price: { amount: 4000 }, priceReason: 'regular' })
    const cancelled = await done(app, desk, 'cancelBooking', { id }, fields)
    expect(cancelled).toMatchObject({
      cancelledBy: 'Front desk',
      cancelledAt: '2026-03-02T08:00:00.000Z',
      refundDue: { amount: 0 },
    })
    const document = `query ($id: ID!) { booking(id: $id) { history { nodes {
      type actor { kind name } changes { field from to }
    } } } }`
    const { data } = await app.graphql(desk, document, { id })
    const nodes = data.booking.history.nodes.slice(1)
    const actor = { kind: 'API_KEY', name: 'Front desk' }
    expect(nodes).toEqual([
      {
        type: 'booking.updated',
        actor,
        changes: [
          { field: 'price.amount', from: 4500, to: 4000 },
          { field: 'priceReason', from: null, to: 'regular' },
        ],
      },
      {
        type: 'booking.cancelled',
        actor,
        changes: [{ field: 'status', from: 'CONFIRMED', to: 'CANCELLED' }],
      },
    ])
  })

  it('shows its makers only with audit:read, its price only with payments:read', async () => {
    const { accountId } = shop
    const scopes = ['bookings:read'] as const
    const { key: clerk } = await makeApiKey(app.db, { accountId, scopes })
    const document = `{ bookings(first: 1) { nodes { number createdBy priceReason } } }`
    const { data, errors } = await app.graphql(clerk, document)
    expect(data.bookings.nodes).toEqual([
      { number: numbers['ERP-7'], createdBy: null, priceReason: null },
    ])
    expect(errors?.map(({ extensions }) => extensions['requiredScopes'])).toEqual([
      [['bookings:read', 'audit:read']],
      [['bookings:read', 'payments:read']],
    ])
  })
})

describe('the number for systems whose ids are integers', () => {
  it('is of one booking alone, and finds it', async () => {
    const list = `query ($filter: BookingFilter) { bookings(filter: $filter) {
      nodes { serial number } } }`
    const all = (await app.graphql(key, list)).data.bookings.nodes
    const serials = new Set(all.map(({ serial }: { serial: number }) => serial))
    expect(serials.size).toBe(all.length)
    const [, second] = all
    const { data } = await app.graphql(key, list, { filter: { serials: [second.serial, -1] } })
    expect(data.bookings.nodes).toEqual([second])
  })
})
