// What no client should send to V1: every answer is 4xx as { error, message }, and nothing changes.
import { beforeAll, describe, expect, it } from 'vitest'
import { appointeddV1 } from '../../../src/rest/appointedd-v1/appointedd-v1.ts'
import { newId } from '../../../src/db/id.ts'
import { createBooking } from '../../../src/booking/booking.actions.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { asked, tuesday } from '../../support/shop.ts'
import { withstands } from '../support/hostile.ts'
import { openClinic, type Clinic } from './v1-world.ts'

const app = await testApp({ start: '2026-03-01T08:00:00Z' })
let clinic: Clinic
let foreign: Clinic
let reservation: string
let booking: string
let theirs: string

beforeAll(async () => {
  clinic = await openClinic(app)
  foreign = await openClinic(app, { slug: 'foreign' })
  const bookAt = async (shop: Clinic) => {
    const made = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
    return shop.id('Booking', made.id)
  }
  booking = await bookAt(clinic)
  theirs = await bookAt(foreign)
  const start = '2026-03-03T12:00:00Z'
  const body = { start, service_id: clinic.names['cut'], expires_after: 15 }
  reservation = (await clinic.call('/availability/slots', { body })).body.data.id
})

const isOwnError = (body: unknown) =>
  Object.keys(body as object).join() === 'error,message' &&
  /\.$/.test((body as { message: string }).message)

describe('a route', () => {
  withstands({
    dialect: appointeddV1,
    sound: () => {
      const { cut = '', one = '', ada = '' } = clinic.names
      const range = { start: '2026-03-03T09:00:00Z', end: '2026-03-04T09:00:00Z' }
      return {
        searchIntervals: {
          body: { ranges: [range], service_id: cut, duration: 30, resource_ids: [one], spaces: 1 },
        },
        createReservation: {
          body: { start: '2026-03-03T14:00:00Z', service_id: cut, resource_id: one },
        },
        getReservation: { path: { id: reservation } },
        createBooking: {
          body: { reservation_id: reservation, customers: [{ name: 'A', email: 'a@example.com' }] },
        },
        getBooking: { path: { id: booking } },
        updateBooking: {
          path: { id: booking },
          body: { parts: [{ start: '2026-03-03T15:00:00Z', end: '2026-03-03T15:30:00Z' }] },
        },
        deleteBooking: { path: { id: booking } },
        cancelBooking: { path: { id: booking } },
        getCustomer: { path: { id: ada } },
      }
    },
    call: () => clinic.call,
    foreign: () => [theirs, foreign.names['ada'] ?? '', foreign.names['cut'] ?? ''],
    isOwnError,
    rows: () => rowCounts(app),
  })
})

describe('what is of another business', () => {
  it('is as if it were not there, wherever it is named', async () => {
    const { cut, yoga, one, ada } = foreign.names
    const start = '2026-03-03T15:00:00Z'
    const mine = clinic.names['cut']
    const before = await rowCounts(app)
    const asks: [string, string, object, number][] = [
      ['POST', '/availability/slots', { start, service_id: cut }, 404],
      ['POST', '/availability/slots', { start, service_id: mine, resource_id: one }, 400],
      ['POST', '/availability/intervals/search', { ranges: ['2026-03-03'], service_id: yoga }, 404],
      [
        'POST',
        '/availability/intervals/search',
        { ranges: ['2026-03-03'], service_id: mine, resource_ids: [one] },
        400,
      ],
      ['PUT', `/bookings/${theirs}`, { label: 'Mine' }, 404],
      ['PUT', `/bookings/${booking}`, { resource_id: one }, 400],
      ['POST', '/bookings', { reservation_id: reservation, customers: [{ id: ada }] }, 404],
    ]
    for (const [method, path, body, status] of asks) {
      const found = await clinic.call(path, { method, body })
      expect([path, found.status]).toEqual([path, status])
      expect(isOwnError(found.body)).toBe(true)
    }
    expect(await rowCounts(app)).toEqual(before)
    const lists = [
      `/bookings?services=["${cut}"]`,
      `/bookings?customers=["${ada}"]`,
      `/bookings?resources=["${one}"]`,
      `/bookings?ids=["${theirs}"]`,
      `/resources?ids=["${one}"]`,
    ]
    for (const path of lists) {
      const { body } = await clinic.call(path)
      expect([path, body.data, body.total]).toEqual([path, [], 0])
    }
  })
})

describe('a parameter', () => {
  it.each([
    'limit=0',
    'limit=-5',
    'limit=ten',
    'sort_by=start',
    'order_by=asc',
    'timezone=Mars/Olympus',
    'services=["a"',
    'services={"a":1}',
    'services=[1]',
    'services=[]',
    'statuses=["CONFIRMED"]',
    'statuses=["gone"]',
    'after=2026-03-03',
    'before=03/03/2026',
    'created_after=1709478000',
    'start=%00',
    `ids=${JSON.stringify(Array.from({ length: 101 }, (_, index) => `a${index}`))}`,
  ])('%s is refused', async (query) => {
    const { status, body } = await clinic.call(`/bookings?${encodeURI(query)}`)
    expect([status, body.error]).toEqual([400, 'Bad Request'])
  })
})

describe('a range', () => {
  const search = (ranges: unknown, more: object = {}) =>
    clinic.call('/availability/intervals/search', {
      body: { ranges, service_id: clinic.names['cut'], ...more },
    })
  const day = '2026-03-03T00:00:00Z'

  it.each([
    [[], {}],
    [[{ start: day, end: day }], {}],
    [[{ start: day, end: '2026-03-02T00:00:00Z' }], {}],
    [[{ start: day, end: '2026-04-15T00:00:01Z' }], {}],
    [[{ start: '2026-03-03T00:00:00', end: '2026-03-04T00:00:00' }], {}],
    [['2026-02-30'], {}],
    [['2026-03-03'], { service_id: null }],
    [['2026-03-03'], { resource_group_ids: ['group'] }],
    [['2026-03-03'], { duration: 0 }],
    [['2026-03-03'], { spaces: 0 }],
    [['2026-03-03'], { timezone: 'Europe/Atlantis' }],
    [Array.from({ length: 43 }, () => '2026-03-03'), {}],
  ])('as %j with %j is refused', async (ranges, more) => {
    const { status, body } = await search(ranges, more)
    expect([status, body.error]).toEqual([400, 'Bad Request'])
  })

  it('of 42 days is the most, also where a clock falls back', async () => {
    expect((await search([{ start: day, end: '2026-04-14T00:00:00Z' }])).status).toBe(200)
    const days = Array.from({ length: 42 }, (_, index) =>
      new Date(Date.UTC(2026, 9, 1 + index)).toISOString().slice(0, 10),
    )
    expect((await search(days, { timezone: 'Europe/London' })).status).toBe(200)
  })

  it('of 42 days finds what any of many services has, or says that they are too many', async () => {
    const large = await openClinic(app, { slug: 'large' })
    const { accountId } = large
    const within = async (count: number) => {
      const made = await app.db.prisma.service.count({ where: { accountId, kind: 'APPOINTMENT' } })
      await app.db.prisma.service.createMany({
        data: Array.from({ length: count - made }, (_, index) => ({
          accountId,
          id: newId(),
          name: `Service ${made + index}`,
          kind: 'APPOINTMENT' as const,
          durationMinutes: 30,
          slotStepMinutes: 720,
        })),
      })
      const body = { ranges: [{ start: day, end: '2026-04-14T00:00:00Z' }], duration: 30 }
      return large.call('/availability/intervals/search', { body })
    }
    // The one that somebody gives is looked through last.
    await app.db.prisma.service.updateMany({
      where: { accountId, id: large.serviceId },
      data: { name: 'Zen' },
    })
    const withSomebody = ({ body }: Awaited<ReturnType<typeof within>>) =>
      body.data.filter((each: { resource_ids: string[] }) => each.resource_ids.length > 0)
    const few = await within(2)
    expect(withSomebody(few).length).toBeGreaterThan(42)
    const many = await within(20)
    expect(many.status).toBe(200)
    expect(withSomebody(many)).toEqual(withSomebody(few))
    const all = await within(80)
    expect([all.status, all.body.message]).toEqual([
      400,
      '"ranges" are too many days for so many services: name a "service_id", or fewer days.',
    ])
  })
})
