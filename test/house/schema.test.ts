// The contract as a file: schema.graphql is what the code says, scopes and all, and tools can
// read it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  graphqlSync,
  isIntrospectionType,
  isObjectType,
  validateSchema,
  type GraphQLObjectType,
  type IntrospectionQuery,
} from 'graphql'
import { describe, expect, it } from 'vitest'
import { printContract } from '../../src/graphql/printer.ts'
import { schema } from '../../src/graphql/schema.ts'

const file = readFileSync(join(import.meta.dirname, '..', '..', 'schema.graphql'), 'utf8')

describe('schema.graphql', () => {
  it('is what the code says; `npm run schema` writes it', () => {
    expect(file).toBe(printContract(schema))
  })

  it('is a legal schema', () => {
    expect(validateSchema(buildSchema(file))).toEqual([])
  })

  it('shows the scopes of every field that needs some', () => {
    const printed = buildSchema(file)
    const ours = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && !isIntrospectionType(type),
    )
    const faults = ours.flatMap((type) => {
      const shown = printed.getType(type.name) as GraphQLObjectType
      return Object.values((type as GraphQLObjectType).getFields()).flatMap((field) => {
        const directives = shown.getFields()[field.name]?.astNode?.directives ?? []
        const applied = directives.some(({ name }) => name.value === 'requiresScopes')
        return applied === 'scopes' in field.extensions ? [] : [`${type.name}.${field.name}`]
      })
    })
    expect(faults).toEqual([])
    expect(ours.length).toBeGreaterThan(50)
  })

  it('survives introspection, deprecated inputs and all', () => {
    const source = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true })
    const { data } = graphqlSync({ schema, source })
    const rebuilt = buildClientSchema(data as unknown as IntrospectionQuery)
    expect(Object.keys(rebuilt.getTypeMap()).toSorted()).toEqual(
      Object.keys(schema.getTypeMap()).toSorted(),
    )
  })
})
