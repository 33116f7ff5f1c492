// Asking what is free: who is told of which service, in whose zone, and at what cost.
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, schedule, tuesday } from '../support/shop.ts'

const app = await testApp({ start: '2026-03-02T08:00:00Z' })

async function open(options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(app.db, options)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const id = (name: NodeName, row: string) => encodeId(name, { accountId, id: row })
  const ask = (input: object, selection: string) =>
    app.graphql(
      key,
      `query ($input: AvailabilityInput!) { availability(input: $input) { ${selection} } }`,
      {
        input: { serviceId: id('Service', shop.serviceId), from: '2026-03-03', days: 1, ...input },
      },
    )
  return { shop, key, id, ask }
}

describe('availability', () => {
  it('of a service that never was is not found, in reach or out of it', async () => {
    const { ask, id } = await open()
    const error = { message: 'No Service with this id exists.', extensions: { code: 'NOT_FOUND' } }
    for (const serviceId of [id('Service', newId()), (await open()).id('Service', newId())]) {
      const answer = await ask({ serviceId }, 'timeZone')
      expect(answer.errors).toMatchObject([error])
    }
  })

  it('of an archived service is empty', async () => {
    const { ask } = await open({ service: { active: false } })
    const { data } = await ask({}, 'slots { startsAt } nextAvailable { startsAt }')
    expect(data.availability).toEqual({ slots: [], nextAvailable: null })
  })

  it('names its zone as each asker spelled it', async () => {
    const { ask } = await open()
    for (const timeZone of ['europe/WARSAW', 'Europe/Warsaw']) {
      const { data } = await ask({ timeZone }, 'timeZone')
      expect(data.availability.timeZone).toBe(timeZone)
    }
  })

  it('of a class is narrowed by resources, and shows which one it occupies', async () => {
    const { shop, ask, id } = await open({ resources: [1, 1], service: { kind: 'CLASS' } })
    const [here = '', there = ''] = shop.resourceIds
    const sessionId = await schedule(shop, 5, tuesday(10))
    await app.db.prisma.sessionResource.create({
      data: { accountId: shop.accountId, sessionId, resourceId: here },
    })
    const selection = 'slots { startsAt resource { id } }'
    const slot = { startsAt: tuesday(10).toISOString(), resource: { id: id('Resource', here) } }
    const asked = async (resourceIds?: string[]) =>
      (await ask(resourceIds ? { resourceIds } : {}, selection)).data.availability.slots
    expect(await asked()).toEqual([slot])
    expect(await asked([id('Resource', here)])).toEqual([slot])
    expect(await asked([id('Resource', there)])).toEqual([])
  })

  it('for a party of null is for the smallest that the service takes', async () => {
    for (const kind of ['APPOINTMENT', 'CLASS'] as const) {
      const { shop, ask, key, id } = await open({ service: { kind, minParty: 3, maxParty: 5 } })
      if (kind === 'CLASS') await schedule(shop, 5, tuesday(10))
      const startOf = async (partySize?: number | null) => {
        const wish = partySize === undefined ? {} : { partySize }
        return (await ask(wish, 'slots { startsAt }')).data.availability.slots[0]?.startsAt
      }
      const first = await startOf(3)
      expect(first).toBeDefined()
      expect([await startOf(), await startOf(1), await startOf(null)]).toEqual([
        undefined,
        undefined,
        first,
      ])
      const { data } = await app.graphql(
        key,
        `query ($ids: [ID!]!, $after: DateTime!) {
          firstAvailable(serviceIds: $ids, after: $after, partySize: null, perService: 1) {
            slots { startsAt } } }`,
        { ids: [id('Service', shop.serviceId)], after: '2026-03-02T23:00:00Z' },
      )
      expect(data.firstAvailable).toEqual([{ slots: [{ startsAt: first }] }])
    }
  })

  it('costs by its days, so that what would fill the memory is not begun', async () => {
    const { key } = await open()
    const document = (first: number, days: number) => `{ services(first: ${first}) { nodes {
      availability(from: "2026-03-03", days: ${days}) { slots { startsAt staff { name } } } } } }`
    expect((await app.graphql(key, document(20, 7))).errors).toBeUndefined()
    const much = await app.graphql(key, document(20, 62))
    expect(much.errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }])
  })
})

describe('firstAvailable', () => {
  const document =
    'query ($ids: [ID!]!) { firstAvailable(serviceIds: $ids) { slots { startsAt } } }'

  it('of a service that never was is not found, and of an archived one is empty', async () => {
    const { shop, key, id } = await open({ service: { active: false } })
    const archived = id('Service', shop.serviceId)
    const { data } = await app.graphql(key, document, { ids: [archived] })
    expect(data.firstAvailable).toEqual([{ slots: [] }])
    const none = await app.graphql(key, document, { ids: [archived, id('Service', newId())] })
    expect(none.errors).toMatchObject([
      { extensions: { code: 'NOT_FOUND', argument: 'serviceIds' } },
    ])
  })

  it('costs by the number of its services', async () => {
    const { shop, key, id } = await open()
    const ids = Array.from({ length: 50 }, () => id('Service', shop.serviceId))
    const times = (count: number) => {
      const one = 'firstAvailable(serviceIds: $ids) { slots { startsAt } }'
      const all = Array.from({ length: count }, (_, n) => `a${n}: ${one}`)
      return `query ($ids: [ID!]!) { ${all.join(' ')} }`
    }
    expect((await app.graphql(key, times(5), { ids })).errors).toBeUndefined()
    const many = await app.graphql(key, times(40), { ids })
    expect(many.errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }])
  })
})

describe('nodes', () => {
  it('costs by the number of its ids', async () => {
    const { shop, key, id } = await open()
    const document = `query ($ids: [ID!]!) { nodes(ids: $ids) {
      ... on Service { bookings(first: 100) { nodes { id number status startsAt endsAt notes } } } } }`
    const service = id('Service', shop.serviceId)
    const few = await app.graphql(key, document, { ids: [service] })
    expect(few.data.nodes).toEqual([{ bookings: { nodes: [] } }])
    const many = await app.graphql(key, document, {
      ids: Array.from({ length: 100 }, () => service),
    })
    expect(many.errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }])
  })
})
