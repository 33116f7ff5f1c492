// An account's own party categories over the graph: set as a whole, read back, refused by name.

import { beforeAll, describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'

const app = await testApp()

let accountId: string
let id: string
let key: string

beforeAll(async () => {
  accountId = (await makeAccount(app.db)).id
  id = encodeId('Account', { accountId, id: accountId })
  key = (await makeApiKey(app.db, { accountId, role: 'ADMIN' })).key
})

const shown = 'version partyCategories { code name }'
const set = (categories: object[], more: object = {}) =>
  change(app, key, 'setPartyCategories', { accountId: id, categories, ...more }, shown)

const adults = { code: 'adult', name: 'Adults' }
const children = { code: 'child', name: 'Children' }

describe('setPartyCategories', () => {
  it('replaces the list in its order, with one event, and says nothing twice', async () => {
    const first = await set([adults, children])
    expect(first.data).toEqual({ version: 2, partyCategories: [adults, children] })
    const second = await set([children, { code: 'adult', name: 'Grown-ups' }])
    expect(second.data).toEqual({
      version: 3,
      partyCategories: [children, { code: 'adult', name: 'Grown-ups' }],
    })
    const again = await set([children, { code: 'adult', name: 'Grown-ups' }])
    expect(again.data.version).toBe(3)
    const events = await app.db.prisma.event.findMany({
      where: { accountId },
      orderBy: { seq: 'asc' },
    })
    expect(events).toMatchObject([
      {
        type: 'account.updated',
        subjectVersion: 2,
        changes: [{ field: 'partyCategories', from: [], to: [adults, children] }],
      },
      { type: 'account.updated', subjectVersion: 3 },
    ])
  })

  it('refuses a list that is none, and another version, and changes nothing', async () => {
    const before = await rowCounts(app)
    const path = (answer: { path?: string[] | null }) => answer.path?.join('.')
    expect(path(await set([adults, adults]))).toBe('categories.1.code')
    expect(path(await set([{ code: 'Big Dogs', name: 'x' }]))).toBe('categories.0.code')
    expect(path(await set([{ code: 'dog', name: ' ' }]))).toBe('categories.0.name')
    const many = Array.from({ length: 51 }, (_, index) => ({ code: `c${index}`, name: 'x' }))
    expect(path(await set(many))).toBe('categories')
    expect((await set([adults], { expectedVersion: 1 })).code).toBe('VERSION_CONFLICT')
    expect(await rowCounts(app)).toEqual(before)
  })

  it('may be emptied: parties are only heads then', async () => {
    const data = await done(
      app,
      key,
      'setPartyCategories',
      { accountId: id, categories: [] },
      shown,
    )
    expect(data.partyCategories).toEqual([])
  })

  it('is for whoever may change the business', async () => {
    const { key: staff } = await makeApiKey(app.db, { accountId, role: 'STAFF' })
    const document = `mutation ($input: SetPartyCategoriesInput!) {
      setPartyCategories(input: $input) { __typename }
    }`
    const input = { accountId: id, categories: [adults] }
    const { data, errors } = await app.graphql(staff, document, { input })
    expect(data.setPartyCategories).toBeNull()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' })
  })
})
