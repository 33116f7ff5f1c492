// Several questions about availability at once: each is answered as it is alone, in their order.
import { beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, type Shop } from '../support/shop.ts'

const app = await testApp()
let shop: Shop
let key: string
let service: string

beforeAll(async () => {
  shop = await openShop(app.db, { staff: 2 })
  const { accountId, serviceId } = shop
  key = (await makeApiKey(app.db, { accountId })).key
  service = encodeId('Service', { accountId, id: serviceId })
})

const fields = '{ timeZone slots { startsAt staff { id } } }'
const several = `query ($inputs: [AvailabilityInput!]!) { found: availabilities(inputs: $inputs) ${fields} }`
const alone = `query ($input: AvailabilityInput!) { found: availability(input: $input) ${fields} }`

describe('several questions', () => {
  it('are answered as each is alone', async () => {
    const { accountId, staffIds } = shop
    const staff = encodeId('StaffMember', { accountId, id: staffIds[1] ?? '' })
    const inputs = [
      { serviceId: service, from: '2026-03-06', days: 2, timeZone: 'Asia/Kolkata' },
      { serviceId: service, from: '2026-03-03', days: 1, staffIds: [staff] },
      { serviceId: service, from: '2026-03-03', days: 1, durationMinutes: 90 },
    ]
    const { data } = await app.graphql(key, several, { inputs })
    const each = []
    for (const input of inputs) each.push((await app.graphql(key, alone, { input })).data.found)
    expect(each.every(({ slots }) => slots.length > 10)).toBe(true)
    expect(data.found).toEqual(each)
    expect((await app.graphql(key, several, { inputs: [] })).data.found).toEqual([])
  })

  it('are refused as a whole for one that is none, and when there are too many', async () => {
    const { key: theirs } = await makeApiKey(app.db, {
      accountId: (await openShop(app.db)).accountId,
    })
    const input = { serviceId: service, from: '2026-03-03', days: 1 }
    const denied = await app.graphql(theirs, several, { inputs: [input] })
    expect(denied.errors?.[0]?.extensions).toEqual({
      code: 'NOT_FOUND',
      argument: 'inputs.serviceId',
    })
    const most = Array.from({ length: 101 }, () => input)
    const { errors } = await app.graphql(key, several, { inputs: most })
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})
