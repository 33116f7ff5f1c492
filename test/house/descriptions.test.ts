// Everything in the contract says what it means: types, fields, arguments, enum values, directives.
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  type GraphQLNamedType,
} from 'graphql'
import { expect, it } from 'vitest'
import { schema } from '../../src/graphql/schema.ts'

type Described = { name: string; description?: string | null }

function parts(type: GraphQLNamedType): (readonly [string, Described])[] {
  const own = [[type.name, type] as const]
  if (isEnumType(type)) {
    return [
      ...own,
      ...type.getValues().map((value) => [`${type.name}.${value.name}`, value] as const),
    ]
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields())
    return [...own, ...fields.map((field) => [`${type.name}.${field.name}`, field] as const)]
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return own
  const fields = Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field] as const,
    ...field.args.map((arg) => [`${type.name}.${field.name}(${arg.name}:)`, arg] as const),
  ])
  return [...own, ...fields]
}

const named = Object.values(schema.getTypeMap())
  .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
  .flatMap(parts)
const directives = schema
  .getDirectives()
  .filter((directive) => !isSpecifiedDirective(directive))
  .flatMap((directive) => [
    [`@${directive.name}`, directive] as const,
    ...directive.args.map((arg) => [`@${directive.name}(${arg.name}:)`, arg] as const),
  ])

it('everything has a description that ends as a sentence does', () => {
  const faults = [...named, ...directives]
    .filter(
      ([, { description }]) => !description || !/([.:)`"…]|https?:\S+)$/.test(description.trim()),
    )
    .map(([place, { description }]) => `${place}: ${description ?? 'no description'}`)
  expect(faults).toEqual([])
  expect(named.length).toBeGreaterThan(500)
})
