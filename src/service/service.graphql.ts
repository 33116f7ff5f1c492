// Service as the graph shows it, its lists, and the mutations that make, change and archive it.

import type { Service } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { demandKey, encodeId } from '../graphql/ids.ts'
import { connectionCost } from '../graphql/limits.ts'
import {
  accountsArg,
  accountsOf,
  connectionType,
  contains,
  listBelow,
  listOverAccounts,
  pageArgs,
} from '../graphql/lists.ts'
import { Money, moneyOf } from '../graphql/money.ts'
import { mutation } from '../graphql/mutations.ts'
import { findable, Node } from '../graphql/node.ts'
import { archiveService } from './service.actions.ts'

findable('Service', ['services:read'])

const ServiceKind = builder.enumType('ServiceKind', {
  description: 'How a service is booked.',
  values: {
    APPOINTMENT: { description: 'At any free start, with staff and/or resources.' },
    CLASS: { description: 'By the seats of scheduled sessions.' },
  } as const,
})

builder.prismaObject('Service', {
  description: 'What can be booked.',
  interfaces: [Node],
  scopes: ['services:read'],
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: (row) => encodeId('Service', row) }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What the customer gets; null when nothing is written.',
    }),
    kind: t.expose('kind', { type: ServiceKind, description: 'How it is booked.' }),
    durationMinutes: t.exposeInt('durationMinutes', {
      description: 'Elapsed minutes, buffers not included.',
    }),
    price: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      description: 'Price for the whole booking; null when it has none.',
      resolve: async (row, _args, ctx) => {
        if (row.priceMinor === null) return null
        const account = await ctx.load('Account', { accountId: row.accountId, id: row.accountId })
        return moneyOf(row.priceMinor, account?.currency ?? 'XXX')
      },
    }),
    active: t.exposeBoolean('active', { description: 'False once archived.' }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
  }),
})

export const ServiceConnection = connectionType<Service>('Service', 'Service')

const ServiceFilter = builder.inputType('ServiceFilter', {
  description: 'Narrows a list of services; what is left out does not narrow.',
  fields: (t) => ({
    kind: t.field({ type: ServiceKind, description: 'Only this kind.' }),
    active: t.boolean({ description: 'Only active (true) or archived (false) ones.' }),
    search: t.string({ description: 'Only those whose name contains this.' }),
  }),
})

type Filter = typeof ServiceFilter.$inferInput

function matching(filter: Filter | null | undefined): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  if (filter?.kind) where.push(Prisma.sql`r."kind" = ${filter.kind}::"ServiceKind"`)
  if (filter?.active != null) where.push(Prisma.sql`r."active" = ${filter.active}`)
  if (filter?.search) where.push(contains('name', filter.search))
  return where
}

const byName = { column: 'name', type: 'text', direction: 'ASC' } as const

builder.queryField('services', (t) =>
  t.field({
    type: ServiceConnection,
    scopes: ['services:read'],
    description: 'Services over accounts, by name.',
    complexity: connectionCost,
    args: {
      ...accountsArg(t),
      filter: t.arg({ type: ServiceFilter, description: 'Which ones.' }),
      ...pageArgs(t),
    },
    resolve: (_root, args, ctx) =>
      listOverAccounts<Service>(
        ctx,
        accountsOf(ctx.viewer, args.accounts, ['services:read']),
        { table: 'Service', where: matching(args.filter), order: byName },
        args,
      ),
  }),
)

builder.prismaObjectField('Account', 'services', (t) =>
  t.field({
    type: ServiceConnection,
    scopes: ['services:read'],
    description: 'Services of the account, by name.',
    complexity: connectionCost,
    args: { filter: t.arg({ type: ServiceFilter, description: 'Which ones.' }), ...pageArgs(t) },
    resolve: (account, args, ctx) =>
      listBelow<Service>(
        ctx,
        { accountId: account.id, id: account.id },
        'Account.services',
        args,
        { table: 'Service', where: matching(args.filter), order: byName },
        args,
      ),
  }),
)

mutation('archiveService', {
  description: 'Takes a service out of the offer; bookings of it stay as they are.',
  scopes: ['services:write'],
  data: 'Service',
  dataDescription: 'The service, archived.',
  refusals: ['VERSION_CONFLICT'],
  input: (t) => ({
    id: t.id({ required: true, description: 'The service.' }),
    expectedVersion: t.int({ description: 'Refuse unless the service has this version.' }),
  }),
  resolve: (input, ctx) =>
    archiveService(ctx, demandKey('Service', input.id, 'id'), input.expectedVersion),
})
