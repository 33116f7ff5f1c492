// What is taken from a credential is gone at once, at every instance: requests with the next one,
// listeners before the next event, and within seconds without one.
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../src/db/client.ts'
import { encodeId, nowhere } from '../../src/graphql/ids.ts'
import { serveApp, type TestApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { testDatabase } from '../support/database.ts'
import { giveRole, makeApiClient, makeApiKey } from '../support/makers.ts'
import { openShop, type Shop } from '../support/shop.ts'
import { accountOf, book } from '../http/live-world.ts'

const db = await testDatabase()
const one = await serveApp(db)
const ofTwo = await openDatabase(db.url)
afterAll(() => ofTwo.close())
const two = await serveApp(ofTwo)
const nodes = [one, two]

type Node = Pick<TestApp, 'post'>

type Told = { data?: { bookingEvents: { account: { id: string } } }; errors?: unknown[] }

/** Listens by event stream; what is told comes in turn, and null at the end. */
async function listen(app: Node, token: string, accounts?: string[]) {
  const query = 'subscription ($a: [ID!]) { bookingEvents(accounts: $a) { account { id } } }'
  const response = await app.post('/graphql', {
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({ query, variables: { a: accounts } }),
  })
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Told | null> => {
    for (;;) {
      const found = /^event: next\ndata: (.+)\n\n/m.exec(text)
      if (found) {
        text = text.slice(found.index + found[0].length)
        return JSON.parse(found[1]!) as Told
      }
      const { value, done: ended } = await reader.read()
      if (ended) return null
      text += value
    }
  }
  // The first bytes say that it listens.
  text += (await reader.read()).value ?? ''
  return next
}

const denied = { errors: [{ extensions: { code: 'FORBIDDEN' } }] }
const heardOf = async (next: () => Promise<Told | null>) =>
  (await next())?.data?.bookingEvents.account.id

const statusOf = async (app: Node, token: string) => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  return (await app.post('/graphql', { headers, body: '{"query":"{ __typename }"}' })).status
}

/** Two businesses of one person; what listens there, and how it is lost by what the person does. */
async function losses() {
  const [shop, other] = [await openShop(db), await openShop(db)]
  const accountIds = [shop.accountId, other.accountId]
  const now = one.clock.now()
  const owner = await makeApiClient(db, { accountIds, now })
  const { userId } = owner
  const ofBoth = { accountIds, chosen: accountIds, userId, now }
  const key = await makeApiKey(db, { accountId: shop.accountId, userId })
  const [deleted, narrowed] = [await makeApiClient(db, ofBoth), await makeApiClient(db, ofBoth)]
  const demoted = await makeApiClient(db, { accountIds: [shop.accountId], now })
  const idOf = ({ id }: { id: string }) => encodeId('ApiClient', { accountId: nowhere, id })
  const keyId = encodeId('ApiKey', { accountId: shop.accountId, id: key.id })
  const keep = { id: idOf(narrowed), accountIds: [accountOf(other.accountId)] }
  const named = accountIds.map(accountOf)
  const all = [
    {
      name: 'a revoked key',
      token: key.key,
      lose: () => done(one, owner.token, 'revokeApiKey', { id: keyId }),
    },
    {
      name: 'a deleted client',
      token: deleted.token,
      lose: () => done(one, owner.token, 'deleteApiClient', { id: idOf(deleted) }),
    },
    {
      name: 'an account taken from a client',
      token: narrowed.token,
      accounts: named,
      lose: () => done(one, owner.token, 'updateApiClient', keep),
    },
    {
      name: 'a maker who is no administrator any more',
      token: demoted.token,
      lose: () => giveRole(db, shop.accountId, demoted.userId, 'STAFF'),
    },
  ]
  return { shop, other, narrowed, owner, keep, all }
}

const listenEverywhere = (token: string, accounts?: string[]) =>
  Promise.all(nodes.map((app) => listen(app, token, accounts)))

async function hearsAll(shop: Shop, n: number, listeners: (() => Promise<Told | null>)[]) {
  await book(shop, n)
  for (const next of listeners) expect(await heardOf(next)).toBe(accountOf(shop.accountId))
}

describe('who listens', () => {
  it('hears no event after the loss, at any instance', async () => {
    const { shop, all } = await losses()
    for (const [n, { name, token, accounts, lose }] of all.entries()) {
      const listeners = await listenEverywhere(token, accounts)
      await hearsAll(shop, 2 * n, listeners)
      await lose()
      await book(shop, 2 * n + 1)
      for (const next of listeners) {
        expect([name, await next()]).toMatchObject([name, denied])
        expect([name, await next()]).toEqual([name, null])
      }
    }
  })

  it('is told of the loss without an event too', async () => {
    const { all } = await losses()
    const lost = all.map(async ({ name, token, accounts, lose }) => {
      const listeners = await listenEverywhere(token, accounts)
      await lose()
      return [name, await Promise.all(listeners.map((next) => next()))]
    })
    const expected = all.map(({ name }) => [name, [denied, denied]])
    expect(await Promise.all(lost)).toMatchObject(expected)
  })

  it('goes on hearing of the accounts that are left, when it named none', async () => {
    const { shop, other, narrowed, owner, keep } = await losses()
    const listeners = await listenEverywhere(narrowed.token)
    await hearsAll(shop, 0, listeners)
    await done(one, owner.token, 'updateApiClient', keep)
    await book(shop, 1)
    await book(other, 0)
    for (const next of listeners) expect(await heardOf(next)).toBe(accountOf(other.accountId))
  })
})

describe('who asks', () => {
  it('is refused with the next request, at any instance', async () => {
    const { all } = await losses()
    for (const { token, lose } of all.slice(0, 2)) {
      expect(await Promise.all(nodes.map((app) => statusOf(app, token)))).toEqual([200, 200])
      await lose()
      expect(await Promise.all(nodes.map((app) => statusOf(app, token)))).toEqual([401, 401])
    }
  })

  it('reaches the accounts that are left with the next request, at any instance', async () => {
    const { all, other } = await losses()
    const left = [[accountOf(other.accountId)], []]
    for (const [n, { token, lose }] of all.slice(2).entries()) {
      await lose()
      for (const app of nodes) {
        const { data } = await app.graphql(
          token,
          '{ viewer { accounts { nodes { account { id } } } } }',
        )
        const ids = (data.viewer.accounts.nodes as { account: { id: string } }[]).map(
          ({ account }) => account.id,
        )
        expect(ids).toEqual(left[n])
      }
    }
  })
})
