// What lists are narrowed by beside what their own tests ask for: ids, slugs, whoever is occupied,
// and what a session is of.
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp()
let shop: Shop
let key: string

beforeAll(async () => {
  shop = await openShop(app.db, { staff: 2, resources: [1] })
  key = (await makeApiKey(app.db, { accountId: shop.accountId })).key
})

const idOf = (name: 'StaffMember' | 'Resource' | 'Booking', id: string | undefined) =>
  encodeId(name, { accountId: shop.accountId, id: id ?? '' })

async function found(list: string, args: object): Promise<string[]> {
  const type = { bookings: 'BookingFilter', staff: 'StaffFilter', resources: 'ResourceFilter' }[
    list
  ]
  const document = `query ($filter: ${type}) { ${list}(filter: $filter) { nodes { id } } }`
  const { data, errors } = await app.graphql(key, document, { filter: args })
  expect(errors).toBeUndefined()
  return data[list].nodes.map(({ id }: { id: string }) => id)
}

describe('a list', () => {
  it('of bookings is narrowed to ids, and to whoever they occupy, of either kind', async () => {
    const [first, second] = await Promise.all(
      shop.staffIds.map((staffId, index) =>
        createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10 + index * 2), staffId })),
      ),
    )
    const [early, late] = [first, second].map((each) => idOf('Booking', each?.id))
    expect(await found('bookings', { bookingIds: [late, 'nothing'] })).toEqual([late])
    expect(await found('bookings', { bookingIds: [] })).toEqual([])
    const [one, two] = shop.staffIds.map((id) => idOf('StaffMember', id))
    const room = idOf('Resource', shop.resourceIds[0])
    expect(await found('bookings', { occupantIds: [one] })).toEqual([early])
    expect(await found('bookings', { occupantIds: [two] })).toEqual([late])
    expect(await found('bookings', { occupantIds: [room] })).toEqual([early, late])
    expect(await found('bookings', { occupantIds: [one, room] })).toEqual([early, late])
    expect(await found('bookings', { occupantIds: [one], bookingIds: [late] })).toEqual([])
  })

  it('of staff and of resources is narrowed to ids', async () => {
    const [one] = shop.staffIds.map((id) => idOf('StaffMember', id))
    const room = idOf('Resource', shop.resourceIds[0])
    expect(await found('staff', { staffIds: [one, room] })).toEqual([one])
    expect(await found('resources', { resourceIds: [one, room] })).toEqual([room])
  })

  it('of accounts is narrowed to slugs, within reach only', async () => {
    const [mine, other, theirs] = await Promise.all([1, 2, 3].map(() => makeAccount(app.db)))
    const accountIds = [mine?.id ?? '', other?.id ?? '']
    const { token } = await makeApiClient(app.db, { accountIds, now: app.clock.now() })
    const slugs = [mine?.slug, theirs?.slug]
    const document = 'query ($slugs: [String!]) { accounts(slugs: $slugs) { nodes { slug } } }'
    const { data } = await app.graphql(token, document, { slugs })
    expect(data.accounts.nodes).toEqual([{ slug: mine?.slug }])
  })

  it('of sessions is narrowed to words of their service and to when they changed', async () => {
    const yoga = await openShop(app.db, { service: { kind: 'CLASS', name: 'Yoga 100%' } })
    await schedule(yoga, 8, tuesday(9))
    const { key: other } = await makeApiKey(app.db, { accountId: yoga.accountId })
    const document =
      'query ($filter: SessionFilter) { sessions(filter: $filter) { nodes { capacity } } }'
    const count = async (filter: object) => {
      const { data } = await app.graphql(other, document, { filter })
      return data.sessions.nodes.length
    }
    expect(await count({ search: 'YOGA' })).toBe(1)
    expect(await count({ search: '0%' })).toBe(1)
    expect(await count({ search: '1%0' })).toBe(0)
    expect(await count({ updatedAt: { from: '2000-01-01T00:00:00Z' } })).toBe(1)
    expect(await count({ updatedAt: { to: '2000-01-01T00:00:00Z' } })).toBe(0)
  })

  it('says which of its cursors is none', async () => {
    for (const name of ['after', 'before']) {
      const { errors } = await app.graphql(key, `{ staff(${name}: "x") { nodes { id } } }`)
      expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', argument: name })
    }
  })
})
