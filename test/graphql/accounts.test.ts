// Accounts are opened by people and changed by their admins; what is wrong with them is said.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, documentOf } from '../support/ask.ts'
import { makeAccount, makeApiClient, makeApiKey } from '../support/makers.ts'
import { askAs, makePerson, signIn } from '../support/people.ts'
import { openShop } from '../support/shop.ts'

const app = await testApp()
const { prisma } = app.db
const now = app.clock.now()

const good = { name: 'Engines', timeZone: 'Europe/London', currency: 'GBP' }
const fields = 'id slug name timeZone currency locale holdSeconds version'
const counts = async () => [
  await prisma.account.count(),
  await prisma.membership.count(),
  await prisma.event.count(),
]

describe('createAccount', () => {
  it('makes the person who is signed in its owner, told as an event', async () => {
    const ada = await makePerson(app)
    const browser = await signIn(app, ada.email)
    const input = { ...good, slug: 'ada-engines', name: ' Engines ' }
    const { data, errors } = await askAs(app, browser, documentOf('createAccount', fields), {
      input,
    })
    expect(errors).toBeUndefined()
    const account = { ...good, slug: 'ada-engines', locale: 'en', holdSeconds: 300, version: 1 }
    expect(data.result.data).toEqual({ ...account, id: expect.any(String) })
    const { id } = await prisma.account.findUniqueOrThrow({ where: { slug: 'ada-engines' } })
    expect(await prisma.membership.findMany({ where: { accountId: id } })).toMatchObject([
      { userId: ada.id, role: 'OWNER' },
    ])
    expect(await prisma.event.findMany({ where: { accountId: id } })).toMatchObject([
      { type: 'account.created', actorKind: 'USER', actorId: ada.id, subjectId: id },
    ])
    const mine = await askAs(app, browser, '{ viewer { accounts { nodes { role } } } }')
    expect(mine.data.viewer.accounts.nodes).toEqual([{ role: 'OWNER' }])
  })

  it('is for clients over all accounts too, and for no other program', async () => {
    const { id: accountId } = await makeAccount(app.db)
    const all = await makeApiClient(app.db, { accountIds: [accountId], now })
    const done = await change(
      app,
      all.token,
      'createAccount',
      { ...good, slug: 'of-a-client' },
      fields,
    )
    expect(done.data.slug).toBe('of-a-client')
    const { id } = await prisma.account.findUniqueOrThrow({ where: { slug: 'of-a-client' } })
    expect(await prisma.membership.findMany({ where: { accountId: id } })).toMatchObject([
      { userId: all.userId, role: 'OWNER' },
    ])
    const before = await counts()
    const { key } = await makeApiKey(app.db, { accountId })
    const some = await makeApiClient(app.db, { accountIds: [accountId], chosen: [accountId], now })
    const scopes = ['accounts:read'] as const
    const reader = await makeApiClient(app.db, { accountIds: [accountId], scopes, now })
    for (const token of [key, some.token, reader.token]) {
      const refused = await change(app, token, 'createAccount', { ...good, slug: 'not-this' }, 'id')
      expect(refused.code).toBe('VALIDATION_FAILED')
    }
    expect((await counts())[0]).toBe(before[0])
    const document = documentOf('createAccount', 'id')
    const { errors } = await app.graphql(null, document, { input: { ...good, slug: 'not-this' } })
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED')
  })

  it('says what is wrong, all of it, and makes nothing', async () => {
    const browser = await signIn(app, (await makePerson(app)).email)
    const before = await counts()
    const asked = async (input: object) => {
      const document = documentOf('createAccount', 'id').replace(
        'code message path }',
        'code message } ... on ValidationError { issues { path message } }',
      )
      const { data } = await askAs(app, browser, document, { input: { ...good, ...input } })
      return data.result.issues.map(({ path }: { path: string[] }) => path[0])
    }
    expect(await asked({ slug: 'UPPER', name: ' ', locale: '??', holdSeconds: 5 })).toEqual([
      'name',
      'slug',
      'locale',
      'holdSeconds',
    ])
    for (const slug of ['a', 'two--dots', '-x', 'x-', 'ä', 'a'.repeat(64), 'ada-engines']) {
      expect([slug, await asked({ slug })]).toEqual([slug, ['slug']])
    }
    expect(await counts()).toEqual(before)
  })

  it('gives a slug to one of those who want it at once', async () => {
    const browser = await signIn(app, (await makePerson(app)).email)
    const input = { ...good, slug: 'wanted' }
    const document = documentOf('createAccount', 'id')
    const all = await Promise.all([0, 1, 2, 3].map(() => askAs(app, browser, document, { input })))
    const words = all.map(({ data }) => data.result.code ?? 'done')
    expect(words.toSorted()).toEqual([...Array(3).fill('VALIDATION_FAILED'), 'done'])
  })
})

describe('updateAccount', () => {
  it('changes what is given, once, with its event; a stale version changes nothing', async () => {
    const { id: accountId, slug } = await makeAccount(app.db)
    const { key } = await makeApiKey(app.db, { accountId, role: 'ADMIN' })
    const id = encodeId('Account', { accountId, id: accountId })
    const update = (input: object) => change(app, key, 'updateAccount', { id, ...input }, fields)
    const changed = { name: 'New', timeZone: 'Asia/Kolkata', currency: 'INR', locale: 'en-IN' }
    expect((await update({ ...changed, holdSeconds: 60 })).data).toEqual({
      ...changed,
      id,
      slug,
      holdSeconds: 60,
      version: 2,
    })
    expect((await update(changed)).data.version).toBe(2)
    expect((await update({ name: 'Other', expectedVersion: 1 })).code).toBe('VERSION_CONFLICT')
    const events = await prisma.event.findMany({ where: { accountId } })
    expect(events.map(({ type, subjectVersion }) => [type, subjectVersion])).toEqual([
      ['account.updated', 2],
    ])
  })

  it('is for admins of the account, keeps slugs apart and the currency of bookings', async () => {
    const shop = await openShop(app.db)
    const { accountId } = shop
    const id = encodeId('Account', { accountId, id: accountId })
    const admin = await makeApiKey(app.db, { accountId, role: 'ADMIN' })
    const staff = await makeApiKey(app.db, { accountId, role: 'STAFF' })
    const outsider = await makeApiKey(app.db, { accountId: (await makeAccount(app.db)).id })
    const document = documentOf('updateAccount', 'id')
    const denied = await app.graphql(staff.key, document, { input: { id, name: 'Mine' } })
    expect(denied.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    const asked = async (key: string, input: object) =>
      (await change(app, key, 'updateAccount', { id, ...input }, 'id')).code
    expect(await asked(outsider.key, { name: 'Mine' })).toBe('NOT_FOUND')
    expect(await asked(admin.key, { slug: 'ada-engines' })).toBe('VALIDATION_FAILED')
    const start = new Date(now)
    await prisma.booking.create({
      data: {
        accountId,
        id: shop.customerId,
        number: 'N1',
        status: 'CONFIRMED',
        serviceId: shop.serviceId,
        customerId: shop.customerId,
        startsAt: start,
        endsAt: new Date(now + 3_600_000),
        timeZone: 'UTC',
        currency: 'EUR',
      },
    })
    expect(await asked(admin.key, { currency: 'GBP' })).toBe('IN_USE')
    expect(await prisma.account.findUnique({ where: { id: accountId } })).toMatchObject({
      currency: 'EUR',
      version: 1,
    })
  })
})
