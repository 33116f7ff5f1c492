// availabilityChanged over a socket: which days of which services to ask again, at any instance.
import { createClient } from 'graphql-ws'
import { afterAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { allScopes, type Scope } from '../../src/auth/scope.ts'
import { createBlock } from '../../src/availability/block.actions.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { rescheduleBooking } from '../../src/booking/move.actions.ts'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { newId } from '../../src/db/id.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { serveApp, testApp, type TestApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, openShop, type Shop, tuesday } from '../support/shop.ts'

const one = await testApp()
const other = await serveApp(one.db)
const { db } = one
const DAY = 86_400_000

type Told = { service: { name: string } | null; days: string[]; occurredAt: string }

const query = `subscription ($serviceIds: [ID!]!, $from: LocalDate, $days: Int) {
  availabilityChanged(serviceIds: $serviceIds, from: $from, days: $days) {
    service { name } days occurredAt } }`

const serviceOf = ({ accountId, serviceId: id }: Shop) => encodeId('Service', { accountId, id })

const keyFor = async ({ accountId }: Shop, scopes: readonly Scope[] = allScopes) =>
  (await makeApiKey(db, { accountId, scopes })).key

async function listen(app: TestApp, token: string, variables: Record<string, unknown>) {
  const client = createClient({
    url: `${app.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  })
  afterAll(() => client.dispose())
  const before = app.app.services.events.subscriberCount()
  const results = client.iterate<{ availabilityChanged: Told }>({ query, variables })
  const result = async () => (await results.next()).value
  const first = result()
  // Known by the hub, or refused before it gets there.
  let answered = false
  void first.then(() => (answered = true))
  const { events } = app.app.services
  await expect.poll(() => answered || events.subscriberCount() > before).toBe(true)
  let waiting: typeof first | null = first
  const next = async () => {
    const answer = await (waiting ?? result())
    waiting = null
    return answer
  }
  return { next, change: async () => (await next())?.data?.availabilityChanged as Told }
}

it('tells at another instance which days of the service to ask again', async () => {
  const shop = await openShop(db)
  const heard = await listen(other, await keyFor(shop), { serviceIds: [serviceOf(shop)] })
  const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(12) }))
  expect(await heard.change()).toEqual({
    service: { name: 'Cut' },
    days: ['2026-03-03'],
    occurredAt: '2026-03-02T08:00:00.000Z',
  })
  // A note changes nothing that can be booked.
  const key = { accountId: shop.accountId, id: booking.id }
  await updateBooking(shop.ctx, key, { notes: 'Window' })
  const startsAt = new Date(tuesday(12).getTime() + 2 * DAY)
  const elsewhere = { staffId: null, resourceId: null, sessionId: null, durationMinutes: null }
  await rescheduleBooking(shop.ctx, key, { startsAt, ...elsewhere, expectedVersion: null })
  expect((await heard.change()).days).toEqual(['2026-03-03', '2026-03-05'])
})

it('tells of other services that take the same staff, and of nothing outside the days', async () => {
  const shop = await openShop(db, { staff: 2 })
  const { accountId, ctx, staffIds } = shop
  const serviceId = newId()
  await db.prisma.service.create({
    data: { accountId, id: serviceId, name: 'Dye', kind: 'APPOINTMENT', durationMinutes: 30 },
  })
  const [mine = '', others = ''] = staffIds
  await db.prisma.serviceStaff.create({ data: { accountId, serviceId, staffId: mine } })
  const variables = {
    serviceIds: [encodeId('Service', { accountId, id: serviceId })],
    from: '2026-03-03',
    days: 3,
  }
  const heard = await listen(one, await keyFor(shop), variables)
  const block = (staffId: string, day: number) =>
    createBlock(ctx, accountId, {
      startsAt: new Date(tuesday(12).getTime() + day * DAY),
      endsAt: new Date(tuesday(13).getTime() + day * DAY),
      staffIds: [staffId],
      resourceIds: [],
      reason: null,
    })
  // Somebody else's, and one that is later than what was asked for.
  await block(others, 0)
  await block(mine, 20)
  await createBooking(ctx, asked(shop, { startsAt: tuesday(9), staffId: mine }))
  expect(await heard.change()).toMatchObject({ service: { name: 'Dye' }, days: ['2026-03-03'] })
})

it('puts together what comes in a burst', async () => {
  const shop = await openShop(db, { staff: 4 })
  const heard = await listen(one, await keyFor(shop), { serviceIds: [serviceOf(shop)] })
  const days = [0, 1, 2, 3, 4]
  await Promise.all(
    [...days, ...days, ...days].map((day) =>
      createBooking(
        shop.ctx,
        asked(shop, { startsAt: new Date(tuesday(12).getTime() + day * DAY), staffId: null }),
      ),
    ),
  )
  const told = new Set<string>()
  let count = 0
  while (told.size < 5) {
    for (const day of (await heard.change()).days) told.add(day)
    count += 1
  }
  expect(count).toBeLessThanOrEqual(15)
  expect([...told].toSorted()).toEqual([3, 4, 5, 6, 7].map((day) => `2026-03-0${day}`))
})

it('refuses services of others as those that are made up, and too many days', async () => {
  const [shop, foreign] = [await openShop(db), await openShop(db)]
  const key = await keyFor(shop)
  const refusal = async (variables: object) =>
    (await (await listen(one, key, variables as Record<string, unknown>)).next())?.errors
  const absent = [{ message: 'No Service with this id exists.', extensions: { code: 'NOT_FOUND' } }]
  const madeUp = encodeId('Service', { accountId: shop.accountId, id: newId() })
  for (const id of [serviceOf(foreign), madeUp, 'nothing']) {
    expect(await refusal({ serviceIds: [id] })).toMatchObject(absent)
  }
  const serviceIds = [serviceOf(shop)]
  expect(await refusal({ serviceIds, days: 63 })).toMatchObject([
    { message: '"days" is 63; 1 to 62 are allowed.', extensions: { code: 'BAD_USER_INPUT' } },
  ])
  expect(await refusal({ serviceIds: [] })).toMatchObject([
    { message: '"serviceIds" has 0 ids; 1 to 50 are allowed.' },
  ])
})

it('needs the right to ask for free times, and hides the service without its own', async () => {
  const shop = await openShop(db)
  const variables = { serviceIds: [serviceOf(shop)] }
  const without = await keyFor(shop, ['events:read', 'services:read'])
  const denied = await (await listen(one, without, variables)).next()
  expect(denied?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
  const heard = await listen(
    one,
    await keyFor(shop, ['events:read', 'availability:read']),
    variables,
  )
  await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(12) }))
  const answer = await heard.next()
  expect(answer?.data?.availabilityChanged).toMatchObject({ service: null, days: ['2026-03-03'] })
  expect(answer?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }])
})
