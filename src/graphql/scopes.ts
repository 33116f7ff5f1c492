// Field-level authorization, as a Pothos plugin. A type or a field says `scopes: [...]`; the plugin
// prints them as @requiresScopes, adds a sentence to the description and checks them at every
// resolve against the account of the parent row. What needs no scope says why with `open: '...'`.
// A check is one map look-up and never a promise, so synchronous resolvers stay synchronous.

import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core'
import { GraphQLError, type GraphQLFieldResolver } from 'graphql'
import type { Scope } from '../auth/scope.ts'
import { accountsWithin, may, type Viewer } from '../auth/viewer.ts'

type Rule = { scopes?: readonly Scope[]; open?: string }

declare global {
  // oxlint-disable-next-line no-namespace -- the way Pothos plugins add options
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      scopes: ScopesPlugin<Types>
    }
    // oxlint-disable-next-line no-unused-vars
    interface ObjectTypeOptions<Types extends SchemaTypes, Shape> extends Rule {}
    interface BaseTypeOptions<Types extends SchemaTypes = SchemaTypes> extends Rule {}
    interface FieldOptions extends Rule {}
    interface BuildSchemaOptions<Types extends SchemaTypes> {
      /** Builds the schema without the checks, for operations proven to need none. */
      disableScopes?: boolean
    }
  }
}

/** The error of a denied field; `requiredScopes` in the form of @requiresScopes (OR of ANDs). */
export function forbidden(scopes: readonly Scope[]): GraphQLError {
  const words = scopes.map((scope) => `"${scope}"`).join(' and ')
  return new GraphQLError(`This needs the scope ${words}, which your credential lacks here.`, {
    extensions: { code: 'FORBIDDEN', requiredScopes: [scopes] },
  })
}

export function unauthenticated(): GraphQLError {
  return new GraphQLError(
    'This needs a credential: send "Authorization: Bearer <API key or access token>".',
    { extensions: { code: 'UNAUTHENTICATED' } },
  )
}

const viewerOf = (ctx: object) => (ctx as { viewer: Viewer }).viewer

const rootTypes = new Set(['Query', 'Mutation', 'Subscription'])

class ScopesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    const scopes = this.#scopesOf(config)
    const open = this.#openOf(config)
    if (scopes.length === 0) return { ...config, extensions: { ...config.extensions, open } }
    const needs = `Needs ${scopes.map((scope) => `\`${scope}\``).join(', ')}.`
    return {
      ...config,
      description: config.description ? `${config.description} ${needs}` : needs,
      extensions: {
        ...config.extensions,
        scopes,
        directives: { requiresScopes: { scopes: [scopes] } },
      },
    }
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const scopes = this.#scopesOf(config)
    if (this.options.disableScopes) return resolver
    if (rootTypes.has(config.parentType)) return this.#guardRoot(resolver, scopes, config)
    if (scopes.length === 0) return resolver
    return (parent, args, ctx, info) => {
      const row = parent as { accountId?: string; id: string }
      const viewer = viewerOf(ctx)
      // Only an account itself has no accountId.
      if (!may(viewer, row.accountId ?? row.id, scopes)) throw forbidden(scopes)
      return resolver(parent, args, ctx, info)
    }
  }

  override wrapSubscribe(
    subscriber: GraphQLFieldResolver<unknown, Types['Context'], object> | undefined,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> | undefined {
    return subscriber && this.#guardRoot(subscriber, this.#scopesOf(config), config)
  }

  // A root field is denied when the viewer holds its scopes nowhere; where exactly is then a matter
  // of reach. Root fields that are open to anybody say so.
  #guardRoot(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    scopes: readonly Scope[],
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const open = this.#openOf(config)
    if (scopes.length === 0 && !open) {
      throw new Error(`${config.parentType}.${config.name} has neither scopes nor "open"`)
    }
    if (scopes.length === 0) return resolver
    return (parent, args, ctx, info) => {
      const viewer = viewerOf(ctx)
      if (viewer.kind === 'ANONYMOUS') throw unauthenticated()
      if (accountsWithin(viewer, scopes).length === 0) throw forbidden(scopes)
      return resolver(parent, args, ctx, info)
    }
  }

  #scopesOf(config: PothosOutputFieldConfig<Types>): readonly Scope[] {
    const own = (config.pothosOptions as Rule).scopes ?? []
    if ((config.pothosOptions as Rule).open || rootTypes.has(config.parentType)) return own
    const inherited = this.#typeRule(config).scopes ?? []
    return [...new Set([...inherited, ...own])]
  }

  #openOf(config: PothosOutputFieldConfig<Types>): string | undefined {
    const own = config.pothosOptions as Rule
    return own.open ?? (own.scopes ? undefined : this.#typeRule(config).open)
  }

  #typeRule(config: PothosOutputFieldConfig<Types>): Rule {
    return this.builder.configStore.getTypeConfig(config.parentType).pothosOptions
  }
}

SchemaBuilder.registerPlugin('scopes', ScopesPlugin)

export default 'scopes' as const
