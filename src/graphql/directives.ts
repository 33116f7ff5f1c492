// The directives of the contract that graphql-js does not bring.

import { GraphQLDeferDirective } from '@graphql-tools/utils'
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLList,
  GraphQLNonNull,
  GraphQLString,
  specifiedDirectives,
} from 'graphql'

const list = (type: GraphQLList<never> | typeof GraphQLString | GraphQLNonNull<never>) =>
  new GraphQLNonNull(new GraphQLList(type)) as GraphQLNonNull<never>

const requiresScopes = new GraphQLDirective({
  name: 'requiresScopes',
  description:
    'What a credential needs, in the account that the field belongs to. The outer list is OR, the ' +
    'inner lists are AND.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: {
    scopes: {
      type: list(list(new GraphQLNonNull(GraphQLString) as never)),
      description: 'Alternatives; each is a list of scopes that are needed together.',
    },
  },
})

const defer = new GraphQLDirective({
  ...GraphQLDeferDirective.toConfig(),
  description: 'Delivers this fragment after the rest of the answer, as multipart or SSE parts.',
  args: {
    if: {
      ...GraphQLDeferDirective.toConfig().args['if']!,
      description: 'False: deliver it with the rest.',
    },
    label: {
      ...GraphQLDeferDirective.toConfig().args['label']!,
      description: 'A name by which the part is recognised; unique in the document.',
    },
  },
})

export const directives = [...specifiedDirectives, requiresScopes, defer]
