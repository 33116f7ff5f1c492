// What is taken from a credential is gone at once, at every instance: requests with the next one,
// listeners before the next event, and within seconds without one.
import { afterAll, describe, expect, it } from 'vitest'
import { installationCredential } from '../../src/auth/credential.ts'
import { allScopes } from '../../src/auth/scope.ts'
import { openDatabase } from '../../src/db/client.ts'
import { newId } from '../../src/db/id.ts'
import { encodeId, nowhere } from '../../src/graphql/ids.ts'
import { serveApp, type TestApp } from '../support/app.ts'
import { done, issued } from '../support/ask.ts'
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
async function listen(app: Node, authorization: string, accounts?: string[]) {
  const query = 'subscription ($a: [ID!]) { bookingEvents(accounts: $a) { account { id } } }'
  const response = await app.post('/graphql', {
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization,
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

const statusOf = async (app: Node, authorization: string) => {
  const headers = { 'content-type': 'application/json', authorization }
  return (await app.post('/graphql', { headers, body: '{"query":"{ __typename }"}' })).status
}

const bearer = (token: string) => `Bearer ${token}`

type Loss = {
  name: string
  authorization: string
  /** The accounts that it names when it listens. */
  accounts?: string[]
  lose: () => Promise<unknown>
  /** The accounts that are reached then; left out, the credential is none any more. */
  left?: string[]
}

/** An application that the owner has installed, as it shows itself. */
async function installed(accountId: string, token: string) {
  const name = newId()
  const wish = { name, redirectUrl: 'https://app.example.com/' }
  const { secret } = await issued(one, token, 'registerApplication', wish)
  const { publicId } = await db.prisma.application.findFirstOrThrow({ where: { name } })
  const grant = { accountId: accountOf(accountId), applicationId: publicId, scopes: allScopes }
  const again = () => issued(one, token, 'authorizeApplication', grant)
  const { id, secret: apiKey } = await again()
  return { id, authorization: installationCredential(secret, apiKey), again }
}

/** Ends a token as RFC 7009 says. */
function revoke({ clientId, clientSecret, token }: Awaited<ReturnType<typeof makeApiClient>>) {
  const shown = Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
  const type = 'application/x-www-form-urlencoded'
  return two.post('/oauth/revoke', {
    headers: { 'content-type': type, authorization: `Basic ${shown}` },
    body: new URLSearchParams({ token }).toString(),
  })
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
  const [revoked, renewed] = [await makeApiClient(db, ofBoth), await makeApiClient(db, ofBoth)]
  const rotated = await makeApiKey(db, { accountId: shop.accountId, userId })
  const demoted = await makeApiClient(db, { accountIds: [shop.accountId], now })
  const [gone, anew] = [
    await installed(shop.accountId, owner.token),
    await installed(shop.accountId, owner.token),
  ]
  const expiresAt = new Date(now + 60_000)
  const ending = await makeApiKey(db, { accountId: shop.accountId, userId, expiresAt })
  const idOf = ({ id }: { id: string }) => encodeId('ApiClient', { accountId: nowhere, id })
  const keyIdOf = ({ id }: { id: string }) => encodeId('ApiKey', { accountId: shop.accountId, id })
  const keep = { id: idOf(narrowed), accountIds: [accountOf(other.accountId)] }
  const named = accountIds.map(accountOf)
  const does = (mutation: string, input: object) => () => done(one, owner.token, mutation, input)
  const all: Loss[] = [
    {
      name: 'a revoked key',
      authorization: bearer(key.key),
      lose: does('revokeApiKey', { id: keyIdOf(key) }),
    },
    {
      name: 'a key with another secret and no overlap',
      authorization: bearer(rotated.key),
      lose: does('rotateApiKey', { id: keyIdOf(rotated), overlapSeconds: 0 }),
    },
    {
      name: 'a deleted client',
      authorization: bearer(deleted.token),
      lose: does('deleteApiClient', { id: idOf(deleted) }),
    },
    {
      name: 'a client with another secret',
      authorization: bearer(renewed.token),
      lose: does('regenerateApiClientSecret', { id: idOf(renewed) }),
    },
    {
      name: 'a revoked token',
      authorization: bearer(revoked.token),
      lose: () => revoke(revoked),
    },
    {
      name: 'an application that is uninstalled',
      authorization: gone.authorization,
      lose: does('uninstallApplication', { id: gone.id }),
    },
    {
      name: 'an application that is authorised again',
      authorization: anew.authorization,
      lose: anew.again,
    },
    {
      name: 'an account taken from a client',
      authorization: bearer(narrowed.token),
      accounts: named,
      lose: does('updateApiClient', keep),
      left: [accountOf(other.accountId)],
    },
    {
      name: 'a maker who is no administrator any more',
      authorization: bearer(demoted.token),
      lose: () => giveRole(db, shop.accountId, demoted.userId, 'STAFF'),
      left: [],
    },
    {
      name: 'a key that has run out',
      authorization: bearer(ending.key),
      lose: async () => {
        for (const { clock } of nodes) clock.set(Math.max(clock.now(), expiresAt.getTime()))
      },
    },
  ]
  return { shop, other, narrowed, owner, keep, all }
}

const listenEverywhere = (authorization: string, accounts?: string[]) =>
  Promise.all(nodes.map((app) => listen(app, authorization, accounts)))

async function hearsAll(shop: Shop, n: number, listeners: (() => Promise<Told | null>)[]) {
  await book(shop, n)
  for (const next of listeners) expect(await heardOf(next)).toBe(accountOf(shop.accountId))
}

describe('who listens', () => {
  it('hears no event after the loss, at any instance', { timeout: 60_000 }, async () => {
    const { shop, all } = await losses()
    for (const [n, { name, authorization, accounts, lose }] of all.entries()) {
      const listeners = await listenEverywhere(authorization, accounts)
      await hearsAll(shop, 2 * n, listeners)
      await lose()
      await book(shop, 2 * n + 1)
      for (const next of listeners) {
        expect([name, await next()]).toMatchObject([name, denied])
        expect([name, await next()]).toEqual([name, null])
      }
    }
  })

  it('is told of the loss without an event too, within five seconds', async () => {
    const { all } = await losses()
    const lost = all.map(async ({ name, authorization, accounts, lose }) => {
      const listeners = await listenEverywhere(authorization, accounts)
      await lose()
      const since = performance.now()
      const told = await Promise.all(listeners.map((next) => next()))
      return [name, performance.now() - since < 5_000, told]
    })
    const expected = all.map(({ name }) => [name, true, [denied, denied]])
    expect(await Promise.all(lost)).toMatchObject(expected)
  })

  it('goes on hearing of the accounts that are left, when it named none', async () => {
    const { shop, other, narrowed, owner, keep } = await losses()
    const listeners = await listenEverywhere(bearer(narrowed.token))
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
    const ended = all.filter(({ left }) => left === undefined)
    const statuses = (authorization: string) =>
      Promise.all(nodes.map((app) => statusOf(app, authorization)))
    for (const { name, authorization, lose } of ended) {
      expect([name, await statuses(authorization)]).toEqual([name, [200, 200]])
      await lose()
      expect([name, await statuses(authorization)]).toEqual([name, [401, 401]])
    }
  })

  it('reaches the accounts that are left with the next request, at any instance', async () => {
    const { all } = await losses()
    for (const { authorization, lose, left } of all) {
      if (left === undefined) continue
      await lose()
      for (const app of nodes) {
        const { data } = await app.graphql(
          authorization.replace('Bearer ', ''),
          '{ viewer { accounts { nodes { account { id } } } } }',
        )
        const ids = (data.viewer.accounts.nodes as { account: { id: string } }[]).map(
          ({ account }) => account.id,
        )
        expect(ids).toEqual(left)
      }
    }
  })
})
