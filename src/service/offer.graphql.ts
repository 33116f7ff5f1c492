// What the links of a service say: own terms of those who give it, and what it takes at once.

import type { Context } from '../context.ts'
import type { Key } from '../db/id.ts'
import type { Resource, ServiceStaff } from '../generated/prisma/client.ts'
import { batched } from '../graphql/batches.ts'
import { builder } from '../graphql/builder.ts'
import { Money } from '../graphql/money.ts'
import { priceIn } from './service.graphql.ts'

const StaffTerms = builder.objectRef<ServiceStaff>('ServiceStaffTerms').implement({
  description: 'What is different when this staff member gives the service.',
  scopes: ['services:read'],
  fields: (t) => ({
    staff: t.field({
      type: 'StaffMember',
      nullable: true,
      scopes: ['staff:read'],
      description: 'Who. Null when denied.',
      resolve: ({ accountId, staffId }, _args, ctx) =>
        ctx.load('StaffMember', { accountId, id: staffId }),
    }),
    durationMinutes: t.exposeInt('durationMinutes', {
      nullable: true,
      description: 'Minutes they take; null means as many as the service says.',
    }),
    price: t.field({
      type: Money,
      nullable: true,
      scopes: ['payments:read'],
      description: 'Price with them; null means that of the service, or denied.',
      resolve: (row, _args, ctx) => priceIn(ctx, row.accountId, row.priceMinor),
    }),
  }),
})

builder.prismaObjectField('Service', 'staffTerms', (t) =>
  t.field({
    type: [StaffTerms],
    description: 'Own terms of those who give the service, in the order in which they were named.',
    complexity: { field: 1, multiplier: 5 },
    resolve: (service, _args, ctx) =>
      batched(ctx, 'Service.staffTerms', service, (keys) => termsOf(ctx, keys)),
  }),
)

async function termsOf({ db }: Context, services: readonly Key[]): Promise<ServiceStaff[][]> {
  const rows = await db.prisma.serviceStaff.findMany({
    where: {
      accountId: { in: services.map(({ accountId }) => accountId) },
      serviceId: { in: services.map(({ id }) => id) },
      OR: [{ durationMinutes: { not: null } }, { priceMinor: { not: null } }],
    },
    orderBy: [{ position: 'asc' }, { staffId: 'asc' }],
  })
  const byService = Map.groupBy(rows, ({ accountId, serviceId }) => accountId + serviceId)
  return services.map(({ accountId, id }) => byService.get(accountId + id) ?? [])
}

type Requirement = { accountId: string; resources: Resource[] }

const RequirementType = builder.objectRef<Requirement>('ResourceRequirement').implement({
  description: 'Resources that are alternatives to each other: a booking takes a unit of one.',
  scopes: ['staff:read'],
  fields: (t) => ({
    resources: t.field({
      type: ['Resource'],
      description: 'The alternatives.',
      resolve: ({ resources }) => resources,
    }),
  }),
})

builder.prismaObjectField('Service', 'resourceRequirements', (t) =>
  t.field({
    type: [RequirementType],
    nullable: true,
    scopes: ['staff:read'],
    description: 'What a booking takes at once: one of each requirement. Null when denied.',
    complexity: { field: 1, multiplier: 5 },
    resolve: (service, _args, ctx) =>
      batched(ctx, 'Service.resourceRequirements', service, (keys) => requirementsOf(ctx, keys)),
  }),
)

async function requirementsOf({ db }: Context, services: readonly Key[]): Promise<Requirement[][]> {
  const rows = await db.prisma.serviceResource.findMany({
    where: {
      accountId: { in: services.map(({ accountId }) => accountId) },
      serviceId: { in: services.map(({ id }) => id) },
    },
    orderBy: [{ requirement: 'asc' }, { resourceId: 'asc' }],
    include: { resource: true },
  })
  const byService = Map.groupBy(rows, ({ accountId, serviceId }) => accountId + serviceId)
  return services.map(({ accountId, id }) => {
    const groups = Map.groupBy(byService.get(accountId + id) ?? [], (row) => row.requirement)
    return [...groups.values()].map((group) => ({
      accountId,
      resources: group.map(({ resource }) => resource),
    }))
  })
}
