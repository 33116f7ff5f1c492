// Messages that are lost, and webhooks that are blocked, as the vendor's page has them: tries with
// one message id, the header that says that earlier ones were dropped, a webhook that stays listed
// and gets nothing until it is made again.
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formats } from '../../../src/rest/bookeo/told.ts'
import { testApp } from '../../support/app.ts'
import { startReceiver, type Received } from '../../support/receiver.ts'
import { becomes } from '../../webhook/delivering.ts'
import { openHarbour, type Harbour } from './bookeo-world.ts'

const app = await testApp({ start: '2026-03-01T08:00:00Z' })
const { delaysSeconds = [], blocksAfter = 0 } = formats['bookeo']!

/** A receiver that answers with `state.status`, told of bookings that are made. */
async function listening(harbour: Harbour) {
  const state = { status: 500 }
  const receiver = await startReceiver((response) => response.writeHead(state.status).end())
  const register = () =>
    harbour.call('/webhooks', { body: { url: receiver.url, domain: 'bookings', type: 'created' } })
  const { body } = await register()
  let day = 3
  const book = async () => {
    day += 1
    const startTime = `2026-03-0${day}T10:00:00-00:00`
    const customer = { firstName: 'Grace' }
    const made = await harbour.call('/bookings', {
      body: { productId: harbour.kayak, startTime, customer },
    })
    expect(made.status).toBe(201)
  }
  /** Resolves when no message is being tried and each was tried so often. */
  const tried = (...attempts: number[]) =>
    becomes(
      () =>
        app.db.prisma.webhookDelivery.findMany({
          where: { accountId: harbour.accountId },
          orderBy: { eventSeq: 'asc' },
        }),
      (rows) =>
        rows.length === attempts.length &&
        rows.every((row, index) => row.leasedBy === null && row.attempts === attempts[index]),
    )
  return { state, receiver, register, book, tried, id: body.id as string }
}

const lost = ({ headers }: Received) => headers['x-bookeo-previousmessagelost']

function isGenuine({ headers, body }: Received, url: string, { keys }: Harbour): boolean {
  const signed = `${headers['x-bookeo-timestamp']}${headers['x-bookeo-messageid']}${url}${body}`
  const signature = createHmac('sha256', keys.secretKey).update(signed).digest('hex')
  return headers['x-bookeo-signature'] === signature
}

describe('a message', () => {
  it('is tried under one id until it is lost, and the next that arrives says so, once', async () => {
    const harbour = await openHarbour(app)
    const { state, receiver, book, tried } = await listening(harbour)
    await book()
    for (const [index, seconds] of delaysSeconds.entries()) {
      await tried(index + 1)
      app.clock.advance(seconds * 1000)
    }
    await tried(delaysSeconds.length + 1)
    const tries = receiver.received.slice()
    expect(tries).toHaveLength(delaysSeconds.length + 1)
    expect(new Set(tries.map(({ headers }) => headers['x-bookeo-messageid'])).size).toBe(1)
    expect(new Set(tries.map(({ headers }) => headers['x-bookeo-timestamp'])).size).toBe(
      tries.length,
    )
    expect(tries.map(lost)).toEqual(tries.map(() => undefined))
    state.status = 204
    await book()
    await tried(delaysSeconds.length + 1, 1)
    await book()
    await tried(delaysSeconds.length + 1, 1, 1)
    expect(receiver.received.slice(tries.length).map(lost)).toEqual(['true', undefined])
    const genuine = receiver.received.map((each) => isGenuine(each, receiver.url, harbour))
    expect(genuine).toEqual(genuine.map(() => true))
  })
})

describe('a webhook', () => {
  it('that only fails is blocked, stays listed, and gets nothing until it is made again', async () => {
    const harbour = await openHarbour(app)
    const { call } = harbour
    const { state, receiver, register, book, tried, id } = await listening(harbour)
    const count = 3
    for (let made = 0; made < count; made++) await book()
    const each = Math.floor(blocksAfter / count)
    for (let attempts = 1; attempts <= each; attempts++) {
      await tried(...Array.from({ length: count }, () => attempts))
      app.clock.advance(delaysSeconds[attempts - 1]! * 1000)
    }
    const blocked = await becomes(
      async () => (await call(`/webhooks/${id}`)).body,
      ({ blockedTime }) => blockedTime !== undefined,
    )
    expect(blocked).toMatchObject({ blockedReason: `${blocksAfter} tries in a row failed.` })
    expect((await call('/webhooks')).body.data).toEqual([blocked])
    const { length } = receiver.received
    state.status = 204
    // Made with the booking is its customer: whoever is told of it shows that both were read.
    const other = await startReceiver()
    await call('/webhooks', { body: { url: other.url, domain: 'customers', type: 'created' } })
    await book()
    await other.gets(1)
    const again = await register()
    expect(again.status).toBe(201)
    const { data } = (await call('/webhooks')).body
    expect(data.filter(({ domain }: { domain: string }) => domain === 'bookings')).toEqual([
      again.body,
    ])
    expect(again.body.blockedTime).toBeUndefined()
    await book()
    const received = await receiver.gets(length + 1)
    expect(JSON.parse(received[length]!.body).item.startTime).toBe('2026-03-08T10:00:00+11:00')
    expect(received).toHaveLength(length + 1)
  })

  it('of a pair is one, however many ask for it at once', async () => {
    const harbour = await openHarbour(app)
    const body = { url: 'https://app.example.com/b', domain: 'customers', type: 'updated' }
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => harbour.call('/webhooks', { body })),
    )
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201))
    const { data } = (await harbour.call('/webhooks')).body
    expect(data).toHaveLength(1)
    expect(answers.map(({ body: made }) => made.id)).toContain(data[0].id)
  })
})
