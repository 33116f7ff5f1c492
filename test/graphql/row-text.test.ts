// Rows that the database writes as JSON: the bytes that the gateway writes of them, whatever they
// hold, and only for whoever may see all of it.
import fc from 'fast-check'
import {
  execute as executeAsUsual,
  getNamedType,
  isEnumType,
  isObjectType,
  type GraphQLOutputType,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { isFailure, viewerOf } from '../../src/auth/credential.ts'
import { newContext } from '../../src/context.ts'
import { Written } from '../../src/db/written.ts'
import { prepare } from '../../src/graphql/documents.ts'
import { answerQuickly } from '../../src/graphql/quick.ts'
import { schema } from '../../src/graphql/schema.ts'
import { isText } from '../../src/graphql/text.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import { declared, randomNumbers, randomSelection, used } from '../support/random-document.ts'
import { makeViewers, type ViewerName } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const world = await fillWorld(app.db, accounts.first.id, 'textone')
await fillWorld(app.db, accounts.second.id, 'texttwo')

async function viewerNamed(name: ViewerName) {
  const found = await viewerOf(app.db, `Bearer ${tokens[name]}`, app.clock.now())
  if (isFailure(found)) expect.fail(found.sentence)
  return found.viewer
}

async function answersOf(text: string, name: ViewerName = 'multiAccountAdmin') {
  const { document, errors } = prepare(text)
  if (!document) expect.fail(`${text}\n${JSON.stringify(errors)}`)
  const viewer = await viewerNamed(name)
  const context = () => newContext(app.app.services, viewer, 'request')
  const sent = await answerQuickly({ schema, document, isSent: true }, context())
  const usual = await executeAsUsual({ schema, document, contextValue: context() })
  return { sent, usual: JSON.stringify(usual.data) }
}

/** What the database can write, and rows beside it. */
const simple = new Set(['ID', 'String', 'Int', 'Boolean', 'DateTime'])
const relations = new Set(['customer', 'staff', 'service', 'account', 'session', 'link'])

const list = (page: string, selection: string) => `bookings(${page}) ${selection}`
const forms = [
  { type: 'Booking', ask: (row: string) => list('first: 9', `{ nodes ${row} }`) },
  {
    type: 'Booking',
    ask: (row: string) =>
      list('last: 9', `{ edges { here: cursor node ${row} } pageInfo { endCursor hasNextPage } }`),
  },
  { type: 'Customer', ask: (row: string) => `customers(first: 20) { totalCount nodes ${row} }` },
  {
    type: 'Booking',
    ask: (row: string) =>
      `customers { nodes { name bookings(last: 3) { pageInfo { startCursor } nodes ${row} } } }`,
  },
  {
    type: 'Booking',
    ask: (row: string) => `customers(last: 30) { nodes { id bookings(last: 3) { nodes ${row} }
      before: bookings(first: 2, skip: 1, filter: { status: [CONFIRMED], search: "o" },
        orderBy: { field: CREATED_AT, direction: DESC }) { __typename list: nodes { number } } } }`,
  },
  { type: 'Booking', ask: (row: string) => `booking(id: "${world.id('Booking')}") ${row}` },
]

describe('a row that the database writes', () => {
  it('is what the gateway would write, whatever is selected', async () => {
    let written = 0
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.constantFrom(...forms), async (seed, { type, ask }) => {
        const row = schema.getType(type) ?? expect.fail(type)
        const takes = (field: { name: string; type: GraphQLOutputType }) => {
          const named = getNamedType(field.type)
          if (isObjectType(named)) return relations.has(field.name)
          return isEnumType(named) || simple.has(named.name)
        }
        const random = randomNumbers(seed)
        const selection = randomSelection(row, { random, depth: 1, takes })
        const { sent, usual } = await answersOf(`query ${declared} { ${used} ${ask(selection)} }`)
        if (sent?.data instanceof Written) {
          written += 1
          expect(sent.data.text).toBe(usual)
        }
        expect(JSON.stringify(sent?.data)).toBe(usual)
      }),
      { numRuns: 150 },
    )
    expect(written).toBeGreaterThan(60)
  }, 120_000)

  it('is what the gateway would write, whatever a text holds', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter(isText)
    const tricky = '"\\/\b\f\n\r\t\u2028\u2029\u007f\u0085é漢😀</script>'
    const id = world.rows.Customer[0] ?? ''
    const document = `{ customers(first: 100) { nodes { id notes } } }`
    await fc.assert(
      fc.asyncProperty(fc.oneof(text, fc.constant(tricky)), async (notes) => {
        await app.db.prisma.customer.update({
          where: { accountId_id: { accountId: accounts.first.id, id } },
          data: { notes },
        })
        const { sent, usual } = await answersOf(document)
        if (!(sent?.data instanceof Written)) expect.fail('The database wrote nothing.')
        expect(sent.data.text).toBe(usual)
        expect(usual).toContain(JSON.stringify(notes))
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('is none where something of it may be denied', async () => {
    const phones = '{ customers { nodes { name phone } } }'
    const mine = await answersOf(phones, 'frontDesk')
    expect(mine.sent?.data).toBeInstanceOf(Written)
    const theirs = await answersOf(phones, 'readOnly')
    expect(theirs.sent?.data).not.toBeInstanceOf(Written)
    expect(theirs.sent?.errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
    expect(JSON.stringify(theirs.sent?.data)).toBe(theirs.usual)
  })

  it('is none below a row where something is wrong with the list, which says so', async () => {
    const { data } = await app.graphql(
      tokens.multiAccountAdmin,
      '{ customers { nodes { bookings(first: 1) { edges { cursor } } } } }',
    )
    const [edge] = data.customers.nodes.flatMap(
      (each: { bookings: { edges: object[] } }) => each.bookings.edges,
    )
    const nodes = 'nodes { number }'
    for (const args of [
      'first: 101',
      'first: 1, last: 1',
      'after: "x"',
      'filter: { search: "\u0001" }',
    ]) {
      const asked = `{ customers(first: 2) { nodes { name bookings(${args}) { ${nodes} } } } }`
      const { sent, usual } = await answersOf(asked)
      expect(sent?.data).not.toBeInstanceOf(Written)
      expect(sent?.errors?.map(({ path }) => path?.join('.'))).toEqual([
        'customers.nodes.0.bookings',
        'customers.nodes.1.bookings',
      ])
      expect(JSON.stringify(sent?.data)).toBe(usual)
    }
    const paged = `{ customers(first: 3) { nodes { bookings(first: 2, after: "${edge.cursor}") {
      ${nodes} } } } }`
    const { sent, usual } = await answersOf(paged)
    if (!(sent?.data instanceof Written)) expect.fail('The database wrote nothing.')
    expect(sent.data.text).toBe(usual)
  })

  it('arrives as values where more than its text is needed', async () => {
    const rows = 'customers(first: 1) { nodes { name } }'
    const whole = await app.graphql(tokens.admin, `{ ${rows} }`)
    const name = whole.data.customers.nodes[0].name
    const partly = await app.graphql(tokens.admin, `{ ${rows} booking { number } }`)
    expect(partly.errors?.[0]?.path).toEqual(['booking'])
    expect(partly.data).toEqual({ customers: { nodes: [{ name }] }, booking: null })
    const streamed = await app.post('/graphql', {
      headers: {
        authorization: `Bearer ${tokens.admin}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query: `{ ${rows} }` }),
    })
    expect(await streamed.text()).toContain(`"nodes":[{"name":${JSON.stringify(name)}}]`)
  })
})
