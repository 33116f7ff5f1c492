// The query of a request as JSON:API spells it: sparse fields, includes, order, filters, pages.
// What is not known is refused by its name: a filter that is overlooked answers too much.

import { z } from 'zod'
import { id, instant, text } from '../fields.ts'
import { wholeNumber } from '../numbered.ts'
import type { Asked, ResourceType } from './resource.ts'
import { typeNamed } from './types.ts'

/** As it was sent, but that a page size is a number. */
export type Query = Readonly<Record<string, string | number | undefined>>

export const defaultSize = 25
export const maxSize = 100

const valuesOf = (list: string) => list.split(',').filter((value) => value !== '')

/** A comma list of known words; of none, where `least` is 0. */
export function wordsOf(known: readonly string[], what: string, least: 0 | 1) {
  return text(1000)
    .refine((list) => valuesOf(list).length >= least, 'is empty')
    .refine(
      (list) => valuesOf(list).every((value) => known.includes(value)),
      `names a ${what} that is none; those that are: ${known.join(', ')}`,
    )
}

/** A comma list of ids or slugs; what names nothing finds nothing. */
const names = text(3000).refine(
  (list) => valuesOf(list).length >= 1 && valuesOf(list).length <= 50,
  'has to name 1 to 50, separated by commas',
)

/** The filters that lists choose from, by their names within the brackets. */
export const filters = {
  account: names.describe('Slugs or ids; left out, every account that the client authenticates.'),
  search: text(200),
  from: instant.describe('Those that start then or later.'),
  to: instant.describe('Those that start before then.'),
  updated_since: instant,
  customer: id,
  event: id,
  service: id,
  staff: id,
}

export const listOf = (query: Query, name: string): string[] | null => {
  const value = query[name]
  return value === undefined ? null : valuesOf(String(value))
}

export const filterOf = (query: Query, name: string) => listOf(query, `filter[${name}]`)

/** The types that a document with this one in it can show. */
export function typesAround(type: ResourceType): ResourceType[] {
  const related = Object.values(includable(type)).map((name) => typeNamed(name))
  return [type, ...related]
}

/** What may be included, and the type that it is of. */
export function includable({ relations, lists }: ResourceType): Record<string, string> {
  return Object.fromEntries(
    [...Object.entries(relations), ...Object.entries(lists).filter(([, { field }]) => field)].map(
      ([name, { type }]) => [name, type],
    ),
  )
}

function fieldsOf({ attributes, relations, lists }: ResourceType): string[] {
  return [attributes, relations, lists].flatMap((names) => Object.keys(names))
}

const unknown = z.any().refine(() => false, 'is no parameter of this resource')

/** The parameters of one object, and with `more` those of a list. */
export function querySchema(type: ResourceType, more: Record<string, z.ZodType> = {}) {
  const included = Object.keys(includable(type))
  const fields = typesAround(type).map((each) => [
    `fields[${each.name}]`,
    wordsOf(fieldsOf(each), 'field', 0).optional(),
  ])
  return z
    .object({
      ...more,
      ...(Object.fromEntries(fields) as Record<string, z.ZodType>),
      ...(included.length > 0 && {
        include: wordsOf(included, 'relationship', 0).optional(),
      }),
    })
    .catchall(unknown)
}

export function pageSchema(sorts: readonly string[], chosen: Record<string, z.ZodType>) {
  const ways = sorts.flatMap((sort) => [sort, `-${sort}`])
  return {
    ...Object.fromEntries(
      Object.entries(chosen).map(([name, schema]) => [`filter[${name}]`, schema.optional()]),
    ),
    sort: z.enum(ways, `has to be one of ${ways.join(', ')}`).optional(),
    'page[size]': wholeNumber(1, maxSize).optional(),
    'page[after]': text(2000).optional(),
  }
}

export function askedBy(type: ResourceType, query: Query): Asked {
  const named = typesAround(type).flatMap(({ name }) => {
    const fields = listOf(query, `fields[${name}]`)
    return fields ? [[name, fields] as const] : []
  })
  return { include: listOf(query, 'include') ?? [], fields: Object.fromEntries(named) }
}
