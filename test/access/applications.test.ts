// Applications: registered by one person, approved by owners who see what they grant, with one
// living key for each account.

import { describe, expect, it } from 'vitest'
import { installationCredential } from '../../src/auth/credential.ts'
import { testApp } from '../support/app.ts'
import { makeAccount, makeApiKey } from '../support/makers.ts'
import { askAs, makePerson, open, signIn, submit } from '../support/people.ts'
import { encodeId } from '../../src/graphql/ids.ts'

const app = await testApp()
const shop = await makeAccount(app.db)
const other = await makeAccount(app.db)
const maker = await makePerson(app, { [other.id]: 'ADMIN' })
const owner = await makePerson(app, { [shop.id]: 'OWNER' })
const admin = await makePerson(app, { [shop.id]: 'ADMIN' })
const asMaker = await signIn(app, maker.email)
const asOwner = await signIn(app, owner.email)
const asAdmin = await signIn(app, admin.email)

const accountId = (id: string) => encodeId('Account', { accountId: id, id })

const register = `mutation ($input: RegisterApplicationInput!) { registerApplication(input: $input) {
  ... on RegisterApplicationSuccess { secret data { id applicationId name mine } }
  ... on Refusal { code path message } } }`
const authorize = `mutation ($input: AuthorizeApplicationInput!) { authorizeApplication(input: $input) {
  ... on AuthorizeApplicationSuccess { secret data { id scopes permissions approvedBy prefix
    application { name mine } } }
  ... on Refusal { code path message } } }`

let names = 0
async function registered() {
  names += 1
  const input = { name: `App ${names}`, redirectUrl: 'https://app.example.com/done?from=here' }
  const { data } = await askAs(app, asMaker, register, { input })
  return data.registerApplication as {
    secret: string
    data: { id: string; applicationId: string; name: string }
  }
}

async function installed(scopes = ['bookings:read', 'accounts:read']) {
  const application = await registered()
  const { applicationId } = application.data
  const input = { accountId: accountId(shop.id), applicationId, scopes }
  const { data } = await askAs(app, asOwner, authorize, { input })
  const { secret: apiKey, data: installation } = data.authorizeApplication
  return { ...application, apiKey, installation }
}

async function whoIs(secretKey: string, apiKey: string) {
  const authorization = installationCredential(secretKey, apiKey)
  const headers = { 'content-type': 'application/json', authorization }
  const query = '{ viewer { kind name scopes accounts { nodes { account { id } } } } }'
  const response = await app.post('/graphql', { headers, body: JSON.stringify({ query }) })
  const { data } = (await response.json()) as { data: { viewer: object } | null }
  return { status: response.status, viewer: data?.viewer ?? null }
}

describe('an application', () => {
  it('is registered with a secret that is shown once, and seen by its maker alone', async () => {
    const { secret, data } = await registered()
    expect(secret).toMatch(/^sgs_/)
    const query = '{ applications(first: 100) { nodes { id mine } totalCount } }'
    const mine = await askAs(app, asMaker, query)
    expect(mine.data.applications.nodes).toContainEqual({ id: data.id, mine: true })
    expect((await askAs(app, asOwner, query)).data.applications.totalCount).toBe(0)
    const node = await askAs(app, asOwner, `{ node(id: "${data.id}") { id } }`)
    expect(node.data.node).toBeNull()
  })

  it('has a name and an https address to go back to', async () => {
    const refused = async (redirectUrl: string, name = 'App') => {
      const { data } = await askAs(app, asMaker, register, { input: { name, redirectUrl } })
      return data.registerApplication.path?.join('.')
    }
    expect(await refused('http://app.example.com/')).toBe('redirectUrl')
    expect(await refused('javascript:alert(1)')).toBe('redirectUrl')
    expect(await refused('https://a:b@app.example.com/')).toBe('redirectUrl')
    expect(await refused('https://app.example.com/#part')).toBe('redirectUrl')
    expect(await refused('https://app.example.com/', ' ')).toBe('name')
    expect(await refused('http://localhost:3000/done')).toBeUndefined()
  })

  it('is changed by its maker alone, and an attempt of another is recorded', async () => {
    const { data, installation } = await installed()
    const update = `mutation { updateApplication(input: { id: "${data.id}", name: "Mine" }) {
      ... on UpdateApplicationSuccess { data { name } } ... on Refusal { code } } }`
    const tried = await askAs(app, asAdmin, update)
    expect(tried.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
    const entry = await app.db.prisma.auditEntry.findFirstOrThrow({
      where: { accountId: shop.id, action: 'application.updated' },
    })
    expect(entry).toMatchObject({ outcome: 'REFUSED', userId: admin.id })
    expect((await askAs(app, asMaker, update)).data.updateApplication.data.name).toBe('Mine')
    expect(installation.application).toEqual({ name: data.name, mine: false })
  })
})

describe('an installation', () => {
  it('acts in its account with what was granted, by both secrets only', async () => {
    const { secret, apiKey, data, installation } = await installed()
    expect(apiKey.startsWith(`${installation.prefix}_`)).toBe(true)
    expect(installation.approvedBy).toBe(owner.name)
    const accounts = { nodes: [{ account: { id: accountId(shop.id) } }] }
    const scopes = ['accounts:read', 'bookings:read']
    const viewer = { kind: 'INSTALLATION', name: data.name, scopes, accounts }
    expect(await whoIs(secret, apiKey)).toEqual({ status: 200, viewer })
    const stranger = await installed()
    expect((await whoIs(stranger.secret, apiKey)).status).toBe(401)
    expect((await whoIs(secret, stranger.apiKey)).status).toBe(401)
    expect((await whoIs(apiKey, secret)).status).toBe(401)
    expect((await app.graphql(apiKey, '{ viewer { kind } }')).errors?.[0]?.extensions.code).toBe(
      'UNAUTHENTICATED',
    )
  })

  it('tells the application of itself, and nobody else', async () => {
    const { secret, apiKey, installation } = await installed()
    const query = '{ viewer { installation { id accountId permissions approvedAt } } }'
    const ask = async (authorization: string) => {
      const headers = { 'content-type': 'application/json', authorization }
      const response = await app.post('/graphql', { headers, body: JSON.stringify({ query }) })
      const { data } = (await response.json()) as { data: { viewer: { installation: object } } }
      return data.viewer.installation
    }
    expect(await ask(installationCredential(secret, apiKey))).toEqual({
      id: installation.id,
      accountId: accountId(shop.id),
      permissions: ['bookings:read', 'accounts:read'],
      approvedAt: new Date(app.clock.now()).toISOString(),
    })
    const { key } = await makeApiKey(app.db, { accountId: shop.id })
    expect(await ask(`Bearer ${key}`)).toBeNull()
  })

  it('is approved by an owner, with scopes that are scopes', async () => {
    const { applicationId } = (await registered()).data
    const ask = async (who: typeof asOwner, account: string, scopes = ['bookings:read']) => {
      const input = { accountId: accountId(account), applicationId, scopes }
      const answer = await askAs(app, who, authorize, { input })
      const { code } = answer.data.authorizeApplication ?? {}
      return code ?? answer.errors?.[0]?.extensions.code
    }
    expect(await ask(asAdmin, shop.id)).toBe('FORBIDDEN')
    expect(await ask(asOwner, other.id)).toBe('NOT_FOUND')
    expect(await ask(asOwner, shop.id, ['bookings:everything'])).toBe('VALIDATION_FAILED')
    expect(await ask(asOwner, shop.id, [])).toBe('VALIDATION_FAILED')
    expect(await ask(asOwner, shop.id)).toBeUndefined()
  })

  it('has another key when it is approved again, and the old one is dead at once', async () => {
    const first = await installed()
    const { applicationId } = first.data
    const scopes = ['customers:read']
    const input = { accountId: accountId(shop.id), applicationId, scopes }
    const { data } = await askAs(app, asOwner, authorize, { input })
    const again = data.authorizeApplication
    expect(again.data).toMatchObject({ id: first.installation.id, scopes })
    expect((await whoIs(first.secret, first.apiKey)).status).toBe(401)
    expect((await whoIs(first.secret, again.secret)).viewer).toMatchObject({ scopes })
  })

  it('is dead when it is uninstalled, and has another key when it is installed again', async () => {
    const { secret, apiKey, data, installation } = await installed()
    const uninstall = `mutation { uninstallApplication(input: { id: "${installation.id}" }) {
      ... on UninstallApplicationSuccess { data { uninstalledAt } } ... on Refusal { code } } }`
    expect((await askAs(app, asMaker, uninstall)).data.uninstallApplication.code).toBe('NOT_FOUND')
    const done = await askAs(app, asAdmin, uninstall)
    expect(done.data.uninstallApplication.data.uninstalledAt).not.toBeNull()
    expect((await whoIs(secret, apiKey)).status).toBe(401)
    const ids = async (include: boolean) => {
      const list = `{ installations(first: 100, includeUninstalled: ${include}) { nodes { id } } }`
      const { nodes } = (await askAs(app, asOwner, list)).data.installations
      return nodes.map(({ id }: { id: string }) => id)
    }
    expect(await ids(false)).not.toContain(installation.id)
    expect(await ids(true)).toContain(installation.id)
    const input = {
      accountId: accountId(shop.id),
      applicationId: data.applicationId,
      scopes: ['bookings:read'],
    }
    const again = (await askAs(app, asOwner, authorize, { input })).data.authorizeApplication
    expect(again.secret).not.toBe(apiKey)
    expect((await whoIs(secret, again.secret)).status).toBe(200)
    const events = await app.db.prisma.event.findMany({
      where: { accountId: shop.id, subjectType: 'Installation' },
      orderBy: { seq: 'desc' },
      take: 3,
    })
    const types = events.map(({ type }) => type)
    expect(types).toEqual(['app.installed', 'app.uninstalled', 'app.installed'])
  })

  it('loses its secret with a rotation, and everything when the application is deleted', async () => {
    const { secret, apiKey, data } = await installed()
    const rotate = `mutation { rotateApplicationSecret(input: { id: "${data.id}" }) {
      ... on RotateApplicationSecretSuccess { secret } ... on Refusal { code } } }`
    const next = (await askAs(app, asMaker, rotate)).data.rotateApplicationSecret.secret as string
    expect((await whoIs(secret, apiKey)).status).toBe(401)
    expect((await whoIs(next, apiKey)).status).toBe(200)
    const remove = `mutation { deleteApplication(input: { id: "${data.id}" }) {
      ... on DeleteApplicationSuccess { data { id } } ... on Refusal { code } } }`
    expect((await askAs(app, asMaker, remove)).data.deleteApplication.data.id).toBe(data.id)
    expect((await whoIs(next, apiKey)).status).toBe(401)
  })

  it('does no more than the owner who approved it may do now', async () => {
    const { secret, apiKey } = await installed(['bookings:read', 'services:write'])
    const where = { accountId: shop.id, userId: owner.id }
    await app.db.prisma.membership.updateMany({ where, data: { role: 'STAFF' } })
    expect((await whoIs(secret, apiKey)).viewer).toMatchObject({ scopes: ['bookings:read'] })
    await app.db.prisma.membership.updateMany({ where, data: { role: 'OWNER' } })
  })
})

describe('the consent page', () => {
  const words = encodeURIComponent('bookings:read, customers:contact')
  const pathOf = (id: string, more = '') =>
    `/authorize?application=${id}&scopes=${words}&state=${encodeURIComponent('a&b="c"')}${more}`

  it('says in plain words what is granted, and goes back with the key', async () => {
    const { secret, data } = await registered()
    const path = pathOf(data.applicationId)
    const page = await open(app, path, asOwner.cookie)
    expect(page.html).toContain('See bookings and their history.')
    expect(page.html).toContain('See e-mail, phone and address of customers.')
    expect(page.response.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://app.example.com",
    )
    const form = { ...page.fields, account: shop.id, decision: 'approve' }
    const answer = await submit(app, path, form, { cookie: page.cookie })
    expect(answer.response.status).toBe(303)
    const back = new URL(answer.location ?? '')
    expect(back.origin + back.pathname).toBe('https://app.example.com/done')
    const { apiKey, ...rest } = Object.fromEntries(back.searchParams)
    expect(rest).toEqual({ from: 'here', success: 'true', state: 'a&b="c"' })
    const scopes = ['bookings:read', 'customers:contact']
    expect((await whoIs(secret, apiKey ?? '')).viewer).toMatchObject({ scopes })
  })

  it('goes back without a key when it is refused', async () => {
    const { applicationId } = (await registered()).data
    const page = await open(app, pathOf(applicationId), asOwner.cookie)
    const form = { ...page.fields, account: shop.id, decision: 'refuse' }
    const answer = await submit(app, pathOf(applicationId), form, { cookie: page.cookie })
    const back = new URL(answer.location ?? '')
    expect(back.searchParams.get('success')).toBe('false')
    expect(back.searchParams.has('apiKey')).toBe(false)
    const application = { publicId: applicationId }
    expect(await app.db.prisma.installation.count({ where: { application } })).toBe(0)
  })

  it('asks whoever is not signed in to do so, and comes back', async () => {
    const { applicationId } = (await registered()).data
    const path = pathOf(applicationId)
    const { response } = await open(app, path)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(path)}`)
  })

  it('sends nobody on for what is not known, and takes no form of another site', async () => {
    const { applicationId } = (await registered()).data
    const status = async (path: string) => (await open(app, path, asOwner.cookie)).response.status
    expect(await status('/authorize?application=nobody&scopes=bookings:read')).toBe(404)
    expect(await status(`/authorize?application=${applicationId}&scopes=bookings:fly`)).toBe(400)
    expect(await status(`/authorize?application=${applicationId}`)).toBe(400)
    const form = { account: shop.id, decision: 'approve' }
    const answer = await submit(app, pathOf(applicationId), form, { cookie: asOwner.cookie })
    expect(answer.response.status).toBe(403)
    const application = { publicId: applicationId }
    expect(await app.db.prisma.installation.count({ where: { application } })).toBe(0)
  })

  it('offers only businesses of which one is an owner, and takes no other', async () => {
    const { applicationId } = (await registered()).data
    const path = pathOf(applicationId)
    const page = await open(app, path, asAdmin.cookie)
    expect(page.html).toContain('Only an owner of a business can allow this')
    const form = { ...page.fields, account: shop.id, decision: 'approve' }
    const token = (await open(app, '/console', asAdmin.cookie)).fields
    const answer = await submit(app, path, { ...token, ...form }, { cookie: asAdmin.cookie })
    expect(answer.response.status).toBe(422)
    const application = { publicId: applicationId }
    expect(await app.db.prisma.installation.count({ where: { application } })).toBe(0)
  })

  it('writes names as text', async () => {
    const input = { name: '<b>&"App', redirectUrl: 'https://app.example.com/' }
    const { data } = await askAs(app, asMaker, register, { input })
    const { applicationId } = data.registerApplication.data
    const { html } = await open(app, pathOf(applicationId), asOwner.cookie)
    expect(html).toContain('&lt;b&gt;&amp;&quot;App')
    expect(html).not.toContain('<b>&')
  })
})
