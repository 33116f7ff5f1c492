// Series, bookings made together and the preview of a cancellation, over the graph.

import { beforeAll, describe, expect, it } from 'vitest'
import type { Scope } from '../../src/auth/scope.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop, tuesday, type Shop } from '../support/shop.ts'

const app = await testApp({ start: '2026-03-02T08:00:00Z' })

let shop: Shop
let key: string
let id: Record<'service' | 'staff' | 'customer', string>

beforeAll(async () => {
  const service = { cancelFreeHours: 24, cancelRefundPercent: 50 }
  shop = await openShop(app.db, { staff: 1, service })
  const { accountId } = shop
  key = (await makeApiKey(app.db, { accountId })).key
  id = {
    service: encodeId('Service', { accountId, id: shop.serviceId }),
    staff: encodeId('StaffMember', { accountId, id: shop.staffIds[0] ?? '' }),
    customer: encodeId('Customer', { accountId, id: shop.customerId }),
  }
})

const keyWith = async (scopes: Scope[]) =>
  (await makeApiKey(app.db, { accountId: shop.accountId, scopes })).key

const who = () => ({ serviceId: id.service, customerId: id.customer })

describe('createBookingSeries', () => {
  const whole = `id rule startsAt service { id } skipped { startsAt code message }
    bookings(first: 2) { totalCount nodes { startsAt staff { id } series { id } } }`

  it('answers the series with its bookings and what was skipped', async () => {
    const taken = { ...who(), startsAt: '2026-03-11T10:00:00Z' }
    await done(app, key, 'createBooking', taken)
    const input = {
      ...who(),
      startsAt: '2026-03-04T10:00:00Z',
      rule: 'FREQ=WEEKLY;COUNT=4',
      policy: 'SKIP_CONFLICTS',
    }
    const series = await done(app, key, 'createBookingSeries', input, whole)
    const inner = { staff: { id: id.staff }, series: { id: series.id } }
    expect(series).toEqual({
      id: series.id,
      rule: 'FREQ=WEEKLY;COUNT=4',
      startsAt: '2026-03-04T10:00:00.000Z',
      service: { id: id.service },
      skipped: [
        {
          startsAt: '2026-03-11T10:00:00.000Z',
          code: 'SLOT_TAKEN',
          message: 'This time of "Cut" is taken.',
        },
      ],
      bookings: {
        totalCount: 3,
        nodes: [
          { startsAt: '2026-03-04T10:00:00.000Z', ...inner },
          { startsAt: '2026-03-18T10:00:00.000Z', ...inner },
        ],
      },
    })
    const found = await app.graphql(
      key,
      'query ($id: ID!) { node(id: $id) { __typename ... on Series { rule } } }',
      { id: series.id },
    )
    expect(found.data.node).toEqual({ __typename: 'Series', rule: 'FREQ=WEEKLY;COUNT=4' })
  })

  it('changes nothing when all are wanted and one is refused', async () => {
    const before = await rowCounts(app)
    const input = { ...who(), startsAt: '2026-03-04T10:00:00Z', rule: 'FREQ=DAILY;COUNT=3' }
    expect(await change(app, key, 'createBookingSeries', input, 'id')).toMatchObject({
      __typename: 'SlotTakenError',
      path: ['startsAt'],
    })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('is of no account but its own', async () => {
    const stranger = await openShop(app.db)
    const other = (await makeApiKey(app.db, { accountId: stranger.accountId })).key
    const input = { ...who(), startsAt: '2026-04-01T10:00:00Z', rule: 'FREQ=DAILY;COUNT=3' }
    expect(await change(app, other, 'createBookingSeries', input, 'id')).toMatchObject({
      code: 'NOT_FOUND',
      path: ['serviceId'],
    })
    const series = await done(app, key, 'createBookingSeries', input)
    const cancel = { id: series.id, part: 'ALL' }
    expect(await change(app, other, 'cancelBookingSeries', cancel, 'id')).toMatchObject({
      code: 'NOT_FOUND',
      path: ['id'],
    })
    const query = 'query ($id: ID!) { node(id: $id) { id } }'
    expect(await app.graphql(other, query, { id: series.id })).toEqual({ data: { node: null } })
  })
})

describe('cancelBookingSeries', () => {
  it('answers what it cancelled', async () => {
    const input = { ...who(), startsAt: '2026-04-10T10:00:00Z', rule: 'FREQ=DAILY;COUNT=4' }
    const made = await done(
      app,
      key,
      'createBookingSeries',
      input,
      'id bookings { nodes { id startsAt } }',
    )
    const [, , third, fourth] = made.bookings.nodes
    const cancelled = await done(
      app,
      key,
      'cancelBookingSeries',
      { id: made.id, part: 'THIS_AND_LATER', bookingId: third.id, reason: 'moved away' },
      'id status cancelReason refundDue { amount }',
    )
    const now = { status: 'CANCELLED', cancelReason: 'moved away', refundDue: { amount: 0 } }
    expect(cancelled).toEqual([
      { id: third.id, ...now },
      { id: fourth.id, ...now },
    ])
  })

  it('decides over the refund only with payments:write', async () => {
    const input = { ...who(), startsAt: '2026-04-20T10:00:00Z', rule: 'FREQ=DAILY;COUNT=2' }
    const { id: series } = await done(app, key, 'createBookingSeries', input)
    const desk = await keyWith(['bookings:read', 'bookings:write'])
    const document = `mutation ($input: CancelBookingSeriesInput!) {
      cancelBookingSeries(input: $input) { __typename } }`
    const full = { input: { id: series, part: 'ALL', refund: 'FULL' } }
    const denied = await app.graphql(desk, document, full)
    expect(denied.errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: [['payments:write']],
    })
    const allowed = await app.graphql(desk, document, { input: { id: series, part: 'ALL' } })
    expect(allowed.data.cancelBookingSeries.__typename).toBe('CancelBookingSeriesSuccess')
  })
})

describe('createBookings', () => {
  it('answers the bookings in the order of the items', async () => {
    const items = ['2026-05-01T12:00:00Z', '2026-05-01T10:00:00Z'].map((startsAt) => ({
      serviceId: id.service,
      startsAt,
    }))
    const input = { items, customerId: id.customer, idempotencyKey: 'both' }
    const made = await done(app, key, 'createBookings', input, 'id startsAt')
    expect(made.map(({ startsAt }: { startsAt: string }) => startsAt)).toEqual([
      '2026-05-01T12:00:00.000Z',
      '2026-05-01T10:00:00.000Z',
    ])
    expect(await done(app, key, 'createBookings', input, 'id startsAt')).toEqual(made)
  })

  it('names the item that is refused and changes nothing', async () => {
    const before = await rowCounts(app)
    const item = { serviceId: id.service, startsAt: '2026-05-02T10:00:00Z' }
    const refused = (items: object[]) =>
      change(app, key, 'createBookings', { items, customerId: id.customer }, 'id')
    expect(await refused([item, item])).toMatchObject({
      code: 'SLOT_TAKEN',
      path: ['items', '1', 'startsAt'],
    })
    expect(await refused([item, { ...item, serviceId: id.staff }])).toMatchObject({
      code: 'NOT_FOUND',
      path: ['items', '1', 'serviceId'],
    })
    expect(await refused([])).toMatchObject({ code: 'VALIDATION_FAILED', path: ['items'] })
    expect(await rowCounts(app)).toEqual(before)
  })
})

describe('Booking.cancellationPreview', () => {
  const preview = (args = '') =>
    `cancellationPreview${args} { refund { amount currency } free freeUntil }`

  async function paid(startsAt: string): Promise<string> {
    const { id: booking } = await done(app, key, 'createBooking', { ...who(), startsAt })
    const { accountId } = shop
    await app.db.prisma.booking.updateMany({
      where: { accountId, startsAt },
      data: { amountPaidMinor: 4501 },
    })
    return booking
  }

  async function shown(token: string, booking: string, selection: string) {
    const document = `query ($id: ID!) { booking(id: $id) { ${selection} } }`
    const answer = await app.graphql(token, document, { id: booking })
    return { ...answer.data.booking, errors: answer.errors }
  }

  it('says what the cancellation then gives back', async () => {
    const booking = await paid('2026-06-02T10:00:00Z')
    const freeUntil = '2026-06-01T10:00:00.000Z'
    const money = (amount: number) => ({ refund: { amount, currency: 'EUR' }, freeUntil })
    const selection = `now: ${preview()} last: ${preview(`(at: "${freeUntil}")`)}
      late: ${preview('(at: "2026-06-01T10:00:00.001Z")')}
      none: ${preview('(refund: NONE)')}
      full: ${preview('(refund: FULL, at: "2026-06-02T09:00:00Z")')}`
    expect(await shown(key, booking, selection)).toEqual({
      now: { ...money(4501), free: true },
      last: { ...money(4501), free: true },
      late: { ...money(2250), free: false },
      none: { ...money(0), free: true },
      full: { ...money(4501), free: false },
    })
    app.clock.set(Date.parse('2026-06-01T11:00:00Z'))
    const before = await shown(key, booking, preview())
    const cancelled = await done(
      app,
      key,
      'cancelBooking',
      { id: booking },
      'refundDue { amount currency }',
    )
    app.clock.set(Date.parse('2026-03-02T08:00:00Z'))
    expect(before.cancellationPreview.refund).toEqual({ amount: 2250, currency: 'EUR' })
    expect(cancelled.refundDue).toEqual(before.cancellationPreview.refund)
    expect(await shown(key, booking, preview())).toEqual({ cancellationPreview: null })
  })

  it('shows the money only with payments:read', async () => {
    const booking = await paid(tuesday(15).toISOString())
    const reader = await keyWith(['bookings:read'])
    const { cancellationPreview, errors } = await shown(reader, booking, preview())
    expect(cancellationPreview).toMatchObject({
      refund: null,
      freeUntil: '2026-03-02T15:00:00.000Z',
    })
    expect(errors?.[0]).toMatchObject({
      path: ['booking', 'cancellationPreview', 'refund'],
      extensions: { code: 'FORBIDDEN', requiredScopes: [['bookings:read', 'payments:read']] },
    })
  })
})
