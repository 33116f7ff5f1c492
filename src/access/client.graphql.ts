// ApiClient as the graph shows it: to every administrator of an account that it reaches, with those
// accounts only that the asker reaches too. Its secret is not among its fields.

import type { Scope } from '../auth/scope.ts'
import { accountsWithin, type Viewer } from '../auth/viewer.ts'
import type { Context } from '../context.ts'
import { poolReader } from '../db/reader.ts'
import type { Account } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, nowhere } from '../graphql/ids.ts'
import { pageOfIds } from '../graphql/id-pages.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  listBelow,
  listOverAccounts,
  pageArgs,
  type Connection,
} from '../graphql/lists.ts'
import type { PageAsk } from '../db/keyset.ts'
import { findableBy, Node } from '../graphql/node.ts'
import { userName } from '../graphql/user-name.ts'
import {
  onceEach,
  reachingClients,
  reachOfClients,
  seenClient,
  type SeenClient,
} from './client.data.ts'

const read: readonly Scope[] = ['clients:read']

findableBy('ApiClient', async ({ viewer, db }, { accountId, id }) => {
  const within = accountsWithin(viewer, read)
  return accountId === nowhere && within.length > 0 ? seenClient(poolReader(db), within, id) : null
})

builder.prismaObject('ApiClient', {
  description:
    'An OAuth 2 client (client credentials): a program of one person, for chosen accounts or all ' +
    'that this person administers. It reaches an account while that person is an administrator ' +
    'there. Every administrator of such an account sees it; only its maker changes or deletes it.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id.',
      resolve: ({ id }) => encodeId('ApiClient', { accountId: nowhere, id }),
    }),
    clientId: t.exposeString('publicId', { description: 'Its `client_id` at the token endpoint.' }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What it is for; null when nobody said.',
    }),
    scopes: t.exposeStringList('scopes', { description: 'What its tokens may have at most.' }),
    allAccounts: t.exposeBoolean('allAccounts', {
      description: 'Whether it is for every account that its maker administers, also later ones.',
    }),
    accounts: t.field({
      type: 'AccountConnection' as never,
      complexity: connectionCost,
      description: 'Of the accounts that it reaches, those whose API clients you may see.',
      args: pageArgs(t),
      resolve: (client, args, ctx) => accountsPage(ctx, client, args) as Promise<never>,
    }),
    createdBy: t.string({
      description: 'The name of whoever made it.',
      resolve: ({ createdById }, _args, ctx) => userName(ctx, createdById),
    }),
    mine: t.boolean({
      description: 'Whether you made it, by this or another credential, and so may change it.',
      resolve: ({ createdById }, _args, { viewer }) => createdById === viewer.userId,
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a token of it was last used, to the minute; null for never.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it or its secret last changed.',
    }),
  }),
})

/** The reach is read for all clients of a selection at once, and its pages are cut here. */
async function accountsPage(
  ctx: Context,
  { id }: { id: string },
  ask: PageAsk,
): Promise<Connection<Account>> {
  const reach = await batched(ctx, 'ApiClient.reach', { accountId: nowhere, id }, (clients) =>
    reachOfClients(
      poolReader(ctx.db),
      clients.map((client) => client.id),
    ),
  )
  const page = pageOfIds('ApiClient.accounts', reach.filter(visibleTo(ctx.viewer)), ask)
  const rows = await Promise.all(
    page.rows.map((row) => ctx.load('Account', { accountId: row.id, id: row.id })),
  )
  return { ...page, rows: rows.filter((row) => row !== null) }
}

function visibleTo(viewer: Viewer): (accountId: string) => boolean {
  const within = new Set(accountsWithin(viewer, ['clients:read', 'accounts:read']))
  return (accountId) => within.has(accountId)
}

const ApiClientConnection = connectionType<SeenClient>('ApiClient', 'ApiClient')

const newestFirst = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const
const list = { table: 'ApiClient', from: reachingClients, order: newestFirst }

builder.queryField('apiClients', (t) =>
  t.field({
    type: ApiClientConnection,
    scopes: read,
    description: 'API clients that reach one of the accounts, each once, the newest first.',
    complexity: connectionCost,
    args: { ...accountsArg(t), ...pageArgs(t) },
    resolve: (_root, args, ctx) => {
      const accountIds = accountsOf(ctx.viewer, args.accounts, read)
      return listOverAccounts<SeenClient>(
        ctx,
        accountIds,
        { ...list, where: [onceEach(accountIds)] },
        args,
      )
    },
  }),
)

builder.prismaObjectField('Account', 'apiClients', (t) =>
  t.field({
    type: ApiClientConnection,
    nullable: true,
    scopes: read,
    description: 'API clients that reach the account, the newest first. Null when denied.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: ({ id }, args, ctx) =>
      listBelow<SeenClient>(
        ctx,
        { accountId: id, id },
        'Account.apiClients',
        args,
        { ...list, where: [] },
        args,
      ),
  }),
)
