// Queries by plans, also where the database writes rows, and by the usual execution: the same
// bytes, whatever is asked, and whoever asks.
import fc from 'fast-check'
import { execute as executeAsUsual, getNamedType, type ExecutionResult } from 'graphql'
import { describe, expect, it } from 'vitest'
import { isFailure, viewerOf } from '../../src/auth/credential.ts'
import { anonymous, type Viewer } from '../../src/auth/viewer.ts'
import { newContext, type Context } from '../../src/context.ts'
import { jsonOf } from '../../src/db/written.ts'
import { prepare } from '../../src/graphql/documents.ts'
import { publicResult } from '../../src/graphql/public-errors.ts'
import { answerQuickly } from '../../src/graphql/quick.ts'
import { schema } from '../../src/graphql/schema.ts'
import { unguarded } from '../../src/graphql/scopes.ts'
import { waysTo } from '../canary/ways.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import {
  declared,
  fieldsOf,
  randomNumbers,
  randomSelection,
  used,
} from '../support/random-document.ts'
import { makeViewers, viewerNames, type ViewerName } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const world = await fillWorld(app.db, accounts.first.id, 'quickone')
await fillWorld(app.db, accounts.second.id, 'quicktwo')
await fillWorld(app.db, accounts.foreign.id, 'quickother')

const viewers = new Map<ViewerName, Viewer>()
for (const name of viewerNames) {
  const token = tokens[name]
  const found = await viewerOf(app.db, token && `Bearer ${token}`, app.clock.now())
  if (isFailure(found)) expect.fail(found.sentence)
  viewers.set(name, found.viewer)
}

const contextOf = (viewer: Viewer): Context => newContext(app.app.services, viewer, 'request')

type Variables = Record<string, unknown>

async function bothWays(text: string, viewer: Viewer, variables: Variables = {}) {
  const { document, errors } = prepare(text)
  if (!document) expect.fail(`${text}\n${JSON.stringify(errors)}`)
  const ctx = contextOf(viewer)
  const quick = await answerQuickly({ schema, document, variables }, ctx)
  const usualContext = contextOf(viewer)
  const usual = await executeAsUsual({
    schema,
    document,
    contextValue: usualContext,
    variableValues: variables,
  })
  const told = {
    quick: quick && written(publicResult(quick, ctx)),
    usual: written(publicResult(usual, usualContext)),
  }
  if (told.quick === undefined) return told
  const sentContext = contextOf(viewer)
  const sent = await answerQuickly({ schema, document, variables, isSent: true }, sentContext)
  expect(sent && written(publicResult(sent, sentContext))).toBe(told.usual)
  return told
}

/** Which of two lists comes first from the database is not said: so it is with their errors. */
function written({ data, errors = [] }: ExecutionResult): string {
  const told = errors.map((error) => JSON.stringify(error)).toSorted()
  return `${jsonOf(data)} ${JSON.stringify(told)}`
}

const owner = viewers.get('multiAccountAdmin') as Viewer

describe('a plan', () => {
  it('guards nothing that is not unguarded by it', () => {
    const guarded = Object.values(schema.getTypeMap())
      .flatMap((type) => (/^(Query|Mutation|Subscription|__.*)$/.test(type.name) ? [] : [type]))
      .flatMap((type) => ('getFields' in type ? Object.values(type.getFields()) : []))
      .filter(({ extensions }) => Array.isArray(extensions['scopes']))
      .flatMap((field) => ('resolve' in field && field.resolve ? [field.resolve] : []))
    expect(guarded.length).toBeGreaterThan(100)
    expect(guarded.filter((resolve) => unguarded(resolve) === resolve)).toEqual([])
  })

  it('answers what frontends ask', async () => {
    const texts = [
      '{ bookings(first: 9) { nodes { id startsAt customer { name } staff { name } } } }',
      '{ __typename viewer { name scopes } }',
      `query ($n: Int = 2) { customers(first: $n) {
        edges { cursor node { bookings(last: $n) { totalCount } } } } }`,
      `query { node(id: "${world.id('Booking')}") { __typename id ... on Booking { number } } }`,
    ]
    for (const text of texts) {
      const { quick, usual } = await bothWays(text, owner)
      expect(quick).toBe(usual)
    }
  })

  it('leaves to the usual execution what it does not take', async () => {
    const texts = [
      '{ __schema { queryType { name } } }',
      '{ __proto__: __typename }',
      '{ viewer { name ... @defer { kind } } }',
      `{ account(id: "${world.id('Account')}") { name } }`,
    ]
    for (const text of texts) {
      const { document } = prepare(text)
      if (!document) expect.fail(text)
      expect(await answerQuickly({ schema, document }, contextOf(owner))).toBeUndefined()
    }
    const { document } = prepare('query ($first: Int!) { bookings(first: $first) { totalCount } }')
    if (!document) expect.fail()
    const asked = { schema, document, variables: { first: 'many' } }
    expect(await answerQuickly(asked, contextOf(owner))).toBeUndefined()
  })

  it('selects by variables, each time anew', async () => {
    const text = `query ($a: Boolean!, $b: Boolean = true) { viewer { name @include(if: $a)
      ... @skip(if: $b) { kind } ...More @include(if: $a) } } fragment More on Viewer { scopes }`
    for (const variables of [{ a: true }, { a: false }, { a: true, b: false }, { a: true }]) {
      const { quick, usual } = await bothWays(text, owner, variables)
      expect(quick).toBe(usual)
    }
  })

  it('denies the rows of an account that is out of reach, whatever was proven', async () => {
    const row = { accountId: accounts.foreign.id, id: world.rows.Booking[0], number: 'X' }
    const ctx = { ...contextOf(owner), load: (async () => row) as never as Context['load'] }
    const { document } = prepare(
      `{ node(id: "${world.id('Booking')}") { ... on Booking { number } } }`,
    )
    if (!document) expect.fail()
    const result = await answerQuickly({ schema, document }, ctx)
    expect(JSON.stringify(result)).not.toContain('"number":"X"')
    expect(result?.errors?.[0]?.extensions['code']).toBe('FORBIDDEN')
  })
})

describe('every way through the graph', () => {
  it('answers the same, for whoever asks', async () => {
    const ways = waysTo(schema).filter(({ from }) => from !== null)
    expect(ways.length).toBeGreaterThan(50)
    for (const way of ways) {
      const named = getNamedType(way.field.type)
      const leaf = fieldsOf(named)[0]?.name
      const isPage = fieldsOf(named).some(({ name }) => name === 'nodes')
      if (way.field.args.some(({ type }) => String(type).endsWith('!'))) continue
      const below = isPage ? '{ totalCount nodes { __typename } }' : leaf ? '{ __typename }' : ''
      const text = `query ($id: ID!) { ${way.wrap(`${way.field.name} ${below}`)} }`
      const id = world.id(way.from as never)
      for (const name of ['multiAccountAdmin', 'frontDesk', 'outsider'] as const) {
        const { quick, usual } = await bothWays(text, viewers.get(name) as Viewer, { id })
        if (quick !== undefined) expect(quick).toBe(usual)
      }
    }
  }, 120_000)
})

describe('whatever is asked', () => {
  it('is answered the same', async () => {
    let planned = 0
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.constantFrom(...viewerNames), async (seed, name) => {
        const query = schema.getQueryType() ?? expect.fail()
        const random = randomNumbers(seed)
        // Times that a document is asked at differ.
        const takes = (field: { name: string }) => !/^(rateLimit|serverInfo)$/.test(field.name)
        const selection = randomSelection(query, { random, depth: 3, takes })
        const text = `query ${declared} { ${used} ${selection.slice(1, -1)} }`
        const { quick, usual } = await bothWays(text, viewers.get(name) ?? anonymous)
        if (quick === undefined) return
        planned += 1
        expect(quick).toBe(usual)
      }),
      { numRuns: 100 },
    )
    expect(planned).toBeGreaterThan(50)
  }, 120_000)
})
