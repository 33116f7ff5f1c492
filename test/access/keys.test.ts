// API keys: what they may have, how they are replaced, and that they end at once.
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, issued, rowCounts } from '../support/ask.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'

const app = await testApp()
const { db, clock } = app
const HOUR = 3_600_000

/** A business, and a key of its owner that may do everything there. */
async function business() {
  const account = await makeAccount(db)
  const { key, userId } = await makeApiKey(db, { accountId: account.id })
  const accountId = encodeId('Account', { accountId: account.id, id: account.id })
  return { row: account.id, accountId, key, userId }
}

const wish = (accountId: string, more: object = {}) => ({
  accountId,
  name: 'Till',
  scopes: ['bookings:read', 'customers:read'],
  ...more,
})

const works = async (secret: string) => {
  const { data } = await app.graphql(secret, '{ viewer { kind } }')
  return data?.viewer.kind === 'API_KEY'
}

const auditOf = async (accountId: string) => {
  const rows = await db.prisma.auditEntry.findMany({
    where: { accountId, action: { startsWith: 'key.' } },
    orderBy: { id: 'asc' },
  })
  return rows.map(({ action, outcome }) => `${action} ${outcome}`)
}

describe('createApiKey', () => {
  it('makes a key that works, whose secret is shown this once', async () => {
    const { accountId, key, row, userId } = await business()
    const until = new Date(clock.now() + HOUR).toISOString()
    const made = await issued(app, key, 'createApiKey', wish(accountId, { expiresAt: until }))
    expect(made.secret).toMatch(/^sgk_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/)
    const asked = await app.graphql(made.secret, '{ viewer { name scopes } }')
    expect(asked.data.viewer).toEqual({
      name: 'Till',
      scopes: ['bookings:read', 'customers:read'],
    })
    const fields = `... on ApiKey { name prefix previousPrefix previousUntil scopes expiresAt
      revokedAt createdAt createdBy account { id } }`
    const { data } = await app.graphql(key, `{ node(id: "${made.id}") { ${fields} } }`)
    const maker = await db.prisma.user.findUniqueOrThrow({ where: { id: userId } })
    expect(data.node).toEqual({
      name: 'Till',
      prefix: made.secret.slice(0, 16),
      previousPrefix: null,
      previousUntil: null,
      scopes: ['bookings:read', 'customers:read'],
      expiresAt: until,
      revokedAt: null,
      createdAt: new Date(clock.now()).toISOString(),
      createdBy: maker.name,
      account: { id: accountId },
    })
    expect(await auditOf(row)).toEqual(['key.created DONE'])
    clock.advance(HOUR)
    expect(await works(made.secret)).toBe(false)
  })

  it('refuses scopes that the maker does not hold itself, and records the attempt', async () => {
    const { accountId, row, userId } = await business()
    const narrow = await makeApiKey(db, {
      accountId: row,
      userId,
      scopes: ['clients:write', 'bookings:read'],
    })
    const before = await rowCounts(app)
    const answer = await change(app, narrow.key, 'createApiKey', wish(accountId), 'id')
    expect(answer).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      path: ['scopes'],
      message:
        'The credential that asks does not hold "customers:read" in the account itself, so it ' +
        'cannot give that to another.',
    })
    expect(await rowCounts(app)).toEqual({ ...before, AuditEntry: before['AuditEntry']! + 1 })
    expect(await auditOf(row)).toEqual(['key.created REFUSED'])
  })

  it.each([
    ['a scope that there is not', { scopes: ['bookings:read', 'everything'] }, 'scopes'],
    ['no scope', { scopes: [] }, 'scopes'],
    ['no name', { name: ' ' }, 'name'],
    ['an end in the past', { expiresAt: '2026-03-01T00:00:00Z' }, 'expiresAt'],
  ])('refuses %s', async (_what, wrong, field) => {
    const { accountId, key } = await business()
    const before = await rowCounts(app)
    const answer = await change(app, key, 'createApiKey', wish(accountId, wrong), 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: [field] })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('is for administrators of the account only', async () => {
    const { accountId, row } = await business()
    const stranger = await business()
    const answer = await change(app, stranger.key, 'createApiKey', wish(accountId), 'id')
    expect(answer).toMatchObject({ code: 'NOT_FOUND', path: ['accountId'] })
    const { key } = await makeApiKey(db, { accountId: row, role: 'STAFF' })
    const attempt = change(app, key, 'createApiKey', wish(accountId), 'id')
    await expect(attempt).rejects.toThrow('FORBIDDEN')
  })

  it('said twice is done once, and does not show the secret again', async () => {
    const { accountId, key, row } = await business()
    const input = wish(accountId, { idempotencyKey: 'once' })
    const first = await issued(app, key, 'createApiKey', input)
    const again = await issued(app, key, 'createApiKey', input)
    expect(again).toEqual({ id: first.id, secret: null })
    expect(await db.prisma.apiKey.count({ where: { accountId: row, name: 'Till' } })).toBe(1)
    const other = await change(app, key, 'createApiKey', { ...input, name: 'Other' }, 'id')
    expect(other).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    expect(await works(first.secret)).toBe(true)
  })
})

describe('rotateApiKey', () => {
  it('keeps the secret before for the overlap, and the key what it is', async () => {
    const { accountId, key } = await business()
    const made = await issued(
      app,
      key,
      'createApiKey',
      wish(accountId, { scopes: ['customers:read', 'customers:write'] }),
    )
    const customer = { accountId, name: 'Ada', idempotencyKey: 'ada' }
    const { id } = await done(app, made.secret, 'createCustomer', customer)
    const rotated = await issued(app, key, 'rotateApiKey', { id: made.id, overlapSeconds: 60 })
    expect(rotated.id).toBe(made.id)
    expect([await works(made.secret), await works(rotated.secret)]).toEqual([true, true])
    // The caller is the same one, so what it said before is said.
    expect(await done(app, rotated.secret, 'createCustomer', customer)).toEqual({ id })
    const shown = '... on ApiKey { prefix previousPrefix previousUntil }'
    const ask = async () =>
      (await app.graphql(key, `{ node(id: "${made.id}") { ${shown} } }`)).data.node
    expect(await ask()).toEqual({
      prefix: rotated.secret.slice(0, 16),
      previousPrefix: made.secret.slice(0, 16),
      previousUntil: new Date(clock.now() + 60_000).toISOString(),
    })
    clock.advance(60_000)
    expect([await works(made.secret), await works(rotated.secret)]).toEqual([false, true])
    expect(await ask()).toMatchObject({ previousPrefix: null, previousUntil: null })
  })

  it('overlaps for a day unless said otherwise', async () => {
    const { accountId, key } = await business()
    const made = await issued(app, key, 'createApiKey', wish(accountId))
    await issued(app, key, 'rotateApiKey', { id: made.id })
    clock.advance(24 * HOUR - 1)
    expect(await works(made.secret)).toBe(true)
    clock.advance(1)
    expect(await works(made.secret)).toBe(false)
  })

  it('kills the oldest secret when it is done again, and the old one at once without overlap', async () => {
    const { accountId, key, row } = await business()
    const first = await issued(app, key, 'createApiKey', wish(accountId))
    const second = await issued(app, key, 'rotateApiKey', { id: first.id })
    const third = await issued(app, key, 'rotateApiKey', { id: first.id })
    const all = [first, second, third]
    expect(await Promise.all(all.map(({ secret }) => works(secret)))).toEqual([false, true, true])
    const fourth = await issued(app, key, 'rotateApiKey', { id: first.id, overlapSeconds: 0 })
    expect([await works(third.secret), await works(fourth.secret)]).toEqual([false, true])
    expect(await auditOf(row)).toEqual(['key.created DONE', ...Array(3).fill('key.rotated DONE')])
  })

  it('done many times at once leaves two secrets that work', async () => {
    const { accountId, key } = await business()
    const { id, secret } = await issued(app, key, 'createApiKey', wish(accountId))
    const rotated = await Promise.all(
      Array.from({ length: 5 }, () => issued(app, key, 'rotateApiKey', { id })),
    )
    const alive = await Promise.all([secret, ...rotated.map((each) => each.secret)].map(works))
    expect(alive.filter(Boolean)).toHaveLength(2)
  })

  it.each([-1, 604_801])('refuses an overlap of %d seconds', async (overlapSeconds) => {
    const { accountId, key } = await business()
    const { id, secret } = await issued(app, key, 'createApiKey', wish(accountId))
    const answer = await change(app, key, 'rotateApiKey', { id, overlapSeconds }, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['overlapSeconds'] })
    expect(await works(secret)).toBe(true)
  })

  it('is for its maker only: whoever has the secret acts in that name', async () => {
    const { accountId, key, row } = await business()
    const { id, secret } = await issued(app, key, 'createApiKey', wish(accountId))
    const other = await makeApiKey(db, { accountId: row })
    const attempt = change(app, other.key, 'rotateApiKey', { id, overlapSeconds: 0 }, 'id')
    await expect(attempt).rejects.toThrow('Only whoever made an API key')
    expect(await works(secret)).toBe(true)
    expect(await auditOf(row)).toEqual(['key.created DONE', 'key.rotated REFUSED'])
  })

  it('is refused to a credential of the maker that holds less than the key', async () => {
    const { accountId, key, row, userId } = await business()
    const { id } = await issued(app, key, 'createApiKey', wish(accountId))
    const scopes = ['clients:write', 'bookings:read'] as const
    const narrow = await makeApiKey(db, { accountId: row, userId, scopes })
    const answer = await change(app, narrow.key, 'rotateApiKey', { id }, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['id'] })
    expect(await auditOf(row)).toEqual(['key.created DONE', 'key.rotated REFUSED'])
  })
})

describe('revokeApiKey', () => {
  it('ends both secrets at once, is told once, and cannot be undone', async () => {
    const { accountId, key, row } = await business()
    const made = await issued(app, key, 'createApiKey', wish(accountId))
    const rotated = await issued(app, key, 'rotateApiKey', { id: made.id })
    const other = await makeApiKey(db, { accountId: row })
    const at = new Date(clock.now()).toISOString()
    const revoked = await done(app, other.key, 'revokeApiKey', { id: made.id }, 'revokedAt')
    expect(revoked).toEqual({ revokedAt: at })
    expect([await works(made.secret), await works(rotated.secret)]).toEqual([false, false])
    clock.advance(1)
    await done(app, key, 'revokeApiKey', { id: made.id })
    const events = await db.prisma.event.findMany({ where: { accountId: row } })
    expect(events).toMatchObject([
      {
        type: 'key.revoked',
        subjectType: 'ApiKey',
        changes: [{ field: 'revokedAt', from: null, to: at }],
      },
    ])
    expect((await auditOf(row)).at(-1)).toBe('key.revoked DONE')
    for (const mutation of ['rotateApiKey', 'updateApiKey']) {
      const answer = await change(app, key, mutation, { id: made.id }, 'id')
      expect(answer).toMatchObject({ code: 'ILLEGAL_TRANSITION', path: ['id'] })
    }
  })

  it('finds no key of another account, whoever asks', async () => {
    const { accountId, key } = await business()
    const { id, secret } = await issued(app, key, 'createApiKey', wish(accountId))
    const stranger = await business()
    const madeUp = encodeId('ApiKey', { accountId: newId(), id: newId() })
    for (const mutation of ['revokeApiKey', 'rotateApiKey', 'updateApiKey']) {
      const answers = await Promise.all(
        [id, madeUp].map((one) => change(app, stranger.key, mutation, { id: one }, 'id')),
      )
      expect(answers[0]).toMatchObject({ code: 'NOT_FOUND', path: ['id'] })
      expect(answers[0]).toEqual(answers[1])
    }
    expect(await works(secret)).toBe(true)
  })
})

describe('updateApiKey', () => {
  it('changes name and expiry, and takes scopes away', async () => {
    const { accountId, key, row } = await business()
    const { id, secret } = await issued(app, key, 'createApiKey', wish(accountId))
    const until = new Date(clock.now() + HOUR).toISOString()
    const input = { id, name: 'Till 2', scopes: ['bookings:read'], expiresAt: until }
    const selection = 'name scopes expiresAt'
    const changed = await done(app, key, 'updateApiKey', input, selection)
    expect(changed).toEqual({ name: 'Till 2', scopes: ['bookings:read'], expiresAt: until })
    expect((await app.graphql(secret, '{ viewer { scopes } }')).data.viewer.scopes).toEqual([
      'bookings:read',
    ])
    await done(app, key, 'updateApiKey', { id, name: 'Till 2' })
    expect(await auditOf(row)).toEqual(['key.created DONE', 'key.updated DONE'])
    const cleared = await done(app, key, 'updateApiKey', { id, expiresAt: null }, selection)
    expect(cleared).toMatchObject({ name: 'Till 2', expiresAt: null })
  })

  it('never gives a scope back', async () => {
    const { accountId, key, row } = await business()
    const { id } = await issued(app, key, 'createApiKey', wish(accountId))
    const input = { id, scopes: ['bookings:read', 'bookings:write'] }
    const answer = await change(app, key, 'updateApiKey', input, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['scopes'] })
    expect(await auditOf(row)).toEqual(['key.created DONE', 'key.updated REFUSED'])
  })

  it('lets the name change of a key that has expired, and renews it', async () => {
    const { accountId, key } = await business()
    const expiresAt = new Date(clock.now() + HOUR).toISOString()
    const { id, secret } = await issued(app, key, 'createApiKey', wish(accountId, { expiresAt }))
    clock.advance(HOUR)
    expect(await done(app, key, 'updateApiKey', { id, name: 'Old till' }, 'name')).toEqual({
      name: 'Old till',
    })
    const later = new Date(clock.now() + HOUR).toISOString()
    await done(app, key, 'updateApiKey', { id, expiresAt: later })
    expect(await works(secret)).toBe(true)
  })
})

describe('the lists of keys', () => {
  it('are of the accounts within reach, the newest first, and narrowed to those that work', async () => {
    const [first, second] = [await business(), await business()]
    const accountIds = [first.row, second.row]
    const { token } = await makeApiClient(db, { accountIds, now: clock.now() })
    const ids: string[] = []
    for (const accountId of [first.accountId, second.accountId, first.accountId]) {
      clock.advance(1)
      ids.unshift((await issued(app, token, 'createApiKey', wish(accountId))).id)
    }
    await done(app, token, 'revokeApiKey', { id: ids[2]! })
    const idsOf = async (document: string) => {
      const { data } = await app.graphql(token, document)
      const { nodes } = data.apiKeys ?? data.account.apiKeys
      // The keys that make up the business are older by the clock of the database.
      return (nodes as { id: string }[]).map(({ id }) => id).filter((id) => ids.includes(id))
    }
    expect(await idsOf('{ apiKeys { nodes { id } } }')).toEqual(ids)
    const active = (value: boolean) => `filter: { active: ${value} }`
    expect(await idsOf(`{ apiKeys(${active(true)}) { nodes { id } } }`)).toEqual(ids.slice(0, 2))
    const below = (args: string) =>
      `{ account(id: "${first.accountId}") { apiKeys(${args}) { nodes { id } } } }`
    expect(await idsOf(below(active(false)))).toEqual([ids[2]])
    expect(await idsOf(below('first: 10'))).toEqual([ids[0], ids[2]])
  })
})
