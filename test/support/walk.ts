// Walks a connection to both ends, as a client does, and says what it saw. The walk itself checks
// that pages join without gap or repeat, in both directions, and that they say where they stand.
import {
  getNamedType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import { expect } from 'vitest'
import type { TestApp } from './app.ts'

export type ConnectionField = { parent: string; field: string }

/** Every connection field of the schema that needs no argument, root fields included. */
export function connectionFields(schema: GraphQLSchema): ConnectionField[] {
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !/^__|Connection$/.test(type.name),
  )
  return types.flatMap((type) =>
    Object.values(type.getFields())
      .filter(isConnection)
      .map((field) => ({ parent: type.name, field: field.name })),
  )
}

function isConnection(field: GraphQLField<unknown, unknown>): boolean {
  const named = getNamedType(field.type).name.endsWith('Connection')
  return named && !field.args.some(isRequiredArgument)
}

// A viewer's accounts have no id of their own but that of the account.
type Node = { id: string } | { account: { id: string } }

type Page = {
  edges: { cursor: string; node: Node }[]
  nodes: Node[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: string | null
    endCursor: string | null
  }
  totalCount: number
}

const idOf = (node: Node) => ('id' in node ? node.id : node.account.id)

const pageOf = (id: string) => `{ edges { cursor node { ${id} } } nodes { ${id} } totalCount
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`

/** Ids of the whole list, after walking it forward and backward in pages of two. */
export async function walk(
  app: TestApp,
  token: string,
  { parent, field }: ConnectionField,
  parentId: string | null,
  extra = '',
): Promise<string[]> {
  const variables = '$first: Int, $after: String, $last: Int, $before: String, $skip: Int'
  const page = pageOf(parent === 'Viewer' ? 'account { id }' : 'id')
  const args = `first: $first, after: $after, last: $last, before: $before, skip: $skip${extra}`
  const list = `list: ${field}(${args}) ${page}`
  // Query and Viewer are there without an id.
  const root = `query (${variables}) { ${parent === 'Viewer' ? `node: viewer { ${list} }` : list} }`
  const below = `query ($id: ID!, ${variables}) { node(id: $id) { ... on ${parent} { ${list} } } }`
  const document = parentId === null ? root : below
  const ask = async (args: object): Promise<Page> => {
    const answer = await app.graphql(token, document, { id: parentId, ...args })
    expect(answer.errors).toBeUndefined()
    const found: Page = parent === 'Query' ? answer.data.list : answer.data.node.list
    expect(found.nodes).toEqual(found.edges.map(({ node }) => node))
    expect(found.pageInfo.startCursor).toBe(found.edges.at(0)?.cursor ?? null)
    expect(found.pageInfo.endCursor).toBe(found.edges.at(-1)?.cursor ?? null)
    return found
  }
  const forward = await pagesOf((after) => ask({ first: 2, after }), 'hasNextPage', 'endCursor')
  const backward = await pagesOf(
    (before) => ask({ last: 2, before }),
    'hasPreviousPage',
    'startCursor',
  )
  const ids = forward.flatMap(({ nodes }) => nodes.map(idOf))
  expect(new Set(ids).size).toBe(ids.length)
  expect(forward.map(({ totalCount }) => totalCount)).toEqual(forward.map(() => ids.length))
  expect(forward[0]?.pageInfo.hasPreviousPage).toBe(false)
  expect(backward[0]?.pageInfo.hasNextPage).toBe(false)
  expect(backward.toReversed().flatMap(({ nodes }) => nodes.map(idOf))).toEqual(ids)
  const whole = await ask({ first: 100 })
  expect(whole.nodes.map(idOf)).toEqual(ids)
  await skips(ask, ids)
  return ids
}

/** Numbered pages, from both ends and beyond, are the same list. */
async function skips(ask: (args: object) => Promise<Page>, ids: string[]): Promise<void> {
  for (const skip of [1, ids.length, ids.length + 5]) {
    const onward = await ask({ first: 2, skip })
    expect(onward.nodes.map(idOf)).toEqual(ids.slice(skip, skip + 2))
    expect(onward.pageInfo.hasNextPage).toBe(ids.length > skip + 2)
    expect(onward.pageInfo.hasPreviousPage).toBe(true)
    const end = Math.max(ids.length - skip, 0)
    const back = await ask({ last: 2, skip })
    expect(back.nodes.map(idOf)).toEqual(ids.slice(Math.max(end - 2, 0), end))
    expect(back.pageInfo.hasPreviousPage).toBe(end > 2)
    expect(back.pageInfo.hasNextPage).toBe(true)
  }
}

async function pagesOf(
  ask: (cursor: string | null) => Promise<Page>,
  more: 'hasNextPage' | 'hasPreviousPage',
  end: 'endCursor' | 'startCursor',
): Promise<Page[]> {
  const pages = [await ask(null)]
  for (let last = pages.at(-1); last?.pageInfo[more]; last = pages.at(-1)) {
    pages.push(await ask(last.pageInfo[end]))
  }
  return pages
}
