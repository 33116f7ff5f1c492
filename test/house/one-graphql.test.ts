// The suite and the packages it loads share one copy of graphql. With two, an error made by one is
// not a GraphQLError to the other, and every refusal turns into a masked internal error.
import { createRequire } from 'node:module'
import { buildSchema, GraphQLError, GraphQLScalarType, GraphQLSchema } from 'graphql'
import { createGraphQLError } from '@graphql-tools/utils'
import { DateTimeResolver } from 'graphql-scalars'
import { describe, expect, it } from 'vitest'

describe('graphql', () => {
  it('is the copy that packages import', () => {
    expect(createGraphQLError('no')).toBeInstanceOf(GraphQLError)
    expect(DateTimeResolver).toBeInstanceOf(GraphQLScalarType)
  })

  it('is the copy that packages require', () => {
    const required = createRequire(import.meta.url)('graphql') as { GraphQLSchema: unknown }
    expect(required.GraphQLSchema).toBe(GraphQLSchema)
    expect(buildSchema('type Query { a: Int }')).toBeInstanceOf(GraphQLSchema)
  })
})
