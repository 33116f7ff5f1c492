// interface Node and the ways to it. Each room registers its type with its read scopes; a node out
// of reach, absent, or of a type the viewer may not read is null, always in the same way.

import { may } from '../auth/viewer.ts'
import type { Needs } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { builder } from './builder.ts'
import { decodeId, type NodeName } from './ids.ts'
import type { LoadedModel } from './loaders.ts'
import { maxPageSize } from './limits.ts'
import { GraphQLError } from 'graphql'

const loadedAs = new WeakMap<object, string>()

type Finder = (ctx: Context, key: Key) => Promise<object | null>

const finders = new Map<NodeName, Finder>()

export const Node = builder.interfaceRef<object>('Node').implement({
  description: 'Anything with a global id that `node` can find again.',
  open: 'The id alone says nothing.',
  resolveType: (row) => loadedAs.get(row) ?? null,
  fields: (t) => ({
    id: t.id({ description: 'Opaque and stable.', resolve: () => '' }),
  }),
})

/** Makes a type findable by `node`; `scopes` are those without which its rows do not exist. */
export function findable(name: LoadedModel & NodeName, scopes: Needs): void {
  findableBy(name, async (ctx, key) =>
    may(ctx.viewer, key.accountId, scopes) ? ctx.load(name, key) : null,
  )
}

/**
 * The same for what belongs to no account: `find` decides who sees it, and takes as long over what
 * there is not as over what is not seen.
 */
export function findableBy(name: NodeName, find: Finder): void {
  finders.set(name, find)
}

/** What `node` finds by this global id, for fields of type Node. */
export async function findNode(ctx: Context, id: string): Promise<object | null> {
  const parts = decodeId(id)
  const finder = parts && finders.get(parts.name)
  if (!finder) return null
  const row = await finder(ctx, parts)
  if (row) loadedAs.set(row, parts.name)
  return row
}

const open = 'What is found depends on the reach and scopes of whoever asks.'

builder.queryField('node', (t) =>
  t.field({
    type: Node,
    nullable: true,
    open,
    description: 'The thing with this id; null when there is none that you may see.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, args, ctx) => findNode(ctx, args.id),
  }),
)

builder.queryField('nodes', (t) =>
  t.field({
    type: [Node],
    nullable: { list: false, items: true },
    open,
    description: 'The things with these ids, in that order; null for each that you may not see.',
    complexity: ({ ids }) => ({ field: 1, multiplier: Math.min(ids.length, maxPageSize) }),
    args: { ids: t.arg.idList({ required: true, description: 'At most 100 global ids.' }) },
    resolve: (_root, args, ctx) => {
      if (args.ids.length > maxPageSize) {
        throw new GraphQLError(`"ids" has ${args.ids.length} ids; ${maxPageSize} are allowed.`, {
          extensions: { code: 'BAD_USER_INPUT' },
        })
      }
      return Promise.all(args.ids.map((id) => findNode(ctx, id)))
    },
  }),
)
