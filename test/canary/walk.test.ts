// Every connection of the schema, in every order it knows, walked forward and backward over two
// accounts full of equal names and times; and every page that makes no sense is refused by name.
import { getNamedType, isEnumType, isInputObjectType } from 'graphql'
import { describe, expect, it } from 'vitest'
import { encodeId, nowhere, type NodeName } from '../../src/graphql/ids.ts'
import { schema } from '../../src/graphql/schema.ts'
import { testApp } from '../support/app.ts'
import { makeViewers } from '../support/viewers.ts'
import { forApplications, isConnection, waysTo, type Way } from './ways.ts'
import { expectedCounts, fillWorld } from './world.ts'

const app = await testApp()
const { accounts, tokens } = await makeViewers(app.db, app.clock.now())
const token = tokens.multiAccountAdmin
// Nobody else asks here, and what is counted is the world's.
await app.db.prisma.apiKey.deleteMany()
const asking = await app.db.prisma.apiClient.findFirstOrThrow()
const ownClient = encodeId('ApiClient', { accountId: nowhere, id: asking.id })
const first = await fillWorld(app.db, accounts.first.id, 'walkerone')
const second = await fillWorld(app.db, accounts.second.id, 'walkertwo')

// The log of events is read forward only: it has a test of its own.
const connections = waysTo(schema).filter(
  ({ field, name }) => isConnection(field) && name !== 'Query.events' && !forApplications.has(name),
)
const counts = expectedCounts(first)

type Page = {
  edges: { cursor: string; node: { id?: string } }[]
  nodes: { id?: string }[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
  totalCount: number
}

type Ask = {
  first?: number | null
  last?: number | null
  after?: string | null
  before?: string | null
}

/** A row is named by its id, or by all that its page shows of it. */
const keyOf = (node: object) => ('id' in node ? String(node.id) : JSON.stringify(node))

function documentOf(way: Way, order: string): string {
  const node = getNamedType(way.field.type).name.replace(/Connection$/, '')
  const what = node === 'ViewerAccount' ? 'account { id }' : 'id'
  const variables = '$first: Int, $after: String, $last: Int, $before: String'
  const list = `list: ${way.field.name}(first: $first, after: $after, last: $last,
    before: $before${order}) { edges { cursor node { ${what} } } nodes { ${what} } totalCount
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`
  return `query (${way.from ? '$id: ID!, ' : ''}${variables}) { ${way.wrap(list)} }`
}

function parentId({ name, from }: Way): string | null {
  // Only a class has sessions; the first service is no class.
  if (name === 'Service.sessions') return first.id('Service', 1)
  if (name === 'ApiClient.accounts') return ownClient
  return from && first.id(from as NodeName)
}

async function answerOf(way: Way, ask: Ask, order = '') {
  return app.graphql(token, documentOf(way, order), { ...ask, id: parentId(way) })
}

async function pageOf(way: Way, ask: Ask, order = ''): Promise<Page> {
  const { data, errors } = await answerOf(way, ask, order)
  expect(errors).toBeUndefined()
  // oxlint-disable-next-line no-explicit-any
  const page: Page = [...way.path, 'list'].reduce<any>((value, name) => value[name], data)
  expect(page.nodes).toEqual(page.edges.map(({ node }) => node))
  expect(page.pageInfo.startCursor).toBe(page.edges.at(0)?.cursor ?? null)
  expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null)
  return page
}

/** Every order that the list can be asked for, as text of an argument; none is the usual one. */
function ordersOf({ field }: Way): string[] {
  const input = field.args.find(({ name }) => name === 'orderBy')
  const type = input && getNamedType(input.type)
  if (!isInputObjectType(type)) return ['']
  const by = getNamedType(type.getFields()['field']?.type as never)
  if (!isEnumType(by)) throw new Error(`${type.name} has no field to order by`)
  const fields = by.getValues().map(({ name }) => name)
  return ['', ...fields.flatMap((name) => ['ASC', 'DESC'].map((way) => orderBy(name, way)))]
}

const orderBy = (field: string, direction: string) =>
  `, orderBy: { field: ${field}, direction: ${direction} }`

const facts = (page: Page, start: number, all: number) => ({
  hasPreviousPage: start > 0,
  hasNextPage: start + page.nodes.length < all,
})

/** Walks both ways in pages of a size, and returns the keys in their order. */
async function walk(way: Way, order: string, size: number): Promise<string[]> {
  const whole = await pageOf(way, { first: 100 }, order)
  const keys = whole.nodes.map(keyOf)
  const cursors = whole.edges.map(({ cursor }) => cursor)
  const all = keys.length
  expect(new Set(keys).size).toBe(all)
  expect(whole.totalCount).toBe(all)
  expect(whole.pageInfo).toMatchObject(facts(whole, 0, all))
  const expectPage = async (ask: Ask, start: number, end: number) => {
    const page = await pageOf(way, ask, order)
    expect(page.edges.map(({ cursor }) => cursor)).toEqual(cursors.slice(start, end))
    expect(page.nodes.map(keyOf)).toEqual(keys.slice(start, end))
    expect(page.pageInfo).toMatchObject(facts(page, start, all))
  }
  const pages: Promise<void>[] = []
  for (let start = 0; start < all; start += size) {
    pages.push(expectPage({ first: size, after: cursors[start - 1] ?? null }, start, start + size))
  }
  for (let end = all; end > 0; end -= size) {
    const start = Math.max(end - size, 0)
    pages.push(expectPage({ last: size, before: cursors[end] ?? null }, start, end))
  }
  await Promise.all(pages)
  return keys
}

describe('every connection', () => {
  it('has rows here, so that there is something to walk', () => {
    expect(connections.map(({ name }) => name).toSorted()).toEqual(Object.keys(counts).toSorted())
  })

  it.each(connections)('$name is the same list from both ends, in every order', async (way) => {
    // Root lists hold both accounts, all others hang below one thing of the first.
    // That of whoever asks is in both, and listed once.
    const twice = way.name === 'Query.apiClients' ? 1 : 0
    const all = (counts[way.name] ?? 0) * (way.from ? 1 : 2) - twice
    const walked = new Map<string, string[]>()
    for (const order of ordersOf(way)) {
      // Pages of two in the usual order; of long lists, longer ones in the others.
      const keys = await walk(way, order, order !== '' && all > 10 ? 5 : 2)
      expect(keys.length).toBe(all)
      walked.set(order, keys)
    }
    for (const [order, keys] of walked) {
      if (!order.includes('ASC')) continue
      expect(walked.get(order.replace('ASC', 'DESC'))).toEqual(keys.toReversed())
    }
  })

  it.each(connections)('$name says what lies on both sides of any window', async (way) => {
    const { nodes, edges } = await pageOf(way, { first: 100 })
    const [all, low, high] = [nodes.length, 1, nodes.length - 1]
    const [after, before] = [edges[low - 1]?.cursor, edges[high]?.cursor]
    const inside = nodes.slice(low, high)
    const cases: [Ask, object[], number][] = [
      [{ first: 100, after, before }, inside, low],
      [{ last: 100, after, before }, inside, low],
      [{ first: 1, after, before }, inside.slice(0, 1), low],
      [{ last: 1, after, before }, inside.slice(-1), high - Math.min(1, inside.length)],
      [{ first: 100, before }, nodes.slice(0, high), 0],
      [{ last: 100, after }, nodes.slice(low), low],
      [{ first: 0 }, [], 0],
      [{ last: 0 }, [], all],
    ]
    for (const [ask, expected, start] of cases) {
      const page = await pageOf(way, ask)
      expect(page.nodes).toEqual(expected)
      expect([ask, page.pageInfo]).toMatchObject([ask, facts(page, start, all)])
      expect(page.totalCount).toBe(all)
    }
  })

  it('of one account is part of that over both, in the same order', async () => {
    for (const way of connections.filter(({ parent }) => parent.name === 'Query')) {
      if (!way.field.args.some(({ name }) => name === 'accounts')) continue
      const { nodes } = await pageOf(way, { first: 100 })
      for (const world of [first, second]) {
        const own = await pageOf(way, { first: 100 }, `, accounts: ["${world.id('Account')}"]`)
        const keys = new Set(own.nodes.map(keyOf))
        expect(keys.size).toBe(counts[way.name])
        expect(nodes.filter((node) => keys.has(keyOf(node)))).toEqual(own.nodes)
      }
    }
  })
})

describe('a page that makes no sense', () => {
  const known = new Map<string, Promise<string>>()
  const cursorOf = (way: Way, order = ''): Promise<string> => {
    const found =
      known.get(way.name + order) ??
      pageOf(way, { first: 1 }, order).then(({ edges }) => edges[0]?.cursor ?? '')
    known.set(way.name + order, found)
    return found
  }

  const sizes: Ask[] = [
    { first: 101 },
    { first: -1 },
    { last: 2_147_483_647 },
    { last: -2_147_483_648 },
    { first: 0, last: 1 },
  ]

  it.each(connections)('$name is refused by its size', async (way) => {
    for (const ask of sizes) {
      const { errors } = await answerOf(way, ask)
      expect([ask, errors?.map(({ extensions }) => extensions.code)]).toEqual([
        ask,
        ['BAD_USER_INPUT'],
      ])
    }
  })

  it.each(connections)('$name is refused by a cursor that is none of it', async (way) => {
    const own = await cursorOf(way)
    const strangers = [...firstOfType.values()].filter((each) => typeOf(each) !== typeOf(way))
    const nth = connections.indexOf(way) % strangers.length
    const others = [...strangers, ...strangers].slice(nth, nth + 4)
    const strange = [
      ...(await Promise.all(others.map((each) => cursorOf(each)))),
      ...(await Promise.all(ordersOf(way).map((order) => cursorOf(way, order)))),
      '',
      'nonsense',
      '\0',
      `${own}\0`,
      `${own}=`,
      own.slice(0, -4),
      `x${own}`,
      ...(firstOfType.get(typeOf(way)) === way ? distorted(own) : []),
    ].filter((cursor) => cursor !== own)
    const asks = strange.flatMap((cursor, index) => [
      { after: cursor },
      ...(index < 3 ? [{ last: 1, before: cursor }] : []),
    ])
    for (const ask of asks) {
      const { errors } = await answerOf(way, ask)
      const codes = errors?.map(({ extensions }) => extensions.code).join()
      expect(`${shown(ask)}: ${codes}`).toBe(`${shown(ask)}: BAD_USER_INPUT`)
    }
  })
})

const typeOf = ({ field }: Way) => getNamedType(field.type).name
const firstOfType = new Map(connections.toReversed().map((way) => [typeOf(way), way]))

const shown = ({ after, before }: Ask) => {
  const cursor = after ?? before ?? ''
  const inside = Buffer.from(cursor, 'base64url').toString()
  return `${after == null ? 'before' : 'after'} ${cursor} ${inside}`
}

/** The cursor with each of its parts replaced by something that cannot stand there. */
function distorted(cursor: string): string[] {
  const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
  const wrong = [null, 1, '', '\0', {}, ['x'], "'; --", '0000-01-01T00:00:00.000Z', '9'.repeat(40)]
  // A name can be any text, and so can what a list by name goes on from.
  const isName = !/^\d+$|^\d{4}-\d\d-/.test(String(parts[1]))
  const whole = ['null', '{}', '[]', '"text"', '[1,2,3]', '{"length":3}']
  const replaced = parts.flatMap((_, index) =>
    wrong
      .filter((value) => index !== 1 || !isName || typeof value !== 'string' || value === '\0')
      .map((value) => JSON.stringify(parts.with(index, value))),
  )
  return [...whole, ...replaced].map((text) => Buffer.from(text).toString('base64url'))
}
