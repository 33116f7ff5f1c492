// What no client should send: every answer is 4xx in the form of the dialect; nothing changes.
import { beforeAll, describe, expect, it } from 'vitest'
import { bookingflow } from '../../../src/rest/bookingflow/bookingflow.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { withstands } from '../support/hostile.ts'
import { openVenue, start, type Venue } from './bookingflow-world.ts'

const app = await testApp({ start })
let venue: Venue
let foreign: Venue
let bookingId: string
let foreignBookingId: string

async function book({ call, vaultId }: Venue): Promise<string> {
  const customer = { name: 'Alice Example', email: 'alice@example.com' }
  const body = { roomId: vaultId, startAt: '2026-05-01T16:00:00Z', players: 4, customer }
  return (await call('/bookings', { body })).body.data.bookingId
}

beforeAll(async () => {
  venue = await openVenue(app)
  foreign = await openVenue(app)
  bookingId = await book(venue)
  foreignBookingId = await book(foreign)
})

function isOwnError(body: unknown): boolean {
  const { ok, error, message, fields, ...others } = body as Record<string, unknown>
  const named = (fields ?? []) as { field: unknown; message: unknown }[]
  return (
    ok === false &&
    /^[a-z_]+$/.test(String(error)) &&
    typeof message === 'string' &&
    named.every((each) => typeof each.field === 'string' && typeof each.message === 'string') &&
    Object.keys(others).every((name) => name === 'remainingPlayers')
  )
}

describe('every route of BookingFlow', () => {
  withstands({
    dialect: bookingflow,
    call: () => venue.call,
    foreign: () => [foreign.vaultId, foreign.customerGlobalId, foreignBookingId],
    isOwnError,
    rows: () => rowCounts(app),
    sound: () => ({
      getBooking: { path: { id: bookingId } },
      createBooking: {
        body: {
          roomId: venue.vaultId,
          bookingType: 'private',
          startAt: '2026-05-02T16:00:00Z',
          players: 4,
          customer: { name: 'Bob', email: 'bob@example.com', phone: '+48 22 555 01 00' },
        },
      },
      updateBooking: {
        path: { id: bookingId },
        body: {
          startAt: '2026-05-01T18:00:00Z',
          players: 5,
          customer: { name: 'Bob', email: 'bob@example.com', phone: '+48 22 555 01 00' },
        },
      },
      cancelBooking: { path: { id: bookingId } },
      getRoom: { path: { id: venue.vaultId } },
      createRoom: { body: { ...room, bookingType: 'private', active: true } },
      updateRoom: { path: { id: venue.vaultId }, body: { ...room, active: true } },
      listSchedules: { query: { from: '2026-05-01', to: '2026-05-02' } },
      createBlock: {
        body: { from: '2026-05-03', to: '2026-05-03', room: venue.vaultId, reason: 'Repairs' },
      },
      getCustomer: { path: { id: venue.customerGlobalId } },
    }),
  })
})

const room = {
  name: 'The Cellar',
  description: 'Dark.',
  minPlayers: 2,
  maxPlayers: 6,
  durationMins: 60,
  bufferMins: 15,
  slotIntervalMins: 30,
  price: 20000,
  currency: 'PLN',
}

describe('numbers and times at their ends', () => {
  it.each([
    ['/bookings', { players: 2_147_483_648 }, 'invalid_request'],
    ['/bookings', { players: -1 }, 'invalid_party_size'],
    ['/bookings', { players: 1.5 }, 'invalid_request'],
    ['/bookings', { startAt: '2026-05-01T16:00:00' }, 'invalid_request'],
    ['/bookings', { startAt: '2026-02-30T16:00:00Z' }, 'invalid_request'],
    ['/bookings', { startAt: '0001-01-01T00:00:00Z' }, 'invalid_request'],
    ['/bookings', { startAt: '2199-12-31T23:59:59Z' }, 'invalid_time_window'],
    ['/bookings', { customer: null }, 'invalid_request'],
    ['/rooms', { price: -1 }, 'invalid_request'],
    ['/rooms', { price: 2_000_000_001 }, 'invalid_request'],
    ['/rooms', { durationMins: 0 }, 'invalid_request'],
    ['/rooms', { durationMins: 43_201 }, 'invalid_request'],
    ['/rooms', { bufferMins: 1_441 }, 'invalid_request'],
    ['/rooms', { maxPlayers: 100_001 }, 'invalid_request'],
    ['/rooms', { minPlayers: 7 }, 'invalid_request'],
    ['/rooms', { currency: 'pln' }, 'invalid_request'],
    ['/rooms', { active: false }, 'invalid_request'],
    ['/schedules/block', { to: '2026-05-02' }, 'invalid_time_window'],
    ['/schedules/block', { from: '1969-12-31' }, 'invalid_request'],
    ['/schedules/block', { to: '2199-12-31' }, 'invalid_time_window'],
  ])('POST %s with %j is %s', async (path, wish, error) => {
    const sound: Record<string, object> = {
      '/bookings': {
        roomId: venue.vaultId,
        startAt: '2026-05-02T16:00:00Z',
        players: 4,
        customer: { name: 'Bob' },
      },
      '/rooms': room,
      '/schedules/block': { from: '2026-05-03', to: '2026-05-03', room: venue.vaultId },
    }
    const before = await rowCounts(app)
    const answer = await venue.call(path, { body: { ...sound[path], ...wish } })
    expect(answer).toMatchObject({ status: 400, body: { ok: false, error } })
    expect(isOwnError(answer.body)).toBe(true)
    expect(await rowCounts(app)).toEqual(before)
  })

  it.each([
    '/bookings?date=2026-02-30',
    '/bookings?date=2026-05-01T00:00:00Z',
    '/bookings?page=0',
    '/bookings?page=-1',
    '/bookings?limit=0',
    '/bookings?limit=ten',
    '/rooms?page=1e3',
    '/customers?limit=',
    '/schedules?from=2026-05-01&to=2026-05-01&players=0',
    '/schedules?from=2026-05-01&to=2026-05-01&players=2.5',
    '/schedules?from=today&to=2026-05-01',
    '/schedules?from=1970-01-01&to=2199-12-31',
  ])('GET %s is refused', async (path) => {
    const answer = await venue.call(path)
    expect(answer.status).toBe(400)
    expect(isOwnError(answer.body)).toBe(true)
  })
})
