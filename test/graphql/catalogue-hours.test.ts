// Weekly hours and exceptions: set, seen, refused, and what the free slots make of them.
import { describe, expect, it } from 'vitest'
import { encodeId } from '../../src/graphql/ids.ts'
import { testApp } from '../support/app.ts'
import { change, done, rowCounts } from '../support/ask.ts'
import { makeViewers } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const accountId = encodeId('Account', { accountId: accounts.first.id, id: accounts.first.id })
const admin = tokens.admin

const make = async (mutation: string, input: object = {}) =>
  (await done(app, admin, mutation, { accountId, name: 'Thing', ...input })).id as string

const owners: [string, () => Promise<object>][] = [
  ['account', async () => ({ accountId })],
  ['staff', async () => ({ staffId: await make('createStaffMember') })],
  ['resource', async () => ({ resourceId: await make('createResource') })],
  [
    'service',
    async () => {
      const terms = { kind: 'APPOINTMENT', durationMinutes: 60 }
      return { serviceId: await make('createService', terms) }
    },
  ],
]

const select = 'weekday startLocalTime endLocalTime validFromOn validUntilOn'
const interval = (weekday: number, startLocalTime: string, endLocalTime: string) => ({
  weekday,
  startLocalTime,
  endLocalTime,
  validFromOn: null,
  validUntilOn: null,
})

const ofOwner = (id: string) =>
  app.graphql(
    admin,
    `query ($id: ID!) { node(id: $id) {
      ... on Account { workingHours { ${select} } exceptions { nodes { id } } }
      ... on StaffMember { workingHours { ${select} } exceptions { nodes { id } } }
      ... on Resource { workingHours { ${select} } exceptions { nodes { id } } }
      ... on Service { workingHours { ${select} } exceptions { nodes { id } } } } }`,
    { id },
  )

async function lastEvents(count: number) {
  const rows = await app.db.prisma.event.findMany({ orderBy: { seq: 'desc' }, take: count })
  return rows.toReversed().map(({ type, about, changes }) => ({ type, about, changes }))
}

describe.each(owners)('hours of a %s', (_what, ownerOf) => {
  it('are replaced as a whole, read in order and tell who changed', async () => {
    const owner = await ownerOf()
    const id = Object.values(owner)[0] as string
    const hours = [
      { weekday: 5, startLocalTime: '22:00', endLocalTime: '02:00' },
      { weekday: 1, startLocalTime: '00:00', endLocalTime: '24:00', validFromOn: '2026-04-01' },
    ]
    const stored = [
      { ...interval(1, '00:00', '24:00'), validFromOn: '2026-04-01' },
      interval(5, '22:00', '02:00'),
    ]
    expect(await done(app, admin, 'setWorkingHours', { ...owner, hours }, select)).toEqual(stored)
    const [event] = await lastEvents(1)
    expect(event).toMatchObject({
      type: 'availability.changed',
      changes: [{ field: 'workingHours', to: stored }],
    })
    const before = await rowCounts(app)
    await done(app, admin, 'setWorkingHours', { ...owner, hours }, select)
    expect(await rowCounts(app)).toEqual(before)
    const less = {
      ...owner,
      hours: [{ weekday: 2, startLocalTime: '09:00', endLocalTime: '12:00' }],
    }
    await done(app, admin, 'setWorkingHours', less, select)
    const { data } = await ofOwner(id)
    expect(data.node.workingHours).toEqual([interval(2, '09:00', '12:00')])
    expect(await done(app, admin, 'setWorkingHours', { ...owner, hours: [] }, select)).toEqual([])
  })

  it('are left alone by a refusal', async () => {
    const owner = await ownerOf()
    const first = [{ weekday: 1, startLocalTime: '09:00', endLocalTime: '17:00' }]
    await done(app, admin, 'setWorkingHours', { ...owner, hours: first }, select)
    const before = await rowCounts(app)
    const hours = [...first, { weekday: 1, startLocalTime: '16:00', endLocalTime: '18:00' }]
    expect(await change(app, admin, 'setWorkingHours', { ...owner, hours }, select)).toEqual({
      __typename: 'ValidationError',
      code: 'VALIDATION_FAILED',
      message: 'Two intervals overlap on weekday 1 from "16:00" to "17:00".',
      path: ['hours', '1'],
    })
    expect(await rowCounts(app)).toEqual(before)
  })

  it('have exceptions of their own, added and taken away with an event each', async () => {
    const owner = await ownerOf()
    const fields = `id kind on startLocalTime endLocalTime reason createdAt
      account { id } staff { id } resource { id } service { id }`
    const input = {
      ...owner,
      kind: 'OPEN',
      on: '2026-04-05',
      startLocalTime: '22:00',
      endLocalTime: '01:00',
      reason: 'Easter',
    }
    const { id, ...made } = await done(app, admin, 'createAvailabilityException', input, fields)
    const named = owner as Record<string, string>
    const idOf = (field: string) => (named[field] ? { id: named[field] } : null)
    const { accountId: _account, staffId: _staff, ...given } = input as Record<string, string>
    delete given['resourceId']
    delete given['serviceId']
    expect(made).toEqual({
      ...given,
      createdAt: '2026-03-02T08:00:00.000Z',
      account: { id: accountId },
      staff: idOf('staffId'),
      resource: idOf('resourceId'),
      service: idOf('serviceId'),
    })
    const ownerId = Object.values(owner)[0] as string
    expect((await ofOwner(ownerId)).data.node.exceptions.nodes).toEqual([{ id }])
    expect(await done(app, admin, 'deleteAvailabilityException', { id }, fields)).toEqual({
      id,
      ...made,
    })
    expect((await ofOwner(ownerId)).data.node.exceptions.nodes).toEqual([])
    const shown = expect.objectContaining({ kind: 'OPEN', on: '2026-04-05', endLocalTime: '01:00' })
    expect(await lastEvents(2)).toMatchObject([
      { type: 'availability.changed', changes: [{ field: 'exception', from: null, to: shown }] },
      { type: 'availability.changed', changes: [{ field: 'exception', from: shown, to: null }] },
    ])
    expect(await change(app, admin, 'deleteAvailabilityException', { id }, 'id')).toMatchObject({
      code: 'NOT_FOUND',
      path: ['id'],
    })
  })
})

describe('an owner', () => {
  it.each([
    [{}, 'accountId'],
    [{ accountId, staffId: accountId }, 'staffId'],
  ])('is exactly one: %j is refused', async (owner, field) => {
    const message = 'Give exactly one of "accountId", "staffId", "resourceId" and "serviceId".'
    for (const [mutation, rest] of [
      ['setWorkingHours', { hours: [] }],
      ['createAvailabilityException', { kind: 'CLOSED', on: '2026-04-05' }],
    ] as const) {
      const answer = await change(app, admin, mutation, { ...owner, ...rest }, '__typename')
      expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', message, path: [field] })
    }
  })

  it('replaces its hours one after the other when two do at once', async () => {
    const staffId = await make('createStaffMember')
    const sets = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({
      staffId,
      hours: [1, 2].map((at) => ({
        weekday,
        startLocalTime: `0${at}:00`,
        endLocalTime: `0${at}:30`,
      })),
    }))
    await Promise.all(sets.map((input) => done(app, admin, 'setWorkingHours', input, select)))
    const { data } = await ofOwner(staffId)
    const days = data.node.workingHours.map(({ weekday }: { weekday: number }) => weekday)
    expect(days.length).toBe(2)
    expect(days[0]).toBe(days[1])
  })
})

describe('an exception', () => {
  it.each([
    [{ on: '0000-01-01' }, ['on'], '"0000-01-01" is not a date from 1970-01-01 to 2199-12-31.'],
    [
      { startLocalTime: '10:00' },
      ['endLocalTime'],
      'Give both wall times, or neither for the whole day.',
    ],
  ])('with %j is refused', async (wrong, path, message) => {
    const input = { accountId, kind: 'CLOSED', on: '2026-04-05', ...wrong }
    const answer = await change(app, admin, 'createAvailabilityException', input, 'id')
    expect(answer).toMatchObject({ code: 'VALIDATION_FAILED', path, message })
  })

  it('is listed between dates', async () => {
    const staffId = await make('createStaffMember')
    for (const on of ['2026-04-03', '2026-04-01', '2026-04-02']) {
      await done(app, admin, 'createAvailabilityException', { staffId, kind: 'CLOSED', on })
    }
    const document = `query ($id: ID!) { node(id: $id) { ... on StaffMember {
      all: exceptions { nodes { on } }
      some: exceptions(filter: { from: "2026-04-02", to: "2026-04-03" }) { nodes { on } }
      open: exceptions(filter: { kind: OPEN }) { totalCount } } } }`
    const { data } = await app.graphql(admin, document, { id: staffId })
    expect(data.node).toEqual({
      all: { nodes: [{ on: '2026-04-01' }, { on: '2026-04-02' }, { on: '2026-04-03' }] },
      some: { nodes: [{ on: '2026-04-02' }] },
      open: { totalCount: 0 },
    })
  })
})
