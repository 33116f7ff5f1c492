// An application that installs itself in other accounts of the owner who approved it: never beyond
// what that owner owns, and never beyond its own end.
import { beforeEach, describe, expect, it } from 'vitest'
import type { Account, User } from '../../src/generated/prisma/client.ts'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { rowCounts } from '../support/ask.ts'
import { giveRole, makeAccount, makeApiKey } from '../support/makers.ts'
import { askAs, makePerson, signIn } from '../support/people.ts'
import { callAs, install, type Keys } from '../rest/bookeo/bookeo-world.ts'

const app = await testApp()
let home: Account
let lake: Account
let owner: User
let keys: Keys

const idOf = ({ id }: Account) => encodeId('Account', { accountId: id, id })

beforeEach(async () => {
  home = await makeAccount(app.db, { name: 'Home' })
  lake = await makeAccount(app.db, { name: 'Lake' })
  owner = await makePerson(app, { [home.id]: 'OWNER', [lake.id]: 'OWNER' })
  keys = await install(app, { accountId: home.id, approvedById: owner.id })
})

async function authorized(): Promise<string> {
  const { status, body } = await callAs(app, keys)(`/subaccounts/${idOf(lake)}/apikeys`, {
    method: 'POST',
  })
  expect(status).toBe(201)
  return body.apiKey
}

const inLake = (apiKey: string) => callAs(app, { ...keys, apiKey })

describe('the key in another account', () => {
  it('works there with the permissions of the first, and is seen there', async () => {
    const apiKey = await authorized()
    const { body } = await inLake(apiKey)('/settings/apikeyinfo')
    expect(body.accountId).toBe(idOf(lake))
    expect(body.permissions).not.toContain('subaccounts_all')
    expect((await inLake(apiKey)('/customers')).status).toBe(200)
    const { key } = await makeApiKey(app.db, { accountId: lake.id })
    const { data } = await app.graphql(key, '{ installations { nodes { approvedBy scopes } } }')
    const [seen] = data.installations.nodes
    expect(seen.approvedBy).toBe(owner.name)
    expect(seen.scopes).not.toContain('subaccounts:write')
  })

  it('is another each time, and the one before is dead', async () => {
    const first = await authorized()
    const second = await authorized()
    expect((await inLake(first)('/settings/business')).status).toBe(401)
    expect((await inLake(second)('/settings/business')).status).toBe(200)
  })

  it('authorizes nothing further, and ends nothing that it did not make', async () => {
    const apiKey = await authorized()
    const other = await makeAccount(app.db)
    await giveRole(app.db, other.id, owner.id, 'OWNER')
    const further = await inLake(apiKey)(`/subaccounts/${idOf(other)}/apikeys`, { method: 'POST' })
    expect(further.status).toBe(403)
    const path = `/subaccounts/${idOf(home)}/apikeys/${keys.apiKey}`
    expect((await callAs(app, keys)(path, { method: 'DELETE' })).status).toBe(404)
    expect((await callAs(app, keys)('/settings/business')).status).toBe(200)
  })

  it('ends with the installation that made it, and with another approval of that', async () => {
    const asOwner = await signIn(app, owner.email)
    const apiKey = await authorized()
    const { data } = await askAs(
      app,
      asOwner,
      'query ($ids: [ID!]) { installations(accounts: $ids) { nodes { id } } }',
      { ids: [idOf(home)] },
    )
    const [{ id }] = data.installations.nodes
    const uninstall = `mutation { uninstallApplication(input: { id: "${id}" }) { __typename } }`
    await askAs(app, asOwner, uninstall)
    expect((await inLake(apiKey)('/settings/business')).status).toBe(401)
    const events = await app.db.prisma.event.findMany({
      where: { accountId: lake.id },
      orderBy: { seq: 'asc' },
    })
    expect(events.map(({ type }) => type)).toEqual(['app.installed', 'app.uninstalled'])
  })

  it('is only for accounts that the owner owns now', async () => {
    const foreign = await makeAccount(app.db)
    const before = await rowCounts(app)
    const ask = async (id: string) =>
      (await callAs(app, keys)(`/subaccounts/${id}/apikeys`, { method: 'POST' })).status
    expect(await ask(idOf(foreign))).toBe(404)
    await giveRole(app.db, lake.id, owner.id, 'ADMIN')
    expect(await ask(idOf(lake))).toBe(404)
    expect(await ask(idOf(home))).toBe(400)
    expect(await rowCounts(app)).toEqual(before)
    const list = await callAs(app, keys)('/subaccounts')
    expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([idOf(home)])
  })

  it('loses with the role of the owner there', async () => {
    const apiKey = await authorized()
    await giveRole(app.db, lake.id, owner.id, 'VIEWER')
    const { status } = await inLake(apiKey)('/customers', { body: { firstName: 'Ada' } })
    expect(status).toBe(403)
  })
})

it('is for applications alone: a key of an owner is told so', async () => {
  const { key } = await makeApiKey(app.db, { accountId: home.id, userId: owner.id })
  const { errors } = await app.graphql(
    key,
    `mutation { authorizeSubaccount(input: { accountId: "${idOf(lake)}" }) { __typename } }`,
  )
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  const query = '{ viewer { installation { subaccounts { nodes { id } } } } }'
  expect((await app.graphql(key, query)).data).toEqual({ viewer: { installation: null } })
})
