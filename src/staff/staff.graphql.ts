// StaffMember as the graph shows it, and its lists: over accounts, of an account, of a service.

import type { Scope } from '../auth/scope.ts'
import type { StaffMember } from '../generated/prisma/client.ts'
import { Prisma } from '../generated/prisma/client.ts'
import { builder } from '../graphql/builder.ts'
import { listFields } from '../graphql/list-fields.ts'
import { connectionType, contains } from '../graphql/lists.ts'
import { globalId, one } from '../graphql/look-ahead.ts'
import { refersTo } from '../graphql/narrow.ts'
import { findable, Node } from '../graphql/node.ts'

const read: readonly Scope[] = ['staff:read']

findable('StaffMember', read)

builder.prismaObject('StaffMember', {
  description: 'Somebody whose time a booking occupies.',
  interfaces: [Node],
  scopes: read,
  fields: (t) => ({
    id: t.id({ description: 'Global id.', ...globalId('StaffMember') }),
    account: t.field({
      type: 'Account',
      nullable: true,
      scopes: ['accounts:read'],
      description: 'The business they work for. Null when denied.',
      ...one('Account', 'accountId'),
    }),
    serial: t.exposeInt('serial', {
      description: 'Stable number, unique in the account, for systems whose ids are integers.',
    }),
    name: t.exposeString('name', { description: 'Name for people.' }),
    email: t.expose('email', {
      type: 'EmailAddress',
      nullable: true,
      scopes: ['staff:write'],
      description: 'Where notices for them go; null when none is known, or when denied.',
    }),
    active: t.exposeBoolean('active', { description: 'False once archived.' }),
    timeZone: t.expose('timeZone', {
      type: 'TimeZone',
      nullable: true,
      description: 'IANA zone in which their hours are meant; null means that of the account.',
    }),
    dailyLimit: t.exposeInt('dailyLimit', {
      nullable: true,
      description:
        'Most appointments they do on one local day of the account, alone or with others, by when ' +
        'these start; live holds count, seats in classes do not. Null means no limit.',
    }),
    version: t.exposeInt('version', { description: 'Grows by one with every change.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
  }),
})

export const StaffMemberConnection = connectionType<StaffMember>('StaffMember', 'StaffMember')

const StaffFilter = builder.inputType('StaffFilter', {
  description: 'Narrows a list of staff members; what is left out does not narrow.',
  fields: (t) => ({
    active: t.boolean({ description: 'Only active (true) or archived (false) ones.' }),
    search: t.string({ description: 'Only those whose name contains this.' }),
    staffIds: t.idList({ description: 'Only these.' }),
    serviceIds: t.idList({ description: 'Only those who give at least one of these services.' }),
    serials: t.intList({ description: 'Only those with one of these numbers.' }),
  }),
})

function matching(filter: typeof StaffFilter.$inferInput | null | undefined): Prisma.Sql[] {
  const where: Prisma.Sql[] = []
  if (filter?.active != null) where.push(Prisma.sql`r."active" = ${filter.active}`)
  if (filter?.search) where.push(contains('name', filter.search))
  if (filter?.serials) where.push(Prisma.sql`r."serial" = ANY(${filter.serials}::int[])`)
  if (filter?.staffIds) where.push(refersTo('id', 'StaffMember', filter.staffIds))
  if (filter?.serviceIds) {
    const given = refersTo('serviceId', 'Service', filter.serviceIds, 'j')
    where.push(Prisma.sql`EXISTS (SELECT 1 FROM "ServiceStaff" j
      WHERE j."accountId" = r."accountId" AND j."staffId" = r."id" AND ${given})`)
  }
  return where
}

const byName = { column: 'name', type: 'text', direction: 'ASC' } as const

const givers = Prisma.sql`EXISTS (SELECT 1 FROM "ServiceStaff" j WHERE
  j."accountId" = r."accountId" AND j."serviceId" = u."parentId" AND j."staffId" = r."id")`

const lists = listFields({
  type: StaffMemberConnection,
  table: 'StaffMember',
  scopes: read,
  args: (t) => ({ filter: t.arg({ type: StaffFilter, description: 'Which ones.' }) }),
  where: ({ filter }) => matching(filter),
  order: () => byName,
})

lists.over('staff', 'Staff members over accounts, by name.')
lists.below('Account', 'staff', 'Staff members of the account, by name. Null when denied.')
lists.below('Service', 'staff', 'Who gives the service, by name. Null when denied.', givers)
