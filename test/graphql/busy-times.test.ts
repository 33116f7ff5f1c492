// Times of outside calendars through the graph: they take time from whatever would be booked, are
// told anew window by window, are seen below whose they are, and are nobody else's.
import { describe, expect, it } from 'vitest'
import { systemViewer } from '../../src/auth/viewer.ts'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { outcomes } from '../support/refusals.ts'
import { asked, openShop, schedule, tuesday, type Shop } from '../support/shop.ts'

const app: TestApp = await testApp()

async function open(options: Parameters<typeof openShop>[1] = {}) {
  const shop = await openShop(app.db, options)
  const { accountId } = shop
  const { key } = await makeApiKey(app.db, { accountId })
  const ctx = { ...shop.ctx, clock: app.clock, viewer: systemViewer([accountId]) }
  const ids = (name: NodeName, rows: string[]) =>
    rows.map((id) => encodeId(name, { accountId, id }))
  return {
    shop: { ...shop, ctx } as Shop,
    key,
    serviceId: ids('Service', [shop.serviceId])[0] ?? '',
    staffIds: ids('StaffMember', shop.staffIds),
    resourceIds: ids('Resource', shop.resourceIds),
    customerId: ids('Customer', [shop.customerId])[0] ?? '',
  }
}

type Opened = Awaited<ReturnType<typeof open>>

const iso = (hour: number, minute = 0) => tuesday(hour, minute).toISOString()
const span = (start: number, end: number) => ({ startsAt: iso(start), endsAt: iso(end) })
const day = { from: iso(0), to: iso(24) }
const counts = 'added removed unchanged'

/** The whole of Tuesday of the first person's calendar, unless said otherwise. */
const told = ({ staffIds }: Opened, periods: object[], wish: object = {}) => ({
  staffId: staffIds[0],
  calendar: 'Work',
  ...day,
  periods,
  ...wish,
})

const replace = (opened: Opened, periods: object[], wish: object = {}) =>
  done(app, opened.key, 'replaceBusyTimes', told(opened, periods, wish), counts)

const seen = async ({ key }: Opened, of = 'staff', args = '') => {
  const list = `busyTimes${args} { nodes { calendar externalId startsAt endsAt } }`
  const { data } = await app.graphql(key, `{ ${of} { nodes { ${list} } } }`)
  return data[of].nodes[0].busyTimes.nodes
}

/** Hours of Tuesday at which the service starts, on the hour. */
async function offered({ key, serviceId }: Opened): Promise<number[]> {
  const { data } = await app.graphql(
    key,
    `{ availability(input: { serviceId: "${serviceId}", from: "2026-03-03", days: 1 }) {
      slots { startsAt } } }`,
  )
  const starts: Date[] = data.availability.slots.map((slot: { startsAt: string }) => {
    return new Date(slot.startsAt)
  })
  return starts.filter((at) => at.getUTCMinutes() === 0).map((at) => at.getUTCHours())
}

const events = ({ shop }: Opened) =>
  app.db.prisma.event.findMany({
    where: { accountId: shop.accountId, type: 'availability.changed' },
    orderBy: { seq: 'asc' },
    select: { subjectId: true, about: true, changes: true },
  })

describe('busy times', () => {
  it('take time from offers, and are refused as taken with what is free next', async () => {
    const opened = await open()
    await replace(opened, [{ ...span(10, 12), externalId: 'uid-1' }])
    expect(await offered(opened)).toEqual([9, 12, 13, 14, 15, 16])
    const { key, serviceId, customerId } = opened
    const input = { serviceId, customerId, startsAt: iso(11) }
    const before = await rowCounts(app)
    const document = `mutation ($input: CreateBookingInput!) { createBooking(input: $input) {
      ... on SlotTakenError { code message path nextSlots { startsAt } } } }`
    expect(await app.graphql(key, document, { input })).toEqual({
      data: {
        createBooking: {
          code: 'SLOT_TAKEN',
          message: 'This time of "Cut" is taken.',
          path: ['startsAt'],
          nextSlots: [0, 15, 30, 45, 60].map((minute) => ({ startsAt: iso(12, minute) })),
        },
      },
    })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('are kept clear of by the buffers of a booking, and have none themselves', async () => {
    const service = { bufferBeforeMinutes: 30, bufferAfterMinutes: 15 }
    const opened = await open({ service })
    await replace(opened, [span(12, 13)])
    const { key, serviceId } = opened
    const document = `{ availability(input: { serviceId: "${serviceId}", from: "2026-03-03",
      days: 1 }) { slots { startsAt } } }`
    const { data } = await app.graphql(key, document)
    const starts = data.availability.slots.map((slot: { startsAt: string }) => slot.startsAt)
    expect(starts.slice(0, 8)).toEqual([
      iso(9, 30),
      iso(9, 45),
      iso(10),
      iso(10, 15),
      iso(10, 30),
      iso(10, 45),
      iso(13, 30),
      iso(13, 45),
    ])
  })

  it('of a resource take all of its units, also those it gets later', async () => {
    const opened = await open({ staff: 3, resources: [2] })
    const { key, resourceIds } = opened
    const owner = { staffId: null, resourceId: resourceIds[0] }
    await replace(opened, [span(9, 15)], owner)
    expect(await offered(opened)).toEqual([15, 16])
    await done(app, key, 'updateResource', { id: resourceIds[0], capacity: 3 })
    expect(await offered(opened)).toEqual([15, 16])
    expect(await seen(opened, 'resources')).toEqual([
      { calendar: 'Work', externalId: null, ...span(9, 15) },
    ])
  })

  it('of several calendars overlap as they please', async () => {
    const opened = await open()
    await replace(opened, [span(9, 12), span(10, 11), span(11, 13)])
    await replace(opened, [span(12, 15)], { calendar: 'Home' })
    expect(await offered(opened)).toEqual([15, 16])
    await replace(opened, [])
    expect(await offered(opened)).toEqual([9, 10, 11, 15, 16])
    expect(await seen(opened)).toEqual([{ calendar: 'Home', externalId: null, ...span(12, 15) }])
  })

  it('leave bookings, sessions and held time as they are', async () => {
    const opened = await open()
    const { shop, key, serviceId, customerId } = opened
    const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
    const hold = await done(app, key, 'placeHold', { serviceId, startsAt: iso(14) })
    await replace(opened, [span(9, 17)])
    expect(await offered(opened)).toEqual([])
    await done(app, key, 'createBooking', { serviceId, customerId, holdId: hold.id })
    const id = encodeId('Booking', booking)
    const move = { id, startsAt: iso(11) }
    expect(await change(app, key, 'rescheduleBooking', move, 'id')).toMatchObject({
      code: 'SLOT_TAKEN',
    })
    expect(await done(app, key, 'updateBooking', { id, notes: 'Late' }, 'status startsAt')).toEqual(
      {
        status: 'CONFIRMED',
        startsAt: iso(10),
      },
    )
    await done(app, key, 'createBlock', { staffIds: opened.staffIds, ...span(12, 13) })
  })

  it('take no session of a class away', async () => {
    const opened = await open({ service: { kind: 'CLASS' } })
    const { shop, key, serviceId, customerId, staffIds } = opened
    const row = await schedule(shop, 5, tuesday(10))
    const sessionId = encodeId('Session', { accountId: shop.accountId, id: row })
    await done(app, key, 'updateSession', { id: sessionId, staffIds })
    await replace(opened, [span(9, 17)])
    expect(await offered(opened)).toEqual([10])
    await done(app, key, 'createBooking', { serviceId, sessionId, customerId })
    await done(app, key, 'createSession', { serviceId, startsAt: iso(13), staffIds })
  })

  it('are skipped by a series', async () => {
    const opened = await open()
    const { key, serviceId, customerId } = opened
    await replace(opened, [span(9, 17)])
    const series = await done(
      app,
      key,
      'createBookingSeries',
      {
        serviceId,
        customerId,
        startsAt: '2026-03-02T10:00:00Z',
        rule: 'FREQ=DAILY;COUNT=3',
        policy: 'SKIP_CONFLICTS',
      },
      'skipped { startsAt code } bookings { nodes { startsAt } }',
    )
    expect(series).toEqual({
      skipped: [{ startsAt: iso(10), code: 'SLOT_TAKEN' }],
      bookings: {
        nodes: [{ startsAt: '2026-03-02T10:00:00.000Z' }, { startsAt: '2026-03-04T10:00:00.000Z' }],
      },
    })
  })
})

describe('a window of a calendar', () => {
  it('becomes exactly what is told; told again, nothing changes and nobody is told', async () => {
    const opened = await open()
    const { shop } = opened
    const [staffId] = shop.staffIds
    const first = [{ ...span(9, 10), externalId: 'a' }, span(11, 12)]
    expect(await replace(opened, first)).toEqual({ added: 2, removed: 0, unchanged: 0 })
    const whole = await rowCounts(app)
    expect(await replace(opened, first.toReversed())).toEqual({
      added: 0,
      removed: 0,
      unchanged: 2,
    })
    expect(await rowCounts(app)).toEqual(whole)
    const second = [span(11, 12), span(13, 15)]
    expect(await replace(opened, second)).toEqual({ added: 1, removed: 1, unchanged: 1 })
    const about = { staffIds: [staffId] }
    const field = 'busyTimes'
    expect(await events(opened)).toEqual([
      {
        subjectId: staffId,
        about,
        changes: [{ field, from: null, to: { ...span(9, 12), count: 2 } }],
      },
      {
        subjectId: staffId,
        about,
        changes: [{ field, from: { ...span(9, 10), count: 1 }, to: { ...span(13, 15), count: 1 } }],
      },
    ])
  })

  it('changes nothing outside of it', async () => {
    const opened = await open()
    await replace(opened, [{ ...span(9, 13), externalId: 'a' }, span(15, 16)])
    const morning = { from: iso(8), to: iso(12) }
    expect(await replace(opened, [], morning)).toEqual({ added: 1, removed: 1, unchanged: 0 })
    expect(await seen(opened)).toEqual([
      { calendar: 'Work', externalId: 'a', ...span(12, 13) },
      { calendar: 'Work', externalId: null, ...span(15, 16) },
    ])
    await replace(opened, [{ ...span(7, 13), externalId: 'a' }], morning)
    expect(await seen(opened, 'staff', `(to: "${iso(14)}")`)).toEqual([
      { calendar: 'Work', externalId: 'a', ...span(8, 12) },
      { calendar: 'Work', externalId: 'a', ...span(12, 13) },
    ])
  })

  it('told while others book lets each of them be done or refused', async () => {
    const opened = await open({ staff: 2, resources: [2] })
    const { shop, resourceIds } = opened
    const rooms = { staffId: null, resourceId: resourceIds[0] }
    const telling = [9, 10, 11, 12].flatMap((hour) => [
      replace(opened, [span(hour, hour + 1)]),
      replace(opened, [span(hour, hour + 1)], rooms),
    ])
    const booking = [9, 10, 11, 12, 13, 14].flatMap((hour) =>
      [1, 2].map(() => createBooking(shop.ctx, asked(shop, { startsAt: tuesday(hour) }))),
    )
    const { done: booked = 0, SLOT_TAKEN: taken = 0, ...others } = await outcomes(booking)
    await Promise.all(telling)
    expect([booked + taken, others]).toEqual([12, {}])
    expect(
      await outcomes([createBooking(shop.ctx, asked(shop, { startsAt: tuesday(12) }))]),
    ).toEqual({
      SLOT_TAKEN: 1,
    })
  })

  it('is one after the other when two are told at once', async () => {
    const opened = await open()
    const lists = [[span(9, 10)], [span(11, 12), span(13, 14)]]
    const attempts = Array.from({ length: 8 }, (_, n) => replace(opened, lists[n % 2] ?? []))
    await Promise.all(attempts)
    const hours = (await seen(opened)).map(({ startsAt }: { startsAt: string }) => startsAt)
    expect([[iso(9)], [iso(11), iso(13)]]).toContainEqual(hours)
  })

  it('holds two thousand periods', async () => {
    const opened = await open()
    const periods = Array.from({ length: 2000 }, (_, n) => {
      const at = (minutes: number) => new Date(tuesday(0).getTime() + minutes * 60_000)
      return { startsAt: at(n), endsAt: at(n + 1), externalId: `e${n}` }
    })
    const twoDays = { to: '2026-03-05T00:00:00Z' }
    expect(await replace(opened, periods, twoDays)).toEqual({
      added: 2000,
      removed: 0,
      unchanged: 0,
    })
    expect(await offered(opened)).toEqual([])
    expect(await replace(opened, [], twoDays)).toEqual({ added: 0, removed: 2000, unchanged: 0 })
  })

  it.each([
    [{ staffId: null }, ['staffId'], 'Give exactly one of "staffId" and "resourceId".'],
    [{ calendar: '' }, ['calendar'], 'The name of a calendar is not empty.'],
    [{ to: iso(0) }, ['to'], 'A window ends after it starts.'],
    [{ from: '9999-12-31T23:59:59Z' }, ['from'], 'The time must lie in the years 1970 to 2199.'],
    [
      { periods: [span(9, 10), { startsAt: iso(9), endsAt: '2200-01-01T00:00:00Z' }] },
      ['periods', '1', 'endsAt'],
      'The time must lie in the years 1970 to 2199.',
    ],
    [
      { periods: [span(24, 25)] },
      ['periods', '0', 'startsAt'],
      'A period lies in the window, or reaches into it.',
    ],
  ])('is refused whole with %j', async (wrong, path, message) => {
    const opened = await open()
    await replace(opened, [span(9, 10)])
    const before = await rowCounts(app)
    const input = told(opened, [span(11, 12)], wrong)
    expect(await change(app, opened.key, 'replaceBusyTimes', input, counts)).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      path,
      message,
    })
    expect(await rowCounts(app)).toEqual(before)
  })
})

describe('another account', () => {
  it('is told nothing and takes nothing', async () => {
    const opened = await open({ resources: [1] })
    const stranger = await open({ resources: [1] })
    await replace(opened, [span(10, 11)])
    const { data } = await app.graphql(
      opened.key,
      '{ staff { nodes { busyTimes { nodes { id } } } } }',
    )
    const [{ id }] = data.staff.nodes[0].busyTimes.nodes
    const node = `{ node(id: "${id}") { id ... on BusyTime { calendar staffMember { id }
      resource { id } account { id } } } }`
    expect(await app.graphql(stranger.key, node)).toEqual({ data: { node: null } })
    expect((await app.graphql(opened.key, node)).data.node).toEqual({
      id,
      calendar: 'Work',
      staffMember: { id: opened.staffIds[0] },
      resource: null,
      account: {
        id: encodeId('Account', { accountId: opened.shop.accountId, id: opened.shop.accountId }),
      },
    })
    const before = await rowCounts(app)
    for (const owner of [
      { staffId: opened.staffIds[0] },
      { staffId: null, resourceId: opened.resourceIds[0] },
    ]) {
      const input = told(opened, [span(12, 13)], owner)
      const path = [owner.staffId ? 'staffId' : 'resourceId']
      const answer = await change(app, stranger.key, 'replaceBusyTimes', input, counts)
      expect(answer).toMatchObject({ __typename: 'NotFoundError', path })
    }
    expect(await rowCounts(app)).toEqual(before)
  })

  it('cannot be reached by its own account and somebody else’s person', async () => {
    const [opened, stranger] = [await open(), await open()]
    const mixed = { accountId: stranger.shop.accountId, id: opened.shop.staffIds[0] ?? '' }
    const input = told(opened, [span(12, 13)], { staffId: encodeId('StaffMember', mixed) })
    const answer = await change(app, stranger.key, 'replaceBusyTimes', input, counts)
    expect(answer).toMatchObject({ code: 'NOT_FOUND', path: ['staffId'] })
    expect(await seen(opened)).toEqual([])
  })

  it('whoever may only read may not tell', async () => {
    const opened = await open()
    const { accountId } = opened.shop
    const { key } = await makeApiKey(app.db, { accountId, scopes: ['availability:read'] })
    const document = `mutation ($input: ReplaceBusyTimesInput!) {
      replaceBusyTimes(input: $input) { __typename } }`
    const { errors } = await app.graphql(key, document, { input: told(opened, []) })
    expect(errors?.[0]?.extensions).toEqual({
      code: 'FORBIDDEN',
      requiredScopes: [['availability:write']],
    })
  })
})
