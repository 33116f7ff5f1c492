// Every connection of the schema is walked forward and backward, with equal names and equal starts
// in the way, over two accounts.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'
import { done } from '../support/ask.ts'
import { makeViewers } from '../support/viewers.ts'
import { connectionFields, walk } from '../support/walk.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const token = tokens.multiAccountAdmin as string
const idOf = (id: string) => encodeId('Account', { accountId: id, id })
const first = idOf(accounts.first.id)

/** Five of everything with two names between them, each tied to all others of its account. */
async function fill(accountId: string) {
  const ids = { staff: [] as string[], resources: [] as string[], services: [] as string[] }
  for (const index of [0, 1, 2, 3, 4]) {
    const name = `Same ${index % 2}`
    ids.staff.push((await done(app, token, 'createStaffMember', { accountId, name })).id)
    ids.resources.push((await done(app, token, 'createResource', { accountId, name })).id)
    await done(app, token, 'createCustomer', { accountId, name })
  }
  for (const index of [0, 1, 2, 3, 4]) {
    const { id } = await done(app, token, 'createService', {
      accountId,
      name: `Same ${index % 2}`,
      kind: 'CLASS',
      durationMinutes: 60,
      capacity: 8,
      staffIds: ids.staff,
      resourceIds: ids.resources,
    })
    ids.services.push(id)
    for (const owner of [
      { accountId },
      { staffId: ids.staff[0] },
      { resourceId: ids.resources[0] },
    ]) {
      const on = `2026-04-0${1 + (index % 2)}`
      await done(app, token, 'createAvailabilityException', { ...owner, kind: 'CLOSED', on })
    }
    await done(app, token, 'createAvailabilityException', {
      serviceId: ids.services[0],
      kind: 'CLOSED',
      on: '2026-04-01',
    })
    await done(app, token, 'createBlock', {
      staffIds: [ids.staff[0]],
      resourceIds: [ids.resources[0]],
      startsAt: `2026-05-0${index + 1}T10:00:00Z`,
      endsAt: `2026-05-0${index + 1}T11:00:00Z`,
    })
  }
  for (const staffId of ids.staff) {
    const input = { serviceId: ids.services[0], startsAt: '2026-06-01T10:00:00Z' }
    await done(app, token, 'createSession', { ...input, staffIds: [staffId] })
    const later = { ...input, startsAt: `2026-06-0${ids.staff.indexOf(staffId) + 2}T10:00:00Z` }
    await done(app, token, 'createSession', { ...later, staffIds: [ids.staff[0]] })
  }
  return ids
}

const ours = await fill(first)
await fill(idOf(accounts.second.id))
const parents: Record<string, string | null> = {
  Query: null,
  Account: first,
  Service: ours.services[0] ?? '',
  StaffMember: ours.staff[0] ?? '',
  Resource: ours.resources[0] ?? '',
}

const catalogue: [string, number][] = [
  ['Query.services', 10],
  ['Query.staff', 10],
  ['Query.resources', 10],
  ['Query.sessions', 20],
  ['Query.customers', 10],
  ['Query.accounts', 2],
  ['Account.services', 5],
  ['Account.staff', 5],
  ['Account.resources', 5],
  ['Account.sessions', 10],
  ['Account.customers', 5],
  ['Account.exceptions', 5],
  ['Account.blocks', 5],
  ['Service.staff', 5],
  ['Service.resources', 5],
  ['Service.sessions', 10],
  ['Service.exceptions', 5],
  ['StaffMember.services', 5],
  ['StaffMember.sessions', 6],
  ['StaffMember.exceptions', 5],
  ['StaffMember.blocks', 5],
  ['Resource.services', 5],
  ['Resource.exceptions', 5],
  ['Resource.blocks', 5],
]

describe('every connection', () => {
  it('is one that this file knows a parent for', () => {
    const known = connectionFields(schema).map(({ parent, field }) => `${parent}.${field}`)
    expect(known).toEqual(expect.arrayContaining(catalogue.map(([name]) => name)))
  })

  it.each(catalogue)('%s is walked both ways and has %i', async (name, count) => {
    const [parent = '', field = ''] = name.split('.')
    const ids = await walk(app, token, { parent, field }, parents[parent] ?? null)
    expect(ids.length).toBe(count)
  })

  it.each(['NAME', 'CREATED_AT', 'UPDATED_AT'])(
    'orders customers by %s either way',
    async (field) => {
      const query = { parent: 'Query', field: 'customers' }
      const up = await walk(app, token, query, null, `, orderBy: { field: ${field} }`)
      const down = await walk(
        app,
        token,
        query,
        null,
        `, orderBy: { field: ${field}, direction: DESC }`,
      )
      expect(up.length).toBe(10)
      expect(down).toEqual(up.toReversed())
    },
  )

  it('reads the same list below many parents in one statement and keeps them apart', async () => {
    const { data } = await app.graphql(
      token,
      '{ accounts { nodes { slug staff(first: 3) { totalCount nodes { name account { slug } } } } } }',
    )
    const same = (slug: string) => ({
      slug,
      staff: {
        totalCount: 5,
        nodes: ['Same 0', 'Same 0', 'Same 0'].map((name) => ({ name, account: { slug } })),
      },
    })
    expect(data.accounts.nodes).toEqual([same(accounts.first.slug), same(accounts.second.slug)])
  })
})

describe('a page', () => {
  it.each([
    ['first: 101', '"first" is 101; 0 to 100 are allowed.'],
    ['last: -1', '"last" is -1; 0 to 100 are allowed.'],
    ['first: 1, last: 1', 'Give "first" or "last", not both.'],
    ['after: "nonsense"', 'This cursor is none of this list, or of another order.'],
  ])('with %s is refused', async (args, message) => {
    const answer = await app.graphql(token, `{ services(${args}) { nodes { id } } }`)
    expect(answer.errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }])
  })
})
