// Field-level authorization, as a Pothos plugin. A type or a field says `scopes: [...]`, or a list
// of such lists of which any one will do; the plugin prints them as @requiresScopes, adds a
// sentence to the description and checks them at every resolve against the account of the parent
// row. What needs no scope says why with `open: '...'`. A check is one map look-up and never a
// promise, so synchronous resolvers stay synchronous.

import SchemaBuilder, {
  BasePlugin,
  type PothosOutputFieldConfig,
  type SchemaTypes,
} from '@pothos/core'
import { GraphQLError, type GraphQLFieldResolver } from 'graphql'
import { alternatives, type Needs, type Scope } from '../auth/scope.ts'
import { accountsWithin, may, type Viewer } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { recordDenied } from './denied.ts'

type Rule = { scopes?: Needs; open?: string }

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
  }
}

/** The error of a denied field; `requiredScopes` in the form of @requiresScopes (OR of ANDs). */
export function forbidden(scopes: Needs, sentence: string | null = null): GraphQLError {
  if (sentence !== null) return new GraphQLError(sentence, { extensions: { code: 'FORBIDDEN' } })
  const words = inWords(scopes, '"')
  return new GraphQLError(`This needs the scope ${words}, which your credential lacks here.`, {
    extensions: { code: 'FORBIDDEN', requiredScopes: alternatives(scopes) },
  })
}

function inWords(scopes: Needs, quote: string): string {
  const all = (list: readonly Scope[]) => list.map((scope) => quote + scope + quote).join(' and ')
  return alternatives(scopes).map(all).join(', or ')
}

export function unauthenticated(): GraphQLError {
  return new GraphQLError(
    'This needs a credential: send "Authorization: Bearer <API key or access token>".',
    { extensions: { code: 'UNAUTHENTICATED' } },
  )
}

const viewerOf = (ctx: object) => (ctx as { viewer: Viewer }).viewer

/** What guarded resolvers of rows guard. */
const behind = new WeakMap<object, object>()

/**
 * The resolver without its check, for whoever has made sure that the check passes for this row;
 * the same one where there is none.
 */
export function unguarded<Resolver extends object>(resolver: Resolver): Resolver {
  return (behind.get(resolver) as Resolver | undefined) ?? resolver
}

const rootTypes = new Set(['Query', 'Mutation', 'Subscription'])

class ScopesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(config: PothosOutputFieldConfig<Types>) {
    const scopes = this.#scopesOf(config)
    const open = this.#openOf(config)
    if (scopes.length === 0) return { ...config, extensions: { ...config.extensions, open } }
    const needs = `Needs ${inWords(scopes, '`')}.`
    return {
      ...config,
      description: config.description ? `${config.description} ${needs}` : needs,
      extensions: {
        ...config.extensions,
        scopes,
        directives: { requiresScopes: { scopes: alternatives(scopes) } },
      },
    }
  }

  override wrapResolve(
    resolver: GraphQLFieldResolver<unknown, Types['Context'], object>,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const scopes = this.#scopesOf(config)
    if (rootTypes.has(config.parentType)) return this.#guardRoot(resolver, scopes, config)
    if (scopes.length === 0) return resolver
    const guarded: typeof resolver = (parent, args, ctx, info) => {
      const row = parent as { accountId?: string; id: string }
      const viewer = viewerOf(ctx)
      // Only an account itself has no accountId.
      if (!may(viewer, row.accountId ?? row.id, scopes)) throw forbidden(scopes)
      return resolver(parent, args, ctx, info)
    }
    behind.set(guarded, resolver)
    return guarded
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
    scopes: Needs,
    config: PothosOutputFieldConfig<Types>,
  ): GraphQLFieldResolver<unknown, Types['Context'], object> {
    const open = this.#openOf(config)
    if (scopes.length === 0 && !open) {
      throw new Error(`${config.parentType}.${config.name} has neither scopes nor "open"`)
    }
    if (scopes.length === 0) return resolver
    return (parent, args, ctx, info) => {
      const viewer = viewerOf(ctx)
      if (accountsWithin(viewer, scopes).length > 0) return resolver(parent, args, ctx, info)
      if (viewer.kind === 'ANONYMOUS') throw unauthenticated()
      const error = forbidden(scopes)
      if (config.parentType !== 'Mutation') throw error
      const denied = { args, needs: scopes, error }
      return recordDenied(ctx as unknown as Context, config.name, denied).then(() => {
        throw error
      })
    }
  }

  #scopesOf(config: PothosOutputFieldConfig<Types>): Needs {
    const own = (config.pothosOptions as Rule).scopes ?? []
    if ((config.pothosOptions as Rule).open || rootTypes.has(config.parentType)) return own
    const inherited = this.#typeRule(config).scopes ?? []
    return together(inherited, own)
  }

  #openOf(config: PothosOutputFieldConfig<Types>): string | undefined {
    const own = config.pothosOptions as Rule
    return own.open ?? (own.scopes ? undefined : this.#typeRule(config).open)
  }

  #typeRule(config: PothosOutputFieldConfig<Types>): Rule {
    return this.builder.configStore.getTypeConfig(config.parentType).pothosOptions
  }
}

/** Both needs at once, as alternatives again; flat when there is but one. */
function together(one: Needs, other: Needs): Needs {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one
  const all = alternatives(one).flatMap((a) =>
    alternatives(other).map((b) => [...new Set([...a, ...b])]),
  )
  return all.length === 1 && all[0] ? all[0] : all
}

SchemaBuilder.registerPlugin('scopes', ScopesPlugin)

export default 'scopes' as const
