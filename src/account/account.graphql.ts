// Account as the graph shows it, the way to one by id or slug, and the list of them.

import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { keyOf } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import { badInput, connectionType, contains, listOverAccounts, pageArgs } from '../graphql/lists.ts'
import { globalId } from '../graphql/look-ahead.ts'
import { findable, Node } from '../graphql/node.ts'
import { accountsWithin, may } from '../auth/viewer.ts'
import type { Account, PartyCategory } from '../generated/prisma/client.ts'

findable('Account', ['accounts:read'])

builder.prismaObject('Account', {
  description: 'One business. Everything else belongs to exactly one account.',
  interfaces: [Node],
  scopes: ['accounts:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('Account') }),
    slug: t.exposeString('slug', { description: 'Short name in addresses; unique.' }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      description: 'IANA zone in which its hours and dates are meant.',
    }),
    currency: t.expose('currency', { type: 'Currency', description: 'ISO 4217.' }),
    locale: t.exposeString('locale', { description: 'RFC 5646 tag.' }),
    holdSeconds: t.exposeInt('holdSeconds', {
      description: 'How long a hold lasts unless it asks for another time.',
    }),
    waitlistOfferMinutes: t.exposeInt('waitlistOfferMinutes', {
      description: 'How long somebody on the waitlist has for what they are offered.',
    }),
    publicAvailability: t.exposeBoolean('publicAvailability', {
      description:
        'Whether free times are shown to whoever has no credential, where a REST dialect has it so.',
    }),
    mailsManageLinks: t.exposeBoolean('mailsManageLinks', {
      description:
        'Whether mails about any booking tell its customer a secret address at which to see, move ' +
        'and cancel it; false: only those about bookings through a booking link do.',
    }),
    partyCategories: t.field({
      type: ['PartyCategory'],
      reads: [],
      description: 'What heads of a party are counted as, in their order; may be empty.',
      resolve: ({ id }, _args, ctx) =>
        batched(ctx, 'Account.partyCategories', { accountId: id, id }, (keys) =>
          categoriesOf(ctx, keys),
        ),
    }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

builder.prismaObject('PartyCategory', {
  description: 'A kind of head in a party, such as adults or children; capacity counts all alike.',
  scopes: ['accounts:read'],
  fields: (t) => ({
    code: t.exposeString('code', {
      description: 'Short name for programs; unique in its account.',
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
  }),
})

async function categoriesOf({ db }: Context, accounts: readonly Key[]): Promise<PartyCategory[][]> {
  const rows = await db.prisma.partyCategory.findMany({
    where: { accountId: { in: accounts.map(({ id }) => id) } },
    orderBy: [{ position: 'asc' }, { code: 'asc' }],
  })
  const byAccount = Map.groupBy(rows, ({ accountId }) => accountId)
  return accounts.map(({ id }) => byAccount.get(id) ?? [])
}

type Narrowing = { search?: string | null; slugs?: string[] | null }

function matching({ search, slugs }: Narrowing): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  if (search) where.push(Prisma.sql`(${contains('name', search)} OR ${contains('slug', search)})`)
  if (slugs) where.push(Prisma.sql`r."slug" = ANY(${slugs}::text[])`)
  return where
}

export const AccountConnection = connectionType<Account>('Account', 'Account')

builder.queryField('account', (t) =>
  t.prismaField({
    type: 'Account',
    nullable: true,
    scopes: ['accounts:read'],
    description:
      'One account by id or by slug (by both, one that has both); null when there is none that you reach.',
    args: {
      id: t.arg.id({ description: 'Its global id.' }),
      slug: t.arg.string({ description: 'Its slug.' }),
    },
    resolve: (query, _root, { id, slug }, { db, viewer }) => {
      if (id == null && slug == null) throw badInput('Give "id" or "slug" of the account.')
      const key = keyOf('Account', id)
      if (id != null && !(key && may(viewer, key.accountId, ['accounts:read']))) return null
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
      slugs: t.arg.stringList({ description: 'Only those with one of these slugs.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx) =>
      listOverAccounts<Account>(
        ctx,
        accountsWithin(ctx.viewer, ['accounts:read']),
        {
          table: 'Account',
          where: matching(args),
          order: { column: 'name', type: 'text', direction: 'ASC' },
        },
        args,
      ),
  }),
)
