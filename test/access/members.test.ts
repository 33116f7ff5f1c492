// The people of an account: who may give which role to whom, that somebody always owns it, and that
// whoever was removed is gone with the next request.
import { describe, expect, it } from 'vitest'
import { testApp } from '../support/app.ts'
import { change, documentOf } from '../support/ask.ts'
import { giveRole, makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'
import { askAs, makePerson, signIn, type Browser } from '../support/people.ts'
import type { Role } from '../../src/auth/scope.ts'
import { encodeId } from '../../src/graphql/ids.ts'

const app = await testApp()
const { prisma } = app.db

async function membershipOf(accountId: string, userId: string): Promise<string> {
  const where = { accountId_userId: { accountId, userId } }
  return encodeId('Membership', await prisma.membership.findUniqueOrThrow({ where }))
}

/** An account with a person in each of these roles, signed in. */
async function team<Name extends string>(roles: Record<Name, Role>) {
  const { id: accountId } = await makeAccount(app.db)
  const entries = await Promise.all(
    Object.entries<Role>(roles).map(async ([name, role]) => {
      const person = await makePerson(app, { [accountId]: role }, { name })
      const browser = await signIn(app, person.email)
      return [name, { ...person, browser, membershipId: await membershipOf(accountId, person.id) }]
    }),
  )
  type Member = Awaited<ReturnType<typeof makePerson>> & { browser: Browser; membershipId: string }
  return { accountId, ...(Object.fromEntries(entries) as Record<Name, Member>) }
}

async function does(browser: Browser, mutation: string, input: object, selection = 'id') {
  const { data, errors } = await askAs(app, browser, documentOf(mutation, selection), { input })
  return errors?.[0]?.extensions.code ?? data.result.code ?? data.result.data
}

const roleOf = async (accountId: string, userId: string) => {
  const where = { accountId_userId: { accountId, userId } }
  return (await prisma.membership.findUnique({ where }))?.role ?? null
}
const entries = (accountId: string) =>
  prisma.auditEntry.findMany({ where: { accountId }, orderBy: { id: 'asc' } })

describe('the graph', () => {
  it('lists the people of an account, with addresses for those who may change them', async () => {
    const { accountId, mona, vera } = await team({ mona: 'ADMIN', vera: 'VIEWER' })
    const document = `{ account(id: "${encodeId('Account', { accountId, id: accountId })}") {
      members { totalCount nodes { id name email role isViewer account { id } } } } }`
    const asAdmin = await askAs(app, mona.browser, document)
    expect(asAdmin.errors).toBeUndefined()
    const { nodes, totalCount } = asAdmin.data.account.members
    expect(totalCount).toBe(2)
    expect(nodes.find(({ id }: { id: string }) => id === vera.membershipId)).toMatchObject({
      name: 'vera',
      email: vera.email,
      role: 'VIEWER',
      isViewer: false,
    })
    const asViewer = await askAs(app, vera.browser, document)
    expect(asViewer.data.account.members.nodes.map((node: object) => node)).toEqual(
      nodes.map((node: { id: string }) => ({
        ...node,
        email: null,
        isViewer: node.id === vera.membershipId,
      })),
    )
    expect(asViewer.errors).toHaveLength(2)
  })

  it('tells people who they are, and programs nothing of whoever made them', async () => {
    const { accountId, olga } = await team({ olga: 'OWNER' })
    const who = '{ viewer { kind user { id name email } } }'
    expect((await askAs(app, olga.browser, who)).data.viewer).toEqual({
      kind: 'USER',
      user: { id: expect.any(String), name: 'olga', email: olga.email },
    })
    const { key } = await makeApiKey(app.db, { accountId })
    expect((await app.graphql(key, who)).data.viewer).toEqual({ kind: 'API_KEY', user: null })
  })
})

describe('a role', () => {
  it('is given up to the own one, by admins and owners only', async () => {
    const people = await team({ olga: 'OWNER', mona: 'ADMIN', stan: 'STAFF', vera: 'VIEWER' })
    const { accountId, olga, mona, stan, vera } = people
    const gives = (who: Browser, whom: { membershipId: string }, role: Role) =>
      does(who, 'changeRole', { membershipId: whom.membershipId, role }, 'role')
    expect(await gives(stan.browser, vera, 'STAFF')).toBe('FORBIDDEN')
    expect(await gives(vera.browser, vera, 'OWNER')).toBe('FORBIDDEN')
    expect(await gives(mona.browser, mona, 'OWNER')).toBe('VALIDATION_FAILED')
    expect(await gives(mona.browser, vera, 'OWNER')).toBe('VALIDATION_FAILED')
    expect(await gives(mona.browser, olga, 'STAFF')).toBe('VALIDATION_FAILED')
    expect(await does(mona.browser, 'removeUser', { membershipId: olga.membershipId })).toBe(
      'VALIDATION_FAILED',
    )
    expect(await roleOf(accountId, vera.id)).toBe('VIEWER')
    const refused = (await entries(accountId)).filter(({ userId }) => userId === mona.id)
    expect(
      refused.slice(1).map(({ action, outcome, userId }) => [action, outcome, userId]),
    ).toEqual([
      ...Array.from({ length: 3 }, () => ['membership.role_changed', 'REFUSED', mona.id]),
      ['membership.removed', 'REFUSED', mona.id],
    ])
    expect(await gives(mona.browser, vera, 'ADMIN')).toEqual({ role: 'ADMIN' })
    expect(await gives(olga.browser, vera, 'OWNER')).toEqual({ role: 'OWNER' })
    expect((await entries(accountId)).at(-1)).toMatchObject({
      action: 'membership.role_changed',
      outcome: 'DONE',
      changes: [{ field: 'role', from: 'ADMIN', to: 'OWNER' }],
    })
  })

  it('of somebody in another account is nobody\u2019s to change', async () => {
    const mine = await team({ olga: 'OWNER' })
    const theirs = await team({ otto: 'STAFF' })
    const membershipId = theirs.otto.membershipId
    expect(await does(mine.olga.browser, 'changeRole', { membershipId, role: 'VIEWER' })).toBe(
      'NOT_FOUND',
    )
    expect(await does(mine.olga.browser, 'removeUser', { membershipId })).toBe('NOT_FOUND')
    expect(await roleOf(theirs.accountId, theirs.otto.id)).toBe('STAFF')
    expect((await entries(theirs.accountId)).map(({ userId }) => userId)).toEqual([theirs.otto.id])
  })

  it('takes the invitations with it that it does not reach any more', async () => {
    const { accountId, olga, mona } = await team({ olga: 'OWNER', mona: 'ADMIN' })
    const account = encodeId('Account', { accountId, id: accountId })
    const invite = (role: Role) => ({
      accountId: account,
      email: `${role}@x.example`,
      name: 'N',
      role,
    })
    for (const role of ['ADMIN', 'STAFF'] as const)
      await does(mona.browser, 'inviteUser', invite(role))
    await does(olga.browser, 'changeRole', { membershipId: mona.membershipId, role: 'STAFF' })
    const open = () => prisma.invitation.findMany({ where: { accountId, withdrawnAt: null } })
    expect((await open()).map(({ role }) => role)).toEqual(['STAFF'])
    await does(olga.browser, 'removeUser', { membershipId: mona.membershipId })
    expect(await open()).toEqual([])
  })
})

describe('the last owner', () => {
  it('can neither go nor become less, by any way', async () => {
    const { accountId, olga } = await team({ olga: 'OWNER', mona: 'ADMIN' })
    const { membershipId, browser } = olga
    const account = encodeId('Account', { accountId, id: accountId })
    expect(await does(browser, 'removeUser', { membershipId })).toBe('IN_USE')
    expect(await does(browser, 'changeRole', { membershipId, role: 'ADMIN' })).toBe('IN_USE')
    expect(await does(browser, 'leaveAccount', { accountId: account })).toBe('IN_USE')
    expect(await roleOf(accountId, olga.id)).toBe('OWNER')
  })

  it.each([
    ['remove each other', 'removeUser', 'other', {}],
    ['leave at once', 'removeUser', 'self', {}],
    ['step back at once', 'changeRole', 'self', { role: 'ADMIN' }],
    ['demote each other', 'changeRole', 'other', { role: 'STAFF' }],
  ] as const)('is there after two owners %s', async (_name, mutation, whom, more) => {
    for (let round = 0; round < 4; round += 1) {
      const { accountId, one, two } = await team({ one: 'OWNER', two: 'OWNER' })
      const acts = (who: typeof one, other: typeof one) =>
        does(who.browser, mutation, {
          membershipId: (whom === 'self' ? who : other).membershipId,
          ...more,
        })
      const answers = await Promise.all([acts(one, two), acts(two, one)])
      expect(answers.filter((answer) => typeof answer === 'object')).toHaveLength(1)
      const where = { accountId, role: 'OWNER' as const }
      expect(await prisma.membership.count({ where })).toBe(1)
    }
  })
})

describe('whoever leaves', () => {
  it('goes by themselves in any role, and only as a person', async () => {
    const { accountId, vera } = await team({ olga: 'OWNER', vera: 'VIEWER' })
    const account = encodeId('Account', { accountId, id: accountId })
    const { key } = await makeApiKey(app.db, { accountId, role: 'STAFF' })
    const byKey = await change(app, key, 'leaveAccount', { accountId: account }, 'id')
    expect(byKey.code).toBe('VALIDATION_FAILED')
    expect(await does(vera.browser, 'leaveAccount', { accountId: account })).toEqual({
      id: vera.membershipId,
    })
    expect(await roleOf(accountId, vera.id)).toBeNull()
    const left = (await entries(accountId)).at(-1)
    expect(left).toMatchObject({ action: 'membership.removed', userId: vera.id, outcome: 'DONE' })
    const { data } = await askAs(app, vera.browser, '{ accounts { totalCount } }')
    expect(data).toBeNull()
  })

  it('loses the account with the next request: by cookie, by key and by client', async () => {
    const { accountId, olga } = await team({ olga: 'OWNER' })
    const other = await makeAccount(app.db)
    const client = await makeApiClient(app.db, { accountIds: [accountId], now: app.clock.now() })
    const { key, userId } = await makeApiKey(app.db, { accountId, role: 'ADMIN' })
    await giveRole(app.db, other.id, client.userId, 'OWNER')
    const slugs = async (token: string) => {
      const { data } = await app.graphql(
        token,
        '{ viewer { accounts { nodes { account { id } } } } }',
      )
      return data.viewer.accounts.nodes.length
    }
    expect([await slugs(key), await slugs(client.token)]).toEqual([1, 2])
    for (const id of [userId, client.userId]) {
      const membershipId = await membershipOf(accountId, id)
      await does(olga.browser, 'removeUser', { membershipId })
    }
    expect([await slugs(key), await slugs(client.token)]).toEqual([0, 1])
  })
})
