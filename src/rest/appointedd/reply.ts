// From the data of a document to a document of JSON:API: objects, their relationships, and what is
// included, each once; and the form of all of it.

import { z } from 'zod'
import { includable, type Query } from './query.ts'
import {
  addressOf,
  objectOf,
  schemaOf,
  wants,
  type Asked,
  type Json,
  type List,
  type Node,
  type ResourceType,
} from './resource.ts'
import { typeNamed } from './types.ts'

type Many = { totalCount: number; nodes: Node[] }

const identity = (type: string, { id }: { id: string }) => ({ type, id })

/** The object with its relationships. */
export function wholeObject(type: ResourceType, node: Node, asked: Asked, base: string): Json {
  const wanted = (name: string) => wants(asked, type.name, name)
  const one = Object.entries(type.relations)
    .filter(([name]) => wanted(name))
    .map(([name, relation]) => {
      const other = node[name] as Node | null
      return [name, { data: other && identity(relation.type, other) }] as const
    })
  const many = Object.entries(type.lists)
    .filter(([name]) => wanted(name))
    .map(([name, list]) => {
      const found = node[name] as Many | null | undefined
      const isIncluded = asked.include.includes(name)
      return [
        name,
        {
          links: { related: listAddress(list, node, base) },
          ...(isIncluded && { data: found?.nodes.map((each) => identity(list.type, each)) ?? [] }),
          ...(found && { meta: { total: found.totalCount } }),
        },
      ] as const
    })
  const { links, ...rest } = objectOf(type, node, base)
  const relationships = Object.fromEntries<unknown>([...one, ...many])
  const has = Object.keys(relationships).length > 0
  return { ...rest, ...(has && { relationships }), links }
}

function listAddress({ type, filter }: List, { id }: Node, base: string): string {
  return `${base}/${type}?filter%5B${filter}%5D=${encodeURIComponent(id)}`
}

/** Member `included`, where a request wants something: what the nodes are related to, each once. */
export function includedWith(
  type: ResourceType,
  nodes: readonly Node[],
  asked: Asked,
  base: string,
): { included?: Json[] } {
  if (asked.include.length === 0) return {}
  const found = new Map<string, Json>()
  for (const [name, other] of Object.entries(includable(type))) {
    if (!asked.include.includes(name)) continue
    for (const each of nodes.flatMap((node) => relatedBy(node, name))) {
      found.set(`${other} ${each.id}`, objectOf(typeNamed(other), each, base))
    }
  }
  return { included: [...found.values()] }
}

function relatedBy(node: Node, name: string): Node[] {
  const value = node[name] as Node | Many | null
  if (value === null) return []
  return 'totalCount' in value ? (value as Many).nodes : [value as Node]
}

const linked = (type: string) => z.object({ type: z.literal(type), id: z.string() })

const toOne = (type: string) => z.object({ data: linked(type).nullable() }).optional()

const toMany = (type: string) =>
  z
    .object({
      links: z.object({ related: z.url() }),
      data: z.array(linked(type)).optional(),
      meta: z.object({ total: z.int() }).optional(),
    })
    .optional()

export function objectSchema(type: ResourceType) {
  const relationships = [
    ...Object.entries(type.relations).map(([name, to]) => [name, toOne(to.type)] as const),
    ...Object.entries(type.lists).map(([name, to]) => [name, toMany(to.type)] as const),
  ]
  if (relationships.length === 0) return schemaOf(type)
  return schemaOf(type, z.object(Object.fromEntries(relationships)).optional())
}

export function includedSchema(type: ResourceType): { included?: z.ZodType } {
  const [first, ...more] = Object.values(includable(type)).map((name) => schemaOf(typeNamed(name)))
  if (!first) return {}
  const each = more.length === 0 ? first : z.union([first, ...more])
  return { included: z.array(each).optional() }
}

/** The address that asks the same, of the page behind this cursor. */
export function linkTo(path: string, query: Query, after?: string): string {
  const parameters = { ...query, ...(after !== undefined && { 'page[after]': after }) }
  const sent = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  const text = new URLSearchParams(sent).toString()
  return text === '' ? path : `${path}?${text}`
}

export const exampleId = 'BgGh_AJxTz6fAyzuBEFxRQ'

/** An object of the type as the description shows it. */
export function exampleOf(type: ResourceType, base: string): Json {
  return {
    type: type.name,
    id: exampleId,
    attributes: type.example,
    links: { self: addressOf(type, { id: exampleId }, base) },
  }
}
