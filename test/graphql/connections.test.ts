// Connections of a shop that was made by mutations are walked forward and backward, with equal
// names and equal starts in the way, over two accounts.
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { decodeId, encodeId } from '../../src/graphql/ids.ts'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { makeViewers } from '../support/viewers.ts'
import { connectionFields, walk } from '../support/walk.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const token = tokens.multiAccountAdmin as string
const idOf = (id: string) => encodeId('Account', { accountId: id, id })
const first = idOf(accounts.first.id)

/** Five of everything with two names between them, each tied to all others of its account. */
async function fill(accountId: string) {
  const ids = { staff: [] as string[], resources: [] as string[], services: [] as string[] }
  for (const index of [0, 1, 2, 3, 4]) {
    const name = `Same ${index % 2}`
    ids.staff.push((await done(app, token, 'createStaffMember', { accountId, name })).id)
    ids.resources.push((await done(app, token, 'createResource', { accountId, name })).id)
    await done(app, token, 'createCustomer', { accountId, name })
  }
  for (const index of [0, 1, 2, 3, 4]) {
    const { id } = await done(app, token, 'createService', {
      accountId,
      name: `Same ${index % 2}`,
      kind: 'CLASS',
      durationMinutes: 60,
      capacity: 8,
      staffIds: ids.staff,
      resourceIds: ids.resources,
    })
    ids.services.push(id)
    for (const owner of [
      { accountId },
      { staffId: ids.staff[0] },
      { resourceId: ids.resources[0] },
    ]) {
      const on = `2026-04-0${1 + (index % 2)}`
      await done(app, token, 'createAvailabilityException', { ...owner, kind: 'CLOSED', on })
    }
    await done(app, token, 'createAvailabilityException', {
      serviceId: ids.services[0],
      kind: 'CLOSED',
      on: '2026-04-01',
    })
    await done(app, token, 'createBlock', {
      staffIds: [ids.staff[0]],
      resourceIds: [ids.resources[0]],
      startsAt: `2026-05-0${index + 1}T10:00:00Z`,
      endsAt: `2026-05-0${index + 1}T11:00:00Z`,
    })
  }
  for (const staffId of ids.staff) {
    const input = { serviceId: ids.services[0], startsAt: '2026-06-01T10:00:00Z' }
    await done(app, token, 'createSession', { ...input, staffIds: [staffId] })
    const later = { ...input, startsAt: `2026-06-0${ids.staff.indexOf(staffId) + 2}T10:00:00Z` }
    await done(app, token, 'createSession', { ...later, staffIds: [ids.staff[0]] })
  }
  return ids
}

const days = [0, 1, 2, 3, 4]

/** Five bookings of one session and five of one person and room; of the first, all there can be. */
async function bookings(accountId: string, ids: Awaited<ReturnType<typeof fill>>) {
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
    weekday,
    startLocalTime: '00:00',
    endLocalTime: '24:00',
  }))
  await done(app, token, 'setWorkingHours', { accountId, hours }, 'weekday')
  const [staffId, resourceId] = [ids.staff[1], ids.resources[1]]
  const { id: serviceId } = await done(app, token, 'createService', {
    accountId,
    name: 'Same 0',
    kind: 'APPOINTMENT',
    durationMinutes: 60,
    staffIds: [staffId],
    resourceIds: [resourceId],
  })
  const { id: customerId } = await done(app, token, 'createCustomer', { accountId, name: 'Same 0' })
  const start = { serviceId: ids.services[0], startsAt: '2026-06-01T10:00:00Z' }
  const { id: sessionId } = await done(app, token, 'createSession', start)
  const made: string[] = []
  for (const day of days) {
    const seat = { serviceId: ids.services[0], sessionId, customerId }
    made.push((await done(app, token, 'createBooking', seat)).id)
    const startsAt = `2026-06-1${day}T10:00:00Z`
    await done(app, token, 'createBooking', { serviceId, startsAt, customerId })
  }
  const [id = ''] = made
  for (const day of days.slice(1)) await done(app, token, 'updateBooking', { id, notes: `${day}` })
  const account = decodeId(accountId)?.accountId ?? ''
  const rowId = (text: string) => decodeId(text)?.id ?? ''
  for (const _ of days) {
    const payment = { kind: 'PAYMENT' as const, method: 'CASH' as const, amountMinor: 1 }
    const actor = { currency: 'GBP', actorKind: 'SYSTEM', actorName: 'Slotgraph' }
    await app.db.prisma.payment.create({
      data: { ...payment, ...actor, accountId: account, id: newId(), bookingId: rowId(id) },
    })
    await app.db.prisma.bookingLink.create({
      data: {
        accountId: account,
        id: newId(),
        serviceId: rowId(ids.services[0] ?? ''),
        slug: newId(),
        title: 'Same',
      },
    })
  }
  const series = { serviceId, customerId, startsAt: '2026-07-01T10:00:00Z' }
  const rule = 'FREQ=DAILY;COUNT=5'
  const { id: seriesId } = await done(app, token, 'createBookingSeries', { ...series, rule })
  return { customerId, sessionId, bookingId: id, seriesId }
}

const ours = await fill(first)
const booked = await bookings(first, ours)
const second = idOf(accounts.second.id)
await bookings(second, await fill(second))
const parents: Record<string, string | null> = {
  Query: null,
  Account: first,
  Service: ours.services[0] ?? '',
  StaffMember: ours.staff[0] ?? '',
  Resource: ours.resources[0] ?? '',
  Session: booked.sessionId,
  Customer: booked.customerId,
  Booking: booked.bookingId,
  Series: booked.seriesId,
  Viewer: null,
  'StaffMember.bookings': ours.staff[1] ?? '',
  'Resource.bookings': ours.resources[1] ?? '',
}

/** Every connection of the schema, and how many its list has here. */
const lists: [string, number][] = [
  ['Account.blocks', 5],
  ['Account.bookingLinks', 5],
  ['Account.bookings', 15],
  ['Account.customers', 6],
  ['Account.exceptions', 5],
  ['Account.resources', 5],
  ['Account.services', 6],
  ['Account.sessions', 11],
  ['Account.staff', 5],
  ['Booking.history', 5],
  ['Booking.payments', 5],
  ['Customer.bookings', 15],
  ['Query.accounts', 2],
  ['Query.blocks', 10],
  ['Query.bookingLinks', 10],
  ['Query.bookings', 30],
  ['Query.customers', 12],
  ['Query.resources', 10],
  ['Query.services', 12],
  ['Query.sessions', 22],
  ['Query.staff', 10],
  ['Resource.blocks', 5],
  ['Resource.bookings', 10],
  ['Resource.exceptions', 5],
  ['Resource.services', 5],
  ['Series.bookings', 5],
  ['Service.bookingLinks', 5],
  ['Service.bookings', 5],
  ['Service.exceptions', 5],
  ['Service.resources', 5],
  ['Service.sessions', 11],
  ['Service.staff', 5],
  ['Session.bookings', 5],
  ['StaffMember.blocks', 5],
  ['StaffMember.bookings', 10],
  ['StaffMember.exceptions', 5],
  ['StaffMember.services', 5],
  ['StaffMember.sessions', 6],
  ['Viewer.accounts', 2],
]

describe('a connection of the shop', () => {
  it('that is walked here is one', () => {
    const known = connectionFields(schema).map(({ parent, field }) => `${parent}.${field}`)
    expect(known).toEqual(expect.arrayContaining(lists.map(([name]) => name)))
  })

  it.each(lists)('%s is walked both ways and has %i', async (name, count) => {
    const [parent = '', field = ''] = name.split('.')
    const parentId = parents[name] ?? parents[parent] ?? null
    expect((await walk(app, token, { parent, field }, parentId)).length).toBe(count)
  })

  it.each(['NAME', 'CREATED_AT', 'UPDATED_AT'])(
    'orders customers by %s either way',
    async (field) => {
      const query = { parent: 'Query', field: 'customers' }
      const up = await walk(app, token, query, null, `, orderBy: { field: ${field} }`)
      const down = await walk(
        app,
        token,
        query,
        null,
        `, orderBy: { field: ${field}, direction: DESC }`,
      )
      expect(up.length).toBe(12)
      expect(down).toEqual(up.toReversed())
    },
  )

  it('reads the same list below many parents in one statement and keeps them apart', async () => {
    const { data } = await app.graphql(
      token,
      '{ accounts { nodes { slug staff(first: 3) { totalCount nodes { name account { slug } } } } } }',
    )
    const same = (slug: string) => ({
      slug,
      staff: {
        totalCount: 5,
        nodes: ['Same 0', 'Same 0', 'Same 0'].map((name) => ({ name, account: { slug } })),
      },
    })
    expect(data.accounts.nodes).toEqual([same(accounts.first.slug), same(accounts.second.slug)])
  })
})

describe('a page', () => {
  it.each([
    ['first: 101', '"first" is 101; 0 to 100 are allowed.'],
    ['last: -1', '"last" is -1; 0 to 100 are allowed.'],
    ['first: 1, last: 1', 'Give "first" or "last", not both.'],
    ['after: "nonsense"', 'This cursor is none of this list, or of another order.'],
  ])('with %s is refused', async (args, message) => {
    const answer = await app.graphql(token, `{ services(${args}) { nodes { id } } }`)
    expect(answer.errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }])
  })

  it('after a cursor of a day that does not exist is refused', async () => {
    const place = ['Booking.startsAt ASC', '2026-02-30T00:00:00.000Z', newId()]
    const after = Buffer.from(JSON.stringify(place)).toString('base64url')
    const answer = await app.graphql(token, `{ bookings(after: "${after}") { nodes { id } } }`)
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
  })
})
