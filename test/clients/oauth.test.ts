// An OAuth client library that knows only the RFCs finds the endpoints by their metadata, gets a
// token, asks with it, looks it up and ends it.
import * as oauth from 'oauth4webapi'
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiClient } from '../support/makers.ts'

const app = await testApp()
const account = await makeAccount(app.db)
const made = await makeApiClient(app.db, {
  accountIds: [account.id],
  scopes: ['bookings:read', 'accounts:read'],
  now: app.clock.now(),
})

// The one thing that is not as outside: there is no certificate here.
const insecure = { [oauth.allowInsecureRequests]: true }
const issuer = new URL(app.url)
const found = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
const server = await oauth.processDiscoveryResponse(issuer, found)
const client: oauth.Client = { client_id: made.clientId }

const ways = [
  ['client_secret_basic', oauth.ClientSecretBasic],
  ['client_secret_post', oauth.ClientSecretPost],
] as const

async function grant(auth: oauth.ClientAuth, parameters: Record<string, string> = {}) {
  const response = await oauth.clientCredentialsGrantRequest(
    server,
    client,
    auth,
    new URLSearchParams(parameters),
    insecure,
  )
  return oauth.processClientCredentialsResponse(server, client, response)
}

const ask = (token: string) =>
  oauth.protectedResourceRequest(
    token,
    'POST',
    new URL('/graphql', app.url),
    new Headers({ 'content-type': 'application/json' }),
    JSON.stringify({ query: '{ viewer { scopes } }' }),
    insecure,
  )

describe('oauth4webapi', () => {
  it.each(ways)('gets, uses, looks up and revokes a token by %s', async (name, make) => {
    expect(server.token_endpoint_auth_methods_supported).toContain(name)
    const auth = make(made.clientSecret)
    const token = await grant(auth, { scope: 'bookings:read' })
    expect(token).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'bookings:read' })
    const answer = await (await ask(token.access_token)).json()
    expect(answer).toMatchObject({ data: { viewer: { scopes: ['bookings:read'] } } })
    const look = async () => {
      const { access_token: shown } = token
      const response = await oauth.introspectionRequest(server, client, auth, shown, insecure)
      return oauth.processIntrospectionResponse(server, client, response)
    }
    expect(await look()).toMatchObject({ active: true, client_id: made.clientId })
    const { access_token: shown } = token
    const response = await oauth.revocationRequest(server, client, auth, shown, insecure)
    await oauth.processRevocationResponse(response)
    expect(await look()).toEqual({ active: false })
    const refused: unknown = await ask(token.access_token).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
    const { cause, status } = refused as oauth.WWWAuthenticateChallengeError
    expect([status, cause]).toMatchObject([
      401,
      [{ scheme: 'bearer', parameters: { realm: 'slotgraph', error: 'invalid_token' } }],
    ])
  })

  it.each(ways)('understands why a secret is refused by %s', async (_name, make) => {
    const refused: unknown = await grant(make('wrong')).catch((error: unknown) => error)
    expect(refused).toMatchObject({ status: 401 })
  })

  it('understands why a scope is refused', async () => {
    const auth = oauth.ClientSecretBasic(made.clientSecret)
    const refused = grant(auth, { scope: 'payments:write' })
    await expect(refused).rejects.toMatchObject({ error: 'invalid_scope', status: 400 })
  })
})
