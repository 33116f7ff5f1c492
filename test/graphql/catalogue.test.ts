// Services, staff members, resources and customers: made, read, changed and archived, as documents.
import { describe, expect, it } from 'vitest'
import { decodeId, encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, documentOf, done, rowCounts } from '../support/ask.ts'
import { makeViewers } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const account = encodeId('Account', { accountId: accounts.first.id, id: accounts.first.id })
const admin = tokens.admin

/** What happened to a thing, oldest first. */
async function eventsOf(id: string) {
  const rows = await app.db.prisma.event.findMany({
    where: { subjectId: decodeId(id)?.id ?? '' },
    orderBy: { seq: 'asc' },
  })
  return rows.map(({ type, subjectVersion, changes }) => ({ type, subjectVersion, changes }))
}

const make = async (mutation: string, input: object) =>
  (await done(app, admin, mutation, { accountId: account, ...input })).id as string

const service = { name: 'Cut', kind: 'APPOINTMENT', durationMinutes: 30 }

/** Type, input of its creation, a change, what the change is called in events. */
const things: [string, object, object, object[]][] = [
  ['Service', service, { name: 'Trim' }, [{ field: 'name', from: 'Cut', to: 'Trim' }]],
  ['StaffMember', { name: 'Ana' }, { name: 'Bea' }, [{ field: 'name', from: 'Ana', to: 'Bea' }]],
  ['Resource', { name: 'Hall' }, { capacity: 2 }, [{ field: 'capacity', from: 1, to: 2 }]],
  ['Customer', { name: 'Ada' }, { tags: ['vip'] }, [{ field: 'tags', from: [], to: ['vip'] }]],
]

const stems: Record<string, string> = { StaffMember: 'staff' }
const stemOf = (type: string) => stems[type] ?? type.toLowerCase()

describe.each(things)('a %s', (type, input, change_, changes) => {
  it('changes, is archived and comes back, each with its event and version', async () => {
    const id = await make(`create${type}`, input)
    const select = 'version active updatedAt'
    app.clock.advance(1000)
    const now = new Date(app.clock.now()).toISOString()
    const changed = await done(app, admin, `update${type}`, { id, ...change_ }, select)
    expect(changed).toEqual({ version: 2, active: true, updatedAt: now })
    const archived = await done(app, admin, `archive${type}`, { id }, select)
    expect(archived).toEqual({ version: 3, active: false, updatedAt: now })
    const back = await done(app, admin, `update${type}`, { id, active: true }, select)
    expect(back).toEqual({ version: 4, active: true, updatedAt: now })
    const stem = stemOf(type)
    const [created, ...later] = await eventsOf(id)
    expect(created).toMatchObject({ type: `${stem}.created`, subjectVersion: 1 })
    expect(later).toEqual([
      { type: `${stem}.updated`, subjectVersion: 2, changes },
      {
        type: type === 'Customer' ? 'customer.deleted' : `${stem}.archived`,
        subjectVersion: 3,
        changes: [{ field: 'active', from: true, to: false }],
      },
      {
        type: `${stem}.updated`,
        subjectVersion: 4,
        changes: [{ field: 'active', from: false, to: true }],
      },
    ])
  })

  it('is not changed by an update that changes nothing, nor archived twice', async () => {
    const id = await make(`create${type}`, input)
    await done(app, admin, `update${type}`, { id, ...change_ })
    const before = await rowCounts(app)
    expect(await done(app, admin, `update${type}`, { id, ...change_ }, 'version')).toEqual({
      version: 2,
    })
    expect(await rowCounts(app)).toEqual(before)
    await done(app, admin, `archive${type}`, { id })
    expect(await done(app, admin, `archive${type}`, { id }, 'version')).toEqual({ version: 3 })
    expect((await eventsOf(id)).length).toBe(3)
  })

  it.each(['update', 'archive'])('refuses to %s another version than expected', async (verb) => {
    const id = await make(`create${type}`, input)
    const before = await rowCounts(app)
    const stale = verb === 'update' ? { id, ...change_ } : { id }
    const answer = await app.graphql(
      admin,
      documentOf(`${verb}${type}`, 'id').replace(
        '... on Refusal',
        '... on VersionConflictError { currentVersion } ... on Refusal',
      ),
      { input: { ...stale, expectedVersion: 7 } },
    )
    const what = type === 'StaffMember' ? 'Staff member' : type
    expect(answer.data.result).toEqual({
      __typename: 'VersionConflictError',
      code: 'VERSION_CONFLICT',
      message: `${what} has version 1, not 7: read it again before changing it.`,
      path: ['expectedVersion'],
      currentVersion: 1,
    })
    expect(await rowCounts(app)).toEqual(before)
    await done(app, admin, `${verb}${type}`, { ...stale, expectedVersion: 1 })
  })

  it('is made once for one idempotency key', async () => {
    const once = { accountId: account, ...input, idempotencyKey: `key of ${type}` }
    const { id } = await done(app, admin, `create${type}`, once)
    const before = await rowCounts(app)
    expect(await done(app, admin, `create${type}`, once)).toEqual({ id })
    const other = { ...once, name: 'Other' }
    expect(await change(app, admin, `create${type}`, other, 'id')).toMatchObject({
      __typename: 'IdempotencyConflictError',
      code: 'IDEMPOTENCY_CONFLICT',
    })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('is not archived by an update', async () => {
    const id = await make(`create${type}`, input)
    const answer = await change(app, admin, `update${type}`, { id, active: false }, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path: ['active'] })
  })
})

describe('a service', () => {
  it('is made with everything it was asked to have, and the rest by default', async () => {
    const now = new Date(app.clock.now()).toISOString()
    const ana = await done(app, admin, 'createStaffMember', { accountId: account, name: 'Ana' })
    const room = await done(app, admin, 'createResource', { accountId: account, name: 'Room' })
    const input = {
      accountId: account,
      name: 'Massage',
      kind: 'APPOINTMENT',
      durationMinutes: 50,
      price: { amount: 6500, currency: 'GBP' },
      bookableFromOn: '2026-03-01',
      staffIds: [ana.id],
      staffTerms: [{ staffId: ana.id, durationMinutes: 60, price: { amount: 7000 } }],
      resourceIds: [room.id],
    }
    const service = await done(
      app,
      admin,
      'createService',
      input,
      `name kind description durationMinutes price { amount currency formatted(locale: "en-GB") }
       bufferBeforeMinutes bufferAfterMinutes slotStepMinutes stepFrom staffMode minNoticeMinutes
       maxAdvanceDays bookableFromOn bookableUntilOn dailyLimit capacity minParty maxParty
       requiresConfirmation cancelFreeHours cancelRefundPercent active version
       createdAt updatedAt account { slug }
       staff { nodes { name services { nodes { name } } } }
       staffTerms { durationMinutes price { amount } staff { name } }
       resources { nodes { name capacity services { totalCount } } }
       resourceRequirements { resources { name } }`,
    )
    expect(service).toEqual({
      name: 'Massage',
      kind: 'APPOINTMENT',
      description: null,
      durationMinutes: 50,
      price: { amount: 6500, currency: 'GBP', formatted: '£65.00' },
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: 0,
      slotStepMinutes: 15,
      stepFrom: 'MIDNIGHT',
      staffMode: 'ANY',
      minNoticeMinutes: 0,
      maxAdvanceDays: null,
      bookableFromOn: '2026-03-01',
      bookableUntilOn: null,
      dailyLimit: null,
      capacity: 1,
      minParty: 1,
      maxParty: 1,
      requiresConfirmation: false,
      cancelFreeHours: 0,
      cancelRefundPercent: 100,
      active: true,
      version: 1,
      createdAt: now,
      updatedAt: now,
      account: { slug: accounts.first.slug },
      staff: { nodes: [{ name: 'Ana', services: { nodes: [{ name: 'Massage' }] } }] },
      staffTerms: [{ durationMinutes: 60, price: { amount: 7000 }, staff: { name: 'Ana' } }],
      resources: { nodes: [{ name: 'Room', capacity: 1, services: { totalCount: 1 } }] },
      resourceRequirements: [{ resources: [{ name: 'Room' }] }],
    })
  })
})

describe('an update of a service', () => {
  const select = `price { amount } staff { nodes { name } }
    staffTerms { staff { name } durationMinutes } resourceRequirements { resources { name } }`

  it('keeps the terms of staff who stay, and clears what is set to null', async () => {
    const ana = await make('createStaffMember', { name: 'Ana' })
    const bea = await make('createStaffMember', { name: 'Bea' })
    const [a, b] = [
      await make('createResource', { name: 'A' }),
      await make('createResource', { name: 'B' }),
    ]
    const id = await make('createService', {
      ...service,
      price: { amount: 100 },
      staffIds: [ana, bea],
      staffTerms: [{ staffId: ana, durationMinutes: 45 }],
      resourceRequirements: [[a], [b]],
    })
    const input = { id, price: null, staffIds: [ana], resourceIds: [a, b] }
    expect(await done(app, admin, 'updateService', input, select)).toEqual({
      price: null,
      staff: { nodes: [{ name: 'Ana' }] },
      staffTerms: [{ staff: { name: 'Ana' }, durationMinutes: 45 }],
      resourceRequirements: [{ resources: [{ name: 'A' }, { name: 'B' }] }],
    })
    const rowId = (text: string) => decodeId(text)?.id
    const { changes } = (await eventsOf(id)).at(-1) ?? {}
    expect(changes).toEqual([
      { field: 'priceMinor', from: 100, to: null },
      { field: 'staffIds', from: [rowId(ana), rowId(bea)], to: [rowId(ana)] },
      {
        field: 'resourceRequirements',
        from: [[rowId(a)], [rowId(b)]],
        to: [[rowId(a), rowId(b)]],
      },
    ])
  })

  it('shows in what follows it in the same request', async () => {
    const ana = await make('createStaffMember', { name: 'Ana' })
    const id = await make('createService', service)
    const document = `mutation ($a: UpdateServiceInput!, $b: UpdateServiceInput!) {
      a: updateService(input: $a) { ... on UpdateServiceSuccess { data { staff { totalCount } } } }
      b: updateService(input: $b) { ... on UpdateServiceSuccess { data { staff { totalCount } } } }
    }`
    const variables = { a: { id, name: 'Other' }, b: { id, staffIds: [ana] } }
    expect(await app.graphql(admin, document, variables)).toEqual({
      data: {
        a: { data: { staff: { totalCount: 0 } } },
        b: { data: { staff: { totalCount: 1 } } },
      },
    })
  })
})

describe('the name of a customer', () => {
  it.each([
    [{ firstName: 'Ada', lastName: 'Byron' }, { lastName: 'Lovelace' }, 'Ada Lovelace'],
    [{ firstName: 'Ada', lastName: 'Byron' }, { lastName: null }, 'Ada'],
    [{ name: 'Countess', firstName: 'Ada' }, { firstName: 'Augusta' }, 'Countess'],
    [{ firstName: 'Ada' }, { name: 'The Countess' }, 'The Countess'],
  ])('made of %j is after %j %s', async (input, after, name) => {
    const id = await make('createCustomer', input)
    expect(await done(app, admin, 'updateCustomer', { id, ...after }, 'name')).toEqual({ name })
  })
})

describe('lists', () => {
  it('narrow as they are asked to', async () => {
    const document = `{
      kind: services(filter: { kind: CLASS }) { nodes { name } }
      archived: services(filter: { active: false, search: "old" }) { nodes { name } }
      staff(filter: { search: "zoë" }) { nodes { name } }
      tagged: customers(filter: { tags: ["x", "list-tag"] }) { nodes { name } }
      grouped: customers(filter: { groups: ["list-group"] }) { nodes { name } }
      created: customers(filter: { createdAt: { from: "2027-01-01T00:00:00Z" } }) { nodes { name } }
      gone: customers(search: "Gone") { nodes { name } }
      goneToo: customers(search: "Gone", filter: { active: null }) { nodes { name } }
    }`
    await make('createService', { ...service, name: 'Yoga', kind: 'CLASS' })
    const old = await make('createService', { ...service, name: 'Very Old' })
    await done(app, admin, 'archiveService', { id: old })
    await make('createStaffMember', { name: 'Zoë' })
    await make('createCustomer', { name: 'Tagged', tags: ['list-tag', 'other'] })
    await make('createCustomer', { name: 'Grouped', groups: ['list-group'] })
    const gone = await make('createCustomer', { name: 'Gone' })
    await done(app, admin, 'archiveCustomer', { id: gone })
    app.clock.set('2027-01-01T00:00:00Z')
    await make('createCustomer', { name: 'Later' })
    const only = (name: string) => ({ nodes: [{ name }] })
    expect(await app.graphql(admin, document)).toEqual({
      data: {
        kind: only('Yoga'),
        archived: only('Very Old'),
        staff: only('Zoë'),
        tagged: only('Tagged'),
        grouped: only('Grouped'),
        created: only('Later'),
        gone: { nodes: [] },
        goneToo: only('Gone'),
      },
    })
  })

  it('refuse a date-time that no calendar has', async () => {
    const document = `{ customers(filter: { createdAt: { from: "0000-01-01T00:00:00Z" } }) {
      totalCount } }`
    const { errors } = await app.graphql(admin, document)
    expect(errors).toMatchObject([
      {
        message: 'A date-time must lie in the years 0001 to 9999.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ])
  })
})
