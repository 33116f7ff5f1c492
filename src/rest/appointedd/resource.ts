// What a resource object of JSON:API is made of: attributes and relationships, each with what it is
// in the graph. Documents, schemas and objects are made of these tables.

import { z } from 'zod'

export type Attribute = {
  /** Of the graph's type, with what is selected below it. */
  field: string
  selection: string
  schema: z.ZodType
  read: (value: never) => unknown
}

export type List = {
  type: string
  filter: string
  /** Of the graph: where it is named, the list is counted, and can be included. */
  field?: string
}

export type Json = Record<string, unknown>

/** A node as a document answers it: by the names of the wire. */
export type Node = Json & { id: string }

export type ResourceType = {
  /** As JSON:API has it; also the path. */
  name: string
  /** In the graph. */
  graph: string
  attributes: Readonly<Record<string, Attribute>>
  /** To one: the field of the graph, and the name of the type that is there. */
  relations: Readonly<Record<string, { field: string; type: string }>>
  /** To many: a list of its own, found by the filter of this name. */
  lists: Readonly<Record<string, List>>
  /** Of its attributes, for the description. */
  example: Json
}

// Whoever calls says what the field holds.
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters
export function attribute<Value>(
  field: string,
  schema: z.ZodType,
  read: (value: Value) => unknown = (value) => value,
  selection = '',
): Attribute {
  return { field, schema, read: read as Attribute['read'], selection }
}

/** What a request wants to see. */
export type Asked = {
  include: readonly string[]
  /** By type; of a type that is not named, everything. */
  fields: Readonly<Record<string, readonly string[]>>
}

/** Whether the field is to be shown. */
export const wants = ({ fields }: Asked, type: string, name: string) =>
  fields[type]?.includes(name) ?? true

const flag = (type: string, name: string) => `${type}_${name}`

/** The fields of a type, each only where its flag says so. */
export function attributesOf({ name: type, attributes }: ResourceType): string {
  const fields = Object.entries(attributes).map(
    ([name, { field, selection }]) =>
      `${name}: ${field} @include(if: $${flag(type, name)}) ${selection}`,
  )
  return ['id', ...fields].join('\n')
}

/** The flags of one type, for a document that shows it, in its head. */
export function declarationsOf({ name: type, attributes }: ResourceType): string {
  return Object.keys(attributes)
    .map((name) => `$${flag(type, name)}: Boolean!`)
    .join(', ')
}

/** Which attributes a document reads; none of a type that is not shown. */
export function flagsOf(type: ResourceType, asked: Asked, shown: boolean): Json {
  return Object.fromEntries(
    Object.keys(type.attributes).map((name) => [
      flag(type.name, name),
      shown && wants(asked, type.name, name),
    ]),
  )
}

/** Whether a relationship has to be read, to be linked or to be included. */
export function wantsRelation(type: ResourceType, asked: Asked, name: string): boolean {
  return asked.include.includes(name) || wants(asked, type.name, name)
}

/** The object without relationships; what was not read is not there. */
export function objectOf(type: ResourceType, node: Node, base: string): Json {
  const attributes = Object.entries(type.attributes)
    .filter(([name]) => name in node)
    .map(([name, { read }]) => [name, node[name] === null ? null : read(node[name] as never)])
  return {
    type: type.name,
    id: node.id,
    attributes: Object.fromEntries(attributes),
    links: { self: addressOf(type, node, base) },
  }
}

export function addressOf({ name }: ResourceType, { id }: { id: string }, base: string): string {
  return `${base}/${name}/${encodeURIComponent(id)}`
}

/** The form of the object, for the description. */
export function schemaOf({ name, attributes }: ResourceType, relationships?: z.ZodType) {
  const fields = Object.entries(attributes).map(([key, { schema }]) => [key, schema.optional()])
  return z.object({
    type: z.literal(name),
    id: z.string(),
    attributes: z.object(Object.fromEntries(fields) as Record<string, z.ZodType>),
    ...(relationships && { relationships }),
    links: z.object({ self: z.url() }),
  })
}
