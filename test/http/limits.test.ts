// Too expensive and too fast, at every door: refused by name with what would be allowed, told in
// headers and extensions, and nothing done.
import { describe, expect, it } from 'vitest'
import { guestOf } from '../../src/auth/viewer.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { spend } from '../../src/graphql/spending.ts'
import { serveApp, testApp, type TestApp } from '../support/app.ts'
import { rowCounts } from '../support/ask.ts'
import { testDatabase } from '../support/database.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'
import { monday, openShop } from '../support/shop.ts'
import { initiated, startLive, subscribe } from './live-world.ts'

const limited = await testApp({ config: { rateLimit: 100, rateLimitAccount: 150 } })
const open = await serveApp(await testDatabase())

const resetsAt = '2026-03-02T08:01:00.000Z'
const cheap = '{ viewer { name } }'
/** Costs as many points as it has fields. */
const costing = (points: number) =>
  `{ ${Array.from({ length: points }, (_, n) => `a${n}: __typename`).join(' ')} }`

type Asked = { app?: TestApp; token?: string | null; accept?: string }

async function ask(query: string, { app = limited, token = null, accept }: Asked = {}) {
  const response = await app.post('/graphql', {
    headers: {
      'content-type': 'application/json',
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(accept && { accept }),
    },
    body: JSON.stringify({ query }),
  })
  const { status, headers } = response
  const told = ['limit', 'remaining', 'reset'].map((name) => headers.get(`ratelimit-${name}`))
  return { status, headers, told, text: await response.text() }
}

const parsed = async (...args: Parameters<typeof ask>) => {
  const { text, ...rest } = await ask(...args)
  return { ...rest, body: JSON.parse(text) }
}

async function newKey(accountId?: string, app = limited) {
  const id = accountId ?? (await makeAccount(app.db)).id
  return (await makeApiKey(app.db, { accountId: id })).key
}

const refusedFor = (cost: number, remaining: number, seconds = 60, limit = 100) => ({
  message:
    `This operation costs ${cost} points; ${remaining} of ${limit} are left in this minute. ` +
    `Try again in ${seconds} seconds.`,
  extensions: {
    code: 'RATE_LIMITED',
    retryAfterSeconds: seconds,
    cost,
    limit,
    remaining,
    resetsAt,
  },
})

describe('a credential', () => {
  it('is told with every answer what it cost and what is left', async () => {
    const token = await newKey()
    const first = await parsed(cheap, { token })
    expect(first.told).toEqual(['100', '98', '60'])
    expect(first.body).toEqual({
      data: { viewer: { name: 'A key' } },
      extensions: { cost: 2, rateLimit: { limit: 100, remaining: 98, resetsAt } },
    })
    const denied = await parsed('{ nothing }', { token })
    expect(denied.body.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(denied.body.extensions).toEqual({
      cost: 1,
      rateLimit: { limit: 100, remaining: 97, resetsAt },
    })
    const asked = await parsed('{ rateLimit { limit remaining resetsAt cost } }', { token })
    expect(asked.body.data.rateLimit).toEqual({ limit: 100, remaining: 92, resetsAt, cost: 5 })
  })

  it('may spend its last point and not one more until the minute is over', async () => {
    const clockApp = await serveApp(limited.db, { config: { rateLimit: 10 } })
    const token = await newKey(undefined, clockApp)
    const asked = { app: clockApp, token }
    expect((await ask(costing(10), asked)).status).toBe(200)
    const refused = await parsed(costing(1), asked)
    expect(refused).toMatchObject({ status: 429, told: ['10', '0', '60'] })
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(refused.body).toEqual({
      errors: [refusedFor(1, 0, 60, 10)],
      extensions: { cost: 0, rateLimit: { limit: 10, remaining: 0, resetsAt } },
    })
    clockApp.clock.advance(55_000)
    const later = await parsed(costing(1), asked)
    expect([later.status, later.headers.get('retry-after')]).toEqual([429, '5'])
    clockApp.clock.advance(5_000)
    expect((await ask(costing(10), asked)).status).toBe(200)
  })

  it('is not slowed down by another of another account', async () => {
    const [one, other] = [await newKey(), await newKey()]
    await ask(costing(100), { token: one })
    expect((await ask(cheap, { token: one })).status).toBe(429)
    expect((await ask(costing(100), { token: other })).status).toBe(200)
  })

  it('shares with the others of its account what the account has', async () => {
    const accountId = (await makeAccount(limited.db)).id
    const [one, other] = [await newKey(accountId), await newKey(accountId)]
    expect((await ask(costing(90), { token: one })).told).toEqual(['100', '10', '60'])
    const second = await parsed(costing(61), { token: other })
    expect(second.body.errors).toEqual([refusedFor(61, 60, 60, 150)])
    expect((await ask(costing(60), { token: other })).told).toEqual(['150', '0', '60'])
  })

  it('of several accounts spends from its own budget only', async () => {
    const accountIds = [(await makeAccount(limited.db)).id, (await makeAccount(limited.db)).id]
    const { token } = await makeApiClient(limited.db, { accountIds, now: limited.clock.now() })
    await ask(costing(100), { token })
    for (const accountId of accountIds) {
      const key = await newKey(accountId)
      expect((await ask(costing(100), { token: key })).status).toBe(200)
    }
  })
})

describe('without a credential', () => {
  it('the address has a budget', async () => {
    const app = await serveApp(limited.db, { config: { rateLimit: 50 } })
    expect((await ask(costing(50), { app })).status).toBe(200)
    expect((await ask(cheap, { app })).status).toBe(429)
    const token = await newKey(undefined, app)
    expect((await ask(costing(50), { app, token })).status).toBe(200)
  })
})

describe('a guest of an account', () => {
  it('spends what the address has, and nothing of the account', async () => {
    const { id } = await makeAccount(limited.db)
    const viewer = guestOf(id, ['availability:read'])
    const { budgets } = limited.app.services
    const cost = { complexity: 90, depth: 1, breadth: 1 }
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      const taken = [1, 2].map(() => spend({ viewer, address, budgets }, cost).refusal === null)
      expect([address, ...taken]).toEqual([address, true, false])
    }
    const { told } = await ask(costing(100), { token: await newKey(id) })
    expect(told).toEqual(['100', '0', '60'])
  })
})

describe('two instances', () => {
  it('share the budget of a credential', async () => {
    const second = await serveApp(limited.db, { config: { rateLimit: 100 } })
    const token = await newKey()
    expect((await ask(costing(90), { token })).told).toEqual(['100', '10', '60'])
    await limited.app.services.budgets.exchange()
    expect((await ask(costing(1), { app: second, token })).status).toBe(200)
    await second.app.services.budgets.exchange()
    const refused = await parsed(costing(10), { app: second, token })
    expect(refused.body.errors).toEqual([refusedFor(10, 9)])
    expect((await ask(costing(9), { app: second, token })).told).toEqual(['100', '0', '60'])
  })
})

describe('an operation that costs too much', () => {
  const nested = (first: number) =>
    `{ accounts(first: ${first}) { nodes { services(first: 100) { nodes { id name } } } } }`

  it('is refused before it runs, with what would be allowed, at POST and GET', async () => {
    const token = await newKey(undefined, open)
    // Every account: itself, nodes, and its services with an id and a name each.
    expect((await parsed(nested(99), { app: open, token })).body.data.accounts).toBeDefined()
    const four = `{ ${[1, 2, 3].map((n) => `a${n}: ${nested(100).slice(2, -2)}`).join(' ')} }`
    const { status, body } = await parsed(four, { app: open, token })
    expect(status).toBe(200)
    expect(body).toEqual({
      errors: [
        {
          message:
            'The cost of this operation is 90603; 60000 is allowed. ' +
            'Ask for smaller pages or fewer levels.',
          extensions: { code: 'OPERATION_TOO_COMPLEX', is: 90_603, limit: 60_000 },
        },
      ],
      extensions: { cost: 1 },
    })
    const url = `${open.url}/graphql?query=${encodeURIComponent(four)}`
    const got = await fetch(url, { headers: { accept: 'application/graphql-response+json' } })
    expect(got.status).toBe(400)
    expect(await got.text()).toContain('OPERATION_TOO_COMPLEX')
  })

  it('is named too expensive also when it costs more than a minute has', async () => {
    const token = await newKey()
    const { body } = await parsed(costing(101), { token })
    expect(body.errors[0].extensions).toEqual({
      code: 'OPERATION_TOO_COMPLEX',
      is: 101,
      limit: 100,
    })
    expect(body.extensions).toMatchObject({ cost: 1, rateLimit: { remaining: 99 } })
    const asked = await parsed('{ serverInfo { limits { maxCost } } }', { token })
    expect(asked.body.data.serverInfo.limits).toEqual({ maxCost: 100 })
  })
})

describe('a refusal', () => {
  it('changes nothing', async () => {
    const shop = await openShop(limited.db)
    const { key: token } = await makeApiKey(limited.db, { accountId: shop.accountId })
    const name = { id: encodeId('Account', { accountId: shop.accountId, id: shop.accountId }) }
    const wanted = `mutation { createService(input: { accountId: "${name.id}", name: "Cut",
      durationMinutes: 30, price: { amountMinor: 1, currency: "GBP" } }) { __typename } }`
    await ask(costing(100), { token })
    await limited.app.services.budgets.exchange()
    const before = await rowCounts(limited)
    expect((await ask(wanted, { token })).status).toBe(429)
    expect(await rowCounts(limited)).toEqual(before)
  })
})

describe('over SSE', () => {
  const events = 'subscription { bookingEvents { type } }'

  it('a subscription costs once, and is 429 when nothing is left', async () => {
    const token = await newKey()
    await ask(costing(99), { token })
    const accept = 'text/event-stream'
    const refused = await ask(events, { token, accept })
    expect(refused).toMatchObject({ status: 429, told: ['100', '1', '60'] })
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(refused.text).toContain('"code":"RATE_LIMITED"')
    expect(limited.app.services.events.subscriberCount()).toBe(0)
  })

  it('a deferred answer tells its cost in its first part', async () => {
    const token = await newKey()
    const query = '{ viewer { name ... @defer { kind } } }'
    const { text, told } = await ask(query, { token, accept: 'multipart/mixed' })
    expect(told).toEqual(['100', '97', '60'])
    expect(text.match(/"extensions"/g)).toHaveLength(1)
    expect(text).toContain('"cost":3')
  })
})

describe('over a WebSocket', async () => {
  const db = await testDatabase()
  const budget = { credential: 30, account: 0 }
  const live = await startLive(db, { budget, streams: { perCredential: 3 } })
  const events = 'subscription { bookingEvents { type } }'
  const shop = async () => (await openShop(db)).accountId
  const keyOf = async () => (await makeApiKey(db, { accountId: await shop() })).key
  const later = new Date(monday + 60_000).toISOString()

  it('an operation is refused by an error of its own, and the socket goes on', async () => {
    const raw = await initiated(live.ws, await keyOf())
    subscribe(raw, costing(20), undefined, '1')
    expect(await raw.next()).toMatchObject({ id: '1', type: 'next' })
    expect(await raw.next()).toMatchObject({ id: '1', type: 'complete' })
    subscribe(raw, costing(11), undefined, '2')
    const refusal = refusedFor(11, 10, 60, 30)
    expect(await raw.next()).toEqual({
      id: '2',
      type: 'error',
      payload: [{ ...refusal, extensions: { ...refusal.extensions, resetsAt: later } }],
    })
    subscribe(raw, costing(31), undefined, '3')
    expect(await raw.next()).toMatchObject({
      id: '3',
      type: 'error',
      payload: [{ extensions: { code: 'OPERATION_TOO_COMPLEX', is: 31, limit: 30 } }],
    })
    subscribe(raw, '{ rateLimit { remaining cost } }', undefined, '4')
    expect(await raw.next()).toMatchObject({
      id: '4',
      payload: { data: { rateLimit: { remaining: 6, cost: 3 } } },
    })
    raw.socket.close()
  })

  it('a credential listens so often over all its sockets, and then again when one ends', async () => {
    const key = await keyOf()
    const [one, two] = [await initiated(live.ws, key), await initiated(live.ws, key)]
    for (const id of ['1', '2']) subscribe(one, events, undefined, id)
    subscribe(two, events, undefined, '3')
    await expect.poll(() => live.streams.count()).toBe(3)
    subscribe(two, events, undefined, '4')
    expect(await two.next()).toMatchObject({
      id: '4',
      payload: {
        errors: [
          {
            message:
              'This credential listens with 3 subscriptions, which is the most. Complete one first.',
            extensions: { code: 'RATE_LIMITED' },
          },
        ],
      },
    })
    const other = await initiated(live.ws, await keyOf())
    subscribe(other, events)
    await expect.poll(() => live.streams.count()).toBe(4)
    one.send({ type: 'complete', id: '1' })
    await expect.poll(() => live.streams.count()).toBe(3)
    subscribe(two, events, undefined, '5')
    await expect.poll(() => live.streams.count()).toBe(4)
    for (const raw of [one, two, other]) raw.socket.close()
  })
})

describe('a dialect', () => {
  const call = async (token: string, path = '/bookings/availability') => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${limited.url}/relentify/api/v1${path}`, { headers })
    return { response, body: await response.json() }
  }

  it('counts requests as its vendor does, and answers 429 in its own form', async () => {
    const token = await newKey()
    const path = '/availability?slug=none&date=2026-03-03'
    const first = await call(token, path)
    expect(first.response.headers.get('ratelimit-remaining')).toBe('99')
    const service = limited.app.services.budgets
    const { rows } = await limited.db.pool.query<{ id: string }>(
      `SELECT id FROM "ApiKey" ORDER BY "createdAt" DESC LIMIT 1`,
    )
    service.take([{ key: `relentify ${rows[0]?.id}`, points: 99, limit: 100 }])
    const { response, body } = await call(token, path)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(body).toEqual({
      error: 'rate_limited',
      message: 'A key has 100 requests a minute. Try again in 60 seconds.',
    })
  })

  it('is refused what the credential cannot pay', async () => {
    const token = await newKey()
    await ask(costing(100), { token })
    const { response, body } = await call(token, '/availability?slug=none&date=2026-03-03')
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('60')
    expect(body).toMatchObject({ error: 'rate_limited' })
  })
})
