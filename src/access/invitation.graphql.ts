// Invitation as the graph shows it, below its account; and the mutations that make one and
// withdraw it.

import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type Invitation } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, encodeId } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import { connectionType, listBelow, pageArgs } from '../graphql/lists.ts'
import { mutation } from '../graphql/mutations.ts'
import { findable, Node } from '../graphql/node.ts'
import { RoleEnum } from '../graphql/viewer.graphql.ts'
import type { Scope } from '../auth/scope.ts'
import { inviteUser, withdrawInvitation } from './invitation.actions.ts'
import { invitationStatus, type InvitationStatus } from './invitation.ts'

const admins: readonly Scope[] = ['accounts:write']

findable('Invitation', admins)

const statuses = {
  OPEN: 'It can be accepted.',
  ACCEPTED: 'The person joined.',
  WITHDRAWN: 'It was withdrawn, or another one to the same address took its place.',
  EXPIRED: 'Nobody accepted it in time.',
} as const satisfies Record<InvitationStatus, string>

const StatusEnum = builder.enumType('InvitationStatus', {
  description: 'What became of an invitation.',
  values: Object.fromEntries(
    Object.entries(statuses).map(([status, description]) => [status, { description }]),
  ) as Record<InvitationStatus, { description: string }>,
})

builder.prismaObject('Invitation', {
  description: 'Somebody asked to join an account. Its link is told once, to whoever made it.',
  interfaces: [Node],
  scopes: admins,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Invitation', row) }),
    account: t.field({
      type: 'Account',
      nullable: true,
      description: 'The account to join. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    email: t.expose('email', {
      type: 'EmailAddress',
      description: 'Who may accept: whoever signs in with this address.',
    }),
    name: t.exposeString('name', { description: 'The name, until the person says their own.' }),
    role: t.expose('role', { type: RoleEnum, description: 'What the person becomes.' }),
    status: t.field({
      type: StatusEnum,
      description: 'What became of it.',
      resolve: (row, _args, { clock }) => invitationStatus(row, clock.now()),
    }),
    invitedBy: t.string({
      nullable: true,
      description: 'The name of whoever made it; null for the gateway itself.',
      resolve: ({ accountId, invitedById }, _args, { db, ...ctx }) =>
        invitedById === null
          ? null
          : batched(ctx, 'Invitation.invitedBy', { accountId, id: invitedById }, async (keys) => {
              const where = { id: { in: keys.map(({ id }) => id) } }
              const users = await db.prisma.user.findMany({ where })
              return keys.map(({ id }) => users.find((user) => user.id === id)?.name ?? null)
            }),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'Until when it can be accepted.',
    }),
  }),
})

const InvitationConnection = connectionType<Invitation>('Invitation', 'Invitation')

builder.prismaObjectField('Account', 'invitations', (t) =>
  t.field({
    type: InvitationConnection,
    nullable: true,
    scopes: admins,
    description: 'Who was invited to the account, latest first. Null when denied.',
    complexity: connectionCost,
    args: {
      open: t.arg.boolean({
        description: 'Only those that can be accepted (true), or the others.',
      }),
      ...pageArgs(t),
    },
    resolve: ({ id }, args, ctx) =>
      listBelow<Invitation>(
        ctx,
        { accountId: id, id },
        'Account.invitations',
        args,
        {
          table: 'Invitation',
          where: args.open == null ? [] : [openNow(ctx.clock.now(), args.open)],
          order: { column: 'createdAt', type: 'timestamptz', direction: 'DESC' },
        },
        args,
      ),
  }),
)

function openNow(now: number, isOpen: boolean): Prisma.Sql {
  return Prisma.sql`(r."acceptedAt" IS NULL AND r."withdrawnAt" IS NULL
    AND r."expiresAt" > ${timestamptz(now)}) = ${isOpen}::boolean`
}

mutation('inviteUser', {
  description:
    'Invites a person to an account. An earlier invitation of the same address ends. Refused ' +
    '(VALIDATION_FAILED) when the role is above your own or the person is in the account ' +
    'already, and (LIMIT_REACHED) when 200 are open.',
  scopes: admins,
  data: 'Invitation',
  dataDescription: 'The invitation.',
  secretDescription:
    'The link by which the person joins, once. Hand it over yourself: nothing is sent.',
  refusals: ['LIMIT_REACHED'],
  input: (t) => ({
    accountId: t.id({ required: true, description: 'The account to join.' }),
    email: t.field({
      type: 'EmailAddress',
      required: true,
      description: 'The address that the person signs in with, or will.',
    }),
    name: t.string({
      required: true,
      description: 'What to call the person, who may say otherwise; at most 200 characters.',
    }),
    role: t.field({ type: RoleEnum, required: true, description: 'What the person becomes.' }),
  }),
  resolve: async ({ accountId, ...input }, ctx) => {
    const account = demandKey('Account', accountId, 'accountId')
    const { invitation, secret } = await inviteUser(ctx, account.id, input)
    return { row: invitation, secret: `${ctx.baseUrl()}/invitations/${secret}` }
  },
})

mutation('withdrawInvitation', {
  description: 'Ends an invitation that nobody has accepted. Twice is once.',
  scopes: admins,
  data: 'Invitation',
  dataDescription: 'The invitation as it is now.',
  refusals: ['IN_USE'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The invitation.' }),
  }),
  resolve: ({ id }, ctx) => withdrawInvitation(ctx, demandKey('Invitation', id, 'id')),
})
