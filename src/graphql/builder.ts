// The Pothos builder that every face adds to. It knows plugins, scalars and the two interfaces;
// it knows no noun.

import SchemaBuilder, { type SchemaTypes } from '@pothos/core'
import ComplexityPlugin from '@pothos/plugin-complexity'
import PrismaPlugin from '@pothos/plugin-prisma'
import type { Context } from '../context.ts'
import type { Refusal } from '../errors.ts'
import type PrismaTypes from '../generated/pothos.ts'
import { datamodel } from './datamodel.ts'
import { scalars, type ScalarTypes } from './scalars.ts'
import LookAheadPlugin from './look-ahead.ts'
import ScopesPlugin from './scopes.ts'
import TextPlugin from './text.ts'

export const builder = new SchemaBuilder<{
  Context: Context
  PrismaTypes: PrismaTypes
  Scalars: ScalarTypes
  /** Models by name, so that a face can name another room's type. */
  Objects: { [Model in keyof PrismaTypes]: PrismaTypes[Model]['Shape'] }
  Interfaces: { Node: object; Refusal: Refusal }
  DefaultFieldNullability: false
}>({
  defaultFieldNullability: false,
  plugins: [ScopesPlugin, TextPlugin, LookAheadPlugin, ComplexityPlugin, PrismaPlugin],
  // It keeps what fields cost; what is made of that is worked out before an operation runs.
  complexity: { disabled: true, defaultComplexity: 1, defaultListMultiplier: 5 },
  prisma: {
    client: (ctx) => ctx.db.prisma,
    dmmf: datamodel,
  },
})

for (const [name, scalar] of Object.entries(scalars)) {
  builder.addScalarType(name as keyof typeof scalars, scalar as never)
}

builder.queryType({ description: 'Everything that can be read.' })
builder.mutationType({ description: 'Everything that can be done. Refusals are answered as data.' })
builder.subscriptionType({ description: 'Everything that can be watched, over WebSocket or SSE.' })

/** The builder's type parameters, for helpers that declare fields for others. */
export type Types =
  typeof builder extends PothosSchemaTypes.SchemaBuilder<infer Inner extends SchemaTypes>
    ? Inner
    : never
