// What is our fault looks like the dialect too: masked, with the request id, and logged once.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../../src/db/client.ts'
import { serveApp } from '../../support/app.ts'
import { breakableWay } from '../../support/breakable.ts'
import { testDatabaseUrl } from '../../support/database.ts'
import { call, openSalon, type Salon } from './relentify-world.ts'

const way = await breakableWay(await testDatabaseUrl({ migrated: true }))
afterAll(() => way.close())
const db = await openDatabase(way.url)
afterAll(() => db.close())
const app = await serveApp(db)

let salon: Salon
beforeAll(async () => {
  salon = await openSalon(app as never, { questions: [] })
})

const slots = () =>
  call(app as never, salon.key, `/availability?slug=${salon.slug}&date=2026-03-03`)

const book = () =>
  call(app as never, salon.key, '/bookings?test_mode=true', {
    body: {
      slug: salon.slug,
      contact_name: 'Alice Example',
      contact_email: 'alice@example.com',
      start_time: '2026-03-03T10:00:00Z',
    },
  })

describe('while a table is gone', () => {
  beforeAll(() => db.pool.query('ALTER TABLE "BookingLinkStaff" RENAME TO "Gone"'))
  afterAll(() => db.pool.query('ALTER TABLE "Gone" RENAME TO "BookingLinkStaff"'))

  it.each([
    ['a question', slots],
    ['a booking', book],
  ])('%s is 500 with the request id, and in the log once', async (_what, ask) => {
    app.lines.length = 0
    const { status, headers, body } = await ask()
    const requestId = headers.get('x-request-id')
    expect({ status, body }).toEqual({
      status: 500,
      body: {
        error: 'internal_error',
        message:
          'Something went wrong on our side. ' +
          `Tell us the request id "${requestId}" when you report it.`,
      },
    })
    const failures = app.lines.filter(({ level }) => Number(level) >= 50)
    expect(failures).toMatchObject([{ requestId, msg: 'an operation failed unexpectedly' }])
  })
})

describe('while the database is gone', () => {
  beforeAll(() => way.cut())
  afterAll(() => way.mend())

  it.each([
    ['a question', slots],
    ['a booking', book],
  ])('%s is 503 with Retry-After', async (_what, ask) => {
    const { status, headers, body } = await ask()
    expect({ status, body }).toEqual({
      status: 503,
      body: {
        error: 'unavailable',
        message: 'The service cannot answer at the moment. Try again in 5 seconds.',
      },
    })
    expect(headers.get('retry-after')).toBe('5')
  })
})

it('mended, it answers again', async () => {
  expect((await slots()).status).toBe(200)
  expect((await book()).status).toBe(201)
})
