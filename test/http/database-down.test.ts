// When the database does not answer: 503 with a time to come back, nothing of the inside, and
// everything as before when it answers again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { serveApp } from '../support/app.ts'
import { breakableWay } from '../support/breakable.ts'
import { testDatabaseUrl } from '../support/database.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

const way = await breakableWay(await testDatabaseUrl({ migrated: true }))
afterAll(() => way.close())
const db = await openDatabase(way.url)
afterAll(() => db.close())
const app = await serveApp(db)
const account = await makeAccount(db)
const { key } = await makeApiKey(db, { accountId: account.id, name: 'Desk' })

const ask = (query: string) =>
  app.post('/graphql', {
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query }),
  })

describe('while the database is gone', () => {
  beforeAll(() => way.cut())

  it('a request with a credential is 503 with Retry-After', async () => {
    const response = await ask('{ viewer { name } }')
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'The service cannot answer at the moment. Try again in 5 seconds.',
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            requestId: response.headers.get('x-request-id'),
            retryAfterSeconds: 5,
          },
        },
      ],
    })
  })

  it('a token request is 503 with Retry-After', async () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${btoa('sgc_x:sgs_y')}`,
    }
    const body = 'grant_type=client_credentials'
    const response = await app.post('/oauth/token', { headers, body })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(await response.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'The service cannot answer now. Try again in 5 seconds.',
    })
  })

  it('readiness says which part is missing, and liveness goes on', async () => {
    const ready = await fetch(`${app.url}/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({
      status: 'not ready',
      checks: { process: { ok: true }, database: { ok: false, reason: 'it does not answer' } },
    })
    expect((await fetch(`${app.url}/health`)).status).toBe(200)
  })

  it('what needs no database is answered', async () => {
    expect(await app.graphql(null, '{ serverInfo { eventRetentionDays } }')).toEqual({
      data: { serverInfo: { eventRetentionDays: 30 } },
    })
  })
})

describe('when the database is back', () => {
  beforeAll(() => way.mend())

  it('everything is as before', async () => {
    const response = await ask('{ viewer { name } }')
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      data: { viewer: { name: 'Desk' } },
      extensions: { cost: 2 },
    })
    expect((await fetch(`${app.url}/ready`)).status).toBe(200)
  })
})

it('what may have been done is not done again when it is said again with its key', async () => {
  const accountId = encodeId('Account', { accountId: account.id, id: account.id })
  const create = () =>
    ask(`mutation { createCustomer(input: {
      accountId: "${accountId}", name: "Ada", idempotencyKey: "once"
    }) { __typename } }`)
  way.cutAt('COMMIT')
  const first = await create()
  expect([first.status, first.headers.get('retry-after')]).toEqual([503, '5'])
  const again = await create()
  expect(await again.json()).toEqual({
    data: { createCustomer: { __typename: 'CreateCustomerSuccess' } },
    extensions: { cost: 2 },
  })
  expect(await db.prisma.customer.count({ where: { name: 'Ada' } })).toBe(1)
})
