// Whoever guesses secrets at the OAuth endpoints is slowed down; whoever knows one is not.
import { beforeEach, describe, expect, it } from 'vitest'
import { serveApp, testApp } from '../support/app.ts'
import { makeAccount, makeApiClient } from '../support/makers.ts'

const app = await testApp()
const account = await makeAccount(app.db)

beforeEach(() => app.clock.advance(60_000))

const client = () => makeApiClient(app.db, { accountIds: [account.id], now: app.clock.now() })

async function ask(clientId: string, clientSecret: string, path = '/oauth/token') {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    token: 'x',
    client_id: clientId,
    client_secret: clientSecret,
  }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return app.post(path, { headers, body })
}

async function guess(clientId: string, times: number): Promise<number[]> {
  const statuses: number[] = []
  for (let n = 0; n < times; n += 1) statuses.push((await ask(clientId, `wrong ${n}`)).status)
  return statuses
}

describe('guessing', () => {
  it('at one client is 429 after ten wrong secrets in a minute, and says when to try again', async () => {
    const { clientId } = await client()
    expect(await guess(clientId, 10)).toEqual(Array(10).fill(401))
    app.clock.advance(20_000)
    const response = await ask(clientId, 'wrong')
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('40')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await response.json()).toEqual({
      error: 'temporarily_unavailable',
      error_description: 'Too many wrong secrets were tried. Try again in 40 seconds.',
    })
    app.clock.advance(40_000)
    expect((await ask(clientId, 'wrong')).status).toBe(401)
  })

  it('does not lock the client out', async () => {
    const { clientId, clientSecret } = await client()
    await guess(clientId, 12)
    expect((await ask(clientId, clientSecret)).status).toBe(200)
    expect((await ask(clientId, 'wrong')).status).toBe(429)
  })

  it('at a client that there is not is answered the same', async () => {
    const { clientId } = await client()
    expect(await guess(clientId, 11)).toEqual(await guess('sgc_nobody', 11))
  })

  it('from one address is heard no more after thirty, at any client and any endpoint', async () => {
    const { clientId, clientSecret } = await client()
    for (let n = 0; n < 30; n += 1) await ask(`sgc_${n}`, 'wrong')
    for (const path of ['/oauth/token', '/oauth/introspect', '/oauth/revoke']) {
      const response = await ask(clientId, clientSecret, path)
      expect([path, response.status]).toEqual([path, 429])
      expect(response.headers.get('retry-after')).toBe('60')
    }
    app.clock.advance(60_000)
    expect((await ask(clientId, clientSecret)).status).toBe(200)
  })

  it('from all addresses of one IPv6 network is from one address', async () => {
    const behind = await serveApp(app.db, { config: { trustProxy: 1 } })
    const guessFrom = async (address: string) => {
      const headers = {
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-for': address,
      }
      const body = `grant_type=client_credentials&client_id=${address}&client_secret=wrong`
      return (await behind.post('/oauth/token', { headers, body })).status
    }
    for (let n = 0; n < 30; n += 1) {
      expect(await guessFrom(`2001:db8:1:2:${n.toString(16)}::9`)).toBe(401)
    }
    expect(await guessFrom('2001:db8:1:2:ffff::1')).toBe(429)
    expect(await guessFrom('2001:db8:1:3::1')).toBe(401)
  })

  it('is not what somebody does who shows no secret, or asks for too much', async () => {
    const { clientId, clientSecret } = await client()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (let n = 0; n < 40; n += 1) {
      await app.post('/oauth/token', { headers, body: 'grant_type=client_credentials' })
      await ask(clientId, clientSecret, '/oauth/introspect')
    }
    expect((await ask(clientId, clientSecret)).status).toBe(200)
  })
})
