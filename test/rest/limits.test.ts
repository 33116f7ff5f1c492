// How often one credential may ask a dialect in a minute: the last request that is let through, and
// the one that is not, in the dialect's own form and with its own headers.
import { beforeAll, describe, expect, it } from 'vitest'
import { isFailure, viewerOf } from '../../src/auth/credential.ts'
import { dialects } from '../../src/rest/dialects.ts'
import { fillWorld, type World } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'
import { askedRoutes } from './asked.ts'

const app = await testApp({ config: { rateLimit: 10_000_000, rateLimitAccount: 10_000_000 } })

let mine: World
let key: string

beforeAll(async () => {
  const { id: accountId } = await makeAccount(app.db, { timeZone: 'Europe/London' })
  mine = await fillWorld(app.db, accountId, 'tabled')
  key = (await makeApiKey(app.db, { accountId })).key
})

const usual = { limit: 'ratelimit-limit', left: 'ratelimit-remaining' }
const other = { limit: 'x-ratelimit-limit', left: 'x-ratelimit-remaining' }

const expected: Record<string, { perMinute: number; headers: typeof usual; body: object }> = {
  appointedd: {
    perMinute: 600,
    headers: usual,
    body: { errors: [{ status: '429', code: 'rate_limited', title: 'Rate limited' }] },
  },
  'appointedd-v1': { perMinute: 600, headers: usual, body: { error: 'Too Many Requests' } },
  bookeo: {
    perMinute: 1000,
    headers: usual,
    body: { httpStatus: 429, errorId: 'too_many_requests' },
  },
  bookingflow: { perMinute: 300, headers: other, body: { ok: false, error: 'rate_limited' } },
  calendesk: { perMinute: 300, headers: other, body: {} },
  relentify: { perMinute: 100, headers: usual, body: { error: 'rate_limited' } },
}

describe.each(dialects)('$name', (dialect) => {
  it('lets through as many requests a minute as it says, and then none', async () => {
    const { requests, shows } = askedRoutes.find((each) => each.dialect === dialect.name)!
    const { perMinute, headers: names, body: form } = expected[dialect.name]!
    const credential = (await shows?.(app, 'admin', key)) ?? { authorization: `Bearer ${key}` }
    const route = dialect.routes.find(
      ({ method, path }) => method === 'GET' && !path.includes(':'),
    )!
    const { path } = await requests[route.name]!(0, mine, app, credential)
    const ask = async () => {
      const response = await fetch(app.url + dialect.mounts[0] + path, { headers: credential })
      const { status, headers } = response
      return { status, headers, body: await response.json() }
    }
    const lower = Object.entries(credential).map(([name, value]) => [name.toLowerCase(), value])
    const shown = { headers: Object.fromEntries(lower), query: new URLSearchParams() }
    const found = await viewerOf(app.db, dialect.credential(shown), app.clock.now())
    if (isFailure(found)) throw new Error(found.sentence)
    // As if all but one had been asked already.
    const budget = `${dialect.name} ${found.viewer.id}`
    app.app.services.budgets.take([{ key: budget, points: perMinute - 1, limit: perMinute }])
    const last = await ask()
    expect([last.status, last.headers.get(names.limit), last.headers.get(names.left)]).toEqual([
      200,
      String(perMinute),
      '0',
    ])
    expect(last.headers.get('retry-after')).toBeNull()

    const { status, headers, body } = await ask()
    expect([status, headers.get(names.limit), headers.get(names.left)]).toEqual([
      429,
      String(perMinute),
      '0',
    ])
    const seconds = Number(headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(() => dialect.errorSchema.parse(body)).not.toThrow()
    expect(body).toMatchObject(form)
    if (dialect.name === 'bookeo') expect(body.retryAfter).toBe(seconds)
    // It is of this credential alone, and over with the minute.
    app.clock.advance(seconds * 1000)
    expect((await ask()).headers.get(names.left)).toBe(String(perMinute - 1))
  })
})
