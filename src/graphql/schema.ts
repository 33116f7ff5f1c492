// The schema: every face once, in the order of the rooms. A new room adds its line here and nowhere
// else.

import type { GraphQLSchema } from 'graphql'
import { builder } from './builder.ts'
import { directives } from './directives.ts'
import './refusals.ts'
import './node.ts'
import '../account/account.graphql.ts'
import './server.graphql.ts'
import './viewer.graphql.ts'

export const schema: GraphQLSchema = builder.toSchema({ directives })
