// Not yours is not there, everywhere: every id that the schema takes, by every kind of credential,
// is asked with things of an account out of reach and with things that were made up. Both are
// answered the same, in content and in number of statements; nothing of that account is told and
// nothing at all changes.
import { getNamedType, isLeafType, isObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { newId } from '../../src/db/id.ts'
import { encodeEventCursor } from '../../src/events/cursor.ts'
import { encodeId, nowhere, type NodeName } from '../../src/graphql/ids.ts'
import { issueUserSession } from '../../src/auth/user-session.data.ts'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'
import { makeApiKey } from '../support/makers.ts'
import { makePerson } from '../support/people.ts'
import { makeViewers, viewerNames } from '../support/viewers.ts'
import {
  documentOf,
  idTypeOf,
  meaningOf,
  rightArgs,
  slotsOf,
  variablesOf,
  withValue,
} from './asking.ts'
import { asker, type Asker } from './asker.ts'
import { exampleOf } from './examples.ts'
import { checksums, textsWithout } from './tables.ts'
import { forApplications, isConnection, waysTo, type Way } from './ways.ts'
import { fillWorld } from './world.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const mine = await fillWorld(app.db, accounts.first.id, 'ownerly')
const also = await fillWorld(app.db, accounts.second.id, 'secondly')
const theirs = await fillWorld(app.db, accounts.foreign.id, 'canaries')

const ways = waysTo(schema)
const slots = ways.flatMap(slotsOf)
const allIds = slots.filter(({ type }) => String(type).startsWith('ID'))
const ids = allIds.filter(({ way }) => way.operation !== 'subscription')
const nodeNames = Object.keys(theirs.rows) as NodeName[]
const insiders = viewerNames.filter((name) => name !== 'outsider')
const asked = Object.fromEntries(
  await Promise.all(viewerNames.map(async (name) => [name, await asker(app, tokens[name])])),
) as Record<(typeof viewerNames)[number], Asker>

// What only an owner does is done by one.
const ownerKey = await makeApiKey(app.db, { accountId: accounts.first.id, role: 'OWNER' })
const owner = await asker(app, ownerKey.key)
// And what only a person does, by one who is signed in.
const person = await makePerson(app, { [accounts.first.id]: 'ADMIN' })
const session = { userId: person.id, address: null, agent: null, now: app.clock.now() }
const signedIn = await asker(app, (await issueUserSession(app.db.prisma, session)).secret)
const doerOf = ({ name }: Way) => {
  if (name === 'Mutation.leaveAccount') return signedIn
  return name === 'Mutation.authorizeApplication' ? owner : asked.admin
}

/** Ids of a type that must be told apart by nobody who reaches only the first account. */
function strangeIds(type: NodeName): { dressedAs: string; given: string[] }[] {
  const [ours, other] = [mine.accountId, theirs.accountId]
  const row = theirs.rows[type][0] ?? ''
  const id = (accountId: string, rowId: string) => encodeId(type, { accountId, id: rowId })
  const nobody = newId()
  const madeUp = type === 'Account' ? id(nobody, nobody) : id(nobody, newId())
  return [
    { dressedAs: 'theirs', given: [id(other, row), id(other, newId()), madeUp] },
    { dressedAs: 'ours', given: [id(ours, row), id(ours, newId())] },
    { dressedAs: 'nobody’s', given: [id(nowhere, row), id(nowhere, newId())] },
  ]
}

/** Whether there are things of this type that `node` finds. */
function isNode(name: NodeName): boolean {
  const type = schema.getType(name)
  return isObjectType(type) && type.getInterfaces().some((each) => each.name === 'Node')
}

/** An answer to compare: errors of fields that are read together come in any order. */
function shown(asked: Awaited<ReturnType<Asker['counted']>>, echo: string): string {
  const { data, errors = [] } = asked.answer
  const sorted = errors.map((error) => JSON.stringify(error)).toSorted()
  const text = JSON.stringify([asked.statements, data, ...sorted])
  return text.replaceAll(echo, '<echo>')
}

describe('the other account', () => {
  it('has its word in every text there is', async () => {
    expect(await textsWithout(app.db, theirs)).toEqual([])
  })

  it('is seen by whoever it belongs to', async () => {
    const document = documentOf(ways.find(({ name }) => name === 'Query.bookings')!)
    expect(JSON.stringify(await asked.outsider.ask(document, {}))).toContain(theirs.word)
  })
})

describe('an id', async () => {
  const before = await checksums(app.db)

  it('stands in some places of every kind of operation', () => {
    expect(new Set(ids.map(({ way }) => way.operation))).toEqual(new Set(['query', 'mutation']))
    expect(ids.length).toBeGreaterThan(100)
  })

  it.each(ids)('$name tells nothing of another account', async (slot) => {
    const document = documentOf(slot.way)
    const right = rightArgs(slot, mine)
    const own = idTypeOf(slot)
    for (const type of own ? [own] : nodeNames) {
      for (const { dressedAs, given } of strangeIds(type)) {
        for (const name of insiders) {
          const answers: string[] = []
          for (const id of given) {
            const args = withValue(slot, right, id, mine)
            const variables = variablesOf(slot.way, args, mine)
            answers.push(shown(await asked[name].counted(document, variables), id))
          }
          const about = `${name} asks for a ${type} dressed as ${dressedAs}`
          expect([about, ...answers]).toEqual([about, ...answers.map(() => answers[0])])
          expect(answers[0]).not.toMatch(/canaries|INTERNAL_SERVER_ERROR/i)
        }
      }
    }
  })

  it('joined of one account and the row of another of one’s own names nothing', async () => {
    const document = documentOf(ways.find(({ name }) => name === 'Query.nodes') as Way)
    for (const type of nodeNames.filter((name) => name !== 'Account')) {
      const forged = encodeId(type, { accountId: mine.accountId, id: also.rows[type][0] ?? '' })
      const variables = { ids_: [forged, also.id(type), forged] }
      const { data } = await asked.multiAccountAdmin.ask(document, variables)
      const found = (data as { result: unknown[] }).result
      const [before, own, after] = found.map((node) => node && Object.keys(node).length > 0)
      expect([type, before, own, after]).toEqual([type, null, isNode(type) || null, null])
    }
  })

  it('has changed nothing by being asked for', async () => {
    // How far the log was read is nobody's; that somebody tried is told to the accounts of
    // whoever did, and to no other.
    const unlogged = (sums: typeof before) => ({ ...sums, LogReader: '', AuditEntry: '' })
    expect(unlogged(await checksums(app.db))).toEqual(unlogged(before))
    const refused = { accountId: theirs.accountId, outcome: 'REFUSED' as const }
    expect(await app.db.prisma.auditEntry.count({ where: refused })).toBe(0)
  })

  const byKeys = ids.filter(({ way }) => !forApplications.has(way.name))

  it.each(byKeys)('$name finds what is its own', async (slot) => {
    const args = rightArgs(slot, mine)
    const variables = variablesOf(slot.way, args, mine)
    const doer = doerOf(slot.way)
    const { answer, statements } = await doer.counted(documentOf(slot.way), variables)
    expect(answer).not.toHaveProperty('errors')
    expect(statements).toBeGreaterThan(0)
    const stem = getNamedType(slot.way.field.type).name.replace(/Result$/, 'Success')
    const done = { result: { __typename: stem } }
    if (slot.way.operation === 'mutation') expect(answer.data).toMatchObject(done)
  })
})

describe('a text', () => {
  /** What another account has, where a text finds things; elsewhere it is the word itself. */
  const texts: Record<string, unknown> = {
    slug: theirs.slug,
    number: `${theirs.word}0`,
    emails: `${theirs.word}.customer0@example.com`,
    tags: `${theirs.word} tag`,
    groups: `${theirs.word} group`,
    externalRef: `${theirs.word} reference`,
  }
  const searching = slots.filter(
    ({ way, type, path }) =>
      way.operation === 'query' &&
      /^(String|EmailAddress)/.test(String(type)) &&
      !['after', 'before', 'locale'].includes(path[0] ?? ''),
  )

  it.each(searching)('$name finds nothing of another account', async (slot) => {
    const document = documentOf(slot.way)
    const right = rightArgs(slot, mine)
    const known = String(texts[meaningOf(slot)] ?? theirs.word)
    for (const name of insiders) {
      const answers: string[] = []
      for (const text of [known, known.replace(theirs.word, 'unwritten')]) {
        const args = withValue(slot, right, text, mine)
        const variables = variablesOf(slot.way, args, mine)
        answers.push(shown(await asked[name].counted(document, variables), text))
      }
      expect([name, answers[0]]).toEqual([name, answers[1]])
      expect(answers[0]).not.toMatch(/canaries|INTERNAL_SERVER_ERROR/i)
    }
  })
})

describe('a cursor', () => {
  // Places in the log of events are looked at below: they are of another kind.
  const lists = ways.filter(
    ({ field, operation, name }) =>
      operation === 'query' &&
      isConnection(field) &&
      name !== 'Query.events' &&
      !forApplications.has(name),
  )

  it.each(lists)('$name goes on from a row of nobody as from one of another', async (way) => {
    const id = way.from && theirs.id(way.from as NodeName, way.name === 'Service.sessions' ? 1 : 0)
    const variables = `($after: String${id ? ', $id: ID!' : ''})`
    const page = `first: 3, after: $after) { edges { cursor node { __typename } } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`
    const document = `query ${variables} { ${way.wrap(`${way.field.name}(${page}`)} }`
    const { data } = await asked.outsider.ask(document, { id })
    const cursor = /"cursor":"([\w-]+)"/.exec(JSON.stringify(data))?.[1] ?? ''
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as string[]
    const invented = Buffer.from(JSON.stringify(parts.with(2, newId()))).toString('base64url')
    for (const name of insiders) {
      const answers: string[] = []
      for (const after of [cursor, invented]) {
        const from = { id: way.from && mine.id(way.from as NodeName), after }
        answers.push(shown(await asked[name].counted(document, from), after))
      }
      expect([name, answers[0]]).toEqual([name, answers[1]])
      expect(answers[0]).not.toMatch(/canaries|INTERNAL_SERVER_ERROR/i)
    }
  })
})

describe('everything of an account', () => {
  const fields = ways.filter(
    ({ operation, parent, field }) =>
      operation === 'query' && (parent.name === 'Query' || !isLeafType(getNamedType(field.type))),
  )

  it.each(fields)('$name shows nothing of another', async (way) => {
    const [slot] = slotsOf(way)
    const args = slot ? rightArgs(slot, mine) : {}
    // What each of the others may not see of it is said by the authorization table.
    for (const name of ['frontDesk', 'multiAccountAdmin'] as const) {
      const answer = await asked[name].ask(documentOf(way, 2), variablesOf(way, args, mine))
      expect(JSON.stringify([name, answer])).not.toMatch(/canaries|INTERNAL_SERVER_ERROR/i)
    }
  })
})

const documents: Record<string, string> = {
  'Subscription.bookingEvents':
    'subscription ($accounts_: [ID!], $filter_: BookingEventFilter, $after_: EventCursor) {' +
    ' bookingEvents(accounts: $accounts_, filter: $filter_, after: $after_) { id } }',
  'Subscription.accountEvents':
    'subscription ($accounts_: [ID!], $types_: [String!], $after_: EventCursor) {' +
    ' accountEvents(accounts: $accounts_, types: $types_, after: $after_) { id } }',
}

const subscriptions = ways.filter(({ operation }) => operation === 'subscription')

it('knows every subscription', () => {
  // Changes of availability are no events: they have tests of their own.
  const known = [...Object.keys(documents), 'Subscription.availabilityChanged']
  expect(subscriptions.map(({ name }) => name).toSorted()).toEqual(known.toSorted())
})

describe.each(subscriptions.filter(({ name }) => name in documents))('$name', (way) => {
  const document = documents[way.name] ?? ''
  const places = allIds.filter((slot) => slot.way === way)
  const listeners = insiders.filter((name) => !['anonymous', 'frontDesk'].includes(name))

  it('takes ids where this test looks', () => {
    expect(places.length).toBe(way.field.name === 'bookingEvents' ? 6 : 1)
  })

  it.each(places)('$name refuses or takes the same ids', async (slot) => {
    for (const { given } of strangeIds(idTypeOf(slot) as NodeName)) {
      for (const name of insiders) {
        const answers: string[] = []
        for (const id of given) {
          const variables = variablesOf(way, withValue(slot, {}, id, mine), mine)
          const { source, refusal } = await asked[name].listen(document, variables)
          void source?.return()
          answers.push((JSON.stringify(refusal) ?? '').replaceAll(id, '<id>'))
        }
        expect([name, ...answers]).toEqual([name, ...answers.map(() => answers[0])])
        expect(answers[0]).not.toMatch(/canaries|INTERNAL_SERVER_ERROR/i)
      }
    }
  })

  it('does not know the places of events of another account', async () => {
    const event = await app.db.prisma.event.findFirstOrThrow({
      where: { accountId: theirs.accountId },
    })
    const invented = { ...event, seq: event.seq + 1_000_000n }
    for (const name of listeners) {
      const answers: string[] = []
      for (const after of [event, invented].map(encodeEventCursor)) {
        const { source, refusal } = await asked[name].listen(document, { after_: after })
        void source?.return()
        answers.push(JSON.stringify(refusal))
      }
      expect([name, ...answers]).toEqual([name, ...answers.map(() => answers[1])])
      expect(answers[1]).toContain('CURSOR_EXPIRED')
    }
  })

  it('hears of its own accounts only, whatever it is narrowed to', async () => {
    const narrowed = places.map((slot) => {
      if (meaningOf(slot) === 'accounts') return {}
      return withValue(slot, {}, theirs.id(idTypeOf(slot) as NodeName), mine)
    })
    const open = async (name: keyof typeof asked, args: object) => {
      const { source } = await asked[name].listen(document, variablesOf(way, { ...args }, mine))
      if (!source) throw new Error(`${name} cannot listen`)
      return source
    }
    const all = await Promise.all(listeners.map((name) => open(name, {})))
    const some = await Promise.all(narrowed.slice(1).map((args) => open('multiAccountAdmin', args)))
    const book = ways.find(({ name }) => name === 'Mutation.createBooking') as Way
    for (const [name, world] of [
      ['outsider', theirs],
      ['admin', mine],
    ] as const) {
      const args = exampleOf(book.name, [], world)
      const { data } = await asked[name].ask(documentOf(book), variablesOf(book, args, world))
      expect(data).toMatchObject({ result: { __typename: 'CreateBookingSuccess' } })
    }
    // Theirs was first: when ours is heard, theirs was told to everybody who hears of it.
    for (const source of all) {
      const { value } = await source.next()
      expect(value?.accountId).toBe(mine.accountId)
    }
    const silence = Promise.resolve('silence')
    for (const source of some) expect(await Promise.race([source.next(), silence])).toBe('silence')
    for (const source of [...all, ...some]) void source.return()
  })
})

describe('a person', () => {
  it('of another account with the same address is another customer', async () => {
    const address = `${theirs.word}.customer0@example.com`
    const create = ways.find(({ name }) => name === 'Mutation.createBooking') as Way
    const [slot] = slotsOf(create).filter(({ name }) => name.endsWith('input.customer.email'))
    const args = withValue(slot!, rightArgs(slot!, mine), address, mine)
    const { data } = await asked.admin.ask(documentOf(create), variablesOf(create, args, mine))
    expect(data).toMatchObject({ result: { __typename: 'CreateBookingSuccess' } })
    const found = await app.db.prisma.customer.findMany({
      where: { email: address },
      select: { accountId: true },
    })
    const owners = found.map(({ accountId }) => accountId).toSorted()
    expect(owners).toEqual([mine.accountId, theirs.accountId].toSorted())
  })
})
