// Webhooks as a receiver of Relentify knows them, verified by code that is written from the
// dialect's page; and a bot's whole way, from a free slot to the word that it is cancelled.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { encodeId } from '../../../src/graphql/ids.ts'
import { testApp } from '../../support/app.ts'
import { done, issued } from '../../support/ask.ts'
import { makeApiKey } from '../../support/makers.ts'
import { startReceiver, type Received } from '../../support/receiver.ts'
import { call, openSalon } from './relentify-world.ts'

const app = await testApp()

/** The body, if it is signed with the secret; throws for one that is not. */
function verified({ headers, body }: Received, secret: string): Record<string, unknown> {
  const own = createHmac('sha256', secret).update(body).digest()
  const theirs = Buffer.from(String(headers['x-relentify-signature']), 'hex')
  if (theirs.length !== own.length || !timingSafeEqual(theirs, own)) {
    throw new Error('This message is signed by somebody else.')
  }
  return JSON.parse(body) as Record<string, unknown>
}

async function listening(answer?: Parameters<typeof startReceiver>[0]) {
  const salon = await openSalon(app, { questions: [] })
  const { accountId } = salon
  const { key: admin } = await makeApiKey(app.db, { accountId })
  const receiver = await startReceiver(answer)
  const { id, secret } = await issued(app, admin, 'createWebhookEndpoint', {
    accountId: encodeId('Account', { accountId, id: accountId }),
    url: receiver.url,
    types: ['booking.*'],
    scopes: ['bookings:read', 'customers:read', 'customers:contact', 'services:read', 'staff:read'],
    format: 'relentify',
  })
  const told = async (count: number) =>
    (await receiver.gets(count)).map((each) => verified(each, secret))
  return { salon, admin, receiver, told, id, secret }
}

it('a bot finds a slot, books, reads, cancels, and is told of it all', async () => {
  const { salon, admin, told } = await listening()
  const free = await call(app, salon.key, `/availability?slug=${salon.slug}&date=2026-03-04`)
  const person = { contact_name: 'Alice Example', contact_email: 'alice@example.com' }
  const booked = await call(app, salon.key, '/bookings', {
    body: { ...person, slug: salon.slug, start_time: free.body.data.slots[0].start },
  })
  expect(booked.status).toBe(201)
  const { id } = booked.body.data
  expect((await call(app, salon.key, `/bookings/${id}`)).body).toEqual(booked.body)
  const [created] = await told(1)
  expect(created).toEqual({
    event: 'booking.created',
    created_at: '2026-03-02T08:00:00Z',
    data: booked.body.data,
  })
  // The vendor has no route by which a booking moves.
  await done(app, admin, 'rescheduleBooking', { id, startsAt: '2026-03-05T10:00:00Z' })
  await told(2)
  const cancel = { method: 'PATCH', body: { reason: 'ill' } }
  const cancelled = await call(app, salon.key, `/bookings/${id}/cancel`, cancel)
  expect(cancelled.body).toEqual({ data: { id, status: 'cancelled', reason: 'ill' } })
  const messages = await told(3)
  expect(messages.map(({ event }) => event)).toEqual([
    'booking.created',
    'booking.updated',
    'booking.cancelled',
  ])
  expect(messages[1]?.['data']).toMatchObject({ start_time: '2026-03-05T10:00:00Z' })
  expect(messages[2]?.['data']).toMatchObject({ id, status: 'cancelled' })
})

describe('a receiver that fails', () => {
  it('is tried again after the vendor’s waits, and then no more', async () => {
    const { salon } = await listening((response) => response.writeHead(500).end())
    const person = { contact_name: 'Bob Example', contact_email: 'bob@example.com' }
    await call(app, salon.key, '/bookings', {
      body: { ...person, slug: salon.slug, start_time: '2026-03-06T10:00:00Z' },
    })
    const { accountId } = salon
    const rowAfter = async (attempts: number) =>
      vi.waitFor(
        async () => {
          const row = await app.db.prisma.webhookDelivery.findFirstOrThrow({
            where: { accountId },
          })
          expect([row.attempts, row.leasedBy]).toEqual([attempts, null])
          return row
        },
        { timeout: 15_000, interval: 25 },
      )
    const waits: number[] = []
    for (let attempt = 1; attempt <= 5; attempt++) {
      const { nextAttemptAt } = await rowAfter(attempt)
      waits.push(((nextAttemptAt?.getTime() ?? 0) - app.clock.now()) / 60_000)
      app.clock.set(nextAttemptAt?.getTime() ?? 0)
    }
    expect(waits).toEqual([1, 5, 30, 120, 720])
    expect((await rowAfter(6)).state).toBe('FAILED')
  })
})
