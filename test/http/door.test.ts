// The GraphQL door: who is let in, what is refused before anything runs, and in which form.
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

const app = await testApp()
const account = await makeAccount(app.db)
const { key, publicId } = await makeApiKey(app.db, { accountId: account.id, name: 'Desk' })

const json = { 'content-type': 'application/json' }
const viewerQuery = JSON.stringify({ query: '{ viewer { kind name } }' })

async function ask(headers: Record<string, string>, body = viewerQuery) {
  const response = await app.post('/graphql', { headers: { ...json, ...headers }, body })
  return { response, body: await response.json() }
}

describe('a credential', () => {
  it('left out makes an anonymous viewer', async () => {
    const { response, body } = await ask({})
    expect(response.status).toBe(200)
    expect(body).toEqual({
      data: { viewer: { kind: 'ANONYMOUS', name: 'Anonymous' } },
      extensions: { cost: 3 },
    })
  })

  it('that is right makes its viewer', async () => {
    const { body } = await ask({ authorization: `Bearer ${key}` })
    expect(body).toEqual({
      data: { viewer: { kind: 'API_KEY', name: 'Desk' } },
      extensions: { cost: 3 },
    })
  })

  it.each(['application/json', 'application/graphql-response+json', 'text/event-stream'])(
    'that is wrong is 401 with a challenge and a GraphQL body, accepting %s',
    async (accept) => {
      const headers = { ...json, accept, authorization: 'Bearer nonsense' }
      const response = await app.post('/graphql', { headers, body: viewerQuery })
      expect(response.status).toBe(401)
      const sentence =
        'The Authorization header holds no credential of this service. ' +
        'Send "Authorization: Bearer <API key or access token>".'
      expect(response.headers.get('www-authenticate')).toBe(
        'Bearer realm="slotgraph", error="invalid_token", ' +
          `error_description="${sentence.replaceAll('"', "'")}"`,
      )
      const text = await response.text()
      expect(text).toContain(JSON.stringify(sentence))
      expect(text).toContain('"code":"UNAUTHENTICATED"')
      expect(text).not.toContain('"data":{')
    },
  )

  it('of another scheme is 401 with a challenge that names no error', async () => {
    const headers = { ...json, authorization: 'Basic YTpi' }
    const response = await app.post('/graphql', { headers, body: viewerQuery })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="slotgraph"')
  })

  it('that was revoked a moment ago is refused', async () => {
    const made = await makeApiKey(app.db, { accountId: account.id })
    const authorization = `Bearer ${made.key}`
    expect((await ask({ authorization })).response.status).toBe(200)
    await app.db.prisma.apiKey.update({
      where: { publicId: made.publicId },
      data: { revokedAt: new Date(app.clock.now()) },
    })
    const { response, body } = await ask({ authorization })
    expect(response.status).toBe(401)
    expect(body).toEqual({
      errors: [
        {
          message: 'The API key was revoked. Ask for another.',
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    })
  })

  it('leaves a note of its use', async () => {
    await ask({ authorization: `Bearer ${key}` })
    await expect
      .poll(async () => {
        const row = await app.db.prisma.apiKey.findUniqueOrThrow({ where: { publicId } })
        return row.lastUsedAt?.getTime()
      })
      .toBe(app.clock.now())
  })
})

describe('the form of an answer', () => {
  const graphql = 'application/graphql-response+json; charset=utf-8'
  it.each([
    ['*/*', 'application/json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    // Apollo Client, urql, relay-runtime by its documents, graphql-request.
    [
      'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json',
      graphql,
    ],
    [
      'application/graphql-response+json, application/graphql+json, application/json, ' +
        'text/event-stream, multipart/mixed',
      graphql,
    ],
    ['application/graphql-response+json, application/json', graphql],
    ['text/event-stream', 'text/event-stream'],
  ])('to accept: %s', async (accept, type) => {
    const response = await app.post('/graphql', { headers: { ...json, accept }, body: viewerQuery })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
    expect(await response.text()).toContain('"kind":"ANONYMOUS"')
  })

  it('is 406 when nothing that was asked for can be given', async () => {
    const headers = { ...json, accept: 'application/xml' }
    expect((await app.post('/graphql', { headers, body: viewerQuery })).status).toBe(406)
  })

  it('is events for a subscription, and 406 with advice for anything else', async () => {
    const body = '{"query":"subscription { bookingEvents { cursor } }"}'
    const response = await app.post('/graphql', { headers: json, body })
    expect(response.status).toBe(406)
    expect(await response.json()).toEqual({
      extensions: { cost: 2 },
      errors: [
        {
          message:
            'A subscription is answered as events: send "accept: text/event-stream", or open a ' +
            'WebSocket with the protocol "graphql-transport-ws".',
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    })
  })
})

describe('a request id', () => {
  it('is taken over when it is legal', async () => {
    const { response } = await ask({ 'x-request-id': 'from-the-client:1' })
    expect(response.headers.get('x-request-id')).toBe('from-the-client:1')
  })

  it.each([undefined, 'two words', 'a'.repeat(129), '"quoted"'])(
    'is made when %j was sent',
    async (sent) => {
      const { response } = await ask(sent === undefined ? {} : { 'x-request-id': sent })
      expect(response.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/)
    },
  )
})

describe('a request that is none', () => {
  it.each([
    ['no JSON', '{', 'The body is not JSON. Send {"query": "…"}.'],
    ['a list', '[]', 'The body is a list; operations are not batched. Send one {"query": "…"}.'],
    ['a number', '1', 'The body is not a JSON object. Send {"query": "…"}.'],
    ['nothing', '', 'The body is not JSON. Send {"query": "…"}.'],
    ['no query', '{}', 'The parameter "query" is missing; it holds the GraphQL document.'],
    ['a query that is no text', '{"query":1}', 'The parameter "query" is not a string.'],
    [
      'variables that are a text',
      '{"query":"{ __typename }","variables":"{}"}',
      'The parameter "variables" is not a JSON object.',
    ],
  ])('because the body is %s says so with 400', async (_what, sent, message) => {
    const { response, body } = await ask({}, sent)
    expect(response.status).toBe(400)
    expect(body).toEqual({ errors: [{ message, extensions: { code: 'BAD_USER_INPUT' } }] })
  })

  it('because its bytes are no text says so with 400', async () => {
    const body = new Uint8Array(Buffer.from('{"query":"{ __typename } # \xff"}', 'latin1'))
    const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers: json, body })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('The body is not UTF-8.')
  })

  it('because variables in the address are no JSON says so with 400', async () => {
    const response = await fetch(`${app.url}/graphql?query={__typename}&variables={`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'The parameter "variables" is not JSON.' }],
    })
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', undefined])(
    'because its type is %s is 415: a page of another site could send it',
    async (type) => {
      const headers: Record<string, string> = type ? { 'content-type': type } : {}
      const body = new TextEncoder().encode(viewerQuery)
      const response = await fetch(`${app.url}/graphql`, { method: 'POST', headers, body })
      expect(response.status).toBe(415)
      expect(response.headers.get('accept-post')).toBe('application/json')
    },
  )

  it('because a page of another site embeds it is 403', async () => {
    const query = '/graphql?query={__typename}'
    const headers = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' }
    expect(await statusOf(query, headers)).toBe(403)
    expect(await statusOf(query, { ...headers, 'sec-fetch-mode': 'cors' })).toBe(200)
    expect(await statusOf(query, {})).toBe(200)
  })

  it('because it is a mutation by GET is 405', async () => {
    const query = encodeURIComponent('mutation { __typename }')
    const response = await fetch(`${app.url}/graphql?query=${query}`)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  it('because of its method is 405', async () => {
    const response = await fetch(`${app.url}/graphql`, { method: 'PUT', body: '{}' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, POST, HEAD, OPTIONS')
  })
})

describe('a body that is too long', () => {
  const limit = 1_048_576

  it('is 413 by its announced length, without being read', async () => {
    const { response, body } = await ask({}, ' '.repeat(limit + 1))
    expect(response.status).toBe(413)
    expect(body).toMatchObject({
      errors: [{ message: 'The body is too long: at most 1048576 bytes are accepted.' }],
    })
  })

  it('is 413 by what comes, when no length was announced', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(`${app.url}/graphql`, { method: 'POST', headers: json })
      sending.on('response', (response) => {
        resolve(response.statusCode)
        sending.destroy()
      })
      sending.on('error', reject)
      const half = Buffer.alloc(limit / 2, ' ')
      for (let sent = 0; sent < 3; sent += 1) sending.write(half)
    })
    expect(status).toBe(413)
  })

  it('is not one of exactly the limit', async () => {
    const { response } = await ask({}, viewerQuery.padEnd(limit, ' '))
    expect(response.status).toBe(200)
  })
})

describe('a target', () => {
  it.each([
    ['/health', 200],
    ['http://other.example/health', 200],
    ['HTTPS://other.example:8443/health?x=1', 200],
    ['http://other.example', 200],
    ['http://other.example?x=1', 200],
    ['http://other.example/nothing', 404],
  ])('%s is taken by its path', async (path, status) => {
    const { hostname, port } = new URL(app.url)
    const found = await new Promise((resolve, reject) => {
      const asking = request({ hostname, port, path }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asking.on('error', reject).end()
    })
    expect(found).toBe(status)
  })
})

describe('another origin', () => {
  it('may ask, with its credential in a header', async () => {
    const headers = {
      origin: 'https://example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type, x-mine',
    }
    const response = await fetch(`${app.url}/graphql`, { method: 'OPTIONS', headers })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-credentials')).toBeNull()
    expect(response.headers.get('access-control-allow-headers')).toBe(
      'authorization, content-type, x-mine',
    )
    const { response: answer } = await ask({ origin: 'https://example.com' })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
  })
})

// By node:http, because fetch() sets these headers itself.
function statusOf(path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(app.url + path, { headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asking.on('error', reject).end()
  })
}
