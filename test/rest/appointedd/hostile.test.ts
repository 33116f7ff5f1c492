// What no client should send to V2: every answer is 4xx in the form of JSON:API, and nothing
// changes.
import { beforeAll, describe, expect, it } from 'vitest'
import { appointedd } from '../../../src/rest/appointedd/appointedd.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { caller, rawCall } from '../support/calling.ts'
import { withstands } from '../support/hostile.ts'
import { mount, openTwo, type TwoBusinesses } from './appointedd-world.ts'

const app = await testApp()
let world: TwoBusinesses
const call = () => caller(app, mount, { authorization: `Bearer ${world.token}` })

beforeAll(async () => {
  world = await openTwo(app)
})

function isOwnError(body: unknown): boolean {
  const { errors, ...others } = body as { errors?: unknown }
  if (!Array.isArray(errors) || errors.length === 0 || Object.keys(others).length > 0) return false
  return errors.every(
    (each) => /^4\d\d$/.test(each.status) && each.code && each.title && /\.$/.test(each.detail),
  )
}

describe('a route', () => {
  withstands({
    dialect: appointedd,
    sound: () => {
      const { clinic, bookings, sessionId } = world
      return {
        getAccount: { path: { id: clinic.id('Account') } },
        getBooking: { path: { id: bookings.first } },
        getCustomer: { path: { id: clinic.id('Customer', clinic.customerId) } },
        getSession: { path: { id: sessionId } },
        getService: { path: { id: clinic.id('Service', clinic.serviceId) } },
        getStaffMember: { path: { id: clinic.id('StaffMember', clinic.staffIds[0]) } },
      }
    },
    call,
    foreign: () => [
      world.bookings.foreign,
      world.foreign.id('Account'),
      world.foreign.id('Customer', world.foreign.customerId),
    ],
    isOwnError,
    rows: () => rowCounts(app),
  })
})

describe('a parameter', () => {
  it.each([
    'page[size]=0',
    'page[size]=-1',
    'page[size]=1e3',
    'page[size]=',
    'page[number]=2',
    'page=2',
    'sort=',
    'sort=--starts_at',
    'sort=starts_at,created_at',
    'include=customer.account',
    'include=__proto__',
    'fields[bookings]=constructor',
    'fields[toString]=name',
    'fields=name',
    'filter[status]=',
    'filter[status]=CONFIRMED',
    'filter[account]=',
    'filter[account]=,,,',
    `filter[account]=${Array.from({ length: 51 }, (_, index) => `a${index}`).join(',')}`,
    'filter[from]=2026-02-30T10:00:00Z',
    'filter[to]=0001-01-01T00:00:00Z',
    'filter[updated_since]=1772442000',
    'filter=confirmed',
    'page[after]=%00',
    'access_token=x',
  ])('%s is refused, and named', async (query) => {
    const { status, body } = await call()(`/bookings?${query}`)
    expect(status).toBe(400)
    expect(isOwnError(body)).toBe(true)
    expect(body.errors[0].source.parameter).toBe(query.split('=')[0])
  })

  it('is taken once only', async () => {
    const { status, body } = await call()('/bookings?sort=starts_at&sort=-starts_at')
    expect([status, body.errors[0].source]).toEqual([400, { parameter: 'sort' }])
  })
})

it('a path that is none, or a method that is none, has an answer of the dialect', async () => {
  const headers = { authorization: `Bearer ${world.token}` }
  const asked = [
    ['GET', '/bookings/a/b', 404],
    ['GET', '/bookings/%', 404],
    ['GET', '/__proto__', 404],
    ['PATCH', '/bookings', 405],
    ['DELETE', `/bookings/${world.bookings.first}`, 405],
    ['PUT', '/oauth', 404],
  ] as const
  for (const [method, path, expected] of asked) {
    const { status, body } = await rawCall(app, method, mount + path, headers)
    expect([path, status]).toEqual([path, expected])
    expect(isOwnError(body)).toBe(true)
  }
})
