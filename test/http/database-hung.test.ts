// When the database hangs, which nobody is told of: nobody waits for it, nothing is lost, and when
// it goes on everything goes on without a restart, also for those who listen.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBooking } from '../../src/booking/booking.actions.ts'
import { openDatabase } from '../../src/db/client.ts'
import { serveApp } from '../support/app.ts'
import { breakableWay } from '../support/breakable.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { makeApiKey } from '../support/makers.ts'
import { asked, monday, openShop, tuesday } from '../support/shop.ts'

const url = await testDatabaseUrl({ migrated: true })
const way = await breakableWay(url)
afterAll(() => way.close())
const direct = await openDatabase(url)
afterAll(() => direct.close())
const db = await openDatabase(way.url)
afterAll(() => db.close())
const app = await serveApp(db, { start: new Date(monday).toISOString() })
const shop = await openShop(direct)
const { key } = await makeApiKey(direct, { accountId: shop.accountId, name: 'Desk' })

const withKey = { 'content-type': 'application/json', authorization: `Bearer ${key}` }

function ask(query: string, headers: Record<string, string> = {}) {
  return app.post('/graphql', {
    headers: { ...withKey, ...headers },
    body: JSON.stringify({ query }),
  })
}

async function listen() {
  const leaving = new AbortController()
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    signal: leaving.signal,
    headers: { ...withKey, accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { bookingEvents { type booking { version } } }' }),
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  afterAll(() => leaving.abort())
  return async (): Promise<unknown> => {
    let text = ''
    for (;;) {
      const { done, value = '' } = await reader.read()
      text += value
      const data = /^data: (.+)\n\n/m.exec(text)?.[1]
      if (data || done) return data && JSON.parse(data)
    }
  }
}

const heard = await listen()

describe('while the database hangs', () => {
  beforeAll(() => way.freeze())

  it('a crowd of requests is 503 with Retry-After, those that come first too', async () => {
    const responses = await Promise.all(
      Array.from({ length: 40 }, () => ask('{ viewer { name } }')),
    )
    const answers = responses.map(({ status, headers }) => [status, headers.get('retry-after')])
    expect(new Set(answers.map(String))).toEqual(new Set(['503,5']))
  })

  it('a token request is 503 with Retry-After, and readiness says what is missing', async () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${btoa('sgc_x:sgs_y')}`,
    }
    const token = await app.post('/oauth/token', {
      headers,
      body: 'grant_type=client_credentials',
    })
    expect(token.status).toBe(503)
    expect(token.headers.get('retry-after')).toBe('5')
    const ready = await fetch(`${app.url}/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ checks: { database: { ok: false } } })
  })
})

describe('when the database goes on', () => {
  beforeAll(async () => {
    // Another instance, which had a way to the database all the time.
    await createBooking({ ...shop.ctx, db: direct }, asked(shop, { startsAt: tuesday(10) }))
    way.thaw()
  })

  it('a listener hears what it missed, on the connection that it had', async () => {
    expect(await heard()).toEqual({
      data: { bookingEvents: { type: 'booking.created', booking: { version: 1 } } },
    })
  })

  it('everything is as before', async () => {
    await expect.poll(async () => (await fetch(`${app.url}/ready`)).status).toBe(200)
    expect(await (await ask('{ viewer { name } }')).json()).toEqual({
      data: { viewer: { name: 'Desk' } },
      extensions: { cost: 2 },
    })
  })
})
