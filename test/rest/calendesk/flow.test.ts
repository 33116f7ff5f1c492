// A client from end to end: finds a start, books it, reads, moves and cancels it; and what of the
// domain the dialect's few words have to reach: classes, services of nobody, everybody together,
// parties, an hour that comes twice, keys that are said twice.
import { describe, expect, it } from 'vitest'
import { newId } from '../../../src/db/id.ts'
import type { Prisma } from '../../../src/generated/prisma/client.ts'
import { testApp } from '../../support/app.ts'
import { rowCounts } from '../../support/ask.ts'
import { openBusiness, start, type Business } from './calendesk-world.ts'

const app = await testApp({ start })

type Slots = Record<string, Record<string, string[]>>

const slotsOf = async ({ call }: Business, query: Record<string, string>): Promise<Slots> =>
  (await call(`/available-slots?${new URLSearchParams({ service_id: '5', ...query })}`)).body

const change = ({ accountId, serviceId }: Business, data: Prisma.ServiceUncheckedUpdateInput) =>
  app.db.prisma.service.update({ where: { accountId_id: { accountId, id: serviceId } }, data })

describe('a client', () => {
  it('finds a start, books, reads, moves, cancels, and the start is free again', async () => {
    const business = await openBusiness(app)
    const { call } = business
    const day = { start_date: '2026-04-01', number_of_days: '1', employee_ids: '10' }
    const before = await slotsOf(business, day)
    const [time = ''] = before['10']?.['2026-04-01'] ?? []

    const booked = await call('/bookings', {
      body: {
        employee_id: 10,
        user_id: 200,
        service_id: 5,
        start_date: '2026-04-01',
        start_time: time,
      },
    })
    expect(booked).toMatchObject({ status: 201, body: { start_time: time, status: 'approved' } })
    const { id } = booked.body
    expect((await slotsOf(business, day))['10']?.['2026-04-01']).not.toContain(time)

    const read = await call('/admin/bookings?query=Jane')
    expect(read.body.data).toEqual([booked.body])

    const moved = await call(`/bookings/${id}`, {
      method: 'PUT',
      body: { start_date: '2026-04-02', start_time: '16:00' },
    })
    expect(moved).toMatchObject({ status: 200, body: { id, end_time: '17:00' } })
    expect(await slotsOf(business, day)).toEqual(before)

    const cancelled = await call(`/bookings/${id}`, { method: 'DELETE' })
    expect(cancelled).toMatchObject({ status: 200, body: { id, status: 'cancelled' } })
    const answer = await call(`/bookings/${id}`, { method: 'PUT', body: { start_time: '10:00' } })
    expect(answer.status).toBe(409)
  })

  it('books what is offered in the zone of a customer', async () => {
    const business = await openBusiness(app)
    const zone = 'America/New_York'
    const day = { start_date: '2026-04-01', number_of_days: '1', customer_time_zone: zone }
    const times = (await slotsOf(business, day))['5']?.['2026-04-01'] ?? []
    expect(times[0]).toBe('03:00')
    const body = { employee_id: 5, user_id: 200, service_id: 5, start_date: '2026-04-01' }
    const { status, body: booking } = await business.call('/bookings', {
      body: { ...body, start_time: '03:00', customer_time_zone: zone },
    })
    expect(status).toBe(201)
    expect(booking).toMatchObject({ start_date: '2026-04-01', start_time: '09:00' })
    const kept = await app.db.prisma.booking.findFirst({ where: { serial: booking.id } })
    expect(kept).toMatchObject({ timeZone: zone, source: 'REST' })
  })

  it('that says it twice with an Idempotency-Key books once', async () => {
    const business = await openBusiness(app)
    const headers = { 'idempotency-key': 'once' }
    const item = { employee_id: 5, service_id: 5, start_date: '2026-04-01', start_time: '10:00' }
    const user = { email: 'twice@example.com', name: 'Twice' }
    const ask = (bookings: object[]) =>
      business.call('/user/bookings/v2', { body: { user, bookings }, headers })
    const first = await ask([item])
    expect(first.status).toBe(201)
    const rows = await rowCounts(app)
    expect((await ask([item])).body).toEqual(first.body)
    expect(await rowCounts(app)).toEqual(rows)
    expect((await ask([item, { ...item, start_time: '12:00' }])).status).toBe(409)
  })

  it('that keeps nothing of a change that is refused in its last part', async () => {
    const { call } = await openBusiness(app)
    const place = { employee_id: 5, service_id: 5, start_date: '2026-04-01', start_time: '10:00' }
    const { body } = await call('/bookings', { body: { ...place, user_id: 200 } })
    const rows = await rowCounts(app)
    const refused = await call(`/bookings/${body.id}`, {
      method: 'PUT',
      body: { start_time: '12:00', description: 'New', status: 'no_show' },
    })
    expect(refused.status).toBe(409)
    expect(refused.body.message).toMatch(/cannot become no_show before it has started\.$/)
    expect(await rowCounts(app)).toEqual(rows)
    expect((await call('/admin/bookings')).body.data).toEqual([body])
  })

  it('decides on what waits: approves, rejects, and says who came', async () => {
    const business = await openBusiness(app)
    await change(business, { requiresConfirmation: true })
    const { call } = business
    const put = (id: number, status: string) =>
      call(`/bookings/${id}`, { method: 'PUT', body: { status } })
    const book = async (start_time: string) => {
      const place = { employee_id: 5, service_id: 5, start_date: '2026-03-30', start_time }
      const { body } = await call('/bookings', { body: { ...place, user_id: 200 } })
      expect(body.status).toBe('pending')
      return body.id as number
    }
    const [first, second, third] = [await book('12:00'), await book('13:00'), await book('14:00')]
    expect((await put(first, 'approved')).body.status).toBe('approved')
    expect((await put(second, 'rejected')).body.status).toBe('rejected')
    expect((await put(third, 'pending')).body.status).toBe('pending')
    expect((await put(second, 'approved')).status).toBe(409)
    app.clock.set(Date.parse('2026-03-30T11:00:00Z'))
    expect((await put(first, 'completed')).body.status).toBe('completed')
    expect((await put(first, 'no_show')).body.status).toBe('no_show')
    app.clock.set(Date.parse(start))
  })
})

describe('a class', () => {
  async function openClass() {
    const business = await openBusiness(app)
    const { accountId, serviceId, staffIds } = business
    await change(business, { kind: 'CLASS', capacity: 2, maxParty: 2 })
    for (const [startsAt, staffId] of [
      ['2026-04-01T16:00:00Z', staffIds[10]],
      ['2026-04-02T16:00:00Z', staffIds[5]],
    ] as const) {
      const id = newId()
      const endsAt = new Date(Date.parse(startsAt) + 3_600_000)
      await app.db.prisma.session.create({
        data: { accountId, id, serviceId, startsAt, endsAt, capacity: 2 },
      })
      await app.db.prisma.sessionStaff.create({ data: { accountId, sessionId: id, staffId } })
    }
    return business
  }

  it('is offered under whoever gives it, booked by its start, and moved to another', async () => {
    const business = await openClass()
    const { call } = business
    expect(await slotsOf(business, { start_date: '2026-04-01' })).toEqual({
      '10': { '2026-04-01': ['18:00'] },
      '5': { '2026-04-02': ['18:00'] },
    })
    const seat = { employee_id: 10, service_id: 5, start_date: '2026-04-01', start_time: '18:00' }
    const { status, body } = await call('/bookings', { body: { ...seat, user_id: 200 } })
    expect(status).toBe(201)
    expect(body).toMatchObject({ start_time: '18:00', end_time: '19:00' })
    const moved = await call(`/bookings/${body.id}`, {
      method: 'PUT',
      body: { start_date: '2026-04-02' },
    })
    expect(moved).toMatchObject({ status: 200, body: { id: body.id, start_date: '2026-04-02' } })
    const ann = { email: 'ann@example.com', name: 'Ann' }
    const two = await call('/user/bookings/v2', {
      body: { user: ann, bookings: [{ ...seat, number_of_people: 2 }] },
    })
    expect(two.status).toBe(201)
    expect(await slotsOf(business, { start_date: '2026-04-01' })).toEqual({
      '5': { '2026-04-02': ['18:00'] },
    })
  })

  it.each([
    ['another time', { start_time: '18:30' }],
    ['another employee', { employee_id: 5 }],
    ['another day', { start_date: '2026-04-03' }],
  ])('is gone at %s', async (_what, wish) => {
    const { call } = await openClass()
    const seat = { employee_id: 10, service_id: 5, start_date: '2026-04-01', start_time: '18:00' }
    const { status, body } = await call('/bookings', { body: { ...seat, user_id: 200, ...wish } })
    expect({ status, body }).toEqual({
      status: 409,
      body: { message: 'The service does not start at this time.' },
    })
  })
})

describe('a service', () => {
  const at = { service_id: 5, start_date: '2026-04-01', start_time: '10:00', user_id: 200 }

  it('that needs nobody is offered and booked under 0', async () => {
    const business = await openBusiness(app)
    await app.db.prisma.serviceStaff.deleteMany({ where: { accountId: business.accountId } })
    const { accountId, serviceId } = business
    const resourceId = newId()
    await app.db.prisma.resource.create({ data: { accountId, id: resourceId, name: 'Room' } })
    await app.db.prisma.serviceResource.create({ data: { accountId, serviceId, resourceId } })
    const found = await slotsOf(business, { start_date: '2026-04-01', number_of_days: '1' })
    expect(Object.keys(found)).toEqual(['0'])
    const { status, body } = await business.call('/bookings', { body: { ...at, employee_id: 0 } })
    expect(status).toBe(201)
    expect(body.employee_id).toBeNull()
    const moved = await business.call(`/bookings/${body.id}`, {
      method: 'PUT',
      body: { start_time: '12:00', employee_id: 0 },
    })
    expect(moved).toMatchObject({ status: 200, body: { start_time: '12:00' } })
  })

  it('that needs all together is offered under each of them', async () => {
    const business = await openBusiness(app)
    await change(business, { staffMode: 'COLLECTIVE' })
    const day = { start_date: '2026-04-01', number_of_days: '1' }
    const found = await slotsOf(business, day)
    expect(Object.keys(found)).toEqual(['5', '10'])
    expect(found['5']).toEqual(found['10'])
    expect(Object.keys(await slotsOf(business, { ...day, employee_ids: '10' }))).toEqual(['10'])
    expect(await slotsOf(business, { ...day, employee_ids: '77' })).toEqual({})
    expect((await business.call('/bookings', { body: { ...at, employee_id: 10 } })).status).toBe(
      201,
    )
    const after = await slotsOf(business, day)
    expect(after['5']?.['2026-04-01']).not.toContain('10:00')
  })

  it('for parties is offered and booked for as few as it takes, or for as many as are said', async () => {
    const business = await openBusiness(app)
    await change(business, { minParty: 3, maxParty: 6, capacity: 6 })
    const day = { start_date: '2026-04-01', number_of_days: '1' }
    expect(Object.keys(await slotsOf(business, day))).toEqual(['5', '10'])
    expect(await slotsOf(business, { ...day, number_of_people: '7' })).toEqual({})
    const book = (wish: object) =>
      business.call('/bookings', { body: { ...at, employee_id: 5, ...wish } })
    expect((await book({ number_of_people: 7 })).status).toBe(409)
    const { body } = await book({})
    const kept = await app.db.prisma.booking.findFirst({ where: { serial: body.id } })
    expect(kept?.partySize).toBe(3)
  })
})

describe('an hour that comes twice or never', () => {
  const allDay = [1, 2, 3, 4, 5, 6, 7].map((weekday): [number, number, number] => [
    weekday,
    0,
    1440,
  ])

  it.each([
    ['Europe/London', '2026-10-25', '01:30', '2026-10-25T00:30:00Z', '01:30'],
    ['America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00Z', '01:30'],
    ['Australia/Lord_Howe', '2026-04-05', '01:30', '2026-04-04T14:30:00Z', '01:30'],
    ['Europe/London', '2027-03-28', '01:30', '2027-03-28T01:30:00Z', '02:30'],
    ['America/New_York', '2027-03-14', '02:00', '2027-03-14T07:00:00Z', '03:00'],
  ])('in %s on %s, %s is %s', async (timeZone, start_date, start_time, instant, shown) => {
    const { call } = await openBusiness(app, { timeZone, hours: allDay })
    const place = { employee_id: 5, service_id: 5, start_date, start_time }
    const { status, body } = await call('/bookings', { body: { ...place, user_id: 200 } })
    expect(status).toBe(201)
    expect(body).toMatchObject({ start_date, start_time: shown })
    const kept = await app.db.prisma.booking.findFirst({ where: { serial: body.id } })
    expect(kept?.startsAt.toISOString()).toBe(instant.replace('Z', '.000Z'))
  })

  it('stays the second of the two when only the employee changes', async () => {
    const { call } = await openBusiness(app, { timeZone: 'Europe/London' })
    const { prisma } = app.db
    await prisma.workingHours.updateMany({ data: { startMinute: 0, endMinute: 1440 } })
    const place = { employee_id: 5, service_id: 5, start_date: '2026-10-25' }
    const zone = { start_time: '01:30', customer_time_zone: 'UTC' }
    const { body } = await call('/bookings', { body: { ...place, ...zone, user_id: 200 } })
    expect(body.start_time).toBe('01:30')
    const moved = await call(`/bookings/${body.id}`, { method: 'PUT', body: { employee_id: 10 } })
    expect(moved).toMatchObject({ status: 200, body: { employee_id: 10, start_time: '01:30' } })
    const kept = await prisma.booking.findFirst({ where: { serial: body.id } })
    expect(kept?.startsAt.toISOString()).toBe('2026-10-25T01:30:00.000Z')
  })
})
