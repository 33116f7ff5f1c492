// The OAuth endpoints, by RFC 6749 (client credentials), 7662, 7009 and 8414.
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'

const app = await testApp({ config: { baseUrl: 'https://booking.example' } })
const account = await makeAccount(app.db)

const scopes = ['bookings:read', 'customers:read'] as const
const client = await makeApiClient(app.db, {
  accountIds: [account.id],
  scopes,
  now: app.clock.now(),
})
const { clientId, clientSecret } = client

function basic(id: string, secret: string): Record<string, string> {
  const text = [id, secret].map((part) => encodeURIComponent(part)).join(':')
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
}

async function form(
  path: string,
  fields: Record<string, string> | string,
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams(fields).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return app.post(path, { headers: { ...type, ...headers }, body })
}

const grant = { grant_type: 'client_credentials' }

async function token(fields: Record<string, string> = {}) {
  const response = await form(
    '/oauth/token',
    { ...grant, ...fields },
    basic(clientId, clientSecret),
  )
  return (await response.json()) as { access_token: string; scope: string }
}

describe('/oauth/token', () => {
  it('gives a token to a client that shows itself by Basic', async () => {
    const response = await form('/oauth/token', grant, basic(clientId, clientSecret))
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('pragma')).toBe('no-cache')
    const body = (await response.json()) as { access_token: string }
    expect(body).toEqual({
      access_token: expect.stringMatching(/^sgt_/),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'bookings:read customers:read',
    })
    const asked = await app.graphql(body.access_token, '{ viewer { kind scopes } }')
    expect(asked).toEqual({ data: { viewer: { kind: 'API_CLIENT', scopes } } })
  })

  it('refuses characters that are no text, wherever they stand', async () => {
    const inForm = await form('/oauth/token', { ...grant, client_id: 'a\0b', client_secret: 'x' })
    expect(inForm.status).toBe(400)
    expect(await inForm.json()).toMatchObject({ error: 'invalid_request' })
    const raw = Buffer.from('a\0b:x').toString('base64')
    const inHeader = await form('/oauth/token', grant, { authorization: `Basic ${raw}` })
    expect(inHeader.status).toBe(401)
    expect(await inHeader.json()).toMatchObject({ error: 'invalid_client' })
    const encoded = await form('/oauth/token', grant, basic('a\0b', 'x'))
    expect(encoded.status).toBe(401)
  })

  it('gives a token to a client that shows itself in the form', async () => {
    const fields = { ...grant, client_id: clientId, client_secret: clientSecret }
    expect((await form('/oauth/token', fields)).status).toBe(200)
  })

  it('narrows the scopes to those asked for', async () => {
    const narrow = await token({ scope: 'customers:read' })
    expect(narrow.scope).toBe('customers:read')
    const asked = await app.graphql(narrow.access_token, '{ viewer { scopes } }')
    expect(asked).toEqual({ data: { viewer: { scopes: ['customers:read'] } } })
  })

  it('counts a parameter without a value as left out', async () => {
    expect((await token({ scope: '' })).scope).toBe('bookings:read customers:read')
  })

  it.each([
    ['no grant type', {}, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['a scope beyond its own', { ...grant, scope: 'bookings:write' }, 'invalid_scope'],
    ['a scope that there is not', { ...grant, scope: 'bookings:read nonsense' }, 'invalid_scope'],
  ])('refuses %s with 400', async (_what, fields, error) => {
    const response = await form('/oauth/token', fields, basic(clientId, clientSecret))
    expect(response.status).toBe(400)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ error, error_description: expect.any(String) })
  })

  it('refuses a repeated parameter', async () => {
    const fields = 'grant_type=client_credentials&grant_type=client_credentials'
    const response = await form('/oauth/token', fields, basic(clientId, clientSecret))
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: "The parameter 'grant_type' is given more than once.",
    })
  })

  it('refuses a client that shows itself twice', async () => {
    const fields = { ...grant, client_secret: clientSecret }
    const response = await form('/oauth/token', fields, basic(clientId, clientSecret))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it.each([
    ['a wrong secret', basic(clientId, `${clientSecret}x`)],
    ['a client that there is not', basic('sgc_nobody', clientSecret)],
    ['nothing', {}],
    ['a Basic header without a colon', { authorization: 'Basic YWJj' }],
    ['a Bearer header', { authorization: 'Bearer abc' }],
  ])('refuses %s with 401 and a challenge', async (_what, headers) => {
    const response = await form('/oauth/token', grant, headers)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="oauth", charset="UTF-8"')
    expect(await response.json()).toMatchObject({ error: 'invalid_client' })
  })

  it('refuses a revoked client', async () => {
    const gone = await makeApiClient(app.db, { accountIds: [account.id], now: app.clock.now() })
    const where = { id: gone.id }
    await app.db.prisma.apiClient.update({ where, data: { revokedAt: new Date() } })
    const headers = basic(gone.clientId, gone.clientSecret)
    expect((await form('/oauth/token', grant, headers)).status).toBe(401)
  })

  it('takes forms only, and only by POST', async () => {
    const headers = { ...basic(clientId, clientSecret), 'content-type': 'application/json' }
    const response = await app.post('/oauth/token', { headers, body: JSON.stringify(grant) })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    expect((await fetch(`${app.url}/oauth/token`)).status).toBe(405)
  })
})

describe('/oauth/introspect', () => {
  const ask = async (shown: string, by = client) => {
    const response = await form(
      '/oauth/introspect',
      { token: shown },
      basic(by.clientId, by.clientSecret),
    )
    return { status: response.status, body: await response.json() }
  }

  it('tells a client about its own token', async () => {
    const { access_token: shown } = await token({ scope: 'bookings:read' })
    const now = app.clock.now() / 1000
    expect(await ask(shown)).toEqual({
      status: 200,
      body: {
        active: true,
        scope: 'bookings:read',
        client_id: clientId,
        token_type: 'Bearer',
        iat: now,
        exp: now + 3600,
      },
    })
  })

  it('tells nothing about the token of another client, nor about nonsense', async () => {
    const now = app.clock.now()
    const other = await makeApiClient(app.db, { accountIds: [account.id], now })
    const inactive = { status: 200, body: { active: false } }
    expect(await ask(other.token)).toEqual(inactive)
    expect(await ask('nonsense')).toEqual(inactive)
    expect(await ask((await token()).access_token, other)).toEqual(inactive)
  })

  it('asks who asks', async () => {
    expect((await form('/oauth/introspect', { token: 'x' })).status).toBe(401)
  })
})

describe('/oauth/revoke', () => {
  const revoke = (shown: string, by = client) =>
    form('/oauth/revoke', { token: shown }, basic(by.clientId, by.clientSecret))

  it('ends a token at once', async () => {
    const { access_token: shown } = await token()
    expect((await revoke(shown)).status).toBe(200)
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${shown}` }
    const body = '{"query":"{ viewer { kind } }"}'
    expect((await app.post('/graphql', { headers, body })).status).toBe(401)
  })

  it('says yes to a token that there is not, or no more', async () => {
    const { access_token: shown } = await token()
    for (const each of ['nonsense', shown, shown]) expect((await revoke(each)).status).toBe(200)
  })

  it('refuses an API key, which is revoked elsewhere', async () => {
    const { key } = await makeApiKey(app.db, { accountId: account.id })
    const response = await revoke(key)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'unsupported_token_type' })
    expect(await app.graphql(key, '{ viewer { kind } }')).toEqual({
      data: { viewer: { kind: 'API_KEY' } },
    })
  })

  it('leaves the tokens of others, and says so', async () => {
    const now = app.clock.now()
    const other = await makeApiClient(app.db, { accountIds: [account.id], now })
    const response = await revoke(other.token)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'unauthorized_client' })
    expect(await app.graphql(other.token, '{ viewer { kind } }')).toEqual({
      data: { viewer: { kind: 'API_CLIENT' } },
    })
  })
})

describe('an error description', () => {
  it('has only the characters of RFC 6749 section 5.2, whatever was sent', async () => {
    for (const wrong of ['pass"word', 'back\\slash', 'Straße', '💥']) {
      const fields = { grant_type: wrong }
      const response = await form('/oauth/token', fields, basic(clientId, clientSecret))
      expect(response.status).toBe(400)
      const { error_description: description } = (await response.json()) as {
        error_description: string
      }
      expect(description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/)
    }
  })
})

describe('/.well-known/oauth-authorization-server', () => {
  it('names what there is, at the address from outside', async () => {
    const response = await fetch(`${app.url}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({
      issuer: 'https://booking.example',
      token_endpoint: 'https://booking.example/oauth/token',
      introspection_endpoint: 'https://booking.example/oauth/introspect',
      revocation_endpoint: 'https://booking.example/oauth/revoke',
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    })
  })
})
