// What a client should not send: every answer is 4xx in the dialect's own form and changes nothing.
import { beforeAll, describe, expect, it } from 'vitest'
import { calendesk } from '../../../src/rest/calendesk/calendesk.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { rawCall } from '../support/calling.ts'
import { withstands, type Sound } from '../support/hostile.ts'
import { callerOf, mount, openBusiness, start, type Business } from './calendesk-world.ts'

const app = await testApp({ start })
let business: Business
let foreign: string[]

beforeAll(async () => {
  business = await openBusiness(app)
  await business.call('/bookings', { body: { ...place, user_id: 200, start_time: '12:00' } })
  const other = await openBusiness(app)
  // Numbers that the business itself has none of.
  await app.db.prisma.customer.updateMany({
    where: { accountId: other.accountId },
    data: { serial: 4711 },
  })
  await other.call('/bookings', { body: { ...place, user_id: 4711 } })
  await app.db.prisma.booking.updateMany({
    where: { accountId: other.accountId },
    data: { serial: 4711 },
  })
  foreign = ['4711', '2147483648', '1e3', '-5', '5.0', '٥']
})

const place = { employee_id: 5, service_id: 5, start_date: '2026-04-01', start_time: '10:00' }

const sound: Record<string, Sound> = {
  getAvailableSlots: { query: { service_id: '5', start_date: '2026-04-01' } },
  createBooking: { body: { ...place, user_id: 200, status: 'approved', custom_fields: {} } },
  updateBooking: { path: { id: '1' }, body: { description: 'Nothing' } },
  cancelBooking: { path: { id: '999' } },
  bookForUser: {
    body: { user: { email: 'jane@example.com', name: 'Jane' }, bookings: [{ ...place }] },
  },
  listBookings: {},
  listUsers: {},
  createUser: { body: { name: 'Jane', surname: 'Smith', tags: ['vip'], groups: ['regulars'] } },
  getUser: { path: { id: '200' } },
  updateUser: { path: { id: '200' }, body: { name: 'Jane', tags: ['vip'], groups: ['regulars'] } },
  listServices: {},
  getService: { path: { id: '5' } },
  listEmployees: {},
  getEmployee: { path: { id: '5' } },
  payBooking: { body: { payment_method: 'cash', booking_id: 999, amount: 1, is_paid: true } },
  createWebhook: { body: { url: 'https://example.com/hooks', events: ['user_created'] } },
  listWebhooks: {},
  deleteWebhook: { path: { id: '999' } },
}

const isOwnError = (body: unknown) => {
  const { message, errors, ...others } = body as { message?: unknown; errors?: object }
  return (
    typeof message === 'string' &&
    Object.keys(others).length === 0 &&
    (errors === undefined ||
      Object.values(errors)
        .flat()
        .every((each) => /\.$/.test(each)))
  )
}

describe('Calendesk', () => {
  withstands({
    dialect: calendesk,
    sound: () => sound,
    call: () => business.call,
    foreign: () => foreign,
    isOwnError,
    rows: () => rowCounts(app),
  })
})

describe('a header', () => {
  it.each(['', 'Bearer x', `sgk_${'a'.repeat(61)}`, '💥', '*'])('X-Api-Key: %j', async (key) => {
    const shown = { 'x-api-key': key, 'x-tenant': business.slug }
    const { status, body } = await rawCall(app, 'GET', `${mount}/admin/users`, shown)
    expect(status).toBe(401)
    expect(isOwnError(body)).toBe(true)
  })

  it.each(['', '*', '%', "' OR 1=1 --", 'a'.repeat(500), '💥'])('X-Tenant: %j', async (slug) => {
    const shown = { 'x-api-key': business.key, 'x-tenant': slug }
    const { status, body } = await rawCall(app, 'GET', `${mount}/admin/users`, shown)
    expect(status).toBe(401)
    expect(isOwnError(body)).toBe(true)
  })
})

describe('whoever has no key', () => {
  it('reads nothing but slots, also where these are shown to all', async () => {
    const { accountId, slug } = await openBusiness(app)
    await app.db.prisma.account.update({
      where: { id: accountId },
      data: { publicAvailability: true },
    })
    const call = callerOf(app, null, slug)
    const before = await rowCounts(app)
    for (const { method, name, path, body } of calendesk.routes) {
      const { path: named = {}, query = {}, body: sent } = sound[name] ?? {}
      const address = path.replace(':id', named['id'] ?? '1')
      const found = await call(`${address}?${new URLSearchParams(query)}`, {
        method,
        ...(body && { body: sent }),
      })
      expect([name, found.status]).toEqual([name, name === 'getAvailableSlots' ? 200 : 401])
    }
    expect(await rowCounts(app)).toEqual(before)
  })
})

describe('all of this', () => {
  it('was stopped here, and was nobody’s fault but theirs', () => {
    const passedOn = 'a dialect let through what the graph refused'
    const told = app.lines.filter(({ level, msg }) => Number(level) >= 50 || msg === passedOn)
    expect(told).toEqual([])
  })
})
