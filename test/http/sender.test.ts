// Whose address a request has: that of the connection, unless proxies are trusted; and then never
// one that the sender could have made up.
import { describe, expect, it } from 'vitest'
import { isNetwork, type TrustedProxies } from '../../src/http/sender.ts'
import { serveApp, type TestApp } from '../support/app.ts'
import { testDatabase } from '../support/database.ts'
import { done } from '../support/ask.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'
import { encodeId } from '../../src/graphql/ids.ts'

const db = await testDatabase()
const account = await makeAccount(db)
const { key } = await makeApiKey(db, { accountId: account.id })
const accountId = encodeId('Account', { accountId: account.id, id: account.id })

/** The address in the audit entry of a request with this header. */
async function addressOf(app: TestApp, forwarded: string | null): Promise<string | null> {
  const post: TestApp['post'] = (path, { headers, body }) =>
    app.post(path, {
      headers: { ...headers, ...(forwarded !== null && { 'x-forwarded-for': forwarded }) },
      body,
    })
  const asking = { ...app, post, graphql: graphqlBy(post) }
  const name = `Asked from ${forwarded}`
  const { id } = await done(asking, key, 'createResource', { accountId, name })
  expect(id).toEqual(expect.any(String))
  const last = await db.prisma.auditEntry.findFirst({ orderBy: { id: 'desc' } })
  return last?.address ?? null
}

function graphqlBy(post: TestApp['post']): TestApp['graphql'] {
  return async (token, query, variables) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
    return (await post('/graphql', { headers, body: JSON.stringify({ query, variables }) })).json()
  }
}

const cases: [TrustedProxies | undefined, string | null, string][] = [
  [undefined, '203.0.113.7', '127.0.0.1'],
  [1, null, '127.0.0.1'],
  [1, '203.0.113.7', '203.0.113.7'],
  [1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  [2, '198.51.100.1, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
  [2, '203.0.113.7', '203.0.113.7'],
  [1, 'nonsense', '127.0.0.1'],
  [['127.0.0.1', '10.0.0.0/8'], '198.51.100.1, 203.0.113.7, 10.2.3.4', '203.0.113.7'],
  [['127.0.0.1'], '203.0.113.7:4711', '203.0.113.7'],
  [['127.0.0.1', '2001:db8::/32'], '[2001:db9::1]:80, 2001:db8::1', '2001:db9::1'],
  [['10.0.0.1'], '203.0.113.7', '127.0.0.1'],
]

describe('the address of whoever sends a request', () => {
  it.each(cases)('trusting %j, with "%s", is %s', async (trustProxy, forwarded, address) => {
    const app = await serveApp(db, trustProxy === undefined ? {} : { config: { trustProxy } })
    expect(await addressOf(app, forwarded)).toBe(address)
    await app.stop()
  })

  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fe80::/10'])('%s can be trusted', (text) => {
    expect(isNetwork(text)).toBe(true)
  })

  it.each(['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::1/129', '300.1.1.1'])(
    '"%s" cannot',
    (text) => {
      expect(isNetwork(text)).toBe(false)
    },
  )
})
