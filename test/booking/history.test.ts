// A booking's history: the same events that were watched, looked back at.
import { isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { tellingOf, toldBookingFields } from '../../src/booking/booking.events.ts'
import { updateBooking } from '../../src/booking/status.actions.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { settled } from '../support/settled.ts'
import { asked, openShop, tuesday } from '../support/shop.ts'

const app = await testApp()
const { db } = app

const history = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  booking(id: $id) { history(first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes { type bookingVersion changes { field from to } } } } }`

async function editedBooking() {
  const shop = await openShop(db)
  const booking = await createBooking(shop.ctx, asked(shop, { startsAt: tuesday(10) }))
  for (const notes of ['One', 'Two', 'Three']) await updateBooking(shop.ctx, booking, { notes })
  return { shop, id: encodeId('Booking', booking), number: booking.number }
}

describe('the history of a booking', () => {
  it('is its events, oldest first, page by page in both directions', async () => {
    const { shop, id } = await editedBooking()
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const page = async (variables: object) =>
      (await app.graphql(key, history, { id, ...variables })).data.booking.history
    const first = await page({ first: 2 })
    expect(first).toMatchObject({
      totalCount: 4,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
      nodes: [
        { type: 'booking.created', bookingVersion: 1 },
        {
          type: 'booking.updated',
          bookingVersion: 2,
          changes: [{ field: 'notes', from: null, to: 'One' }],
        },
      ],
    })
    const second = await page({ first: 2, after: first.pageInfo.endCursor })
    expect(second).toMatchObject({
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
      nodes: [{ bookingVersion: 3 }, { bookingVersion: 4 }],
    })
    const back = await page({ last: 2, before: second.pageInfo.startCursor })
    expect(back).toEqual({ ...first, pageInfo: { ...first.pageInfo, hasNextPage: true } })
  })

  it('shows a changed field only to whoever may see the field', async () => {
    const { shop, id } = await editedBooking()
    const { key } = await makeApiKey(db, {
      accountId: shop.accountId,
      scopes: ['bookings:read', 'payments:read'],
    })
    const { data, errors } = await app.graphql(key, history, { id, first: 1 })
    const changes = data.booking.history.nodes[0].changes as { field: string; to: unknown }[]
    const to = (name: string) => changes.find(({ field }) => field === name)?.to
    expect([to('price.amount'), to('status')]).toEqual([4500, 'CONFIRMED'])
    expect([to('service'), to('staff'), to('customer')]).toEqual([null, null, null])
    expect(
      errors?.map(({ extensions }) => extensions).filter(({ code }) => code === 'FORBIDDEN'),
    ).toHaveLength(6)
  })

  it('goes back to events that a subscription resumes from', async () => {
    const { shop, id } = await editedBooking()
    const { key } = await makeApiKey(db, { accountId: shop.accountId })
    const cursors = `query ($id: ID!) { booking(id: $id) { history { nodes { cursor } } } }`
    const { data } = await app.graphql(key, cursors, { id })
    const after = data.booking.history.nodes[1].cursor as string
    await settled(db.pool)
    const response = await app.post('/graphql', {
      headers: {
        accept: 'text/event-stream',
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        query: `subscription { bookingEvents(after: "${after}") { bookingVersion } }`,
      }),
    })
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!text.includes('"bookingVersion":4')) text += (await reader.read()).value
    await reader.cancel()
    expect(text.match(/"bookingVersion":\d/g)).toEqual(['"bookingVersion":3', '"bookingVersion":4'])
  })
})

describe('the fields that events tell of', () => {
  it('are fields of Booking, to the last part of their path', () => {
    for (const stored of toldBookingFields) {
      let type: unknown = schema.getType('Booking')
      for (const part of tellingOf(stored)?.field.split('.') ?? []) {
        const field = isObjectType(type) ? type.getFields()[part] : undefined
        expect(field, `${stored} as ${part}`).toBeDefined()
        type = field && 'ofType' in field.type ? field.type.ofType : field?.type
      }
    }
  })
})
