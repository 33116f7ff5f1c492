// Contact data of customers: who sees it, and that nobody else can find it out by searching.
import { describe, expect, it } from 'vitest'
import { allScopes, effectiveScopes } from '../../src/auth/scope.ts'
import type { Viewer } from '../../src/auth/viewer.ts'
import { newContext } from '../../src/context.ts'
import { execute } from '../../src/graphql/documents.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { makeApiKey } from '../support/makers.ts'
import { makeViewers } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const idOf = (id: string) => encodeId('Account', { accountId: id, id })
const first = idOf(accounts.first.id)
const contactless = allScopes.filter((scope) => scope !== 'customers:contact')
const blind = (await makeApiKey(app.db, { accountId: accounts.first.id, scopes: contactless })).key
// Sees contact data in the first account and not in the second.
const half: Viewer = {
  kind: 'API_CLIENT',
  id: 'half',
  name: 'Half',
  userId: null,
  grants: new Map([
    [accounts.first.id, { role: 'STAFF', scopes: effectiveScopes(allScopes, 'STAFF') }],
    [accounts.second.id, { role: 'VIEWER', scopes: effectiveScopes(allScopes, 'VIEWER') }],
  ]),
}
const asHalf = async (document: string, variables: Record<string, unknown> = {}) => {
  const result = await execute(document, variables, newContext(app.app.services, half, 'half'))
  // oxlint-disable-next-line no-explicit-any
  return JSON.parse(JSON.stringify(result)) as any
}

const ada = await done(app, tokens.admin, 'createCustomer', {
  accountId: first,
  firstName: 'Ada',
  lastName: 'Byron',
  email: 'Ada@Example.com',
  phone: '+44 20 7946 0018',
  personalFields: { city: 'London' },
})
await done(app, tokens.multiAccountAdmin, 'createCustomer', {
  accountId: idOf(accounts.second.id),
  name: 'Bob',
  email: 'bob@example.com',
  phone: '+1 212 555 0199',
})

const denied = (path: (string | number)[]) => ({
  message:
    'This needs the scope "customers:read" and "customers:contact", which your credential lacks here.',
  path,
  extensions: {
    code: 'FORBIDDEN',
    requiredScopes: [['customers:read', 'customers:contact']],
  },
})

describe('contact data', () => {
  it('is there for whoever holds customers:contact, the address in lower case', async () => {
    const document = '{ customers { nodes { name email phone personalFields } } }'
    const contact = { email: 'ada@example.com', phone: '+44 20 7946 0018' }
    const personalFields = { city: 'London' }
    expect(await app.graphql(tokens.admin, document)).toEqual({
      data: { customers: { nodes: [{ name: 'Ada Byron', ...contact, personalFields }] } },
    })
  })

  it('is null with an error at its path for whoever does not, and the rest arrives', async () => {
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Customer { name email phone personalFields } } }'
    const answer = await app.graphql(blind, document, { id: ada.id })
    const nothing = { email: null, phone: null, personalFields: null }
    expect(answer.data).toEqual({ node: { name: 'Ada Byron', ...nothing } })
    expect(answer.errors).toMatchObject(
      ['email', 'phone', 'personalFields'].map((field) => denied(['node', field])),
    )
  })

  it('is shown account by account', async () => {
    const answer = await asHalf('{ customers { nodes { name email } } }')
    expect(answer.data.customers.nodes).toEqual([
      { name: 'Ada Byron', email: 'ada@example.com' },
      { name: 'Bob', email: null },
    ])
    expect(answer.errors).toMatchObject([denied(['customers', 'nodes', 1, 'email'])])
  })

  it('can be written by whoever may change customers, and stays unseen', async () => {
    const document = `mutation ($input: UpdateCustomerInput!) { updateCustomer(input: $input) {
      ... on UpdateCustomerSuccess { data { name email } } } }`
    const input = { id: ada.id, phone: '+44 20 7946 0019' }
    const answer = await app.graphql(blind, document, { input })
    expect(answer.data).toEqual({ updateCustomer: { data: { name: 'Ada Byron', email: null } } })
    expect(answer.errors).toMatchObject([denied(['updateCustomer', 'data', 'email'])])
  })
})

describe('searching customers', () => {
  const search =
    'query ($search: String) { customers(search: $search) { totalCount nodes { name } } }'
  const found = (...names: string[]) => ({
    data: { customers: { totalCount: names.length, nodes: names.map((name) => ({ name })) } },
  })

  it.each(['byr', 'ADA@EXAMPLE', '7946'])('finds %j by name, e-mail and phone', async (text) => {
    expect(await app.graphql(tokens.admin, search, { search: text })).toEqual(found('Ada Byron'))
  })

  it.each(['ada@example', '7946', 'example.com'])(
    'does not find %j by what the credential may not see',
    async (text) => {
      expect(await app.graphql(blind, search, { search: text })).toEqual(found())
      const nested = `query ($search: String, $id: ID!) {
        account(id: $id) { customers(search: $search) { totalCount nodes { name } } } }`
      expect(await app.graphql(blind, nested, { search: text, id: first })).toEqual({
        data: { account: found().data },
      })
    },
  )

  it('looks into contact data only of accounts where it may', async () => {
    expect(await asHalf(search, { search: 'example.com' })).toEqual(found('Ada Byron'))
  })

  it.each([
    ['byron', 'NAME', true],
    ['byron', 'FIRST_NAME', false],
    ['byron', 'LAST_NAME', true],
    ['ada', 'LAST_NAME', false],
    ['ada@', 'EMAIL', true],
    ['ada@', 'NAME', false],
    ['7946', 'PHONE', true],
  ])('for %j in %s alone: %s', async (text, field, hits) => {
    const document = `query ($search: String, $in: [CustomerSearchField!]) {
      customers(search: $search, searchIn: $in) { totalCount nodes { name } } }`
    const ask = (key: string | null) => app.graphql(key, document, { search: text, in: [field] })
    expect(await ask(tokens.admin)).toEqual(hits ? found('Ada Byron') : found())
    const isContact = field === 'EMAIL' || field === 'PHONE'
    expect(await ask(blind)).toEqual(hits && !isContact ? found('Ada Byron') : found())
  })

  it('takes % and _ for themselves', async () => {
    expect(await app.graphql(tokens.admin, search, { search: '%' })).toEqual(found())
    expect(await app.graphql(tokens.admin, search, { search: 'A_a' })).toEqual(found())
  })
})

describe('filtering customers by e-mail', () => {
  const filter = `query ($emails: [EmailAddress!], $accounts: [ID!]) {
    customers(accounts: $accounts, filter: { emails: $emails }) { totalCount nodes { name } } }`
  const emails = ['ADA@example.com', 'bob@example.com']

  it('finds them whatever the case of the letters', async () => {
    const answer = await app.graphql(tokens.multiAccountAdmin, filter, { emails })
    expect(answer.data.customers).toEqual({
      totalCount: 2,
      nodes: [{ name: 'Ada Byron' }, { name: 'Bob' }],
    })
  })

  it('leaves out accounts where contact data may not be seen', async () => {
    expect(await asHalf(filter, { emails })).toEqual({
      data: { customers: { totalCount: 1, nodes: [{ name: 'Ada Byron' }] } },
    })
  })

  it.each([
    ['none may answer', () => ({ emails })],
    ['the named one may not answer', () => ({ emails, accounts: [first] })],
  ])('is denied when %s', async (_why, variables) => {
    const answer = await app.graphql(blind, filter, variables())
    expect(answer.data).toBeNull()
    expect(answer.errors).toMatchObject([denied(['customers'])])
  })

  it('is denied below an account where contact data may not be seen', async () => {
    const document = `query ($id: ID!) { account(id: $id) { name
      customers(filter: { emails: ["ada@example.com"] }) { totalCount } } }`
    const answer = await asHalf(document, { id: idOf(accounts.second.id) })
    expect(answer.data).toEqual({ account: { name: 'Second', customers: null } })
    expect(answer.errors).toMatchObject([denied(['account', 'customers'])])
  })
})

describe("a staff member's e-mail", () => {
  it('is seen only with staff:write', async () => {
    const input = { accountId: first, name: 'Ana', email: 'ana@example.com' }
    const { id } = await done(app, tokens.admin, 'createStaffMember', input)
    const document = 'query ($id: ID!) { node(id: $id) { ... on StaffMember { name email } } }'
    expect(await app.graphql(tokens.admin, document, { id })).toEqual({
      data: { node: { name: 'Ana', email: 'ana@example.com' } },
    })
    const answer = await app.graphql(tokens.frontDesk, document, { id })
    expect(answer.data).toEqual({ node: { name: 'Ana', email: null } })
    expect(answer.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScopes: [['staff:read', 'staff:write']] } },
    ])
  })
})

describe('a relation that needs another scope', () => {
  it('is null with an error, and the rest arrives', async () => {
    const scopes = ['customers:read'] as const
    const { key } = await makeApiKey(app.db, { accountId: accounts.first.id, scopes })
    const document = '{ customers { nodes { name account { name } } } }'
    const answer = await app.graphql(key, document)
    expect(answer.data).toEqual({ customers: { nodes: [{ name: 'Ada Byron', account: null }] } })
    expect(answer.errors).toMatchObject([
      { path: ['customers', 'nodes', 0, 'account'], extensions: { code: 'FORBIDDEN' } },
    ])
  })
})
