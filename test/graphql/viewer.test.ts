// Who asks, and what answers.
import { describe, expect, it } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { allScopes } from '../../src/auth/scope.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'
import { makeViewers, viewerNames } from '../support/viewers.ts'

const app = await testApp()
const now = app.clock.now()
const idOf = (id: string) => encodeId('Account', { accountId: id, id })

describe('viewer', () => {
  it('is anonymous without a credential, and reaches nothing', async () => {
    const query = '{ viewer { kind name scopes accounts { totalCount nodes { role } } } }'
    expect(await app.graphql(null, query)).toEqual({
      data: {
        viewer: {
          kind: 'ANONYMOUS',
          name: 'Anonymous',
          scopes: [],
          accounts: { totalCount: 0, nodes: [] },
        },
      },
    })
  })

  it('says role and scopes for each account', async () => {
    const account = await makeAccount(app.db, { name: 'Salon' })
    const scopes = ['accounts:read', 'bookings:read', 'bookings:write'] as const
    const { key } = await makeApiKey(app.db, { accountId: account.id, role: 'VIEWER', scopes })
    const query =
      '{ viewer { kind scopes accounts { nodes { role scopes account { id name } } } } }'
    expect(await app.graphql(key, query)).toEqual({
      data: {
        viewer: {
          kind: 'API_KEY',
          scopes: ['accounts:read', 'bookings:read'],
          accounts: {
            nodes: [
              {
                role: 'VIEWER',
                scopes: ['accounts:read', 'bookings:read'],
                account: { id: idOf(account.id), name: 'Salon' },
              },
            ],
          },
        },
      },
    })
  })

  it('hides the account, but not the reach, from who may not read accounts', async () => {
    const account = await makeAccount(app.db)
    const { key } = await makeApiKey(app.db, { accountId: account.id, scopes: ['bookings:read'] })
    const query = '{ viewer { accounts { nodes { role account { name } } } } }'
    expect(await app.graphql(key, query)).toMatchObject({
      data: { viewer: { accounts: { nodes: [{ role: 'OWNER', account: null }] } } },
      errors: [
        {
          path: ['viewer', 'accounts', 'nodes', 0, 'account'],
          extensions: { code: 'FORBIDDEN', requiredScopes: [['accounts:read']] },
        },
      ],
    })
  })

  it('pages through its accounts forward and backward', async () => {
    const made = []
    for (let n = 0; n < 5; n += 1) made.push((await makeAccount(app.db)).id)
    const ids = made.toSorted().map(idOf)
    const { token } = await makeApiClient(app.db, { accountIds: made, now })
    const page = async (ask: object) => {
      const query = `query Q($first: Int, $after: String, $last: Int, $before: String) {
        viewer { accounts(first: $first, after: $after, last: $last, before: $before) {
          totalCount
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          edges { cursor node { account { id } } }
        } }
      }`
      const { accounts } = (await app.graphql(token, query, { ...ask })).data.viewer
      const found = accounts.edges.map((edge: { node: { account: { id: string } } }) =>
        ids.indexOf(edge.node.account.id),
      )
      const { hasPreviousPage, hasNextPage, startCursor, endCursor } = accounts.pageInfo
      expect(accounts.totalCount).toBe(5)
      expect(accounts.edges[0]?.cursor ?? null).toBe(startCursor)
      return { found, more: [hasPreviousPage, hasNextPage], startCursor, endCursor }
    }
    const one = await page({ first: 2 })
    expect(one).toMatchObject({ found: [0, 1], more: [false, true] })
    const two = await page({ first: 2, after: one.endCursor })
    expect(two).toMatchObject({ found: [2, 3], more: [true, true] })
    const three = await page({ first: 2, after: two.endCursor })
    expect(three).toMatchObject({ found: [4], more: [true, false] })
    const back = await page({ last: 3, before: three.startCursor })
    expect(back).toMatchObject({ found: [1, 2, 3], more: [true, true] })
    expect(await page({ last: 3, before: back.startCursor })).toMatchObject({
      found: [0],
      more: [false, true],
    })
    expect(await page({ first: 0 })).toMatchObject({ found: [], more: [false, true] })
  })

  it('refuses a cursor of another list, and a page that means nothing', async () => {
    const account = await makeAccount(app.db)
    const { key } = await makeApiKey(app.db, { accountId: account.id })
    for (const args of ['after: "x"', 'first: 101', 'first: -1', 'first: 1, last: 1']) {
      const { errors } = await app.graphql(key, `{ viewer { accounts(${args}) { totalCount } } }`)
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
    }
  })

  it('is each of the seven of the authorization table, and reaches what it should', async () => {
    const { accounts, tokens } = await makeViewers(app.db, now)
    const reach: Record<string, string[]> = {}
    for (const name of viewerNames) {
      const query = '{ viewer { accounts { nodes { account { name } } } } }'
      const { data } = await app.graphql(tokens[name], query)
      const nodes = data.viewer.accounts.nodes as { account: { name: string } }[]
      reach[name] = nodes.map(({ account }) => account.name).toSorted()
    }
    const { first, second, foreign } = accounts
    expect(reach).toEqual({
      anonymous: [],
      readOnly: [first.name],
      frontDesk: [first.name],
      staff: [first.name],
      admin: [first.name],
      multiAccountAdmin: [first.name, second.name],
      outsider: [foreign.name],
    })
  })
})

describe('serverInfo', () => {
  it('says version, retention and limits to anybody', async () => {
    const query = `{ serverInfo {
      version timeZoneDataVersion eventRetentionDays
      scopes { name sentence }
      limits {
        defaultPageSize maxPageSize maxDepth maxFields maxCost
        maxAvailabilityDays defaultHoldSeconds maxHoldSeconds
      }
    } }`
    const { data } = await app.graphql(null, query)
    expect(data.serverInfo).toMatchObject({
      version: packageJson.version,
      timeZoneDataVersion: process.versions.tz,
      eventRetentionDays: 30,
      limits: {
        defaultPageSize: 25,
        maxPageSize: 100,
        maxDepth: 15,
        maxFields: 1_500,
        maxCost: 60_000,
        maxAvailabilityDays: 62,
        defaultHoldSeconds: 300,
        maxHoldSeconds: 900,
      },
    })
    expect(data.serverInfo.scopes.map(({ name }: { name: string }) => name)).toEqual(allScopes)
  })
})
