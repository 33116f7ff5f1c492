// Application and Installation as the graph shows them: an application to whoever registered it and
// to the accounts that have it, an installation to its account. Secrets are not among their fields.

import type { Scope } from '../auth/scope.ts'
import { accountsWithin } from '../auth/viewer.ts'
import { poolReader } from '../db/reader.ts'
import { Prisma, type Installation } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, nowhere } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
import { findable, findableBy, Node } from '../graphql/node.ts'
import { userName } from '../graphql/user-name.ts'
import {
  applicationsOf,
  registeredBy,
  seenApplication,
  type SeenApplication,
} from './application.data.ts'

const read: readonly Scope[] = ['apps:read']

findableBy('Application', async ({ viewer, db }, { accountId, id }) => {
  const within = accountsWithin(viewer, read)
  return accountId === nowhere && within.length > 0
    ? seenApplication(poolReader(db), viewer, id)
    : null
})

findable('Installation', read)

builder.prismaObject('Application', {
  description:
    'A program of somebody that accounts may install. Whoever registered it sees it, and every ' +
    'account that has it.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id.',
      resolve: ({ id }) => encodeId('Application', { accountId: nowhere, id }),
    }),
    applicationId: t.exposeString('publicId', {
      description: 'Its public id, which stands in the address where owners approve it.',
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What it does; null when nobody said.',
    }),
    redirectUrl: t.exposeString('redirectUrl', {
      description: 'Where owners are sent after they approved or refused it.',
    }),
    mine: t.boolean({
      description: 'Whether you registered it, and so may change it.',
      resolve: ({ ownerId }, _args, { viewer }) => ownerId === viewer.userId,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was registered.' }),
    updatedAt: t.expose('updatedAt', {
      type: 'DateTime',
      description: 'When it or its secret last changed.',
    }),
  }),
})

builder.prismaObject('Installation', {
  description:
    'An application in an account: what an owner granted it. It acts with these scopes as far as ' +
    'the role of that owner allows, and no longer than that owner belongs to the account.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id; it stays when the application is authorised again.',
      resolve: (row) => encodeId('Installation', row),
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The account that has it. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    application: t.field({
      type: 'Application',
      description: 'The application.',
      resolve: (row, _args, ctx) =>
        batched(ctx, 'Installation.application', row, (keys) =>
          applicationsOf(poolReader(ctx.db), keys),
        ),
    }),
    scopes: t.exposeStringList('scopes', { description: 'What was granted.' }),
    permissions: t.exposeStringList('permissions', {
      description: 'The words in which the application asked for it.',
    }),
    prefix: t.string({
      description: 'How its api key begins, by which a leaked one is recognised.',
      resolve: ({ publicId }) => `sga_${publicId}`,
    }),
    approvedBy: t.string({
      description: 'The name of the owner who approved it.',
      resolve: ({ approvedById }, _args, ctx) => userName(ctx, approvedById),
    }),
    approvedAt: t.expose('approvedAt', {
      type: 'DateTime',
      description: 'When it was last approved; its api key is from then.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When its api key was last used, to the minute; null for never.',
    }),
    uninstalledAt: t.expose('uninstalledAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was uninstalled; null while it is installed.',
    }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      description: 'When it was first approved.',
    }),
  }),
})

const ApplicationConnection = connectionType<SeenApplication>('Application', 'Application')
const InstallationConnection = connectionType<Installation>('Installation', 'Installation')

const newestFirst = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const
const installed = { table: 'Installation', order: newestFirst }

function whichOnes(includeUninstalled: boolean | null | undefined): Prisma.Sql[] {
  return includeUninstalled ? [] : [Prisma.sql`r."uninstalledAt" IS NULL`]
}

builder.queryField('applications', (t) =>
  t.field({
    type: ApplicationConnection,
    scopes: read,
    description: 'The applications that you registered, by whichever credential, newest first.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: (_root, args, ctx) => {
      // It belongs to no account: one through which it may be seen stands for all.
      const home = accountsWithin(ctx.viewer, read).slice(0, 1)
      const from = registeredBy(ctx.viewer, home[0] ?? nowhere)
      const list = { table: 'Application', from, where: [], order: newestFirst }
      return listOverAccounts<SeenApplication>(ctx, home, list, args)
    },
  }),
)

builder.queryField('installations', (t) =>
  t.field({
    type: InstallationConnection,
    scopes: read,
    description: 'The applications that accounts have installed, newest first.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      includeUninstalled: t.arg.boolean({ description: 'Also those that were uninstalled.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx) =>
      listOverAccounts<Installation>(
        ctx,
        accountsOf(ctx.viewer, args.accounts, read),
        { ...installed, where: whichOnes(args.includeUninstalled) },
        args,
      ),
  }),
)

builder.prismaObjectField('Account', 'installations', (t) =>
  t.field({
    type: InstallationConnection,
    nullable: true,
    scopes: read,
    description: 'The applications that it has installed, newest first. Null when denied.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: ({ id }, args, ctx) =>
      listBelow<Installation>(
        ctx,
        { accountId: id, id },
        'Account.installations',
        args,
        { ...installed, where: whichOnes(false) },
        args,
      ),
  }),
)
