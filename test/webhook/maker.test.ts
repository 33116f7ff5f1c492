// An endpoint speaks in the name of whoever made it: with their present role, and no longer than
// they belong to the account.

import { describe, expect, it } from 'vitest'
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, issued } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop } from '../support/shop.ts'
import { startReceiver } from './receiver.ts'

const app = await testApp({ start: new Date().toISOString() })
const { db, clock } = app
const HOUR = 3_600_000

/** An owner, an administrator with an endpoint, and a way to book. */
async function business() {
  const shop = await openShop(db)
  const { accountId } = shop
  const id = (name: NodeName, row: string) => encodeId(name, { accountId, id: row })
  const owner = await makeApiKey(db, { accountId })
  const admin = await makeApiKey(db, { accountId, role: 'ADMIN' })
  const receiver = await startReceiver()
  const made = await issued(app, admin.key, 'createWebhookEndpoint', {
    accountId: id('Account', accountId),
    url: receiver.url,
    types: ['booking.*'],
    scopes: ['bookings:read', 'audit:read', 'customers:read', 'customers:contact'],
    document:
      'query ($booking: ID!) { booking(id: $booking) { number customer { email } createdBy } }',
  })
  const midnight = Math.ceil(clock.now() / (24 * HOUR)) * 24 * HOUR
  let booked = 0
  const book = async () => {
    const startsAt = new Date(midnight + (9 + booked) * HOUR).toISOString()
    booked += 1
    const customer = { name: 'Ada', email: 'ada@example.com' }
    const input = { serviceId: id('Service', shop.serviceId), startsAt, customer }
    return done(app, owner.key, 'createBooking', input, 'id number')
  }
  const where = { accountId_userId: { accountId, userId: admin.userId } }
  return { accountId, owner, admin, receiver, book, where, endpointId: made.id as string }
}

/** The endpoint, once it is disabled. */
async function disabled(key: string, id: string) {
  for (;;) {
    const document = `{ node(id: "${id}") { ... on WebhookEndpoint { disabledReason createdBy } } }`
    const { data } = await app.graphql(key, document)
    if (data.node.disabledReason !== null) return data.node
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('the maker of an endpoint', () => {
  it('who has a lesser role is told less', async () => {
    const { receiver, book, where } = await business()
    await book()
    const before = JSON.parse((await receiver.nth(0)).body)
    expect(before.data.booking.customer).toEqual({ email: 'ada@example.com' })
    await db.prisma.membership.update({ where, data: { role: 'VIEWER' } })
    const { number } = await book()
    const after = JSON.parse((await receiver.nth(1)).body)
    expect(after.data.booking).toMatchObject({ number, customer: { email: null } })
    expect(after.errors[0].code).toBe('FORBIDDEN')
  })

  it('who has left is told nothing more, and it is said why', async () => {
    const { accountId, owner, receiver, book, where, endpointId } = await business()
    await db.prisma.membership.delete({ where })
    await book()
    const found = await disabled(owner.key, endpointId)
    expect(found.disabledReason).toMatch(/^Whoever made it has left the account/)
    expect(receiver.received).toHaveLength(0)
    const events = await db.prisma.event.findMany({
      where: { accountId, type: 'webhook.disabled' },
    })
    expect(events).toHaveLength(1)
  })

  it('is whoever enables it then, with its scopes of their own', async () => {
    const { accountId, owner, receiver, book, where, endpointId } = await business()
    await db.prisma.membership.delete({ where })
    await book()
    await disabled(owner.key, endpointId)
    const scopes = ['webhooks:read', 'webhooks:write'] as const
    const narrow = await makeApiKey(db, { accountId, scopes })
    const refused = await change(app, narrow.key, 'enableWebhookEndpoint', { id: endpointId }, 'id')
    expect(refused.code).toBe('VALIDATION_FAILED')
    await done(app, owner.key, 'enableWebhookEndpoint', { id: endpointId })
    const { number } = await book()
    expect(JSON.parse((await receiver.nth(0)).body).data.booking.number).toBe(number)
  })
})
