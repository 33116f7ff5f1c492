// Resource as the graph shows it, and its lists: over accounts, of an account, of a service.

import type { Scope } from '../auth/scope.ts'
import type { Resource } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType, contains } from '../graphql/lists.ts'
import { globalId, one } from '../graphql/look-ahead.ts'
import { refersTo } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'

const read: readonly Scope[] = ['staff:read']

findable('Resource', read)

builder.prismaObject('Resource', {
  description: 'What a booking occupies beside staff: a room, a boat, a court.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('Resource') }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business that has it. Null when denied.',
      ...one('Account', 'accountId'),
    }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    capacity: t.exposeInt('capacity', {
      description: 'How many units it has: as many bookings can have one at the same time.',
    }),
    active: t.exposeBoolean('active', { description: 'False once archived.' }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const ResourceConnection = connectionType<Resource>('Resource', 'Resource')

const ResourceFilter = builder.inputType('ResourceFilter', {
  description: 'Narrows a list of resources; what is left out does not narrow.',
  fields: (t) => ({
    active: t.boolean({ description: 'Only active (true) or archived (false) ones.' }),
    search: t.string({ description: 'Only those whose name contains this.' }),
    resourceIds: t.idList({ description: 'Only these.' }),
    serviceIds: t.idList({ description: 'Only those that one of these services may take.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
  }),
})

function matching(filter: typeof ResourceFilter.$inferInput | null | undefined): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  if (filter?.active != null) where.push(Prisma.sql`r."active" = ${filter.active}`)
  if (filter?.search) where.push(contains('name', filter.search))
  if (filter?.serials) where.push(Prisma.sql`r."serial" = ANY(${filter.serials}::int[])`)
  if (filter?.resourceIds) where.push(refersTo('id', 'Resource', filter.resourceIds))
  if (filter?.serviceIds) {
    const given = refersTo('serviceId', 'Service', filter.serviceIds, 'j')
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM "ServiceResource" j
      WHERE j."accountId" = r."accountId" AND j."resourceId" = r."id" AND ${given})`)
  }
  return where
}

const byName = { column: 'name', type: 'text', direction: 'ASC' } as const

const needed = Prisma.sql`EXISTS (SELECT 1 FROM "ServiceResource" j WHERE
  j."accountId" = r."accountId" AND j."serviceId" = u."parentId" AND j."resourceId" = r."id")`

const lists = listFields({
  type: ResourceConnection,
  table: 'Resource',
  scopes: read,
  args: (t) => ({ filter: t.arg({ type: ResourceFilter, description: 'Which ones.' }) }),
  where: ({ filter }) => matching(filter),
  order: () => byName,
})

lists.over('resources', 'Resources over accounts, by name.')
lists.below('Account', 'resources', 'Resources of the account, by name. Null when denied.')
lists.below(
  'Service',
  'resources',
  'What the service may take, by name. Of those with one requirement it takes one. Null when denied.',
  needed,
)
