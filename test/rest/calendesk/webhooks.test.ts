// What a receiver written from this dialect's page gets: { event, data }, signed as Standard
// Webhooks says by the secret that was shown once.
import { describe, expect, it } from 'vitest'
import { Webhook } from 'standardwebhooks'
import { testApp } from '../../support/app.ts'
import { startReceiver } from '../../support/receiver.ts'
import { openBusiness, start, type Business } from './calendesk-world.ts'

const app = await testApp({ start })

const names = [
  'booking_created',
  'booking_updated',
  'booking_paid',
  'booking_cancelled',
  'user_created',
  'user_updated',
]

/** A receiver that is registered for these events, and what it makes of what came. */
async function listening({ call }: Business, events: string[]) {
  const receiver = await startReceiver()
  const { status, body } = await call('/admin/webhooks', { body: { url: receiver.url, events } })
  expect(status).toBe(201)
  const webhook = new Webhook(body.secret)
  const gets = async (count: number) => {
    const received = await receiver.gets(count)
    return received.map(({ body: text, headers }) => {
      // The test's clock is another one than that of the library, which looks at the age.
      const verified = verifiedAt(headers['webhook-timestamp'] ?? '', () =>
        webhook.verify(text, headers),
      )
      return verified as { event: string; data: Record<string, unknown> }
    })
  }
  return { gets, id: body.id as number, receiver }
}

function verifiedAt<T>(seconds: string, verify: () => T): T {
  const now = Date.now
  Date.now = () => Number(seconds) * 1000
  try {
    return verify()
  } finally {
    Date.now = now
  }
}

const place = { employee_id: 10, service_id: 5, start_date: '2026-04-15', start_time: '10:00' }

describe('a receiver', () => {
  it('is told what becomes of bookings and users, in their form, signed', async () => {
    const business = await openBusiness(app)
    const { call } = business
    const { gets } = await listening(business, names)
    const put = (path: string, body: object) => call(path, { method: 'PUT', body })

    const made = (await call('/admin/users', { body: { name: 'John', surname: 'Kowalski' } })).body
    await put(`/admin/users/${made.id}`, { surname: 'Nowak' })
    const { body: booked } = await call('/bookings', {
      body: { ...place, user_id: made.id, description: 'First' },
    })
    await gets(3)
    await put(`/bookings/${booked.id}`, { start_time: '14:00' })
    await gets(4)
    await call('/admin/payments/bookings', {
      body: { payment_method: 'cash', booking_id: booked.id, amount: 10_000, is_paid: true },
    })
    await gets(5)
    await call(`/bookings/${booked.id}`, { method: 'DELETE' })
    const told = await gets(6)

    const user = { ...made, surname: 'Nowak' }
    const booking = { ...booked, service: { name: 'Consultation' } }
    const moved = { ...booking, start_time: '14:00', end_time: '15:00' }
    const by = (event: string) => told.filter((each) => each.event === event)
    expect(told.map(({ event }) => event).toSorted()).toEqual(names.toSorted())
    expect(by('user_updated')).toEqual([{ event: 'user_updated', data: user }])
    expect(by('user_created')[0]?.data).toMatchObject({ id: made.id, name: 'John' })
    expect(by('booking_created')).toEqual([{ event: 'booking_created', data: booking }])
    expect(by('booking_updated')).toEqual([{ event: 'booking_updated', data: moved }])
    expect(by('booking_paid')).toEqual([{ event: 'booking_paid', data: moved }])
    expect(by('booking_cancelled')).toEqual([
      { event: 'booking_cancelled', data: { ...moved, status: 'cancelled' } },
    ])
  })

  it('is told of what it asked for, of its own business, until it is deleted', async () => {
    const business = await openBusiness(app)
    const other = await openBusiness(app)
    const { gets, id, receiver } = await listening(business, ['user_created'])
    const own = await listening(business, ['user_created', 'user_updated'])
    await other.call('/admin/users', { body: { name: 'Stranger' } })
    const { body } = await business.call('/admin/users', { body: { name: 'First' } })
    expect(await gets(1)).toEqual([{ event: 'user_created', data: body }])

    expect((await other.call(`/admin/webhooks/${id}`, { method: 'DELETE' })).status).toBe(404)
    expect((await business.call(`/admin/webhooks/${id}`, { method: 'DELETE' })).status).toBe(204)
    await business.call('/admin/users', { body: { name: 'Second', status: 'inactive' } })
    expect((await own.gets(3)).map(({ event }) => event)).toEqual([
      'user_created',
      'user_created',
      'user_updated',
    ])
    expect(receiver.received).toHaveLength(1)
  })
})
