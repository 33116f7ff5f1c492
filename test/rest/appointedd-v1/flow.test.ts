// A program that was written for Appointedd's V1: it searches, reserves, books, reads, moves and
// cancels, and a receiver of its webhooks hears of each. Then pages, zones, money and rights.
import { beforeAll, describe, expect, it } from 'vitest'
import { appointeddV1 } from '../../../src/rest/appointedd-v1/appointedd-v1.ts'
import { createBooking } from '../../../src/booking/booking.actions.ts'
import { newId } from '../../../src/db/id.ts'
import { testApp } from '../../support/app.ts'
import { issued, rowCounts } from '../../support/ask.ts'
import { asked, tuesday } from '../../support/shop.ts'
import { startReceiver } from '../../webhook/receiver.ts'
import { answerFault } from '../support/described.ts'
import type { Answered } from '../support/calling.ts'
import { calling, keyFor, openClinic, type Clinic } from './v1-world.ts'

const app = await testApp({ start: '2026-03-01T08:00:00Z' })

const search = (clinic: Clinic, body: object) =>
  clinic.call('/availability/intervals/search', {
    body: { ranges: ['2026-03-03'], service_id: clinic.names['cut'], ...body },
  })

const reserve = (clinic: Clinic, body: object) =>
  clinic.call('/availability/slots', { body: { service_id: clinic.names['cut'], ...body } })

async function book(clinic: Clinic, start: string, customer: object, more: object = {}) {
  const { body: reserved } = await reserve(clinic, { start })
  const body = { reservation_id: reserved.data.id, customers: [customer], ...more }
  return clinic.call('/bookings', { body })
}

const basic = `Basic ${btoa('hook:secret')}`

describe('a program', () => {
  it('finds, reserves, books, reads, moves and cancels; its receiver hears of it', async () => {
    const clinic = await openClinic(app)
    const receiver = await startReceiver()
    await issued(app, clinic.key, 'createWebhookEndpoint', {
      accountId: clinic.names['account'],
      url: receiver.url,
      types: ['booking.*', 'customer.*'],
      format: 'appointedd_v1',
      headers: [{ name: 'Authorization', value: basic }],
    })
    const told: Record<string, { booking?: Record<string, unknown>; participants?: unknown[] }> = {}
    /** Takes a message as the vendor's page says: known by its header, two members, unsigned. */
    const hear = async (index: number) => {
      const { headers, body } = await receiver.nth(index)
      expect(headers['authorization']).toBe(basic)
      expect(Object.keys(headers).filter((name) => /signature/.test(name))).toEqual([])
      const { event_type: type, event_data: data, ...others } = JSON.parse(body)
      expect(others).toEqual({})
      expect(data.organisation).toEqual({ id: clinic.names['account'], name: 'Clinic' })
      told[type] = data
    }

    const { body: found } = await search(clinic, { timezone: 'Europe/London' })
    const [, second] = found.data
    const start = second.start as string
    const person = { firstname: 'Test', lastname: 'Customer', email: 't@example.com', mobile: '' }
    const { body: made } = await book(clinic, start, person, { label: 'asd' })
    const { id } = made.data
    for (const index of [0, 1]) await hear(index)
    const path = `/bookings/${id}`
    expect((await clinic.call(path)).body).toEqual(made)
    const moved = await clinic.call(path, {
      method: 'PUT',
      body: { parts: [{ start: '2026-03-03T15:00:00Z' }] },
    })
    expect(moved.body.data).toMatchObject({ id, start: '2026-03-03T15:00:00.000+00:00' })
    await hear(2)
    expect((await clinic.call(path, { method: 'DELETE' })).body.data.status).toBe('cancelled')
    await hear(3)

    expect(Object.keys(told).toSorted()).toEqual([
      'booking_cancelled',
      'booking_created',
      'booking_updated',
      'customer_created',
    ])
    expect(told['booking_created']).toEqual({
      organisation: { id: clinic.names['account'], name: 'Clinic' },
      booking: {
        id,
        start_time: new Date(start).toISOString(),
        end_time: new Date(Date.parse(start) + 1_800_000).toISOString(),
        price: 45,
        created: '2026-03-01T08:00:00.000Z',
        status: 'Confirmed',
        type: 'Hourly',
        timezone: 'Europe/London',
        max_occupancy: 1,
        created_source: 'api',
        updated: '2026-03-01T08:00:00.000Z',
      },
      participants: [
        {
          id: made.data.customers[0].id,
          firstname: 'Test',
          lastname: 'Customer',
          timezone: 'Europe/London',
          email: 't@example.com',
          spaces: 1,
          booking_status: 'No Status',
          notes: 'asd',
          questions: [],
          customer_booking_id: id,
          total_price: 45,
          total_spaces: 1,
          price_points: [{ quantity: 1, price_per_quantity: 45, spaces_per_quantity: 1 }],
          total_paid_amount: 0,
        },
      ],
      bookables: [{ id: made.data.resource, name: expect.stringMatching(/^Staff \d$/) }],
      service: { id: clinic.names['cut'], name: 'Cut' },
    })
    expect(told['booking_updated']?.booking).toMatchObject({
      start_time: '2026-03-03T15:00:00.000Z',
      status: 'Confirmed',
    })
    expect(told['booking_cancelled']?.booking).toMatchObject({ id, status: 'Cancelled' })
    expect(told['customer_created']).toMatchObject({
      customer: { id: made.data.customers[0].id, firstname: 'Test', email: 't@example.com' },
    })
  })

  it('may reserve all that a search lists, and nothing else', async () => {
    const clinic = await openClinic(app, { slug: 'offers' })
    const offered = (await search(clinic, {})).body.data
    // The last one has to leave room for its buffer of ten minutes.
    expect(offered).toHaveLength(15)
    for (const { start, resource_ids: free } of [offered[0], offered[2]]) {
      for (const resource_id of free) {
        expect((await reserve(clinic, { start, resource_id })).status).toBe(201)
      }
      expect((await reserve(clinic, { start })).body.error).toBe('Not Available')
    }
    expect((await search(clinic, {})).body.data).toEqual(
      offered.filter(({ start }: { start: string }) => start >= '2026-03-03T11'),
    )
  })

  it('loses a reservation with its minutes, of which there are at most fifteen', async () => {
    const clinic = await openClinic(app, { slug: 'expires' })
    const start = '2026-03-03T10:00:00Z'
    const { body } = await reserve(clinic, { start, expires_after: 90 })
    expect(body.data.expires).toBe('2026-03-01T08:15:00.000+00:00')
    const { body: short } = await reserve(clinic, { start, expires_after: 0.5 })
    expect(short.data.expires).toBe('2026-03-01T08:00:30.000+00:00')
    const before = app.clock.now()
    app.clock.set(before + 31_000)
    const path = `/availability/slots/${short.data.id}`
    expect((await clinic.call(path)).body.data.status).toBe('expired')
    const sent = { reservation_id: short.data.id, customers: [{ name: 'Late' }] }
    const counts = await rowCounts(app)
    const late = await clinic.call('/bookings', { body: sent })
    expect([late.status, late.body.error]).toEqual([409, 'Reservation Expired'])
    expect(await rowCounts(app)).toEqual(counts)
    app.clock.set(before)
  })

  it('said once with an Idempotency-Key books once', async () => {
    const clinic = await openClinic(app, { slug: 'once' })
    const { body: reserved } = await reserve(clinic, { start: '2026-03-03T10:00:00Z' })
    const init = {
      body: { reservation_id: reserved.data.id, customers: [{ name: 'Once' }] },
      headers: { 'idempotency-key': 'k-1' },
    }
    const first = await clinic.call('/bookings', init)
    const again = await clinic.call('/bookings', init)
    expect([first.status, again.body]).toEqual([201, first.body])
    expect((await clinic.call('/bookings')).body.total).toBe(1)
  })

  it('is refused as a whole when one part of a change is', async () => {
    const clinic = await openClinic(app, { slug: 'whole' })
    const { body } = await book(clinic, '2026-03-03T10:00:00Z', { name: 'Whole' })
    const path = `/bookings/${body.data.id}`
    const parts = [{ start: '2026-03-03T12:00:00Z' }]
    const refused = await clinic.call(path, { method: 'PUT', body: { parts, total_spaces: 50 } })
    expect([refused.status, refused.body.error]).toEqual([409, 'Not Available'])
    expect((await clinic.call(path)).body).toEqual(body)
  })
})

describe('a customer', () => {
  it('is known by e-mail, or by name and mobile number, and else is made', async () => {
    const clinic = await openClinic(app, { slug: 'known' })
    const { ada } = clinic.names
    const hours = ['09:00', '09:30', '10:00', '10:30', '11:00', '11:30']
    const bookedFor = async (customer: object) => {
      const start = `2026-03-04T${hours.shift()}:00Z`
      const { status, body } = await book(clinic, start, customer)
      expect(status).toBe(201)
      return body.data.customers[0].id
    }
    const mail = { firstname: 'A.', email: 'ADA@known.example.com' }
    expect(await bookedFor(mail)).toBe(ada)
    const mobile = { firstname: 'Ada', lastname: 'Byron', mobile: '(44) 1632 960-000' }
    expect(await bookedFor(mobile)).toBe(ada)
    expect(await bookedFor({ customer_id: ada })).toBe(ada)
    const made = await bookedFor({ name: 'Ada Byron', mobile: '+441632960001' })
    expect(made).not.toBe(ada)
    expect(await bookedFor({ name: 'ada byron', phone: '+44 1632 960001' })).toBe(made)
    expect([ada, made]).not.toContain(await bookedFor({ name: 'Ada Byron' }))
  })
})

describe('lists', () => {
  it('are walked by next and prev from either end, to the end and back', async () => {
    const clinic = await openClinic(app, { slug: 'walk' })
    for (const hour of [9, 10, 11, 12, 13]) {
      await createBooking(clinic.ctx, asked(clinic, { startsAt: tuesday(hour) }))
    }
    const page = async (path: string, query: object) => {
      const found = await clinic.call(`${path}?${new URLSearchParams({ ...query })}`)
      expect(found.status).toBe(200)
      return found.body
    }
    for (const path of ['/bookings', '/resources']) {
      const all = (await page(path, {})).data.map(({ id }: { id: string }) => id)
      for (const order_by of ['ascending', 'descending']) {
        const onward: string[] = []
        const cursors: string[] = []
        let found = await page(path, { limit: 2, order_by })
        expect(found.prev).toBeNull()
        for (;;) {
          onward.push(...found.data.map(({ id }: { id: string }) => id))
          if (found.next === null) break
          cursors.push(found.next)
          found = await page(path, { limit: 2, order_by, start: found.next })
        }
        expect(onward).toEqual(order_by === 'ascending' ? all : all.toReversed())
        const again = await page(path, { limit: 2, order_by, start: cursors[0] })
        expect(again.data.map(({ id }: { id: string }) => id)).toEqual(onward.slice(2, 4))
        const back = await page(path, { limit: 2, order_by, end: again.prev })
        expect(back.data.map(({ id }: { id: string }) => id)).toEqual(onward.slice(0, 2))
        expect(back.prev).toBeNull()
      }
    }
  })

  it('have ten of a page unless they are asked for more, and never more than a hundred', async () => {
    const clinic = await openClinic(app, { slug: 'limits' })
    const { accountId } = clinic
    const rows = Array.from({ length: 130 }, (_, index) => ({
      accountId,
      id: newId(),
      name: `N ${index}`,
    }))
    await app.db.prisma.customer.createMany({ data: rows })
    const lengthOf = async (query: string) =>
      (await clinic.call(`/customers${query}`)).body.data.length
    expect(await lengthOf('')).toBe(10)
    expect(await lengthOf('?limit=100')).toBe(100)
    expect(await lengthOf('?limit=5000')).toBe(100)
    expect((await clinic.call('/customers?limit=1')).body.total).toBe(131)
    expect((await clinic.call('/resources?start=99')).body).toMatchObject({ data: [], next: null })
  })
})

describe('times and money', () => {
  it('are told in the zone that is asked for, also across a change of clocks', async () => {
    const clinic = await openClinic(app, { slug: 'clocks', timeZone: 'America/New_York' })
    // Clocks go forward there on Sunday, 8 March 2026.
    const ranges = ['2026-03-07', '2026-03-08']
    const { body } = await search(clinic, { ranges, timezone: 'America/New_York' })
    const nine = body.data.filter(({ start }: { start: string }) => start.includes('T09:00'))
    expect(nine.map(({ start }: { start: string }) => start)).toEqual([
      '2026-03-07T09:00:00.000-05:00',
      '2026-03-08T09:00:00.000-04:00',
    ])
    const { body: made } = await book(clinic, '2026-03-08T09:00:00.000-04:00', { name: 'Clock' })
    expect(made.data.start).toBe('2026-03-08T13:00:00.000+00:00')
    const there = await clinic.call(`/bookings/${made.data.id}?timezone=Australia/Lord_Howe`)
    expect(there.body.data.start).toBe('2026-03-09T00:00:00.000+11:00')
  })

  it.each([
    ['EUR', 1999, 19.99],
    ['JPY', 1999, 1999],
    ['KWD', 1999, 1.999],
  ])('prices in %s: %i minor units are %d', async (currency, priceMinor, price) => {
    const slug = `price-${currency.toLowerCase()}`
    const clinic = await openClinic(app, { slug, service: { priceMinor } })
    const where = { id: clinic.accountId }
    await app.db.prisma.account.update({ where, data: { currency } })
    const { body } = await book(clinic, '2026-03-03T10:00:00Z', { name: 'Payer' })
    expect(body.data.price).toBe(price)
    expect(body.data.customers[0]).toMatchObject({ total_price: price, paid: false })
  })
})

describe('rights', () => {
  let clinic: Clinic
  let booking: string

  beforeAll(async () => {
    clinic = await openClinic(app, { slug: 'rights' })
    const made = await createBooking(clinic.ctx, asked(clinic, { startsAt: tuesday(10) }))
    booking = clinic.id('Booking', made.id)
  })

  it('show a key what it may see, in the same form', async () => {
    const call = calling(app, await keyFor(app, clinic.accountId, ['bookings:read']))
    const found: Answered = await call(`/bookings/${booking}`)
    expect(found.body.data).toMatchObject({
      id: booking,
      service: null,
      resource: null,
      price: null,
      start_buffer: null,
      customers: [],
    })
    const route = appointeddV1.routes.find(({ name }) => name === 'getBooking')
    expect(route && answerFault(appointeddV1, route, found)).toBeNull()
    expect((await call('/customers')).status).toBe(403)
    expect((await call('/services')).status).toBe(403)
  })

  it('do not show a customer to be reached without their scope', async () => {
    const scopes = ['customers:read', 'bookings:read'] as const
    const call = calling(app, await keyFor(app, clinic.accountId, scopes))
    const { body } = await call(`/customers/${clinic.names['ada']}`)
    expect(body.data.profile).toMatchObject({ firstname: 'Ada', email: '', mobile: '', phone: '' })
  })

  it('let only who manages availability ignore notice', async () => {
    const notice = await openClinic(app, {
      slug: 'notice',
      service: { minNoticeMinutes: 10 * 24 * 60 },
    })
    expect((await search(notice, {})).body.data).toEqual([])
    expect((await search(notice, { ignore_notice_restriction: true })).body.total).toBe(15)
    const scopes = ['availability:read', 'services:read', 'staff:read'] as const
    const call = calling(app, await keyFor(app, notice.accountId, scopes))
    const { status } = await call('/availability/intervals/search', {
      body: {
        ranges: ['2026-03-03'],
        service_id: notice.names['cut'],
        ignore_notice_restriction: true,
      },
    })
    expect(status).toBe(403)
  })
})
