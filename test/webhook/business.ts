// A shop whose owner asks over HTTP, with a receiver of its own and a way to book.
import { encodeId, type NodeName } from '../../src/graphql/ids.ts'
import type { TestApp } from '../support/app.ts'
import { done, issued } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { openShop } from '../support/shop.ts'
import { startReceiver } from './receiver.ts'

const HOUR = 3_600_000

export async function openBusiness(app: TestApp) {
  const { db, clock } = app
  const shop = await openShop(db)
  const { accountId } = shop
  const { key } = await makeApiKey(db, { accountId })
  const id = (name: NodeName, row: string) => encodeId(name, { accountId, id: row })
  const midnight = Math.ceil(clock.now() / (24 * HOUR)) * 24 * HOUR
  let booked = 0
  /** Another hour each time, from nine o'clock on. */
  const book = (more: object = {}) => {
    const startsAt = new Date(midnight + (9 + booked) * HOUR).toISOString()
    booked += 1
    const customerId = id('Customer', shop.customerId)
    const input = { serviceId: id('Service', shop.serviceId), startsAt, customerId, ...more }
    return done(app, key, 'createBooking', input, 'id number startsAt endsAt')
  }
  const receiver = await startReceiver()
  const endpoint = (more: object = {}) =>
    issued(app, key, 'createWebhookEndpoint', {
      accountId: id('Account', accountId),
      url: receiver.url,
      types: ['booking.*'],
      scopes: ['bookings:read'],
      ...more,
    })
  return { shop, accountId, key, id, book, receiver, endpoint }
}

const selection = `id state attemptCount lastStatus lastError eventType subjectId finishedAt
  nextAttemptAt endpoint { id } attempts { number status error answer }`

/** The delivery, once it is no longer waiting. */
export async function settledIn(app: TestApp, key: string, id: string) {
  for (;;) {
    const document = `{ webhookDelivery(id: "${id}") { ${selection} } }`
    const { data } = await app.graphql(key, document)
    if (data.webhookDelivery.state !== 'WAITING') return data.webhookDelivery
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
