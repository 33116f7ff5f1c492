// The waitlist over the graph: document in, whole answer out.
import { expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { HOUR } from '../../src/time/instant.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { monday, openShop, schedule, tuesday } from '../support/shop.ts'
import { becomes } from '../webhook/delivering.ts'
import { settled } from '../support/settled.ts'

const app = await testApp()
app.clock.set(monday)

async function open(options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(app.db, options)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const id = (name: 'Service' | 'StaffMember' | 'Customer' | 'Account', row = '') =>
    encodeId(name, { accountId, id: row })
  return {
    shop,
    key,
    account: id('Account', accountId),
    serviceId: id('Service', shop.serviceId),
    staffIds: shop.staffIds.map((staffId) => id('StaffMember', staffId)),
    customerId: id('Customer', shop.customerId),
  }
}

const iso = (hour: number) => tuesday(hour).toISOString()
const whole = `id state version party from to session { id } staffMembers { id }
  customer { id name } hold { startsAt expiresAt party state } offeredAt service { id }`

it('is joined, offered, booked and seen', async () => {
  const { key, account, serviceId, staffIds, customerId } = await open()
  await done(app, key, 'updateAccount', { id: account, waitlistOfferMinutes: 120 })
  const slot = { serviceId, startsAt: iso(10), customerId }
  const booking = await done(app, key, 'createBooking', slot)
  const wish = { serviceId, from: iso(10), to: tuesday(10, 1).toISOString(), staffIds }
  const customer = { name: 'Bo Diaz', email: 'bo@example.com' }
  const joined = await done(app, key, 'joinWaitlist', { ...wish, customer }, whole)
  expect(joined).toEqual({
    id: joined.id,
    state: 'WAITING',
    version: 1,
    party: 1,
    from: wish.from,
    to: wish.to,
    session: null,
    staffMembers: staffIds.map((id) => ({ id })),
    customer: { id: joined.customer.id, name: 'Bo Diaz' },
    hold: null,
    offeredAt: null,
    service: { id: serviceId },
  })
  await done(app, key, 'cancelBooking', { id: booking.id })
  const list = `{ waitlist(filter: { state: [OFFERED] }) { nodes { ${whole} hold { id } } } }`
  const answer = await becomes(
    () => app.graphql(key, list),
    ({ data }) => data.waitlist.nodes.length > 0,
  )
  const [offered] = answer.data.waitlist.nodes
  expect(offered).toMatchObject({
    id: joined.id,
    version: 2,
    offeredAt: new Date(monday).toISOString(),
    hold: {
      startsAt: iso(10),
      expiresAt: new Date(monday + 2 * HOUR).toISOString(),
      party: 1,
      state: 'LIVE',
    },
  })
  const who = { customerId: joined.customer.id, holdId: offered.hold.id }
  await done(app, key, 'createBooking', { serviceId, ...who })
  const state = `{ node(id: "${joined.id}") { ... on WaitlistEntry { state } } }`
  await becomes(
    () => app.graphql(key, state),
    ({ data }) => data.node.state === 'BOOKED',
  )
  const events = `{ events(filter: { types: ["waitlist.*"] }) { nodes { ... on AccountEvent {
    type subjectId subjectVersion changes { field from to } } } } }`
  await settled(app.db.pool)
  const { data } = await app.graphql(key, events)
  expect(data.events.nodes).toMatchObject([
    {
      type: 'waitlist.joined',
      subjectId: joined.id,
      subjectVersion: 1,
      changes: [
        { field: 'state', from: null, to: 'WAITING' },
        { field: 'service', to: serviceId },
        { field: 'staffMembers', to: staffIds },
        { field: 'from', to: wish.from },
        { field: 'to', to: wish.to },
        { field: 'customer', to: joined.customer.id },
        { field: 'party', to: 1 },
      ],
    },
    {
      type: 'waitlist.offered',
      subjectVersion: 2,
      changes: [
        { field: 'state', from: 'WAITING', to: 'OFFERED' },
        { field: 'hold', from: null, to: offered.hold.id },
      ],
    },
    { type: 'waitlist.booked', subjectVersion: 3, changes: [{ to: 'BOOKED' }] },
  ])
})

it('is joined once when it is said twice, and refuses what cannot be waited for', async () => {
  const { shop, key, serviceId, customerId } = await open({
    staff: 0,
    service: { kind: 'CLASS', maxParty: 2 },
  })
  const { accountId } = shop
  const sessionId = encodeId('Session', { accountId, id: await schedule(shop, 1, tuesday(10)) })
  const full = { serviceId, sessionId, customerId }
  await done(app, key, 'createBooking', full)
  const input = { ...full, idempotencyKey: 'wait' }
  const made = await done(app, key, 'joinWaitlist', input, 'id state')
  expect(await done(app, key, 'joinWaitlist', input, 'id state')).toEqual(made)
  const gone = encodeId('Session', { accountId, id: accountId })
  const before = await rowCounts(app)
  const wrong: [object, object][] = [
    [{ ...input, partySize: 2 }, { code: 'IDEMPOTENCY_CONFLICT' }],
    [
      { ...full, partySize: 3 },
      { code: 'LIMIT_REACHED', path: ['partySize'] },
    ],
    [
      { ...full, customerId: undefined },
      { code: 'VALIDATION_FAILED', path: ['customerId'] },
    ],
    [
      { ...full, sessionId: gone },
      { code: 'NOT_FOUND', path: ['sessionId'] },
    ],
    [
      { serviceId, customerId },
      { code: 'VALIDATION_FAILED', path: ['from'] },
    ],
    [
      { ...full, from: iso(10) },
      { code: 'VALIDATION_FAILED', path: ['sessionId'] },
    ],
  ]
  for (const [asked, refusal] of wrong) {
    expect(await change(app, key, 'joinWaitlist', asked, 'id')).toMatchObject(refusal)
  }
  expect(await rowCounts(app)).toEqual(before)
  const left = { id: made.id, expectedVersion: 1 }
  expect(await done(app, key, 'leaveWaitlist', left, 'state version')).toEqual({
    state: 'LEFT',
    version: 2,
  })
  expect(await change(app, key, 'leaveWaitlist', { id: made.id }, 'id')).toMatchObject({
    code: 'ILLEGAL_TRANSITION',
  })
})

it('is listed over accounts in the order of arrival, and narrowed', async () => {
  const { shop, key, serviceId, customerId } = await open({
    staff: 0,
    service: { kind: 'CLASS' },
  })
  const { accountId } = shop
  const session = async (at: number) => {
    const id = await schedule(shop, 1, tuesday(at))
    const sessionId = encodeId('Session', { accountId, id })
    await done(app, key, 'createBooking', { serviceId, sessionId, customerId })
    return sessionId
  }
  const [ten, twelve] = [await session(10), await session(12)]
  const join = (sessionId: string) =>
    done(app, key, 'joinWaitlist', { serviceId, sessionId, customerId }, 'id serial')
  const [one, two, three] = [await join(ten), await join(twelve), await join(ten)]
  await done(app, key, 'leaveWaitlist', { id: three.id })
  const find = async (filter: object) => {
    const document =
      'query ($filter: WaitlistFilter) { waitlist(filter: $filter) { nodes { id } } }'
    const { data } = await app.graphql(key, document, { filter })
    return data.waitlist.nodes.map(({ id }: { id: string }) => id)
  }
  expect(await find({})).toEqual([one.id, two.id, three.id])
  expect(await find({ state: ['WAITING'] })).toEqual([one.id, two.id])
  expect(await find({ sessionIds: [ten] })).toEqual([one.id, three.id])
  expect(await find({ serviceIds: [serviceId], state: ['LEFT'] })).toEqual([three.id])
  expect(await find({ customerIds: [customerId] })).toEqual([one.id, two.id, three.id])
  expect(await find({ serials: [two.serial] })).toEqual([two.id])
})
