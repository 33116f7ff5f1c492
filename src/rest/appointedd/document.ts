// The GraphQL document that a type needs: everything that it can show, each part behind a flag, so
// that what runs is no more than what is asked for.

import { includable, typesAround } from './query.ts'
import {
  attributesOf,
  declarationsOf,
  flagsOf,
  wantsRelation,
  type Asked,
  type Json,
  type ResourceType,
} from './resource.ts'
import { typeNamed } from './types.ts'

/** Most of a list that is included with one object; its count and its link tell of the others. */
const mostIncluded = 100

const countedLists = ({ lists }: ResourceType) =>
  Object.entries(lists).filter(([, { field }]) => field !== undefined)

/** Everything that the type can show, each part behind a flag. */
export function selectionOf(type: ResourceType): string {
  const one = Object.entries(type.relations).map(
    ([name, relation]) =>
      `${name}: ${relation.field} @include(if: $with_${name}) {
        ${attributesOf(typeNamed(relation.type))} }`,
  )
  const many = countedLists(type).map(
    ([name, list]) =>
      `${name}: ${list.field}(first: $first_${name}) @include(if: $with_${name}) {
        totalCount nodes { ${attributesOf(typeNamed(list.type))} } }`,
  )
  return [attributesOf(type), ...one, ...many].join('\n')
}

/** The variables that `selectionOf` needs, as a document declares them. */
export function flagsDeclared(type: ResourceType): string {
  return [
    ...typesAround(type).map(declarationsOf),
    ...Object.keys(includable(type)).map((name) => `$with_${name}: Boolean!`),
    ...countedLists(type).map(([name]) => `$first_${name}: Int!`),
  ].join(', ')
}

export function flags(type: ResourceType, asked: Asked): Json {
  const related = Object.entries(includable(type))
  return {
    ...flagsOf(type, asked, true),
    ...Object.assign(
      {},
      ...related.map(([name, other]) =>
        flagsOf(typeNamed(other), asked, asked.include.includes(name)),
      ),
    ),
    ...Object.fromEntries(
      related.map(([name]) => [`with_${name}`, wantsRelation(type, asked, name)]),
    ),
    ...Object.fromEntries(
      countedLists(type).map(([name]) => [
        `first_${name}`,
        asked.include.includes(name) ? mostIncluded : 0,
      ]),
    ),
  }
}
