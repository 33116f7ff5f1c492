// OAuth clients: whose they are, what they may have, who sees them, and that they end at once.
import { describe, expect, it } from 'vitest'
import { encodeId, nowhere } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, issued, rowCounts } from '../support/ask.ts'
import { giveRole, makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'

const app = await testApp()
const { db, clock } = app

const idOf = (id: string) => encodeId('Account', { accountId: id, id })

/** A person who owns as many businesses, asking through a client for all of them. */
async function owner(count = 2) {
  const rows: string[] = []
  for (let n = 0; n < count; n += 1) rows.push((await makeAccount(db)).id)
  rows.sort()
  const { token, userId } = await makeApiClient(db, { accountIds: rows, now: clock.now() })
  return { rows, accountIds: rows.map(idOf), token, userId }
}

const wish = (accountIds: string[], more: object = {}) => ({
  name: 'Reports',
  description: 'Every night',
  scopes: ['accounts:read', 'bookings:read'],
  accountIds,
  ...more,
})

/** A client of the person, with its credentials for the token endpoint. */
async function made(token: string, input: object) {
  const { id, secret } = await issued(app, token, 'createApiClient', input)
  const { data } = await app.graphql(
    token,
    `{ node(id: "${id}") { ... on ApiClient { clientId } } }`,
  )
  return { id, secret, clientId: data.node.clientId as string }
}

async function tokenOf(client: { clientId: string; secret: string }): Promise<string | null> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: client.secret,
  }).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const response = await app.post('/oauth/token', { headers: type, body })
  const answer = (await response.json()) as { access_token?: string }
  return answer.access_token ?? null
}

/** The accounts that a token reaches; null when it is refused. */
async function reachOf(token: string | null): Promise<string[] | null> {
  const document = '{ viewer { accounts { nodes { account { id } } } } }'
  const { data } = await app.graphql(token, document)
  const nodes = data?.viewer.accounts.nodes as { account: { id: string } }[] | undefined
  return nodes?.map(({ account }) => account.id) ?? null
}

const auditOf = async (accountId: string) => {
  const rows = await db.prisma.auditEntry.findMany({
    where: { accountId, action: { startsWith: 'client.', not: 'client.authenticated' } },
    orderBy: { id: 'asc' },
  })
  return rows.map(({ action, outcome }) => `${action} ${outcome}`)
}

const changesOf = async (accountId: string) => {
  const rows = await db.prisma.auditEntry.findMany({
    where: { accountId, action: 'client.updated' },
    orderBy: { id: 'asc' },
  })
  return rows.map(({ changes }) => changes)
}

describe('createApiClient', () => {
  it('makes a client of the chosen accounts, whose secret is shown this once', async () => {
    const { rows, accountIds, token, userId } = await owner(3)
    const client = await made(token, wish(accountIds.slice(0, 2)))
    expect(client.secret).toMatch(/^sgs_[0-9A-Za-z]{49}$/)
    expect(await reachOf(await tokenOf(client))).toEqual(accountIds.slice(0, 2))
    const fields = `... on ApiClient { clientId name description scopes allAccounts mine createdBy
      accounts { totalCount nodes { id } } createdAt updatedAt }`
    const { data } = await app.graphql(token, `{ node(id: "${client.id}") { ${fields} } }`)
    const maker = await db.prisma.user.findUniqueOrThrow({ where: { id: userId } })
    const now = new Date(clock.now()).toISOString()
    expect(data.node).toEqual({
      clientId: expect.stringMatching(/^sgc_[0-9A-Za-z]{12}$/),
      name: 'Reports',
      description: 'Every night',
      scopes: ['accounts:read', 'bookings:read'],
      allAccounts: false,
      mine: true,
      createdBy: maker.name,
      accounts: { totalCount: 2, nodes: accountIds.slice(0, 2).map((id) => ({ id })) },
      createdAt: now,
      updatedAt: now,
    })
    expect(await Promise.all(rows.map(auditOf))).toEqual([
      ['client.created DONE'],
      ['client.created DONE'],
      [],
    ])
  })

  it('refuses scopes that the maker does not hold itself, and records the attempt', async () => {
    const { rows, accountIds, userId } = await owner()
    const narrow = await makeApiKey(db, { accountId: rows[0]!, userId, scopes: ['clients:write'] })
    const before = await rowCounts(app)
    const answer = await change(app, narrow.key, 'createApiClient', wish([accountIds[0]!]), 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['scopes'] })
    expect(await rowCounts(app)).toEqual({ ...before, AuditEntry: before['AuditEntry']! + 1 })
    expect(await auditOf(rows[0]!)).toEqual(['client.created REFUSED'])
  })

  it('refuses accounts that the maker does not reach, and such where it is no administrator', async () => {
    const [mine, other] = [await owner(), await owner()]
    const both = [mine.accountIds[0]!, other.accountIds[0]!]
    const answer = await change(app, mine.token, 'createApiClient', wish(both), 'id')
    expect(answer).toMatchObject({ code: 'NOT_FOUND', path: ['accountIds'] })
    const staff = await makeApiKey(db, { accountId: mine.rows[0]!, role: 'STAFF' })
    const input = wish([mine.accountIds[0]!])
    const attempt = change(app, staff.key, 'createApiClient', input, 'id')
    await expect(attempt).rejects.toThrow('FORBIDDEN')
  })

  it.each([
    ['no account', { accountIds: [] }, 'accountIds'],
    ['accounts neither chosen nor all', { accountIds: undefined }, 'accountIds'],
    ['accounts both chosen and all', { allAccounts: true }, 'allAccounts'],
    ['no name', { name: '' }, 'name'],
    ['a long description', { description: 'x'.repeat(2001) }, 'description'],
    ['no scope', { scopes: [] }, 'scopes'],
  ])('refuses %s', async (_what, wrong, field) => {
    const { accountIds, token } = await owner(1)
    const before = await rowCounts(app)
    const answer = await change(app, token, 'createApiClient', wish(accountIds, wrong), 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: [field] })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('gives all accounts only to whom they belong all, also later ones', async () => {
    const { rows, accountIds, token, userId } = await owner()
    const all = wish([], { accountIds: undefined, allAccounts: true })
    const client = await made(token, all)
    const bearer = await tokenOf(client)
    expect(await reachOf(bearer)).toEqual(accountIds)
    const later = await makeAccount(db)
    await giveRole(db, later.id, userId, 'ADMIN')
    expect(await reachOf(bearer)).toEqual([...accountIds, idOf(later.id)])
    const key = await makeApiKey(db, { accountId: rows[0]!, userId })
    const chosen = await makeApiClient(db, {
      accountIds: rows,
      chosen: rows,
      userId,
      now: clock.now(),
    })
    for (const narrow of [key.key, chosen.token]) {
      const answer = await change(app, narrow, 'createApiClient', all, 'id')
      expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['allAccounts'] })
    }
  })

  it('said twice is done once, and does not show the secret again', async () => {
    const { accountIds, token, userId } = await owner()
    const input = wish(accountIds, { idempotencyKey: 'once' })
    const first = await issued(app, token, 'createApiClient', input)
    expect(await issued(app, token, 'createApiClient', input)).toEqual({
      id: first.id,
      secret: null,
    })
    expect(await db.prisma.apiClient.count({ where: { createdById: userId } })).toBe(2)
    const other = { ...input, accountIds: accountIds.slice(1) }
    const answer = await change(app, token, 'createApiClient', other, 'id')
    expect(answer).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
  })
})

describe('a client', () => {
  it('is seen by every administrator of its accounts, with those accounts only', async () => {
    const { rows, accountIds, token } = await owner(3)
    const { id } = await made(token, wish(accountIds.slice(0, 2)))
    const seen = `... on ApiClient { name mine accounts { nodes { id } totalCount } }`
    const ask = (key: string) => app.graphql(key, `{ node(id: "${id}") { ${seen} } }`)
    const listed = async (key: string) => {
      const { data } = await app.graphql(key, '{ apiClients { nodes { id } totalCount } }')
      const { nodes, totalCount } = data.apiClients
      expect(nodes).toHaveLength(totalCount)
      return (nodes as { id: string }[]).filter((node) => node.id === id).length
    }
    const admins = await Promise.all(rows.map((accountId) => makeApiKey(db, { accountId })))
    for (const [n, { key }] of admins.slice(0, 2).entries()) {
      expect((await ask(key)).data.node).toEqual({
        name: 'Reports',
        mine: false,
        accounts: { nodes: [{ id: accountIds[n] }], totalCount: 1 },
      })
      expect(await listed(key)).toBe(1)
    }
    expect(await listed(token)).toBe(1)
    expect((await ask(admins[2]!.key)).data.node).toBeNull()
    expect(await listed(admins[2]!.key)).toBe(0)
    const staff = await makeApiKey(db, { accountId: rows[0]!, role: 'STAFF' })
    expect((await ask(staff.key)).data.node).toBeNull()
    const below = (n: number) =>
      `{ account(id: "${accountIds[n]}") { apiClients { nodes { id } } } }`
    const inside = await Promise.all([0, 2].map((n) => app.graphql(token, below(n))))
    const counts = inside.map(({ data }) => {
      const { nodes } = data.account.apiClients
      return (nodes as { id: string }[]).filter((node) => node.id === id).length
    })
    expect(counts).toEqual([1, 0])
  })

  it('is changed and deleted by its maker only, and who else tries is recorded', async () => {
    const { rows, accountIds, token } = await owner()
    const client = await made(token, wish(accountIds))
    const other = await makeApiKey(db, { accountId: rows[0]! })
    const { id } = client
    for (const mutation of ['updateApiClient', 'regenerateApiClientSecret', 'deleteApiClient']) {
      const attempt = change(app, other.key, mutation, { id }, 'id')
      await expect(attempt).rejects.toThrow('Only whoever made an API client')
    }
    expect(await tokenOf(client)).not.toBeNull()
    expect(await Promise.all(rows.map(auditOf))).toEqual([
      [
        'client.created DONE',
        'client.updated REFUSED',
        'client.secret_regenerated REFUSED',
        'client.deleted REFUSED',
      ],
      ['client.created DONE'],
    ])
  })

  it('out of reach is not found, like one that was made up', async () => {
    const [mine, other] = [await owner(), await owner()]
    const { id } = await made(other.token, wish(other.accountIds))
    const madeUp = encodeId('ApiClient', { accountId: nowhere, id: mine.rows[0]! })
    const placed = encodeId('ApiClient', { accountId: mine.rows[0]!, id: mine.rows[0]! })
    for (const mutation of ['updateApiClient', 'regenerateApiClientSecret', 'deleteApiClient']) {
      const ask = (one: string) => change(app, mine.token, mutation, { id: one }, 'id')
      const [first, ...others] = await Promise.all([id, madeUp, placed].map(ask))
      expect(first).toMatchObject({
        code: 'NOT_FOUND',
        message: 'No ApiClient with this id exists.',
      })
      expect(others).toEqual([first, first])
    }
  })

  it('reaches nothing, and is seen by nobody, where its maker is no administrator any more', async () => {
    const { rows, accountIds, token, userId } = await owner()
    const client = await made(token, wish(accountIds))
    const bearer = await tokenOf(client)
    await giveRole(db, rows[0]!, userId, 'STAFF')
    expect(await reachOf(bearer)).toEqual([accountIds[1]])
    const admin = await makeApiKey(db, { accountId: rows[0]! })
    expect(
      (await app.graphql(admin.key, `{ node(id: "${client.id}") { id } }`)).data.node,
    ).toBeNull()
    await giveRole(db, rows[0]!, userId, 'ADMIN')
    expect(await reachOf(bearer)).toEqual(accountIds)
  })
})

describe('updateApiClient', () => {
  it('changes what is given; its tokens have it with their next request', async () => {
    const { rows, accountIds, token } = await owner(3)
    const client = await made(token, wish(accountIds.slice(0, 2)))
    const bearer = await tokenOf(client)
    const input = { id: client.id, name: 'Nightly', description: null, scopes: ['accounts:read'] }
    const selection = 'name description scopes accounts { nodes { id } }'
    const renamed = await done(app, token, 'updateApiClient', input, selection)
    expect(renamed).toEqual({
      name: 'Nightly',
      description: null,
      scopes: ['accounts:read'],
      accounts: { nodes: accountIds.slice(0, 2).map((id) => ({ id })) },
    })
    expect((await app.graphql(bearer, '{ viewer { scopes } }')).data.viewer.scopes).toEqual([
      'accounts:read',
    ])
    const moved = { id: client.id, accountIds: accountIds.slice(1) }
    await done(app, token, 'updateApiClient', moved)
    expect(await reachOf(bearer)).toEqual(accountIds.slice(1))
    await done(app, token, 'updateApiClient', moved)
    // Each account is told of itself alone.
    const away = { field: 'reachesAccount', from: true, to: false }
    expect((await changesOf(rows[0]!)).at(-1)).toEqual([away])
    expect(await changesOf(rows[1]!)).toMatchObject([[{ field: 'name' }, {}, {}], []])
    expect(await changesOf(rows[2]!)).toEqual([[{ ...away, from: false, to: true }]])
  })

  it('leaves the accounts alone that the asker does not reach', async () => {
    const { rows, accountIds, token, userId } = await owner(3)
    const client = await made(token, wish(accountIds.slice(0, 2)))
    const key = await makeApiKey(db, { accountId: rows[1]!, userId })
    const input = { id: client.id, accountIds: [accountIds[1]] }
    await done(app, key.key, 'updateApiClient', input)
    expect(await reachOf(await tokenOf(client))).toEqual(accountIds.slice(0, 2))
  })

  it('adds nothing that the asker does not hold, in each account', async () => {
    const { rows, accountIds, token, userId } = await owner()
    const client = await made(token, wish([accountIds[0]!], { scopes: ['accounts:read'] }))
    const scopes = ['clients:read', 'clients:write', 'bookings:read'] as const
    const narrow = await makeApiClient(db, { accountIds: rows, userId, scopes, now: clock.now() })
    const refusals = [{ scopes: ['accounts:read', 'customers:read'] }, { accountIds }].map((more) =>
      change(app, narrow.token, 'updateApiClient', { id: client.id, ...more }, 'id'),
    )
    for (const refusal of await Promise.all(refusals)) {
      expect(refusal).toMatchObject({ code: 'VALIDATION_FAILED', path: ['scopes'] })
    }
    const fine = { id: client.id, scopes: ['bookings:read'], accountIds }
    const selection = 'scopes'
    expect(await done(app, narrow.token, 'updateApiClient', fine, selection)).toEqual({
      scopes: ['bookings:read'],
    })
  })

  it('turns to all accounts and back only for who may give that', async () => {
    const { rows, accountIds, token, userId } = await owner()
    const client = await made(token, wish(accountIds))
    const input = { id: client.id, allAccounts: true }
    const chosen = await makeApiClient(db, {
      accountIds: rows,
      chosen: rows,
      userId,
      now: clock.now(),
    })
    const answer = await change(app, chosen.token, 'updateApiClient', input, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['allAccounts'] })
    const selection = 'allAccounts'
    expect(await done(app, token, 'updateApiClient', input, selection)).toEqual({
      allAccounts: true,
    })
    const back = { id: client.id, accountIds: [accountIds[1]] }
    expect(await done(app, chosen.token, 'updateApiClient', back, selection)).toEqual({
      allAccounts: false,
    })
    expect(await reachOf(await tokenOf(client))).toEqual([accountIds[1]])
  })
})

describe('regenerateApiClientSecret', () => {
  it('kills the old secret and every token at once', async () => {
    const { rows, accountIds, token } = await owner()
    const client = await made(token, wish(accountIds))
    const bearer = await tokenOf(client)
    const { secret } = await issued(app, token, 'regenerateApiClientSecret', { id: client.id })
    expect(await reachOf(bearer)).toBeNull()
    expect(await tokenOf(client)).toBeNull()
    expect(await reachOf(await tokenOf({ ...client, secret }))).toEqual(accountIds)
    expect(await auditOf(rows[1]!)).toEqual([
      'client.created DONE',
      'client.secret_regenerated DONE',
    ])
  })

  it('leaves no token of the old secret, whatever is issued meanwhile', async () => {
    const { accountIds, token } = await owner()
    const client = await made(token, wish(accountIds))
    const asked = Array.from({ length: 12 }, () => tokenOf(client))
    const regenerated = issued(app, token, 'regenerateApiClientSecret', { id: client.id })
    const tokens = await Promise.all([...asked, ...asked.map(() => tokenOf(client))])
    await regenerated
    const alive = await Promise.all(tokens.filter((each) => each !== null).map(reachOf))
    expect(alive.filter((reach) => reach !== null)).toEqual([])
  })

  it('is refused to a credential of the maker that reaches or holds less than the client', async () => {
    const { rows, accountIds, token, userId } = await owner()
    const client = await made(token, wish(accountIds))
    const all = await made(token, wish([], { accountIds: undefined, allAccounts: true }))
    const key = await makeApiKey(db, { accountId: rows[0]!, userId })
    const scopes = ['clients:write', 'bookings:read'] as const
    const now = clock.now()
    const narrow = await makeApiClient(db, { accountIds: rows, userId, scopes, now })
    const chosen = await makeApiClient(db, { accountIds: rows, chosen: rows, userId, now })
    for (const [bearer, { id }] of [
      [key.key, client],
      [narrow.token, client],
      [chosen.token, all],
    ] as const) {
      const answer = await change(app, bearer, 'regenerateApiClientSecret', { id }, 'id')
      expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['id'] })
    }
    expect(await tokenOf(client)).not.toBeNull()
  })
})

describe('deleteApiClient', () => {
  it('ends its tokens and its secret, and it is there no longer', async () => {
    const { rows, accountIds, token } = await owner()
    const client = await made(token, wish(accountIds))
    const bearer = await tokenOf(client)
    expect(await done(app, token, 'deleteApiClient', { id: client.id }, 'name')).toEqual({
      name: 'Reports',
    })
    expect(await reachOf(bearer)).toBeNull()
    expect(await tokenOf(client)).toBeNull()
    expect((await app.graphql(token, `{ node(id: "${client.id}") { id } }`)).data.node).toBeNull()
    const again = await change(app, token, 'deleteApiClient', { id: client.id }, 'id')
    expect(again).toMatchObject({ code: 'NOT_FOUND' })
    expect(await auditOf(rows[0]!)).toEqual(['client.created DONE', 'client.deleted DONE'])
  })
})
