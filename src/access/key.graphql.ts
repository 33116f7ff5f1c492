// ApiKey as the graph shows it, and its lists: over accounts, and of an account. Its secret is not
// among its fields.

import type { Scope } from '../auth/scope.ts'
import { timestamptz } from '../db/timestamp.ts'
import { Prisma, type ApiKey } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { encodeId } from '../graphql/ids.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType } from '../graphql/lists.ts'
import { findable, Node } from '../graphql/node.ts'
import { userName } from '../graphql/user-name.ts'
import { shownPart } from './key.ts'

const read: readonly Scope[] = ['clients:read']

findable('ApiKey', read)

builder.prismaObject('ApiKey', {
  description:
    'A secret by which a program asks in the name of whoever made it, in one account: what its ' +
    'scopes and that person’s role both allow. It dies with the membership.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({
      description: 'Global id; it stays when the secret is replaced.',
      resolve: (row) => encodeId('ApiKey', row),
    }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The only account that it reaches. Null when denied.',
      resolve: ({ accountId }, _args, ctx) => ctx.load('Account', { accountId, id: accountId }),
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    prefix: t.string({
      description: 'How its secret begins, by which a leaked one is recognised.',
      resolve: ({ publicId }) => shownPart(publicId),
    }),
    previousPrefix: t.string({
      nullable: true,
      description: 'How the secret before the last rotation begins; null when that is dead.',
      resolve: (row, _args, ctx) =>
        row.previousPublicId !== null && previousUntil(row, ctx.clock.now())
          ? shownPart(row.previousPublicId)
          : null,
    }),
    previousUntil: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Until when the secret before the last rotation is good; null when it is dead.',
      resolve: (row, _args, ctx) => previousUntil(row, ctx.clock.now()),
    }),
    scopes: t.exposeStringList('scopes', {
      description: 'What it was given; the role of whoever made it limits it further.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      nullable: true,
      description: 'From when on it is refused; null for never.',
    }),
    lastUsedAt: t.expose('lastUsedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last used, to the minute; null for never.',
    }),
    revokedAt: t.expose('revokedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was revoked, for good; null while it is not.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    createdBy: t.string({
      description: 'The name of whoever made it, in whose name it acts.',
      resolve: ({ createdById }, _args, ctx) => userName(ctx, createdById),
    }),
  }),
})

function previousUntil({ previousUntil: until, revokedAt }: ApiKey, now: number): Date | null {
  return until && !revokedAt && until.getTime() > now ? until : null
}

const ApiKeyConnection = connectionType<ApiKey>('ApiKey', 'ApiKey')

const ApiKeyFilter = builder.inputType('ApiKeyFilter', {
  description: 'Narrows a list of API keys; what is left out does not narrow.',
  fields: (t) => ({
    active: t.boolean({
      description: 'Only those that are neither revoked nor expired (true), or only those (false).',
    }),
  }),
})

type Filter = typeof ApiKeyFilter.$inferInput | null | undefined

function matching(filter: Filter, now: number): Prisma.Sql[] {
  const alive = Prisma.sql`(r."revokedAt" IS NULL
    AND (r."expiresAt" IS NULL OR r."expiresAt" > ${timestamptz(now)}))`
  return filter?.active == null ? [] : [filter.active ? alive : Prisma.sql`NOT ${alive}`]
}

const lists = listFields({
  type: ApiKeyConnection,
  table: 'ApiKey',
  scopes: read,
  args: (t) => ({ filter: t.arg({ type: ApiKeyFilter, description: 'Which ones.' }) }),
  where: ({ filter }, { clock }) => matching(filter, clock.now()),
  order: () => ({ column: 'createdAt', type: 'timestamptz', direction: 'DESC' }),
})

lists.over('apiKeys', 'API keys over accounts, the newest first, revoked ones too.')
lists.below(
  'Account',
  'apiKeys',
  'API keys of the account, the newest first, revoked ones too. Null when denied.',
)
