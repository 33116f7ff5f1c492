// Relay connections over keyset pages: a root list (over accounts within reach) or a nested one
// (over one parent row); nested lists of one selection are read in one statement for all parents.
// totalCount is counted only when it is asked for. Fields of both kinds: `list-fields.ts`.

import type { ArgBuilder } from '@pothos/core'
import { GraphQLError } from 'graphql'
import type { Needs } from '../auth/scope.ts'
import { accountsWithin, may, type Viewer } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import {
  BadCursor,
  countRows,
  encodeCursor,
  readPages,
  type ListQuery,
  type Order,
  type Page,
  type PageAsk,
} from '../db/keyset.ts'
import type { Key } from '../db/id.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from './batches.ts'
import { builder, type Types } from './builder.ts'
import { decodeId } from './ids.ts'
import { defaultPageSize, maxPageSize, maxSkip } from './limits.ts'
import { forbidden } from './scopes.ts'

/** What a connection field resolves to. */
export type Connection<Row> = Page<Row> & { order: Order; count: () => Promise<number> }

/** `argument`: the one at fault, when the sentence is as true of it under another name. */
export function badInput(message: string, argument?: string): GraphQLError {
  const extensions = { code: 'BAD_USER_INPUT', ...(argument !== undefined && { argument }) }
  return new GraphQLError(message, { extensions })
}

/** Says of a row where it stands: by its order, or in words of its own. */
type Placed = { order: Order } | { cursorOf: (row: never) => string }

export const PageInfo = builder.objectRef<Page<unknown> & Placed>('PageInfo').implement({
  description: 'Where a page stands in its list.',
  open: 'It says nothing that the page itself does not.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'More follows this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'Something precedes this page.',
    }),
    startCursor: t.string({
      nullable: true,
      description: 'Cursor of the first edge; null on an empty page.',
      resolve: (page) => cursorAt(page, 0),
    }),
    endCursor: t.string({
      nullable: true,
      description: 'Cursor of the last edge; null on an empty page.',
      resolve: (page) => cursorAt(page, -1),
    }),
  }),
})

function cursorAt(page: Page<unknown> & Placed, index: number): string | null {
  const row = page.rows.at(index)
  if (!row) return null
  if ('cursorOf' in page) return page.cursorOf(row as never)
  return encodeCursor(page.order, row as Record<string, unknown>)
}

/** Makes the connection and edge types of a node type; once per type. */
export function connectionType<Row extends object>(name: string, node: string) {
  const open = 'The nodes are guarded themselves.'
  const type = node as never
  const Edge = builder.objectRef<{ row: Row; order: Order }>(`${name}Edge`)
  Edge.implement({
    description: `One ${node} in a list.`,
    open,
    fields: (t) => ({
      cursor: t.string({
        description: 'Opaque; pass it as `after` or `before` with the same order.',
        resolve: (edge) => encodeCursor(edge.order, edge.row as Record<string, unknown>),
      }),
      node: t.field({
        type,
        description: 'The thing itself.',
        resolve: (edge) => edge.row as never,
      }),
    }),
  })
  return builder.objectRef<Connection<Row>>(`${name}Connection`).implement({
    description: `A page of a list of ${node}.`,
    open,
    fields: (t) => ({
      edges: t.field({
        type: [Edge],
        complexity: { field: 1, multiplier: 1 },
        description: 'The page, each with its cursor.',
        resolve: (page) => page.rows.map((row) => ({ row, order: page.order })),
      }),
      nodes: t.field({
        type: [type],
        complexity: { field: 1, multiplier: 1 },
        description: 'The page without cursors: the short way.',
        resolve: (page) => page.rows as never,
      }),
      pageInfo: t.field({
        type: PageInfo,
        description: 'Where the page stands.',
        resolve: (page) => page,
      }),
      totalCount: t.int({
        complexity: 10,
        description: 'How many the whole list has; counted only when asked for.',
        resolve: (page) => page.count(),
      }),
    }),
  })
}

type Args = ArgBuilder<Types>

/** The arguments that every list takes; spread them into `args`. */
export const pageArgs = (t: { arg: Args }) => ({
  first: t.arg.int({ description: `How many from the start, 0 to ${maxPageSize}.` }),
  after: t.arg.string({ description: 'Start after this cursor.' }),
  last: t.arg.int({ description: `How many from the end, 0 to ${maxPageSize}.` }),
  before: t.arg.string({ description: 'End before this cursor.' }),
  skip: t.arg.int({
    description:
      `How many to leave out before the page, 0 to ${maxSkip}: for systems whose pages have ` +
      'numbers. Not with a cursor, which costs less and misses nothing when the list changes.',
  }),
})

/** Argument `accounts` of lists over accounts. */
export const accountsArg = (t: { arg: Args }) => ({
  accounts: t.arg.idList({
    description: 'Only these accounts; left out, every account that the credential reaches.',
  }),
})

/**
 * The accounts (uuids) a list reads: those named, or all within reach that carry the scopes. An
 * account out of reach is NOT_FOUND on the argument, whoever it belongs to; one in reach without
 * the scopes is FORBIDDEN.
 */
export function accountsOf(
  viewer: Viewer,
  ids: readonly string[] | null | undefined,
  scopes: Needs,
): string[] {
  if (!ids) return accountsWithin(viewer, scopes)
  const chosen = new Set<string>()
  for (const id of ids) {
    const parts = decodeId(id)
    if (parts?.name !== 'Account' || !viewer.grants.has(parts.accountId)) {
      throw new GraphQLError(`No account with the id "${id}" exists.`, {
        extensions: { code: 'NOT_FOUND', argument: 'accounts' },
      })
    }
    if (!may(viewer, parts.accountId, scopes)) throw forbidden(scopes)
    chosen.add(parts.accountId)
  }
  return [...chosen].toSorted()
}

/** The page size asked for. Throws BAD_USER_INPUT for sizes and combinations that mean nothing. */
export function pageSize(ask: PageAsk): number {
  if (ask.first != null && ask.last != null) {
    throw badInput('Give "first" or "last", not both.')
  }
  if (ask.skip != null) {
    if (ask.after != null || ask.before != null)
      throw badInput('Give "skip" or a cursor, not both.')
    if (ask.skip < 0 || ask.skip > maxSkip) {
      throw badInput(`"skip" is ${ask.skip}; 0 to ${maxSkip} are allowed.`)
    }
  }
  const [name, size] = ask.last == null ? ['first', ask.first] : ['last', ask.last]
  if (size == null) return defaultPageSize
  if (size < 0 || size > maxPageSize) {
    throw badInput(`"${name}" is ${size}; 0 to ${maxPageSize} are allowed.`)
  }
  return size
}

/** One list over accounts. */
export async function listOverAccounts<Row extends object>(
  ctx: Context,
  accountIds: string[],
  query: Omit<ListQuery, 'partitions' | 'merged'>,
  ask: PageAsk,
): Promise<Connection<Row>> {
  const partitions = accountIds.map((accountId) => ({ accountId }))
  const order = { ...query.order, list: query.table }
  const whole: ListQuery = { ...query, order, partitions, merged: true }
  const [page] = await withCursorErrors(ask, () =>
    readPages<Row>(ctx.db.pool, whole, ask, pageSize(ask)),
  )
  const count = async () => (await countRows(ctx.db.pool, whole))[0] ?? 0
  return { ...(page as Page<Row>), order, count }
}

/**
 * One list below a parent row. `name` and the arguments identify the selection: all parents that
 * ask the same in one request are read together. `where` may name the parent as `u."parentId"`.
 */
export async function listBelow<Row extends object>(
  ctx: Context,
  parent: Key,
  name: string,
  args: object,
  query: Omit<ListQuery, 'partitions' | 'merged'>,
  ask: PageAsk,
): Promise<Connection<Row>> {
  const size = pageSize(ask)
  const asked = `${name} ${JSON.stringify(args)}`
  const order = { ...query.order, list: query.table }
  const whole = (keys: readonly Key[]): ListQuery => ({
    ...query,
    order,
    partitions: keys.map(({ accountId, id }) => ({ accountId, parentId: id })),
    merged: false,
  })
  const key = { accountId: parent.accountId, id: parent.id }
  const page = await withCursorErrors(ask, () =>
    batched(ctx, `page of ${asked} ${query.selection?.name}`, key, (keys) =>
      readPages<Row>(ctx.db.pool, whole(keys), ask, size),
    ),
  )
  const count = () =>
    batched(ctx, `count of ${asked}`, key, (keys) => countRows(ctx.db.pool, whole(keys)))
  return { ...page, order, count }
}

/** Names the argument, by its name here, for doors that call it otherwise. */
async function withCursorErrors<T>(ask: PageAsk, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof BadCursor) {
      const argument = ask.after == null ? 'before' : 'after'
      throw badInput('This cursor is none of this list, or of another order.', argument)
    }
    throw error
  }
}

/** Condition: a text column, of the listed table, contains this text, letters' case ignored. */
export function contains(column: string, text: string, alias = 'r'): Prisma.Sql {
  const like = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`
  return Prisma.sql`${Prisma.raw(`${alias}."${column}"`)} ILIKE ${like}`
}
