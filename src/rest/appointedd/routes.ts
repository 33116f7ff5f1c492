// The two kinds of route that there are: a list over all authenticated accounts, and one object.

import { z } from 'zod'
import { askOf, pageArguments, pageFields, pageOf, pageVariables, type Listed } from '../cursors.ts'
import { Absent, route, Unacceptable, type Found, type Route } from '../route.ts'
import { flags, flagsDeclared, selectionOf } from './document.ts'
import {
  exampleId,
  exampleOf,
  includedSchema,
  includedWith,
  linkTo,
  objectSchema,
  wholeObject,
} from './reply.ts'
import { askedBy, defaultSize, filterOf, pageSchema, querySchema, type Query } from './query.ts'
import { addressOf, type Asked, type Json, type Node, type ResourceType } from './resource.ts'
import { typeNamed, type TypeName } from './types.ts'

const exampleBase = 'http://127.0.0.1:4000/appointedd/v2'

/** Largest page with a whole list included at each of its objects. */
const mostWithLists = 15

type ListSpec = {
  type: TypeName
  summary: string
  description?: string
  /** The list in the graph. */
  list: string
  /** Its arguments beside pages, with their types. */
  arguments: Readonly<Record<string, string>>
  variables: (query: Query) => Json
  /** By which it can be ordered, the usual one first, and what the graph calls it. */
  sorts: Readonly<Record<string, string>>
  filters: Readonly<Record<string, z.ZodType>>
  example?: Record<string, string>
}

const accountsNamed = {
  document: `query AppointeddAccountsNamed($slugs: [String!]!) {
    accounts(slugs: $slugs, first: 50) { nodes { id slug } }
  }`,
  variables: ({ query }: { query: Query }) => {
    const slugs = filterOf(query, 'account')
    return slugs && { slugs: [...new Set(slugs)] }
  },
}

/** What is no slug that is reached is taken for an id; one that is not there is not found. */
function accountsOf(query: Query, found: Found): string[] | null {
  const nodes: { id: string; slug: string }[] = found.accounts?.nodes ?? []
  const bySlug = new Map(nodes.map(({ id, slug }) => [slug, id]))
  return filterOf(query, 'account')?.map((name) => bySlug.get(name) ?? name) ?? null
}

type Order = { field: string; descending: boolean }

function orderOf({ sort }: Query, sorts: ListSpec['sorts']): Order {
  const [usual = ''] = Object.keys(sorts)
  const asked = String(sort ?? usual)
  const name = asked.replace('-', '')
  return { field: sorts[name] ?? '', descending: asked.startsWith('-') }
}

/** Its arguments beside pages; lists over accounts can be held to some. */
function argumentsOf({ arguments: own, filters }: ListSpec): Readonly<Record<string, string>> {
  return { ...own, ...('account' in filters && { accounts: '[ID!]' }) }
}

function listDocument(spec: ListSpec): string {
  const type = typeNamed(spec.type)
  const given = argumentsOf(spec)
  const declared = Object.entries(given).map(([name, kind]) => `$${name}: ${kind}`)
  const passed = Object.keys(given).map((name) => `${name}: $${name}`)
  const head = [pageVariables, ...declared, flagsDeclared(type)].join(', ')
  return `query AppointeddList(${head}) {
    list: ${spec.list}(${[pageArguments, ...passed].join(', ')}) {
      nodes { ${selectionOf(type)} }
      ${pageFields}
    }
  }`
}

function listVariables(spec: ListSpec, query: Query, found: Found): Json {
  const type = typeNamed(spec.type)
  const asked = askedBy(type, query)
  const size = sizeOf(type, asked, query)
  const { field, descending } = orderOf(query, spec.sorts)
  const after = query['page[after]'] as string | undefined
  const given = argumentsOf(spec)
  return {
    ...askOf({ descending, size, after }),
    ...('accounts' in given && { accounts: accountsOf(query, found) }),
    ...('orderBy' in given && { orderBy: { field, direction: 'ASC' } }),
    ...spec.variables(query),
    ...flags(type, asked),
  }
}

/** Whole lists are included with smaller pages only. */
function sizeOf(type: ResourceType, { include }: Asked, query: Query): number {
  const size = query['page[size]']
  const list = include.find((name) => name in type.lists)
  if (list === undefined) return Number(size ?? defaultSize)
  if (Number(size ?? 0) <= mostWithLists) return Number(size ?? mostWithLists)
  const message = `With "${list}" included, "page[size]" has to be at most ${mostWithLists}.`
  throw new Unacceptable({ place: 'query', name: 'page[size]', message })
}

function listReply(spec: ListSpec, list: Listed<Node>, query: Query, base: string) {
  const type = typeNamed(spec.type)
  const asked = askedBy(type, query)
  const { nodes, next, total } = pageOf(list, orderOf(query, spec.sorts).descending)
  const path = `${base}/${spec.type}`
  return {
    data: nodes.map((node) => wholeObject(type, node, asked, base)),
    ...includedWith(type, nodes, asked, base),
    links: { self: linkTo(path, query), next: next === null ? null : linkTo(path, query, next) },
    meta: { page: { total } },
  }
}

export function listRoute(spec: ListSpec): Route {
  const type = typeNamed(spec.type)
  return route({
    name: `list${spec.type[0]?.toUpperCase()}${spec.type.slice(1)}`,
    summary: spec.summary,
    ...(spec.description !== undefined && { description: spec.description }),
    method: 'GET',
    path: `/${spec.type}`,
    query: querySchema(type, pageSchema(Object.keys(spec.sorts), spec.filters)),
    ...('account' in spec.filters && {
      before: [accountsNamed],
      refusals: { NOT_FOUND: { code: 'not_found' } },
    }),
    document: listDocument(spec),
    variables: ({ query }, found) => listVariables(spec, query as Query, found),
    answer: {
      status: 200,
      description:
        'A page, what it includes, and where the next one is: null when this is the last.',
      schema: z.object({
        data: z.array(objectSchema(type)),
        ...includedSchema(type),
        links: z.object({ self: z.url(), next: z.url().nullable() }),
        meta: z.object({ page: z.object({ total: z.int() }) }),
      }),
    },
    reply: ({ list }: { list: Listed<Node> }, { query }, _found, base) =>
      listReply(spec, list, query as Query, base) as never,
    example: {
      ...(spec.example && { query: spec.example }),
      answer: {
        data: [exampleOf(type, exampleBase)],
        links: { self: `${exampleBase}/${spec.type}`, next: null },
        meta: { page: { total: 1 } },
      },
    },
  })
}

export function oneRoute(name: TypeName, summary: string): Route {
  const type = typeNamed(name)
  return route({
    name: `get${type.graph}`,
    summary,
    method: 'GET',
    path: `/${name}/:id`,
    query: querySchema(type),
    document: `query AppointeddOne($id: ID!, ${flagsDeclared(type)}) {
      one: node(id: $id) { __typename ... on ${type.graph} { ${selectionOf(type)} } } }`,
    variables: ({ path, query }) => ({
      id: path['id'],
      ...flags(type, askedBy(type, query as Query)),
    }),
    answer: {
      status: 200,
      description: 'The object and what it includes.',
      schema: z.object({
        data: objectSchema(type),
        ...includedSchema(type),
        links: z.object({ self: z.url() }),
      }),
    },
    reply: ({ one }: { one: Node | null }, { query }, _found, base) => {
      if (one?.['__typename'] !== type.graph) throw new Absent('There is nothing with this id.')
      const asked = askedBy(type, query as Query)
      return {
        data: wholeObject(type, one, asked, base),
        ...includedWith(type, [one], asked, base),
        links: { self: linkTo(addressOf(type, one, base), query as Query) },
      } as never
    },
    example: {
      path: { id: exampleId },
      answer: {
        data: exampleOf(type, exampleBase),
        links: { self: `${exampleBase}/${name}/${exampleId}` },
      },
    },
  })
}
