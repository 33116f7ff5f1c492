// Booking links are made, changed and closed over the graph; their rules lead what is offered and
// what is booked alike; a link that is used up or has run out books nothing.

import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { change as changing } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday } from '../support/shop.ts'

const app = await testApp()

const change = (app: TestApp, key: string, name: string, input: object) =>
  changing(app, key, name, input, 'id')

async function world() {
  const shop = await openShop(app.db, { staff: 3 })
  const { accountId, serviceId, staffIds } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const account = encodeId('Account', { accountId, id: accountId })
  const service = encodeId('Service', { accountId, id: serviceId })
  const staff = staffIds.map((id) => encodeId('StaffMember', { accountId, id }))
  const make = (input: object) =>
    change(app, key, 'createBookingLink', {
      accountId: account,
      slug: 'first-visit',
      title: 'A first visit',
      serviceIds: [service],
      ...input,
    })
  const book = (link: string, input: object) =>
    change(app, key, 'createLinkBooking', {
      linkId: link,
      startsAt: tuesday(10).toISOString(),
      customer: { name: 'Grace Hopper' },
      ...input,
    })
  const events = async () => {
    const rows = await app.db.prisma.event.findMany({
      where: { accountId, type: { startsWith: 'link.' } },
      orderBy: { seq: 'asc' },
    })
    return rows.map(({ type }) => type)
  }
  return { ...shop, key, account, service, staff, make, book, events }
}

const questions = [
  { id: 'pain', label: 'Where does it hurt?', type: 'CHOICE', choices: ['Back', 'Knee'] },
  { id: 'urgent', label: 'Is it urgent?', type: 'YES_NO', required: true },
]

const shape = `{ slug title distribution active open version expiresAt maxBookings bookedCount
  services { id } staff { id } questions { id label type required choices }
  routing { conditions { questionId operator value } staff { id } service { id } reject } }`

describe('a booking link', () => {
  it('is made, read, changed and closed, each with its event', async () => {
    const { key, make, service, staff, account, events } = await world()
    const routing = [
      {
        conditions: [{ questionId: 'urgent', operator: 'IS', value: 'yes' }],
        reject: 'Please call us.',
      },
      {
        conditions: [{ questionId: 'pain', operator: 'IS', value: 'Back' }],
        staffIds: [staff[2]],
      },
    ]
    const made = await make({ staffIds: staff, questions, routing, idempotencyKey: 'one' })
    const again = await make({ staffIds: staff, questions, routing, idempotencyKey: 'one' })
    expect(made.__typename).toBe('CreateBookingLinkSuccess')
    expect(again.data.id).toBe(made.data.id)
    const read = async () => {
      const document = `query ($id: ID!) { bookingLink(id: $id) ${shape} }`
      return (await app.graphql(key, document, { id: made.data.id })).data.bookingLink
    }
    expect(await read()).toEqual({
      slug: 'first-visit',
      title: 'A first visit',
      distribution: 'ROUND_ROBIN',
      active: true,
      open: true,
      version: 1,
      expiresAt: null,
      maxBookings: null,
      bookedCount: 0,
      services: [{ id: service }],
      staff: staff.map((id) => ({ id })),
      questions: [
        { ...questions[0], required: false },
        { ...questions[1], choices: [] },
      ],
      routing: [
        {
          conditions: routing[0]?.conditions,
          staff: null,
          service: null,
          reject: 'Please call us.',
        },
        {
          conditions: routing[1]?.conditions,
          staff: [{ id: staff[2] }],
          service: null,
          reject: null,
        },
      ],
    })
    const id = made.data.id
    const renamed = await change(app, key, 'updateBookingLink', { id, title: 'Welcome' })
    expect(renamed.__typename).toBe('UpdateBookingLinkSuccess')
    expect(await read()).toMatchObject({ title: 'Welcome', version: 2, slug: 'first-visit' })
    const stale = { id, title: 'Late', expectedVersion: 1 }
    expect((await change(app, key, 'updateBookingLink', stale)).code).toBe('VERSION_CONFLICT')
    await change(app, key, 'archiveBookingLink', { id })
    expect(await read()).toMatchObject({ active: false, open: false, version: 3 })
    expect(await events()).toEqual(['link.created', 'link.updated', 'link.archived'])
    const same = { accountId: account, slug: 'first-visit', title: 'B', serviceIds: [service] }
    const taken = await change(app, key, 'createBookingLink', same)
    expect([taken.code, taken.path]).toEqual(['IN_USE', ['slug']])
  })

  it.each([
    [{ slug: 'No Spaces' }, ['slug']],
    [{ title: ' ' }, ['title']],
    [{ serviceIds: [] }, ['serviceIds']],
    [{ maxBookings: 0 }, ['maxBookings']],
    [{ questions: [{ id: 'a b', label: 'x', type: 'TEXT' }] }, ['questions', '0']],
    [{ questions: [{ id: 'a', label: 'x', type: 'CHOICE' }] }, ['questions', '0']],
    [{ questions: [{ id: 'a', label: 'x', type: 'TEXT', choices: ['y'] }] }, ['questions', '0']],
    [{ routing: [{}] }, ['routing', '0']],
  ])('is refused with %j', async (input, path) => {
    const { make, events } = await world()
    const { code, path: at } = await make(input)
    expect([code, at]).toEqual(['VALIDATION_FAILED', path])
    expect(await events()).toEqual([])
  })

  it('names nothing of another account', async () => {
    const [mine, theirs] = [await world(), await world()]
    const rule = (leads: object) => ({ routing: [leads] })
    for (const input of [
      { serviceIds: [theirs.service] },
      { staffIds: [theirs.staff[0]] },
      rule({ staffIds: [theirs.staff[0]] }),
      rule({ serviceId: theirs.service }),
    ]) {
      expect((await mine.make(input)).code).toBe('NOT_FOUND')
    }
    expect(await mine.events()).toEqual([])
  })
})

describe('routing', () => {
  const led = (answers: object) => ({ answers: { urgent: 'no', ...answers } })

  it('rejects in the words of the rule, and books nothing', async () => {
    const { make, book, accountId } = await world()
    const reject = 'Please call us.'
    const conditions = [{ questionId: 'urgent', operator: 'IS', value: 'yes' }]
    const { data } = await make({ questions, routing: [{ conditions, reject }] })
    const refused = await book(data.id, led({ urgent: 'yes' }))
    expect([refused.code, refused.message]).toEqual(['ROUTING_REJECTED', reject])
    expect(await app.db.prisma.booking.count({ where: { accountId } })).toBe(0)
    expect((await book(data.id, led({}))).__typename).toBe('CreateLinkBookingSuccess')
  })

  it('leads to a part of the staff, in what is offered and in what is booked', async () => {
    const { key, make, book, staff } = await world()
    const conditions = [{ questionId: 'pain', operator: 'IS', value: 'Back' }]
    const { data } = await make({ questions, routing: [{ conditions, staffIds: [staff[1]] }] })
    const document = `query ($id: ID!, $answers: JSONObject) { bookingLink(id: $id) {
      availability(from: "2026-03-03", days: 1, answers: $answers) { slots { staff { id } } } } }`
    const staffOffered = async (answers: object) => {
      const answer = await app.graphql(key, document, { id: data.id, answers })
      const slots = answer.data.bookingLink.availability.slots as { staff: { id: string }[] }[]
      return new Set(slots.flatMap((slot) => slot.staff.map(({ id }) => id)))
    }
    expect(await staffOffered({ pain: 'Back' })).toEqual(new Set([staff[1]]))
    expect(await staffOffered({ pain: 'Knee' })).toEqual(new Set(staff))
    const who = `query ($id: ID!) { booking(id: $id) { staff { id } } }`
    const first = await book(data.id, led({ pain: 'Back' }))
    const booked = await app.graphql(key, who, { id: first.data.id })
    expect(booked.data.booking.staff.id).toBe(staff[1])
    expect((await book(data.id, led({ pain: 'Back' }))).code).toBe('SLOT_TAKEN')
    expect((await book(data.id, led({ pain: 'Knee' }))).__typename).toMatch(/Success$/)
  })

  it('leads to another service, with its own length', async () => {
    const { key, account, staff, make, book } = await world()
    const long = await change(app, key, 'createService', {
      accountId: account,
      name: 'Long visit',
      kind: 'APPOINTMENT',
      durationMinutes: 90,
      staffIds: [staff[0]],
    })
    const conditions = [{ questionId: 'pain', operator: 'ANSWERED' }]
    const routing = [{ conditions, serviceId: long.data.id }]
    const { data } = await make({ questions, routing })
    const { data: booked } = await book(data.id, led({ pain: 'Knee' }))
    const document = `query ($id: ID!) { booking(id: $id) { startsAt endsAt service { id } } }`
    const { booking } = (await app.graphql(key, document, { id: booked.id })).data
    expect(booking.service.id).toBe(long.data.id)
    expect(Date.parse(booking.endsAt) - Date.parse(booking.startsAt)).toBe(90 * 60_000)
    const route = `query ($id: ID!) { bookingLink(id: $id) {
      route(answers: { pain: "Knee" }) { service { name } staff { id } reject } } }`
    expect((await app.graphql(key, route, { id: data.id })).data.bookingLink.route).toEqual({
      service: { name: 'Long visit' },
      staff: null,
      reject: null,
    })
  })
})

describe('a link', () => {
  it('of several services books the one that is named, and no other', async () => {
    const { key, account, staff, service, make, book } = await world()
    const input = { accountId: account, kind: 'APPOINTMENT', durationMinutes: 30, staffIds: staff }
    const two = await change(app, key, 'createService', { ...input, name: 'Two' })
    const three = await change(app, key, 'createService', { ...input, name: 'Three' })
    const { data } = await make({ serviceIds: [service, two.data.id] })
    expect((await book(data.id, { serviceId: two.data.id })).__typename).toMatch(/Success$/)
    expect((await book(data.id, { serviceId: three.data.id })).code).toBe('VALIDATION_FAILED')
  })

  it('that is used once is used once by sixteen at the same moment', async () => {
    const { make, book, accountId } = await world()
    const { data } = await make({ maxBookings: 1 })
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, n) =>
        book(data.id, { startsAt: tuesday(9 + (n % 8)).toISOString() }),
      ),
    )
    const codes = answers.map(({ code, __typename }) => code ?? __typename).toSorted()
    expect(codes).toEqual(['CreateLinkBookingSuccess', ...Array<string>(15).fill('NOT_FOUND')])
    expect(await app.db.prisma.booking.count({ where: { accountId } })).toBe(1)
  })

  it('that has run out offers and books nothing', async () => {
    const { key, make, book } = await world()
    const expiresAt = new Date(app.clock.now() + 60_000).toISOString()
    const { data } = await make({ expiresAt })
    expect((await book(data.id, {})).__typename).toMatch(/Success$/)
    app.clock.set(Date.parse(expiresAt))
    const document = `query ($id: ID!) { bookingLink(id: $id) {
      open availability(from: "2026-03-04") { slots { startsAt } } } }`
    const { data: read } = await app.graphql(key, document, { id: data.id })
    expect(read.bookingLink).toEqual({ open: false, availability: { slots: [] } })
    const late = await book(data.id, { startsAt: tuesday(12).toISOString() })
    expect(late.code).toBe('NOT_FOUND')
  })
})
