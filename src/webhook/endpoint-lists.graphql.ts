// The lists of webhook endpoints: over accounts, and of an account.

import type { Scope } from '../auth/scope.ts'
import type { Viewer } from '../auth/viewer.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
import { endpointOnce, endpointsOwnTo, seenEndpoints, type EndpointRow } from './endpoint.data.ts'
import { EndpointState } from './endpoint.graphql.ts'

const read: readonly Scope[] = ['webhooks:read']

const EndpointConnection = connectionType<EndpointRow>('WebhookEndpoint', 'WebhookEndpoint')

const EndpointFilter = builder.inputType('WebhookEndpointFilter', {
  description: 'Narrows a list of webhook endpoints; what is left out does not narrow.',
  fields: (t) => ({
    states: t.field({ type: [EndpointState], description: 'Only in one of these states.' }),
    formats: t.stringList({ description: 'Only in one of these formats.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
  }),
})

type Filter = typeof EndpointFilter.$inferInput | null | undefined

function listOf(viewer: Viewer, filter: Filter) {
  const { states, formats, serials } = filter ?? {}
  const state = Prisma.sql`CASE WHEN r."disabledAt" IS NOT NULL THEN 'DISABLED'
    WHEN r."pausedAt" IS NOT NULL THEN 'PAUSED' ELSE 'ACTIVE' END`
  const where = endpointsOwnTo(viewer)
  if (states) where.push(Prisma.sql`${state} = ANY(${[...states]}::text[])`)
  if (formats) where.push(Prisma.sql`r."format" = ANY(${formats}::text[])`)
  if (serials) where.push(Prisma.sql`r."serial" = ANY(${serials}::int[])`)
  const order = { column: 'createdAt', type: 'timestamptz', direction: 'DESC' } as const
  return { table: 'WebhookEndpoint', from: seenEndpoints(viewer), where, order }
}

builder.queryField('webhookEndpoints', (t) =>
  t.field({
    type: EndpointConnection,
    scopes: read,
    description:
      'Webhook endpoints over accounts, each once, the newest first. Those of API clients are among ' +
      'them for whoever made the client and may see webhooks wherever it reaches.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      filter: t.arg({ type: EndpointFilter, description: 'Which ones.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx) => {
      const accountIds = accountsOf(ctx.viewer, args.accounts, read)
      const list = listOf(ctx.viewer, args.filter)
      const where = [...list.where, endpointOnce(accountIds)]
      return listOverAccounts<EndpointRow>(ctx, accountIds, { ...list, where }, args)
    },
  }),
)

builder.prismaObjectField('Account', 'webhookEndpoints', (t) =>
  t.field({
    type: EndpointConnection,
    nullable: true,
    scopes: read,
    description: 'Webhook endpoints of the account, the newest first. Null when denied.',
    complexity: connectionCost,
    args: { filter: t.arg({ type: EndpointFilter, description: 'Which ones.' }), ...pageArgs(t) },
    resolve: ({ id }, args, ctx) =>
      listBelow<EndpointRow>(
        ctx,
        { accountId: id, id },
        'Account.webhookEndpoints',
        args,
        listOf(ctx.viewer, args.filter),
        args,
      ),
  }),
)
