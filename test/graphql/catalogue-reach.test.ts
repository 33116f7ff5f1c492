// Not yours is not there: every id in every input and filter, with ids of an account out of reach,
// of another account within reach, made up, and of another type.
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { decodeId, encodeId, type NodeName } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeViewers } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const token = tokens.multiAccountAdmin

/** One of everything in an account, by type name. */
async function furnish(by: string | null, id: string) {
  const accountId = encodeId('Account', { accountId: id, id })
  const named = { accountId, name: 'Thing' }
  const StaffMember = (await done(app, by, 'createStaffMember', named)).id
  const Resource = (await done(app, by, 'createResource', named)).id
  const Customer = (await done(app, by, 'createCustomer', named)).id
  const terms = { ...named, kind: 'CLASS', durationMinutes: 60 }
  const Service = (await done(app, by, 'createService', terms)).id
  const time = { startsAt: '2026-05-01T10:00:00Z', endsAt: '2026-05-01T11:00:00Z' }
  const Block = (await done(app, by, 'createBlock', { ...time, staffIds: [StaffMember] })).id
  const Session = (await done(app, by, 'createSession', { ...time, serviceId: Service })).id
  const closed = { kind: 'CLOSED', on: '2026-05-01' }
  const own = { accountId, ...closed }
  const AvailabilityException = (await done(app, by, 'createAvailabilityException', own)).id
  const ids = { Account: accountId, StaffMember, Resource, Customer, Service, Block, Session }
  return { ...ids, AvailabilityException } as Record<string, string>
}

const mine = await furnish(token, accounts.first.id)
const otherOfMine = await furnish(token, accounts.second.id)
const foreign = await furnish(tokens.outsider, accounts.foreign.id)

const at = { startsAt: '2026-06-01T10:00:00Z', endsAt: '2026-06-01T11:00:00Z' }
const { Account: accountId, Service: serviceId } = mine
const { StaffMember: staffId, Resource: resourceId } = mine
const service = { accountId, name: 'New', kind: 'APPOINTMENT', durationMinutes: 30 }
const closed = { kind: 'CLOSED', on: '2026-06-01' }

/** Mutation, an input that would be done, the path of an id in it, the type of that id. */
const inputs: [string, Record<string, unknown>, string, NodeName][] = [
  ['createService', service, 'accountId', 'Account'],
  ['createService', { ...service, staffIds: [staffId] }, 'staffIds.0', 'StaffMember'],
  ['createService', { ...service, resourceIds: [resourceId] }, 'resourceIds.0', 'Resource'],
  [
    'createService',
    { ...service, resourceRequirements: [[resourceId]] },
    'resourceRequirements.0.0',
    'Resource',
  ],
  ['updateService', { id: serviceId, name: 'Other' }, 'id', 'Service'],
  ['updateService', { id: serviceId, staffIds: [staffId] }, 'staffIds.0', 'StaffMember'],
  ['archiveService', { id: serviceId }, 'id', 'Service'],
  ['createStaffMember', { accountId, name: 'New' }, 'accountId', 'Account'],
  ['updateStaffMember', { id: staffId, name: 'Other' }, 'id', 'StaffMember'],
  ['archiveStaffMember', { id: staffId }, 'id', 'StaffMember'],
  ['createResource', { accountId, name: 'New' }, 'accountId', 'Account'],
  ['updateResource', { id: resourceId, name: 'Other' }, 'id', 'Resource'],
  ['archiveResource', { id: resourceId }, 'id', 'Resource'],
  ['createCustomer', { accountId, name: 'New' }, 'accountId', 'Account'],
  ['updateCustomer', { id: mine['Customer'], name: 'Other' }, 'id', 'Customer'],
  ['archiveCustomer', { id: mine['Customer'] }, 'id', 'Customer'],
  ['createSession', { serviceId, ...at }, 'serviceId', 'Service'],
  ['createSession', { serviceId, ...at, staffIds: [staffId] }, 'staffIds.0', 'StaffMember'],
  ['createSession', { serviceId, ...at, resourceIds: [resourceId] }, 'resourceIds.0', 'Resource'],
  ['updateSession', { id: mine['Session'], capacity: 9 }, 'id', 'Session'],
  ['updateSession', { id: mine['Session'], staffIds: [staffId] }, 'staffIds.0', 'StaffMember'],
  [
    'updateSession',
    { id: mine['Session'], resourceIds: [resourceId] },
    'resourceIds.0',
    'Resource',
  ],
  ['archiveSession', { id: mine['Session'] }, 'id', 'Session'],
  ['setWorkingHours', { accountId, hours: [] }, 'accountId', 'Account'],
  ['setWorkingHours', { staffId, hours: [] }, 'staffId', 'StaffMember'],
  ['setWorkingHours', { resourceId, hours: [] }, 'resourceId', 'Resource'],
  ['setWorkingHours', { serviceId, hours: [] }, 'serviceId', 'Service'],
  ['createAvailabilityException', { accountId, ...closed }, 'accountId', 'Account'],
  ['createAvailabilityException', { staffId, ...closed }, 'staffId', 'StaffMember'],
  ['createAvailabilityException', { resourceId, ...closed }, 'resourceId', 'Resource'],
  ['createAvailabilityException', { serviceId, ...closed }, 'serviceId', 'Service'],
  [
    'deleteAvailabilityException',
    { id: mine['AvailabilityException'] },
    'id',
    'AvailabilityException',
  ],
  ['createBlock', { ...at, staffIds: [staffId] }, 'staffIds.0', 'StaffMember'],
  ['createBlock', { ...at, resourceIds: [resourceId] }, 'resourceIds.0', 'Resource'],
  [
    'createBlock',
    { ...at, staffIds: [staffId], resourceIds: [resourceId] },
    'resourceIds.0',
    'Resource',
  ],
  ['updateBlock', { id: mine['Block'], reason: 'Other' }, 'id', 'Block'],
  ['updateBlock', { id: mine['Block'], staffIds: [staffId] }, 'staffIds.0', 'StaffMember'],
  ['updateBlock', { id: mine['Block'], resourceIds: [resourceId] }, 'resourceIds.0', 'Resource'],
  ['deleteBlock', { id: mine['Block'] }, 'id', 'Block'],
]

function replaced(input: Record<string, unknown>, path: string, id: string) {
  const copy = structuredClone(input)
  const parts = path.split('.')
  const last = parts.pop() ?? ''
  // oxlint-disable-next-line no-explicit-any
  const holder = parts.reduce<any>((value, part) => value[part], copy)
  holder[last] = id
  return copy
}

describe('an id in a mutation', () => {
  it.each(inputs)('$0: $2 is absent unless it is yours', async (name, input, path, type) => {
    const before = await rowCounts(app)
    const account = mine['Account'] as string
    const madeUp = newId()
    const own = decodeId(account)?.accountId ?? ''
    const absent = [
      foreign[type] as string,
      encodeId(type, { accountId: madeUp, id: madeUp }),
      ...(type === 'Account' ? [] : [encodeId(type, { accountId: own, id: madeUp })]),
      // The row of somebody else, dressed up as one of ours.
      ...(type === 'Account'
        ? []
        : [encodeId(type, { accountId: own, id: decodeId(foreign[type] ?? '')?.id ?? '' })]),
      type === 'Service' ? (mine['Customer'] as string) : (serviceId as string),
      'nonsense',
      '',
    ]
    // What stands beside others of an account has to be of that account.
    if (path.includes('.') && !(name === 'createBlock' && Object.keys(input).length === 3)) {
      absent.push(otherOfMine[type] as string)
    }
    for (const id of absent) {
      const answer = await change(app, token, name, replaced(input, path, id), '__typename')
      expect(answer).toEqual({
        __typename: 'NotFoundError',
        code: 'NOT_FOUND',
        message: `No ${type} with this id exists.`,
        path: path.split('.').slice(0, 1),
      })
    }
    expect(await rowCounts(app)).toEqual(before)
  })
})

describe('an id in a query', () => {
  const madeUp = newId()

  it.each(['services', 'staff', 'resources', 'sessions', 'customers'])(
    '%s answers for an account out of reach as for one that does not exist',
    async (field) => {
      const ids = [
        foreign['Account'],
        encodeId('Account', { accountId: madeUp, id: madeUp }),
        mine['Service'],
        'nonsense',
      ]
      for (const id of ids) {
        const document = `query ($id: ID!) { ${field}(accounts: [$id]) { totalCount } }`
        const answer = await app.graphql(token, document, { id })
        expect(answer.data).toBeNull()
        expect(answer.errors).toMatchObject([
          {
            message: `No account with the id "${id}" exists.`,
            path: [field],
            extensions: { code: 'NOT_FOUND', argument: 'accounts' },
          },
        ])
      }
    },
  )

  it('finds no node of an account out of reach', async () => {
    const ids = Object.values(foreign)
    const document = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }'
    expect(await app.graphql(token, document, { ids })).toEqual({
      data: { nodes: ids.map(() => null) },
    })
    const { data } = await app.graphql(tokens.outsider, document, { ids })
    expect(data.nodes).toEqual(ids.map((id) => ({ id })))
  })

  it.each(['account(id: $id)', 'account(slug: $slug)'])(
    '%s is null out of reach',
    async (field) => {
      const document = `query ($id: ID, $slug: String) { ${field} { id }
      is: __typename @skip(if: true) a: account(id: $id) { id } b: account(slug: $slug) { id } }`
      const variables = { id: foreign['Account'], slug: accounts.foreign.slug }
      expect(await app.graphql(token, document, variables)).toEqual({
        data: { account: null, a: null, b: null },
      })
    },
  )

  it('narrows by ids out of reach as by ids of nothing', async () => {
    const document = `query ($service: ID!, $staff: ID!) {
      a: sessions(filter: { serviceIds: [$service] }) { totalCount nodes { id } }
      b: sessions(filter: { staffIds: [$staff] }) { totalCount nodes { id } }
      c: staff(filter: { serviceIds: [$service] }) { totalCount nodes { id } }
    }`
    const variables = { service: foreign['Service'], staff: foreign['StaffMember'] }
    const nothing = { totalCount: 0, nodes: [] }
    expect(await app.graphql(token, document, variables)).toEqual({
      data: { a: nothing, b: nothing, c: nothing },
    })
  })

  it('lists what is in reach, and nothing else, when no account is named', async () => {
    const document = `{ services { nodes { id } } staff { nodes { id } } resources { nodes { id } }
      sessions { nodes { id } } customers { nodes { id } } accounts { nodes { id } } }`
    const { data } = await app.graphql(token, document)
    const seen = Object.values(data).flatMap((list) =>
      (list as { nodes: { id: string }[] }).nodes.map(({ id }) => decodeId(id)?.accountId),
    )
    expect(new Set(seen)).toEqual(new Set([accounts.first.id, accounts.second.id]))
    expect(seen.length).toBe(12)
  })
})

describe('a scope that is lacking', () => {
  it.each(inputs)('$0 with $2 needs more than reading rights', async (name, input) => {
    const before = await rowCounts(app)
    const stem = `${name[0]?.toUpperCase()}${name.slice(1)}`
    const document = `mutation ($input: ${stem}Input!) { ${name}(input: $input) { __typename } }`
    const denied = await app.graphql(tokens.readOnly, document, { input })
    expect(denied.data).toEqual({ [name]: null })
    expect(denied.errors).toMatchObject([{ path: [name], extensions: { code: 'FORBIDDEN' } }])
    const unknown = await app.graphql(null, document, { input })
    expect(unknown.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    expect(await rowCounts(app)).toEqual(before)
  })
})
