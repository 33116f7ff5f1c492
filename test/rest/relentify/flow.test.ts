// A bot that books from end to end, what becomes of it in the graph, test mode, and rights: what a
// credential may not see in the graph it may not see here.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../../src/auth/scope.ts'
import { encodeId } from '../../../src/graphql/ids.ts'
import { openLink } from '../../link/link-world.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { makeApiClient, makeApiKey } from '../../support/makers.ts'
import { call, openSalon, type Salon } from './relentify-world.ts'

const app = await testApp()

const alice = {
  contact_name: 'Alice Example',
  contact_email: 'alice@example.com',
  answers: [{ question_id: 'interest', answer: 'Cut' }],
}

type Slots = { start: string; end: string }[]

async function slotsOf(salon: Salon, date: string): Promise<Slots> {
  const { body } = await call(app, salon.key, `/availability?slug=${salon.slug}&date=${date}`)
  return body.data.slots
}

describe('a bot', () => {
  it('finds a slot, books it, and the booking is in the graph with its link', async () => {
    const salon = await openSalon(app, { staff: 2 })
    const [slot] = await slotsOf(salon, '2026-03-04')
    const { status, body } = await call(app, salon.key, '/bookings', {
      body: { ...alice, slug: salon.slug, start_time: slot?.start },
    })
    expect(status).toBe(201)
    expect(body.data).toMatchObject({ start_time: slot?.start, end_time: slot?.end })
    expect(salon.staff).toContain(body.data.staff_id)

    const document = `query ($id: ID!) { booking(id: $id) {
      source status answers link { id slug title } customer { name email } staff { id }
    } }`
    const { data } = await app.graphql(salon.key, document, { id: body.data.id })
    expect(data.booking).toEqual({
      source: 'LINK',
      status: 'CONFIRMED',
      answers: { interest: 'Cut' },
      link: { id: salon.linkId, slug: salon.slug, title: 'A consultation' },
      customer: { name: 'Alice Example', email: 'alice@example.com' },
      staff: { id: body.data.staff_id },
    })
  })

  it('may book all that is offered, each slot as often as there are people, and no more', async () => {
    const salon = await openSalon(app, { staff: 2 })
    const offered = await slotsOf(salon, '2026-03-05')
    expect(offered.length).toBeGreaterThan(20)
    const { start } = offered[4]!
    const statuses = []
    for (let index = 0; index < 3; index++) {
      const person = { contact_name: 'Bot', contact_email: `bot${index}@example.com` }
      const body = { ...alice, ...person, booking_link_id: salon.linkId, start_time: start }
      statuses.push((await call(app, salon.key, '/bookings', { body })).status)
    }
    expect(statuses).toEqual([201, 201, 409])
    expect((await slotsOf(salon, '2026-03-05')).map((slot) => slot.start)).not.toContain(start)
  })

  it('asks for a day of the business, in its own zone', async () => {
    const salon = await openSalon(app, { timeZone: 'America/New_York' })
    // Clocks go forward on Sunday, 8 March 2026: nine o'clock there is 14:00, then 13:00 in UTC.
    expect((await slotsOf(salon, '2026-03-07'))[0]?.start).toBe('2026-03-07T14:00:00Z')
    expect((await slotsOf(salon, '2026-03-08'))[0]?.start).toBe('2026-03-08T13:00:00Z')
  })

  it('that repeats itself with an Idempotency-Key books once', async () => {
    const salon = await openSalon(app)
    const body = { ...alice, slug: salon.slug, start_time: '2026-03-06T10:00:00Z' }
    const headers = { 'idempotency-key': 'once' }
    const first = await call(app, salon.key, '/bookings', { body, headers })
    const again = await call(app, salon.key, '/bookings', { body, headers })
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    const other = { ...body, start_time: '2026-03-06T11:00:00Z' }
    expect(await call(app, salon.key, '/bookings', { body: other, headers })).toMatchObject({
      status: 409,
      body: { error: 'idempotency_conflict' },
    })
  })

  it('is told of a slot outside the hours as of one that is taken, with the reason', async () => {
    const salon = await openSalon(app)
    const body = { ...alice, slug: salon.slug, start_time: '2026-03-06T03:00:00Z' }
    expect(await call(app, salon.key, '/bookings', { body })).toMatchObject({
      status: 409,
      body: {
        error: 'slot_taken',
        message: 'The time lies outside the hours in which "Cut" is given.',
      },
    })
  })

  it('books by a link that is closed no more, and is offered nothing', async () => {
    const salon = await openSalon(app)
    await app.db.prisma.bookingLink.updateMany({
      where: { accountId: salon.accountId },
      data: { active: false },
    })
    const body = { ...alice, slug: salon.slug, start_time: '2026-03-06T10:00:00Z' }
    for (const answer of [
      await call(app, salon.key, '/bookings', { body }),
      await call(app, salon.key, `/availability?slug=${salon.slug}&date=2026-03-06`),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { error: 'booking_link_not_found' } })
    }
  })
})

describe('test_mode=true', () => {
  const body = { ...alice, start_time: '2026-03-06T10:00:00Z' }

  it('keeps no row of any table, and hides nothing that would go wrong', async () => {
    const salon = await openSalon(app)
    const test = (wish: object) =>
      call(app, salon.key, '/bookings?test_mode=true', {
        body: { ...body, slug: salon.slug, ...wish },
        headers: { 'idempotency-key': 'test' },
      })
    const before = await rowCounts(app)
    expect((await test({})).status).toBe(201)
    expect((await test({})).status).toBe(201)
    expect((await test({ answers: [] })).body.error).toBe('validation_failed')
    expect((await test({ start_time: '2026-03-06T03:00:00Z' })).body.error).toBe('slot_taken')
    expect(await rowCounts(app)).toEqual(before)
  })

  it('keeps nobody from booking the same slot at the same moment', async () => {
    const salon = await openSalon(app)
    const sent = { body: { ...body, slug: salon.slug } }
    const tests = Array.from({ length: 4 }, () =>
      call(app, salon.key, '/bookings?test_mode=true', sent),
    )
    const real = call(app, salon.key, '/bookings', sent)
    expect((await real).status).toBe(201)
    const statuses = (await Promise.all(tests)).map(({ status }) => status)
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true)
    const bookings = await app.db.prisma.booking.count({ where: { accountId: salon.accountId } })
    expect(bookings).toBe(1)
  })

  it('that is neither true nor false is refused: it might be meant', async () => {
    const salon = await openSalon(app)
    const sent = { body: { ...body, slug: salon.slug } }
    expect(await call(app, salon.key, '/bookings?test_mode=1', sent)).toMatchObject({
      status: 400,
      body: { error: 'validation_failed', field: 'test_mode' },
    })
  })

  it('set to false books', async () => {
    const salon = await openSalon(app)
    const sent = { body: { ...body, slug: salon.slug } }
    expect((await call(app, salon.key, '/bookings?test_mode=false', sent)).status).toBe(201)
    expect(await slotsOf(salon, '2026-03-06')).not.toContainEqual({
      start: '2026-03-06T10:00:00Z',
      end: '2026-03-06T10:30:00Z',
    })
  })
})

describe('rights', () => {
  let salon: Salon
  let hour = 9

  beforeAll(async () => {
    salon = await openSalon(app, { questions: [] })
  })

  const keyWith = async (...scopes: Scope[]) =>
    (await makeApiKey(app.db, { accountId: salon.accountId, scopes })).key

  const book = (key: string, wish: object = {}) => {
    hour += 1
    const start_time = `2026-03-09T${String(hour)}:00:00Z`
    const person = { contact_name: 'Alice Example', contact_email: 'alice@example.com' }
    return call(app, key, '/bookings', {
      body: { ...person, booking_link_id: salon.linkId, start_time, ...wish },
    })
  }

  it("the vendor's two scopes are enough to ask and to book", async () => {
    const key = await keyWith('bookings:read', 'bookings:write')
    const asked = await call(app, key, `/availability?slug=${salon.slug}&date=2026-03-09`)
    expect(asked.status).toBe(200)
    expect((await book(key)).status).toBe(201)
  })

  it('what the graph hides is null here, also what was sent a moment ago', async () => {
    const { body } = await book(await keyWith('bookings:read', 'bookings:write'))
    expect(body.data).toMatchObject({
      contact_name: null,
      contact_email: null,
      service_id: null,
      staff_id: null,
      staff_name: null,
      link_title: 'A consultation',
    })
    const named = await book(await keyWith('bookings:read', 'bookings:write', 'customers:read'))
    expect(named.body.data).toMatchObject({ contact_name: 'Alice Example', contact_email: null })
  })

  it('a key that may book and not look is told that it is done, and no more', async () => {
    const before = await app.db.prisma.booking.count({ where: { accountId: salon.accountId } })
    const { status, body } = await book(await keyWith('bookings:write'))
    expect({ status, body }).toEqual({ status: 201, body: { data: null } })
    const after = await app.db.prisma.booking.count({ where: { accountId: salon.accountId } })
    expect(after).toBe(before + 1)
  })

  it('of another account are answered as if it were not there', async () => {
    const other = await openSalon(app)
    const made = await call(app, salon.key, '/bookings', {
      body: {
        booking_link_id: 'made-up',
        contact_name: 'A',
        contact_email: 'a@example.com',
        start_time: '2026-03-10T10:00:00Z',
      },
    })
    const foreign = await book(salon.key, { booking_link_id: other.linkId })
    expect(foreign.status).toBe(404)
    expect(foreign.body).toEqual(made.body)
    const path = (id: string) => `/availability?booking_link_id=${id}&date=2026-03-09`
    const asked = await call(app, salon.key, path(other.linkId))
    expect(asked.status).toBe(404)
    expect(asked.body).toEqual((await call(app, salon.key, path('made-up'))).body)

    const staff = await book(salon.key, { staff_id: other.staff[0] })
    expect(staff).toMatchObject({ status: 400, body: { field: 'staff_id' } })
    const madeUp = await book(salon.key, { staff_id: 'made-up' })
    expect(staff.body).toEqual(madeUp.body)
    const service = await book(salon.key, { service_id: other.service })
    expect(service).toMatchObject({ status: 400, body: { field: 'service_id' } })
    expect(service.body).toEqual((await book(salon.key, { service_id: 'made-up' })).body)
    const count = await app.db.prisma.booking.count({ where: { accountId: other.accountId } })
    expect(count).toBe(0)
  })

  it('a credential of several accounts finds a slug that only one of them has', async () => {
    const other = await openSalon(app)
    const own = await openLink(app.db, other, { slug: 'only-here' })
    const accountIds = [salon.accountId, other.accountId]
    const { token } = await makeApiClient(app.db, { accountIds, now: app.clock.now() })
    const found = await call(app, token, '/availability?slug=only-here&date=2026-03-09')
    expect(found.body.data.booking_link_id).toBe(
      encodeId('BookingLink', { accountId: other.accountId, id: own }),
    )
    const both = await call(app, token, `/availability?slug=${salon.slug}&date=2026-03-09`)
    expect(both).toMatchObject({ status: 400, body: { error: 'validation_failed' } })
  })

  it('that are revoked are gone with the next call', async () => {
    const { key, publicId } = await makeApiKey(app.db, { accountId: salon.accountId })
    const path = `/availability?slug=${salon.slug}&date=2026-03-09`
    expect((await call(app, key, path)).status).toBe(200)
    await app.db.prisma.apiKey.update({
      where: { publicId },
      data: { revokedAt: new Date(app.clock.now()) },
    })
    expect(await call(app, key, path)).toMatchObject({
      status: 401,
      body: { error: 'unauthorized', message: 'The API key was revoked. Ask for another.' },
    })
  })
})
