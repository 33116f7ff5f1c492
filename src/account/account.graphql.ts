// Account as the graph shows it, the way to one by id or slug, and the list of them.

import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, keyOf } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, contains, listOverAccounts, pageArgs } from '../graphql/lists.ts'
import { findable, Node } from '../graphql/node.ts'
import { accountsWithin, may } from '../auth/viewer.ts'
import type { Account } from '../generated/prisma/client.ts'

findable('Account', ['accounts:read'])

builder.prismaObject('Account', {
  description: 'One business. Everything else belongs to exactly one account.',
  interfaces: [Node],
  scopes: ['accounts:read'],
  fields: (t) => ({
    id: t.id({
      description: 'Global id.',
      resolve: ({ id }) => encodeId('Account', { accountId: id, id }),
    }),
    slug: t.exposeString('slug', { description: 'Short name in addresses; unique.' }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: 'IANA zone in which its hours and dates are meant.',
    }),
    currency: t.expose('currency', { type: 'Currency', description: 'ISO 4217.' }),
    locale: t.exposeString('locale', { description: 'RFC 5646 tag.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
  }),
})

export const AccountConnection = connectionType<Account>('Account', 'Account')

builder.queryField('account', (t) =>
  t.prismaField({
    type: 'Account',
    nullable: true,
    scopes: ['accounts:read'],
    description: 'One account by id or by slug; null when there is none that you reach.',
    args: {
      id: t.arg.id({ description: 'Its global id.' }),
      slug: t.arg.string({ description: 'Its slug.' }),
    },
    resolve: (query, _root, { id, slug }, { db, viewer }) => {
      const key = keyOf('Account', id)
      if (id != null && !(key && may(viewer, key.accountId, ['accounts:read']))) return null
      if (id == null && slug == null) return null
      return db.prisma.account.findFirst({
        ...query,
        where: {
          id: { in: key ? [key.accountId] : accountsWithin(viewer, ['accounts:read']) },
          ...(slug != null && { slug }),
        },
      })
    },
  }),
)

builder.queryField('accounts', (t) =>
  t.field({
    type: AccountConnection,
    scopes: ['accounts:read'],
    description: 'The accounts you reach, by name.',
    complexity: connectionCost,
    args: {
      search: t.arg.string({ description: 'Only those whose name or slug contains this.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx) =>
      listOverAccounts<Account>(
        ctx,
        accountsWithin(ctx.viewer, ['accounts:read']),
        {
          table: 'Account',
          where: args.search
            ? [Prisma.sql`(${contains('name', args.search)} OR ${contains('slug', args.search)})`]
            : [],
          order: { column: 'name', type: 'text', direction: 'ASC' },
        },
        args,
      ),
  }),
)
