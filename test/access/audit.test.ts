// The audit log: what an entry says, how it is narrowed, who sees it, and what was refused.
import { describe, expect, it } from 'vitest'
import { installationCredential } from '../../src/auth/credential.ts'
import { encodeId, nowhere } from '../../src/graphql/ids.ts'
import { refusalsWritten } from '../../src/events/refused.ts'
import { testApp } from '../support/app.ts'
import { change, done, issued } from '../support/ask.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'
import { makePerson, password, signIn } from '../support/people.ts'

const app = await testApp()
const { db, clock } = app
const HOUR = 3_600_000

async function business() {
  const account = await makeAccount(db)
  const made = await makeApiKey(db, { accountId: account.id })
  const accountId = encodeId('Account', { accountId: account.id, id: account.id })
  return { row: account.id, accountId, key: made.key, keyId: made.id, userId: made.userId }
}

const till = (accountId: string) => ({ accountId, name: 'Till', scopes: ['bookings:read'] })

async function told(accountId: string) {
  await refusalsWritten(db.pool)
  const rows = await db.prisma.auditEntry.findMany({ where: { accountId }, orderBy: { id: 'asc' } })
  return rows.map(({ action, outcome, actorKind, subjectType }) =>
    [action, outcome, actorKind, subjectType].join(' '),
  )
}

const viewer = '{ viewer { kind } }'

describe('an entry', () => {
  it('says who, which person, what, to what, when, from where, from what to what', async () => {
    const { accountId, key, keyId, row, userId } = await business()
    const { id } = await issued(app, key, 'createApiKey', till(accountId))
    const { data, errors } = await app.graphql(
      key,
      `query ($accounts: [ID!]) { auditLog(accounts: $accounts) { totalCount nodes {
        __typename occurredAt account { id } action outcome subjectType subjectId
        subject { id __typename } address requestId changes { field from to }
        actor { kind id name user { id name } } } } }`,
      { accounts: [accountId] },
    )
    expect(errors).toBeUndefined()
    const user = await db.prisma.user.findUniqueOrThrow({ where: { id: userId } })
    expect(data.auditLog).toEqual({
      totalCount: 1,
      nodes: [
        {
          __typename: 'AuditEntry',
          occurredAt: new Date(clock.now()).toISOString(),
          account: { id: accountId },
          action: 'key.created',
          outcome: 'DONE',
          subjectType: 'ApiKey',
          subjectId: id,
          subject: { id, __typename: 'ApiKey' },
          address: '127.0.0.1',
          requestId: expect.any(String),
          changes: [
            { field: 'name', from: null, to: 'Till' },
            { field: 'scopes', from: null, to: ['bookings:read'] },
          ],
          actor: {
            kind: 'API_KEY',
            id: encodeId('ApiKey', { accountId: row, id: keyId }),
            name: 'A key',
            user: {
              id: encodeId('User', { accountId: nowhere, id: userId }),
              name: user.name,
            },
          },
        },
      ],
    })
  })

  it('says of a person and of what was written freely only that it changed', async () => {
    const { accountId, key, row } = await business()
    const ada = { name: 'Ada Lovelace', email: 'ada@example.com', notes: 'Likes tea' }
    await done(app, key, 'createCustomer', { accountId, ...ada })
    const staff = await done(app, key, 'createStaffMember', { accountId, name: 'Bo' })
    const [startsAt, endsAt] = ['2026-05-01T10:00:00Z', '2026-05-01T11:00:00Z']
    const block = { staffIds: [staff.id], startsAt, endsAt, reason: 'Surgery' }
    await done(app, key, 'createBlock', block)
    const rows = await db.prisma.auditEntry.findMany({ where: { accountId: row } })
    expect(rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['customer.created', 'block.created']),
    )
    const text = JSON.stringify(rows)
    for (const word of ['Ada', 'Lovelace', 'ada@example.com', 'tea', 'Surgery']) {
      expect(text).not.toContain(word)
    }
    expect(text).toContain('[redacted]')
  })
})

describe('the lists', () => {
  it('are narrowed by everything an entry says', async () => {
    const { accountId, key, keyId, row, userId } = await business()
    const first = await issued(app, key, 'createApiKey', till(accountId))
    clock.advance(HOUR)
    const middle = new Date(clock.now()).toISOString()
    await issued(app, key, 'rotateApiKey', { id: first.id })
    await done(app, key, 'createCustomer', { accountId, name: 'Ada' })
    const actor = encodeId('ApiKey', { accountId: row, id: keyId })
    const user = encodeId('User', { accountId: nowhere, id: userId })
    const all = ['customer.created', 'key.rotated', 'key.created']
    const cases: [object, string[]][] = [
      [{}, all],
      [{ actions: ['key.rotated', 'nothing.done'] }, ['key.rotated']],
      [{ subjectTypes: ['Customer'] }, ['customer.created']],
      [{ subjectId: first.id }, ['key.rotated', 'key.created']],
      [{ subjectId: 'nonsense' }, []],
      [{ actorIds: [actor] }, all],
      [{ actorIds: [first.id] }, []],
      [{ userIds: [user] }, all],
      [{ userIds: [] }, []],
      [{ outcome: 'REFUSED' }, []],
      [{ occurredAt: { from: middle } }, ['customer.created', 'key.rotated']],
      [{ occurredAt: { to: middle } }, ['key.created']],
      [{ search: 'ROTA' }, ['key.rotated']],
      [{ search: '%' }, []],
    ]
    for (const [filter, actions] of cases) {
      const { data, errors } = await app.graphql(
        key,
        `query ($id: ID!, $filter: AuditLogFilter) {
          auditLog(filter: $filter) { nodes { action } }
          account(id: $id) { auditLog(filter: $filter) { nodes { action } } } }`,
        { id: accountId, filter },
      )
      expect(errors).toBeUndefined()
      for (const { nodes } of [data.auditLog, data.account.auditLog]) {
        const found = nodes.map(({ action }: { action: string }) => action)
        expect([filter, found.toSorted()]).toEqual([filter, actions.toSorted()])
      }
    }
  })

  it('are for whoever may read them, of the own accounts only', async () => {
    const { accountId, key, row } = await business()
    const stranger = await business()
    await issued(app, key, 'createApiKey', till(accountId))
    const own = await app.graphql(key, '{ auditLog { nodes { id } } }')
    const [{ id }] = own.data.auditLog.nodes
    const look = `{ auditLog { nodes { id } } node(id: "${id}") { id } }`
    const others = await app.graphql(stranger.key, look)
    expect(others.data).toEqual({ auditLog: { nodes: [] }, node: null })
    const narrow = await makeApiKey(db, { accountId: row, scopes: ['clients:read'] })
    const denied = await app.graphql(narrow.key, '{ auditLog { nodes { id } } }')
    expect(denied.errors?.[0]?.extensions).toMatchObject({
      code: 'FORBIDDEN',
      requiredScopes: [['audit:read']],
    })
  })

  it('tell prices to whoever may see prices', async () => {
    const { accountId, key, row } = await business()
    const price = (amount: number) => ({ amount, currency: 'GBP' })
    const wish = { accountId, name: 'Cut', kind: 'APPOINTMENT', durationMinutes: 30 }
    const { id } = await done(app, key, 'createService', { ...wish, price: price(7700) })
    const { id: staffId } = await done(app, key, 'createStaffMember', { accountId, name: 'Bo' })
    const staffTerms = [{ staffId, price: price(9900) }]
    await done(app, key, 'updateService', {
      id,
      price: price(8800),
      staffIds: [staffId],
      staffTerms,
    })
    const look = `{ auditLog(filter: { subjectId: "${id}" }) {
      nodes { action changes { field from to } } } }`
    const narrow = await makeApiKey(db, { accountId: row, scopes: ['audit:read'] })
    const { data, errors } = await app.graphql(narrow.key, look)
    expect(JSON.stringify(data)).not.toMatch(/[789]900|7700|8800/)
    const [updated, created] = data.auditLog.nodes
    expect(created.changes).toContainEqual({ field: 'name', from: null, to: 'Cut' })
    expect(updated.changes).toContainEqual({ field: 'priceMinor', from: null, to: null })
    const at = updated.changes.findIndex(({ field }: { field: string }) => field === 'priceMinor')
    expect(errors).toContainEqual(
      expect.objectContaining({
        path: ['auditLog', 'nodes', 0, 'changes', at, 'from'],
        extensions: { code: 'FORBIDDEN', requiredScopes: [['audit:read', 'payments:read']] },
      }),
    )
    const wide = await app.graphql(key, look)
    expect(wide.errors).toBeUndefined()
    expect(JSON.stringify(wide.data)).toMatch(/7700.*8800|8800.*7700/)
  })
})

describe('what was refused', () => {
  it('is told of mutations on access that were denied', async () => {
    const { accountId, row } = await business()
    const { key } = await makeApiKey(db, { accountId: row, role: 'STAFF' })
    const attempt = change(app, key, 'createApiKey', till(accountId), 'id')
    await expect(attempt).rejects.toThrow('FORBIDDEN')
    expect(await told(row)).toEqual(['access.denied REFUSED API_KEY Account'])
    const elsewhere = await business()
    const stranger = await change(app, elsewhere.key, 'createApiKey', till(accountId), 'id')
    expect(stranger).toMatchObject({ code: 'NOT_FOUND' })
    expect([(await told(row)).length, await told(elsewhere.row)]).toEqual([1, []])
  })

  it('is told once where an action has told it', async () => {
    const { accountId, key, row } = await business()
    const { id } = await issued(app, key, 'createApiKey', till(accountId))
    const other = await makeApiKey(db, { accountId: row })
    const attempt = change(app, other.key, 'rotateApiKey', { id, overlapSeconds: 0 }, 'id')
    await expect(attempt).rejects.toThrow('Only whoever made')
    expect(await told(row)).toEqual([
      'key.created DONE API_KEY ApiKey',
      'key.rotated REFUSED API_KEY ApiKey',
    ])
  })

  it('is not told of bookings: that concerns nobody’s access', async () => {
    const { accountId, row } = await business()
    const { key } = await makeApiKey(db, { accountId: row, scopes: ['bookings:read'] })
    const attempt = change(app, key, 'createCustomer', { accountId, name: 'Ada' }, 'id')
    await expect(attempt).rejects.toThrow('FORBIDDEN')
    expect(await told(row)).toEqual([])
  })

  it('is told of a sign-in with a wrong password, in every account of the person', async () => {
    const [one, two] = [await business(), await business()]
    const { email } = await makePerson(app, { [one.row]: 'ADMIN', [two.row]: 'VIEWER' })
    await expect(signIn(app, email, 'wrong')).rejects.toThrow('401')
    await expect(signIn(app, 'nobody@example.com', 'wrong')).rejects.toThrow('401')
    await signIn(app, email, password)
    for (const { row } of [one, two]) {
      expect(await told(row)).toEqual([
        'user.signed_in REFUSED ANONYMOUS User',
        'user.signed_in DONE USER User',
      ])
    }
  })

  it('is told of a wrong client secret, once an hour', async () => {
    const { row } = await business()
    const { clientId } = await makeApiClient(db, { accountIds: [row], now: clock.now() })
    const guess = () =>
      app.post('/oauth/token', {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: 'guess',
        }).toString(),
      })
    expect([(await guess()).status, (await guess()).status]).toEqual([401, 401])
    const entry = 'client.authenticated REFUSED ANONYMOUS ApiClient'
    expect(await told(row)).toEqual([entry])
    clock.advance(HOUR)
    await guess()
    expect(await told(row)).toEqual([entry, entry])
  })

  it('is told of an ended api key of an application that is used, as of that installation', async () => {
    const { accountId, key, row } = await business()
    const wish = { name: 'App', redirectUrl: 'https://app.example.com/' }
    const { secret } = await issued(app, key, 'registerApplication', wish)
    const { publicId: applicationId } = await db.prisma.application.findFirstOrThrow()
    const grant = { accountId, applicationId, scopes: ['bookings:read'] }
    const installation = await issued(app, key, 'authorizeApplication', grant)
    await done(app, key, 'uninstallApplication', { id: installation.id })
    const authorization = installationCredential(secret, installation.secret)
    const headers = { 'content-type': 'application/json', authorization }
    const { status } = await app.post('/graphql', { headers, body: '{"query":"{ __typename }"}' })
    expect(status).toBe(401)
    expect((await told(row)).at(-1)).toBe('credential.used REFUSED INSTALLATION Installation')
    const look = '{ auditLog(filter: { actions: ["credential.used"] }) { nodes { subjectId } } }'
    const { data } = await app.graphql(key, look)
    expect(data.auditLog.nodes).toEqual([{ subjectId: installation.id }])
  })

  it('is told of an ended key that is used, once an hour; its answer is as ever', async () => {
    const { accountId, key, row } = await business()
    const made = await issued(app, key, 'createApiKey', till(accountId))
    await done(app, key, 'revokeApiKey', { id: made.id })
    for (let count = 0; count < 5; count += 1) {
      const { errors } = await app.graphql(made.secret, viewer)
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    }
    const entry = 'credential.used REFUSED API_KEY ApiKey'
    expect((await told(row)).slice(2)).toEqual([entry])
    const [last] = await db.prisma.auditEntry.findMany({
      where: { accountId: row, action: 'credential.used' },
    })
    expect(last).toMatchObject({ address: '127.0.0.1', requestId: expect.any(String) })
    clock.advance(HOUR - 1)
    await app.graphql(made.secret, viewer)
    expect((await told(row)).slice(2)).toEqual([entry])
    clock.advance(1)
    await app.graphql(made.secret, viewer)
    expect((await told(row)).slice(2)).toEqual([entry, entry])
  })
})
