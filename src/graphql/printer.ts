// The schema as text: with descriptions, and with the scopes of every field as @requiresScopes. The
// builder sorts, so two prints are equal. schema.graphql in the project's root is this text.

import { printSchemaWithDirectives } from '@graphql-tools/utils'
import type { GraphQLSchema } from 'graphql'

const head = '# Generated from the code by `npm run schema`. Changes here are lost.\n\n'

export function printContract(schema: GraphQLSchema): string {
  return `${head}${printSchemaWithDirectives(schema)}\n`
}
