// Lists read what is asked of their rows and nothing else: the answer is that of whole rows, byte
// for byte, whatever is asked, and whoever asks.
import fc from 'fast-check'
import { getNamedType, isCompositeType, type GraphQLObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'
import { fillWorld } from '../canary/world.ts'
import { testApp } from '../support/app.ts'
import {
  declared,
  fieldsOf,
  randomNumbers,
  randomSelection,
  used,
} from '../support/random-document.ts'
import { makeViewers, viewerNames } from '../support/viewers.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
await fillWorld(app.db, accounts.first.id, 'aheadone')
await fillWorld(app.db, accounts.second.id, 'aheadtwo')

/** Where bookings and customers are listed: over accounts, and below one. */
const lists = [
  { type: 'Booking', list: 'bookings', before: '', after: '' },
  { type: 'Customer', list: 'customers', before: '', after: '' },
  { type: 'Booking', list: 'bookings', before: 'accounts { nodes { ', after: ' } }' },
  { type: 'Customer', list: 'customers', before: 'accounts { nodes { ', after: ' } }' },
]

type List = (typeof lists)[number]

/** Asked twice, a list reads whole rows: nobody looks ahead over two selections. */
function documents({ list, before, after }: List, page: string, selection: string) {
  const asked = `${list}${page} { nodes ${selection} edges { cursor node ${selection} } }`
  const whole = `${list}${page} { ... @include(if: $no) { __typename } }`
  return [
    `query ${declared} { ${used} ${before} ${asked} ${after} }`,
    `query ${declared} { ${used} ${before} ${asked} ${whole} ${after} }`,
  ] as const
}

async function answers(token: string | null, pair: readonly string[]) {
  const [some, all] = await Promise.all(
    pair.map(async (document) => {
      const { data, errors = [] } = await app.graphql(token, document)
      // What is read with its row is denied sooner than what is loaded after it.
      const denied = errors.map(({ message, path, extensions }) => {
        return JSON.stringify({ path, message, code: extensions.code })
      })
      return { isRun: data != null, text: JSON.stringify({ data, denied: denied.toSorted() }) }
    }),
  )
  return [some, all] as [Told, Told]
}

type Told = { isRun: boolean; text: string }

const pages = [
  '(first: 9)',
  '(last: 3)',
  '(first: 2, orderBy: { field: UPDATED_AT, direction: DESC })',
]

describe('every field', () => {
  const type = (name: string) => schema.getType(name) ?? expect.fail(name)
  const below = (name: string) =>
    fieldsOf(type(name)).map((field) => {
      const named = getNamedType(field.type)
      const inner = fieldsOf(named).some(({ name: each }) => each === 'nodes') ? 'nodes { id }' : ''
      const leaf = fieldsOf(named).find((each) => !isCompositeType(getNamedType(each.type)))
      return isCompositeType(named)
        ? `${field.name} { ${inner || (leaf?.name ?? '__typename')} }`
        : field.name
    })

  it.each(['Booking', 'Customer'])(
    'of %s is what it is alone and beside all others',
    async (name) => {
      const list = lists.find(({ type: each }) => each === name) as List
      for (const field of below(name)) {
        const [some, all] = await answers(
          tokens.multiAccountAdmin,
          documents(list, '(first: 40)', `{ ${field} }`),
        )
        expect(some.text).toContain('"denied":[]')
        expect(some.text).toBe(all.text)
      }
    },
  )

  it.each([
    ['Booking', 'customer'],
    ['Booking', 'staff'],
    ['Booking', 'service'],
    ['Booking', 'account'],
    ['Booking', 'session'],
    ['Booking', 'link'],
    ['Customer', 'account'],
    ['Customer', 'mergedInto'],
  ])('of %s.%s is the same joined and loaded', async (name, relation) => {
    const list = lists.find(({ type: each }) => each === name) as List
    const relations = (type(name) as GraphQLObjectType).getFields()
    const target = relations[relation] ?? expect.fail(relation)
    for (const field of below(getNamedType(target.type).name)) {
      const selection = `{ ${relation} { ${field} } }`
      const [some, all] = await answers(
        tokens.multiAccountAdmin,
        documents(list, '(first: 40)', selection),
      )
      expect(some.text).toContain('"denied":[]')
      expect(some.text).toBe(all.text)
    }
  })
})

describe('whatever is asked', () => {
  it('is answered as whole rows answer it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom(...lists),
        fc.constantFrom(...pages),
        fc.constantFrom(...viewerNames),
        async (seed, list, page, viewer) => {
          const named = schema.getType(list.type) ?? expect.fail(list.type)
          const random = randomNumbers(seed)
          const selection = randomSelection(named, { random, depth: 2, takes: () => true })
          const [some, all] = await answers(tokens[viewer], documents(list, page, selection))
          // What costs too much is not run.
          fc.pre(some.isRun && all.isRun)
          expect(some.text).toBe(all.text)
        },
      ),
      { numRuns: 60 },
    )
  }, 120_000)
})
