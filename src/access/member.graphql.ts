// Membership as the graph shows it, below its account; and the person who is signed in.

import type { Scope } from '../auth/scope.ts'
import type { Context } from '../context.ts'
import type { Membership, User } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId, nowhere } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { findable, Node } from '../graphql/node.ts'
import { RoleEnum, ViewerType } from '../graphql/viewer.graphql.ts'

const read: readonly Scope[] = ['accounts:read']

findable('Membership', read)

async function personOf(ctx: Context, { accountId, userId }: Membership): Promise<User> {
  const key = { accountId, id: userId }
  const person = await batched(ctx, 'Membership.person', key, async (keys) => {
    const where = { id: { in: keys.map(({ id }) => id) } }
    const users = new Map((await ctx.db.prisma.user.findMany({ where })).map((u) => [u.id, u]))
    return keys.map(({ id }) => users.get(id))
  })
  if (!person) throw new Error('A membership has no person.')
  return person
}

builder.prismaObject('Membership', {
  description: 'A person in an account, and as what.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Membership', row) }),
    account: t.field({
      type: 'Account',
      nullable: true,
      description: 'The account. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    userId: t.id({
      description: 'Which person it is: the same in every account that they are in.',
      resolve: ({ userId }) => encodeId('User', { accountId: nowhere, id: userId }),
    }),
    name: t.string({
      description: 'The name of the person.',
      resolve: async (row, _args, ctx) => (await personOf(ctx, row)).name,
    }),
    email: t.field({
      type: 'EmailAddress',
      nullable: true,
      scopes: ['accounts:write'],
      description: 'The address that they sign in with; null when denied.',
      resolve: async (row, _args, ctx) => (await personOf(ctx, row)).email,
    }),
    role: t.expose('role', { type: RoleEnum, description: 'What they are here.' }),
    isViewer: t.boolean({
      description: 'Whether it is the person who asks, or who is behind the credential that does.',
      resolve: ({ userId }, _args, { viewer }) => viewer.userId === userId,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Since when.' }),
  }),
})

const MembershipConnection = connectionType<Membership>('Membership', 'Membership')

builder.prismaObjectField('Account', 'members', (t) =>
  t.field({
    type: MembershipConnection,
    nullable: true,
    scopes: read,
    description: 'The people of the account, those who joined first first. Null when denied.',
    complexity: connectionCost,
    args: pageArgs(t),
    resolve: ({ id }, args, ctx) =>
      listBelow<Membership>(
        ctx,
        { accountId: id, id },
        'Account.members',
        args,
        {
          table: 'Membership',
          where: [],
          order: { column: 'createdAt', type: 'timestamptz', direction: 'ASC' },
        },
        args,
      ),
  }),
)

const UserType = builder.objectRef<User>('User').implement({
  description: 'A person who can sign in. Everybody sees themselves; others are memberships.',
  open: 'It is shown to the person themselves only.',
  fields: (t) => ({
    id: t.id({
      description: 'Which person it is.',
      resolve: ({ id }) => encodeId('User', { accountId: nowhere, id }),
    }),
    name: t.exposeString('name', { description: 'Their name.' }),
    email: t.expose('email', { type: 'EmailAddress', description: 'What they sign in with.' }),
  }),
})

builder.objectField(ViewerType, 'user', (t) =>
  t.field({
    type: UserType,
    nullable: true,
    description: 'The person who is signed in; null for programs, whoever made their credentials.',
    resolve: ({ kind, userId }, _args, { db }) =>
      kind === 'USER' && userId !== null
        ? db.prisma.user.findUnique({ where: { id: userId } })
        : null,
  }),
)
