// The session cookie counts only with its token and from pages of our own, at every door; what does
// not count is refused by name, never taken for nobody.
import { createClient } from 'graphql-ws'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { cookieCredential } from '../../src/auth/credential.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'
import { makePerson, signIn } from '../support/people.ts'

const app = await testApp()
const account = await makeAccount(app.db)
const person = await makePerson(app, { [account.id]: 'OWNER' })
const { cookie, csrfToken } = await signIn(app, person.email)
const other = await signIn(app, (await makePerson(app)).email)
const ws = app.url.replace('http', 'ws')

const kind = '{ viewer { kind } }'

type Headers = Record<string, string | undefined>

async function post(given: Headers, query = kind) {
  const headers = given as Record<string, string>
  const type = { 'content-type': 'application/json' }
  const body = JSON.stringify({ query })
  const response = await app.post('/graphql', { headers: { ...type, ...headers }, body })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, body: isJson ? JSON.parse(text) : text }
}

const forbidden = (message: string) => ({
  status: 403,
  body: { errors: [{ message, extensions: { code: 'FORBIDDEN' } }] },
})
const noToken = forbidden(
  'The session cookie counts only together with its token: send the "csrfToken" that ' +
    'GET /console/session answers as the header "X-CSRF-Token".',
)
const foreign = forbidden('A page of another site cannot act for whoever is signed in here.')

describe('a request by cookie', () => {
  it('counts with its token, from our own origin or from a program', async () => {
    const proven = { cookie, 'x-csrf-token': csrfToken }
    const { host } = new URL(app.url)
    for (const more of [{}, { origin: app.url }, { origin: `http://${host}` }]) {
      expect(await post({ ...proven, ...more })).toMatchObject({
        body: { data: { viewer: { kind: 'USER' } } },
      })
    }
  })

  it.each(['', 'nonsense', other.csrfToken])('is 403 with the token %j', async (token) => {
    expect(await post({ cookie, 'x-csrf-token': token })).toMatchObject(noToken)
  })

  it('is 403 without a token, by POST, by GET, as a stream, and does nothing', async () => {
    const withdraw = 'mutation { __typename }'
    expect(await post({ cookie }, withdraw)).toMatchObject(noToken)
    const get = await fetch(`${app.url}/graphql?query=${encodeURIComponent(kind)}`, {
      headers: { cookie, accept: 'application/json' },
    })
    expect({ status: get.status, body: await get.json() }).toMatchObject(noToken)
    const watching = 'subscription { bookingEvents { cursor } }'
    expect(await post({ cookie, accept: 'text/event-stream' }, watching)).toMatchObject({
      status: 403,
    })
  })

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' },
  ])('is 403 from elsewhere, whatever it knows: %j', async (headers) => {
    expect(await post({ cookie, 'x-csrf-token': csrfToken, ...headers })).toMatchObject(foreign)
  })

  it('is 401 with a cookie that is no session', async () => {
    const { csrfTokenOf } = await import('../../src/http/session-cookie.ts')
    const headers = { cookie: 'slotgraph_session=made-up', 'x-csrf-token': csrfTokenOf('made-up') }
    expect(await post(headers)).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    })
  })

  it('asks as the key in its header, when it has one', async () => {
    const { key } = await makeApiKey(app.db, { accountId: account.id })
    expect(await post({ cookie, authorization: `Bearer ${key}` })).toMatchObject({
      body: { data: { viewer: { kind: 'API_KEY' } } },
    })
  })

  it.each(['Bearer', 'Cookie', 'cookie', 'Session'])(
    'shows no session in the header of other credentials, as "%s"',
    async (scheme) => {
      const authorization = `${scheme} ${cookie.split('=')[1]}`
      expect(await post({ authorization, 'x-csrf-token': csrfToken })).toMatchObject({
        status: 401,
      })
      const dialect = `${app.url}/relentify/api/v1/availability?slug=x&date=2026-03-03`
      expect((await fetch(dialect, { headers: { authorization } })).status).toBe(401)
    },
  )

  it('leaves other doors unmoved: a dialect takes no cookie', async () => {
    const response = await fetch(
      `${app.url}/relentify/api/v1/availability?slug=x&date=2026-03-03`,
      {
        headers: { cookie, 'x-csrf-token': csrfToken },
      },
    )
    expect(response.status).toBe(401)
  })
})

describe('pages of other origins', () => {
  it('may ask with keys, and are never allowed to send cookies', async () => {
    const headers = { origin: 'https://evil.example', cookie, 'x-csrf-token': csrfToken }
    for (const path of ['/graphql', '/console/session', '/console', '/sign-in']) {
      const asked = await fetch(app.url + path, { headers, redirect: 'manual' })
      const preflight = await fetch(app.url + path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-csrf-token, content-type',
        },
      })
      for (const response of [asked, preflight]) {
        expect(response.headers.get('access-control-allow-origin')).toBe('*')
        expect(response.headers.has('access-control-allow-credentials')).toBe(false)
      }
    }
  })
})

describe('a WebSocket by cookie', () => {
  type Init = Record<string, unknown>
  const connect = (headers: Record<string, string>, connectionParams: Init) => {
    class Socket extends WebSocket {
      constructor(address: string, protocol: string) {
        super(address, protocol, { headers })
      }
    }
    return createClient({
      url: `${ws}/graphql`,
      webSocketImpl: Socket,
      connectionParams,
      retryAttempts: 0,
    })
  }
  const ask = async (headers: Record<string, string>, params: Init) => {
    const client = connect(headers, params)
    try {
      for await (const result of client.iterate({ query: kind })) return result.data
      return null
    } catch (error) {
      return (error as { code?: number }).code
    } finally {
      await client.dispose()
    }
  }

  it('counts with the token in connection_init, also among headers there', async () => {
    const user = { viewer: { kind: 'USER' } }
    expect(await ask({ cookie, origin: app.url }, { csrfToken })).toEqual(user)
    expect(await ask({ cookie }, { headers: { 'X-CSRF-Token': csrfToken } })).toEqual(user)
  })

  it.each([
    [{ cookie }, {}],
    [{ cookie }, { csrfToken: other.csrfToken }],
    [{ cookie }, { csrfToken: 1 }],
    [{ cookie, origin: 'https://evil.example' }, { csrfToken }],
    [{}, { authorization: `Cookie ${cookie.split('=')[1]}` }],
    [{}, { authorization: cookieCredential(cookie.split('=')[1] ?? '') }],
  ])('is closed with 4403 otherwise: %j %j', async (headers, params) => {
    expect(await ask(headers, params)).toBe(4403)
  })
})
