// A credential gives nobody what it does not hold itself: not a role by an invitation, and an
// application nothing that would go on without it.
import { describe, expect, it } from 'vitest'
import { issuePasswordLink } from '../../src/access/sign-in.actions.ts'
import { installationCredential } from '../../src/auth/credential.ts'
import { allScopes, effectiveScopes, type Role, type Scope } from '../../src/auth/scope.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp, type GraphQLAnswer } from '../support/app.ts'
import { change, documentOf, issued } from '../support/ask.ts'
import { giveRole, makeAccount, makeApiKey, makeUser } from '../support/makers.ts'
import { askAs, makePerson, open, signIn, submit } from '../support/people.ts'

const app = await testApp()
const { prisma } = app.db
const idOf = (id: string) => encodeId('Account', { accountId: id, id })

const told = {
  url: 'https://told.example.com/',
  types: ['booking.created'],
  scopes: ['bookings:read'],
}

/** Somebody new in this role. */
async function member(accountId: string, role: Role) {
  const { id: userId } = await makeUser(app.db)
  await giveRole(app.db, accountId, userId, role)
  return prisma.membership.findUniqueOrThrow({
    where: { accountId_userId: { accountId, userId } },
  })
}

describe('a role', () => {
  async function keyWith(scopes: readonly Scope[]) {
    const { id } = await makeAccount(app.db)
    const { key } = await makeApiKey(app.db, { accountId: id, role: 'OWNER', scopes })
    const guest = await makeUser(app.db)
    await giveRole(app.db, id, guest.id, 'VIEWER')
    const where = { accountId_userId: { accountId: id, userId: guest.id } }
    const member = await prisma.membership.findUniqueOrThrow({ where })
    const invites = (role: Role) => {
      const wish = { accountId: idOf(id), email: 'new@example.com', name: 'New', role }
      return change(app, key, 'inviteUser', wish, 'role')
    }
    const makes = (role: Role) =>
      change(app, key, 'changeRole', { membershipId: encodeId('Membership', member), role }, 'role')
    const role = async () => (await prisma.membership.findUniqueOrThrow({ where })).role
    return { id, invites, makes, role }
  }

  it('is given by a credential that holds all of it, by no other', async () => {
    const narrow = await keyWith(['accounts:write', 'accounts:read'])
    for (const role of ['OWNER', 'ADMIN', 'STAFF', 'VIEWER'] as const) {
      const refused = { code: 'VALIDATION_FAILED' }
      expect(await narrow.invites(role)).toMatchObject(refused)
      if (role !== 'VIEWER') expect(await narrow.makes(role)).toMatchObject(refused)
    }
    expect(await prisma.invitation.count({ where: { accountId: narrow.id } })).toBe(0)
    expect(await narrow.role()).toBe('VIEWER')
    const entries = await prisma.auditEntry.findMany({ where: { accountId: narrow.id } })
    expect(entries.map(({ outcome }) => outcome)).toEqual(Array(7).fill('REFUSED'))
  })

  it('says what is missing', async () => {
    const staff = effectiveScopes(allScopes, 'STAFF')
    const { invites, makes } = await keyWith(['accounts:write', ...staff])
    expect((await invites('STAFF')).data).toEqual({ role: 'STAFF' })
    expect((await makes('STAFF')).data).toEqual({ role: 'STAFF' })
    expect((await invites('ADMIN')).message).toMatch(
      /does not hold "services:write", .*, so it cannot make somebody ADMIN\.$/,
    )
  })
})

describe('an application', async () => {
  const { id } = await makeAccount(app.db)
  const owner = await makePerson(app, { [id]: 'OWNER' })
  const browser = await signIn(app, owner.email)
  const as = async (mutation: string, input: object) => {
    const document = documentOf(mutation, 'id', 'secret')
    const { data } = await askAs(app, browser, document, { input })
    return data.result as { secret: string; data: { id: string } }
  }
  const register = async (name: string) => {
    const made = await as('registerApplication', { name, redirectUrl: 'https://app.example.com/' })
    const where = { name }
    return { ...made, row: await prisma.application.findFirstOrThrow({ where }) }
  }
  const [mine, another] = [await register('Mine'), await register('Another')]
  const applicationId = mine.row.publicId
  const scopes = allScopes
  const installed = await as('authorizeApplication', { accountId: idOf(id), applicationId, scopes })
  const authorization = installationCredential(mine.secret, installed.secret)

  async function tries(mutation: string, input: object): Promise<GraphQLAnswer> {
    const headers = { 'content-type': 'application/json', authorization }
    const query = documentOf(mutation, '__typename')
    const body = JSON.stringify({ query, variables: { input } })
    return (await (await app.post('/graphql', { headers, body })).json()) as GraphQLAnswer
  }

  it('makes nothing that would outlive it', async () => {
    const key = await makeApiKey(app.db, { accountId: id, userId: owner.id })
    const wish = { name: 'Mine', scopes: ['accounts:read'] }
    const client = await issued(app, key.key, 'createApiClient', {
      ...wish,
      accountIds: [idOf(id)],
    })
    const endpoint = await issued(app, key.key, 'createWebhookEndpoint', {
      accountId: idOf(id),
      ...told,
    })
    const guest = await member(id, 'VIEWER')
    const before = await prisma.auditEntry.count({ where: { outcome: 'DONE' } })
    const attempts: [string, object][] = [
      ['createApiKey', { ...wish, accountId: idOf(id) }],
      ['rotateApiKey', { id: encodeId('ApiKey', { accountId: id, id: key.id }) }],
      ['createApiClient', { ...wish, accountIds: [idOf(id)] }],
      ['regenerateApiClientSecret', { id: client.id }],
      ['registerApplication', { name: 'Third', redirectUrl: 'https://evil.example.com/' }],
      [
        'authorizeApplication',
        { accountId: idOf(id), applicationId: another.row.publicId, scopes: ['accounts:read'] },
      ],
      ['rotateApplicationSecret', { id: another.data.id }],
      ['updateApplication', { id: another.data.id, redirectUrl: 'https://evil.example.com/' }],
      ['inviteUser', { accountId: idOf(id), email: 'me@example.com', name: 'Me', role: 'VIEWER' }],
      ['changeRole', { membershipId: encodeId('Membership', guest), role: 'OWNER' }],
    ]
    for (const [mutation, input] of attempts) {
      const { data, errors } = await tries(mutation, input)
      expect([mutation, data, errors?.[0]?.extensions.code]).toEqual([
        mutation,
        { result: null },
        'FORBIDDEN',
      ])
    }
    // Its own endpoints end with it; those of others are not there for it.
    const elsewhere = { id: endpoint.id, url: 'https://evil.example.com/' }
    expect((await tries('updateWebhookEndpoint', elsewhere)).data).toMatchObject({
      result: { code: 'NOT_FOUND' },
    })
    expect(await prisma.auditEntry.count({ where: { outcome: 'DONE' } })).toBe(before)
    const where = { id: another.row.id }
    expect(await prisma.application.findUnique({ where })).toEqual(another.row)
  })
})

describe('a key that expires', () => {
  it('makes and prolongs nothing that goes on after it, itself least of all', async () => {
    const { id } = await makeAccount(app.db)
    const accountId = idOf(id)
    const { key } = await makeApiKey(app.db, { accountId: id, role: 'OWNER' })
    const end = new Date(app.clock.now() + 3_600_000).toISOString()
    const wish = { accountId, name: 'Short', scopes: allScopes, expiresAt: end }
    const short = await issued(app, key, 'createApiKey', wish)
    const later = new Date(app.clock.now() + 3_600_001).toISOString()
    const reach = { scopes: ['accounts:read'], accountIds: [accountId] }
    const client = await issued(app, key, 'createApiClient', { name: 'Client', ...reach })
    const long = await issued(app, key, 'createApiKey', { ...wish, name: 'Long', expiresAt: null })
    const endpoint = await issued(app, key, 'createWebhookEndpoint', { accountId, ...told })
    const to = { redirectUrl: 'https://app.example.com/' }
    const app_ = await issued(app, key, 'registerApplication', { name: 'App', ...to })
    const { publicId } = await prisma.application.findFirstOrThrow({ where: { name: 'App' } })
    const guest = await member(id, 'VIEWER')
    const elsewhere = { id: endpoint.id, url: 'https://evil.example.com/' }
    const lasting: [string, object][] = [
      ['createApiKey', { ...wish, expiresAt: null }],
      ['createApiKey', { ...wish, expiresAt: later }],
      ['updateApiKey', { id: short.id, expiresAt: null }],
      ['updateApiKey', { id: short.id, expiresAt: later }],
      ['createApiClient', { name: 'Long', ...reach }],
      ['regenerateApiClientSecret', { id: client.id }],
      ['rotateApiKey', { id: long.id }],
      ['inviteUser', { accountId, email: 'me@example.com', name: 'Me', role: 'OWNER' }],
      ['changeRole', { membershipId: encodeId('Membership', guest), role: 'OWNER' }],
      ['createWebhookEndpoint', { accountId, ...told }],
      ['updateWebhookEndpoint', elsewhere],
      ['registerApplication', { name: 'Another', ...to }],
      ['updateApplication', { id: app_.id, redirectUrl: 'https://evil.example.com/' }],
      ['rotateApplicationSecret', { id: app_.id }],
      ['authorizeApplication', { accountId, applicationId: publicId, scopes: ['audit:read'] }],
    ]
    const entries = { accountId: id, outcome: 'REFUSED' as const }
    for (const [count, [mutation, input]] of lasting.entries()) {
      const { data, errors } = await app.graphql(short.secret, documentOf(mutation, '__typename'), {
        input,
      })
      const answer = [mutation, data, errors?.[0]?.extensions.code]
      expect(answer).toEqual([mutation, { result: null }, 'FORBIDDEN'])
      const recorded = await prisma.auditEntry.count({ where: entries })
      expect([mutation, recorded]).toEqual([mutation, count + 1])
    }
    expect(await prisma.apiKey.count({ where: { accountId: id } })).toBe(3)
    // What goes on no longer than the key, and what takes rights away, it may do.
    await change(app, short.secret, 'rotateApiKey', { id: short.id }, 'id')
    const ends = { membershipId: encodeId('Membership', guest) }
    expect((await change(app, short.secret, 'removeUser', ends, '__typename')).code).toBeUndefined()
    await issued(app, short.secret, 'createApiKey', wish)
    await change(app, key, 'updateApiKey', { id: short.id, expiresAt: null }, 'id')
    expect(
      (await issued(app, short.secret, 'createApiKey', { ...wish, expiresAt: null })).secret,
    ).toMatch(/^sgk_/)
  })

  it('is prolonged by whoever holds what it may do', async () => {
    const { id } = await makeAccount(app.db)
    const { key, userId } = await makeApiKey(app.db, { accountId: id, role: 'OWNER' })
    const end = new Date(app.clock.now() + 3_600_000).toISOString()
    const wish = { accountId: idOf(id), name: 'Short', scopes: ['audit:read'], expiresAt: end }
    const short = await issued(app, key, 'createApiKey', wish)
    const scopes: Scope[] = ['clients:write', 'clients:read']
    const narrow = await makeApiKey(app.db, { accountId: id, userId, scopes })
    const prolong = { id: short.id, expiresAt: null }
    const refused = await change(app, narrow.key, 'updateApiKey', prolong, 'id')
    expect(refused).toMatchObject({ code: 'VALIDATION_FAILED', path: ['expiresAt'] })
    const sooner = { id: short.id, expiresAt: new Date(app.clock.now() + 1000).toISOString() }
    expect((await change(app, narrow.key, 'updateApiKey', sooner, 'id')).code).toBeUndefined()
  })
})

it('made by whoever took an address first does not follow its person into later accounts', async () => {
  const [trap, shop] = [await makeAccount(app.db), await makeAccount(app.db)]
  // Somebody who opens an invitation that was not for them is this person until there is a link.
  const person = await makePerson(app, { [trap.id]: 'ADMIN' })
  const thief = await signIn(app, person.email)
  const wish = { name: 'Follows', scopes: ['accounts:read'], allAccounts: true }
  const create = `mutation ($input: CreateApiClientInput!) { createApiClient(input: $input) {
    ... on CreateApiClientSuccess { secret data { clientId } } } }`
  const made = await askAs(app, thief, create, { input: wish })
  const { secret, data } = made.data.createApiClient
  const now = app.clock.now()
  const link = await issuePasswordLink(app.db, { email: person.email, name: 'Ada' }, now)
  const path = `/password/${link.secret}`
  const page = await open(app, path)
  const fields = { ...page.fields, password: 'a password of my own' }
  const sent = await submit(app, path, fields, { cookie: page.cookie })
  expect(sent.location).toBe('/console')
  await giveRole(app.db, shop.id, person.id, 'ADMIN')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: data.clientId,
    client_secret: secret,
  }).toString()
  const token = (await (await app.post('/oauth/token', { headers, body })).json()) as {
    access_token: string
  }
  const seen = await app.graphql(token.access_token, '{ accounts { nodes { id } } }')
  expect(seen.data.accounts.nodes).toEqual([{ id: idOf(trap.id) }])
  const entry = await prisma.auditEntry.findFirstOrThrow({
    where: { accountId: trap.id, action: 'client.updated' },
  })
  expect(entry.changes).toEqual([{ field: 'allAccounts', from: true, to: false }])
})

it('changes an application for its owner also without being allowed to see it', async () => {
  const { id } = await makeAccount(app.db)
  const both = { accountId: id, role: 'OWNER' as const }
  const first = await makeApiKey(app.db, both)
  const wish = { name: 'Blind', redirectUrl: 'https://app.example.com/' }
  const made = await issued(app, first.key, 'registerApplication', wish)
  const { key } = await makeApiKey(app.db, {
    ...both,
    userId: first.userId,
    scopes: ['apps:write'],
  })
  const document = documentOf('updateApplication', '__typename')
  const input = { id: made.id, name: 'Seen' }
  const { data, errors } = await app.graphql(key, document, { input })
  expect([errors, data.result.__typename]).toEqual([undefined, 'UpdateApplicationSuccess'])
  expect(await prisma.application.count({ where: { name: 'Seen' } })).toBe(1)
})
